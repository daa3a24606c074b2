"""Build or refresh an index.

A generation is built beside the current one and takes its place by one rename of
CURRENT, so that a crash at any moment leaves the old one answering.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from filelock import FileLock, Timeout

from tipqa import lexical, tables
from tipqa.changes import changed_profiles, dated, read_as, reading_of, unchanged_ids
from tipqa.chunk import context_in, embedded_text, passages
from tipqa.corpus import corpus_files
from tipqa.embed import SentenceEncoder, embed
from tipqa.errors import CorpusError, EncoderError, GenerationError
from tipqa.files import flush, sha256_of
from tipqa.generation import (
    DATABASE,
    ENCODER,
    FORMAT,
    LEXICON,
    MANIFEST,
    VECTORS,
    Generation,
    digests,
)
from tipqa.publish import make_current, sweep
from tipqa.store import Store
from tipqa.types import Encoder, Passage, Problem, Profile

_AT_ONCE = 4096  # passages whose vectors are put together before FAISS gets them

Progress = Callable[[str, int, int], object]
"""Told the stage ("read", "embed"), how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    generation: str
    profiles: int
    passages: int
    embedded: int
    changed: bool
    problems: int
    skipped: tuple[str, ...]
    too_long: tuple[str, ...]
    not_exported: str | None
    """Why the encoder needs torch for each question; None where it doesn't."""

    @classmethod
    def of(cls, name: str, manifest: dict[str, Any], embedded: int, changed: bool) -> Built:
        """What a manifest says was built."""
        return cls(
            generation=name,
            profiles=manifest["counts"]["profiles"],
            passages=manifest["counts"]["passages"],
            embedded=embedded,
            changed=changed,
            problems=manifest["counts"]["problems"],
            skipped=tuple(manifest["skipped"]),
            too_long=tuple(manifest["too_long"]),
            not_exported=manifest["encoder"]["not_exported"],
        )


def build(
    paths: Sequence[Path],
    folder: Path,
    encoder: Encoder,
    *,
    country: str | None = None,
    edition: int | None = None,
    skip_unreadable: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Built:
    """Build an index of some files, or refresh the one that is there.

    Only passages whose embedded text the current generation does not hold are embedded.

    Args:
        paths: files, and folders to search for files.
        folder: where the index is or shall be.
        encoder: turns passages into vectors.
        country, edition: for files that do not say.
        skip_unreadable: go on without files that can't be read.
        progress: told how far it is.

    Raises:
        CorpusError: a file can't be read. The current generation stays.
        GenerationError: another build is at work, or the disk refuses.
    """
    files = list(corpus_files(paths))
    if folder.exists() and not folder.is_dir():
        raise GenerationError(f"{folder}: is no folder. Name another --index.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "generations").mkdir(exist_ok=True)
        lock = FileLock(folder / ".lock")
        with lock.acquire(timeout=0):
            settings = {
                "country": country,
                "edition": edition,
                "skip_unreadable": skip_unreadable,
                "code": _code_digest(),
            }
            return _build(paths, files, folder, encoder, settings, progress)
    except Timeout as error:
        raise GenerationError(
            f"{folder}: another tipqa index is at work here. Wait for it, or name another --index."
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise GenerationError(
            f"{folder}: can't be written: {getattr(error, 'strerror', None) or error}. "
            "Make room or name another --index; the index that was there still answers."
        ) from error


def _build(
    paths: Sequence[Path],
    files: Sequence[tuple[Path, str]],
    folder: Path,
    encoder: Encoder,
    settings: dict[str, Any],
    progress: Progress,
) -> Built:
    sweep(folder)
    corpus = {
        "paths": [str(path.resolve()) for path in paths],
        "files": digests([file for file, _ in files]),
    }
    old = _open_quietly(folder, encoder)
    if old and (old.manifest["corpus"], old.manifest["settings"]) == (corpus, settings):
        return Built.of(old.name, old.manifest, embedded=0, changed=False)

    told = _Told()
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as temporary:
        building = Path(temporary) / "generation"
        building.mkdir()
        database = building / DATABASE
        part = old and changed_profiles(old, files, corpus, settings)
        if old and part:
            told.skipped, told.reading = old.manifest["skipped"], dict(old.manifest["reading"])
            told.too_long = unchanged_ids(old.manifest["too_long"], part.values())
            shutil.copyfile(old.place / DATABASE, database)
            tables.replace(database, list(_cut(part.items(), encoder, told)))
        else:
            profiles = _read_all(files, settings, progress, told)
            tables.write(database, _cut(profiles, encoder, told))
        encoder, not_exported = _exported(encoder, old, building / ENCODER)
        with closing(Store(database)) as store:
            path = building / VECTORS
            count, dimension, embedded = _write_vectors(store, encoder, old, path, progress)
            pieces = ((context_in(info, path), text) for info, path, text in store.pieces())
            lexical.write(pieces, building / LEXICON)
        reading = dated(told.reading, folder)
        manifest = {
            "format": FORMAT,
            "encoder": {
                "name": encoder.name,
                "fingerprint": encoder.fingerprint,
                "max_tokens": encoder.max_tokens,
                "dimension": dimension,
                "not_exported": not_exported,
            },
            "vectors": "IndexFlatIP",  # exact; benchmarks/README.md has the figures of the others
            "settings": settings,
            "corpus": corpus,
            "skipped": told.skipped,
            "reading": reading,
            "counts": {
                "profiles": len(reading),
                "passages": count,
                "problems": sum(read["problems"] for read in reading.values()),
            },
            "too_long": sorted(told.too_long),
            "files": {file.name: sha256_of(file) for file in sorted(building.iterdir())},
        }
        written = json.dumps(manifest, indent=1, sort_keys=True)  # ASCII: file names may be bytes
        (building / MANIFEST).write_text(written, encoding="ascii")
        name = hashlib.sha256(written.encode()).hexdigest()[:16]
        for file in building.iterdir():
            flush(file)
        flush(building)
        make_current(folder, building, name)
    return Built.of(name, manifest, embedded, changed=True)


@dataclass
class _Told:
    """What a manifest keeps of the files, told while they are read and cut.

    Attributes:
        reading: as `reading_of` makes it, by resolved path.
        skipped: what is said of the files left out.
        too_long: ids of the passages that the encoder doesn't see whole.
    """

    reading: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)


def _read_all(
    files: Sequence[tuple[Path, str]], settings: dict[str, Any], progress: Progress, told: _Told
) -> Iterator[tuple[str, Profile]]:
    """The profiles with their resolved paths, one at a time: all would fill the memory."""
    taken: dict[str, str] = {}
    for done, (path, name) in enumerate(files, start=1):
        try:
            profile = read_as(path, name, settings)
        except CorpusError as error:
            if not settings["skip_unreadable"]:
                raise
            told.skipped.append(str(error))
        else:
            yield str(path.resolve()), with_own_id(profile, taken)
        progress("read", done, len(files))
    if not taken:
        raise CorpusError(files[0][0], None, "is unreadable, and so is every other file. Mend one.")


def with_own_id(profile: Profile, taken: dict[str, str]) -> Profile:
    """Give a second profile of one id a number; the flaw is told with it.

    `taken` has the file of each id before it, and is told this one.
    """
    info = profile.info
    identity, number = info.id, 1
    while identity in taken:
        number += 1
        identity = f"{info.id}-{number}"
    if identity != info.id:
        message = f'{taken[info.id]} is "{info.id}" already; this is "{identity}"'
        problem = Problem(None, "duplicate-id", f'{message}. Give each its own "id:"')
        profile = replace(
            profile,
            info=replace(info, id=identity),
            problems=(*profile.problems, problem),
        )
    taken[identity] = info.file
    return profile


def _cut(
    profiles: Iterable[tuple[str, Profile]], encoder: Encoder, told: _Told
) -> Iterator[tables.Cut]:
    """Each profile with its passages, which are known by what the encoder is given."""
    for path, profile in profiles:
        told.reading[path] = reading_of(profile)
        found = passages(profile, encoder)
        told.too_long += _too_long(found, encoder)
        texts = [f"{encoder.fingerprint}\0{embedded_text(passage)}" for passage in found]
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        yield profile, list(zip(found, keys, strict=True))


def _exported(encoder: Encoder, old: Generation | None, file: Path) -> tuple[Encoder, str | None]:
    """The encoder run from a file of this generation; else as it is, and why that is so."""
    if not isinstance(encoder, SentenceEncoder):
        return encoder, None
    if old and old.encoder_file:
        try:
            os.link(old.encoder_file, file)
        except OSError:  # a disk without links
            shutil.copyfile(old.encoder_file, file)
    else:
        try:
            encoder.export(file)
        except EncoderError as error:
            file.unlink(missing_ok=True)
            return encoder, str(error)
    return encoder.run_from(file), None


def _too_long(found: Sequence[Passage], encoder: Encoder) -> list[str]:
    """The passages that the encoder doesn't see whole; only single sentences can be."""
    single = [passage for passage in found if len(passage.sentences) == 1]
    lengths = encoder.count_tokens([embedded_text(passage) for passage in single])
    return [p.id for p, n in zip(single, lengths, strict=True) if n > encoder.max_tokens]


def _write_vectors(
    store: Store, encoder: Encoder, old: Generation | None, path: Path, progress: Progress
) -> tuple[int, int, int]:
    """Write a unit vector for each passage in its row.

    Returns:
        How many there are, their length, and how many of them had to be made.
    """
    known = {key: row for row, key in enumerate(old.store.keys())} if old else {}
    keys = store.keys()
    new = sum(key not in known for key in keys)
    embedded = 0

    def told(done: int) -> None:
        progress("embed", embedded + done, new)

    index = faiss.IndexFlatIP(old.faiss.d) if old else None
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        missing = [n for n, key in enumerate(some) if key not in known]
        kept = [n for n, key in enumerate(some) if key in known]
        pieces = store.pieces([start + n for n in missing])
        made = embed(
            [context_in(info, section) + text for info, section, text in pieces],
            encoder,
            progress=told,
        )
        if index is None:
            index = faiss.IndexFlatIP(made.shape[1])
        vectors = np.empty((len(some), index.d), dtype=np.float32)
        if old and kept:
            wanted = np.array([known[some[n]] for n in kept], dtype=np.int64)
            vectors[kept] = old.faiss.reconstruct_batch(wanted)
        if missing:
            vectors[missing] = made
            embedded += len(missing)
        index.add(vectors)
    assert index is not None  # no profile is without a passage
    with path.open("wb") as file:  # FAISS' own writing tells of a full disk on stderr
        writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
        faiss.write_index(index, writer)
    return index.ntotal, index.d, new


def _code_digest() -> str:
    """What reads, cuts and stores: where it has changed, an unchanged corpus is read anew."""
    modules = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256("".join(map(sha256_of, modules)).encode()).hexdigest()


def _open_quietly(folder: Path, encoder: Encoder) -> Generation | None:
    """The generation to take vectors from: none where there is none that fits."""
    with suppress(GenerationError):
        return Generation.open(folder, encoder)
    return None
