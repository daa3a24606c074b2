"""What an editor should know of some files: flaws, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tipqa import readers
from tipqa.errors import CorpusError
from tipqa.index import unique_ids
from tipqa.types import Profile

Level = Literal["error", "warning", "notice"]

_NOTICES = frozenset({"uncited-paragraph", "left-out", "inferred-country", "inferred-edition"})
_SHOWN = 100  # characters of a line that was left out


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `file:line: code message`."""

    file: str
    line: int | None
    code: str
    message: str

    @property
    def level(self) -> Level:
        if self.code == "unreadable":
            return "error"
        return "notice" if self.code in _NOTICES else "warning"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.message}"


def check(
    paths: Sequence[Path], country: str | None = None, edition: int | None = None
) -> tuple[int, list[Finding]]:
    """Read files as `tipqa index` would, and say what is wrong with them.

    Returns:
        How many files were looked at, and the findings by file and line.

    Raises:
        CorpusError: a path doesn't exist or holds no profile.
    """
    files: list[str] = []
    profiles: list[Profile] = []
    findings: list[Finding] = []
    for path, _ in readers.corpus_files(paths):
        files.append(str(path))
        try:
            profiles.append(readers.read(path, file=str(path), country=country, edition=edition))
        except CorpusError as error:
            findings.append(Finding(str(path), error.line, "unreadable", error.message))
    for profile in unique_ids(profiles):
        findings += _of(profile)
    order = {file: number for number, file in enumerate(files)}
    return len(files), sorted(findings, key=lambda f: (order[f.file], f.line or 0))


def _of(profile: Profile) -> Iterator[Finding]:
    file = profile.info.file
    for problem in profile.problems:
        yield Finding(file, problem.line, problem.code, problem.message)
    for paragraph in profile.paragraphs:
        if not paragraph.citations:
            message = f"paragraph {paragraph.number} rests on the profile alone"
            yield Finding(file, paragraph.line, "uncited-paragraph", message)
    for left in profile.left_out:
        shown = left.text if len(left.text) <= _SHOWN else f"{left.text[:_SHOWN]}…"
        yield Finding(file, left.line, "left-out", shown)
