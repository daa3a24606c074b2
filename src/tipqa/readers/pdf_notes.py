"""The notes of a PDF: where they stand, and their lines → labelled notes.

They stand under a heading at the end, in a numbered list at the end in smaller type, or
at the foot of the pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from tipqa.notes import RawNote
from tipqa.readers.furniture import is_notes_heading
from tipqa.readers.markers import SIGNS
from tipqa.readers.note_lists import label_of
from tipqa.readers.pdf_lines import Line

_URL_END = re.compile(r"(?:https?://|www\.)\S*$")
_CONTINUES_URL = re.compile(r"\S*[/_=&?%#.:-]\S*[^\s.,;:)\]]|\S*[/=&?%#]\S*")
_SKIPPED = 5  # labels, at most, that a list may leave out at a place


def split_notes(lines: Sequence[Line], body_size: float) -> tuple[list[Line], list[Line]]:
    """Part the lines of a document into its text and its notes; a notes heading is text."""
    for index in range(len(lines) - 1, -1, -1):
        if is_notes_heading(lines[index].text) and (end := _end(lines, index + 1)):
            return [*lines[: index + 1], *lines[end:]], list(lines[index + 1 : end])
    if len(at_foot := _at_foot(lines, body_size)) > 0:
        return [line for line in lines if line not in at_foot], [
            line for line in lines if line in at_foot
        ]
    for index in range(len(lines) - 1, -1, -1):
        small = lines[index].size < body_size - 0.4
        if small and _number(lines[index]) == 1 and (end := _end(lines, index)) == len(lines):
            return list(lines[:index]), list(lines[index:])
    return list(lines), []


def _number(line: Line) -> int | None:
    found = label_of(line.text)
    return int(found[0]) if found and found[0].isdigit() else None


def _end(lines: Sequence[Line], start: int) -> int | None:
    """Where the list of notes that begins at a line ends; none begins there: None."""
    if not any(_number(line) == 1 for line in lines[start : start + 3]):
        return None
    size = lines[start].size
    for index in range(start + 1, len(lines)):
        line, before = lines[index], lines[index - 1]
        apart = line.block == before.block and before.y - line.y > 3 * size
        if (line.size > size + 0.4 and line.bold) or (apart and _number(line) is None):
            return index
    return len(lines)


def _at_foot(lines: Sequence[Line], body_size: float) -> set[Line]:
    """Lines in smaller type at the end of a page's column that begin with a label."""
    found: set[Line] = set()
    last = 0
    for _, grouped in groupby(lines, key=lambda line: line.block):
        block = list(grouped)
        start = len(block)
        while start and block[start - 1].size < body_size - 0.4:
            start -= 1
        foot = block[start:]
        if not start and not found:  # all small: no page's text with notes at its foot
            continue
        numbers = [n for line in foot if (n := _number(line)) is not None]
        symbols = [line for line in foot if line.text[:1] in tuple(SIGNS)]
        rising = bool(numbers) and (numbers[0] == 1 or 0 < numbers[0] - last <= _SKIPPED)
        goes_on = bool(found) and not numbers and foot == block
        if rising or goes_on or (symbols and symbols[0] is foot[0]):
            first = next((i for i, line in enumerate(foot) if label_of(line.text)), 0)
            found |= set(foot if found else foot[first:])
            last = numbers[-1] if numbers else last
    return found


def read_notes(lines: Sequence[Line]) -> tuple[list[RawNote], list[Line]]:
    """Join the lines of notes to notes.

    Returns:
        The notes, their `line` the page, and the lines before the first one.
    """
    notes: list[tuple[str, int, list[str]]] = []
    before: list[Line] = []
    form = ""
    for line in lines:
        found = label_of(line.text)
        if found and _begins_note(line, found, [note[0] for note in notes], form):
            label, form, text = found
            notes.append((label, line.page, [text]))
        elif notes:
            notes[-1][2].append(line.text)
        else:
            before.append(line)
    return [RawNote(label, _joined(parts), page) for label, page, parts in notes], before


def _begins_note(
    line: Line, found: tuple[str, str, str], labels: Sequence[str], former: str
) -> bool:
    label, form, _ = found
    if former and form != former:
        return form == "sign"
    if not label.isdigit():
        return True
    if line.x0 - line.left > 2.2 * line.size:
        return False
    last = next((int(other) for other in reversed(labels) if other.isdigit()), 0)
    number = int(label)
    if number == last + 1 or (number == 1 and form == "raised"):
        return True
    set_apart = line.cells > 1 or form != "number" or bool(re.match(r"\d+[.):]", line.text))
    return last < number <= last + _SKIPPED and set_apart


def _joined(parts: Sequence[str]) -> str:
    """The lines of a note in one; a web address that a line's end cut is whole again."""
    text = ""
    for index, part in enumerate(parts):
        if not text:
            text = part
            continue
        first, _, rest = part.partition(" ")
        url = _URL_END.search(text)
        is_last = not rest and index == len(parts) - 1
        cut = url and not first.startswith(("http", "www.")) and (
            _CONTINUES_URL.fullmatch(first.rstrip(".,;"))
            or (text[-1] in "-/_=&?%#." and (is_last or (first[0].islower() and len(first) > 3)))
            or (is_last and first[0].islower() and re.fullmatch(r"[\w-]+\.?", first))
        )  # fmt: skip
        if cut:
            text += part
        elif re.search(r"[a-z]-$", text) and part[0].islower():
            text = text[:-1] + part
        else:
            text += " " + part
    return " ".join(text.split())
