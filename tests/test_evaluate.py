"""The measures, on rankings small enough to work out by hand."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pytest

from tipqa.errors import QueryError
from tipqa.evaluate import evaluate, mean, measure
from tipqa.questions import Question, load_questions
from tipqa.search import Index


def test_a_ranking_is_measured(index: Index) -> None:
    """Two golds at ranks 2 and 4: their gains are discounted, the second of a kind gains none."""
    store = index.generation.store
    gangs, wine, fish, law, begging = store.passages(range(5))  # by file and paragraph
    gold = (("norway.md", "visited 240 fish farms"), ("chile.md", "visited vineyards"))
    asked = Question("?", "comparison", True, gold)
    ndcg, hit5, _ = measure([law, fish, begging, wine, gangs], asked)
    assert ndcg == pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)))
    assert hit5 == 1
    assert measure([fish, law], asked)[1] == 0  # a comparison needs one of each file
    assert measure([fish, law], Question("?", "fact", True, gold))[1] == 1
    assert measure([], asked) == (0, 0, 0)

    twice = (("norway.md", "240 fish farms"), ("norway.md", "12 of them"))
    assert measure([fish, law], Question("?", "fact", True, twice))[0] == 1  # one paragraph
    elsewhere = (("chile.md", "visited 240 fish farms"),)
    assert measure([fish], Question("?", "fact", True, elsewhere))[0] == 0


def test_means_have_intervals() -> None:
    """The same seed, the same interval; no spread, no width."""
    spread = mean([0, 1] * 50)
    assert spread == mean([0, 1] * 50)
    assert spread.low < 0.5 == spread.mean < spread.high
    assert spread.high - spread.low == pytest.approx(0.2, abs=0.03)
    assert (mean([1, 1]).low, mean([1, 1]).high) == (1, 1)


def test_evaluate_by_type(index: Index, tmp_path: Path) -> None:
    """Answerable questions by type; the score's power to tell the others apart."""
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": "how many fish farms did the inspectorate visit", "type": "number",
         "answerable": True, "gold": [{"file": "norway.md", "quote": "240  fish farms"}]},
        {"question": "gangs", "type": "fact", "answerable": True,
         "gold": [{"file": "norway.md", "quote": "no such words"}]},
        {"question": "price of cocoa", "type": "off-topic", "answerable": False, "gold": []},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    measures = evaluate(index, load_questions(file))
    assert set(measures) == {"all", "number", "fact", "answerable or not"}
    assert measures["number"]["nDCG@10"].mean == 1
    assert measures["fact"]["hit@20"].mean == 0
    assert (measures["all"]["hit@5"].mean, measures["all"]["hit@5"].n) == (0.5, 2)
    assert measures["answerable or not"]["AUROC"].mean == 1


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"question": 5, "answerable": false}',
        '{"question": "x", "answerable": true, "gold": []}',
        '{"question": "x"}',
        '{"answerable": true}',
        "7",
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    """File, line and what is wanted."""
    file = tmp_path / "q.jsonl"
    file.write_text(f'{{"question": "x", "answerable": false}}\n{line}\n')
    with pytest.raises(QueryError, match=r"q\.jsonl:2: is no question"):
        load_questions(file)
