"""Lines of a PDF → headings and paragraphs; tables and captions set apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tipqa.readers.furniture import is_notes_heading
from tipqa.readers.markers import RAISED, SIGNS
from tipqa.readers.pdf_layout import Line
from tipqa.readers.pdf_text import Rule

_CAPTION = re.compile(
    r"(?:Table|Figure|Fig\.|Chart|Graph|Map|Exhibit)\s+(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)"
    r"(?:\s*[.:–—]|\s+-|\s*\(continued\)|$)",
    re.IGNORECASE,
)
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
    """A heading or a paragraph; `rank` orders headings, higher ones first, None: text."""

    page: int
    text: str
    rank: _Rank | None = None


def without_tables(
    lines: Sequence[Line], rules: Mapping[int, Sequence[Rule]], body_size: float
) -> tuple[list[Line], list[Line]]:
    """Part lines into running text and what belongs to tables and figures.

    A table begins at its caption, between ruled lines, or where three lines running
    have cells; it ends at the first line that has the size and place of running text.
    """
    text: list[Line] = []
    tables: list[Line] = []
    caption: Line | None = None
    inside = False
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        inside = inside and before is not None and before.page == line.page
        if is_notes_heading(line.text):
            inside = False
        elif _CAPTION.match(line.text) and _begins(line, before):
            inside, caption = True, line
        elif inside and caption is before and _same_style(line, before) and _close(line, before):
            caption = line  # it goes on
        elif inside:
            inside = _is_cell(line, rules[line.page], body_size)
        else:
            inside = _opens_table(lines[index : index + 3], rules[line.page], body_size)
        (tables if inside else text).append(line)
    return text, tables


def _begins(line: Line, before: Line | None) -> bool:
    """Whether a line that looks like a caption is no line amid a paragraph."""
    if before is None or before.block != line.block or not _same_style(line, before):
        return True
    return not _close(line, before) or _is_ended(before.text)


def _same_style(line: Line, other: Line | None) -> bool:
    return other is not None and (line.size, line.bold) == (other.size, other.bold)


def _close(line: Line, before: Line | None) -> bool:
    return before is not None and 0 < before.y - line.y < 1.45 * line.size


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
    if all(_has_cells(line) for line in lines) and len(lines) == 3:
        return True
    small = first.size < body_size - 0.4
    if not (small or _has_cells(first)) or _spaces(first, rules) > 12 * first.size:
        return False
    return sum(r.x0 - 5 < first.x0 < r.x1 and r.y < first.y + 30 for r in rules) >= 3


def blocks_of(lines: Sequence[Line], body_size: float) -> list[Block]:
    """Join the lines of running text to headings and paragraphs.

    Words cut at a line's end are whole again; a paragraph that a page's end or a table
    cuts, too.
    """
    leading = _leadings(lines)
    indents = sum(
        0.7 < (line.x0 - line.left) / line.size < 4 and _close(line, before)
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
    known = _whole_words(lines)
    return [
        Block(group[0].page, _joined(group, known), rank)
        for group, rank in zip(groups, ranks, strict=True)
    ]


def _whole_words(lines: Sequence[Line]) -> Counter[str]:
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
    over = before is None or not _close(line, before) or _is_ended(before.text)
    under = after is None or after.italic != line.italic or not _close(after, line)
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
