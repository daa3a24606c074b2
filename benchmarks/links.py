"""How many links from a sentence by its note to a source are right, on the gold set.

    .venv/bin/python benchmarks/links.py [--wrong] [--format md|txt|html|pdf] [FOLDER]

Takes some seconds. FOLDER is tests/gold unless another set of the same form is given;
its README.md has the form. --wrong tells what is not as expected, document by document.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tipqa import readers
from tipqa.errors import CorpusError
from tipqa.publishers import canonical_publisher
from tipqa.types import Note, Profile, Source

GOLD = Path(__file__).parent.parent / "tests" / "gold"
FORMATS = ("md", "txt", "html", "pdf")

Mark = tuple[str, str, str]
"""A sentence, the key of a note, and "direct" or "inherited"."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there should be, how many there are, and how many of these are right."""

    expected: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.expected + other.expected, self.found + other.found, self.right + other.right
        )

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


@dataclass(slots=True)
class Result:
    """What a reader made of one document. `marks` leaves the sources out, `links` doesn't."""

    name: str
    ambiguous: bool
    marks: Count = field(default_factory=Count)
    links: Count = field(default_factory=Count)
    wrong: list[str] = field(default_factory=list)


def documents(folder: Path = GOLD) -> list[Path]:
    """The documents of a gold set: those with expectations beside them."""
    return sorted(path.with_suffix("") for path in folder.glob("*.*.json"))


def measure(path: Path) -> Result:
    """Read a document and hold it against what is expected of it."""
    gold = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    result = Result(path.name, "ambiguous" in gold)
    try:
        profile = readers.read(path)
    except CorpusError as error:
        if gold.get("error", "\0") not in str(error):
            result.wrong.append(f"refused: {error}")
            profile = None
        else:
            return result
    if profile is None:
        wanted = expected_marks(gold)
        result.marks = result.links = Count(expected=len(wanted))
        return result
    if "error" in gold:
        result.wrong.append(f"not refused: {gold['error']}")
    _compare_links(gold, profile, result)
    _compare_text(gold, profile, result)
    return result


def expected_marks(gold: dict[str, Any]) -> Counter[Mark]:
    return Counter(
        (sentence["text"], key, scope)
        for sentence in gold["sentences"]
        for scope in ("direct", "inherited")
        for key in sentence.get(scope, [])
    )


def _compare_links(gold: dict[str, Any], profile: Profile, result: Result) -> None:
    spelled, expected_notes = {}, {}
    for spellings, note in gold["notes"].items():
        key, *others = spellings.split(" or ")
        expected_notes[key] = note
        spelled |= {spelling: key for spelling in (key, *others)}
    keys = _keys(profile.notes)
    notes = {spelled.get(keys[note.id], keys[note.id]): note for note in profile.notes}
    expected = expected_marks(gold)
    found = Counter(
        (
            paragraph.text[slice(*citation.sentence)],
            spelled.get(keys[citation.note.id], keys[citation.note.id]),
            str(citation.scope),
        )
        for paragraph in profile.paragraphs
        for citation in paragraph.citations
    )
    shared = expected & found
    result.marks = Count(expected.total(), found.total(), shared.total())
    result.wrong += [f"lacks {_told(mark)}" for mark in expected - found]
    result.wrong += [f"has {_told(mark)}" for mark in found - expected]
    counted = {
        key: _compare_sources(key, expected_notes.get(key), notes.get(key), result)
        for key in sorted({mark[1] for mark in expected | found})
    }
    result.links = Count(
        sum(counted[key].expected for _, key, _ in expected.elements()),
        sum(counted[key].found for _, key, _ in found.elements()),
        sum(counted[key].right for _, key, _ in shared.elements()),
    )


def _keys(notes: Iterable[Note]) -> dict[str, str]:
    """The key of each note by its id: its label, and from the second of a label on its rank."""
    seen: Counter[str] = Counter()
    keys = {}
    for note in notes:
        seen[note.label] += 1
        count = seen[note.label]
        keys[note.id] = note.label if count == 1 else f"{note.label}#{count}"
    return keys


def _compare_sources(
    key: str, expected: dict[str, Any] | None, note: Note | None, result: Result
) -> Count:
    """Each link to the note counts as many as the sources that the note names."""
    if expected is None or note is None:
        wanted = len(expected["sources"]) if expected else 1
        return Count(max(1, wanted), max(1, len(note.sources) if note else 1), 0)
    if note.link != expected["link"]:
        result.wrong.append(f"note {key} is {note.link}, not {expected['link']}: {note.text}")
        return Count(max(1, len(expected["sources"])), max(1, len(note.sources)), 0)
    if not expected["sources"]:
        count = max(1, len(note.sources))
        return Count(count, count, count)
    right = sum(
        _fits(wanted, source)
        for wanted, source in zip_longest(expected["sources"], note.sources)
        if wanted and source
    )
    if right != len(expected["sources"]) or right != len(note.sources):
        named = [(s.publisher, s.title, s.year) for s in note.sources]
        wanted = [tuple(source.values()) for source in expected["sources"]]
        result.wrong.append(f"note {key} names {named}, not {wanted}: {note.text}")
    return Count(len(expected["sources"]), max(1, len(note.sources)), right)


def _fits(expected: dict[str, Any], source: Source) -> bool:
    """Whether a source has what is expected of it."""
    return (
        _folded(expected.get("title", "")) in _folded(source.title)
        and expected.get("year", source.year) == source.year
        and (
            "publisher" not in expected
            or _folded(canonical_publisher(expected["publisher"]))
            == _folded(canonical_publisher(source.publisher or ""))
        )
    )


def _compare_text(gold: dict[str, Any], profile: Profile, result: Result) -> None:
    """Sentences in order, labels without a note, and what must not be there."""
    read = [p.text[start:end] for p in profile.paragraphs for start, end in p.sentences]
    expected = [sentence["text"] for sentence in gold["sentences"]]
    result.wrong += [f"lacks the sentence: {t}" for t in expected if t not in read]
    result.wrong += [f"has the sentence: {t}" for t in read if t not in expected]
    if not result.wrong and read != expected:
        result.wrong.append("has its sentences in another order")
    unresolved = [
        match[1]
        for problem in profile.problems
        if problem.code == "unresolved-marker" and (match := re.search('"(.*)"', problem.message))
    ]
    if sorted(unresolved) != sorted(gold["unresolved"]):
        result.wrong.append(f"unresolved are {unresolved}, not {gold['unresolved']}")
    text = "\n".join(paragraph.text for paragraph in profile.paragraphs)
    result.wrong += [f"has in its text: {piece}" for piece in gold["absent"] if piece in text]


def _told(mark: Mark) -> str:
    return f"{mark[2]} {mark[1]}: {mark[0]}"


def _folded(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", text).casefold()


def table(results: Sequence[Result]) -> list[str]:
    """Rows of figures: by format, in all, and the ambiguous ones for themselves."""
    plain = [result for result in results if not result.ambiguous]
    rows = {name: [r for r in plain if r.name.endswith(f".{name}")] for name in FORMATS}
    rows |= {"all": plain, "ambiguous": [r for r in results if r.ambiguous]}
    lines = [
        f"{'':10}{'documents':>10}{'as expected':>13}"
        f"{'sentence → note':>17}{'precision':>11}{'recall':>8}"
        f"{'… → source':>12}{'precision':>11}{'recall':>8}"
    ]
    for name, those in rows.items():
        if those:
            marks = sum((r.marks for r in those), Count())
            links = sum((r.links for r in those), Count())
            lines.append(
                f"{name:10}{len(those):10}{sum(not r.wrong for r in those):13}"
                f"{marks.expected:17}{marks.precision:11.3f}{marks.recall:8.3f}"
                f"{links.expected:12}{links.precision:11.3f}{links.recall:8.3f}"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=GOLD)
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--wrong", action="store_true", help="tell what is not as expected")
    options = parser.parse_args()
    ending = f".{options.format or ''}"
    results = [measure(p) for p in documents(options.folder) if p.suffix.startswith(ending)]
    for result in results if options.wrong else ():
        for line in result.wrong:
            print(f"{result.name}{' (ambiguous)' if result.ambiguous else ''}: {line}")
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
