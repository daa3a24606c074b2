"""Sources as entries for reference managers: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import default_unparse_stack
from bibtexparser.model import Entry, Field

from tipqa.cite import one_line
from tipqa.dates import parse_date
from tipqa.types import Source

_TYPES = {
    "report": ("techreport", "RPRT", "report"),
    "law": ("misc", "STAT", "legislation"),
    "press": ("misc", "NEWS", "article-newspaper"),
    "embassy reporting": ("misc", "PCOMM", "personal_communication"),
    "correspondence": ("misc", "PCOMM", "personal_communication"),
    "web page": ("misc", "ELEC", "webpage"),
    "other": ("misc", "GEN", "document"),
}
"""What a source is → what BibTeX, RIS and CSL call it."""

# BibTeX counts every brace, and TeX draws some neighbours together into one sign.
_LATEX = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "%&#$_"},
        "{": r"\ensuremath{\lbrace}",
        "}": r"\ensuremath{\rbrace}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_LIGATURE = re.compile(
    r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)|(?<=[`?!])(?=`)|(?<=<)(?=<)|(?<=>)(?=>)"
)


def bibtex(sources: Sequence[Source]) -> str:
    """Sources as BibTeX in UTF-8; the key of an entry is the source's id.

    Names and titles stand in double braces, so that no style cuts "Ministry of Labour"
    into first and last name or writes "cambodia". An address stands as it is, since
    biblatex and reference managers take `url` literally; only a backslash, and a brace
    without its partner, would break the entry and become %5C, %7B or %7D.
    """
    library = Library()
    for entry in _entries(sources):
        values = {
            "author": _verbatim(entry.publisher),
            "title": _verbatim(entry.title),
            "institution": _verbatim(entry.publisher),
            "address": _verbatim(entry.place),
            "year": str(entry.issued[0]) if entry.issued else "",
            "date": _iso(entry.issued) if len(entry.issued) > 1 else "",
            "url": _address(entry.url),
            "urldate": _iso(entry.accessed),
            "note": _latex(entry.note),
        }
        fields = [Field(key, value) for key, value in values.items() if value]
        library.add(Entry(_TYPES[entry.type][0], entry.id, fields))
    return write_string(library, unparse_stack=default_unparse_stack(True))


class _RisWriter(rispy.RisWriter):  # type: ignore[misc]
    def set_header(self, count: int) -> str:
        """None: not every program reads past the running number that rispy writes."""
        return ""


def ris(sources: Sequence[Source]) -> str:
    """Sources as RIS, for reference managers; `ID` is the source's id."""
    records = []
    for entry in _entries(sources):
        values: dict[str, str | list[str]] = {
            "type_of_reference": _TYPES[entry.type][1],
            "id": entry.id,
            "authors": [entry.publisher] if entry.publisher else [],
            "title": entry.title,
            "publisher": entry.publisher,
            "place_published": entry.place,
            "year": str(entry.issued[0]) if entry.issued else "",
            "date": _iso(entry.issued, "/") if len(entry.issued) > 1 else "",
            "urls": [entry.url] if entry.url else [],
            "access_date": _iso(entry.accessed, "/"),
            "notes": [entry.note] if entry.note else [],
        }
        records.append({key: value for key, value in values.items() if value})
    return str(rispy.dumps(records, implementation=_RisWriter))


def csl_json(sources: Sequence[Source]) -> str:
    """Sources as CSL-JSON, for citeproc, pandoc and reference managers."""
    items = []
    for entry in _entries(sources):
        values: dict[str, Any] = {
            "id": entry.id,
            "type": _TYPES[entry.type][2],
            "author": [{"literal": entry.publisher}] if entry.publisher else None,
            "title": entry.title,
            "publisher": entry.publisher,
            "publisher-place": entry.place,
            "issued": {"date-parts": [entry.issued]} if entry.issued else None,
            "URL": entry.url,
            "accessed": {"date-parts": [entry.accessed]} if entry.accessed else None,
            "note": entry.note,
        }
        items.append({key: value for key, value in values.items() if value})
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A source as reference managers want it: text in one line, dates as numbers.

    `issued` and `accessed` are (year, month, day), as far as known. `note` keeps a date,
    as written, that is none of the calendar or isn't of the source's year.
    """

    id: str
    type: str
    publisher: str
    place: str
    title: str
    issued: tuple[int, ...]
    url: str
    accessed: tuple[int, ...]
    note: str


def _entries(sources: Sequence[Source]) -> list[_Entry]:
    """Each source once, in order."""
    entries = []
    for source in {source.id: source for source in sources}.values():
        issued, accessed = parse_date(source.date or ""), parse_date(source.accessed or "")
        notes = []
        if source.year and source.year != next(iter(issued), None):
            issued = (source.year,)
        if source.date and len(issued) < 2 and one_line(source.date) != str(source.year):
            notes.append(f"Dated {one_line(source.date)}.")
        if source.accessed and not accessed:
            notes.append(f"Accessed {one_line(source.accessed)}.")
        entries.append(
            _Entry(
                id=source.id,
                type=_type(source),
                publisher=one_line(source.publisher),
                place=one_line(source.place),
                title=one_line(source.title),
                issued=issued,
                url=one_line(source.url),
                accessed=accessed,
                note=" ".join(notes),
            )
        )
    return entries


def _type(source: Source) -> str:
    if source.kind in _TYPES:
        return source.kind
    return "report" if source.publisher else "web page" if source.url else "other"


def _iso(date: tuple[int, ...], separator: str = "-") -> str:
    return separator.join(f"{number:02}" for number in date)


def _address(url: str) -> str:
    paired = "{}" if "{" not in re.sub(r"{[^{}]*}", "", url).replace("}", "{") else ""
    return "".join(c if c not in "{}\\" or c in paired else f"%{ord(c):02X}" for c in url)


def _verbatim(text: str) -> str:
    return f"{{{_latex(text)}}}" if text else ""


def _latex(text: str) -> str:
    return "{}".join(part.translate(_LATEX) for part in _LIGATURE.split(text))
