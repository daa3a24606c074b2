"""Which sentence of one text became which of another, wherever in it they stand."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from tipqa.types import Span

ALIKE = 0.5
"""How alike a sentence and its new wording are at the least.

0 to 1: words that both have, in one order, of all their words. Anything from 0.4 to 0.6 does
as well (benchmarks/README.md).
"""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_QUOTES = re.compile("[\"'`\u00b4\u00ab\u00bb\u2018-\u201f\u2032\u2033\u2039\u203a]+")
_DASHES = re.compile("[-\u2010-\u2015\u2212]+")
_SPACE = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # between two digits it parts two numbers
_WORD = re.compile(r"\w+")

Pair = tuple[int, int]
"""A sentence of the old text and one of the new, by their places, from 0."""


def folded(text: str) -> str:
    """A text without what is typography alone: white space, kinds of quotes and dashes.

    Two texts are the same words where this is equal. Numbers, case, commas and full stops
    count; so does the space between two numbers.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\u2026", "...")
    text = _DASHES.sub("-", _QUOTES.sub('"', text))
    return _SPACE.sub("", " ".join(text.split()))


def same(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Pair what is equal: runs in their order first, then what was moved, first with first."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    pairs = [(block.a + n, block.b + n) for block in blocks for n in range(block.size)]
    held_old, held_new = {a for a, _ in pairs}, {b for _, b in pairs}
    moved: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for place, key in enumerate(old):
        if place not in held_old:
            moved[key].append(place)
    for place, key in enumerate(new):
        if place not in held_new and moved[key]:
            pairs.append((moved[key].popleft(), place))
    return sorted(pairs)


def reworded(old: Sequence[str], new: Sequence[str], alike: float = ALIKE) -> list[Pair]:
    """Pair texts that are alike, the most alike first, each with one other at the most."""
    if not old or not new:
        return []
    likeness = process.cdist(
        [_words(text) for text in old],
        [_words(text) for text in new],
        scorer=Indel.normalized_similarity,
        score_cutoff=alike,
    )
    pairs: dict[int, int] = {}
    held: set[int] = set()
    for place in np.argsort(-likeness, axis=None, kind="stable"):  # ties: the first with the first
        a, b = divmod(int(place), len(new))
        if likeness[a, b] < alike:
            break
        if a not in pairs and b not in held:
            pairs[a] = b
            held.add(b)
    return sorted(pairs.items())


def changed_words(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """The words of an old text that its new one has not, and the other way round, as spans."""
    places = [[match.span() for match in re.finditer(r"\S+", text)] for text in (old, new)]
    before, after = (
        [folded(text[slice(*span)]) for span in spans]
        for text, spans in zip((old, new), places, strict=True)
    )
    spans: tuple[list[Span], list[Span]] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            for side, (first, last) in enumerate(((a, b), (c, d))):
                if first < last:
                    spans[side].append((places[side][first][0], places[side][last - 1][1]))
    return spans


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())
