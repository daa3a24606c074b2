"""What the nearest sentences hold of an answer, and what tells whether they answer.

No score of the reranker has a scale that holds across questions: a vague question finds
something everywhere, and one in unusual words finds even its answer barely. So the best
sentences are read again by the reader, which learnt to tell an answer from what is only
near, and the best one is held against those of other passages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from tipqa import figures
from tipqa.chunk import context, context_under
from tipqa.types import FloatVector, Hit, Passage, Reranker, Span

READ = 8  # hits whose sentences are read one by one
_MOST = 5  # sentences that the reader reads, each after the one before it
_SOFTLY = 2.0  # log-odds that a second sentence may stay behind the surest, and still count
_NOTHING = -11.0  # about what the reranker gives to texts that have nothing to do with it
_PASSAGE = 0.5  # what a passage's log-odds count beside its sentence's


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence of a hit, with the log-odds that it answers."""

    passage: Passage
    span: Span
    odds: float

    @property
    def text(self) -> str:
        return self.passage.text[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that were read, the best first, and what tells whether they answer."""

    sentences: tuple[Read, ...]
    features: dict[str, float]
    reading: float | None = None
    """Log-odds by the reader that the best sentences answer: about those of the surest, and
    more where several do (log-sum-exp). None where there is no reader."""

    @property
    def lacks_kind(self) -> bool:
        """Whether none of the best gives the kind of figure that is asked for."""
        return bool(self.features["no_such_kind"])


@runtime_checkable
class Reads(Protocol):
    """A reranker that also tells whether a text answers, or only speaks of the same."""

    def read(self, query: str, texts: Sequence[str]) -> FloatVector | None: ...


class Remembering:
    """A reranker that reads no pair twice; for the time of one question."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self._known: dict[tuple[str, str], np.float32] = {}
        self.name = reranker.name

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        new = [text for text in dict.fromkeys(texts) if (query, text) not in self._known]
        if new:
            for text, score in zip(new, self._reranker.score(query, new), strict=True):
                self._known[query, text] = score
        return np.array([self._known[query, text] for text in texts], dtype=np.float32)

    def read(self, query: str, texts: Sequence[str]) -> FloatVector | None:
        known = self._reranker
        return known.read(query, texts) if isinstance(known, Reads) else None


def gather(question: str, hits: Sequence[Hit], reranker: Remembering) -> Evidence:
    """Read the sentences of the first hits for what they hold of an answer.

    Args:
        question: names of countries in it put right.
        hits: of this question, the best first; at least one.
        reranker: reads pairs of texts.
    """
    places = [(hit.passage, span) for hit in hits[:READ] for span in hit.passage.sentences]
    odds = reranker.score(question, [context(p) + p.text[slice(*s)] for p, s in places])
    read = [Read(p, s, float(o)) for (p, s), o in zip(places, odds, strict=True)]
    of_passage = {hit.passage.id: _PASSAGE * _log_odds(hit.score) for hit in hits[:READ]}
    read.sort(key=lambda one: -one.odds - of_passage[one.passage.id])  # stable: the hits' order
    told = reranker.read(question, [_closely(one) for one in read[:_MOST]])
    reading = None if told is None else _SOFTLY * float(np.logaddexp.reduce(told / _SOFTLY))
    return Evidence(tuple(read), _features(question, read), reading)


def as_read(name: str, edition: int | None, section: Sequence[str], text: str) -> str:
    """A sentence as the reader reads it, of a profile of that name and year.

    `text` has the sentence before it, too, which tells what "it" and "these children" are.
    """
    return context_under(f"{name} {edition or ''}".rstrip(), section) + text


def _closely(one: Read) -> str:
    profile, section = one.passage.profile, one.passage.section
    return as_read(profile.name, profile.edition, section, _with_before(one))


def _with_before(one: Read) -> str:
    spans = one.passage.sentences
    start, _ = spans[max(0, spans.index(one.span) - 1)]
    return one.passage.text[start : one.span[1]]


def _log_odds(score: float) -> float:
    """Of a hit's score, which is a probability where the reranker has read it."""
    sure = min(max(score, 1e-5), 1 - 1e-5)
    return math.log(sure / (1 - sure))


def _features(question: str, read: Sequence[Read]) -> dict[str, float]:
    best, kind = read[0], figures.asked_for(question)
    given = any(figures.holds(kind, _with_before(one)) for one in read[:_MOST]) if kind else True
    by_passage: dict[str, float] = {}
    for one in read:
        by_passage.setdefault(one.passage.id, one.odds)
    others = list(by_passage.values())[1:4]
    return {
        "odds": best.odds,
        "above_passages": best.odds - (float(np.mean(others)) if others else _NOTHING),
        "other_period": float(_of_another_period(question, best)),
        "no_such_kind": float(not given),
    }


def _of_another_period(question: str, best: Read) -> bool:
    """Whether a sentence speaks of other years than the question asks about.

    One that names none is of its profile's edition, unless its passage names the year.
    """
    asked = figures.years(question)
    told = figures.years(best.text)
    if not told and not asked & figures.years(best.passage.text):
        edition = best.passage.profile.edition
        told = frozenset({edition, edition - 1} if edition else asked)
    return bool(asked and told and not asked & told)
