"""Which sentences answer a question: as they stand in their passages, with their citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tipqa.evidence import Evidence, Read
from tipqa.figures import Figure, asked_for, disagreeing, holds
from tipqa.lexical import stems, telling
from tipqa.types import Citation, Passage, Span

Relation = Literal["answers", "contradicts"]

MOST, _MOST_LISTED = 4, 8  # sentences of an answer, and of a list
_AS_GOOD = 2.0  # log-odds within which a sentence says as much as the best
_SAID_TOO = 0.6  # the part of a sentence's words that another one has that says it too
_LIST = re.compile(r"^(?:which|what)(?: \w+)? (\w+s)\b|\blist\b|^name\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|lacks?|cannot|n't|rare(?:ly)?)\b|n't\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence as it stands in its passage.

    Attributes:
        span: its place in the passage's text.
        citations: of this sentence alone; none: it rests on the profile alone.
        vintage: the newest year of a source that it rests on.
        relation: it answers, or it contradicts what the question takes for granted.
        odds: log-odds that it answers, as the reranker reads it.
    """

    passage: Passage
    span: Span
    citations: tuple[Citation, ...]
    vintage: int | None
    relation: Relation
    odds: float

    @property
    def text(self) -> str:
        return self.passage.text[slice(*self.span)]

    @property
    def as_of(self) -> int | None:
        """The year it speaks of, as far as that is known: its source's, else the edition."""
        return self.vintage or self.passage.profile.edition


def choose(question: str, evidence: Evidence, most: int) -> list[AnswerSentence]:
    """The best sentences, those of one passage together and as they stand in it."""
    best = evidence.sentences[0]
    if _LIST.search(question) and most == MOST:
        most = _MOST_LISTED
    country = best.passage.profile.country
    same = [read for read in evidence.sentences if read.passage.profile.country == country]
    places = [
        place
        for place, read in enumerate(same)
        if not place or (read.odds >= best.odds - _AS_GOOD and read.odds > 0)
    ]
    near = [read.text for read in same[: 2 * MOST] if read.odds > 0]
    others = [place for place, _ in disagreeing(question, near)]
    if 0 in others:  # figures that differ from the best sentence's come first
        places = [0, *others, *places]
    places = [0, *_with_source(same), *places]
    good = [same[place] for place in list(dict.fromkeys(places))[:most]]
    order = {read.passage.id: place for place, read in reversed(list(enumerate(good)))}
    good.sort(key=lambda read: (order[read.passage.id], read.span))
    return [answering(question, read) for read in good]


def _with_source(read: Sequence[Read]) -> list[int]:
    """Where the first sentence names no source, the place of one that says it with its source.

    A profile's summary seldom has notes; what it sums up has them.
    """
    first = set(stems(telling(read[0].text)))
    if not first or _cited(read[0]):
        return []
    for place, other in enumerate(read[1:], start=1):
        held = first.intersection(stems(telling(other.text)))
        if other.odds > 0 and _cited(other) and len(held) >= _SAID_TOO * len(first):
            return [place]
    return []


def _cited(read: Read) -> tuple[Citation, ...]:
    return tuple(c for c in read.passage.citations if c.sentence == read.span)


def answering(question: str, read: Read) -> AnswerSentence:
    citations = _cited(read)
    years = [s.year for c in citations for s in c.note.sources if s.year]
    kind = asked_for(question)
    denies = kind and _DENIES.search(read.text) and not holds(kind, _DENIES.sub(" ", read.text))
    return AnswerSentence(
        read.passage,
        read.span,
        citations,
        max(years, default=None),
        "contradicts" if denies else "answers",
        read.odds,
    )


def denies(text: str) -> bool:
    """Whether a text has a word that denies."""
    return _DENIES.search(text) is not None


def disagreements(
    question: str, chosen: Sequence[AnswerSentence]
) -> tuple[tuple[tuple[int, Figure], ...], ...]:
    """By country: the figures that do not agree, with the places of their sentences."""
    by_country: dict[str | None, list[int]] = {}
    for place, sentence in enumerate(chosen):
        by_country.setdefault(sentence.passage.profile.country, []).append(place)
    groups = []
    for places in by_country.values():
        places.sort(key=lambda place: -chosen[place].odds)
        found = disagreeing(question, [chosen[place].text for place in places])
        if found:
            groups.append(tuple((places[number], figure) for number, figure in found))
    return tuple(groups)
