"""The records that pass between the stages. Small, frozen, no behaviour but what derives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

FloatMatrix = npt.NDArray[np.float32]
FloatVector = npt.NDArray[np.float32]
Span = tuple[int, int]
"""Start and end of a piece of text, in Unicode code points; the end is not part of it."""
Scope = Literal["direct", "inherited"]
Kind = Literal["passage", "query"]
KINDS = {
    "embassy reporting": True,
    "correspondence": True,
    "law": True,
    "statistics": True,
    "government report": False,
    "UN": False,
    "NGO": False,
    "press": False,
}
"""What sources are, and whether they are primary: the thing itself, not told by others."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publication that a note names. `id` is the same wherever it is named.

    `kind` is one of KINDS. `locator` is the page or article that the note points to: it
    belongs to the note, and another note of the same source may have another.
    """

    id: str
    publisher: str | None
    title: str
    year: int | None
    date: str | None = None
    url: str | None = None
    accessed: str | None = None
    kind: str | None = None
    place: str | None = None
    locator: str | None = None

    @property
    def primary(self) -> bool | None:
        """Whether it is first-hand: law, figures or reports from the place itself."""
        return KINDS.get(self.kind or "")


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or endnote as written, and the sources it names.

    `link` says how they were found: `own` text; `ibid:LABEL`, the note before; `supra:LABEL`
    and `infra:LABEL`, an earlier or later note that it names; or `unresolved` where it
    points to something that isn't there. A note may name sources and point, too: then
    `link` says where it points.
    """

    id: str
    label: str
    text: str
    sources: tuple[Source, ...]
    link: str = "own"
    section: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One sentence rests on one note.

    `sentence` is its span in the text of the paragraph or passage that carries the
    citation. `direct`: the sentence bears the marker. `inherited`: the marker stands at
    the end of a later sentence of the same paragraph.
    """

    sentence: Span
    label: str
    scope: Scope
    note: Note


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text without markers, its sentences as spans of it, and what they rest on."""

    number: int
    section: tuple[str, ...]
    text: str
    sentences: tuple[Span, ...]
    citations: tuple[Citation, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A flaw that doesn't stop a build."""

    line: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of the file that is in no paragraph and no note."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What identifies a profile. `country` is its ISO 3166-1 alpha-3 code, where known."""

    id: str
    title: str
    country: str | None
    country_name: str | None
    edition: int | None
    file: str
    url: str | None = None
    regions: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The country's name; the title of a profile that is of none."""
        return self.country_name or self.title


@dataclass(frozen=True, slots=True)
class Profile:
    """One document: a country in an edition, as its reader sees it."""

    info: ProfileInfo
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Each source once, in the order the notes name them, without page or article."""
        named: dict[str, Source] = {}
        for source in (source for note in self.notes for source in note.sources):
            named.setdefault(source.id, replace(source, locator=None))
        return tuple(named.values())


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval: whole sentences of one paragraph with their citations.

    `span` is the passage's place in its paragraph's text; the spans in `sentences` and
    `citations` are offsets into the passage's own `text`. `tokens` counts `text` in
    tiktoken's cl100k_base.
    """

    id: str
    profile: ProfileInfo
    section: tuple[str, ...]
    paragraph: int
    span: Span
    text: str
    sentences: tuple[Span, ...]
    citations: tuple[Citation, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage of another profile of the country that says nearly the same."""

    id: str
    edition: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its rank (from 1) and score (higher is better) for a query.

    `also_in` lists its near-copies, the newest edition first. `parts` tells what the
    score is made of; None where that was not asked for.
    """

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Span, ...] = ()
    also_in: tuple[Copy, ...] = ()
    parts: dict[str, float] | None = None

    @property
    def citations(self) -> tuple[Citation, ...]:
        return self.passage.citations


class Encoder(Protocol):
    """Turns texts into vectors. `fingerprint` differs whenever the vectors could."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def max_tokens(self) -> int:
        """How many tokens the model sees, its special tokens among them."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens the model would see of each text, special tokens included, uncut."""
        ...

    def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
        """float32, shape (n, d), in the order of `texts`; any length, not yet unit."""
        ...


class Reranker(Protocol):
    """Reads a question and a text together."""

    @property
    def name(self) -> str: ...

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        """float32, shape (n,): the log-odds that each text answers; higher is better.

        Each depends on the query and its text alone.
        """
        ...
