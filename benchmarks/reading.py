"""Reading: what becomes of every file of a folder, and how long it takes.

    .venv/bin/python benchmarks/reading.py ../shared/data/profiles ../shared/data/pdf

For each format: files, those refused, paragraphs, sentences, citations (direct and
inherited), notes by how they were linked, flaws by code, and milliseconds a profile.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tipqa import readers
from tipqa.corpus import corpus_files
from tipqa.errors import CorpusError


def main() -> None:
    files = list(corpus_files([Path(folder) for folder in sys.argv[1:]]))
    counts: dict[str, Counter[str]] = {}
    times: dict[str, list[float]] = {}
    for path, name in track(files, description="reading", transient=True):
        counted = counts.setdefault(path.suffix, Counter())
        started = perf_counter()
        try:
            profile = readers.read(path, file=name)
        except CorpusError as error:
            counted["refused"] += 1
            print(error)
            continue
        times.setdefault(path.suffix, []).append(1000 * (perf_counter() - started))
        counted["files"] += 1
        counted["paragraphs"] += len(profile.paragraphs)
        counted["sentences"] += sum(len(p.sentences) for p in profile.paragraphs)
        counted.update(c.scope for p in profile.paragraphs for c in p.citations)
        counted.update(f"note: {note.link.split(':')[0]}" for note in profile.notes)
        counted.update(f"flaw: {problem.code}" for problem in profile.problems)
    table = Table("", *counts)
    for name in sorted({name for counted in counts.values() for name in counted}):
        table.add_row(name, *(f"{counted[name]:,}" for counted in counts.values()))
    table.add_row("ms a profile, median", *(f"{median(taken):.1f}" for taken in times.values()))
    table.add_row("ms, 95 in 100 below", *(f"{quantiles(t, n=20)[-1]:.1f}" for t in times.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
