"""The pieces of a reference's text: what stands between its full stops."""

from __future__ import annotations

import re

from tipqa import dates

ASIDE = re.compile(
    r"\[[^\]]*\]|\([^)]*(?:on file|hard ?copy)[^)]*\)|\b(?:sources?|hard ?cop(?:y|ies)) on file\b",
    re.IGNORECASE,
)
# A new part begins after a full stop that isn't an initial's or an abbreviation's.
_PARTS = re.compile(
    r"(?<!\b[A-Z])(?<!\b[Nn]o)(?<!\bNos)(?<!\bvol)(?<!\bVol)(?<!\bDoc)(?<!\bRes)(?<!\bRev)(?<!\bAdd)"
    r"(?<!\bv)(?<!\bvs)(?<!\bDept)(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bArt)(?<!\bed)(?<!\beds)"
    r"(?<!\bArr)(?<!\bs)(?<!\bss)(?<!\bCap)\.[”\"’]?\s+|;\s+|,\s+(?=[“\"])"
)
ONLY_DATE = re.compile(
    r"\(?(?:(?:published|enacted|adopted|submitted|dated):? )?"
    rf"(?:{dates.DATE}|{dates.YEAR}|n\.d\.?)\)?",
    re.IGNORECASE,
)


def cut(text: str, most: int = 99) -> list[str]:
    """The pieces of a text between full stops, of which none within brackets parts."""
    pieces: list[str] = []
    start = 0
    for between in _PARTS.finditer(text):
        piece = text[start : between.start()]
        if len(pieces) < most and piece.count("(") <= piece.count(")"):
            pieces.append(piece)
            start = between.end()
    return [*pieces, text[start:]]


def parts(text: str) -> list[str]:
    """Title, place …: what stands between full stops, but for bare dates."""
    parts = [trimmed(part) for part in cut(text)]
    return [part for part in parts if part and not ONLY_DATE.fullmatch(part)]


def trimmed(text: str) -> str:
    bare = text.strip(" \t\n.,;:*_–—-/")
    bare = re.sub(r"\s*\(\s*\)?$", "", bare)
    quoted = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]?", bare)
    return quoted[1].strip(" .,") if quoted else bare
