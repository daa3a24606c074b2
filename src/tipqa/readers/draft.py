"""What every reader hands over, and how it becomes a Profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from tipqa import countries
from tipqa.errors import CorpusError
from tipqa.links import RawNote, resolve_notes
from tipqa.notes import Marker, cite
from tipqa.readers.front_matter import FrontMatter
from tipqa.sentences import sentence_spans
from tipqa.slugs import slug
from tipqa.types import LeftOut, Note, Paragraph, Problem, Profile, ProfileInfo

_OWN_KEYS = ("id", "title", "country", "edition", "url")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
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
    info = _identity(draft, notes, path, file, country, edition, problems)
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
        known = by_label.get(raw.scope, {})
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
    used = {
        (raw.scope if marker.scope is None else marker.scope, marker.label)
        for raw in draft.paragraphs
        for marker in raw.markers
    }
    used |= draft.marked
    used |= {(0, label) for left in draft.left_out for label in _CARET.findall(left.text)}
    return [
        Problem(note.line, "unused-note", f'no marker points to note "{note.label}"')
        for scope, note in scoped
        if (scope, note.label) not in used
    ]


def _identity(
    draft: Draft,
    notes: Sequence[Note],
    path: Path,
    file: str,
    country: str | None,
    edition: int | None,
    problems: list[Problem],
) -> ProfileInfo:
    front = draft.front
    for key in _OWN_KEYS:
        if not isinstance(front.values.get(key, ""), str):
            message = f'front matter has a list or map as "{key}". Give one value.'
            raise CorpusError(path, front.lines[key], message)
    said = {key: str(front.values.get(key, "")).strip() for key in _OWN_KEYS}
    said = {key: "" if value in ("null", "~") else value for key, value in said.items()}
    line = front.lines.get
    inferred = []

    written = said["country"] or country
    found = countries.lookup(written) if written else None
    if written and not found:
        problems.append(
            Problem(
                line("country"),
                "unknown-country",
                f'"{written}" is no country that the country data knows; kept as written',
            )
        )
    if not written:
        found = _infer_country(draft, path)
        if found:
            inferred.append("country")
            problems.append(
                Problem(
                    None,
                    "inferred-country",
                    f"no country is given; {found.name} is inferred from its name or text",
                )
            )
        else:
            problems.append(
                Problem(None, "no-country", "no country is given and none can be inferred")
            )

    year = edition
    if said["edition"]:
        if not re.fullmatch(r"(?:19|20)\d\d", said["edition"]):
            raise CorpusError(
                path,
                line("edition"),
                f'front matter has edition "{said["edition"]}". '
                'Give a year, as in "edition: 2024".',
            )
        year = int(said["edition"])
    elif edition is None:
        year = _infer_edition(draft, notes, path)
        if year:
            inferred.append("edition")
            problems.append(
                Problem(
                    None,
                    "inferred-edition",
                    f"no edition is given; {year} is inferred from its name, sources or text",
                )
            )
        else:
            problems.append(
                Problem(None, "no-edition", "no edition is given and none can be inferred")
            )

    name = found.name if found else written
    title = said["title"] or draft.title or ", ".join(str(part) for part in (name, year) if part)
    return ProfileInfo(
        id=slug(said["id"] or f"{name or path.stem} {year or ''}") or "profile",
        title=title or path.stem,
        country=found.code if found else None,
        country_name=name,
        edition=year,
        file=file,
        url=said["url"] or None,
        regions=found.regions if found else (),
        inferred=tuple(inferred),
        extra={k: v for k, v in front.values.items() if k not in _OWN_KEYS},
    )


def _infer_country(draft: Draft, path: Path) -> countries.Country | None:
    """From the title, else the file's name, else the country that the text names most."""
    if draft.title and (named := countries.mentioned(draft.title)):
        return named[0]
    if by_name := countries.lookup(re.sub(r"[\W_\d]+", " ", path.stem).strip()):
        return by_name
    tally: dict[countries.Country, int] = {}
    for raw in draft.paragraphs:
        for country in countries.mentioned(raw.text):
            tally[country] = tally.get(country, 0) + 1
    return max(tally, key=lambda c: tally[c], default=None)


def _infer_edition(draft: Draft, notes: Sequence[Note], path: Path) -> int | None:
    """From the file's name or the title, else the newest year of a source, else of the text."""
    texts = [path.stem, draft.title or ""]
    years = [int(year) for text in texts for year in _YEAR.findall(text)]
    years = years or [s.year for note in notes for s in note.sources if s.year]
    years = years or [int(year) for raw in draft.paragraphs for year in _YEAR.findall(raw.text)]
    return max((year for year in years if year <= date.today().year), default=None)
