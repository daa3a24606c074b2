"""The tables and figures of a PDF, set apart from the running text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tipqa.readers.furniture import is_notes_heading
from tipqa.readers.pdf_lines import Line
from tipqa.readers.pdf_text import Rule

_CAPTION = re.compile(
    r"(?:Table|Figure|Fig\.|Chart|Graph|Map|Exhibit)\s+(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)"
    r"(?:\s*[.:–—]|\s+-|\s*\(continued\)|$)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Table:
    """The lines of a table or figure on one page, but for its caption."""

    lines: list[Line] = field(default_factory=list)
    caption: list[Line] = field(default_factory=list)


def without_tables(
    lines: Sequence[Line], rules: Mapping[int, Sequence[Rule]], body_size: float
) -> tuple[list[Line], list[Table]]:
    """Part lines into running text and what belongs to tables and figures.

    A table begins at its caption, between ruled lines, or where three lines running
    have cells; it ends at the first line that has the size and place of running text.
    """
    text: list[Line] = []
    tables: list[Table] = []
    caption: Line | None = None
    inside = False
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        was_inside = inside = inside and before is not None and before.page == line.page
        if is_notes_heading(line.text):
            inside = False
        elif _CAPTION.match(line.text) and _begins(line, before):
            inside, caption = True, line
            was_inside = False
        elif inside and caption is before and _goes_on(line, before):
            caption = line
        elif inside:  # the head of a table may have narrow gaps
            first = [line, *lines[index + 1 : index + 2]][: 1 + (caption is before)]
            inside = any(_is_cell(other, rules.get(line.page, ()), body_size) for other in first)
        else:
            inside = _opens_table(lines[index : index + 3], rules.get(line.page, ()), body_size)
        if not inside:
            text.append(line)
            continue
        if not was_inside:
            tables.append(Table())
        (tables[-1].caption if caption is line else tables[-1].lines).append(line)
    return text, tables


def _begins(line: Line, before: Line | None) -> bool:
    """Whether a line that looks like a caption is no line amid a paragraph."""
    if before is None or before.block != line.block or not _same_style(line, before):
        return True
    return not line.is_close_to(before) or before.is_ended


def _same_style(line: Line, other: Line | None) -> bool:
    return other is not None and (line.size, line.bold) == (other.size, other.bold)


def _goes_on(line: Line, caption: Line | None) -> bool:
    return _same_style(line, caption) and line.is_close_to(caption)


def _spaces(line: Line, rules: Sequence[Rule]) -> float:
    """How far apart the ruled lines over and under a line are; infinite without."""
    over = [r.y for r in rules if r.x0 - 5 < line.x0 < r.x1 and r.y > line.y]
    under = [r.y for r in rules if r.x0 - 5 < line.x0 < r.x1 and r.y <= line.y + 1]
    return min(over) - max(under) if over and under else float("inf")


def _is_cell(line: Line, rules: Sequence[Rule], body_size: float) -> bool:
    return (
        line.size < body_size - 0.4
        or _has_cells(line)
        or _spaces(line, rules) < 4 * line.size
        or line.x0 - line.left > 4 * line.size
    )


def _has_cells(line: Line) -> bool:
    label = len(line.words[0].text) <= 4 and line.words[0].x0 == line.x0
    gap = len(line.words) > 1 and line.words[1].x0 - line.words[0].x1 > 1.5 * line.size
    return line.cells > 1 + (label and gap)


def _opens_table(lines: Sequence[Line], rules: Sequence[Rule], body_size: float) -> bool:
    first = lines[0]
    spaces = [_spaces(line, rules) / line.size for line in lines[:2]]
    if len(spaces) == 2 and spaces[0] < 2.5 and spaces[1] < 4:
        return True
    if all(_has_cells(line) for line in lines) and len(lines) == 3:
        return True
    small = first.size < body_size - 0.4
    if not (small or _has_cells(first)) or _spaces(first, rules) > 12 * first.size:
        return False
    return sum(r.x0 - 5 < first.x0 < r.x1 and r.y < first.y + 30 for r in rules) >= 3
