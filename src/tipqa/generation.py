"""A generation: one complete, immutable index, opened only where everything fits.

index/
CURRENT                 the name of the generation that answers
generations/NAME/
manifest.json         what it was built from and with; NAME is its digest
passages.faiss        one unit vector a passage
words.npz             which passage holds which words
tipqa.sqlite          everything else
encoder.onnx          the encoder, where it can be run without torch; the generations
                      of one encoder share it as one file with several names
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threadpoolctl import ThreadpoolController

from tipqa import store
from tipqa.catalog import Catalog
from tipqa.corpus import corpus_files
from tipqa.errors import CorpusError, GenerationError
from tipqa.files import sha256_of
from tipqa.lexical import Lexicon
from tipqa.related import Related
from tipqa.suggest import Suggestions
from tipqa.types import Encoder, FloatMatrix, FloatVector

FORMAT = 6
"""Raised whenever an index built before can no longer be read, or would now differ."""
VECTORS = "passages.faiss"
DATABASE = "tipqa.sqlite"
ENCODER = "encoder.onnx"
LEXICON = "words.npz"
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
_STALE_AT_MOST = 30.0  # seconds from one look at the corpus to the next


class Generation:
    """A generation, open to read: `manifest`, `faiss`, `lexicon`, `store` and `catalog`.

    Row n of each is passage n. `encoder_file` is the encoder as ONNX, None where it isn't
    kept so.
    """

    def __init__(self, name: str, place: Path, manifest: dict[str, Any]) -> None:
        self.name = name
        self.place = place
        self.manifest = manifest
        self.encoder_file = place / ENCODER if ENCODER in manifest["files"] else None
        self.faiss = faiss.read_index(str(place / VECTORS))
        self.lexicon = Lexicon(place / LEXICON)
        self.store = store.Store(place / DATABASE)
        self._looked: tuple[float, bool | None] = (-math.inf, None)
        self._stamps: dict[str, tuple[int, int]] = {}

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> Generation:
        """Open the current generation of an index.

        Raises:
            GenerationError: there is none, its files are not as they were written, or
                it was built with another encoder or by another version of tipqa.
        """
        name = current_name(folder)
        for _ in range(3):  # a build may clear away what CURRENT named a moment ago
            if name is None:
                raise GenerationError(f"{folder}: holds no index. Build one with: tipqa index")
            try:
                return cls._open(folder, name, encoder)
            except FileNotFoundError:
                name = current_name(folder)
        raise GenerationError(
            f"{folder}: generation {name} has lost files. Build it anew with: tipqa index"
        )

    @classmethod
    def _open(cls, folder: Path, name: str, encoder: Encoder) -> Generation:
        place = folder / "generations" / name
        written = (place / MANIFEST).read_bytes()
        if hashlib.sha256(written).hexdigest()[:16] != name:
            raise GenerationError(
                f"{place / MANIFEST}: was changed since it was written. "
                "Build the index anew with: tipqa index"
            )
        manifest = json.loads(written)
        if manifest["format"] != FORMAT:
            raise GenerationError(
                f"{folder}: has format {manifest['format']}, this tipqa reads {FORMAT}. "
                "Build it anew with: tipqa index"
            )
        built_by = manifest["encoder"]
        if built_by["fingerprint"] != encoder.fingerprint:
            raise GenerationError(
                f'{folder}: was built by encoder "{built_by["name"]}" '
                f'({built_by["fingerprint"][:12]}), not by "{encoder.name}" '
                f"({encoder.fingerprint[:12]}). Set TIPQA_ENCODER to the first, "
                "or build it anew with: tipqa index"
            )
        for file, digest in manifest["files"].items():
            if sha256_of(place / file) != digest:
                raise GenerationError(
                    f"{place / file}: is damaged (its sha256 is not the one it was written with). "
                    "Build the index anew with: tipqa index"
                )
        return cls(name, place, manifest)

    @property
    def folder(self) -> Path:
        """The index that it is a generation of."""
        return self.place.parent.parent

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self.store)

    @cached_property
    def suggestions(self) -> Suggestions:
        return Suggestions(self.catalog.names(), self.lexicon.counts)

    @cached_property
    def vectors(self) -> FloatMatrix:
        """The vectors of `faiss`, not copied."""
        count, length = self.faiss.ntotal, self.faiss.d
        view = faiss.rev_swig_ptr(self.faiss.get_xb(), count * length)  # type: ignore[attr-defined]
        return np.asarray(view).reshape(count, length)

    def cosines(self, vector: FloatVector) -> FloatVector:
        """The cosine of each passage with the unit vector of a query, by row.

        By one core: threads of a BLAS spin for some 25 ms after each product, on cores
        that the reranker waits for.
        """
        with _threads().limit(limits=1, user_api="blas"):
            found: FloatVector = self.vectors @ vector
        return found

    @cached_property
    def related(self) -> Related:
        return Related(self.catalog, self.vectors)

    @cached_property
    def history(self) -> dict[str, tuple[str, str]]:
        """Since when each profile is there, and since when it says what it says, by its id.

        Times in UTC, as in "2026-11-22T21:40:00Z".
        """
        reading = self.manifest["reading"].values()
        return {read["profile"]: (read["added"], read["since"]) for read in reading}

    @property
    def stale(self) -> bool | None:
        """Whether the corpus differs from what was indexed; None where it isn't here.

        As `look` found it, which is done here where that was long ago.
        """
        if time.monotonic() - self._looked[0] > _STALE_AT_MOST:
            self.look()
        return self._looked[1]

    def look(self) -> None:
        """Look whether the corpus has changed; takes 0.1 s for a thousand files."""
        self._looked = (time.monotonic(), self._is_stale())

    def close(self) -> None:
        """Close its files and free its memory, though routes of a server still hold it."""
        self.store.close()
        vars(self).clear()

    def _is_stale(self) -> bool | None:
        corpus = self.manifest["corpus"]
        paths = [Path(path) for path in corpus["paths"]]
        if not all(path.exists() for path in paths):
            return None
        try:
            files = [str(file.resolve()) for file, _ in corpus_files(paths)]
            if sorted(files) != sorted(corpus["files"]):
                return True
            for file in files:  # hashed only where size or time of change moved
                status = os.stat(file)
                stamp = (status.st_size, status.st_mtime_ns)
                if self._stamps.get(file) != stamp:
                    if digests([Path(file)])[file] != corpus["files"][file]:
                        return True
                    self._stamps[file] = stamp
        except (CorpusError, OSError):
            return True
        return False


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def digests(files: Sequence[Path]) -> dict[str, str]:
    """The sha256 of each file by its resolved path; "unreadable" where it can't be read."""
    found = {}
    for file in files:
        try:
            found[str(file.resolve())] = sha256_of(file)
        except OSError:
            found[str(file.resolve())] = "unreadable"
    return found


def current_name(folder: Path) -> str | None:
    """The name of the generation that answers; None where there is none."""
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
