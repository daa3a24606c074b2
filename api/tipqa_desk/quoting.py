"""Where the words of a quotation stand in its passage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from tipqa.types import Passage, Span

_OMITTED = re.compile(r"\[ ?(?:…|\.\.\.|\. \. \.) ?\]|…|\.\.\.|\. \. \.")
_BRACKETS = re.compile(r"(\[[^\[\]]*\])")
_NO_SIGN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LIKE = 50  # of 100: what is less like the quotation is not what was quoted
_CONTEXT, _MOST = 4, 30  # words shown on each side of what differs, and of it at most


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a quotation stands.

    Attributes:
        spans: in the passage's text, one for each part between omissions; where the
            quotation isn't verbatim, that of the nearest words, if there are any.
        verbatim: whether each part stands in the passage, in this order.
        additions: what an editor put in, with its brackets.
        edited: the part that isn't there, and the words of the passage nearest to it.
    """

    spans: tuple[Span, ...]
    verbatim: bool
    additions: tuple[str, ...] = ()
    edited: tuple[str, str] | None = None


def place(quoted: str, passage: Passage) -> Placed:
    """Find a quotation in a passage: white space folded, else letter by letter.

    An omission ("[…]" or "…") parts it into pieces that must follow each other. Brackets
    may hold an editor's addition, or the letter of a word in another case: "[T]he". A
    piece begins and ends with whole words.
    """
    quoted, text = folded(quoted), _Folded(passage)
    whole = text.literally(quoted)
    if whole:
        return Placed((text.span(whole),), True)
    spans: list[Span] = []
    additions: list[str] = []
    after = 0
    for part in map(str.strip, _OMITTED.split(quoted)):
        if not part:
            continue
        pieces = [piece.strip() for piece in _BRACKETS.split(part) if piece.strip()]
        found = text.find(pieces, after)
        if found is None:
            near = text.nearest(part)
            return Placed((text.span(near),) if near else (), False, (), text.differing(part, near))
        (first, after), added = found
        spans.append(text.span((first, after)))
        additions += added
    alone = not any(first < last for first, last in spans)
    return Placed(tuple(spans), not alone, tuple(additions), (quoted, "") if alone else None)


def folded(text: str) -> str:
    """A text as Markdown would show it in one line."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """A text without the signs that neither Markdown nor XML has a place for."""
    return _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", text)


class _Folded:
    """A passage's text in one line, and where each sign of it comes from."""

    def __init__(self, passage: Passage) -> None:
        self._at: list[int] = []
        signs: list[str] = []
        for at, sign in enumerate(clean(passage.text)):
            if sign.isspace():
                if not signs or signs[-1] == " ":
                    continue
                sign = " "
            signs.append(sign)
            self._at.append(at)
        self.text = "".join(signs).rstrip()
        self._at = self._at[: len(self.text)]
        ends = {end for span in passage.sentences for end in span}
        self._edges = {place for place, at in enumerate(self._at) if at in ends}

    def span(self, place: Span) -> Span:
        """A place of it in the passage's own text."""
        first, last = place
        return (self._at[first], self._at[last - 1] + 1) if last > first else (0, 0)

    def find(self, pieces: list[str], after: int) -> tuple[Span, list[str]] | None:
        """The first place where words and brackets follow each other, and what was added."""
        if len(pieces) > len(self.text):
            return None  # more brackets than there are places for them
        for start in self._starts(pieces[0], after):
            if self._cuts(start):
                continue
            for end, added in _ends(pieces, self.text, start).items():
                if not self._cuts(end):
                    return (start, end), list(added)
        return None

    def literally(self, words: str) -> Span | None:
        """The first place of words in which brackets and dots are those of the passage."""
        start = self.text.find(words) if words else -1
        while start >= 0:
            if not self._cuts(start) and not self._cuts(start + len(words)):
                return start, start + len(words)
            start = self.text.find(words, start + 1)
        return None

    def _starts(self, piece: str, after: int) -> Iterator[int]:
        if piece.startswith("["):
            yield from range(after, len(self.text))
            return
        start = self.text.find(piece, after)
        while start >= 0:
            yield start
            start = self.text.find(piece, start + 1)

    def _cuts(self, at: int) -> bool:
        """Whether a word goes on over a place, as far as its script parts words."""
        if not 0 < at < len(self.text) or at in self._edges:
            return False
        return all(s.isdigit() or s.lower() != s.upper() for s in self.text[at - 1 : at + 1])

    def nearest(self, part: str) -> Span | None:
        """The words most like a part; None where nothing is."""
        found = fuzz.partial_ratio_alignment(part, self.text, score_cutoff=_LIKE)
        if found is None or found.dest_end <= found.dest_start:
            return None
        first, last = found.dest_start, found.dest_end
        first = self.text.rfind(" ", 0, first + 1) + 1
        last = self.text.find(" ", last - 1) if " " in self.text[last - 1 :] else len(self.text)
        return (first, last) if first < last else None

    def differing(self, part: str, place: Span | None) -> tuple[str, str]:
        """The first difference of a part and the words at a place, with a few words around."""
        ours, theirs = part.split(), self.text[slice(*place)].split() if place else []
        differ = [found for found in Levenshtein.opcodes(ours, theirs) if found.tag != "equal"]
        if not differ:  # a word was cut
            return _around(ours, 0, len(ours)), _around(theirs, 0, len(theirs))
        first = differ[0]
        return (
            _around(ours, first.src_start, first.src_end),
            _around(theirs, first.dest_start, first.dest_end),
        )


def _around(words: list[str], first: int, last: int) -> str:
    """Some of the words, with a few on each side."""
    first, last = max(first - _CONTEXT, 0), min(last + _CONTEXT, len(words))
    end = min(last, first + _MOST)
    head, tail = "… " if first else "", " …" if end < len(words) else ""
    return f"{head}{' '.join(words[first:end])}{tail}" if words else ""


def _ends(pieces: list[str], text: str, start: int) -> dict[int, tuple[str, ...]]:
    """Where pieces that begin at `start` may end, each with what an editor added on the way."""
    ends: dict[int, tuple[str, ...]] = {start: ()}
    for number, piece in enumerate(pieces):
        reached: dict[int, tuple[str, ...]] = {}
        for end, added in ends.items():
            for at in (end, end + 1) if number and text[end : end + 1] == " " else (end,):
                if text.startswith(piece, at):
                    reached.setdefault(at + len(piece), added)
                if not piece.startswith("["):
                    continue
                inner = piece[1:-1]
                if len(inner) == 1 and text[at : at + 1].lower() == inner.lower():
                    reached.setdefault(at + 1, (*added, piece))
                reached.setdefault(at, (*added, piece))
        ends = reached
    return ends
