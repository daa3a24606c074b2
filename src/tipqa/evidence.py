"""What the nearest sentences hold of an answer, and what tells whether they answer.

No score of a model has a scale that holds across questions: a vague question finds
something everywhere, and one in unusual words finds even its answer barely. So the best
sentence is held against the others that were found, and against itself when one word of
the question is left out: without a word that it has nothing of it fits better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from tipqa import figures
from tipqa.asked import without_countries
from tipqa.chunk import context
from tipqa.lexical import COMMON, stems, words
from tipqa.search import Index
from tipqa.types import FloatMatrix, FloatVector, Hit, Passage, Reranker, Span

READ = 8  # hits whose sentences are read one by one
_ABLATED = 2  # sentences that are read again with a word of the question left out
_NOTHING = -11.0  # about what the reranker gives to texts that have nothing to do with it
_PASSAGE = 0.5  # what a passage's log-odds count beside its sentence's
_STRANGE = 0.2  # the least that such a name counts for
_NEAR = 2.5  # log-odds within which a sentence is as good as the best
_PIECE = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


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
    state: FloatVector | None = None
    """What the reranker made of the best sentence; None where it doesn't tell."""


@runtime_checkable
class GivesStates(Protocol):
    """A reranker that tells what its scores are made of."""

    def states(self, query: str, texts: Sequence[str]) -> FloatMatrix | None: ...


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

    def states(self, query: str, texts: Sequence[str]) -> FloatMatrix | None:
        known = self._reranker
        return known.states(query, texts) if isinstance(known, GivesStates) else None


def gather(index: Index, question: str, hits: Sequence[Hit], reranker: Remembering) -> Evidence:
    """Read the sentences of the first hits for what they hold of an answer.

    Args:
        index: knows which names are of countries.
        question: names of countries in it put right.
        hits: of this question, the best first; at least one.
        reranker: reads pairs of texts.
    """
    places = [(hit.passage, span) for hit in hits[:READ] for span in hit.passage.sentences]
    odds = reranker.score(question, [context(p) + p.text[slice(*s)] for p, s in places])
    read = [Read(p, s, float(o)) for (p, s), o in zip(places, odds, strict=True)]
    of_passage = {hit.passage.id: _PASSAGE * _log_odds(hit.score) for hit in hits[:READ]}
    read.sort(key=lambda one: -one.odds - of_passage[one.passage.id])  # stable: the hits' order
    states = reranker.states(question, [context(read[0].passage) + read[0].text])
    return Evidence(
        tuple(read),
        _features(index, question, read, reranker),
        None if states is None else states[0],
    )


def _log_odds(score: float) -> float:
    """Of a hit's score, which is a probability where the reranker has read it."""
    sure = min(max(score, 1e-5), 1 - 1e-5)
    return math.log(sure / (1 - sure))


def _features(
    index: Index, question: str, read: Sequence[Read], reranker: Reranker
) -> dict[str, float]:
    best = read[0]
    by_passage: dict[str, float] = {}
    for one in read:
        by_passage.setdefault(one.passage.id, one.odds)
    passages = list(by_passage.values())
    gains = [_gains(question, one, reranker) for one in read[:_ABLATED]]
    kind = figures.asked_for(question)
    near = [one.text for one in read[:4] if one.odds > best.odds - _NEAR]
    bare = without_countries(question, index.generation.catalog.uncoded)
    return {
        "above_others": best.odds - _mean([one.odds for one in read[1:6]]),
        "above_passages": best.odds - _mean(passages[1:4]),
        "odds_less_gain": max(
            one.odds - 2 * max(found.values(), default=0.0)
            for one, found in zip(read, gains, strict=False)
        ),
        "strange_name": _strange_name(bare, best, gains[0]),
        "other_period": float(_of_another_period(question, best)),
        "no_such_kind": float(bool(kind and not figures.holds(kind, best.text))),
        "no_such_kind_near": float(
            bool(kind and not any(figures.holds(kind, text) for text in near))
        ),
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


def _mean(odds: Sequence[float]) -> float:
    """The mean of what there is; where there is nothing beside the best, of nothing."""
    return float(np.mean(odds)) if odds else _NOTHING


def _gains(question: str, one: Read, reranker: Reranker) -> dict[str, float]:
    """By word of the question: how much better a sentence fits where it is left out."""
    text = context(one.passage) + one.text
    left_out = {
        m.group(): " ".join((question[: m.start()] + question[m.end() :]).split())
        for m in _PIECE.finditer(question)
        if m.group().casefold() not in COMMON
    }
    return {
        word: float(reranker.score(rest, [text])[0]) - one.odds
        for word, rest in left_out.items()
        if rest
    }


def _strange_name(bare: str, best: Read, gains: Mapping[str, float]) -> float:
    """The most that is gained by leaving out a name or number the passage has not.

    Names of countries do not count, nor what only begins a sentence.
    """
    held = set(stems(words(context(best.passage) + best.passage.text)))
    names = [
        piece
        for place, piece in enumerate(_PIECE.findall(bare))
        if any(map(str.isdigit, piece)) or (place and piece[0].isupper())
    ]
    strange = [name for name in names if name in gains and not held & set(stems(words(name)))]
    return max((max(gains[name], _STRANGE) for name in strange), default=0.0)
