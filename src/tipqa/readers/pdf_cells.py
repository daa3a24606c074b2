"""The cells of a PDF's tables: what is prose in them is read.

A cell that holds a whole sentence is a paragraph; other cells are left out and listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tipqa.readers.markers import RAISED, SIGNS
from tipqa.readers.pdf_lines import Line
from tipqa.readers.pdf_tables import Table
from tipqa.readers.pdf_text import Rule
from tipqa.sentences import sentence_spans

_MARKER = re.compile(rf"\s*(?:[(\[]\d[\d\s,;–-]*[)\]]|[{RAISED}⁻{SIGNS}]+)")
_BEGUN = re.compile(r"[\"“‘'(]?[A-Z\d$€£]")
_ENDED = re.compile(r"[.?!][\"”’')]*$")
_MOST_WORDS_OF_A_NAME = 25
_FEWEST_WORDS_OF_A_SENTENCE = 5
_MOST_WORDS = 3000  # of a table on one page
_LEAST_GAP = 0.5  # between columns, in sizes of type; a space is half of that


@dataclass(slots=True)
class Cell:
    """The lines of a cell, which hold its words only; `name` is the first cell of its row."""

    column: int
    lines: list[Line]
    top: float
    bottom: float
    name: Cell | None = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def prose_of(
    tables: Sequence[Table], rules: Mapping[int, Sequence[Rule]]
) -> tuple[list[Cell], list[Line]]:
    """The cells that hold a whole sentence, and what is left of the tables' lines.

    The name of a row is no part of what is left where one of its cells is prose.
    """
    prose: list[Cell] = []
    left: list[Line] = []
    last: list[Cell] = []
    for table in tables:
        cells = _cells(table.lines, rules.get(table.lines[0].page, ())) if table.lines else []
        for cell in cells:
            open_ = [o for o in last if o.column == cell.column and not o.lines[-1].is_ended]
            if open_ and cell.text[:1].islower() and open_[0].lines[-1].page < cell.lines[0].page:
                open_[0].lines += cell.lines  # over the page
            elif _holds_sentence(cell.text):
                cell.name = _name(cell, cells)
                prose.append(cell)
        last = [cell for cell in prose if cell.lines[0].page == table.lines[-1].page]
    taken = {
        id(word)
        for cell in prose
        for part in (cell, cell.name)
        if part
        for line in part.lines
        for word in line.words
    }
    for table in tables:
        left += table.caption
        for line in table.lines:
            words = tuple(word for word in line.words if id(word) not in taken)
            left += [Line(line.page, words)] if words else []
    return prose, left


def _holds_sentence(text: str) -> bool:
    bare = _MARKER.sub("", text)
    sentences = [bare[slice(*span)] for span in sentence_spans(bare)]
    return any(
        _BEGUN.match(sentence)
        and _ENDED.search(sentence)
        and len(sentence.split()) >= _FEWEST_WORDS_OF_A_SENTENCE
        for sentence in sentences
    )


def _name(cell: Cell, cells: Iterable[Cell]) -> Cell | None:
    """The first cell of a cell's row, which may span several, where it is a name."""
    y = cell.lines[0].y
    for other in cells:
        if other.column == 0 < cell.column and other.top >= y > other.bottom:
            letters = any(character.isalpha() for character in other.text)
            if letters and len(other.text.split()) <= _MOST_WORDS_OF_A_NAME:
                return None if _holds_sentence(other.text) else other
    return None


def _cells(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Cell]:
    """The cells of a table from the top down: columns are parted by gaps, rows by rules.

    Where no rules part the rows, more than the usual space does.
    """
    edges = _edges(lines)
    if not edges:
        return []
    rows = [line for line in lines if not any(_crosses(line, x) for x in edges)]
    cells: list[Cell] = []
    for column, (left, right) in enumerate(pairwise([float("-inf"), *edges, float("inf")])):
        parts = [
            replace(line, words=words)
            for line in rows
            if (words := tuple(word for word in line.words if left <= word.x0 + 1 < right))
        ]
        cells += _column(column, parts, rules)
    return sorted(cells, key=lambda cell: -cell.top)


def _crosses(line: Line, x: float) -> bool:
    """Whether words run over the edge of a column, as those of a legend do."""
    if any(abs(word.x0 - x) <= 1 for word in line.words):
        return False
    before = max((word.x1 for word in line.words if word.x0 < x), default=float("-inf"))
    after = min((word.x0 for word in line.words if word.x0 >= x), default=float("inf"))
    return after - before < _LEAST_GAP * line.size


def _edges(lines: Sequence[Line]) -> list[float]:
    """Where the columns of a table begin, but for the first.

    There a gap runs down through nearly all lines, or many words begin at one place and
    few lie over it.
    """
    first = min(line.x0 for line in lines)
    words = [word for line in lines for word in line.words]
    if len(words) > _MOST_WORDS:
        return []
    starts = Counter(round(word.x0) for word in words)
    many = [x for x, n in starts.items() if n >= max(3, 0.4 * len(lines)) and x > first + 10]
    lying = {x: sum(word.x0 < x - 1 and word.x1 > x + 1 for word in words) for x in many}
    edges = _after_gaps(lines)
    for x in sorted(many, key=lambda x: -starts[x]):
        if lying[x] <= 1 + len(lines) // 8 and all(abs(x - other) > 10 for other in edges):
            edges.append(float(x))
    return sorted(edges)


def _after_gaps(lines: Sequence[Line]) -> list[float]:
    """The right sides of the gaps that run down through nearly all lines.

    A line that has no gap and goes over most of the table parts nothing.
    """
    ends: list[tuple[float, int]] = []
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    for line in lines:
        pieces = _pieces(line)
        if len(pieces) > 1 or pieces[0][1] - pieces[0][0] < 0.6 * (right - left):
            ends += [end for x0, x1 in pieces for end in ((x0, 1), (x1, -1))]
    least = (_LEAST_GAP if len(lines) > 3 else 1.5) * max(line.size for line in lines)
    found: list[float] = []
    open_ = 0
    since: float | None = None
    for x, step in sorted(ends):
        if step > 0 and since is not None and x - since >= least:
            found.append(x)
        open_ += step
        since = (x if since is None else since) if open_ <= len(lines) // 30 else None
    return found


def _pieces(line: Line) -> list[tuple[float, float]]:
    """The stretches of a line without a gap."""
    pieces: list[tuple[float, float]] = []
    for word in line.words:
        if pieces and word.x0 - pieces[-1][1] < _LEAST_GAP * line.size:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], word.x1))
        else:
            pieces.append((word.x0, word.x1))
    return pieces


def _column(column: int, lines: Sequence[Line], rules: Sequence[Rule]) -> list[Cell]:
    if not lines:
        return []
    x0, x1 = min(line.x0 for line in lines), max(line.x1 for line in lines)
    lines = [replace(line, left=x0, right=x1) for line in lines]
    levels = sorted(
        {rule.y for rule in rules if rule.x0 < x0 + 5 and rule.x1 > x1 - 5}, reverse=True
    )
    ruled = any(lines[-1].y < y < lines[0].y for y in levels)
    cells: list[Cell] = []
    for line in lines:
        top = min((y for y in levels if y > line.y), default=float("inf"))
        bottom = max((y for y in levels if y <= line.y), default=float("-inf"))
        last = cells[-1] if cells else None
        if last and (last.top == top if ruled else last.lines[-1].y - line.y < 1.4 * line.size):
            last.lines.append(line)
        else:
            if last and not ruled:
                last.bottom = line.y + line.size
            cells.append(Cell(column, [line], top if ruled else line.y + line.size, bottom))
    return cells
