"""A question → sentences taken from passages, or the statement that the profiles do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from tipqa import countries
from tipqa.asked import read_question
from tipqa.confidence import Heads, shipped
from tipqa.evidence import READ, Evidence, Read, Remembering, gather
from tipqa.figures import Figure, Unit, asked_for, disagreeing, holds
from tipqa.rerank import SharedWords
from tipqa.search import MOST_HITS, Found, Index, check_range
from tipqa.store import Filters
from tipqa.types import Citation, Hit, Passage, Span

Status = Literal["answered", "partial", "not_found"]
Relation = Literal["answers", "contradicts"]

_MOST, _MOST_LISTED = 4, 8  # sentences of an answer, and of a list
_AS_GOOD = 2.0  # log-odds within which a sentence says as much as the best
_OLD = 3  # years before the corpus' newest edition
_LIST = re.compile(r"^(?:which|what)(?: \w+)? (\w+s)\b|\blist\b|^name\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:now|nowadays|today|currently|at present|these days|at the moment|still|latest|lately)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|lacks?|cannot|n't|rare(?:ly)?)\b|n't\b",
    re.IGNORECASE,
)
_KINDS: dict[Unit, str] = {
    "money": "an amount of money",
    "percent": "a share",
    "duration": "a length of time",
    "age": "an age",
    "date": "a date",
    "grade": "a grade",
    "phone": "a phone number",
    "count": "a number",
}


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


@dataclass(frozen=True, slots=True)
class Coverage:
    """Countries and years that were asked about and that no profile is about."""

    no_profile: tuple[str, ...]
    no_edition: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the profiles say, and how sure it is.

    Attributes:
        confidence: the probability, 0 to 1, that the profiles hold the answer; of a
            comparison, the least of its countries'.
        sentences: verbatim; none where `status` is "not_found".
        missing: the parts of the question that the answer leaves open.
        figures: numbers that sentences of the answer give for one thing and do not agree
            on, as (place of the sentence, figure).
        as_of: the newest year that the sentences rest on.
        warnings: what a reader should know of its age.
        found: the search; its hits hold every passage of the answer.
        read: all sentences that were read, of each country the best first.
    """

    status: Status
    confidence: float
    sentences: tuple[AnswerSentence, ...]
    coverage: Coverage
    missing: tuple[str, ...]
    figures: tuple[tuple[tuple[int, Figure], ...], ...]
    as_of: int | None
    warnings: tuple[str, ...]
    found: Found
    read: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """What was found for one of the countries that are compared, or for the whole question."""

    name: str | None
    hits: list[Hit]
    evidence: Evidence | None = None
    confidence: float = 0.0
    answers: bool = False


def answer(
    index: Index,
    question: str,
    k: int = 10,
    filters: Filters | None = None,
    heads: Heads | None = None,
) -> Answer:
    """Answer a question with sentences of the profiles, or say that they do not.

    Args:
        index: to search in; its reranker chooses the sentences.
        question: up to LONGEST_QUERY characters.
        k: how many hits, as `Index.find` has it; more come where the answer needs them.
        filters: what a passage must have.
        heads: tell how likely the evidence answers; the packaged ones where not given.

    Raises:
        QueryError: as `Index.find` does.
    """
    check_range("k", k, 1, MOST_HITS)
    heads = heads or shipped()
    reranker = Remembering(index.reranker or SharedWords())
    index = replace(index, reranker=reranker)
    found = index.find(question, max(k, READ), filters)
    catalog = index.generation.catalog
    asked = read_question(
        found.searched or " ".join(question.split()),
        catalog.uncoded,
        index.generation.lexicon.knows,
    )
    compared = [c for c in asked.countries if asked.countries[c] == "named" and catalog.has(c)]
    coverage = Coverage(
        found.no_profile,
        tuple(y for y in asked.years if catalog.editions and y > catalog.editions[-1]),
    )
    groups: list[tuple[str | None, list[Hit]]] = [(None, list(found.hits))]
    if len(compared) > 1 and asked.only:
        about = [[h for h in found.hits if h.passage.profile.country == c] for c in compared]
        if sum(map(bool, about)) > 1:
            groups = [(_name(c), hits) for c, hits in zip(compared, about, strict=True)]
    absent = bool(coverage.no_profile) and not compared
    parts = [_part(index, asked.text, name, hits, reranker, heads, absent) for name, hits in groups]
    chosen: list[AnswerSentence] = []
    missing = [f"{name}: there is no profile" for name in coverage.no_profile]
    for part in parts:
        if part.evidence and part.answers:
            chosen += _chosen(asked.text, part.evidence, _MOST // len(parts) or 1)
        else:
            missing.append(_lacks(asked.text, part))
    status: Status = "answered"
    if not chosen:
        status = "not_found"
    elif not all(part.answers for part in parts) or (coverage.no_profile and chosen):
        status = "partial"
    groups_of_figures = _groups(asked.text, chosen)
    as_of = max((s.as_of for s in chosen if s.as_of), default=None)
    used = {sentence.passage.id for sentence in chosen}
    last = max((hit.rank for hit in found.hits if hit.passage.id in used), default=0)
    return Answer(
        status,
        min(part.confidence for part in parts),
        tuple(chosen),
        coverage,
        tuple(missing),
        groups_of_figures,
        as_of,
        _warnings(question, as_of, catalog.editions),
        replace(found, hits=found.hits[: max(k, last)]),
        tuple(chain.from_iterable(p.evidence.sentences for p in parts if p.evidence)),
    )


def denies(text: str) -> bool:
    """Whether a text has a word that denies."""
    return _DENIES.search(text) is not None


def evidence_of(index: Index, question: str) -> Evidence | None:
    """What the head is trained on; None where no profile is about what is asked."""
    found = index.find(question, READ)
    catalog = index.generation.catalog
    asked = read_question(question, catalog.uncoded, index.generation.lexicon.knows)
    if not found.hits or (found.no_profile and not any(map(catalog.has, asked.countries))):
        return None
    return gather(index, asked.text, found.hits, Remembering(index.reranker or SharedWords()))


def _name(country: str) -> str:
    known = countries.by_code().get(country.casefold())
    return known.name if known else country


def _part(
    index: Index,
    question: str,
    name: str | None,
    hits: list[Hit],
    reranker: Remembering,
    heads: Heads,
    absent: bool,
) -> _Part:
    if absent or not hits:
        return _Part(name, hits)
    evidence = gather(index, question, hits, reranker)
    confidence, head = heads.of(evidence)
    return _Part(name, hits, evidence, confidence, confidence >= head.threshold)


def _chosen(question: str, evidence: Evidence, most: int) -> list[AnswerSentence]:
    """The best sentences, those of one passage together and as they stand in it."""
    best = evidence.sentences[0]
    if _LIST.search(question) and most == _MOST:
        most = _MOST_LISTED
    country = best.passage.profile.country
    same = [read for read in evidence.sentences if read.passage.profile.country == country]
    places = [
        place
        for place, read in enumerate(same)
        if not place or (read.odds >= best.odds - _AS_GOOD and read.odds > 0)
    ]
    near = [read.text for read in same[: 2 * _MOST] if read.odds > 0]
    others = [place for place, _ in disagreeing(question, near)]
    if 0 in others:  # figures that differ from the best sentence's come first
        places = [0, *others, *places]
    good = [same[place] for place in list(dict.fromkeys(places))[:most]]
    order = {read.passage.id: place for place, read in reversed(list(enumerate(good)))}
    good.sort(key=lambda read: (order[read.passage.id], read.span))
    return [_sentence(question, read) for read in good]


def _sentence(question: str, read: Read) -> AnswerSentence:
    citations = tuple(c for c in read.passage.citations if c.sentence == read.span)
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


def _lacks(question: str, part: _Part) -> str:
    """What is not there, as far as that can be told."""
    kind = asked_for(question)
    lacks = "nothing that answers this"
    if part.evidence and kind and part.evidence.features["no_such_kind_near"]:
        lacks = f"{_KINDS[kind]} is asked for, and what is near gives none"
    return f"{part.name}: {lacks}" if part.name else lacks


def _groups(
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


def _warnings(question: str, as_of: int | None, editions: Sequence[int]) -> tuple[str, ...]:
    if as_of is None or not editions:
        return ()
    if as_of < editions[-1] - _OLD:
        return (f"The newest source of this answer is of {as_of}; it may be out of date.",)
    if _NOW.search(question):
        return (f"This was so in {as_of}; the profiles do not know what is so now.",)
    return ()
