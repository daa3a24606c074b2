"""Files → Profiles: one module a format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tipqa.corpus import find
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


def read(
    path: Path,
    *,
    file: str | None = None,
    country: str | None = None,
    edition: int | None = None,
) -> Profile:
    """Read one file as a profile.

    Args:
        path: a file whose ending is one of `tipqa.corpus.FORMATS`.
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
