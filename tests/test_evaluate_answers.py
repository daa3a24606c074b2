"""What is measured of answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tipqa.embed import HashedWords
from tipqa.errors import QueryError
from tipqa.evaluate_answers import Asked, Judged, judge, load_asked, measures, reliability
from tipqa.rerank import SharedWords
from tipqa.search import open_index

FISH = "How many fish farms did the labour inspectorate visit?"
QUOTE = "labour inspectorate visited 240 fish farms"


def judged(confidence: float, answerable: bool, *, pair: str | None = None) -> Judged:
    asked = Asked("q", "A question?", "fact" if answerable else "no-fact", answerable, (),
                  frozenset(), pair)  # fmt: skip
    return Judged(asked, confidence, confidence < 0.5, (answerable,), None, None)


def test_a_gold_sentence_is_found_with_its_citation(index_folder: Path, tmp_path: Path) -> None:
    """The sentence overlaps the quote by half, and its label is the note of the gold."""
    file = tmp_path / "questions.jsonl"
    gold = [{"file": "norway.md", "quote": QUOTE}]
    lines = [
        {"question": FISH, "type": "fact", "answerable": True, "gold": gold, "notes": ["3"]},
        {"question": "How many visas does Kenya give?", "type": "no-country", "answerable": False},
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    index = open_index(index_folder, HashedWords(), SharedWords())
    found = judge(index, load_asked(file))
    assert found[0].right[0]
    assert (found[0].precision, found[0].recall) == (1, 1)
    assert found[1].refused
    named = measures(found)["answers"]
    assert named["hit@1"].mean == named["AUROC"].mean == named["refusal R"].mean == 1


def test_pairs_are_read_and_compared(tmp_path: Path) -> None:
    """One pair a line, of which one can be answered."""
    file = tmp_path / "pairs.jsonl"
    pair = {
        "pair": "c1",
        "answerable": {"question": FISH, "gold": [{"file": "norway.md", "quote": QUOTE}]},
        "unanswerable": {"question": "How many goats?", "kind": "swap-detail"},
    }
    file.write_text(json.dumps(pair))
    first, second = load_asked(file)
    assert (first.answerable, second.answerable) == (True, False)
    assert first.pair == second.pair == "c1"
    assert second.type == "swap-detail"
    file.write_text('{"question": "?"}')
    with pytest.raises(QueryError, match=r"pairs\.jsonl:1"):
        load_asked(file)


def test_the_measures() -> None:
    """Refusal, pairs, calibration; and what the question alone gives away: nothing here."""
    rows = [judged(0.9, True, pair=str(n)) for n in range(9)]
    rows += [judged(0.1, False, pair=str(n)) for n in range(9)]
    rows += [judged(0.2, True, pair="9"), judged(0.8, False, pair="9")]
    found = measures(rows)
    named = found["answers"]
    assert named["answered"].mean == named["refusal P"].mean == named["pairs"].mean == 0.9
    assert named["AUROC"].mean == pytest.approx(0.99)
    assert named["by question"].mean == 0.5
    assert found["no-fact"]["refusal R"].mean == 0.9
    expected = (9 * 0.1 + 9 * 0.1 + 0.8 + 0.8) / 20
    assert named["calibration"].mean == pytest.approx(expected)
    assert [number for _, _, number in reliability(rows)] == [9, 1, 1, 9]
