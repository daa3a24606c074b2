"""The lines of a plain text, joined to what they were before they were wrapped."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

from tipqa.readers import furniture

Joined = tuple[int, str]
"""The number of its first line, and the text of a block."""

LIST_ITEM = re.compile(r"^\s*(?:[-+*•–]|[a-z]\)|(?P<number>\d{1,2}[.)]))\s+")
_LONGEST_TITLE = 60  # in characters; a line of wrapped prose is longer
_FEWEST = 3
_MARKER = re.compile(
    r"(?:\s?(?:\[[^\[\]]{1,12}\]|\([\d,; –-]{1,9}\)|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻*†‡§]))+$|(?<=\D[.?!])\d{1,3}$"
)
_LAST = 40  # characters of a line, in which its end is seen
_WRAPPED = 120  # in characters; a longer line was not wrapped, so its end is a paragraph's


def joined(lines: list[str], start: int, end: int) -> list[Joined]:
    """Lines without a blank one between as one, each item of a list by itself."""
    blocks: list[tuple[int, list[str]]] = []
    number = 0  # of the item that is open
    begun = False
    for index in range(start, end):
        line = " ".join(lines[index].split())
        item = LIST_ITEM.match(lines[index])
        if not line:
            begun = False
        elif (
            begun
            and not (item and _opens(item, number, blocks[-1][1]))
            and not _is_over(blocks[-1][1], line)
        ):
            blocks[-1][1].append(line)
        else:
            number = int(item["number"][:-1]) if item and item["number"] else 0
            blocks.append((index + 1, [LIST_ITEM.sub("", line, count=1)]))
            begun = True
    return [whole for line, parts in blocks for whole in _paragraphs(line, parts)]


def _paragraphs(line: int, parts: list[str]) -> list[Joined]:
    """Lines as one paragraph, or each as one: where all end a sentence and none is filled."""
    width = max(map(len, parts))
    has_room = any(len(one) + len(two.split()[0]) < width for one, two in pairwise(parts))
    if len(parts) >= _FEWEST and has_room and all(map(_ends_sentence, parts)):
        return [(line + n, part) for n, part in enumerate(parts)]
    return [(line, " ".join(parts))]


def _opens(item: re.Match[str], last: int, above: list[str]) -> bool:
    """Whether what looks like an item right under a line is one.

    A number may be of the sentence, unless that has ended, or the number goes on.
    """
    if not item["number"]:
        return True
    number = int(item["number"][:-1])
    return number in (1, last + 1) or _ends_sentence(above[-1])


def _ends_sentence(line: str) -> bool:
    """Whether a line ends with its sentence, or with markers after it."""
    return furniture.ends_sentence(_MARKER.sub("", line[-_LAST:]))


def _is_over(above: list[str], line: str) -> bool:
    """Whether what stands right above a line is a paragraph for itself, or a title over it."""
    return len(above[-1]) > _WRAPPED or _is_title(above, line)


def over_pages(
    body: list[Joined], after: list[Joined], breaks: list[int]
) -> tuple[list[Joined], list[Joined]]:
    """Join what a page's end has parted: a sentence that goes on with a small letter."""
    parts: list[list[Joined]] = []
    for part in (body, after):
        whole: list[Joined] = []
        parts.append(whole)
        for line, text in part:
            before = whole or parts[0]
            if not before:
                whole.append((line, text))
                continue
            above = before[-1]
            parted = bisect_left(breaks, above[0]) < bisect_left(breaks, line)
            if parted and text[:1].islower() and not furniture.ends_sentence(above[1]):
                before[-1] = (above[0], f"{above[1]} {text}")
            else:
                whole.append((line, text))
    return parts[0], parts[1]


def _is_title(above: list[str], line: str) -> bool:
    """Whether a block's only line is a title over a paragraph, no blank line between."""
    title = above[0]
    short = len(above) == 1 and len(title) <= _LONGEST_TITLE < len(line)
    return short and furniture.is_short_line(title) and furniture.is_title_case(title)
