"""Lines of a PDF → headings and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tipqa.readers.markers import RAISED, SIGNS
from tipqa.readers.pdf_lines import Line
from tipqa.readers.pdf_tables import Cell

_BULLET = re.compile(r"(?:[•▪◦●■‣·–*-]|o(?= [A-Z]))\s+(?=\S)")
_NUMBER = re.compile(r"(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)|\((?:\d{1,2}|[a-z])\)\s+(?=\S)")
_MARKER_AT_END = re.compile(
    rf"\s*(?:[(\[][\d\s,;–-]+[)\]]|[{RAISED}⁻][{RAISED}⁻,;\s]*|[{SIGNS}]+)$"
)
_ENDED = re.compile(r"[.!?…]['\"”’)\]]*$")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Where only a line's end shows a word with one of these, its hyphen is the word's own.
_OWN_HYPHEN = frozenset(
    "all anti cross ex full half high long low mid multi non part post pre pro self short "
    "so state sub twelve twenty well year years".split()
)
_Rank = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph; `rank` orders headings, higher ones first, None: text.

    `place` orders blocks as they are read; `row` names the row of a table it stands in.
    """

    page: int
    text: str
    place: tuple[int, float]
    rank: _Rank | None = None
    row: str = ""


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
                else _starts_anew(groups[-1], line, indents >= 3, rank)
            )
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
            ranks.append(rank)
    return [
        Block(group[0].page, _joined(group, known), _place(group[0]), rank)
        for group, rank in zip(groups, ranks, strict=True)
    ]


def paragraphs_of(cell: Cell, known: Counter[str]) -> list[Block]:
    """The paragraphs of a table's cell, headed by the name of its row."""
    blocks = blocks_of(cell.lines, float("inf"), known)
    name = _joined(cell.name.lines, known).rstrip(SIGNS + " ") if cell.name else ""
    place = (cell.lines[0].block, -cell.top)
    return [replace(block, place=place, rank=None, row=name) for block in blocks]


def _place(line: Line) -> tuple[int, float]:
    return line.block, -line.y


def whole_words(lines: Iterable[Line]) -> Counter[str]:
    """How often each word stands in the text, those aside that a line's end may have cut."""
    known: Counter[str] = Counter()
    cut = False
    for line in lines:
        text = re.sub(r"^\S+", "", line.text) if cut else line.text
        cut = text.endswith("-")
        known.update(w.lower() for w in _WORDS.findall(re.sub(r"\S+-$", "", text)))
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


def _in_reach(line: Line, before: Line) -> bool:
    """Whether nothing that was set apart, a table say, stood between two lines."""
    return 0 <= before.y - line.y < 4 * line.size


def _rank(lines: Sequence[Line], index: int, body_size: float) -> _Rank | None:
    """Where a line is a heading: how high, as a tuple whose lower values are higher ones."""
    line = lines[index]
    letters = [c for c in line.text if c.isalpha()]
    capitals = len(letters) > 3 and all(c.isupper() for c in letters)
    large = line.size >= 1.12 * body_size
    after = lines[index + 1] if index + 1 < len(lines) else None
    alone = _stands_alone(lines[index - 1] if index else None, line, after)
    if not letters or len(line.words) > 20 or _is_list_item(line) or line.words[0].raised:
        return None
    if not (large or line.bold or (alone and (capitals or line.italic))):
        return None
    if line.text.rstrip().endswith((".", ";", ",")) and not (large and len(line.words) < 8):
        return None
    return (-round(line.size), -capitals, line.italic, -line.bold)


def _stands_alone(before: Line | None, line: Line, after: Line | None) -> bool:
    over = before is None or not line.is_close_to(before) or _is_ended(before.text)
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
    if inset < -0.7 * line.size and len(group) > 1:  # a quotation or a list ends
        return True
    right = max(other.x1 for other in group[-3:])
    full = right - before.x1 < 0.2 * (right - line.left)
    return _is_ended(before.text) and not full and len(group) > 1


def _starts_anew(group: Sequence[Line], line: Line, indents: bool, rank: _Rank | None) -> bool:
    """Whether a line begins a paragraph, being the first of a column, or under a table."""
    before = group[-1]
    if rank is not None or abs(before.size - line.size) > 0.6 or _is_list_item(line):
        return True
    full = before.x1 > before.left + 0.7 * (before.right - before.left)
    if before.text.endswith("-") or line.text[:1].islower():
        return _is_ended(before.text)
    if _is_ended(before.text):
        return not (indents and full and line.x0 - line.left < 0.5 * line.size)
    return not full


def _is_ended(text: str) -> bool:
    while found := _MARKER_AT_END.search(text):
        text = text[: found.start()]
    return bool(_ENDED.search(text.rstrip()))


def _is_list_item(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBER.match(line.text))


def _joined(lines: Sequence[Line], known: Counter[str]) -> str:
    bullet = _BULLET.match(lines[0].text)
    text = lines[0].text[bullet.end() if bullet else 0 :]
    for line in lines[1:]:
        cut = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$", text)
        goes_on = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text)
        if cut and goes_on:
            text = text if _keeps_hyphen(cut[1], goes_on[0], known) else text[:-1]
        elif not re.search(r"\w[-–—/]$", text):
            text += " "
        text += line.text
    return text


def _keeps_hyphen(first: str, second: str, known: Counter[str]) -> bool:
    """Whether the hyphen at a line's end is the word's own, as elsewhere in the text."""
    with_hyphen, whole = f"{first}-{second}".lower(), f"{first}{second}".lower()
    if known[with_hyphen] or known[whole]:
        return known[with_hyphen] >= known[whole]
    if second[0].isupper() or first.isupper() or "-" in first:
        return True
    last = first.lower()
    return last in _OWN_HYPHEN or (
        len(last) > 2 and len(second) > 2 and known[last] > 0 and known[second.lower()] > 0
    )
