"""A letter as plain text, for a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from tipqa_desk.draft import Draft
from tipqa_desk.letter import letter_tokens

_WIDTH = 76  # characters of a line


def text(draft: Draft) -> str:
    """The letter as plain text: lines of 76 characters, quotations behind "> "."""
    lines: list[str] = []
    gap: str | None = None
    for line in _Plain().lines(letter_tokens(draft)):
        if line.strip("> "):
            lines += [line] if gap is None else [gap, line]
            gap = None
        elif lines:
            gap = line if gap is None else min(gap, line, key=len)
    return "\n".join(lines) + "\n"


class _Plain:
    """Plain text of tokens: prose wrapped, what lies in lists and quotations set in."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._later: list[str] = []
        self._items: list[int | None] = []

    def lines(self, tokens: Sequence[Token]) -> Iterator[str]:
        tight = False
        for token in tokens:
            if token.type == "blockquote_open":
                self._push("> ", "> ")
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                start = token.attrGet("start")
                ordered = token.type == "ordered_list_open"
                self._items.append(int(1 if start is None else start) if ordered else None)
            elif token.type == "list_item_open":
                number = self._items[-1]
                head = "- " if number is None else f"{number}. "
                if number is not None:
                    self._items[-1] = number + 1
                self._push(head, " " * len(head))
            elif token.type in ("blockquote_close", "list_item_close"):
                self._first.pop()
                self._later.pop()
                if token.type == "blockquote_close":
                    yield self._rest()
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self._items.pop()
                yield self._rest()
            elif token.type == "hr":
                yield from (self._take() + "* * *", self._rest())
            elif token.type == "paragraph_open":
                tight = token.hidden
            elif token.type == "inline":
                yield from self._wrapped(token)
                if not tight:
                    yield self._rest()
            elif token.type == "heading_open":
                tight = False

    def _wrapped(self, token: Token) -> Iterator[str]:
        for line in _plain(token).split("\n"):
            room = max(_WIDTH - len("".join(self._later)), 20)
            wrapped = textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False)
            for piece in wrapped or [""]:
                yield (self._take() + piece).rstrip()

    def _push(self, first: str, later: str) -> None:
        self._first.append(first)
        self._later.append(later)

    def _take(self) -> str:
        """What stands before a line; a list's sign only once."""
        taken = "".join(self._first)
        self._first = list(self._later)
        return taken

    def _rest(self) -> str:
        return "".join(self._later).rstrip()


def _plain(token: Token) -> str:
    """The words of an inline token; addresses behind their words, lines where they are meant."""
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for child in token.children or ():
        if child.type == "hardbreak":
            parts.append("\n")
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "link_open":
            links.append((str(child.attrGet("href") or ""), len(parts)))
        elif child.type == "link_close":
            address, start = links.pop()
            address = address.removeprefix("mailto:")
            if "".join(parts[start:]) != address:
                parts.append(f" ({address})")
        else:
            parts.append(child.content)
    return "".join(parts)
