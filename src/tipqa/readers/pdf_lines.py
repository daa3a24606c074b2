"""Words of a PDF → lines over the whole width of a page, superscripts in them.

Lines come from baselines; a superscript is a small word that stands higher beside a larger
one, and is written as Unicode has it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from tipqa.readers.markers import RAISED, SIGNS, superscript
from tipqa.readers.pdf_text import Page, Word

_ENDED = re.compile(
    r"[.!?…][\"'”’)\]]*"
    rf"(?:\s*(?:[(\[][\d\s,;–-]+[)\]]|[{RAISED}⁻][{RAISED}⁻,;\s]*|[{SIGNS}]+))*\s*$"
    rf"|(?:(?:[(\[][\d\s,;–-]+[)\]]|[{RAISED}⁻][{RAISED}⁻,;]*|[{SIGNS}]+))[.!?…][\"'”’)\]]*\s*$"
)
_SPOKEN = re.compile(r"[^\W\d_]{2}")
_MOST_WORDS = 5000  # of a page where superscripts are looked for


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline in one column, whose edges are `left` and `right`."""

    page: int
    words: tuple[Word, ...]
    left: float = 0.0
    right: float = 0.0
    block: int = 0
    """Lines of one column on one page share it; it rises in reading order."""
    text: str = field(init=False)
    size: float = field(init=False)
    bold: bool = field(init=False)
    italic: bool = field(init=False)
    cells: int = field(init=False)

    def __post_init__(self) -> None:
        text = raised = ""
        cells = 1
        sizes: Counter[tuple[float, bool, bool]] = Counter()
        for before, word in zip([None, *self.words[:-1]], self.words, strict=True):
            if not word.raised or all(other.raised for other in self.words):
                sizes[word.size, word.bold, word.italic] += len(word.text)
            gap = word.x0 - before.x1 if before else 0.0
            space = " " if before and (word.spaced or gap > 0.15 * word.size) else ""
            cells += gap > 1.5 * max(word.size, before.size if before else 0.0)
            if word.raised and before and before.raised:
                raised += space + word.text
            elif word.raised:
                text, raised = text + space, word.text
            else:
                text += (superscript(raised, text[-1:]) if raised else "") + space + word.text
                raised = ""
        (size, _, _), _ = sizes.most_common(1)[0]
        letters = sum(sizes.values())
        put = object.__setattr__
        put(self, "text", text + superscript(raised, text[-1:]))
        put(self, "size", size)
        put(self, "cells", cells)
        put(self, "bold", sum(n for (_, bold, _), n in sizes.items() if bold) > 0.8 * letters)
        put(self, "italic", sum(n for (_, _, it), n in sizes.items() if it) > 0.8 * letters)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def y(self) -> float:
        return next((word.y for word in self.words if not word.raised), self.words[0].y)

    @property
    def place(self) -> tuple[int, float]:
        """It rises in reading order."""
        return self.block, -self.y

    @property
    def is_ended(self) -> bool:
        """Whether a sentence ends with it, and its markers."""
        return bool(_ENDED.search(self.text))

    @property
    def is_full(self) -> bool:
        """Whether it reaches far to the right of its column."""
        return self.x1 > self.left + 0.7 * (self.right - self.left)

    def is_close_to(self, before: Line | None) -> bool:
        """Whether it stands under a line as in one paragraph."""
        return before is not None and 0 < before.y - self.y < 1.45 * self.size


def rows(page: Page) -> list[Line]:
    """The lines of a page over its whole width, from the top down."""
    found: list[list[Word]] = []
    for word in sorted(page.words, key=lambda w: (-w.y, w.x0)):
        if found and abs(found[-1][0].y - word.y) <= 0.2 * min(word.size, found[-1][0].size):
            found[-1].append(word)
        else:
            found.append([word])
    if len(page.words) <= _MOST_WORDS:
        _raise(found)
    return [Line(page.number, tuple(sorted(row, key=lambda w: w.x0))) for row in found if row]


def _raise(found: list[list[Word]]) -> None:
    """Move small words that stand higher beside larger ones to the row of these."""
    by_height: defaultdict[int, list[list[Word]]] = defaultdict(list)
    for row in found:
        by_height[int(row[0].y // 8)].append(row)
    for row in found:
        for word in sorted(row, key=lambda w: w.x0):
            if len(word.text) > 12:
                continue
            near = range(int(word.y // 8), int(word.y // 8) - 3, -1)
            for host in (host for height in near for host in by_height[height]):
                if host is not row and (
                    any(_stands_at(word, other) for other in host) or _labels(word, row, host)
                ):
                    row.remove(word)
                    host.append(replace(word, raised=True))
                    break


def _stands_at(small: Word, large: Word) -> bool:
    """Whether one is a superscript of the other, or goes on after such a one."""
    if large.raised:
        return abs(small.y - large.y) < 0.1 and 0 <= small.x0 - large.x1 < 0.6 * small.size
    return _is_above(small, large) and (
        -0.1 * large.size < small.x0 - large.x1 < 0.4 * large.size
        or -0.1 * large.size < large.x0 - small.x1 < 0.6 * large.size
    )


def _is_above(small: Word, large: Word) -> bool:
    if not 0.15 * large.size < small.y - large.y < 0.75 * large.size:
        return False
    return small.size < (0.85 if _SPOKEN.search(small.text) else 1.0) * large.size


def _labels(small: Word, row: list[Word], host: list[Word]) -> bool:
    """Whether a superscript stands before a line, some way off, as the label of a note."""
    if len(row) > 1 or not host:
        return False
    first = min(host, key=lambda word: word.x0)
    return _is_above(small, first) and 0 < first.x0 - small.x1 < 3 * first.size
