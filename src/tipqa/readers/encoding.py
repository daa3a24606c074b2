"""Bytes → text, by the encoding that a file has or declares."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from tipqa.errors import CorpusError

# Web pages say Latin-1 and mean the Windows code page, as every browser takes it.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874"}
_KNOWN = re.compile(
    r"utf-8|cp125\d|cp866|cp874|iso8859-\d+|koi8-[ru]|mac-(?:roman|cyrillic)|gb2312|gbk|gb18030|"
    r"big5|euc_(?:jp|kr)|shift_jis|iso2022_jp"
)


def decode(data: bytes, path: Path, declared: str | None = None) -> str:
    """The text of a file, with a line feed at the end of each line.

    Args:
        data: what the file holds.
        path: the file, for messages.
        declared: the encoding that it names itself; UTF-8 where it names none.

    Raises:
        CorpusError: the file is empty, binary, or not in that encoding, or nobody
            knows an encoding of that name.
    """
    if not data.strip():
        raise CorpusError(path, None, "is empty. Fill it or remove it.")
    zero = data.find(b"\0")
    if zero >= 0:
        raise CorpusError(
            path,
            data.count(b"\n", 0, zero) + 1,
            "is binary, or UTF-16 (it holds a zero byte). Save it as UTF-8 text.",
        )
    name = "utf-8" if data.startswith(codecs.BOM_UTF8) else _codec(declared or "utf-8", path)
    try:
        decoded = data.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        meant = "UTF-8" if name == "utf-8" else f"{declared}, as it says"
        raise CorpusError(
            path, line, f"is not {meant} (byte 0x{data[error.start]:02x}). Save it as UTF-8."
        ) from error
    return re.sub(r"\r\n?", "\n", decoded)


def _codec(declared: str, path: Path) -> str:
    """Python's name for a declared encoding, where it is one of text on the web."""
    name = "unknown"
    if declared.isascii():
        try:
            name = codecs.lookup(declared).name
        except LookupError:
            pass
    if name.startswith("utf-16"):  # it was read as ASCII so far, so it can't be
        name = "utf-8"
    name = _MEANT.get(name, name)
    if not _KNOWN.fullmatch(name):
        raise CorpusError(
            path, None, f"declares the unknown encoding {ascii(declared)[:60]}. Save it as UTF-8."
        )
    return name
