"""Files by content: what has the same sha256 is the same."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def package_folders(name: str) -> list[Path]:
    """The folders of an installed package, found without importing it; empty: none is."""
    spec = importlib.util.find_spec(name)
    return [Path(folder) for folder in (spec and spec.submodule_search_locations) or []]


def flush(path: Path) -> None:
    """Have the disk hold a file, or a folder's entries, before what follows is done."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
