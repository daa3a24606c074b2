"""Questions over the shipped corpus: they fit it, and the real encoder finds their answers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from conftest import REPOSITORY
from tipqa import readers
from tipqa.corpus import find
from tipqa.countries import lookup
from tipqa.embed import load_encoder
from tipqa.evaluate import evaluate
from tipqa.index import build
from tipqa.questions import folded, load_questions
from tipqa.search import open_index
from tipqa.types import Profile

CORPUS = REPOSITORY / "corpus"
FILE = REPOSITORY / "tests" / "relevance" / "questions.jsonl"
UNANSWERABLE = {"no-country", "no-fact", "off-topic", "false-premise"}
FLOORS = {"nDCG@10": 0.93, "hit@5": 0.97, "hit@20": 0.98}


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def profiles() -> dict[str, Profile]:
    return {path.name: readers.read(path) for path in find(CORPUS)}


def borne(profile: Profile, quote: str) -> list[set[str]]:
    """For each paragraph that holds a quote: the labels that the sentences it touches bear."""
    found = []
    for paragraph in profile.paragraphs:
        start = folded(paragraph.text).find(folded(quote))
        if start >= 0:
            end = start + len(folded(quote))
            found.append(
                {
                    c.label
                    for c in paragraph.citations
                    if c.scope == "direct" and c.sentence[0] < end and start < c.sentence[1]
                }
            )
    return found


def test_the_set_is_as_large_as_it_says(questions: list[dict[str, Any]]) -> None:
    """120 questions, 90 to be answered and 30 not, each once, over every profile but one."""
    answerable = [question for question in questions if question["answerable"]]
    assert len(questions) >= 120
    assert len(answerable) >= 90
    assert len(questions) - len(answerable) >= 30
    for key in ("id", "question"):
        values = Counter(question[key].strip().casefold() for question in questions)
        assert [value for value, times in values.items() if times > 1] == []
    asked = {gold["file"] for question in answerable for gold in question["gold"]}
    followed = {path.name for path in find(CORPUS) if "source_profile" in path.read_text()}
    assert followed <= asked


def test_each_question_fits_the_corpus(
    questions: list[dict[str, Any]], profiles: dict[str, Profile]
) -> None:
    """Quotes stand in one paragraph of their file, and the labels on its sentences."""
    for question in questions:
        name = question["id"]
        assert question["question"].strip() == question["question"] != "", name
        if question["country"] is not None:
            assert lookup(question["country"]), name
        if not question["answerable"]:
            assert question["type"] in UNANSWERABLE, name
            assert (question["gold"], question["notes"]) == ([], []), name
            continue
        assert question["answer"], name
        assert question["type"] not in UNANSWERABLE, name
        on = [borne(profiles[gold["file"]], gold["quote"]) for gold in question["gold"]]
        assert [len(one) for one in on] == [1] * len(on), name
        assert set(question["notes"]) == set().union(*(one[0] for one in on)), name
        if question["type"] == "comparison":
            assert len({gold["file"] for gold in question["gold"]}) > 1, name


@pytest.mark.model
def test_the_answers_are_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Over the whole corpus no measure falls below its floor."""
    folder = tmp_path_factory.mktemp("index")
    encoder = load_encoder()
    build([CORPUS], folder, encoder)
    measured = evaluate(open_index(folder), load_questions(FILE))["all"]
    assert {
        name: measured[name].mean for name in FLOORS if measured[name].mean < FLOORS[name]
    } == {}
