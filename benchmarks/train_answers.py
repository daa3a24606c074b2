"""Train the head that tells whether what was found answers, and choose its threshold.

    python benchmarks/train_answers.py INDEX DEV.jsonl CONTRAST.jsonl

INDEX: built of profiles/dol-2020. Features come from the evidence alone, none from the
question's length or form. Figures are of held-out folds; a pair of questions is never on
both sides.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tipqa import confidence
from tipqa.answer import evidence_of
from tipqa.evaluate_answers import Asked, load_asked
from tipqa.search import Index, open_index

_STRENGTH = 0.3  # the inverse of the penalty on weights
_RARE = 0.3  # the deviation of something that is so for one question in ten
_FOLDS, _SEED = 10, 2020
_ANSWERED = 0.94  # the least share of the answerable that is answered
_ANSWERABLE = 0.7  # of what people ask: dev-2020's share, where contrast-2020 has a half

Floats = npt.NDArray[np.float64]


def main(folder: str, dev: str, contrast: str) -> None:
    train(open_index(folder), load_asked(Path(dev)), load_asked(Path(contrast)))


def train(index: Index, dev: list[Asked], contrast: list[Asked]) -> None:
    asked = dev + contrast
    found = [evidence_of(index, one.question) for one in asked]
    features = [
        evidence and {**evidence.features, confidence.READING: evidence.reading}
        for evidence in found
    ]
    heads = {}
    # Beside the reader's, the reranker's own log-odds gain little at home and lose much elsewhere.
    for name, without in (("full", "odds"), ("plain", confidence.READING)):
        print(name)
        used = [one and {k: v for k, v in one.items() if k != without} for one in features]
        heads[name] = _head(asked, used, len(dev))
    made_by = "benchmarks/train_answers.py INDEX dev-2020.jsonl contrast-2020.jsonl"
    place = Path(confidence.__file__).parent / confidence.WEIGHTS
    place.write_text(json.dumps({"made_by": made_by, **heads}) + "\n", encoding="utf-8")
    print(place)


def _head(
    asked: list[Asked], found: list[dict[str, float] | None], count_dev: int
) -> dict[str, object]:
    """A head fitted on all, and the figures of heads fitted without what they judge."""
    kept = [n for n, features in enumerate(found) if features]  # the others have no profile
    names = list(next(features for features in found if features))
    rows = np.array([[(found[n] or {})[name] for name in names] for n in kept])
    truth = np.array([asked[n].answerable for n in kept])
    groups = [asked[n].pair or asked[n].id for n in kept]
    weights = np.where(truth, _ANSWERABLE / truth.mean(), (1 - _ANSWERABLE) / (1 - truth.mean()))
    shuffled = np.random.default_rng(_SEED).permutation(sorted(set(groups)))
    order = {group: number for number, group in enumerate(shuffled)}
    fold = np.array([order[group] for group in groups]) % _FOLDS
    held_out = np.zeros(len(kept))
    for number in range(_FOLDS):
        seen = fold != number
        coefficients, bias = _fitted(rows[seen], truth[seen], weights[seen])
        held_out[~seen] = rows[~seen] @ coefficients + bias
    in_dev = np.arange(len(asked)) < count_dev
    of_dev = in_dev[kept]
    sure = np.zeros(len(asked))
    for number in range(_FOLDS):
        others = of_dev & (fold != number)
        slope, offset = _calibrated(held_out[others], truth[others])
        here = np.array(kept)[fold == number]
        sure[here] = 1 / (1 + np.exp(-slope * held_out[fold == number] - offset))
    answerable = np.array([one.answerable for one in asked])
    threshold = float(np.round(np.quantile(sure[in_dev & answerable], 1 - _ANSWERED), 2))
    for name, some in (("dev", in_dev), ("contrast", ~in_dev)):
        refused = sure[some] < threshold
        bins = np.minimum((sure[some] * 10).astype(int), 9)
        error = sum(
            (bins == n).mean()
            * abs(sure[some][bins == n].mean() - answerable[some][bins == n].mean())
            for n in set(bins)
        )
        print(
            f"  {name}: AUROC {roc_auc_score(answerable[some], sure[some]):.3f}, "
            f"refusal precision {(~answerable[some])[refused].mean():.3f}, "
            f"recall {refused[~answerable[some]].mean():.3f}, "
            f"answered {(~refused[answerable[some]]).mean():.3f}, calibration error {error:.3f}"
        )
    by_pair: dict[str, dict[bool, float]] = {}
    for one, value in zip(asked, sure, strict=True):
        if one.pair:
            by_pair.setdefault(one.pair, {})[one.answerable] = value
    print(f"  pairs: {np.mean([p[True] > p[False] for p in by_pair.values()]):.3f}")
    coefficients, bias = _fitted(rows, truth, weights)
    slope, offset = _calibrated(held_out[of_dev], truth[of_dev])
    coefficients, bias = slope * coefficients, slope * bias + offset
    print(" ", dict(zip(names, coefficients.round(3).tolist(), strict=True)), threshold)
    return {
        "weights": {n: round(float(w), 4) for n, w in zip(names, coefficients, strict=True)},
        "bias": round(float(bias), 4),
        "threshold": threshold,
    }


def _calibrated(odds: Floats, truth: Floats) -> tuple[float, float]:
    """Slope and offset that make held-out log-odds probabilities (Platt)."""
    model = LogisticRegression(C=10).fit(odds[:, None], truth)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _fitted(rows: Floats, truth: Floats, weights: Floats) -> tuple[Floats, float]:
    """Weights and bias on the features as they are, fitted on standardized ones.

    What is rarely so, and always of one side among so few questions, is divided by no
    deviation below _RARE, and so gets no weight that it could not earn.
    """
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), _RARE)
    model = LogisticRegression(C=_STRENGTH, max_iter=3000)
    model.fit((rows - mean) / scale, truth, weights)
    coefficients = model.coef_[0] / scale
    return coefficients, float(model.intercept_[0] - coefficients @ mean)


if __name__ == "__main__":
    main(*sys.argv[1:])
