"""What an editor should know of some files: flaws, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tipqa import readers
from tipqa.corpus import corpus_files
from tipqa.errors import CorpusError, QueryError
from tipqa.index import with_own_id
from tipqa.types import Profile

Level = Literal["error", "warning", "notice"]

LEVELS: tuple[Level, ...] = ("error", "warning", "notice")
RULES: dict[str, tuple[Level, str]] = {
    "unreadable": (
        "error",
        "The file can't be read as a profile: it is empty, binary, not UTF-8, or its front matter "
        "can't be meant. It stops a build; tipqa index --skip-unreadable goes on without it.",
    ),
    "unresolved-marker": (
        "warning",
        "A marker points to no note, so its sentence has no source from it, and the sentences "
        "before it inherit none. Add the note or mend the marker's label.",
    ),
    "unresolved-note": (
        "warning",
        "A note refers to an earlier one (ibid., supra) that isn't there, so it names no source. "
        "Write the source out.",
    ),
    "empty-note": (
        "warning",
        "A note has a label and no text, so it names no source. Write the source.",
    ),
    "marker-as-text": (
        "warning",
        "This looks like a marker and is read as text: it is written as code, escaped, or its "
        "label holds a space. Write [^label], with a label without spaces.",
    ),
    "unused-note": (
        "warning",
        "No marker points to this note. Put its marker where the sentence is, or remove the note.",
    ),
    "duplicate-note": (
        "warning",
        "Two notes have one label. The first stands, the other is left out. Give it another label.",
    ),
    "source-without-year": (
        "warning",
        "A note names a source without a year, so nobody can tell how old the evidence is. "
        "Add the year to the note.",
    ),
    "unknown-country": (
        "warning",
        "The country data does not know this name. It is kept as written; filters by region don't "
        'find it. Use a usual English name or an ISO code, as in "country: KHM".',
    ),
    "no-country": (
        "warning",
        'No country is given and none can be inferred. Add "country:" to the front matter, or give '
        "--country.",
    ),
    "no-edition": (
        "warning",
        'No year is given and none can be inferred. Add "edition:" to the front matter, or give '
        "--edition.",
    ),
    "duplicate-id": (
        "warning",
        "Two files have one id, by country and edition or by their own word; the second gets a "
        'number, which changes when files come or go. Give each its own "id:".',
    ),
    "inferred-country": (
        "notice",
        'The country is inferred, not given. Add "country:" to the front matter to be sure.',
    ),
    "inferred-edition": (
        "notice",
        'The year is inferred, not given. Add "edition:" to the front matter to be sure.',
    ),
    "uncited-paragraph": (
        "notice",
        "No sentence of this paragraph has a source: it rests on the profile alone, and says so.",
    ),
    "uncited-number": (
        "notice",
        "A sentence gives a number and no source for it. Readers ask for the source of numbers "
        "first.",
    ),
    "left-out": (
        "notice",
        "This text of the file is in no passage: a table, a caption, an image, or the page around "
        "the text. It can't be found. If it should be, make it a paragraph.",
    ),
}

_SHOWN = 100  # characters of a line that was left out
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `file:line: code message`."""

    file: str
    line: int | None
    code: str
    message: str

    @property
    def level(self) -> Level:
        return RULES[self.code][0]

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.message}"


def check(
    paths: Sequence[Path], country: str | None = None, edition: int | None = None
) -> tuple[list[str], list[Finding]]:
    """Read files as `tipqa index` would, and say what is wrong with them.

    Returns:
        The files looked at, and the findings by file and line.

    Raises:
        CorpusError: a path doesn't exist or holds no profile.
    """
    files: list[str] = []
    taken: dict[str, str] = {}
    findings: list[Finding] = []
    for path, _ in corpus_files(paths):
        files.append(str(path))
        try:
            profile = readers.read(path, file=str(path), country=country, edition=edition)
        except CorpusError as error:
            findings.append(Finding(str(path), error.line, "unreadable", error.message))
        else:
            findings += _of(with_own_id(profile, taken))
    order = {file: number for number, file in enumerate(files)}
    return files, sorted(findings, key=lambda f: (order[f.file], f.line or 0))


def explain(code: str) -> str:
    """What a code means and what to do about it.

    Raises:
        QueryError: there is no such code.
    """
    if code not in RULES:
        raise QueryError(f'code "{code}" is not known. Codes are: {", ".join(RULES)}.')
    level, text = RULES[code]
    return f"{code} ({level}): {text}"


def _of(profile: Profile) -> Iterator[Finding]:
    file = profile.info.file
    for problem in profile.problems:
        yield Finding(file, problem.line, problem.code, problem.message)
    for note in profile.notes:
        if any(source.year is None for source in note.sources):
            message = f'note "{note.label}" names no year: {_short(note.text)}'
            yield Finding(file, note.line, "source-without-year", message)
    for paragraph in profile.paragraphs:
        if not paragraph.citations:
            message = f"paragraph {paragraph.number} rests on the profile alone"
            yield Finding(file, paragraph.line, "uncited-paragraph", message)
        cited = {citation.sentence for citation in paragraph.citations}
        for start, end in paragraph.sentences:
            text = paragraph.text[start:end]
            if (start, end) not in cited and _NUMBER.search(text):
                yield Finding(file, paragraph.line, "uncited-number", _short(text))
    for left in profile.left_out:
        yield Finding(file, left.line, "left-out", _short(left.text))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
