"""Lines of a PDF in reading order: columns found, what frames the pages set apart.

A column is a gap that runs down through many lines with prose on both sides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from tipqa.readers.pdf_lines import Line
from tipqa.readers.pdf_text import Rule, Word

_Words = tuple[Word, ...]
_MOST_ROWS = 300  # of a page where columns are looked for
_NUMBER = re.compile(r"[0-9]{1,9}")
_ITEM = re.compile(r"[\[(]?(\d{1,3})[\].):]+")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—\[(| ]*(?:\d{1,4}|[ivxl]{1,6})[-–—\])| ]*"
                          r"(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)  # fmt: skip


def without_frame(
    pages: Sequence[list[Line]], heights: Sequence[float], body_size: float
) -> list[Line]:
    """Take running headers, footers and page numbers out of the pages.

    They stand at a page's edge, and at the same height on another page, with numbers that
    are the same or rise with the pages'; or alone in the margin, as what a browser prints.

    Returns:
        What was taken out, in page order.
    """
    stands: defaultdict[str, list[Line]] = defaultdict(list)
    edges: list[list[Line]] = []
    for lines, height in zip(pages, heights, strict=True):
        edge = [
            line
            for index, line in enumerate(lines)
            if not line.words[0].raised  # a note's label
            and (index < 4 or index >= len(lines) - 4)
            and not 0.16 * height < line.y < 0.84 * height
        ]
        edges.append(edge)
        for line in edge:
            stands[_NUMBER.sub("#", line.text)].append(line)
    taken: list[Line] = []
    for lines, edge, height in zip(pages, edges, heights, strict=True):
        running: list[Line] = []
        for line in sorted(edge, key=lambda line: abs(line.y - height / 2)):
            elsewhere = any(_repeats(line, o) for o in stands[_NUMBER.sub("#", line.text)])
            outermost = line in (lines[0], lines[-1]) and not 0.1 * height < line.y < 0.9 * height
            number = outermost and _PAGE_NUMBER.fullmatch(line.text.strip())
            alone = outermost and _is_in_margin(line, lines, height, body_size)
            if number or alone or (elsewhere and _is_set_off(line, lines, height, running)):
                running.append(line)
        taken += [line for line in lines if line in running]
        lines[:] = [line for line in lines if line not in running]
    return taken


def _is_set_off(line: Line, lines: Sequence[Line], height: float, running: Sequence[Line]) -> bool:
    """Whether its type or more than a line's space parts it from the text below or above."""
    inner = lines.index(line) + (1 if line.y > height / 2 else -1)
    if not 0 <= inner < len(lines) or lines[inner] in running:
        return True
    other = lines[inner]
    same = (line.size, line.bold, line.italic) == (other.size, other.bold, other.italic)
    return not same or abs(line.y - other.y) > 1.35 * line.size


def _repeats(line: Line, other: Line) -> bool:
    """Whether two lines are one running line, digits aside."""
    pages = line.page - other.page
    numbers = zip(_NUMBER.findall(line.text), _NUMBER.findall(other.text), strict=True)
    return (
        pages != 0
        and abs(line.y - other.y) < 4
        and all(int(a) - int(b) in (0, pages) for a, b in numbers)
    )


def _is_in_margin(line: Line, lines: Sequence[Line], height: float, body_size: float) -> bool:
    apart = min((abs(line.y - other.y) for other in lines if other is not line), default=0.0)
    in_margin = not 0.06 * height < line.y < 0.94 * height
    return in_margin and not line.bold and line.size <= body_size and apart > 1.8 * body_size


def in_columns(page: list[Line], rules: Sequence[Rule], gutters: list[float]) -> list[list[Line]]:
    """Part the rows of a page into blocks in reading order: a column each, or full lines.

    Args:
        page: its rows from the top down, the frame taken out.
        rules: its ruled lines. Where they cross a gap it is a table's, no column's.
        gutters: the middles of gaps found so far, for pages with little text; grows.
    """
    if not page or len(page) > _MOST_ROWS:
        return [page] if page else []
    left, right = min(line.x0 for line in page), max(line.x1 for line in page)
    blocks: list[list[Line]] = []
    full: list[Line] = []
    start = 0
    while start < len(page):
        end, gutter = _band(page, start, left, right, rules, gutters)
        if gutter is None or _is_better_below(page, start, gutter, left, right, rules, gutters):
            full.append(page[start])
            start += 1
            continue
        blocks += [full] if full else []
        full = []
        gutters.append(gutter)
        for side in _sides(page[start:end], gutter):
            column = [Line(page[0].page, words) for words in side]
            blocks += in_columns(column, rules, gutters)
        start = end
    return blocks + ([full] if full else [])


def _is_better_below(
    page: Sequence[Line],
    start: int,
    gutter: float,
    left: float,
    right: float,
    rules: Sequence[Rule],
    gutters: Sequence[float],
) -> bool:
    """Whether some rows less at the top leave a gap nearer to the middle."""
    middle = (left + right) / 2
    for later in range(start + 1, min(start + 5, len(page))):
        _, other = _band(page, later, left, right, rules, gutters)
        if other is not None and abs(other - middle) < abs(gutter - middle) - 6:
            return True
    return False


def _sides(band: Sequence[Line], gutter: float) -> tuple[list[_Words], list[_Words]]:
    """The words of each line on either side of a gap, where there are any."""
    sides: tuple[list[_Words], list[_Words]] = ([], [])
    for line in band:
        for side, words in zip(
            sides,
            (
                tuple(w for w in line.words if w.x1 <= gutter),
                tuple(w for w in line.words if w.x1 > gutter),
            ),
            strict=True,
        ):
            if words:
                side.append(words)
    return sides


def _band(
    page: Sequence[Line],
    start: int,
    left: float,
    right: float,
    rules: Sequence[Rule],
    gutters: Sequence[float],
) -> tuple[int, float | None]:
    """How far down from a row two columns go, and the middle of the gap between them."""
    width = right - left
    free = [(left + 0.2 * width, right - 0.2 * width)]
    end = start
    while end < len(page):
        now = _gaps(page[end], free)
        if not now:
            break
        free, end = now, end + 1
    between = _most_central(page[start:end], free, (left + right) / 2)
    if between is None:
        return start, None
    gutter = sum(between) / 2
    sides = _sides(page[start:end], gutter)
    if not all(sides):
        return start, None
    known = any(abs(gutter - other) < 8 for other in gutters) or _is_one_list(sides)
    if min(map(len, sides)) < (1 if known else 3) or len(sides[0]) + len(sides[1]) < 8 - 4 * known:
        return start, None
    top, bottom = page[start].y, page[end - 1].y
    crossing = [
        rule.y
        for rule in rules
        if rule.x0 < between[0] and rule.x1 > between[1] and bottom - 12 < rule.y < top + 15
    ]
    edges = ((left, between[0]), (between[1], right))
    of_a_table = len(crossing) > 1 or any(bottom < y < top for y in crossing)
    if of_a_table or not (known or all(map(_is_prose, sides, edges))):
        return start, None
    return end, gutter


def _is_one_list(sides: tuple[list[_Words], list[_Words]]) -> bool:
    """Whether numbered items run down one side and on down the other."""
    numbers = [
        [int(found[1]) for words in side if (found := _ITEM.fullmatch(words[0].text))]
        for side in sides
    ]
    left, right = numbers
    if not left or not right or right[0] != left[-1] + 1:
        return False
    return all(b - a == 1 for side in numbers for a, b in pairwise(side))


def _gaps(line: Line, free: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What a line leaves free of some gaps, where that is wider than a space."""
    least = max(3.0, 0.4 * line.size)
    for word in line.words:
        free = [
            piece
            for a, b in free
            for piece in (
                [(a, b)] if word.x1 <= a or word.x0 >= b else [(a, word.x0), (word.x1, b)]
            )
            if piece[1] - piece[0] >= least
        ]
    return list(free)


def _most_central(
    band: Sequence[Line], free: Iterable[tuple[float, float]], middle: float
) -> tuple[float, float] | None:
    """The gap with words on both sides that is nearest to the middle.

    Others part the labels of a list from its items.
    """
    words = [word for line in band for word in line.words]
    parting = [
        gap
        for gap in free
        if any(w.x1 <= gap[0] + 0.01 for w in words) and any(w.x0 >= gap[1] - 0.01 for w in words)
    ]
    return min(parting, key=lambda gap: abs(sum(gap) / 2 - middle), default=None)


def _is_prose(side: Sequence[_Words], edges: tuple[float, float]) -> bool:
    """Whether most lines of a column reach far into it, and have words enough."""
    start = min(words[0].x0 for words in side)
    reach = sorted((words[-1].x1 - start) / max(edges[1] - start, 1) for words in side)
    counts = sorted(len(words) for words in side)
    return reach[len(reach) // 2] > 0.5 and counts[len(counts) // 2] >= 3


def placed(blocks: Iterable[list[Line]], first: int) -> list[Line]:
    """Give each line the edges of its column, and the number of its block."""
    lines: list[Line] = []
    for number, block in enumerate(blocks, first):
        left, right = min(line.x0 for line in block), max(line.x1 for line in block)
        lines += [replace(line, left=left, right=right, block=number) for line in block]
    return lines
