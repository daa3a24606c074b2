"""A question → sentences taken from passages, or the statement that the profiles do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from tipqa import countries
from tipqa.asked import parts_of, points_back, read_within
from tipqa.choice import MOST, AnswerSentence, answering, choose, disagreements
from tipqa.chunk import context
from tipqa.confidence import Heads, shipped
from tipqa.evidence import READ, Evidence, Read, Remembering, gather
from tipqa.figures import Figure, Unit, asked_for, holds
from tipqa.rerank import SharedWords
from tipqa.search import MOST_HITS, Found, Index, check_range
from tipqa.store import Filters
from tipqa.types import Hit

Status = Literal["answered", "partial", "not_found"]

_READ_FOR_PARTS = 12  # sentences in which the parts of a question are looked for
_FAR, _NOTHING_NEAR = -6.0, -10.5  # log-odds of a part that points back, as it may; of none
_OLD = 3  # years before the corpus' newest edition
_NOW = re.compile(
    r"\b(?:now|nowadays|today|currently|at present|these days|at the moment|still|latest|lately)\b",
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
    asked = read_within(index.generation, found.searched or " ".join(question.split()))
    compared = [c for c in asked.countries if asked.countries[c] == "named" and catalog.has(c)]
    coverage = Coverage(
        found.no_profile,
        tuple(y for y in asked.years if catalog.editions and y > catalog.editions[-1]),
    )
    groups: list[tuple[str | None, list[Hit]]] = [(None, list(found.hits))]
    if len(compared) > 1 and asked.only:
        about = [[h for h in found.hits if h.passage.profile.country == c] for c in compared]
        if sum(map(bool, about)) > 1:
            groups = [(countries.name_of(c), hits) for c, hits in zip(compared, about, strict=True)]
    absent = bool(coverage.no_profile) and not compared
    parts = [_part(asked.text, name, hits, reranker, heads, absent) for name, hits in groups]
    chosen: list[AnswerSentence] = []
    missing = [f"{name}: there is no profile" for name in coverage.no_profile]
    for part in parts:
        if part.evidence and part.answers:
            chosen += choose(asked.text, part.evidence, MOST // len(parts) or 1)
        else:
            missing.append(_lacks(asked.text, part))
    if chosen and len(parts) == 1 and parts[0].evidence:
        missing += _left_open(asked.text, chosen, parts[0].evidence.sentences, reranker)
    elif len(parts) == 1 and not absent:
        chosen, open_parts = _by_parts(asked.text, parts[0].hits, reranker, heads)
        missing = open_parts if chosen else missing
    status: Status = "not_found"
    if chosen:
        status = "partial" if missing else "answered"
    groups_of_figures = disagreements(asked.text, chosen)
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


def evidence_of(index: Index, question: str) -> Evidence | None:
    """What the head is trained on; None where no profile is about what is asked."""
    found = index.find(question, READ)
    catalog = index.generation.catalog
    asked = read_within(index.generation, question)
    if not found.hits or (found.no_profile and not any(map(catalog.has, asked.countries))):
        return None
    return gather(asked.text, found.hits, Remembering(index.reranker or SharedWords()))


def _part(
    question: str,
    name: str | None,
    hits: list[Hit],
    reranker: Remembering,
    heads: Heads,
    absent: bool,
) -> _Part:
    if absent or not hits:
        return _Part(name, hits)
    evidence = gather(question, hits, reranker)
    confidence, head = heads.of(evidence)
    return _Part(name, hits, evidence, confidence, confidence >= head.threshold)


def _lacks(question: str, part: _Part) -> str:
    """What is not there, as far as that can be told."""
    kind = asked_for(question)
    lacks = "nothing that answers this"
    if part.evidence and kind and part.evidence.lacks_kind:
        lacks = f"{_KINDS[kind]} is asked for, and what is near gives none"
    return f"{part.name}: {lacks}" if part.name else lacks


def _left_open(
    question: str, chosen: list[AnswerSentence], read: Sequence[Read], reranker: Remembering
) -> list[str]:
    """Add what a question of several parts asks for besides, or tell that it stays open.

    A part that asks for an amount, a date or the like has its answer where a sentence of the
    chosen passages gives one. Of another part can only be told that nothing has to do with it.
    """
    missing = []
    passages = {sentence.passage.id for sentence in chosen}
    for part in parts_of(question):
        kind = asked_for(part)
        odds = reranker.score(part, [context(r.passage) + r.text for r in read[:_READ_FOR_PARTS]])
        near = sorted(zip(odds, read, strict=False), key=lambda found: -found[0])
        if kind and not any(holds(kind, sentence.text) for sentence in chosen):
            given = [r for o, r in near if o > _FAR and r.passage.id in passages]
            found = next((r for r in given if holds(kind, r.text)), None)
            if found:
                chosen.append(answering(part, found))
            else:
                missing.append(
                    f"{part.strip(' ?')}? {_KINDS[kind]} is asked for; what is near has none"
                )
        elif not kind and near[0][0] < _NOTHING_NEAR:
            missing.append(f"{part.strip(' ?')}? nothing that has to do with this")
    return missing


def _by_parts(
    question: str, hits: list[Hit], reranker: Remembering, heads: Heads
) -> tuple[list[AnswerSentence], list[str]]:
    """Answer those parts of a question that can be understood alone, if any can be answered."""
    chosen: list[AnswerSentence] = []
    missing = []
    for text in parts_of(question):
        part = _part(text, None, hits, reranker, heads, points_back(text))
        if part.evidence and part.answers:
            chosen += choose(text, part.evidence, MOST // 2)
        else:
            missing.append(f"{text.strip(' ?')}? {_lacks(text, part)}")
    return chosen, missing


def _warnings(question: str, as_of: int | None, editions: Sequence[int]) -> tuple[str, ...]:
    if as_of is None or not editions:
        return ()
    if as_of < editions[-1] - _OLD:
        return (f"The newest source of this answer is of {as_of}; it may be out of date.",)
    if _NOW.search(question):
        return (f"This was so in {as_of}; the profiles do not know what is so now.",)
    return ()
