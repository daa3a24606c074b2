"""Documents generated with known links come back with exactly these, in all four formats."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from tipqa import readers
from tipqa.readers.markers import raised
from tipqa.types import Note, Profile

ENDED = re.compile(r"[.?!][”\"’)\]]*(?:\s?\S{1,9})?$")
WORDS = "Police women farms workers courts victims hotel children boats villages ministers".split()
ENDS = [" ran.", " ran.", " ran!", " ran to “a town.”", " ran in 2004.", " ran (of 30).", " ran?"]
STYLES = ("bracket", "parenthesis", "superscript", "letter", "roman", "sign", "caret")
ROMAN = "i ii iii iv v vi vii viii ix".split()
PLACES = ("after", "after", "apart", "before")


@dataclass(frozen=True)
class Sentence:
    """A sentence, the labels at its end, and where they stand about its full stop."""

    text: str
    labels: tuple[str, ...] = ()
    place: str = "after"

    def written(self, marker: Callable[[tuple[str, ...]], str]) -> str:
        if not self.labels:
            return self.text
        if self.place == "before" and self.text[-1] in ".?!":
            return f"{self.text[:-1]}{marker(self.labels)}{self.text[-1]}"
        return f"{self.text}{' ' if self.place == 'apart' else ''}{marker(self.labels)}"


@dataclass(frozen=True)
class Document:
    """Paragraphs by section, and the notes of each: labels with their texts."""

    style: str
    sections: tuple[tuple[tuple[Sentence, ...], ...], ...]
    notes: tuple[tuple[tuple[str, str], ...], ...]

    def links(self) -> list[tuple[str, str, str, str]]:
        """Sentence, label, scope and the text of the note, by the rule."""
        found = []
        for paragraphs, notes in zip(self.sections, self.notes, strict=True):
            for sentences in paragraphs:
                for index, sentence in enumerate(sentences):
                    bearer = next((s for s in sentences[index:] if s.labels), Sentence(""))
                    scope = "direct" if sentence.labels else "inherited"
                    found += [
                        (sentence.text, label, scope, dict(notes)[label])
                        for label in bearer.labels
                        if label in dict(notes)
                    ]
        return found

    def unresolved(self) -> list[str]:
        return [
            label
            for paragraphs, notes in zip(self.sections, self.notes, strict=True)
            for sentences in paragraphs
            for sentence in sentences
            for label in sentence.labels
            if label not in dict(notes)
        ]


def labels_of(style: str, count: int) -> list[str]:
    named = {"letter": "abcdefghk", "roman": ROMAN, "sign": ["*", "†", "‡", "§", "**", "††"]}
    return [*named.get(style, [str(n) for n in range(1, 10)])][:count]


@st.composite
def documents(
    draw: st.DrawFn,
    styles: tuple[str, ...] = STYLES,
    fewest: int = 3,
    places: tuple[str, ...] = PLACES,
) -> Document:
    """One section, or two of which each begins its labels anew; all of these are borne.

    Args:
        styles: those that the markers may have.
        fewest: how many words a sentence has at least.
        places: where they may stand about the full stop.
    """
    style = draw(st.sampled_from(styles))
    count = draw(st.integers(1, 6))
    labels = labels_of(style, count)
    unknown = [str(count + 2)] if labels[0] == "1" else []
    ending = st.sampled_from(ENDS)
    words = st.lists(st.sampled_from(WORDS), min_size=fewest, max_size=fewest + 4)
    sentence = st.builds(
        lambda words, end, labels, place: Sentence(
            " ".join(words).capitalize() + end, tuple(labels), place
        ),
        words,
        ending,
        st.one_of(
            st.just(()), st.lists(st.sampled_from(labels + unknown), max_size=3, unique=True)
        ),
        st.sampled_from(places),
    )
    paragraph = st.lists(sentence, min_size=1, max_size=5).map(tuple)
    sections, noted = [], []
    for section in range(draw(st.sampled_from([1, 1, 1, 2] if style != "caret" else [1]))):
        paragraphs = draw(st.lists(paragraph, min_size=1, max_size=4))
        all_named = tuple(
            Sentence(f"Men ran to {number} farms{' and back home' * fewest}.", (label,))
            for number, label in enumerate(labels)
        )
        sections.append((*paragraphs, all_named))
        noted.append(tuple(draw(_notes(labels, section))))
    return Document(style, tuple(sections), tuple(noted))


@st.composite
def _notes(draw: st.DrawFn, labels: list[str], section: int) -> list[tuple[str, str]]:
    """A text for each label: one of its own, or one that refers to an earlier note."""
    notes = []
    for number, label in enumerate(labels):
        own = f"ILO. Report {section}{number} on Boats. 200{number}."
        long = (
            f"Ministry of Labour. Yearbook {section}{number} of all Inspections and Visits in the "
            f"Harbours. 199{number}."
        )
        earlier = [f"Ibid., p. {number}."] if notes else []
        if notes and labels[0] != "*":
            earlier.append(f"ILO, supra note {labels[0]}.")
        notes.append((label, draw(st.sampled_from([own, own, long, *earlier]))))
    return notes


def marker(style: str) -> Callable[[tuple[str, ...]], str]:
    """How a style writes labels in plain text."""

    def written(labels: tuple[str, ...]) -> str:
        if style == "superscript":
            return raised(",".join(labels))
        if style == "caret":
            return "".join(f"[^{label}]" for label in labels)
        if style == "sign":
            return "][".join(labels).join("[]") if len(labels) > 1 else labels[0]
        return f"({','.join(labels)})" if style == "parenthesis" else f"[{', '.join(labels)}]"

    return written


def read_links(profile: Profile) -> list[tuple[str, str, str, str]]:
    return [
        (p.text[slice(*c.sentence)], c.label, c.scope, c.note.text)
        for p in profile.paragraphs
        for c in p.citations
    ]


def ids(note: Note) -> list[str]:
    """The sources without the page that the note points to."""
    return [source.id for source in note.sources]


def check(profile: Profile, document: Document) -> None:
    """Links, notes and unresolved labels are the known ones; a reference leads to its source."""
    assert read_links(profile) == document.links()
    assert [(n.label, n.text) for n in profile.notes] == [
        n for part in document.notes for n in part
    ]
    reported = [p.message for p in profile.problems if p.code == "unresolved-marker"]
    assert sorted(message.split('"')[1] for message in reported) == sorted(document.unresolved())
    start = 0
    for notes in document.notes:
        part = profile.notes[start : start + len(notes)]
        for before, note in pairwise(part):
            if note.text.startswith("Ibid"):
                assert (note.link, ids(note)) == (f"ibid:{before.label}", ids(before))
            elif "supra" in note.text:
                assert (note.link, ids(note)) == (f"supra:{part[0].label}", ids(part[0]))
            else:
                assert note.link == "own"
        start += len(notes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("known")


def read(folder: Path, name: str, text: str) -> Profile:
    (folder / name).write_text(text, encoding="utf-8")
    return readers.read(folder / name)


many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(documents(), st.sampled_from(["{}. ", "[{}] ", "{}) ", "[{}]: "]))
def test_links_of_markdown(folder: Path, document: Document, head: str) -> None:
    """In the style of Markdown and in the others, notes as paragraphs or in a list."""
    caret = document.style == "caret"
    head = {"caret": "[^{}]: ", "sign": "{} ", "roman": "[{}] "}.get(document.style, head)
    parts = []
    for paragraphs, notes in zip(document.sections, document.notes, strict=True):
        bodies = [" ".join(s.written(marker(document.style)) for s in p) for p in paragraphs]
        bodies = [body.replace("*", "\\*") for body in bodies]
        listed = [head.format(label).replace("*", "\\*") + text for label, text in notes]
        parts.append("\n\n".join(["## Part", *bodies, "" if caret else "### Notes", *listed]))
    check(read(folder, "peru.md", "# Peru\n\n" + "\n\n".join(parts) + "\n"), document)


@many
@given(
    documents(STYLES[:6]),
    st.sampled_from(["{} ", "{}. ", "[{}] ", "{}) ", "({}) "]),
    st.booleans(),
    st.booleans(),
)
def test_links_of_text(
    folder: Path, document: Document, head: str, wrapped: bool, spaced: bool
) -> None:
    """Notes with labels in their usual shapes, lines wrapped or not, with a heading."""
    if document.style in ("sign", "letter", "roman"):
        head = {"sign": "{} ", "letter": "{}. ", "roman": "[{}] "}[document.style]
    parts = []
    for paragraphs, notes in zip(document.sections, document.notes, strict=True):
        bodies = [" ".join(s.written(marker(document.style)) for s in p) for p in paragraphs]
        listed = [head.format(label) + text for label, text in notes]
        if wrapped:
            bodies = [textwrap.fill(b, 72, break_on_hyphens=False) for b in bodies]
            # Lines that all happen to end a sentence can't be told from a paragraph a line.
            assume(not any(all(map(ENDED.search, b.split("\n")[:-1])) for b in bodies if "\n" in b))
            listed = [textwrap.fill(n, 72, subsequent_indent="    ") for n in listed]
        parts += [*bodies, "Notes", ("\n\n" if spaced else "\n").join(listed)]
    check(read(folder, "peru.txt", "Peru\n\n" + "\n\n".join(parts) + "\n"), document)


SHAPES = ("ol", "p", "div", "table", "br", "word", "pandoc")


def page(document: Document, shape: str) -> str:
    """A web page, its notes in some shape, with links from markers to notes or without."""
    linked = shape in ("word", "pandoc") and document.style != "sign"
    parts = []
    for number, (paragraphs, notes) in enumerate(
        zip(document.sections, document.notes, strict=True)
    ):
        known = dict(notes)

        def mark(
            labels: tuple[str, ...], number: int = number, known: dict[str, str] = known
        ) -> str:
            if shape == "word" and linked:
                return "".join(
                    f'<a href="#_ftn{number}{n}" name="_r{number}{n}"><span>[{n}]</span></a>'
                    for n in labels
                )
            if shape == "pandoc" and linked:
                return "".join(f'<sup><a href="#fn{number}{n}">{n}</a></sup>' for n in labels)
            plain = marker(document.style)(labels)
            return f"<sup>{','.join(labels)}</sup>" if document.style == "superscript" else plain

        bodies = [f"<p>{' '.join(s.written(mark) for s in p)}</p>" for p in paragraphs]
        identity = {n: f'id="{"fn" if shape == "pandoc" else "_ftn"}{number}{n}"' for n in known}
        head = "[{}]" if document.style == "roman" else "{}."
        head = "{}" if document.style == "sign" else head
        rows = [(identity[n], head.format(n), html.escape(text)) for n, text in notes]
        counted = {"letter": ' type="a"', "roman": ' type="i"'}.get(document.style, "")
        listed = {
            "ol": f"<ol{counted}>" + "".join(f"<li {i}>{t}</li>" for i, _, t in rows) + "</ol>",
            "pandoc": f"<ol{counted}>"
            + "".join(f'<li {i}><p>{t} <a href="#x">↩︎</a></p></li>' for i, _, t in rows)
            + "</ol>",
            "p": "".join(f"<p {i}>{n} {t}</p>" for i, n, t in rows),
            "word": "".join(f'<div {i}><p><a href="#_r">{n}</a> {t}</p></div>' for i, n, t in rows),
            "div": "".join(f"<div {i}><sup>{n}</sup> {t}</div>" for i, n, t in rows),
            "table": "<table>"
            + "".join(f"<tr {i}><td>{n}</td><td>{t}</td></tr>" for i, n, t in rows)
            + "</table>",
            "br": "<p>" + "<br>".join(f"<a {i}></a>{n} {t}" for i, n, t in rows) + "</p>",
        }[shape]
        parts += ["<h2>Part</h2>", *bodies, "<h3>Notes</h3>", listed]
    return (
        f"<html><head><title>Peru</title></head><body><h1>Peru</h1>{''.join(parts)}</body></html>"
    )


@many
@given(documents(STYLES[:6]), st.sampled_from(SHAPES))
def test_links_of_a_page(folder: Path, document: Document, shape: str) -> None:
    """In each style and each shape of the list of notes, linked and not."""
    assume(not (document.style == "sign" and shape in ("ol", "pandoc")))
    assume(not (shape in ("word", "pandoc") and document.unresolved()))
    event(f"{document.style}, {shape}")
    check(read(folder, "peru.html", page(document, shape)), document)


def lay_out(document: Document, path: Path) -> None:
    """A PDF whose notes follow each section's text in small type."""
    plain = ParagraphStyle("plain", fontSize=11, leading=13.2, spaceAfter=7)
    small = ParagraphStyle("small", fontSize=8, leading=9.6, spaceAfter=2)
    title = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=14, leading=18)

    def mark(labels: tuple[str, ...]) -> str:
        if document.style == "superscript":
            return f'<super rise="4" size="7">{",".join(labels)}</super>'
        return marker(document.style)(labels)

    prose = "Inspectors went to farms and mines in all the parts of the country. " * 5
    story: list[Flowable] = [Paragraph("Peru", title), Paragraph(prose, plain)]
    for paragraphs, notes in zip(document.sections, document.notes, strict=True):
        story += [Paragraph(" ".join(s.written(mark) for s in p), plain) for p in paragraphs]
        story.append(Paragraph("Notes", title))
        story += [Paragraph(f"{label}. {text}", small) for label, text in notes]
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build(story)


@settings(many, max_examples=100)
@given(documents(("bracket", "superscript"), fewest=20, places=("after",)))
def test_links_of_a_pdf(folder: Path, document: Document) -> None:
    """Numbers in brackets and raised, notes in small type."""
    assume(len(document.sections) == 1 and not document.unresolved())
    if document.style == "superscript":  # no typesetter puts a space before it
        apart = (s.place == "apart" for ps in document.sections for p in ps for s in p)
        assume(not any(apart))
    lay_out(document, folder / "peru.pdf")
    check(readers.read(folder / "peru.pdf"), document)
