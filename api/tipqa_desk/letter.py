"""A draft as it goes out: keys become numbers, and the references follow.

As Markdown, and as a fragment of HTML.
"""

from __future__ import annotations

import re
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
    profiles_of,
    reference,
    resting,
)
from tipqa.documents import passage_of
from tipqa.types import Passage, Span
from tipqa_desk.draft import Draft, Quotation, quotation
from tipqa_desk.markup import KEY, Piece, parse

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
        spans = key.quotation.spans if key.quotation else ()
        scopes = resting(passage, [s for s in passage.sentences if _touched(s, spans)])
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


def _touched(sentence: Span, spans: Sequence[Span]) -> bool:
    return any(first < sentence[1] and sentence[0] < last for first, last in spans)


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
        keys = {child.meta["at"] for child in token.children or () if child.type == "key"}
        start = 0
        for number, line in enumerate(
            token.content.split("\n") if keys else (), (token.map or [0])[0]
        ):
            for found, written in zip(KEY.finditer(line), KEY.finditer(lines[number]), strict=True):
                if start + found.start() in keys:
                    yield number, written.start(), written[0]
            start += len(line) + 1
