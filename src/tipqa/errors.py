"""The error tree. Each message names the place, the value and the remedy.

TipqaError
├── CorpusError      a file of the corpus can't be read
├── EncoderError     an encoder or tokenizer can't be loaded, or isn't the one expected
├── EmbeddingError   an encoder gave a vector that can't be used
├── ComposerError    a language model fails, stalls or breaks off
├── DeskError        the database of the inquiry desk can't be used
├── GenerationError  an index is missing, damaged, in use, or doesn't fit
├── PacketError      an answer packet can't be read
└── QueryError       a question, a filter or a number of hits is out of range
"""

from __future__ import annotations

from pathlib import Path


class TipqaError(Exception):
    """What a user can mend; `str()` of it is one line for them."""


class CorpusError(TipqaError):
    """A file of the corpus can't be read: `path:line: what is wrong. What to do.`"""

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {message}")


class EncoderError(TipqaError):
    """An encoder or tokenizer can't be loaded, or its files aren't the ones expected."""


class EmbeddingError(TipqaError):
    """An encoder gave a zero or non-finite vector, or one of a wrong length."""


class ComposerError(TipqaError):
    """A language model that should join sentences failed, stalled or broke off."""


class DeskError(TipqaError):
    """The database of the inquiry desk can't be reached, or refuses."""


class GenerationError(TipqaError):
    """An index is missing, damaged, being built by another, or built with other settings."""


class PacketError(TipqaError):
    """An answer packet can't be read, or isn't one."""


class QueryError(TipqaError):
    """A question, a filter or a number of hits is out of range."""
