"""A draft in Markdown: the quotations in it, and whether each says what its passage says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it.token import Token

from tipqa.cite import as_markdown
from tipqa.documents import passage_of
from tipqa.types import Passage, Span
from tipqa_desk.markup import DEEPEST, KeyAt, Piece, Run, parse, runs
from tipqa_desk.quoting import clean, folded, place

Level = Literal["problem", "notice"]


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
    for run in runs(tokens):
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
    if any(token.level >= DEEPEST for token in tokens):
        problems.append(
            Problem(None, "problem", "lists or quotations lie too deep in one another to be read.")
        )
    quoted = {key.passage for key in keys}
    for identity in passages.keys() - quoted:
        message = f"{identity} was picked and is not quoted: it is left out of the answer."
        problems.append(Problem(None, "notice", message))
    problems.sort(key=lambda p: (p.line is None, p.line or 0, p.message))
    return Draft(markdown, passages, tuple(quotations), tuple(problems), tuple(keys), tuple(tokens))


def _quotation(
    run: Run,
    key: KeyAt | None,
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


def _bare(key: KeyAt, passages: Mapping[str, Passage]) -> Problem:
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
