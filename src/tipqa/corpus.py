"""Which files are profiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tipqa.errors import CorpusError

FORMATS = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf")
"""The endings that have a reader."""


def find(path: Path) -> list[Path]:
    """The profile files at a path: itself, or all below a folder, in a fixed order.

    Shells expand `*.md` to a README.md too, so none is a profile, not even by name.
    Files named README.md, hidden ones, and other endings than FORMATS are no profiles.

    Raises:
        CorpusError: there is nothing at that path, or no profile in that folder.
    """
    if path.is_file():
        if path.suffix.lower() not in FORMATS:
            raise CorpusError(
                path, None, f'has the ending "{path.suffix}". Profiles end in {", ".join(FORMATS)}.'
            )
        return [] if _is_readme(path) else [path]
    if not path.is_dir():
        raise CorpusError(path, None, "is no file or folder. Check the path.")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in FORMATS
        and not _is_readme(file)
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and file.is_file()
    )
    if not files:
        raise CorpusError(path, None, f"holds no profile. Profiles end in {', '.join(FORMATS)}.")
    return files


def corpus_files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each profile file at some paths once, with its name as its profile carries it.

    The name is the file's path within the folder given, or the file's own name.

    Raises:
        CorpusError: there is nothing at a path, or no profile at any of them.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in find(path):
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file, file.name if file == path else file.relative_to(path).as_posix()
    if not seen:
        raise CorpusError(paths[0], None, "is no profile, as any README.md. Name another file.")


def _is_readme(path: Path) -> bool:
    return path.name.lower() == "readme.md"
