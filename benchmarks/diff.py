"""The differences between two editions of ten countries, held against a person's reading.

    python benchmarks/diff.py ../shared/data/profiles [--wrong]

Takes a second. The labels are in benchmarks/labelled/diff-2020-2021.jsonl; README.md says
how they were made.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tipqa import readers
from tipqa.comparison import Sentence, compare, sentences
from tipqa.evaluate import mean
from tipqa.types import Profile, Span

LABELLED = Path(__file__).parent / "labelled" / "diff-2020-2021.jsonl"
MEASURES = (
    "changed, found",
    "changed, found and told rightly",
    "unchanged, called changed",
)
Label = dict[str, Any]
Place = tuple[int, Span]
"""A sentence: the number of its paragraph, and its span there."""
Finding = tuple[str, bool, bool, str]
"""What was judged, whether it is in the dev half, whether it is so, and all of it told."""


def load() -> list[Label]:
    """The labels, those of a country together."""
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def judge(profiles: Path) -> list[Finding]:
    """Compare each country's two editions, and hold each label against what comes out."""
    findings: list[Finding] = []
    for country, labels in groupby(load(), key=lambda label: str(label["country"])):
        old, new = (
            readers.read(profiles / f"dol-{year}" / f"{country}.md") for year in (2020, 2021)
        )
        findings += judge_country(old, new, list(labels))
    return findings


def judge_country(old: Profile, new: Profile, labels: Iterable[Label]) -> list[Finding]:
    before, after = sentences(old), sentences(new)
    was: dict[Place, Sentence | None] = {}
    became: dict[Place, Sentence | None] = {}
    for change in (change for p in compare(old, new).paragraphs for change in p.changes):
        if change.kind == "sources":
            continue
        if change.new:
            was[place(change.new)] = change.old
        if change.old:
            became[place(change.old)] = change.new
    findings = []
    for label in labels:
        kind, olds = label["label"], [before[n] for n in label["old"]]
        judged = olds[0] if label["new"] is None else after[label["new"]]
        if not judged.text.startswith(label["text"]):
            raise SystemExit(f"{label}: the sentence there is {judged.text!r}. Label it anew.")
        told = became if label["new"] is None else was
        found = place(judged) in told
        other = told.get(place(judged))
        said = f"{label['country']}, {kind}: {judged.text}\n    is told as "
        said += ("gone or new" if other is None else other.text) if found else "unchanged"
        if kind == "unchanged":
            called = found or place(olds[0]) in became
            findings.append((MEASURES[2], label["dev"], called, said))
            continue
        paired = other is not None and other.text in {sentence.text for sentence in olds}
        right = found and (paired or (other is None and kind != "changed"))
        findings.append((MEASURES[0], label["dev"], found, said))
        findings.append((MEASURES[1], label["dev"], right, said))
    return findings


def place(sentence: Sentence) -> Place:
    return sentence.paragraph, sentence.span


def table(findings: Sequence[Finding]) -> Table:
    shown = Table("", "the five it was tuned on", "n", "the other five", "n", "all ten", "n")
    for name in MEASURES:
        cells = [name]
        for halves in ((True,), (False,), (True, False)):
            values = [float(so) for what, dev, so, _ in findings if what == name and dev in halves]
            measured = mean(values)
            cells += [f"{measured.mean:.3f} [{measured.low:.3f}, {measured.high:.3f}]"]
            cells += [str(measured.n)]
        shown.add_row(*cells)
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("profiles", type=Path, help="the folder with dol-2020 and dol-2021")
    parser.add_argument("--wrong", action="store_true", help="list what was told wrongly")
    given = parser.parse_args()
    findings = judge(given.profiles)
    Console().print(table(findings))
    if given.wrong:
        for name, _, so, said in findings:
            if so == (name == MEASURES[2]):
                print(f"{name}: {said}\n")


if __name__ == "__main__":
    main()
