"""The text of a note → the source it names."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from tipqa.slugs import slug
from tipqa.types import Source

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(rf"\b((?:{_MONTHS})\s+\d{{1,2}},?\s+({_YEAR}))\b")
_ACCESSED = re.compile(
    rf"[\[(]?\b(?:last )?(?:accessed|cited|retrieved|visited)(?: on)?:?\s*"
    rf"((?:(?:{_MONTHS})\s+)?(?:\d{{1,2}},?\s+)?{_YEAR})[\])]?",
    re.IGNORECASE,
)
# A web address that a line break split goes on where the break left an open end.
_URL = re.compile(r"https?://[^\s<>\"]+(?:(?<=[-_/=&?%.#]) (?=[\w%])[^\s<>\"]*[/._=-][^\s<>\"]*)*")
# A new part begins after a full stop that isn't an initial's or an abbreviation's.
_PARTS = re.compile(r"(?<!\b[A-Z])(?<!\bNo)(?<!\bvol)(?<!\bal)\.[”\"]?\s+|;\s+|,\s+[“\"]")

# One body, several spellings: older lists of notes abbreviate it, newer ones don't.
_PUBLISHERS = {
    "us department of state": "US Department of State",
    "united states department of state": "US Department of State",
    "us state department": "US Department of State",
    "us dos": "US Department of State",
    "us department of labor": "US Department of Labor",
    "usdol": "US Department of Labor",
    "international labour organization": "International Labour Organization",
    "international labor organization": "International Labour Organization",
    "ilo": "International Labour Organization",
    "international organization for migration": "International Organization for Migration",
    "iom": "International Organization for Migration",
    "unicef": "UNICEF",
}


def parse_source(text: str) -> Source:
    """Read publisher, title, year, date and address out of a note's text.

    What can't be told apart stays in the title; nothing is added. Where a date the
    source was looked at stands in the note, it is `accessed` and never the year.
    """
    rest = unicodedata.normalize("NFC", text)
    url_match = _URL.search(rest)
    url = url_match[0].replace(" ", "").rstrip(".,;") if url_match else None
    if url_match:
        rest = rest[: url_match.start()].rstrip("<") + rest[url_match.end() :].lstrip(">")
    accessed_match = _ACCESSED.search(rest)
    if accessed_match:
        rest = rest[: accessed_match.start()] + rest[accessed_match.end() :]
    date_match = _DATE.search(rest)
    leading_year = re.match(rf"({_YEAR})\s+(?=\D)", rest)
    years = re.findall(rf"\b{_YEAR}\b", rest)
    year: int | None
    if leading_year:
        year = int(leading_year[1])
        rest = rest[leading_year.end() :]
    elif date_match:
        year = int(date_match[2])
    else:
        year = int(years[-1]) if years else None
    publisher, title = _publisher_and_title(rest, year)
    date = date_match[1] if date_match else None
    key = "|".join([_folded(publisher or ""), _folded(title), str(year), _folded(date or "")])
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    readable = slug(f"{publisher or ''} {title} {year or ''}", 60)
    return Source(
        id=f"{readable}-{digest}" if readable else digest,
        publisher=publisher,
        title=title,
        year=year,
        date=date,
        url=url,
        accessed=accessed_match[1] if accessed_match else None,
    )


def canonical_publisher(name: str) -> str:
    """A publisher's name in the one spelling used here; other names as they are."""
    return _PUBLISHERS.get(_folded(name), name)


def _publisher_and_title(text: str, year: int | None) -> tuple[str | None, str]:
    parts = [part for part in (_trim(p) for p in _PARTS.split(text)) if part]
    if len(parts) >= 2:
        title = re.sub(rf"[,–-]\s*(?:{_DATE.pattern}|{_YEAR})$", "", parts[1])
        return canonical_publisher(parts[0]), _trim(title) or parts[1]
    whole = parts[0] if parts else _trim(text)
    for length in range(6, 0, -1):  # "US State Department Trafficking in Persons Report"
        words = whole.split()
        name = _PUBLISHERS.get(_folded(" ".join(words[:length])))
        if name and len(words) > length:
            title = re.sub(rf"[,.]?\s*\b{year}$", "", " ".join(words[length:]))
            return name, _trim(title)
    return None, whole


def _trim(text: str) -> str:
    bare = text.strip(" \t\n.,;:*_–-")
    quoted = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]", bare)
    return quoted[1].strip(" .,") if quoted else bare


def _folded(text: str) -> str:
    """Letters and digits in lower case, dots inside abbreviations dropped."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace(".", "")
    return " ".join(re.findall(r"\w+", plain))
