"""What tipqa reads out of notes, held against notes that a person read.

    python benchmarks/sources.py ../shared/data/profiles [--half dev|held-out|all] [--wrong]

Takes some seconds. The labels are in benchmarks/labelled; README.md says how they were made.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rich.console import Console
from rich.table import Table

from tipqa import readers
from tipqa.evaluate import mean
from tipqa.publishers import canonical_publisher
from tipqa.types import Note

LABELLED = Path(__file__).parent / "labelled"
HALVES = ("dev", "held-out", "all")
Label = dict[str, Any]
Key = tuple[str, str]
"""A note: its file, as "dol-2018/uganda.md", and its label."""
Finding = tuple[str, bool, bool, str]
"""What was judged, whether it is in the dev half, whether it is right, and all of it told."""


def folded(text: object) -> str:
    """Letters and digits in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    return re.sub(r"[\W_]+", "", plain)


def publisher(name: object) -> str:
    return folded(canonical_publisher(str(name)))


def address(url: object) -> str:
    """An address without its scheme; a space in it may be written as %20."""
    return re.sub(r"^https?://|/$", "", unquote(str(url)))


FIELDS: dict[str, Callable[[object], str]] = {
    "publisher": publisher,
    "year": str,
    "url": address,
    "date": folded,
    "accessed": folded,
    "kind": str,
}


def labels(name: str) -> list[Label]:
    lines = (LABELLED / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_notes(profiles: Path, keys: Iterable[Key]) -> dict[Key, Note]:
    """The notes of the files that are named; none of the others is read."""
    notes: dict[Key, Note] = {}
    for file in sorted({file for file, _ in keys}):
        for note in readers.read(profiles / file).notes:
            notes.setdefault((file, note.label), note)
    return notes


def judge_notes(labelled: Sequence[Label], notes: dict[Key, Note]) -> list[Finding]:
    """Hold each field of the first source of a note against its label.

    What the label has under `also`, or `also_` and the field's name, is right too. A kind
    is judged where one is told.
    """
    findings: list[Finding] = []
    for label in labelled:
        note = notes[label["file"], label["label"]]
        for name, fold in FIELDS.items():
            told = getattr(note.sources[0], name) if note.sources else None
            if name == "kind" and told is None:
                continue
            others = label.get("also" if name == "publisher" else f"also_{name}", [])
            wanted = [label[name], *others]
            right = (told and fold(told)) in [one and fold(one) for one in wanted]
            place = f"{label['file']}:{label['label']}"
            line = f"{name}: {place}: {told!r}, not {wanted[0]!r}: {note.text[:160]}"
            findings.append((name, label["dev"], right, line))
            if name in ("url", "date", "accessed") and label[name] is not None:
                findings.append((f"{name}, where told", label["dev"], right, line))
        count = len(note.sources)
        line = f"sources: {label['file']}:{label['label']}: {count}, not {label['several']}"
        findings.append(("number of sources", label["dev"], count == label["several"], line))
    return findings


def judge_pairs(pairs: Sequence[Label], notes: dict[Key, Note]) -> list[Finding]:
    """Whether pairs that are merged are the same (precision), and the reverse (recall).

    Two notes are merged where one source is named by both.
    """
    findings: list[Finding] = []
    for pair in pairs:
        a, b = (notes[file, label] for file, label in (pair["a"], pair["b"]))
        merged = bool({s.id for s in a.sources} & {s.id for s in b.sources})
        line = (
            f"{'merged' if merged else 'apart'}: {':'.join(pair['a'])} and {':'.join(pair['b'])}"
            f" ({pair['why']}):\n    {a.text[:200]}\n    {b.text[:200]}"
        )
        if merged:
            findings.append(("pairs, precision", pair["dev"], pair["same"], line))
        if pair["same"]:
            findings.append(("pairs, recall", pair["dev"], merged, line))
    return findings


def judge(profiles: Path) -> list[Finding]:
    """All that is labelled, judged; see FIELDS and `judge_pairs` for what."""
    labelled, pairs = labels("notes.jsonl"), labels("pairs.jsonl")
    keys = [(label["file"], label["label"]) for label in labelled]
    keys += [(file, label) for pair in pairs for file, label in (pair["a"], pair["b"])]
    notes = read_notes(profiles, keys)
    return judge_notes(labelled, notes) + judge_pairs(pairs, notes)


def of_half(findings: Iterable[Finding], half: str) -> list[Finding]:
    return [one for one in findings if half == "all" or one[1] == (half == "dev")]


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("profiles", type=Path, help="the folder that holds dol-2014, dol-2015 …")
    asked.add_argument("--half", choices=HALVES, help="only these labels; else each beside each")
    asked.add_argument("--wrong", action="store_true", help="tell what is wrong, of --half or dev")
    options = asked.parse_args()
    findings = judge(options.profiles)
    halves = [options.half] if options.half else HALVES
    table = Table("", *(f"{half}: right [95 %] (n)" for half in halves))
    for name in sorted({finding[0] for finding in findings}):
        cells = []
        for half in halves:
            right = [float(one[2]) for one in of_half(findings, half) if one[0] == name]
            m = mean(right) if right else None
            cells.append(f"{m.mean:.3f} [{m.low:.3f}, {m.high:.3f}] ({m.n})" if m else "–")
        table.add_row(name, *cells)
    Console(width=120).print(table)
    if options.wrong:
        of_these = of_half(findings, options.half or "dev")
        print(*dict.fromkeys(line for _, _, right, line in of_these if not right), sep="\n")


if __name__ == "__main__":
    main()
