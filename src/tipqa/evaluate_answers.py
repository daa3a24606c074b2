"""How well answers hold: what is refused, what is answered, and with which sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tipqa import figures
from tipqa.answer import Answer, answer
from tipqa.errors import QueryError
from tipqa.evaluate import Measure, auroc, mean
from tipqa.evidence import Read
from tipqa.lexical import telling
from tipqa.questions import folded, text_of
from tipqa.search import Index

_BINS = 10
_RESAMPLES, _SEED, _FOLDS = 1000, 2020, 10
_FORMS = ("how many", "how much", "how", "who", "which", "what", "where", "why", "when")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its gold sentences and their labels; `pair` where it has a contrast."""

    id: str
    question: str
    type: str
    answerable: bool
    gold: tuple[tuple[str, str], ...]
    notes: frozenset[str]
    pair: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what became of it."""

    asked: Asked
    confidence: float
    refused: bool
    right: tuple[bool, ...]
    """Of the sentences that were read, the best first: whether it is a gold one."""
    precision: float | None
    recall: float | None
    """Of the citations of the gold sentences in the answer; None: nothing to compare."""


def load_asked(path: Path) -> list[Asked]:
    """Read questions, or pairs of them of which one can be answered, one object a line.

    Raises:
        QueryError: the file can't be read, or a line is neither; names the line.
    """
    found = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            if "pair" in read:
                for side in ("answerable", "unanswerable"):
                    one = {"type": "answerable", **read[side], "answerable": side == "answerable"}
                    one["type"] = one.get("kind", one["type"])
                    found.append(_asked(one, f"{read['pair']}-{side}", str(read["pair"])))
            else:
                found.append(_asked(read, str(read.get("id", number)), None))
        except (ValueError, KeyError, TypeError) as error:
            raise QueryError(
                f'{path}:{number}: is no question. Each line needs "question" and "answerable", '
                'or "pair", "answerable" and "unanswerable".'
            ) from error
    return found


def _asked(read: dict[str, Any], identity: str, pair: str | None) -> Asked:
    gold = tuple((str(g["file"]), folded(g["quote"])) for g in read.get("gold", []))
    notes = frozenset(map(str, read.get("notes", [])))
    question = str(read["question"])
    return Asked(
        identity, question, str(read.get("type", "")), bool(read["answerable"]), gold, notes, pair
    )


def judge(
    index: Index,
    asked: Sequence[Asked],
    progress: Callable[[int], object] = lambda done: None,
) -> list[Judged]:
    """Ask every question."""
    judged = []
    for done, one in enumerate(asked, start=1):
        judged.append(judged_by(answer(index, one.question), one))
        progress(done)
    return judged


def judged_by(given: Answer, asked: Asked) -> Judged:
    """Hold an answer against what is known of its question.

    It refuses where it gives no sentence, or only such as contradict the question.
    """
    gold = [s for s in given.sentences if _holds(Read(s.passage, s.span, s.odds), asked)]
    labels = {citation.label for sentence in gold for citation in sentence.citations}
    compared = bool(asked.notes and gold)
    shared = len(labels & asked.notes)
    return Judged(
        asked,
        given.confidence,
        all(sentence.relation == "contradicts" for sentence in given.sentences),
        tuple(_holds(read, asked) for read in given.read),
        shared / max(1, len(labels)) if compared else None,
        shared / len(asked.notes) if compared else None,
    )


def _holds(read: Read, asked: Asked) -> bool:
    """Whether a sentence overlaps a gold quote of its file by half of the quote."""
    file, text, sentence = f"/{read.passage.profile.file}", folded(read.passage.text), read.text
    start = text.find(folded(sentence))
    for gold_file, quote in asked.gold:
        place = text.find(quote)
        if place < 0 or start < 0 or not file.endswith(f"/{gold_file}"):
            continue
        last = min(place + len(quote), start + len(folded(sentence)))
        if last - max(place, start) >= len(quote) / 2:
            return True
    return False


def measures(judged: Sequence[Judged]) -> dict[str, dict[str, Measure]]:
    """The measures with their 95% intervals, from 0 to 1.

    Beside the AUROC of the confidence stands that of the question alone, as a small
    classifier reaches it that sees its length and form and no passage, on held-out
    folds: what any set of questions gives away by itself.
    """
    can = [one for one in judged if one.asked.answerable]
    cannot = [one for one in judged if not one.asked.answerable]
    found: dict[str, dict[str, Measure]] = {"answers": {}}
    named = found["answers"]
    if can:
        named["answered"] = mean([float(not one.refused) for one in can])
    with_gold = [one for one in can if one.asked.gold]
    if with_gold:
        named["hit@1"] = mean([float(any(one.right[:1])) for one in with_gold])
        named["hit@3"] = mean([float(any(one.right[:3])) for one in with_gold])
    cited = [one for one in can if one.precision is not None and one.recall is not None]
    if cited:
        named["citation P"] = mean([one.precision or 0.0 for one in cited])
        named["citation R"] = mean([one.recall or 0.0 for one in cited])
    if not can or not cannot:
        return found
    named["AUROC"] = auroc([o.confidence for o in can], [o.confidence for o in cannot])
    alone = dict(zip(map(id, judged), _question_alone([o.asked for o in judged]), strict=True))
    named["by question"] = auroc([alone[id(o)] for o in can], [alone[id(o)] for o in cannot])
    refused = [float(not one.asked.answerable) for one in judged if one.refused]
    if refused:
        named["refusal P"] = mean(refused)
    named["refusal R"] = mean([float(one.refused) for one in cannot])
    named["calibration"] = _calibration_error(judged)
    pairs: dict[str, dict[bool, float]] = {}
    for one in judged:
        if one.asked.pair:
            pairs.setdefault(one.asked.pair, {})[one.asked.answerable] = one.confidence
    if pairs:
        named["pairs"] = mean([float(pair[True] > pair[False]) for pair in pairs.values()])
    for kind in dict.fromkeys(one.asked.type for one in cannot):
        rows = [float(one.refused) for one in cannot if one.asked.type == kind]
        found[kind] = {"refusal R": mean(rows)}
    return found


def reliability(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """Of each tenth of confidence: its mean, the share that can be answered, the number."""
    sure = np.array([one.confidence for one in judged])
    true = np.array([one.asked.answerable for one in judged])
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return [
        (float(sure[bins == n].mean()), float(true[bins == n].mean()), int((bins == n).sum()))
        for n in range(_BINS)
        if (bins == n).any()
    ]


def _calibration_error(judged: Sequence[Judged]) -> Measure:
    """The expected calibration error, and its interval by resampling the questions."""

    def error(sample: Sequence[Judged]) -> float:
        return sum(n * abs(sure - true) for sure, true, n in reliability(sample)) / len(sample)

    random = np.random.default_rng(_SEED)
    errors = [
        error([judged[n] for n in random.integers(0, len(judged), len(judged))])
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(errors, (0.025, 0.975))
    return Measure(error(judged), float(low), float(high), len(judged))


def _question_alone(asked: Sequence[Asked]) -> npt.NDArray[np.float64]:
    """Held-out log-odds of a logistic regression on the questions' length and form."""
    rows = np.array([_form(one.question) for one in asked], dtype=np.float64)
    rows = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-9)
    rows = np.column_stack([rows, np.ones(len(rows))])
    truth = np.array([one.answerable for one in asked], dtype=np.float64)
    groups = {name: n for n, name in enumerate(dict.fromkeys(o.pair or o.id for o in asked))}
    fold = np.random.default_rng(_SEED).permutation(len(groups))[
        [groups[one.pair or one.id] for one in asked]
    ]
    odds = np.zeros(len(asked))
    for number in range(_FOLDS):
        seen = fold % _FOLDS != number
        odds[~seen] = rows[~seen] @ _logistic(rows[seen], truth[seen])
    return odds


def _form(question: str) -> list[float]:
    start = question.casefold()
    return [
        float(len(question.split())),
        float(len(telling(question))),
        float(figures.asked_for(question) is not None),
        float("?" in question),
        *(float(start.startswith(form)) for form in _FORMS),
    ]


def _logistic(
    rows: npt.NDArray[np.float64], truth: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Weights by Newton's method, held small by a penalty."""
    weights = np.zeros(rows.shape[1])
    penalty = np.eye(rows.shape[1])
    for _ in range(20):
        sure = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (sure - truth) + weights
        weights -= np.linalg.solve((rows.T * (sure * (1 - sure))) @ rows + penalty, slope)
    return weights
