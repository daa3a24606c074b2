"""What a few letters may be the beginning of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from tipqa.lexical import words

_LEAST = 3  # uses of a term, and letters of a last word that is completed alone
_LOOKED_AT = 2000  # of what starts with the same letters


class Suggestions:
    """Names and frequent terms by how they, or one of a name's words, begin.

    Args:
        names: as they are written, with the number of passages that they would bring.
        counts: terms in lower case with the number of their uses.
    """

    def __init__(self, names: Mapping[str, int], counts: Mapping[str, int]) -> None:
        shown = {
            term: (count, term, False)
            for term, count in counts.items()
            if count >= _LEAST and not any(map(str.isdigit, term))
        }
        for name, count in names.items():
            key = " ".join(words(name))
            known = shown.get(key, (0,))[0]
            shown[key] = (max(count, known), name, True)
        entries = []
        for key, (count, text, is_name) in shown.items():
            starts = [n + 1 for n, letter in enumerate(key) if letter == " "] if is_name else []
            entries += [(key[start:], start > 0, -count, text) for start in [0, *starts]]
        self._entries = sorted(entries)
        self._keys = [key for key, *_ in self._entries]

    def starting(self, typed: str, count: int) -> list[str]:
        """The likeliest continuations of what was typed, else of its last words."""
        typed_words = words(typed)
        for start in range(len(typed_words)):
            prefix = " ".join(typed_words[start:])
            if start and len(prefix) < _LEAST:
                break
            first = bisect_left(self._keys, prefix)
            found = []
            for key, within, rank, text in self._entries[first : first + _LOOKED_AT]:
                if not key.startswith(prefix):
                    break
                found.append((within, rank, len(key), text))
            if found:
                before = " ".join(typed_words[:start])
                texts = dict.fromkeys(text for *_, text in sorted(found))
                return [f"{before} {text}".strip() for text in texts][:count]
        return []
