"""A generation that is written whole takes the place of the current one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tipqa.files import flush
from tipqa.generation import CURRENT, current_name


def make_current(folder: Path, building: Path, name: str) -> None:
    """Move a generation to its place, and let CURRENT name it by one rename.

    Args:
        folder: the index.
        building: the folder of the generation, in the index, its files on the disk.
        name: the generation's.
    """
    place = folder / "generations" / name
    if place.exists():  # the same one, once current, or what a crash left of it
        shutil.rmtree(place)
    building.rename(place)
    flush(place.parent)
    former = current_name(folder)
    pointer = folder / f".CURRENT-{os.getpid()}"
    pointer.write_text(name + "\n", encoding="utf-8")
    flush(pointer)
    pointer.replace(folder / CURRENT)
    flush(folder)
    sweep(folder, former)


def sweep(folder: Path, former: str | None = None) -> None:
    """Remove what is no longer needed, and what builds that were killed have left.

    The current generation stays, and one other, since whoever opens it may finish: the
    former one, or the newest where a build was killed before it could clear away.
    """
    current = current_name(folder)
    others = [path for path in (folder / "generations").iterdir() if path.name != current]
    others.sort(key=lambda path: (path.name == former, path.stat().st_mtime), reverse=True)
    for other in others[1:]:
        shutil.rmtree(other, ignore_errors=True)
    for left in [*folder.glob(".building-*"), *folder.glob(".CURRENT-*")]:
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink()
