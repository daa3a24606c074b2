"""The lines of a plain text as they were before a page or a column broke them.

A text that was printed, scanned or taken out of a PDF has running headers, page numbers and
words cut in two. They go before anything else is looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, takewhile

from tipqa.readers import furniture
from tipqa.readers.hyphens import WORD, keeps_hyphen
from tipqa.types import LeftOut

_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:page|p\.|pg\.?)?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?[-–—|\s]*", re.I
)
_MAIL = re.compile(r"(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|Message-ID|X-[\w-]+): ")
_RULE = re.compile(r"\s*(?:\*(?:\s+\*){2,}|([=_.~#+–—-])\1{2,}|-(?:\s+-){2,})\s*")
_GAP = re.compile(r"(?<=\S)(?: {2,}|\s*\t\s*)(?=\S)")
_LABEL = re.compile(r"\W*\w{0,3}\W*")
_MOST_WORDS_OF_A_CELL = 6
_CUT = re.compile(r"([^\W\d_]+)-$")
_GOES_ON = re.compile(r"\s*([a-zà-öø-ÿ]\w*)([^\w\s]*)\s*")
_LONGEST_WORD = 60
_LINES_OF_A_HEAD = 6
_EDGE = 2
"""How many lines from its top and its bottom a page's header and footer may be."""


@dataclass(slots=True)
class Lines:
    """The lines of a file, each at its place; those that went are empty.

    `breaks` are the indexes of the lines that begin a page.
    """

    lines: list[str]
    breaks: list[int] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def unbroken(lines: Sequence[str]) -> Lines:
    """Take running headers, page numbers and hyphens of the line's end out of a text."""
    mail = _mail_head(lines)
    breaks = [index for index, line in enumerate(lines) if "\f" in line]
    found = Lines([line.replace("\f", " ") for line in lines], breaks)
    rules = {index for index, line in enumerate(found.lines) if _RULE.fullmatch(line)}
    bylines = _bylines(found.lines)
    tables = _tables(found.lines, rules)
    for index in sorted(mail | rules | bylines | tables | _running(found) | _page_numbers(found)):
        found.left_out.append(LeftOut(index + 1, found.lines[index].strip()))
        found.lines[index] = ""
    _join_words(found.lines)
    return found


def _mail_head(lines: Sequence[str]) -> set[int]:
    """The lines at the top of a mail: "Subject: …", "Date: …"."""
    head = list(takewhile(_MAIL.match, lines))
    return set(range(len(head))) if len(head) > 1 else set()


def _bylines(lines: Sequence[str]) -> set[int]:
    """The lines below the first in the head of a text that tell who wrote it, and when."""
    told = ((index, " ".join(line.split())) for index, line in enumerate(lines) if line.strip())
    head = takewhile(lambda at: furniture.is_short_line(at[1]) or furniture.is_byline(at[1]), told)
    return {index for index, line in islice(head, 1, _LINES_OF_A_HEAD) if furniture.is_byline(line)}


def _tables(lines: Sequence[str], rules: set[int]) -> set[int]:
    """The rows of tables, two at least one below the other, and the captions next to them."""
    told = [n for n, line in enumerate(lines) if line.strip() and n not in rules]
    rows = {n for n in told if _is_row(lines[n])}
    found: set[int] = set()
    for above, index, below in zip([-1, *told], told, [*told[1:], -1], strict=False):
        caption = furniture.is_caption(lines[index].strip())
        if (index in rows or caption) and not rows.isdisjoint({above, below}):
            found.add(index)
    return found


def _is_row(line: str) -> bool:
    """Whether a line has gaps between a few words each, as cells have, and is no note."""
    cells = _GAP.split(line.strip())
    short = all(len(cell.split()) <= _MOST_WORDS_OF_A_CELL for cell in cells)
    return len(cells) > 1 + bool(_LABEL.fullmatch(cells[0])) and short


def _running(found: Lines) -> set[int]:
    """Lines that stand at the edge of most pages, digits aside, but the first of each."""
    starts = [0, *(index for index in found.breaks if index)]
    if len(starts) < 2:
        return set()
    edges = []
    for start, end in zip(starts, [*starts[1:], len(found.lines)], strict=True):
        page = [index for index in range(start, end) if found.lines[index].strip()]
        edges.append({*page[:_EDGE], *page[-_EDGE:]})
    shape = {n: re.sub(r"[\W\d_]+", " ", found.lines[n]).strip() for page in edges for n in page}
    counted = Counter(text for page in edges for text in {shape[n] for n in page} if text)
    often = {text for text, count in counted.items() if count > 1 and 2 * count >= len(edges)}
    first = {text: n for n, text in sorted(shape.items(), reverse=True)}
    return {n for n, text in shape.items() if text in often and n != first[text]}


def _page_numbers(found: Lines) -> set[int]:
    """Lines that are a number and no more: last of a page, or one more than the one before."""
    lines = found.lines
    numbers: list[tuple[int, int]] = []
    last: set[int] = set()
    begins = set(found.breaks)
    following = [len(lines)] * (len(lines) + 1)  # by line, the next that isn't blank
    for index in range(len(lines) - 1, -1, -1):
        following[index] = index if lines[index].strip() else following[index + 1]
    for index, line in enumerate(lines):
        number = _PAGE_NUMBER.fullmatch(line) if line.strip() else None
        if number:
            after = following[index + 1]
            if begins and (after in begins or after == len(lines)):
                last.add(index)
            elif after > index + 1 and not (index and lines[index - 1].strip()):
                numbers.append((index, int(number[1])))
    return last | {
        index
        for (one, number), (two, next_number) in pairwise(numbers)
        if next_number == number + 1
        for index in (one, two)
    }


def _join_words(lines: list[str]) -> None:
    """Write a word that a line's end cut in two as one, on the first of the two lines."""
    known: Counter[str] = Counter()
    for line in lines:
        words = WORD.findall(line)
        known.update(word.lower() for word in words[: -1 if _cut(line) else None])
    for index in range(len(lines) - 1):
        line = lines[index]
        cut = _cut(line)
        rest = _GOES_ON.match(lines[index + 1]) if cut else None
        if cut and rest:
            hyphen = "-" if keeps_hyphen(cut[1], rest[1], known) else ""
            lines[index] = f"{line.rstrip()[:-1]}{hyphen}{rest[1]}{rest[2]}"
            lines[index + 1] = lines[index + 1][rest.end() :]


def _cut(line: str) -> re.Match[str] | None:
    """The part of a word, with its hyphen, that ends a line."""
    return _CUT.search(line.rstrip()[-_LONGEST_WORD:])
