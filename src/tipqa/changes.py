"""What a change of some files leaves of an index as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tipqa import readers
from tipqa.errors import CorpusError
from tipqa.generation import MANIFEST, Generation, current_name
from tipqa.types import Profile


def read_as(path: Path, name: str, settings: dict[str, Any]) -> Profile:
    """Read a file as the settings of a build have it.

    Raises:
        CorpusError: it can't be read.
    """
    return readers.read(path, file=name, country=settings["country"], edition=settings["edition"])


def reading_of(profile: Profile) -> dict[str, Any]:
    """What a manifest keeps of the reading of a file, for `changed_profiles` and `dated`."""
    info = profile.info
    said = (
        (info.title, info.country_name, info.edition),
        [(p.section, p.text) for p in profile.paragraphs],
        [(p.number, c.sentence, c.label) for p in profile.paragraphs for c in p.citations],
        [(note.label, note.text) for note in profile.notes],
    )
    return {
        "profile": info.id,
        "problems": len(profile.problems),
        "sources": _digest([note.sources for note in profile.notes]),
        "text": _digest(said),
    }


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def now() -> str:
    """UTC, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def dated(reading: Mapping[str, dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """Readings with the times since when a profile is in the index, and says what it says.

    They go on from the current generation, which need not be one that can be opened still.

    Args:
        reading: as `reading_of` makes them, by path.
        folder: the index.

    Returns:
        The readings with `added` and `since`: UTC, as in "2026-11-22T21:40:00Z".
    """
    before = {}
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = folder / "generations" / (current_name(folder) or "") / MANIFEST
        kept = json.loads(manifest.read_bytes())["reading"].values()
        before = {was["profile"]: (was["text"], was["added"], was["since"]) for was in kept}
    this_time = now()
    found = {}
    for path, read in reading.items():
        text, added, since = before.get(read["profile"], (None, this_time, None))
        since = since if text == read["text"] else this_time
        found[path] = {**read, "added": added, "since": since}
    return found


def changed_profiles(
    old: Generation,
    files: Sequence[tuple[Path, str]],
    corpus: dict[str, Any],
    settings: dict[str, Any],
) -> dict[str, Profile] | None:
    """The profiles of the files that changed, by path, where all others stay as they are.

    Ids and sources are settled among all profiles: where a file came or went, or what
    its profile is about or its sources have changed, the others may change with it.

    Args:
        old: the current generation.
        files: each file with its name, as a build is to read them.
        corpus, settings: as the manifest of the build will have them.

    Returns:
        None where the other profiles may change.
    """
    before = old.manifest["corpus"]
    if (old.manifest["settings"], before["paths"]) != (settings, corpus["paths"]):
        return None
    if before["files"].keys() != corpus["files"].keys():
        return None
    infos = {info.id: info for info in old.store.profiles()}
    changed = {}
    for path, name in files:
        place = str(path.resolve())
        if before["files"][place] == corpus["files"][place]:
            continue
        try:
            profile = read_as(path, name, settings)
        except CorpusError:
            return None
        was, said = old.manifest["reading"].get(place), reading_of(profile)
        if (
            was is None
            or (was["profile"], was["sources"]) != (said["profile"], said["sources"])
            or infos[profile.info.id] != profile.info
        ):
            return None
        changed[place] = profile
    return changed


def unchanged_ids(passages: Sequence[str], changed: Iterable[Profile]) -> list[str]:
    """Those ids of passages that are not of some profiles."""
    gone = {profile.info.id for profile in changed}
    return [identity for identity in passages if identity.rpartition("#")[0] not in gone]
