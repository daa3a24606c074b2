"""Words that a line's end cut in two: whose the hyphen is."""

from __future__ import annotations

import re
from collections import Counter

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Where only a line's end shows a word with one of these, its hyphen is the word's own.
_OWN_HYPHEN = frozenset(
    "all anti cross ex full half high long low mid multi non part post pre pro self short "
    "so state sub twelve twenty well year years".split()
)


def keeps_hyphen(first: str, second: str, known: Counter[str]) -> bool:
    """Whether the hyphen at a line's end is the word's own, as elsewhere in the text.

    Args:
        first: the part before the hyphen.
        second: the part that begins the next line.
        known: how often each word, in lower case, stands whole in the text.
    """
    with_hyphen, whole = f"{first}-{second}".lower(), f"{first}{second}".lower()
    if known[with_hyphen] or known[whole]:
        return known[with_hyphen] >= known[whole]
    if second[0].isupper() or first.isupper() or "-" in first:
        return True
    both = len(first) > 2 and len(second) > 2 and known[first.lower()] and known[second.lower()]
    return first.lower() in _OWN_HYPHEN or bool(both)
