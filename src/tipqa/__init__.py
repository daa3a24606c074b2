"""Semantic search over country profiles on human trafficking, each sentence with its sources.

The public names are loaded when they are first used, so that `tipqa --help` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tipqa.embed import HashedWords, load_encoder
    from tipqa.errors import TipqaError
    from tipqa.index import build
    from tipqa.readers import read
    from tipqa.rerank import load_reranker
    from tipqa.search import Index, make_filters, open_index

__version__ = "0.1.0"
__all__ = [
    "HashedWords",
    "Index",
    "TipqaError",
    "build",
    "load_encoder",
    "load_reranker",
    "make_filters",
    "open_index",
    "read",
]
_MODULES = ("errors", "readers", "embed", "rerank", "index", "search")


def __getattr__(name: str) -> object:
    if name in __all__:
        for module in map(import_module, (f"tipqa.{module}" for module in _MODULES)):
            if name in vars(module):
                return vars(module)[name]
    raise AttributeError(f"module 'tipqa' has no attribute {name!r}")
