"""A sentence-transformers model as one ONNX file: written by torch, run without it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from tipqa.errors import EncoderError
from tipqa.types import FloatMatrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_MODULES = ("Transformer", "Pooling"), ("Transformer", "Pooling", "Normalize")
_TRIED = ("", "A.", " Who shelters the victims? ", "日本語 and Ελληνικά, naïve", "long " * 3000)
_MOST_OFF = 1e-5  # as a share of the longest vector's greatest part


def one_core_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """A model ready to run, one core a call: what is run beside it can't change its sums."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors alone
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class ExportedModel:
    """A model in an ONNX file. Safe to use from several threads.

    Each text goes through on its own and on one core, so that its vector depends on
    nothing else; several texts go through on all cores at once.

    Raises:
        EncoderError: a file can't be used.
    """

    def __init__(self, file: Path, tokenizer: Path, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._session = one_core_session(file)
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:
            raise EncoderError(f"{file}: can't be run: {error}") from error
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """float32, shape (n, d), in the order of `texts`."""
        if len(texts) == 1:
            return self._one(texts[0])
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return np.concatenate(list(threads.map(self._one, texts)))

    def _one(self, text: str) -> FloatMatrix:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vector,) = self._session.run(None, {"ids": ids})
        return np.asarray(vector, dtype=np.float32)


def export(model: SentenceTransformer, tokenizer: Path, max_tokens: int, file: Path) -> None:
    """Write a model as an ONNX file, and hold its vectors against the model's own.

    Args:
        model: in memory, on the CPU.
        tokenizer: the model's tokenizer.json.
        max_tokens: how many the model sees.
        file: is not there yet.

    Raises:
        EncoderError: the model has modules besides transformer, pooling and
            normalizing, can't be traced, or would get other vectors, as with prompts.
    """
    modules = tuple(type(module).__name__ for module in model)
    if modules not in _MODULES:
        raise EncoderError(f"a model of {', '.join(modules)} is not exported")
    try:
        _trace(model, file)
    except OSError:  # a full disk isn't the model's fault
        raise
    except Exception as error:
        raise EncoderError(f"the model can't be exported: {error}") from error
    exported = ExportedModel(file, tokenizer, max_tokens).encode(_TRIED)
    for encode in (model.encode_query, model.encode_document):
        own = encode(list(_TRIED), show_progress_bar=False)
        if not np.allclose(exported, own, rtol=0, atol=_MOST_OFF * np.abs(own).max()):
            raise EncoderError("exported, the model gets other vectors")


def _trace(model: SentenceTransformer, file: Path) -> None:
    import torch

    class Alone(torch.nn.Module):
        """One text, so nothing is padded, and one kind of token."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            features = {
                "input_ids": ids,
                "attention_mask": torch.ones_like(ids),
                "token_type_ids": torch.zeros_like(ids),
            }
            vectors: torch.Tensor = self.model(features)["sentence_embedding"]
            return vectors

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of what it takes for constant; export() tries that
        torch.onnx.export(
            Alone().eval(),
            (torch.arange(1, 9)[None],),
            file,
            input_names=["ids"],
            dynamic_axes={"ids": {1: "tokens"}},
            dynamo=False,  # the newer way needs onnxscript, and gains nothing here
        )
