"""Differences to read: for a terminal or a text letter, and as a page of HTML on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from tipqa.alignment import changed_words
from tipqa.cite import COVERED, mark, one_line, reference, told
from tipqa.comparison import Kind, ParagraphChange, ProfileChange, Sentence, SentenceChange
from tipqa.difference import CountryDifference, Difference
from tipqa.types import ProfileInfo, Source, Span

if TYPE_CHECKING:
    from rich.text import Text

_COUNTED: dict[Kind, str] = {
    "words": "changed",
    "new": "new",
    "gone": "gone",
    "sources": "on other sources",
}
_ALONE = "A sentence without a number rests on the profile alone."
_NO_NOTE = "no note"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; `changed` where the other wording has not these words."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence in pieces that are its text, word for word, and the numbers of its notes.

    `rests` is empty where it rests on the profile alone.
    """

    pieces: tuple[Piece, ...]
    rests: str

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    old: ShownSentence | None
    new: ShownSentence | None


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    place: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A profile's changes, with its references numbered from 1."""

    title: str
    summary: str
    paragraphs: tuple[ShownParagraph, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownSource:
    told: str
    url: str | None


@dataclass(frozen=True, slots=True)
class ShownCountry:
    name: str
    new_profiles: tuple[str, ...]
    gone_profiles: tuple[str, ...]
    compared: tuple[tuple[str, Shown], ...]
    new_sources: tuple[ShownSource, ...]
    gone_sources: tuple[ShownSource, ...]


def html(old: str, new: str, difference: Difference) -> str:
    """A page that needs nothing else and runs nothing; `old` and `new` say what was compared.

    Its sentences and notes stand in it escaped, old ones as <del>, new ones as <ins>.
    """
    template = Environment(
        loader=PackageLoader("tipqa"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("difference.html")
    values = {"countries": show(difference), "covered": COVERED, "alone": _ALONE}
    return template.render(old=old, new=new, **values) + "\n"


def lines(difference: Difference) -> Iterator[Text]:
    """Its lines, the old in red and struck, the new in green; without colour - and + tell."""
    from rich.text import Text

    marks: set[str] = set()
    for country in show(difference):
        yield Text(country.name, style="bold")
        for title in country.new_profiles:
            yield Text(f"+ New profile: {title}", style="green")
        for title in country.gone_profiles:
            yield Text(f"- Profile gone: {title}", style="red")
        for heading, shown in country.compared:
            yield Text(f"\n{heading}: {shown.title}", style="bold")
            yield Text(shown.summary)
            for paragraph in shown.paragraphs:
                yield Text(f"\n{paragraph.place}", style="dim")
                for row in paragraph.rows:
                    yield from _row(row)
                    marks |= {side.rests for side in (row.old, row.new) if side}
            if shown.references:
                yield Text()
            for number, note in enumerate(shown.references, start=1):
                yield Text(f"   [{number}] {note}", style="cyan")
        for sign, heading, sources in (
            ("+", "New sources", country.new_sources),
            ("-", "Sources no longer named", country.gone_sources),
        ):
            if sources:
                yield Text(f"\n{heading}", style="bold")
            for source in sources:
                yield Text(f"{sign} {source.told}", style="green" if sign == "+" else "red")
        yield Text()
    if any("↓" in mark for mark in marks):
        yield Text(COVERED, style="dim")
    if "" in marks:
        yield Text(_ALONE, style="dim")


def _row(row: Row) -> Iterator[Text]:
    from rich.text import Text

    if row.kind == "sources" and row.old and row.new:
        text = Text(f"= {row.new.text} ")
        text.append(f"- {row.old.rests or _NO_NOTE}", style="red strike")
        yield text.append(f" + {row.new.rests or _NO_NOTE}", style="green")
        return
    for sign, style, sentence in (("-", "red strike", row.old), ("+", "green", row.new)):
        if sentence:
            text = Text(f"{sign} ", style=style.split()[0])
            for piece in sentence.pieces:
                text.append(piece.text, style=f"{style} bold" if piece.changed else style)
            if sentence.rests:
                text.append(f" {sentence.rests}", style="not strike cyan")
            yield text


def show(difference: Difference) -> list[ShownCountry]:
    """What a page or a letter shows of a difference, country by country."""
    return [_country(country) for country in difference.countries]


def _country(country: CountryDifference) -> ShownCountry:
    return ShownCountry(
        name=country.name,
        new_profiles=tuple(map(_title, country.new_profiles)),
        gone_profiles=tuple(map(_title, country.gone_profiles)),
        compared=tuple(
            (heading, _profile(change))
            for heading, changes in (
                ("New edition", country.editions),
                ("Changed", country.changed),
            )
            for change in changes
        ),
        new_sources=_sources(country.new_sources),
        gone_sources=_sources(country.gone_sources),
    )


def _title(info: ProfileInfo) -> str:
    return f"{one_line(info.title)} ({info.id})"


def _sources(sources: Iterable[Source]) -> tuple[ShownSource, ...]:
    return tuple(ShownSource(reference(source), _web(source.url)) for source in sources)


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


def _profile(change: ProfileChange) -> Shown:
    numbers: dict[str, int] = {}
    counts = change.counts
    counted = [f"{counts[kind]} {what}" for kind, what in _COUNTED.items() if counts[kind]]
    told_of = ", ".join([*counted, f"{change.unchanged} unchanged"])
    same = change.old.id == change.new.id and change.old.title == change.new.title
    title = _title(change.new) if same else f"{_title(change.new)}, before: {_title(change.old)}"
    paragraphs = tuple(_paragraph(paragraph, numbers) for paragraph in change.paragraphs)
    return Shown(title, f"Sentences: {told_of}.", paragraphs, tuple(numbers))


def _paragraph(paragraph: ParagraphChange, numbers: dict[str, int]) -> ShownParagraph:
    number = f"paragraph {paragraph.new or paragraph.old}"
    if paragraph.new is None:
        number += ", gone"
    elif paragraph.old is None:
        number += ", new"
    elif paragraph.old != paragraph.new:
        number += f" (it was {paragraph.old})"
    place = " › ".join([*map(one_line, paragraph.section), number])
    return ShownParagraph(place, tuple(_shown_row(change, numbers) for change in paragraph.changes))


def _shown_row(change: SentenceChange, numbers: dict[str, int]) -> Row:
    spans: tuple[Sequence[Span], Sequence[Span]] = ((), ())
    if change.kind == "words" and change.old and change.new:
        spans = changed_words(change.old.text, change.new.text)
    old, new = (
        _shown(sentence, marked, numbers) if sentence else None
        for sentence, marked in zip((change.old, change.new), spans, strict=True)
    )
    return Row(change.kind, old, new)


def _shown(sentence: Sentence, spans: Sequence[Span], numbers: dict[str, int]) -> ShownSentence:
    pieces, end = [], 0
    for first, last in spans:
        pieces += [Piece(sentence.text[end:first], False), Piece(sentence.text[first:last], True)]
        end = last
    pieces.append(Piece(sentence.text[end:], False))
    marks = [
        mark(numbers.setdefault(told(citation.note), len(numbers) + 1), citation.scope)
        for citation in sentence.citations
    ]
    return ShownSentence(
        tuple(piece for piece in pieces if piece.text), " ".join(dict.fromkeys(marks))
    )
