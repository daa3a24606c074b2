"""Notes that a person read: what is read out of them, and which name one source."""

from __future__ import annotations

import gzip
import json
import runpy

import pytest

from conftest import REPOSITORY
from tipqa import readers
from tipqa.evaluate import mean
from tipqa.evaluate_answers import load_asked
from tipqa.questions import folded
from written import shared

LABELLED = REPOSITORY / "benchmarks" / "labelled"
FLOORS = {
    "publisher": 0.95,
    "year": 0.95,
    "url": 0.95,
    "pairs, precision": 0.99,
    "pairs, recall": 0.90,
}


@pytest.fixture(scope="module")
def findings():
    """Every label, judged by the benchmark's own command."""
    profiles = shared("profiles")
    return runpy.run_path(str(REPOSITORY / "benchmarks" / "sources.py"))["judge"](profiles)


@pytest.mark.parametrize("name", FLOORS)
def test_what_a_person_read_is_read(findings, name):
    """Each measure stays at its floor or above, over all labels, and has labels to rest on."""
    right = [float(one[2]) for one in findings if one[0] == name]
    assert len(right) >= 200
    assert mean(right).mean >= FLOORS[name]


def test_what_the_reader_learnt_from_stands_in_the_reports():
    """Each sentence is one of a report's and holds no answer of the sets that measure.

    The same holds for the one before it. Each question is asked once, and in none of these sets.
    """
    read: dict[str, str] = {}
    for path in shared("humanrights").glob("*.gz"):
        for line in gzip.open(path, "rt", encoding="utf-8"):
            report = json.loads(line)
            text = " ".join(paragraph["text"] for paragraph in report["paragraphs"])
            read[f"humanrights-{report['year']}/{report['country']}"] = folded(text)
    measuring = [one for path in shared("questions").glob("*.jsonl") for one in load_asked(path)]
    others = [one for path in LABELLED.glob("contrast-*.jsonl") for one in load_asked(path)]
    quotes = {folded(quote) for one in measuring + others for _, quote in one.gold}
    asked: list[str] = []
    for line in (LABELLED / "reading.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["from"] not in read:
            profile = readers.read(shared("profiles") / row["from"], file=row["from"])
            read[row["from"]] = " ".join(folded(p.text) for p in profile.paragraphs)
        for text in filter(None, (folded(row["before"]), folded(row["sentence"]))):
            assert text in read[row["from"]]
            assert not any(quote in text for quote in quotes)
        assert row["answers"] or row["not"]
        asked += row["answers"] + [question["question"] for question in row["not"]]
    assert len(asked) == len(set(asked)) >= 20_000
    assert not {one.question for one in measuring}.intersection(asked)
