"""Plain text as saved from a web page: prose between headings, notes in lists of their own.

Such a file has page furniture around its text: a logo's place-holder, a search box, a
sign-up line. Around the prose what looks like furniture is left out, within it next to
nothing; all that is left out is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from tipqa import countries
from tipqa.notes import Marker, take_out
from tipqa.readers import furniture
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.readers.markers import Style, find
from tipqa.readers.note_lists import Entry, NoteList, find_lists, label_of, scope_at
from tipqa.readers.text_joined import LIST_ITEM, Joined, joined, over_pages
from tipqa.readers.text_lines import unbroken
from tipqa.types import LeftOut

_HEADED = re.compile(r"\s*([^\W\d]{4,12}(?: [a-z]{3,10}){0,2}):\s+(?=[\[(]?1\W)")
_LABEL = re.compile(r"\s*\[\d{1,3}\]\s*")
_BACK = re.compile(r"^\s*(?:(?P<number>\d{1,3})[.)]?\s*)?[\^↑]\s*(?:[a-z]{1,2}\s(?=.*\s))*")
_FURTHEST = 30  # lines from a note to its second paragraph's end
_FEWEST_WORDS_OF_PROSE = 12


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between, joined. `line` is the first one's number."""

    line: int
    text: str
    bare: str
    markers: tuple[Marker, ...]
    scope: int
    is_item: bool
    is_numbered: bool

    @property
    def is_heading(self) -> bool:
        return self.is_short_line and not self.is_item

    @property
    def is_short_line(self) -> bool:
        return not self.markers and furniture.is_short_line(self.bare)

    @property
    def is_long_prose(self) -> bool:
        long = len(self.bare.split()) >= _FEWEST_WORDS_OF_PROSE
        return long and furniture.ends_sentence(self.bare) and not self.is_frame_around

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
    found = unbroken([*[""] * front.length, *text.split("\n")[front.length :]])
    draft.left_out += found.left_out
    lines = found.lines
    style, lists = find_lists(_entries(lines))
    draft.notes = [replace(n, scope=run.scope) for run in lists for n in run.notes]
    before: list[Joined] = []
    start = 0
    for run in lists:
        end = run.start
        above = next((n for n in range(end - 1, start - 1, -1) if lines[n].strip()), end)
        if above < end and furniture.is_notes_heading(lines[above]):
            draft.left_out.append(LeftOut(above + 1, lines[above].strip()))
            end = above
        before += joined(lines, start, end)
        start = run.end
        if run.since is not None:
            draft.left_out.append(LeftOut(run.start + 1, lines[run.start].strip()))
    body, after = (
        [_block(whole, lines, style, lists) for whole in part]
        for part in over_pages(before, joined(lines, start, len(lines)), found.breaks)
    )
    if any(block.markers for block in after) or not lists:
        body, after = _without_trailing_furniture(body + after)
    else:  # what follows the notes is text from the first heading over prose on
        until = next((n for n, b in enumerate(after) if furniture.is_notes_heading(b.text)), None)
        prose = next((n for n in range(len(after[:until])) if _goes_on(after, n)), len(after))
        first = prose - (0 < prose < len(after) and after[prose - 1].is_heading)
        goes_on, after = _without_trailing_furniture(after[first:]), after[:first]
        body, after = body + goes_on[0], after + goes_on[1]
    body = _without_leading_furniture(body, draft)
    _read_body(body, draft)
    draft.left_out += [LeftOut(block.line, block.text) for block in after]
    return draft


def _entries(lines: list[str]) -> list[Entry]:
    """The lines, each told whether a blank one stands before it.

    Where a page's notes were copied with the ways back to the text, as "^ a b", these go,
    and what has no number before them is counted.
    """
    blank = [True, *(not line.strip() for line in lines)]
    entries = []
    count = 0
    for number, (line, fresh) in enumerate(zip(lines, blank, strict=False), start=1):
        back = _BACK.match(line)
        count = count + 1 if back else 0
        if _LABEL.fullmatch(line) and fresh and number < len(lines):  # the note stands below it
            line = f"{line.strip()} {lines[number].strip()}"
        head = _HEADED.match(line)
        if head and furniture.is_notes_heading(head[1]):
            line = line[head.end() :]
        text = f"{back['number'] or count}. {line[back.end() :]}" if back else line
        entries.append(
            Entry(
                number, text, fresh and not (line[:1].isspace() and _is_of_note(lines, number - 1))
            )
        )
    return entries


def _is_of_note(lines: list[str], index: int) -> bool:
    """Whether a line is set in further than the notes next to it, which have labels in a row:
    it begins another paragraph of the one above.
    """
    depth = _indent(lines[index])
    around = (lines[max(0, index - _FURTHEST) : index][::-1], lines[index : index + _FURTHEST])
    near = [next((x for x in part if x.strip() and _indent(x) < depth), "") for part in around]
    above, below = map(label_of, near)
    numbers = above and below and above[1] == below[1] and above[0].isdigit()
    return bool(numbers and above and below and str(int(above[0]) + 1) == below[0])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _read_body(body: list[_Block], draft: Draft) -> None:
    section: list[str] = []
    below_heading = False
    for block in _with_headings(body):
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


def _goes_on(after: list[_Block], n: int) -> bool:
    """Whether a block after the notes is text: long prose, or a sentence right below a heading."""
    headed = n > 0 and after[n - 1].is_heading and not after[n - 1].is_frame_around
    short = not (after[n].is_short_line or after[n].is_numbered or after[n].is_frame_around)
    return after[n].is_long_prose or (headed and short)


def _with_headings(body: list[_Block]) -> list[_Block]:
    """A short "2. Prosecution" over prose, no item before it, is a heading and no item."""
    blocks = list(body)
    for n, (block, below) in enumerate(pairwise(body)):
        follows = n > 0 and body[n - 1].is_item and not blocks[n - 1].is_heading
        over_prose = not below.is_item and not below.is_short_line
        if block.is_numbered and block.is_short_line and over_prose and not follows:
            blocks[n] = replace(block, is_item=False)
    return blocks


def _block(whole: Joined, lines: list[str], style: Style, lists: list[NoteList]) -> _Block:
    """A block with the markers of the document's style taken out."""
    line, text = whole
    bare, markers = take_out(text, find(text, style))
    item = LIST_ITEM.match(lines[line - 1])
    scope = scope_at(line - 1, lists)
    return _Block(
        line, text, bare, tuple(markers), scope, bool(item), bool(item and item["number"])
    )


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
            index == first - 1
            and not block.is_frame_around
            and (draft.title or furniture.is_title_case(block.text))
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
