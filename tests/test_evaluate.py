"""The measures, on rankings small enough to work out by hand."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pytest

from tipqa.beir import load_queries, temporary_index
from tipqa.chunk import embedded_text
from tipqa.embed import HashedWords
from tipqa.errors import QueryError
from tipqa.evaluate import (
    MEASURES,
    Asked,
    compare,
    evaluate,
    load_run,
    mean,
    measure,
    run_document,
)
from tipqa.questions import Question, load_questions
from tipqa.search import Index


def test_a_ranking_is_measured(index: Index) -> None:
    """Two golds at ranks 2 and 4: their gains are discounted, the second of a kind gains none."""
    store = index.generation.store
    gangs, wine, fish, law, begging = store.passages(range(5))  # by file and paragraph
    gold = (("norway.md", "visited 240 fish farms"), ("chile.md", "visited vineyards"))
    asked = Question("?", "comparison", True, gold)
    ndcg, hit5, _, mrr = measure([law, fish, begging, wine, gangs], asked)
    assert ndcg == pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)))
    assert (hit5, mrr) == (1, 1 / 2)
    assert measure([fish, law], asked)[1] == 0  # a comparison needs one of each file
    assert measure([fish, law], Question("?", "fact", True, gold))[1] == 1
    assert measure([], asked) == (0, 0, 0, 0)
    wine_wanted = Question("?", "", True, (("chile.md", ""),), files=True)
    assert measure([law, fish, wine, law], wine_wanted)[-1] == 1 / 2  # files by their best
    fish_wanted = Question("?", "", True, (("norway.md", ""),), files=True)
    assert measure([law, fish, wine, law], fish_wanted)[-1] == 1

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


def test_runs_are_compared_question_by_question(tmp_path: Path) -> None:
    """A saved run is read again as it was; what both asked is paired, whatever the order."""

    def asked(question: str, kind: str, value: float) -> Asked:
        return Asked(question, kind, True, 0.5, dict.fromkeys(MEASURES, value))

    run = [asked("a", "fact", 1), asked("b", "law", 0), Asked("x", "fact", False, 0.1, {})]
    file = tmp_path / "run.json"
    file.write_text(json.dumps(run_document(run)))
    assert load_run(file) == run
    now = [asked("b", "law", 1), asked("c", "law", 1), asked("a", "fact", 1)]
    gained = compare(now, load_run(file))
    assert {kind: m["MRR@10"].mean for kind, m in gained.items()} == {
        "all": 0.5, "fact": 0, "law": 1,
    }  # fmt: skip
    assert (gained["all"]["nDCG@10"].n, gained["law"]["hit@5"].low) == (2, 1)
    with pytest.raises(QueryError, match="no question in common"):
        compare([asked("other", "law", 1)], run)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"questions": [{"question": "a"}]}', "\x00"])
def test_a_file_that_is_no_run_is_named(tmp_path: Path, text: str) -> None:
    """With the command that saves one."""
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(QueryError, match=r"run\.json: is no run\..*--json > run\.json"):
        load_run(tmp_path / "run.json")


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A corpus as BEIR has it, with what a Markdown reader could trip over."""
    documents = [
        {"_id": "4 a/b", "title": "Nets: torn", "text": "Nets are *torn* (1) by <i>hand</i>.\nx|y"},
        {"_id": "README", "title": "", "text": "# No & heading. [^1] \\ 1. Boats, `old` boats."},
        {"_id": 5, "title": "A title alone, of Kenya", "text": ""},
        {"_id": "6", "title": "", "text": " "},
        *({"_id": f"w{n}", "title": "Wine", "text": "Wine is old. " * 200} for n in range(2)),
    ]
    queries = [("q1", "who mends torn nets"), ("q2", "title alone"), ("q3", "old wine of Kenya")]
    rows = [{"_id": identity, "text": text} for identity, text in queries]
    for name, lines in (("corpus", documents), ("queries", rows)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(d) + "\n" for d in lines))
    (tmp_path / "qrels").mkdir()
    judged = ["query-id\tcorpus-id\tscore", "q1\t4 a/b\t1", "q2\t5\t2", "q2\tREADME\t0",
              "q3\tw0\t1", "q3\tw1\t1"]  # fmt: skip
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(judged) + "\n")
    return tmp_path


def test_a_folder_as_beir_has_it_is_measured(beir: Path) -> None:
    """Documents go in as they are written, title first; each ranks by its best passage."""
    questions = load_queries(beir)
    assert [question.question for question in questions][1:] == [
        "title alone",
        "old wine of Kenya",
    ]
    with temporary_index(beir, HashedWords(), None, lambda *_: None) as index:
        store = index.generation.store
        profiles = store.profiles()
        texts = {info.file: [p.text for p in store.passages_of(info.id)] for info in profiles}
        contexts = {embedded_text(store.passages_of(info.id)[0]) for info in profiles}
        wine = [texts.pop("dw0.md"), texts.pop("dw1.md")]
        assert [" ".join(parts) for parts in wine] == [("Wine is old. " * 200).strip()] * 2
        assert len(wine[0]) > 1  # so that passages and documents differ
        assert texts == {
            "d4%20a%2Fb.md": ["Nets are *torn* (1) by <i>hand</i>. x|y"],
            "dREADME.md": ["# No & heading. [^1] \\ 1. Boats, `old` boats."],
            "d5.md": ["A title alone, of Kenya"],
        }
        assert "Nets: torn. Nets are *torn* (1) by <i>hand</i>. x|y" in contexts
        measures = evaluate(index, questions)
    assert set(measures) == {"all"}
    assert measures["all"]["nDCG@10"].mean > 0.85  # one of two documents alike stands for both


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("corpus.jsonl", "7", r"corpus\.jsonl:7: has no \"_id\""),
        ("queries.jsonl", '{"_id": 1}', r"queries\.jsonl:4"),
        ("qrels/test.tsv", "q9\t5\t1", r"test\.tsv:7"),
        ("qrels/test.tsv", "q1 5 1", r"test\.tsv:7"),
    ],
)
def test_a_line_that_is_not_as_beir_has_it_is_named(
    beir: Path, file: str, line: str, told: str
) -> None:
    """File and line."""
    with (beir / file).open("a") as opened:
        opened.write(line + "\n")
    with pytest.raises(QueryError, match=told):
        load_queries(beir)
        with temporary_index(beir, HashedWords(), None, lambda *_: None):
            pass


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
