"""Files → Profiles: one module a format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tipqa.errors import CorpusError
from tipqa.readers import html, markdown, pdf, text
from tipqa.readers.draft import Draft, finish
from tipqa.readers.encoding import decode
from tipqa.types import Profile


def _of_text(read: Callable[[str, Path], Draft]) -> Callable[[bytes, Path], Draft]:
    return lambda data, path: read(decode(data, path), path)


_READERS: dict[str, Callable[[bytes, Path], Draft]] = {
    ".md": _of_text(markdown.read),
    ".markdown": _of_text(markdown.read),
    ".txt": _of_text(text.read),
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
}
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
FORMATS = tuple(_READERS)


def find(path: Path) -> list[Path]:
    """The profile files at a path: itself, or all below a folder, in a fixed order.

    Shells expand `*.md` to a README.md too, so none is a profile, not even by name.
    Files named README.md, hidden ones, and other endings than FORMATS are no profiles.

    Raises:
        CorpusError: there is nothing at that path, or no profile in that folder.
    """
    if path.is_file():
        if path.suffix.lower() not in _READERS:
            raise CorpusError(
                path, None, f'has the ending "{path.suffix}". Profiles end in {", ".join(FORMATS)}.'
            )
        return [] if _is_readme(path) else [path]
    if not path.is_dir():
        raise CorpusError(path, None, "is no file or folder. Check the path.")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in _READERS
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


def read(
    path: Path,
    *,
    file: str | None = None,
    country: str | None = None,
    edition: int | None = None,
) -> Profile:
    """Read one file as a profile.

    Args:
        path: a file whose ending is one of FORMATS.
        file: its name as the profile carries it; its own name by default.
        country, edition: what to take where the file does not say.

    Raises:
        CorpusError: it can't be read; names the line and the remedy.
    """
    if not find(path):
        raise CorpusError(path, None, "is no profile, as any README.md. Rename it to read it.")
    if _UNSHOWABLE.search(str(path)):
        raise CorpusError(ascii(str(path)), None, "has a name that can't be shown. Rename it.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(path, None, f"can't be opened: {error.strerror}.") from error
    draft = _READERS[path.suffix.lower()](data, path)
    return finish(draft, path, file or path.name, country, edition)
