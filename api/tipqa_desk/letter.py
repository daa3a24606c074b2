"""A draft as it goes out: keys become numbers, and the references follow.

As Markdown, as plain text for a mail, and as a fragment of HTML.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from tipqa.cite import (
    COVERED,
    as_markdown,
    mark,
    one_line,
    profile_source,
    profiles_of,
    reference,
    told,
)
from tipqa.documents import passage_of
from tipqa.types import Passage, Scope, Span
from tipqa_desk.draft import Draft, Piece, Quotation, parse, quotation

_WIDTH = 76  # characters of a line of a mail
_ADDRESS = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?()\[\]\"'“”‘’]")


@dataclass(frozen=True, slots=True)
class References:
    """What a draft's quotations rest on.

    Attributes:
        marks: for each key of the draft the numbers and the profile that stand in its place;
            None where it stays.
        listed: reference n is the one at n - 1.
        profiles: those that are quoted, each in one line.
        inherited: whether a mark has an arrow.
    """

    marks: tuple[tuple[str, str] | None, ...]
    listed: tuple[str, ...]
    profiles: tuple[str, ...]
    inherited: bool


def begin(question: str, picks: Sequence[dict[str, Any]]) -> str:
    """The draft of an answer: a letter that quotes each pick, for a person to go on with."""
    said = "We looked for it in the country profiles that we keep, and did not find an answer."
    if picks:
        said = (
            "This is what the country profiles that we keep say about it, word for word. The "
            "numbers in brackets lead to their sources, which stand at the end."
        )
    parts = [
        f"## {as_markdown(question)}" if question.split() else "",
        "Dear reader,",
        f"Thank you for your question. {said}",
    ]
    before: tuple[str, tuple[str, ...]] | None = None
    for document in picks:
        passage = passage_of(document)
        place = (passage.profile.id, passage.section)
        where = f" under *{as_markdown(' › '.join(passage.section))}*" if passage.section else ""
        if place == before:
            lead = "And there too:"
        elif before and place[0] == before[0]:
            lead = f"It also says{where}:"
        else:
            lead = f"*{as_markdown(passage.profile.title)}* says{where}:"
        parts += [lead, quotation(document).strip()]
        before = place
    parts += [
        "Each profile tells what was known in its year; things may have changed since. If this "
        "does not answer what you asked, please write to us again.",
        "Kind regards,\\\nThe inquiry desk",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def references(draft: Draft) -> References:
    """Number what the quotations rest on, from 1, in the order of the draft.

    One text has one number, wherever it is cited. Words that rest on their profile alone
    have the profile for reference, and so have keys behind words of the desk's own.
    """
    numbers: dict[str, int] = {}
    marks: list[tuple[str, str] | None] = []
    quoted: list[Passage] = []
    inherited = False
    for key in draft.keys:
        passage = draft.picks.get(key.passage)
        if passage is None:
            marks.append(None)
            continue
        quoted.append(passage)
        scopes: dict[str, Scope] = {}
        for name, scope in _cited(passage, key.quotation.spans if key.quotation else ()):
            if scopes.get(name) != "direct":
                scopes[name] = scope
        if not scopes:
            scopes[reference(profile_source(passage.profile))] = "direct"
        for name in scopes:
            numbers.setdefault(name, len(numbers) + 1)
        inherited = inherited or "inherited" in scopes.values()
        numbered = sorted((numbers[name], scope) for name, scope in scopes.items())
        told_by = one_line(passage.profile.title)
        marks.append((" ".join(mark(*one) for one in numbered), f"({told_by})"))
    profiles = tuple(map(reference, profiles_of(quoted)))
    return References(tuple(marks), tuple(numbers), profiles, inherited)


def markdown(draft: Draft) -> str:
    """The letter in Markdown, to be sent or pasted."""
    found = references(draft)
    lines = draft.markdown.split("\n")
    places = zip(_places(draft), found.marks, strict=True)
    for (line, at, key), marked in sorted(places, key=lambda one: one[0], reverse=True):
        if marked:
            numbers, profile = marked
            after = lines[line][at + len(key) :]
            lines[line] = f"{lines[line][:at]}{numbers} {as_markdown(profile)}{after}"
    return "\n".join(lines).rstrip("\n") + "\n" + _list(found)


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


def html(draft: Draft) -> str:
    """The letter as a fragment of HTML, in which nothing runs and nothing is loaded.

    What is not verbatim is marked, and the reason told in words behind it.
    """
    tokens = letter_tokens(draft, marked=True)
    options = OptionsDict({**_OPTIONS})  # type: ignore[typeddict-item]
    return str(RendererHTML().render(tokens, options, {}))


_OPTIONS = {"html": False, "xhtmlOut": False, "breaks": False, "langPrefix": "", "highlight": None}


def letter_tokens(draft: Draft, marked: bool = False) -> list[Token]:
    """The tokens of the whole letter, its references among them."""
    found = references(draft)
    marks = iter(found.marks)
    wrong: dict[int, list[tuple[Piece, Quotation, bool]]] = {}
    for quoted in draft.quotations if marked else ():
        if not quoted.verbatim:
            for number, piece in enumerate(quoted.pieces, start=1):
                last = number == len(quoted.pieces)
                wrong.setdefault(piece[0], []).append((piece, quoted, last))
    tokens = []
    for number, token in enumerate(draft.tokens):
        if token.type != "inline":
            tokens.append(token)
            continue
        children: list[Token] = []
        for place, child in enumerate(token.children or ()):
            if child.type == "key":
                stands = next(marks)
                children.append(_text(" ".join(stands) if stands else f"[@{child.content}]"))
            elif child.type == "link_open":
                relations = {"rel": "nofollow noopener noreferrer"}
                children.append(replace(child, attrs={**child.attrs, **relations}))
            else:
                within = [one for one in wrong.get(number, ()) if one[0][1] == place]
                children += _marked(child, within)
        tokens.append(replace(token, children=children))
    return tokens + _linked(parse(_list(found)))


def _marked(child: Token, within: list[tuple[Piece, Quotation, bool]]) -> Iterator[Token]:
    """A piece of text with what isn't verbatim in it between marks."""
    done = 0
    for (_, _, first, last), quoted, ends in within:
        yield _text(child.content[done:first])
        yield Token("mark_open", "mark", 1, attrs={"class": "not-verbatim"})
        yield _text(child.content[first:last])
        yield Token("mark_close", "mark", -1)
        if ends:
            yield Token("strong_open", "strong", 1, attrs={"class": "not-verbatim"})
            yield _text(f" (Not verbatim: {quoted.wrong}.)")
            yield Token("strong_close", "strong", -1)
        done = last
    yield replace(child, content=child.content[done:]) if done else child


def _linked(tokens: list[Token]) -> list[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs["rel"] = "nofollow noopener noreferrer"
    return tokens


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _cited(passage: Passage, spans: Sequence[Span]) -> Iterator[tuple[str, Scope]]:
    """What the sentences at some places rest on, in their order."""
    for sentence in passage.sentences:
        if any(first < sentence[1] and sentence[0] < last for first, last in spans):
            for citation in passage.citations:
                if citation.sentence == sentence:
                    yield told(citation.note), citation.scope


def _list(found: References) -> str:
    """The references as Markdown; nothing where there are none."""
    if not found.listed:
        return ""
    numbered = (f"{n}. {_reference(one)}" for n, one in enumerate(found.listed, start=1))
    blocks = ["", "## References", "", *numbered, ""]
    if found.inherited:
        blocks += [as_markdown(COVERED), ""]
    blocks += ["Taken from:", "", *(f"- {_reference(one)}" for one in found.profiles)]
    return "\n".join(blocks) + "\n"


def _reference(one: str) -> str:
    """A reference as Markdown; its addresses are links."""
    parts, done = [], 0
    for address in _ADDRESS.finditer(one):
        before = one[done : address.start()]
        parts += [as_markdown(before), " " if before.endswith(" ") else "", f"<{address[0]}>"]
        done = address.end()
    rest = one[done:]
    parts += [" " if done and rest.startswith(" ") else "", as_markdown(rest)]
    return "".join(parts)


def _places(draft: Draft) -> Iterator[tuple[int, int, str]]:
    """The line (from 0), the place in it and the text of each key in the draft's Markdown."""
    lines = draft.markdown.split("\n")
    for token in draft.tokens:
        for child in token.children or ():
            if child.type == "key":
                before = token.content[: child.meta["at"]]
                key = re.match(r"\[@[^\]]*\]", token.content[len(before) :])
                assert key is not None and token.map is not None
                line = token.map[0] + before.count("\n")
                at = -1
                for _ in range(before.rsplit("\n", 1)[-1].count(key[0]) + 1):
                    at = lines[line].index(key[0], at + 1)
                yield line, at, key[0]


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
        for line in plain(token).split("\n"):
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


def plain(token: Token) -> str:
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
