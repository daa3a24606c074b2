"""BM25 over the words of the passages, and what the words themselves tell."""

from __future__ import annotations

from collections import Counter
from math import log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa import lexical
from tipqa.lexical import COMMON, Lexicon, stems, telling, words, write

WORDS = st.lists(st.sampled_from("fish farm raid the kiln brick of harbour".split()), max_size=8)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=6)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "words.npz"


def test_words_are_folded() -> None:
    """Case, accents and the s of a genitive don't count."""
    assert words("C\u00f4te d\u2019Ivoire\u2019s TALIB\u00c9s, 2,019 of them") == [
        "cote", "d", "ivoire", "talibes", "2", "019", "of", "them",
    ]  # fmt: skip
    assert telling("who are the inspectors") == ["inspectors"]
    assert telling("who are they") == ["who", "are", "they"]


@settings(deadline=None)
@given(texts=TEXTS, query=WORDS)
def test_scores_are_bm25(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], query: list[str]
) -> None:
    """As the formula has it, written out: each stem of the query counts once."""
    path = tmp_path_factory.mktemp("words") / "words.npz"
    write([("", text) for text in texts], path)
    held = [Counter(stems([w for w in words(text) if w not in COMMON])) for text in texts]
    mean = sum(sum(found.values()) for found in held) / len(texts)
    expected = [0.0] * len(texts)
    for stem in set(stems(query)):
        n = sum(stem in found for found in held)
        for row, found in enumerate(held):
            if n and found[stem]:
                longer = 0.6 + 0.4 * sum(found.values()) / mean
                idf = log1p((len(texts) - n + 0.5) / (n + 0.5))
                expected[row] += idf * found[stem] / (found[stem] + 0.9 * longer)
    assert np.allclose(Lexicon(path).scores(query), expected, atol=1e-5)


def test_the_context_counts_but_is_no_term(place: Path) -> None:
    """A passage is found by its country; the country's name alone makes no suggestion."""
    write([("Norway. Law. ", "Courts apply it."), ("Chile. ", "Courts are slow.")], place)
    lexicon = Lexicon(place)
    assert np.flatnonzero(lexicon.scores(["norway"])).tolist() == [0]
    assert lexicon.counts == {"courts": 2, "apply": 1, "slow": 1}


def test_two_words_that_often_stand_together_are_a_term(place: Path) -> None:
    """Within one passage, and not over a common word."""
    write([("", "brick kilns burn")] * 5, place)
    assert Lexicon(place).counts["brick kilns"] == 5
    write([("", text) for text in ["brick and kilns", "kilns", "brick", "kilns", "brick"]], place)
    assert "brick kilns" not in Lexicon(place).counts


def test_which_passages_hold_all_words(place: Path) -> None:
    """By stems; none where a word is unknown."""
    write([("", text) for text in ["brick kilns", "a brick kiln burnt", "bricks"]], place)
    lexicon = Lexicon(place)
    assert lexicon.rows_with_all(["kiln", "bricks"]).tolist() == [0, 1]
    assert lexicon.rows_with_all(["kiln", "harbour"]).tolist() == []


def test_how_much_two_passages_share(place: Path) -> None:
    """The stems of both by the stems of either; common words don't count."""
    write([("", text) for text in ["brick kilns burn", "the brick kiln", "harbour"]], place)
    assert np.allclose(Lexicon(place).alike(0, np.array([0, 1, 2])), [1, 2 / 3, 0])


def test_an_index_without_words(place: Path) -> None:
    """Passages of nothing but common words are searched without an error."""
    write([("", "the of"), ("", "...")], place)
    lexicon = Lexicon(place)
    assert lexicon.scores(["fish"]).tolist() == [0, 0]
    assert len(lexicon) == 2
    assert lexicon.counts == {}


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_many_passages_are_counted_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """The file is the same letter for letter, however many are counted at once."""
    texts = ["brick kilns burn", "a kiln of bricks", "the harbour", "brick kilns", "fish farm"] * 3
    passages = [(f"Place {n % 2}. ", text) for n, text in enumerate(texts)]
    write(passages, tmp_path / "whole.npz")
    monkeypatch.setattr(lexical, "_AT_ONCE", at_once)
    write(passages, tmp_path / "parts.npz")
    whole, parts = np.load(tmp_path / "whole.npz"), np.load(tmp_path / "parts.npz")
    assert {name: whole[name].tobytes() for name in whole} == {
        name: parts[name].tobytes() for name in parts
    }
