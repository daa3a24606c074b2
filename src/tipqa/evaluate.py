"""How well an index answers questions whose right passages are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tipqa.errors import QueryError
from tipqa.questions import Question, folded
from tipqa.search import Index
from tipqa.types import Passage

MEASURES = ("nDCG@10", "hit@5", "hit@20", "MRR@10")
_DEPTH, _DEPTH_OF_FILES = 20, 100
_RESAMPLES = 10_000
_SEED = 2020


@dataclass(frozen=True, slots=True)
class Measure:
    """A mean over n questions with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


Measures = dict[str, dict[str, Measure]]
"""By kind of question and name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its best hit's score and, where it can be answered, its measures."""

    question: str
    type: str
    answerable: bool
    score: float
    values: dict[str, float]


def ask(
    index: Index,
    questions: Sequence[Question],
    progress: Callable[[int], object] = lambda done: None,
) -> list[Asked]:
    """Ask every question and measure what comes back.

    A passage is relevant where its text, white space folded, holds a gold quote of its
    own file. nDCG@10 gains 1 for the first passage that holds a gold paragraph not yet
    seen; hit@k asks for one gold passage among the first k, in comparisons for one of
    each file; MRR@10 is one over the rank of the first gold passage. Where whole files
    are gold, a file ranks by its best passage.

    Source: Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques.
    """
    asked = []
    for done, question in enumerate(questions, start=1):
        hits = index.search(question.question, _DEPTH_OF_FILES if question.files else _DEPTH)
        score = hits[0].score if hits else -1.0
        ranked = [hit.passage for hit in hits]
        values = measure(ranked, question) if question.answerable else ()
        named = dict(zip(MEASURES, values, strict=False))
        asked.append(Asked(question.question, question.type, question.answerable, score, named))
        progress(done)
    return asked


def evaluate(
    index: Index,
    questions: Sequence[Question],
    progress: Callable[[int], object] = lambda done: None,
) -> Measures:
    """The means of what `ask` measures."""
    return summary(ask(index, questions, progress))


def summary(asked: Sequence[Asked]) -> Measures:
    """Means by "all" and each type of answerable question, each from 0 to 1.

    Under "answerable or not" the AUROC of the best hit's score.
    """
    measures = {
        kind: {name: mean([row.values[name] for row in rows]) for name in MEASURES}
        for kind, rows in _by_type(asked).items()
    }
    best = {
        known: [row.score for row in asked if row.answerable == known] for known in (True, False)
    }
    if best[False]:
        measures["answerable or not"] = {"AUROC": auroc(best[True], best[False])}
    return measures


def compare(asked: Sequence[Asked], before: Sequence[Asked]) -> Measures:
    """What was gained over another run, question by question, with paired intervals.

    Raises:
        QueryError: the runs have no question in common.
    """
    then = {row.question: row for row in before if row.answerable}
    pairs = [(row, then[row.question]) for row in asked if row.question in then and row.answerable]
    if not pairs:
        raise QueryError("the runs to compare have no question in common. Ask both the same.")
    gained = [
        replace(now, values={name: now.values[name] - old.values[name] for name in MEASURES})
        for now, old in pairs
    ]
    return {
        kind: {name: mean([row.values[name] for row in rows]) for name in MEASURES}
        for kind, rows in _by_type(gained).items()
    }


def _by_type(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    rows = [row for row in asked if row.answerable]
    types = sorted({row.type for row in rows if row.type})
    return {"all": rows} | {kind: [row for row in rows if row.type == kind] for kind in types}


def measure(ranked: Sequence[Passage], question: Question) -> tuple[float, ...]:
    """MEASURES of one answerable question."""
    if question.files:
        best: dict[str, Passage] = {}
        for passage in ranked:
            best.setdefault(passage.profile.file, passage)
        ranked = list(best.values())
    held = [_held(passage, question) for passage in ranked]

    def hit(k: int) -> float:
        files = {question.gold[number][0] for golds in held[:k] for number in golds}
        wanted = len({file for file, _ in question.gold}) if question.type == "comparison" else 1
        return float(len(files) >= wanted)

    gain = 0.0
    seen: set[int] = set()
    paragraphs = len(question.gold)
    for place, golds in enumerate(held):
        if golds - seen:
            paragraphs -= len(golds - seen) - 1  # quotes of one paragraph count once
            gain += 1 / np.log2(place + 2) if place < 10 else 0
        seen |= golds
    ideal = sum(1 / np.log2(place + 2) for place in range(min(10, paragraphs)))
    first = next((1 / rank for rank, golds in enumerate(held[:10], start=1) if golds), 0.0)
    return gain / ideal, hit(5), hit(20), first


def _held(passage: Passage, question: Question) -> set[int]:
    """Which golds of a question a passage holds, by their numbers."""
    text, file = folded(passage.text), f"/{passage.profile.file}"
    return {
        number
        for number, (gold_file, quote) in enumerate(question.gold)
        if quote in text and file.endswith(f"/{gold_file}")
    }


def mean(values: Sequence[float]) -> Measure:
    sample = np.asarray(values, dtype=np.float64)
    chosen = np.random.default_rng(_SEED).integers(0, len(sample), (_RESAMPLES, len(sample)))
    low, high = np.quantile(sample[chosen].mean(axis=1), (0.025, 0.975))
    return Measure(float(sample.mean()), float(low), float(high), len(sample))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> Measure:
    """How often an answerable question's score is the higher one, ties counting half."""
    a, b = np.asarray(positive), np.asarray(negative)
    wins = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    random = np.random.default_rng(_SEED)
    means = [
        wins[random.integers(0, len(a), len(a))][:, random.integers(0, len(b), len(b))].mean()
        for _ in range(_RESAMPLES // 10)
    ]
    low, high = np.quantile(means, (0.025, 0.975))
    return Measure(float(wins.mean()), float(low), float(high), len(a) + len(b))


def run_document(asked: Sequence[Asked]) -> dict[str, Any]:
    """What `tipqa eval --json` prints: the measures by type, and each question's own."""
    return {**measures_document(summary(asked)), "questions": [asdict(row) for row in asked]}


def load_run(file: Path) -> list[Asked]:
    """The questions of a run that `tipqa eval --json` printed.

    Raises:
        QueryError: the file holds none.
    """
    try:
        rows = [Asked(**row) for row in json.loads(file.read_bytes())["questions"]]
        if all(set(MEASURES) <= row.values.keys() for row in rows if row.answerable):
            return rows
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise QueryError(f"{file}: is no run. Save one with: tipqa eval QUESTIONS --json > {file.name}")


def measures_document(measures: Measures) -> dict[str, Any]:
    """Mean, 95% interval and number by type and measure."""
    return {
        kind: {
            name: {"mean": m.mean, "interval": [m.low, m.high], "n": m.n}
            for name, m in named.items()
        }
        for kind, named in measures.items()
    }
