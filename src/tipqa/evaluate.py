"""How well an index answers questions whose right passages are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tipqa.questions import Question, folded
from tipqa.search import Index
from tipqa.types import Passage

_DEPTH = 20
_RESAMPLES = 10_000
_SEED = 2020


@dataclass(frozen=True, slots=True)
class Measure:
    """A mean over n questions with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


def evaluate(
    index: Index,
    questions: Sequence[Question],
    progress: Callable[[int], object] = lambda done: None,
) -> dict[str, dict[str, Measure]]:
    """Ask every question and measure what comes back.

    A passage is relevant where its text, white space folded, holds a gold quote of its
    own file. nDCG@10 gains 1 for the first passage that holds a gold paragraph not yet
    seen; hit@k asks for one gold passage among the first k, in comparisons for one of
    each file.

    Returns:
        By "all" and each type of answerable question: nDCG@10, hit@5 and hit@20, from 0
        to 1; and under "answerable or not" the AUROC of the best hit's score.

    Source: Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques.
    """
    found: dict[str, list[tuple[float, float, float]]] = {"all": []}
    best: dict[bool, list[float]] = {True: [], False: []}
    for done, question in enumerate(questions, start=1):
        hits = index.search(question.question, _DEPTH)
        best[question.answerable].append(hits[0].score if hits else -1.0)
        if question.answerable:
            measured = measure([hit.passage for hit in hits], question)
            found["all"].append(measured)
            found.setdefault(question.type, []).append(measured)
        progress(done)
    measures = {
        kind: {
            name: mean([values[place] for values in rows])
            for place, name in enumerate(("nDCG@10", "hit@5", "hit@20"))
        }
        for kind, rows in found.items()
    }
    if best[False]:
        measures["answerable or not"] = {"AUROC": _auroc(best[True], best[False])}
    return measures


def measure(ranked: Sequence[Passage], question: Question) -> tuple[float, float, float]:
    """nDCG@10, hit@5 and hit@20 of one answerable question."""
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
    return gain / ideal, hit(5), hit(20)


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


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> Measure:
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


def measures_document(measures: dict[str, dict[str, Measure]]) -> dict[str, Any]:
    """What `tipqa eval --json` prints: mean, 95% interval and number by type and measure."""
    return {
        kind: {
            name: {"mean": m.mean, "interval": [m.low, m.high], "n": m.n}
            for name, m in named.items()
        }
        for kind, named in measures.items()
    }
