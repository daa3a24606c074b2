"""What was found, in the formats that other programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tipqa.cite import one_line, profiles_of, reference, with_references
from tipqa.documents import hit_document, passage_document, source_document
from tipqa.entries import bibtex, csl_json, ris
from tipqa.types import Citation, Hit, Passage, Source, Span

FormatName = Literal["text", "csv", "bibtex", "ris", "csl", "jsonl"]
Cell = str | int | float | None

_CITED = (
    "rank score passage profile profile_title profile_url country country_name edition section "
    "paragraph text sentence_number sentence label scope note link source"
).split()
_SOURCE = "publisher title year date url accessed place kind locator".split()
_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")  # what a spreadsheet runs, and the sign against it


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken along: passages or hits with their sources, or sources alone.

    `passages` is None for sources alone, so that no hits differ from no passages. `query`
    and `generation`, where given, say how it was found, so that it can be found again.
    """

    passages: Sequence[Passage | Hit] | None
    sources: Sequence[Source]
    query: str | None = None
    generation: str | None = None


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    ending: str
    write: Callable[[Taken], str]


def take(
    passages: Sequence[Passage | Hit], query: str | None = None, generation: str | None = None
) -> Taken:
    """Passages with the sources their sentences rest on, then the profiles they are from."""
    found = [_passage(taken) for taken in passages]
    named = [s for passage in found for c in passage.citations for s in c.note.sources]
    return Taken(passages, [*named, *profiles_of(found)], query, generation)


def text(taken: Taken) -> str:
    """Passages to copy, with their references; sources alone, one a line."""
    if taken.passages is None:
        return "".join(f"{reference(source)}\n" for source in taken.sources)
    copied = with_references([_passage(passage) for passage in taken.passages])
    if taken.query is not None:
        copied += f"\nFound by: {one_line(taken.query)} (index {taken.generation})\n"
    return copied


def csv_text(taken: Taken) -> str:
    """One row for each sentence and source, in the order of the text; nothing is left out.

    A sentence that rests on two sources has two rows; one that rests on the profile
    alone, or on a note that names no source, has one with these cells empty. `text` is
    the whole passage, `sentence_number` counts in it from 1. Sources alone: a row each.

    It begins with a byte order mark, without which Excel misreads accents (`utf-8-sig`).
    A text that begins with = + - @ (wide ones too), a tab or a line break would be run as
    a formula, so an apostrophe is put before it. One is put before an apostrophe as well:
    take the first one off to get the text, always. Numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    if taken.passages is None:
        writer.writerow(["id", *_SOURCE])
        rows = (_cells(source) for source in taken.sources)
    else:
        writer.writerow([*_CITED, *_SOURCE, "query", "generation"])
        how = [taken.query, taken.generation]
        rows = ([*row, *how] for passage in taken.passages for row in _rows(passage))
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def jsonl(taken: Taken) -> str:
    """The documents of the command line and HTTP, one a line."""
    documents = (
        [source_document(source) for source in taken.sources]
        if taken.passages is None
        else [
            hit_document(p) if isinstance(p, Hit) else passage_document(p) for p in taken.passages
        ]
    )
    how = {"query": taken.query, "generation": taken.generation} if taken.query else {}
    lines = (json.dumps({**document, **how}, ensure_ascii=False) for document in documents)
    return "".join(line + "\n" for line in lines)


FORMATS: dict[FormatName, Format] = {
    "text": Format("text/plain; charset=utf-8", "txt", text),
    "csv": Format("text/csv; charset=utf-8", "csv", csv_text),
    "bibtex": Format("application/x-bibtex; charset=utf-8", "bib", lambda t: bibtex(t.sources)),
    "ris": Format(
        "application/x-research-info-systems; charset=utf-8", "ris", lambda t: ris(t.sources)
    ),
    "csl": Format("application/vnd.citationstyles.csl+json", "json", lambda t: csl_json(t.sources)),
    "jsonl": Format("application/jsonl", "jsonl", jsonl),
}


def _passage(taken: Passage | Hit) -> Passage:
    return taken.passage if isinstance(taken, Hit) else taken


def _rows(taken: Passage | Hit) -> Iterator[list[Cell]]:
    """The rows of a passage, in the order of _CITED and _SOURCE."""
    passage, info = _passage(taken), _passage(taken).profile
    for number, span in enumerate(passage.sentences, start=1):
        head: list[Cell] = [
            *((taken.rank, round(taken.score, 6)) if isinstance(taken, Hit) else (None, None)),
            *(passage.id, info.id, info.title, info.url),
            *(info.country, info.country_name, info.edition),
            *(" › ".join(passage.section), passage.paragraph, passage.text),
            *(number, passage.text[slice(*span)]),
        ]
        for citation, source in _resting(passage, span):
            note = citation.note if citation else None
            yield [
                *head,
                *((citation.label, citation.scope) if citation else (None, None)),
                *((note.text, note.link) if note else (None, None)),
                *_cells(source),
            ]


def _resting(passage: Passage, span: Span) -> list[tuple[Citation | None, Source | None]]:
    """What a sentence rests on; one pair at the least."""
    found: list[tuple[Citation | None, Source | None]] = [
        (citation, source)
        for citation in passage.citations
        if citation.sentence == span
        for source in citation.note.sources or (None,)
    ]
    return found or [(None, None)]


def _cells(source: Source | None) -> list[Cell]:
    return [getattr(source, name, None) for name in ("id", *_SOURCE)]


def safe_cell(value: Cell) -> Cell:
    """A value of a table; an apostrophe before what a spreadsheet would run (`csv_text`)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
