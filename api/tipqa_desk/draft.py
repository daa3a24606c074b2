"""A draft in Markdown: the quotations in it, and whether each says what its passage says.

A quotation is a block quotation, or words in quotation marks, and the key of its passage
behind it: [@cambodia-2005#p11], as Pandoc writes citations. What a letter has no use for is
read as text: HTML, code, images and links by reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from tipqa.cite import as_markdown
from tipqa.documents import passage_of
from tipqa.types import Passage, Span
from tipqa_desk.quoting import clean, folded, place

Level = Literal["problem", "notice"]
Piece = tuple[int, int, int, int]
"""The number of an inline token, that of a child of it, and a span of the child's text."""

_KEY = re.compile(r"\[@([^\[\]\n]*)\]")
_QUOTED = re.compile(r'“[^“”]+”|(?<!\w)"[^"]+"(?!\w)')
_BEFORE_KEY = re.compile(r'([”"])[\s.,;:]*\Z')
_TERM = 3  # words in quotation marks that need no key: they name a thing
_DEEPEST = 50  # what lies deeper, the parser would drop


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that are told to be a passage's.

    Attributes:
        line: where it begins, from 1.
        text: its words in one line.
        passage: the passage's id, as its key has it; None without a key.
        spans: where they stand in the passage, one for each part between omissions; of
            what isn't verbatim, the nearest words.
        verbatim: whether the passage says just this.
        wrong: what is wrong with it, in a few words; empty where nothing is.
        pieces: where its words are among the draft's tokens.
    """

    line: int
    text: str
    passage: str | None
    spans: tuple[Span, ...]
    verbatim: bool
    wrong: str = ""
    pieces: tuple[Piece, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A key in the draft: of which passage, and what it stands behind, if that is a quotation."""

    line: int
    passage: str
    quotation: Quotation | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be mended before a draft goes out, or should be known: one line with a remedy."""

    line: int | None
    level: Level
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as read. `tokens` and `keys` are for those who render it."""

    markdown: str
    picks: Mapping[str, Passage] = field(repr=False)
    quotations: tuple[Quotation, ...]
    problems: tuple[Problem, ...]
    keys: tuple[Key, ...] = field(repr=False)
    tokens: tuple[Token, ...] = field(repr=False)

    @property
    def ready(self) -> bool:
        """Whether nothing must be mended."""
        return all(problem.level != "problem" for problem in self.problems)


def quotation(document: dict[str, Any], span: Span | None = None) -> str:
    """A pick as a block quotation with its key: the sentences that a span touches, or all."""
    passage = passage_of(document)
    first, last = span or (0, len(passage.text))
    touched = [s for s in passage.sentences if s[0] < last and first < s[1]] or [(first, last)]
    words = passage.text[touched[0][0] : touched[-1][1]]
    return f"> {as_markdown(words)} [@{passage.id}]\n"


def read(markdown: str, picks: Sequence[dict[str, Any]]) -> Draft:
    """Read a draft.

    Args:
        markdown: any text; what is no Markdown is text.
        picks: the passages that may be quoted, as `documents.passage_document` gave them.

    Returns:
        The quotations and keys in their order; problems by line, those of no line last.
    """
    passages = {pick["passage"]["id"]: passage_of(pick) for pick in picks}
    markdown = clean(re.sub("\r\n?", "\n", markdown))
    tokens = parse(markdown)
    quotations: list[Quotation] = []
    problems: list[Problem] = []
    keys: list[Key] = []
    for run in _runs(tokens):
        for key, start, end in sorted(run.claims(), key=lambda claim: claim[1]):
            if start == end:
                assert key is not None
                found = None
            else:
                found = _quotation(run, key, start, end, passages, problems)
                quotations.append(found)
            if key is not None:
                keys.append(Key(key.line, key.passage, found))
                if found is None:
                    problems.append(_bare(key, passages))
    if any(token.level >= _DEEPEST for token in tokens):
        problems.append(
            Problem(None, "problem", "lists or quotations lie too deep in one another to be read.")
        )
    quoted = {key.passage for key in keys}
    for identity in passages.keys() - quoted:
        message = f"{identity} was picked and is not quoted. Quote it, or take the pick back."
        problems.append(Problem(None, "notice", message))
    problems.sort(key=lambda p: (p.line is None, p.line or 0, p.message))
    return Draft(markdown, passages, tuple(quotations), tuple(problems), tuple(keys), tuple(tokens))


def parse(markdown: str) -> list[Token]:
    """Markdown as a letter has it; keys are tokens of their own."""
    return _parser().parse(markdown)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Only what a reader of a letter may be led to; else it stays text."""
        return url.lower().startswith(("http://", "https://", "mailto:"))


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": 2 * _DEEPEST})
    parser.disable(["code", "fence", "backticks", "html_block", "html_inline"])
    parser.disable(["image", "reference"])
    parser.inline.ruler.before("link", "key", _key)
    return parser


def _key(state: StateInline, silent: bool) -> bool:
    found = _KEY.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("key", "", 0)
        token.content = found[1].strip()
        token.meta["at"] = state.pos
    state.pos = found.end()
    return True


@dataclass(frozen=True, slots=True)
class _KeyAt:
    passage: str
    line: int
    at: int


class _Run:
    """The text of a block quotation, or of another block, and where each part comes from."""

    def __init__(self, kind: Literal["quotation", "heading", "text"]) -> None:
        self.kind = kind
        self.text = ""
        self.keys: list[_KeyAt] = []
        self._parts: list[tuple[int, int, int]] = []
        self._lines: list[tuple[int, int]] = []

    def add(self, number: int, token: Token) -> None:
        """Go on with an inline token."""
        self.text += "\n" if self.text else ""
        line = (token.map or [0])[0] + 1
        self._lines.append((len(self.text), line))
        for place_of, child in enumerate(token.children or ()):
            if child.type == "key":
                line_of = line + token.content[: child.meta["at"]].count("\n")
                self.keys.append(_KeyAt(child.content, line_of, len(self.text)))
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

    def claims(self) -> Iterator[tuple[_KeyAt | None, int, int]]:
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
        return (opened + 1, closed.start()) if opened is not None else (at, at)


def _runs(tokens: Sequence[Token]) -> Iterator[_Run]:
    quotation: _Run | None = None
    kind: Literal["heading", "text"] = "text"
    for number, token in enumerate(tokens):
        if token.type == "blockquote_open" and quotation is None:
            quotation, level = _Run("quotation"), token.level
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
            run = _Run(kind)
            run.add(number, token)
            yield run


def _opening(text: str, before: int, closed: int) -> int | None:
    """Where the quotation opens that a mark closes; those within it are passed over."""
    deep = 0
    for at in range(closed - 1, before - 1, -1):
        sign, last = text[at], text[at - 1 : at] if at > before else " "
        if text[closed] == "”" and sign in "“”":
            opens = sign == "“"
        elif text[closed] == '"' and sign == '"':
            opens = not last.isalnum() and last not in ".,;:!?)]" and not text[at + 1].isspace()
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


def _quotation(
    run: _Run,
    key: _KeyAt | None,
    start: int,
    end: int,
    passages: Mapping[str, Passage],
    problems: list[Problem],
) -> Quotation:
    """Hold a quotation against its passage; what is to be said of it goes to `problems`."""
    text, line = folded(run.text[start:end]), run.line(start)
    pieces = run.pieces(start, end)

    def wrong(said: str, message: str, spans: tuple[Span, ...] = ()) -> Quotation:
        stands_in = [name for name, other in passages.items() if place(text, other).verbatim]
        given = f" The words are those of [@{stands_in[0]}]." if stands_in else ""
        problems.append(Problem(line, "problem", message + given))
        name = key.passage if key else None
        return Quotation(line, text, name, spans, False, said, pieces)

    if key is None:
        return wrong(
            "no passage is named",
            f"the quotation “{_short(text)}” has no key of its passage. Write it behind, "
            "as in [@cambodia-2005#p11], or say it in words of your own.",
        )
    if key.passage not in passages:
        return wrong(
            "its key is that of no pick",
            f"[@{key.passage}] is none of the picks. Pick that passage, or mend the key.",
        )
    placed = place(text, passages[key.passage])
    if placed.verbatim:
        for addition in placed.additions:
            message = f"{addition} is the desk's word, not that of {key.passage}."
            problems.append(Problem(line, "notice", message))
        return Quotation(line, text, key.passage, placed.spans, True, "", pieces)
    part, near = placed.edited or (text, "")
    has = f"it has “{near}”" if near else "nothing there is like it"
    return wrong(
        f"{key.passage} does not say this; {has}",
        f"“{part}” is not what {key.passage} says; {has}. Put the passage's words back; mark "
        "what is left out by […], what is added by [brackets], a capital as in [T]he.",
        placed.spans,
    )


def _bare(key: _KeyAt, passages: Mapping[str, Passage]) -> Problem:
    if key.passage not in passages:
        message = f"[@{key.passage}] is none of the picks. Pick that passage, or mend the key."
        return Problem(key.line, "problem", message)
    return Problem(
        key.line,
        "notice",
        f"[@{key.passage}] stands behind words of the desk's own. See that the passage says so, "
        "or quote it.",
    )


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120].rsplit(' ', 1)[0]} …"
