"""Plain text as saved from a web page: prose between headings, notes in lists of their own.

Such a file has page furniture around its text: a logo's place-holder, a search box, a
sign-up line. Around the prose what looks like furniture is left out, within it next to
nothing; all that is left out is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from tipqa import countries
from tipqa.notes import Marker, take_out
from tipqa.readers import furniture
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.readers.markers import Style, find
from tipqa.readers.note_lists import Entry, NoteList, find_lists, scope_at
from tipqa.types import LeftOut

_LIST_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_LONGEST_TITLE = 60  # in characters; a line of wrapped prose is longer


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between, joined. `line` is the first one's number."""

    line: int
    text: str
    bare: str
    markers: tuple[Marker, ...]
    scope: int
    is_item: bool

    @property
    def is_heading(self) -> bool:
        return self.is_short_line and not self.is_item

    @property
    def is_short_line(self) -> bool:
        return not self.markers and furniture.is_short_line(self.bare)

    @property
    def is_frame(self) -> bool:
        return not self.markers and furniture.is_frame(self.text)

    @property
    def is_frame_around(self) -> bool:
        return not self.markers and furniture.is_frame_around(self.text)


def read(text: str, path: Path) -> Draft:
    """Take a plain-text file apart.

    Raises:
        CorpusError: the front matter can't be read.
    """
    front = front_matter(text, path)
    draft = Draft(front)
    lines = text.split("\n")
    lines[: front.length] = [""] * front.length
    style, lists = find_lists(_entries(lines))
    draft.notes = [replace(n, scope=found.scope) for found in lists for n in found.notes]
    body: list[_Block] = []
    start = 0
    for found in lists:
        body += _blocks(lines, start, found.start, style, lists)
        if body and body[-1].line > start and furniture.is_notes_heading(body[-1].text):
            draft.left_out.append(LeftOut(body[-1].line, body.pop().text))
        start = found.end
    after = _blocks(lines, start, len(lines), style, lists)
    if any(block.markers for block in after) or not lists:
        body, after = _without_trailing_furniture(body + after)
    body = _without_leading_furniture(body, draft)
    _read_body(body, draft)
    draft.left_out += [LeftOut(block.line, block.text) for block in after]
    return draft


def _entries(lines: list[str]) -> list[Entry]:
    """The lines, each told whether a blank one stands before it."""
    blank = [True, *(not line.strip() for line in lines)]
    return [
        Entry(number, line, fresh)
        for number, (line, fresh) in enumerate(zip(lines, blank, strict=False), start=1)
    ]


def _read_body(body: list[_Block], draft: Draft) -> None:
    section: list[str] = []
    below_heading = False
    for block in body:
        if block.is_frame:
            draft.left_out.append(LeftOut(block.line, block.text))
        elif block.is_heading:
            section = [*section, block.text] if below_heading else [block.text]
            below_heading = True
        else:
            below_heading = False
            if block.bare:
                draft.paragraphs.append(
                    RawParagraph(block.line, tuple(section), block.bare, block.markers, block.scope)
                )
            else:
                draft.left_out.append(LeftOut(block.line, block.text))
    if below_heading:  # a heading with nothing under it
        last = next(block for block in reversed(body) if block.is_heading)
        draft.left_out.append(LeftOut(last.line, last.text))


def _blocks(
    lines: list[str], start: int, end: int, style: Style, lists: list[NoteList]
) -> list[_Block]:
    """The blocks of some lines, with the markers of the document's style taken out."""
    return [
        _Block(
            line,
            text,
            bare,
            tuple(markers),
            scope_at(line - 1, lists),
            bool(_LIST_ITEM.match(lines[line - 1])),
        )
        for line, text in _joined(lines, start, end)
        for bare, markers in [take_out(text, find(text, style))]
    ]


def _joined(lines: list[str], start: int, end: int) -> list[tuple[int, str]]:
    """Lines without a blank one between as one, each item of a list by itself."""
    blocks: list[tuple[int, list[str]]] = []
    begun = False
    for index in range(start, end):
        line = " ".join(lines[index].split())
        if not line:
            begun = False
        elif begun and not _LIST_ITEM.match(lines[index]) and not _is_title(blocks[-1][1], line):
            blocks[-1][1].append(line)
        else:
            text = _LIST_ITEM.sub("", line, count=1)
            blocks.append((index + 1, [text]))
            begun = True
    return [(line, " ".join(parts)) for line, parts in blocks]


def _is_title(above: list[str], line: str) -> bool:
    """Whether a block's only line is a title over a paragraph, no blank line between."""
    title = above[0]
    short = len(above) == 1 and len(title) <= _LONGEST_TITLE < len(line)
    return short and furniture.is_short_line(title) and furniture.is_title_case(title)


def _without_leading_furniture(body: list[_Block], draft: Draft) -> list[_Block]:
    """Leave out what stands before the first paragraph, but for title and heading."""
    first = next(
        (n for n, b in enumerate(body) if not b.is_short_line and not b.is_frame_around), 0
    )
    kept: list[_Block] = []
    for index, block in enumerate(body[:first]):
        if not draft.title and not block.is_frame_around and countries.mentioned(block.text):
            draft.title = block.text
        elif (
            index == first - 1 and not block.is_frame_around and furniture.is_title_case(block.text)
        ):
            kept.append(block)
        else:
            draft.left_out.append(LeftOut(block.line, block.text))
    return kept + body[first:]


def _without_trailing_furniture(body: list[_Block]) -> tuple[list[_Block], list[_Block]]:
    end = len(body)
    while end > 1 and (body[end - 1].is_frame_around or body[end - 1].is_short_line):
        end -= 1
    return body[:end], body[end:]
