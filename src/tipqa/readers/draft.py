"""What every reader hands over, and how it becomes a Profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from tipqa.errors import CorpusError
from tipqa.links import RawNote, resolve_notes
from tipqa.notes import Marker, cite
from tipqa.readers.about import Said, identify
from tipqa.readers.front_matter import FrontMatter
from tipqa.sentences import sentence_spans
from tipqa.types import LeftOut, Note, Paragraph, Problem, Profile

_CARET = re.compile(r"\[\^([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class RawParagraph:
    """A paragraph as a reader found it: text without markers, and the markers.

    They name the notes of the same `scope`.
    """

    line: int
    section: tuple[str, ...]
    text: str
    markers: tuple[Marker, ...]
    scope: int = 0


@dataclass(slots=True)
class Draft:
    """A file taken apart by its reader, nothing yet resolved."""

    front: FrontMatter
    title: str | None = None
    paragraphs: list[RawParagraph] = field(default_factory=list)
    notes: list[RawNote] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    marked: set[tuple[int, str]] = field(default_factory=set)
    """Scope and label of the markers that stand in title and headings."""


def finish(
    draft: Draft, path: Path, file: str, country: str | None, edition: int | None
) -> Profile:
    """Resolve what a reader found: identity, notes and sources, sentences, citations.

    Args:
        draft: the file taken apart.
        path: the file, for messages.
        file: its name as the profile carries it.
        country, edition: what to take where the front matter does not say.

    Raises:
        CorpusError: there is no paragraph, or front matter that can't be meant.
    """
    if not draft.paragraphs:
        raise CorpusError(path, None, "holds no paragraph of text. Add one or remove the file.")
    problems: list[Problem] = []
    raw_notes: dict[tuple[int, str], RawNote] = {}
    left_out = list(draft.left_out)
    for raw in draft.notes:
        if (raw.scope, raw.label) in raw_notes:
            first = raw_notes[raw.scope, raw.label].line
            problems.append(
                Problem(
                    raw.line,
                    "duplicate-note",
                    f'note "{raw.label}" is defined twice; the first, on line {first}, stands',
                )
            )
            left_out.append(LeftOut(raw.line, f"note {raw.label}: {raw.text}"))
        else:
            raw_notes[raw.scope, raw.label] = raw
    scoped = _resolve(list(raw_notes.values()), draft.paragraphs)
    notes = tuple(note for _, note in scoped)
    paragraphs = _paragraphs(draft.paragraphs, scoped, problems)
    problems += _unused(scoped, draft)
    for note in notes:
        if not note.text:
            problems.append(Problem(note.line, "empty-note", f'note "{note.label}" has no text'))
        elif note.link == "unresolved":
            problems.append(
                Problem(
                    note.line,
                    "unresolved-note",
                    f'note "{note.label}" refers to a note that is not there: {note.text[:60]}',
                )
            )
    said = Said(
        draft.front, draft.title, tuple(raw.text for raw in draft.paragraphs), country, edition
    )
    info, flaws = identify(said, notes, path, file)
    problems += flaws
    problems.sort(key=lambda p: (p.line or 0, p.code))
    left_out.sort(key=lambda left: left.line)
    return Profile(info, tuple(paragraphs), notes, tuple(problems), tuple(left_out))


def _resolve(
    raw_notes: Sequence[RawNote], raw_paragraphs: Sequence[RawParagraph]
) -> list[tuple[int, Note]]:
    """Each note with its scope; "ibid." and "supra" refer to notes of their own scope."""
    titles = {raw.scope: " › ".join(raw.section) for raw in reversed(raw_paragraphs)}
    scoped: list[tuple[int, Note]] = []
    for scope, group in groupby(raw_notes, key=lambda raw: raw.scope):
        section = titles.get(scope) or None if scope else None
        for note in resolve_notes(list(group)):
            number = len(scoped) + 1
            scoped.append((scope, replace(note, id=f"n{number}", section=section)))
    return scoped


def _paragraphs(
    raw_paragraphs: Sequence[RawParagraph],
    scoped: Sequence[tuple[int, Note]],
    problems: list[Problem],
) -> list[Paragraph]:
    by_label: dict[int, dict[str | tuple[int, str], Note]] = {}
    for scope, note in scoped:
        by_label.setdefault(scope, {})[note.label] = note
    elsewhere: dict[str | tuple[int, str], Note] = {
        (scope, note.label): note for scope, note in scoped
    }
    paragraphs = []
    for number, raw in enumerate(raw_paragraphs, start=1):
        sentences = tuple(sentence_spans(raw.text))
        known = by_label.get(0, {}) | by_label.get(raw.scope, {})
        if any(marker.scope is not None for marker in raw.markers):
            known = {**known, **elsewhere}
        citations, unresolved = cite(raw.text, sentences, raw.markers, known)
        problems += [
            Problem(
                raw.line,
                "unresolved-marker",
                f'marker "{label}" in paragraph {number} points to no note',
            )
            for label in unresolved
        ]
        problems += [
            Problem(raw.line, "marker-as-text", f"[^{label}] in paragraph {number} is read as text")
            for label in _CARET.findall(raw.text)
        ]
        paragraphs.append(Paragraph(number, raw.section, raw.text, sentences, citations, raw.line))
    return paragraphs


def _unused(scoped: Sequence[tuple[int, Note]], draft: Draft) -> list[Problem]:
    known = {(scope, note.label) for scope, note in scoped}
    used = {
        (raw.scope if marker.scope is None else marker.scope, marker.label)
        for raw in draft.paragraphs
        for marker in raw.markers
    }
    used |= draft.marked
    used |= {(0, label) for _, label in used - known}
    used |= {(0, label) for left in draft.left_out for label in _CARET.findall(left.text)}
    return [
        Problem(note.line, "unused-note", f'no marker points to note "{note.label}"')
        for scope, note in scoped
        if (scope, note.label) not in used
    ]
