"""Profiles written on the spot: by hand, and by Hypothesis with links known beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import strategies as st

from conftest import SHARED
from tipqa import readers
from tipqa.types import Paragraph, Profile

FRONT = """\
---
title: "Norway: an example, 2024"
country: Norway
edition: 2024
---

"""


def shared(name: str) -> Path:
    """A file or folder of the shared data; the test is skipped where it is not."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}, which this checkout does not have beside it")
    return path


def read(folder: Path, text: str, name: str = "norway-2024.md", **options: object) -> Profile:
    """Write a file and read it as a profile."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return readers.read(path, **options)


def texts(profile: Profile) -> list[str]:
    return [paragraph.text for paragraph in profile.paragraphs]


def sentences(paragraph: Paragraph) -> list[str]:
    return [paragraph.text[start:end] for start, end in paragraph.sentences]


def links(paragraph: Paragraph) -> list[tuple[str, str, str]]:
    """Each citation as its sentence's text, its label and its scope."""
    return [
        (paragraph.text[slice(*citation.sentence)], citation.label, citation.scope)
        for citation in paragraph.citations
    ]


def codes(profile: Profile) -> list[str]:
    return [problem.code for problem in profile.problems]


def left_out(profile: Profile) -> list[tuple[int, str]]:
    return [(left.line, left.text) for left in profile.left_out]


def squeezed(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Sentence:
    """A sentence to write, and where its markers stand: at its end, within it, or nowhere."""

    words: tuple[str, ...]
    end: str
    labels: tuple[str, ...]
    place: str
    gap: str

    @property
    def text(self) -> str:
        return " ".join(self.words).capitalize() + self.end

    @property
    def written(self) -> str:
        markers = "".join(f"[^{label}]" for label in self.labels)
        words = " ".join(self.words).capitalize()
        if self.place == "within":
            first, rest = words.split(" ", 1)
            return f"{first}{markers} {rest}{self.end}"
        if self.place == "before":
            return f"{words}{markers}{self.end}"
        return f"{words}{self.end}{' ' if self.place == 'apart' and markers else ''}{markers}"


@dataclass(frozen=True)
class Written:
    """A Markdown profile and what must be read from it."""

    paragraphs: tuple[tuple[Sentence, ...], ...]
    labels: tuple[str, ...] = field(default=())

    @property
    def markdown(self) -> str:
        blocks = ["".join(s.written + s.gap for s in p).strip() for p in self.paragraphs]
        notes = [f"[^{label}]: Bureau {label}. Report {label}. 2004." for label in self.labels]
        return FRONT + "\n\n".join(["## Situation", *blocks, "\n".join(notes)]) + "\n"

    def links(self, number: int) -> list[tuple[str, str, str]]:
        """The citations of a paragraph by the rule: own markers, else the next closing ones."""
        paragraph = self.paragraphs[number]
        expected = []
        for index, sentence in enumerate(paragraph):
            bearer, scope = sentence, "direct"
            if not sentence.labels:
                later = [s for s in paragraph[index:] if s.labels]
                if not later or later[0].place == "within":
                    continue
                bearer, scope = later[0], "inherited"
            found = [label for label in dict.fromkeys(bearer.labels) if label in self.labels]
            expected += [(sentence.text, label, scope) for label in found]
        return expected

    @property
    def unresolved(self) -> set[tuple[int, str]]:
        """Paragraph numbers and the labels in them that have no note."""
        return {
            (number, label)
            for number, paragraph in enumerate(self.paragraphs, start=1)
            for sentence in paragraph
            for label in sentence.labels
            if label not in self.labels
        }


_WORDS = """
police women border farms workers courts raided traffickers victims hotel ministry children boats
shelter reported opened hundreds freed found villages factories minister laws fishing domestic
recruiters promised wages passports taken returned identified quarries begging forced inspectors
""".split()
_LABELS = ["1", "2", "3", "4", "12", "101", "a", "smith-2004", "b.2"]


@st.composite
def _sentences(draw: st.DrawFn) -> Sentence:
    words = draw(st.lists(st.sampled_from(_WORDS), min_size=2, max_size=9))
    labels = draw(st.one_of(st.just([]), st.lists(st.sampled_from(_LABELS), max_size=3)))
    return Sentence(
        words=tuple(words),
        end=draw(st.sampled_from([".", ".", ".", "?", "!", ".”"])),
        labels=tuple(labels),
        place=draw(st.sampled_from(["after", "after", "before", "apart", "within"])),
        gap=draw(st.sampled_from([" ", " ", "\n", "  "])),
    )


def written_profiles(longest: int = 8) -> st.SearchStrategy[Written]:
    """Profiles of plain sentences with markers at random places, some without a note."""
    paragraph = st.lists(_sentences(), min_size=1, max_size=longest).map(tuple)
    return st.builds(
        Written,
        paragraphs=st.lists(paragraph, min_size=1, max_size=4).map(tuple),
        labels=st.lists(st.sampled_from(_LABELS), unique=True).map(tuple),
    )
