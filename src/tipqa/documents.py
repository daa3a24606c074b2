"""The JSON documents of the contract: the same for the command line and HTTP."""

from __future__ import annotations

from typing import Any

from tipqa.answer import Answer
from tipqa.choice import AnswerSentence
from tipqa.comparison import ProfileChange, Sentence
from tipqa.compose import Composed, ComposedSentence
from tipqa.difference import CountryDifference, Difference
from tipqa.search import Found, Index
from tipqa.types import Citation, Hit, Note, Passage, Profile, ProfileInfo, Source

Json = dict[str, Any]
_CITED = ("id", "publisher", "title", "year", "url", "kind", "locator")
"""What a citation tells of a source; `locator` is the page or article it points to."""


def search_document(query: str, index: Index, found: Found, took_ms: float) -> Json:
    """What `tipqa search --json` prints and `/v1/search` answers."""
    return {
        "query": query,
        "searched": found.searched,
        "index": index_document(index),
        "took_ms": round(took_ms, 1),
        "coverage": {"no_profile": list(found.no_profile)},
        "total": found.total,
        "facets": {
            name: [{"value": f.value, "name": f.name, "count": f.count} for f in facets]
            for name, facets in found.facets.items()
        },
        "results": [hit_document(hit) for hit in found.hits],
    }


def answer_document(
    query: str, index: Index, answer: Answer, took_ms: float, composed: Composed | None = None
) -> Json:
    """What `tipqa ask --json` prints and `/v1/ask` answers."""
    sentences = answer.sentences
    return {
        "query": query,
        "searched": answer.found.searched,
        "index": index_document(index),
        "took_ms": round(took_ms, 1),
        "status": answer.status,
        "confidence": round(answer.confidence, 4),
        "answer": [_answer_sentence(sentence) for sentence in sentences],
        "composed": composed_document(composed) if composed else None,
        "figures": [
            [
                {
                    "sentence": place,
                    "text": sentences[place].text[slice(*figure.span)],
                    "value": figure.value,
                    "unit": figure.unit,
                    "years": sorted(figure.years),
                }
                for place, figure in group
            ]
            for group in answer.figures
        ],
        "missing": list(answer.missing),
        "as_of": answer.as_of,
        "warnings": list(answer.warnings),
        "coverage": {
            "no_profile": list(answer.coverage.no_profile),
            "no_edition": list(answer.coverage.no_edition),
        },
        "results": [hit_document(hit) for hit in answer.found.hits],
    }


def composed_document(composed: Composed) -> Json:
    """What a language model made of an answer, as far as it stood."""
    return {
        "text": " ".join(sentence.text for sentence in composed.sentences),
        "sentences": [composed_sentence(sentence) for sentence in composed.sentences],
        "dropped": composed.dropped,
        "model": composed.model,
        "why": composed.why,
    }


def composed_sentence(sentence: ComposedSentence) -> Json:
    """One sentence with the ids of its passages."""
    return {"text": sentence.text, "passages": list(sentence.passages)}


def _answer_sentence(sentence: AnswerSentence) -> Json:
    return {
        "text": sentence.text,
        "passage": sentence.passage.id,
        "span": list(sentence.span),
        "relation": sentence.relation,
        "country_name": sentence.passage.profile.country_name,
        "edition": sentence.passage.profile.edition,
        "vintage": sentence.vintage,
        "citations": [_citation(citation) for citation in sentence.citations],
    }


def index_document(index: Index) -> Json:
    counts = index.generation.manifest["counts"]
    return {
        "generation": index.generation.name,
        "profiles": counts["profiles"],
        "passages": counts["passages"],
        "stale": index.generation.stale,
    }


def hit_document(hit: Hit) -> Json:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        **passage_document(hit.passage),
        "highlights": [list(span) for span in hit.highlights],
        "also_in": [{"id": copy.id, "edition": copy.edition} for copy in hit.also_in],
        **({"explain": hit.parts} if hit.parts is not None else {}),
    }


def passage_document(passage: Passage) -> Json:
    """A passage beside its citations; spans are offsets into the passage's `text`."""
    return {
        "passage": {
            "id": passage.id,
            "text": passage.text,
            "profile": info_document(passage.profile),
            "section": list(passage.section),
            "paragraph": passage.paragraph,
            "tokens": passage.tokens,
            "sentences": [list(span) for span in passage.sentences],
        },
        "citations": [_citation(citation) for citation in passage.citations],
    }


def passage_of(document: Json) -> Passage:
    """The passage of a document, as it was when that was written.

    What a document doesn't tell is left empty: a note's id is its label.
    """
    told = document["passage"]
    return Passage(
        id=told["id"],
        profile=ProfileInfo(**told["profile"]),
        section=tuple(told["section"]),
        paragraph=told["paragraph"],
        span=(0, len(told["text"])),
        text=told["text"],
        sentences=tuple((first, last) for first, last in told["sentences"]),
        citations=tuple(_read_citation(citation) for citation in document["citations"]),
        tokens=told["tokens"],
    )


def _read_citation(told: Json) -> Citation:
    first, last = told["sentence"]
    sources = tuple(Source(**source) for source in told["sources"])
    note = Note(told["label"], told["label"], told["note"], sources, told.get("link", "own"))
    return Citation((first, last), told["label"], told["scope"], note)


def _citation(citation: Citation) -> Json:
    return {
        "label": citation.label,
        "sentence": list(citation.sentence),
        "scope": citation.scope,
        "note": citation.note.text,
        "link": citation.note.link,
        "sources": [
            {key: getattr(source, key) for key in _CITED} for source in citation.note.sources
        ],
    }


def difference_document(old: str, new: str, difference: Difference) -> Json:
    """What `tipqa diff --json` prints; `old` and `new` say what was compared."""
    return {
        "old": old,
        "new": new,
        "countries": [_country_difference(country) for country in difference.countries],
    }


def _country_difference(country: CountryDifference) -> Json:
    return {
        "country": country.info.country,
        "country_name": country.info.country_name,
        "new_profiles": [info_document(info) for info in country.new_profiles],
        "gone_profiles": [info_document(info) for info in country.gone_profiles],
        "editions": [_profile_change(change) for change in country.editions],
        "changed": [_profile_change(change) for change in country.changed],
        "new_sources": [source_document(source) for source in country.new_sources],
        "gone_sources": [source_document(source) for source in country.gone_sources],
    }


def _profile_change(change: ProfileChange) -> Json:
    return {
        "old": info_document(change.old),
        "new": info_document(change.new),
        "unchanged": change.unchanged,
        "paragraphs": [
            {
                "section": list(paragraph.section),
                "old": paragraph.old,
                "new": paragraph.new,
                "changes": [
                    {
                        "change": sentence.kind,
                        "old": _sentence(sentence.old),
                        "new": _sentence(sentence.new),
                    }
                    for sentence in paragraph.changes
                ],
            }
            for paragraph in change.paragraphs
        ],
    }


def _sentence(sentence: Sentence | None) -> Json | None:
    """A sentence with its citations; `span` is its place in the text of its paragraph."""
    if sentence is None:
        return None
    return {
        "text": sentence.text,
        "paragraph": sentence.paragraph,
        "section": list(sentence.section),
        "span": list(sentence.span),
        "citations": [_citation(citation) for citation in sentence.citations],
    }


def info_document(info: ProfileInfo) -> Json:
    return {
        "id": info.id,
        "title": info.title,
        "country": info.country,
        "country_name": info.country_name,
        "edition": info.edition,
        "url": info.url,
        "file": info.file,
    }


def source_document(source: Source) -> Json:
    return {
        "id": source.id,
        "publisher": source.publisher,
        "title": source.title,
        "year": source.year,
        "date": source.date,
        "url": source.url,
        "accessed": source.accessed,
        "place": source.place,
        "kind": source.kind,
        "primary": source.primary,
    }


def profile_document(profile: Profile) -> Json:
    """A whole profile; spans are offsets into each paragraph's `text`."""
    info = profile.info
    return {
        "profile": {
            **info_document(info),
            "regions": list(info.regions),
            "inferred": list(info.inferred),
            "extra": info.extra,
        },
        "paragraphs": [
            {
                "number": paragraph.number,
                "section": list(paragraph.section),
                "text": paragraph.text,
                "line": paragraph.line,
                "sentences": [
                    {
                        "span": list(span),
                        "citations": [
                            {"label": c.label, "note": c.note.id, "scope": c.scope}
                            for c in paragraph.citations
                            if c.sentence == span
                        ],
                    }
                    for span in paragraph.sentences
                ],
            }
            for paragraph in profile.paragraphs
        ],
        "notes": [_note(note) for note in profile.notes],
        "sources": [source_document(source) for source in profile.sources],
    }


def read_document(profile: Profile) -> Json:
    """What `tipqa read --json` prints: the profile, its flaws, and what was left out."""
    return {
        **profile_document(profile),
        "problems": [
            {"line": p.line, "code": p.code, "message": p.message} for p in profile.problems
        ],
        "left_out": [{"line": left.line, "text": left.text} for left in profile.left_out],
    }


def _note(note: Note) -> Json:
    return {
        "id": note.id,
        "label": note.label,
        "text": note.text,
        "section": note.section,
        "link": note.link,
        "line": note.line,
        "sources": [source.id for source in note.sources],
    }
