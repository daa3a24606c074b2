"""What a change of some files leaves of an index as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tipqa import readers
from tipqa.errors import CorpusError
from tipqa.generation import Generation
from tipqa.types import Profile


def read_as(path: Path, name: str, settings: dict[str, Any]) -> Profile:
    """Read a file as the settings of a build have it.

    Raises:
        CorpusError: it can't be read.
    """
    return readers.read(path, file=name, country=settings["country"], edition=settings["edition"])


def reading_of(profile: Profile) -> dict[str, Any]:
    """What a manifest keeps of the reading of a file, for `changed_profiles`."""
    sources = repr([note.sources for note in profile.notes])
    return {
        "profile": profile.info.id,
        "problems": len(profile.problems),
        "sources": hashlib.sha256(sources.encode()).hexdigest()[:16],
    }


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
        was, now = old.manifest["reading"].get(place), reading_of(profile)
        if (
            was is None
            or (was["profile"], was["sources"]) != (now["profile"], now["sources"])
            or infos[profile.info.id] != profile.info
        ):
            return None
        changed[place] = profile
    return changed


def unchanged_ids(passages: Sequence[str], changed: Iterable[Profile]) -> list[str]:
    """Those ids of passages that are not of some profiles."""
    gone = {profile.info.id for profile in changed}
    return [identity for identity in passages if identity.rpartition("#")[0] not in gone]
