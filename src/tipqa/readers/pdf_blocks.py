"""Lines of a PDF → headings and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tipqa.readers.hyphens import WORD, keeps_hyphen
from tipqa.readers.markers import RAISED, SIGNS
from tipqa.readers.pdf_cells import Cell
from tipqa.readers.pdf_lines import Line

_BULLET = re.compile(r"(?:[•▪◦●■‣·–*-]|o(?= [A-Z]))\s+(?=\S)")
_ITEM = re.compile(r"\d{1,2}[.)]\s+(?=\S)")
_NUMBER = re.compile(r"(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)|\((?:\d{1,2}|[a-z])\)\s+(?=\S)")
_ENDED_ITEM = re.compile(rf";(?: and| or)?[\s{RAISED}{SIGNS}]*$")  # of a list without bullets
_Rank = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph; `rank` orders headings, higher ones first, None: text.

    `lines` are those it is made of, each with its offset in the text; `row` names the row
    of a table it stands in.
    """

    text: str
    lines: tuple[tuple[int, Line], ...]
    rank: _Rank | None = None
    row: str = ""

    @property
    def first(self) -> Line:
        return self.lines[0][1]

    def line_at(self, offset: int) -> Line:
        """The line that a character of the text stands in."""
        return next(line for start, line in reversed(self.lines) if start <= offset or not start)


def blocks_of(lines: Sequence[Line], body_size: float, known: Counter[str]) -> list[Block]:
    """Join the lines of running text to headings and paragraphs.

    Words cut at a line's end are whole again; a paragraph that a page's end or a table
    cuts, too.
    """
    leading = _leadings(lines)
    indents = sum(
        0.7 < (line.x0 - line.left) / line.size < 4 and line.is_close_to(before)
        for before, line in pairwise(lines)
    )
    justified = _are_justified(lines)
    groups: list[list[Line]] = []
    ranks: list[_Rank | None] = []
    for index, line in enumerate(lines):
        rank = _rank(lines, index, body_size)
        before = lines[index - 1] if index else None
        if (
            before is not None
            and rank == ranks[-1]
            and not (
                _starts_block(groups[-1], line, leading)
                if before.block == line.block and _in_reach(line, before)
                else _starts_anew(groups[-1], line, rank, indents >= 3, justified)
            )
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
            ranks.append(rank)
    return [
        replace(_joined(group, known), rank=rank) for group, rank in zip(groups, ranks, strict=True)
    ]


def paragraphs_of(cell: Cell, known: Counter[str]) -> list[Block]:
    """The paragraphs of a table's cell, headed by the name of its row."""
    name = _joined(cell.name.lines, known).text.rstrip(SIGNS + " ") if cell.name else ""
    blocks = blocks_of(cell.lines, float("inf"), known)
    return [replace(block, rank=None, row=name) for block in blocks]


def whole_words(lines: Iterable[Line]) -> Counter[str]:
    """How often each word stands in the text, those aside that a line's end may have cut."""
    known: Counter[str] = Counter()
    cut = False
    for line in lines:
        text = re.sub(r"^\S+", "", line.text) if cut else line.text
        cut = text.endswith("-")
        known.update(w.lower() for w in WORD.findall(re.sub(r"\S+-$", "", text)))
    return known


def _leadings(lines: Sequence[Line]) -> dict[float, float]:
    """For each size the distance between lines that occurs most, in points."""
    seen: dict[float, Counter[float]] = {}
    for before, line in pairwise(lines):
        apart = before.y - line.y
        if before.block == line.block and before.size == line.size and apart > 0:
            seen.setdefault(line.size, Counter())[round(2 * apart) / 2] += 1
    return {
        size: next((d for d, _ in c.most_common() if d < 3 * size), 1.2 * size)
        for size, c in seen.items()
    }


def _are_justified(lines: Sequence[Line]) -> bool:
    """Whether most lines reach the right edge of their column, all but the last of paragraphs."""
    above = [before for before, line in pairwise(lines) if line.is_close_to(before)]
    return 2 * sum(map(_is_flush, above)) > len(above)


def _is_flush(line: Line) -> bool:
    return line.right - line.x1 < 1


def _in_reach(line: Line, before: Line) -> bool:
    """Whether nothing that was set apart, a table say, stood between two lines."""
    return 0 <= before.y - line.y < 4 * line.size


def _rank(lines: Sequence[Line], index: int, body_size: float) -> _Rank | None:
    """Where a line is a heading: how high, as a tuple whose lower values are higher ones."""
    line = lines[index]
    letters = [c for c in line.text if c.isalpha()]
    capitals = len(letters) > 3 and all(c.isupper() for c in letters)
    larger = line.size > body_size + 0.4
    large = line.size >= 1.12 * body_size
    after = lines[index + 1] if index + 1 < len(lines) else None
    alone = _stands_alone(lines[index - 1] if index else None, line, after)
    item = _is_list_item(line) and not (large and alone)  # else "1. Mining" over a section
    if not letters or len(line.words) > 20 or item or line.words[0].raised:
        return None
    if not (large or line.bold or (alone and (larger or capitals or line.italic))):
        return None
    if line.text.rstrip().endswith((".", ";", ",")) and not (large and len(line.words) < 8):
        return None
    return (-round(line.size), -capitals, line.italic, -line.bold)


def _stands_alone(before: Line | None, line: Line, after: Line | None) -> bool:
    over = before is None or not line.is_close_to(before) or before.is_ended
    under = after is None or after.italic != line.italic or not after.is_close_to(line)
    return over and under and len(line.words) <= 12


def _starts_block(group: Sequence[Line], line: Line, leading: Mapping[float, float]) -> bool:
    """Whether a line begins a paragraph, its neighbour above in the same column being before it."""
    before = group[-1]
    if abs(before.size - line.size) > 0.6 or before.y - line.y > 1.25 * leading.get(
        line.size, 1.2 * line.size
    ):
        return True
    if _BULLET.match(line.text):
        return True
    if _NUMBER.match(line.text) and (_is_list_item(group[0]) or before.text.rstrip()[-1:] == ":"):
        return True
    inset = line.x0 - before.x0
    if inset > 0.7 * line.size and not (_is_list_item(before) and len(group) == 1):
        return True
    goes_on = not before.is_ended and line.text[0].islower()
    if inset < -0.7 * line.size and len(group) > 1 and not goes_on:  # a quotation or a list ends
        return True
    inset = line.x0 - line.left
    if (
        len(group) == 1
        and before.is_ended
        and inset > 0.7 * line.size
        and abs(before.x0 - line.x0) < 1
    ):
        return True  # after a paragraph of one line, both first lines being indented
    right = before.right if len(group) == 1 else max(other.x1 for other in group)
    ended = (before.is_ended and not line.text[0].islower()) or _ENDED_ITEM.search(before.text)
    return bool(ended) and _had_room(before, line, right)


def _starts_anew(
    group: Sequence[Line], line: Line, rank: _Rank | None, indents: bool, justified: bool
) -> bool:
    """Whether a line begins a paragraph, being the first of a column, or under a table."""
    before = group[-1]
    item = _is_list_item(line) and (before.is_ended or _is_list_item(group[0]))
    if rank is not None or abs(before.size - line.size) > 0.6 or item:
        return True
    if before.text.endswith("-") or line.text[:1].islower():
        return before.is_ended
    if before.is_ended:
        if indents:
            return not before.is_full or line.x0 - line.left >= 0.5 * line.size
        return _had_room(before, line, before.right) or (justified and not _is_flush(before))
    return not before.is_full


def _had_room(before: Line, line: Line, right: float) -> bool:
    """Whether a line's first word had fitted on the line before, had that gone on."""
    words = list(line.words)
    end = next((n for n, word in enumerate(words) if n and word.spaced), len(words))
    return right - before.x1 - 0.3 * before.size > words[end - 1].x1 - words[0].x0


def _is_list_item(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBER.match(line.text))


def _joined(lines: Sequence[Line], known: Counter[str]) -> Block:
    bullet = _BULLET.match(lines[0].text) or _ITEM.match(lines[0].text)
    text = lines[0].text[bullet.end() if bullet else 0 :]
    starts = [(0, lines[0])]
    for line in lines[1:]:
        cut = re.search(rf"({WORD.pattern})-$", text)
        goes_on = WORD.match(line.text)
        if cut and goes_on:
            text = text if keeps_hyphen(cut[1], goes_on[0], known) else text[:-1]
        elif not re.search(r"\w[-–—/]$", text):
            text += " "
        starts.append((len(text), line))
        text += line.text
    return Block(text, tuple(starts))
