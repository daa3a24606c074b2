"""The text of a note → the source it names."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from tipqa.slugs import slug
from tipqa.types import Source

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = rf"(?:{_MONTH} \d{{1,2}},? {_YEAR}|\d{{1,2}} {_MONTH},? {_YEAR})"
_DATE = re.compile(rf"\b{_DAY}\b")
_ACCESSED = re.compile(
    r"[\[(]?\b(?:last )?(?:accessed|cited|retrieved|visited)(?: on)?[:.,]?\s*\(?"
    rf"({_DAY}|{_MONTH} {_YEAR}|{_YEAR})[\])]?",
    re.IGNORECASE,
)
# A web address that a line break split goes on where the break left an open end.
_URL = re.compile(
    r"https?://\s?[^\s<>\"]+"
    r"(?:(?:(?<=[-_/=&?%#]) (?=[\w%])|(?<=\.) (?=[a-z]))[^\s<>\"]*[/._=-][^\s<>\"]*)*"
)
# The year of a source is no end of a range, as in "Action Plan 2016–2030".
_OWN_YEAR = re.compile(rf"(?<![\d–-]){_YEAR}(?!\s?[–-]\s?\d|\d)")
_PAGE = re.compile(r",?\s*\bpp?\.\s?\d+(?:\s?[–-]\s?\d+)?")
# A new part begins after a full stop that isn't an initial's or an abbreviation's.
_PARTS = re.compile(
    r"(?<!\b[A-Z])(?<!\bNo)(?<!\bvol)(?<!\bal)(?<!\bDept)\.[”\"]?\s+|;\s+|,\s+[“\"]"
)
_AUTHOR = re.compile(  # "Doe, J.", "Doe, Jane A."
    r"([^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+)?, (?:[^\W\d_]\w+ )?(?:[A-Z]\.[ -]?)+)(?=[\w“\"])"
)

# One body, several spellings: older lists of notes abbreviate it, newer ones don't.
_PUBLISHERS = {
    "us department of state": "US Department of State",
    "united states department of state": "US Department of State",
    "us state department": "US Department of State",
    "us dept of state": "US Department of State",
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
_MOST_WORDS_OF_A_PUBLISHER = 6


def parse_source(text: str) -> Source:
    """Read publisher, title, year, date and address out of a note's text.

    What can't be told apart stays in the title; nothing is added. Where a date the
    source was looked at stands in the note, it is `accessed` and never the year.
    """
    rest = " ".join(unicodedata.normalize("NFC", text).split())
    rest, url = _without_url(rest)
    rest = _PAGE.sub("", rest)
    accessed = _ACCESSED.search(rest)
    if accessed:
        rest = rest[: accessed.start()] + rest[accessed.end() :]
    date = _DATE.search(rest)
    years = _OWN_YEAR.findall(rest)
    leading = re.match(rf"({_YEAR})\s+(?=[^\d\s–-])", rest)
    if leading:
        year: int | None = int(leading[1])
        rest = rest[leading.end() :]
    elif date:
        year = int(date[0][-4:] if date[0][-1].isdigit() else years[-1])
    else:
        year = int(years[-1]) if years else None
    publisher, title = _publisher_and_title(rest, year)
    title = title or url or _trim(text) or text.strip()
    named = re.sub(rf"\W*\b{year}$", "", title) or title  # "Report 2005." is "Report. 2005."
    # Other addresses are other sources: one would stand for the other otherwise.
    place = re.sub(r"^https?://(?:www\.)?|/$", "", url or "")
    parts = map(_folded, (publisher or "", str(year), date[0] if date else ""))
    key = "|".join([_folded(named) or text, *parts, place])
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    readable = slug(f"{publisher or ''} {named} {year or ''}", 60)
    return Source(
        id=f"{readable}-{digest}" if readable else digest,
        publisher=publisher,
        title=title,
        year=year,
        date=date[0] if date else None,
        url=url,
        accessed=accessed[1] if accessed else None,
    )


def canonical_publisher(name: str) -> str:
    """A publisher's name in the one spelling used here; other names as they are."""
    return _PUBLISHERS.get(_folded(name), name)


def publisher_matches(publisher: str, wanted: str) -> bool:
    """Whether a publisher's name holds what was asked for: as written, by its words, or by
    another spelling of the same body.
    """
    name, asked = _folded(publisher), _folded(wanted)
    canonical = _folded(canonical_publisher(wanted))
    return asked in name or canonical in name or set(asked.split()) <= set(name.split())


def _without_url(text: str) -> tuple[str, str | None]:
    found = _URL.search(text)
    if not found:
        return text, None
    url = found[0].rstrip(".,;")
    if url.endswith(")") and "(" not in url:
        url = url[:-1]
    before, after = text[: found.start()].rstrip("<"), text[found.start() + len(url) :].lstrip(">")
    return before + after, url.replace(" ", "")


def _publisher_and_title(text: str, year: int | None) -> tuple[str | None, str]:
    if author := _AUTHOR.match(text):
        parts = _parts(text[author.end() :])
        return author[1].strip(), _without_date(parts[0]) if parts else ""
    parts = _parts(text)
    if len(parts) >= 2:
        return canonical_publisher(parts[0]), _without_date(parts[1])
    whole = parts[0] if parts else ""
    words = whole.split()
    for length in range(_MOST_WORDS_OF_A_PUBLISHER, 0, -1):  # "US State Department Report"
        name = _PUBLISHERS.get(_folded(" ".join(words[:length])))
        if name and len(words) > length:
            title = " ".join(words[length:])
            return name, _trim(re.sub(rf"[,.]?\s*\b{year}$|^{year}\b", "", title)) or title
    return None, whole


def _parts(text: str) -> list[str]:
    """Publisher, title, place …: what stands between full stops, but for bare dates."""
    parts = [_trim(part) for part in _PARTS.split(text)]
    return [part for part in parts if part and not re.fullmatch(rf"{_DAY}|{_YEAR}", part)]


def _without_date(title: str) -> str:
    """A title without the date that ends it: "Report, May 3, 2014"."""
    return _trim(re.sub(rf"(?:,|[–-](?= ))\s*(?:{_DAY}|{_YEAR})$", "", title)) or title


def _trim(text: str) -> str:
    bare = text.strip(" \t\n.,;:*_–—-")
    bare = re.sub(r"\s*\(\s*\)?$", "", bare)
    quoted = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]?", bare)
    return quoted[1].strip(" .,") if quoted else bare


def _folded(text: str) -> str:
    """Letters and digits in lower case, dots inside abbreviations dropped."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace(".", "")
    return " ".join(re.findall(r"\w+", plain))
