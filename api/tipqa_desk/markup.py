"""Markdown as a letter has it: its tokens, and in them the keys and what is quoted.

A quotation is a block quotation, or words in quotation marks, and the key of its passage
behind it: [@cambodia-2005#p11], as Pandoc writes citations. What a letter has no use for is
read as text: HTML, code, images and links by reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from tipqa.types import Span

Piece = tuple[int, int, int, int]
"""The number of an inline token, that of a child of it, and a span of the child's text."""

KEY = re.compile(r"\[@([^\[\]\n]*)\]")
"""What a key looks like; one that is escaped is none."""
_QUOTED = re.compile(r'“[^“”]+”|(?<!\w)"[^"]+"(?!\w)')
_OPENED_BY = {"”": "“„", "“": "„", "»": "«", "’": "‘", '"': '"'}
_BEFORE_KEY = re.compile(r'[”"“»’](?=[\s.,;:]*\Z)')
_TERM = 3  # words in quotation marks that need no key: they name a thing
DEEPEST = 50  # what lies deeper, the parser would drop


def parse(markdown: str) -> list[Token]:
    """Markdown as a letter has it; keys are tokens of their own."""
    return _parser().parse(markdown)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Only what a reader of a letter may be led to; else it stays text."""
        return url.lower().startswith(("http://", "https://", "mailto:"))


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": 2 * DEEPEST})
    parser.disable(["code", "fence", "backticks", "html_block", "html_inline"])
    parser.disable(["image", "reference"])
    parser.inline.ruler.before("link", "key", _key)
    return parser


def _key(state: StateInline, silent: bool) -> bool:
    found = KEY.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("key", "", 0)
        token.content = found[1].strip()
        token.meta["at"] = state.pos
    state.pos = found.end()
    return True


@dataclass(frozen=True, slots=True)
class KeyAt:
    """A key: of which passage, in which line, and at which place of its run's text."""

    passage: str
    line: int
    at: int


class Run:
    """The text of a block quotation, or of another block, and where each part comes from."""

    def __init__(self, kind: Literal["quotation", "heading", "text"]) -> None:
        self.kind = kind
        self.text = ""
        self.keys: list[KeyAt] = []
        self._parts: list[tuple[int, int, int]] = []
        self._lines: list[tuple[int, int]] = []

    def add(self, number: int, token: Token) -> None:
        """Go on with an inline token."""
        self.text += "\n" if self.text else ""
        line = first = (token.map or [0])[0] + 1
        self._lines.append((len(self.text), line))
        for place_of, child in enumerate(token.children or ()):
            if child.type == "key":
                line_of = first + token.content[: child.meta["at"]].count("\n")
                self.keys.append(KeyAt(child.content, line_of, len(self.text)))
            elif child.type in ("softbreak", "hardbreak"):
                line += 1
                self.text += "\n"
                self._lines.append((len(self.text), line))
            elif child.content:
                self._parts.append((len(self.text), number, place_of))
                self.text += child.content

    def line(self, at: int) -> int:
        return [line for start, line in self._lines if start <= at][-1]

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """The pieces of tokens that a place of the text comes from."""
        found = []
        after = [first for first, _, _ in self._parts[1:]] + [len(self.text)]
        for (first, number, child), until in zip(self._parts, after, strict=True):
            if first < end and start < until:
                found.append((number, child, max(start - first, 0), min(end, until) - first))
        return tuple(found)

    def claims(self) -> Iterator[tuple[KeyAt | None, int, int]]:
        """Keys with the words before them; words without one; keys alone have no words."""
        before, open_words = 0, []
        for key in self.keys:
            start, end = self._words_before(key.at, before)
            open_words.append((before, start if start < end else key.at))
            yield key, start, end
            before = key.at
        open_words.append((before, len(self.text)))
        if self.kind == "quotation":
            start, end = _trimmed(self.text, before, len(self.text))
            if start < end:
                yield None, start, end
        elif self.kind == "text":
            for first, last in open_words:
                for found in _QUOTED.finditer(self.text, first, last):
                    if len(found[0].split()) > _TERM:
                        yield None, found.start() + 1, found.end() - 1

    def _words_before(self, at: int, before: int) -> Span:
        if self.kind == "quotation":
            return _trimmed(self.text, before, at)
        closed = _BEFORE_KEY.search(self.text, before, at)
        if not closed:
            return at, at
        opened = _opening(self.text, before, closed.start())
        if opened is None:  # an apostrophe; or all is held to be quoted, so that it's looked at
            start, end = _trimmed(self.text, before, closed.start())
            return (at, at) if closed[0] == "’" or start == end else (start, end)
        return opened + 1, closed.start()


def runs(tokens: Sequence[Token]) -> Iterator[Run]:
    quotation: Run | None = None
    kind: Literal["heading", "text"] = "text"
    for number, token in enumerate(tokens):
        if token.type == "blockquote_open" and quotation is None:
            quotation, level = Run("quotation"), token.level
        elif token.type == "blockquote_close" and quotation and token.level == level:
            yield quotation
            quotation = None
        elif token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "text"
        elif token.type == "inline" and quotation:
            quotation.add(number, token)
        elif token.type == "inline":
            run = Run(kind)
            run.add(number, token)
            yield run


def _opening(text: str, before: int, closed: int) -> int | None:
    """Where the quotation opens that a mark closes; those within it are passed over."""
    deep = 0
    for at in range(closed - 1, before - 1, -1):
        sign = text[at]
        if text[closed] == sign == '"':
            last = text[at - 1] if at > before else " "
            opens = not last.isalnum() and last not in ".,;:!?)]" and not text[at + 1].isspace()
        elif sign in _OPENED_BY[text[closed]] or (sign == text[closed] != "’"):
            opens = sign != text[closed]
        else:
            continue
        if opens and deep == 0:
            return at
        deep += -1 if opens else 1
    return None


def _trimmed(text: str, start: int, end: int) -> Span:
    """A place without the white space around it, nor the stop that follows a key before it."""
    closes = " \t\n.,;:)" if start else ""
    while start < end and (text[start].isspace() or text[start] in closes):
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
