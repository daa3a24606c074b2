"""Train the head that tells whether what was found answers, and choose its threshold.

    python benchmarks/train_answers.py INDEX DEV.jsonl CONTRAST.jsonl XQUAD.json

INDEX: built of profiles/dol-2020; XQUAD: reading/xquad_en/xquad.en.json. Features come
from the evidence alone, none from the question's length or form. Figures are of held-out
folds; a pair of questions is never on both sides.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tipqa import confidence
from tipqa.answer import evidence_of
from tipqa.evaluate_answers import Asked, load_asked
from tipqa.lexical import stems, telling
from tipqa.rerank import CrossEncoder, load_reranker
from tipqa.search import Index, open_index

_STRENGTH, _STRENGTH_READ = 0.3, 0.1  # the inverse of the penalty on weights
_RARE = 0.3  # the deviation of something that is so for one question in ten
_HARD, _SAME_PARAGRAPH = 3, 0.15  # sentences to choose a wrong one from; a lead of near ones
_FOLDS, _SEED = 10, 2020
_ANSWERED = 0.94  # the least share of the answerable that is answered
_ANSWERABLE = 0.7  # of what people ask: dev-2020's share, where contrast-2020 has a half

Floats = npt.NDArray[np.float64]


def main(folder: str, dev: str, contrast: str, xquad: str) -> None:
    train(open_index(folder), load_asked(Path(dev)), load_asked(Path(contrast)), Path(xquad))


def train(index: Index, dev: list[Asked], contrast: list[Asked], xquad: Path) -> None:
    asked = dev + contrast
    reading = _reading(xquad)
    found = [evidence_of(index, one.question) for one in asked]
    heads = {}
    for name in ("full", "plain"):
        features: list[dict[str, float] | None] = []
        for evidence in found:
            if evidence is None or name == "plain":
                features.append(evidence.features if evidence else None)
            else:
                assert evidence.state is not None
                told = float(evidence.state @ reading[:-1] + reading[-1])
                features.append({**evidence.features, confidence.READING: told})
        print(name)
        heads[name] = _head(asked, features, len(dev))
    written = {
        "made_by": "benchmarks/train_answers.py INDEX dev-2020.jsonl contrast-2020.jsonl "
        "xquad.en.json",
        **heads,
        "reading": [round(float(weight), 5) for weight in reading],
    }
    place = Path(confidence.__file__).parent / confidence.WEIGHTS
    place.write_text(json.dumps(written) + "\n", encoding="utf-8")
    print(place)


def _reading(xquad: Path) -> Floats:
    """Weights for the reranker's states, the bias last.

    Of each question: the sentence that has its answer, and of the others of its article
    that share most words with it the one that the reranker likes best. As each question
    stands on both sides, its form tells nothing.
    """
    reranker = load_reranker()
    assert isinstance(reranker, CrossEncoder)
    states, truth = [], []
    for article in json.loads(xquad.read_text(encoding="utf-8"))["data"]:
        sentences = [
            (number, start, paragraph["context"][start:end])
            for number, paragraph in enumerate(article["paragraphs"])
            for start, end in pairwise(_ends(paragraph["context"]))
        ]
        held = [set(stems(telling(text))) for _, _, text in sentences]
        for number, paragraph in enumerate(article["paragraphs"]):
            for asked in paragraph["qas"]:
                question, answer = asked["question"], asked["answers"][0]
                right = [
                    text
                    for n, start, text in sentences
                    if n == number and 0 <= answer["answer_start"] - start < len(text)
                ]
                wanted = set(stems(telling(question)))
                share = [
                    len(wanted & has) / (len(wanted) + 1) + (_SAME_PARAGRAPH if n == number else 0)
                    for (n, _, _), has in zip(sentences, held, strict=True)
                ]
                near = [
                    sentences[place][2]
                    for place in sorted(range(len(share)), key=lambda place: -share[place])
                    if answer["text"].casefold() not in sentences[place][2].casefold()
                ][:_HARD]
                scores = reranker.score(question, near)
                pair = reranker.states(question, [right[0], near[int(np.argmax(scores))]])
                assert pair is not None
                states += list(pair)
                truth += [True, False]
    weights, bias = _fitted(np.array(states), np.array(truth), np.ones(len(truth)), _STRENGTH_READ)
    return np.append(weights, bias)


def _ends(text: str) -> list[int]:
    return [0, *(m.end() for m in re.finditer(r'(?<=[.!?]) +(?=[A-Z"\u201c\[])', text)), len(text)]


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
        coefficients, bias = _fitted(rows[seen], truth[seen], weights[seen], _STRENGTH, _RARE)
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
    coefficients, bias = _fitted(rows, truth, weights, _STRENGTH, _RARE)
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


def _fitted(
    rows: Floats, truth: Floats, weights: Floats, strength: float, least: float = 0.0
) -> tuple[Floats, float]:
    """Weights and bias on the features as they are, fitted on standardized ones.

    `least`: the least deviation to divide by, so that what is rarely so, and always of
    one side among so few questions, gets no weight that it could not earn.
    """
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), max(least, 1e-9))
    model = LogisticRegression(C=strength, max_iter=3000).fit((rows - mean) / scale, truth, weights)
    coefficients = model.coef_[0] / scale
    return coefficients, float(model.intercept_[0] - coefficients @ mean)


if __name__ == "__main__":
    main(*sys.argv[1:])
