"""The text of a note → the source it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from tipqa import countries, dates
from tipqa.addresses import take_address
from tipqa.identity import source_id
from tipqa.kinds import is_press, kind_of
from tipqa.publishers import (
    canonical_publisher,
    is_title,
    leading_publisher,
    may_be_name,
    may_be_publisher,
)
from tipqa.types import Source

_ACCESSED = re.compile(
    r"[\[(]?\b(?:last |date )?(?:accessed|cited|retrieved|visited|consulted|consulté|consultado)"
    r"(?: on| le| el| em)?[:.,]?\s*\(?"
    rf"({dates.DATE}|{dates.YEAR})[\])]?",
    re.IGNORECASE,
)
_LOCATOR = re.compile(
    r"[,;.(]?\s*(?<![\w-])((?:pp?\.|pages?|pgs?\.|ss?\.|paras?\.|paragraphs?|arts?\.|articles?|§§?|"
    r"ch\.|chapters?|sec\.|sections?|at)\s?\d+\w?(?:\(\w+\))*"
    r"(?:\s?(?:[–,-]|and|to)\s?\d{1,3}(?!\d))*)\)?(?=\s*(?:[.,;(\])]|$))",
    re.IGNORECASE,
)
_NOT_DATED = re.compile(  # what names a year and isn't the day of publication
    rf"ratification:? {dates.YEAR}|Convention,? {dates.YEAR}|\bas of {dates.DATE}", re.IGNORECASE
)
_UNDATED = re.compile(
    r"[\[(]?\b(?:n\. ?d\.|s\. ?[fd]\.|o\. ?J\.|no date|undated|sin fecha)[\])]?", re.I
)
_ASIDE = re.compile(
    r"\[[^\]]*\]|\([^)]*(?:on file|hard ?copy)[^)]*\)|\b(?:sources?|hard ?cop(?:y|ies)) on file\b",
    re.IGNORECASE,
)
_ARCHIVED = re.compile(rf"\barchived(?: from the original)? (?:on )?{dates.DATE}", re.IGNORECASE)
_AVAILABLE = re.compile(
    r"[\s.,;:(\[]*\b(?:(?:available|accessible|retrieved|online|found)(?: online)? (?:at|from|on|via)"
    r"|(?:disponible|disponível) (?:en|em|sur|à))[:\s]*$",
    re.IGNORECASE,
)
_PAGE_OF_BOOK = re.compile(  # "… Report 175 (2015)", "… (London: Zed, 2012), 15"
    rf"(?:(?<=Report)|(?<=Reports)) (\d{{1,4}})(?= \({dates.YEAR}\))"
    rf"|(?<=\d\)), (\d{{1,4}}(?:[–-]\d{{1,4}})?)(?=\W*$)"
)
_ONLINE = re.compile(r",\s*[^,.;“”]{2,50},\s*(?=\[(?:previously )?online)", re.IGNORECASE)
_SIGNAL = re.compile(
    r"^\W*(?:(?:but )?see(?: also|,? e\.g\.,?)?|cf\.|e\.g\.,?)[:,]?\s+(?=[A-Z“\"\d])", re.IGNORECASE
)
# A new part begins after a full stop that isn't an initial's or an abbreviation's.
_PARTS = re.compile(
    r"(?<!\b[A-Z])(?<!\bNo)(?<!\bNos)(?<!\bvol)(?<!\bVol)(?<!\bDoc)(?<!\bRes)(?<!\bRev)(?<!\bAdd)"
    r"(?<!\bv)(?<!\bvs)(?<!\bDept)(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bArt)(?<!\bed)(?<!\beds)"
    r"(?<!\bArr)(?<!\bs)(?<!\bss)\.[”\"’]?\s+|;\s+|,\s+(?=[“\"])"
)
_AUTHOR = re.compile(  # "Doe, J.", "Doe, Jane A.", "Doe, J. and Roe, M.", "Doe J, Roe M."
    r"((?:[A-Z][\w'’-]+ [A-Z]{1,3}(?:, | and )){1,9}[A-Z][\w'’-]+ [A-Z]{1,3}\. "
    r"|[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+)?, (?:[^\W\d_]\w+ )?(?:[A-Z]\.[ -]?)+"
    r"(?:(?:,|and|&|et)\s+[\w'’-]+, (?:[A-Z]\.[ -]?)+)*)(?=[\w“\"‘])"
)
# A full stop that isn't there, where what a body wrote begins.
_RUN_TOGETHER = re.compile(
    r"(.*?\b(?:embassy|consulate|official)\b.*?)[ ,-]+((?:reporting|e-?mail|interview)\b.*)"
    r"|([^.(]{3,100}\([A-Z][\w-]{1,12}\)) (?=[A-Z“])(.{25,})",
    re.IGNORECASE,
)
_GOVERNMENT_OF = re.compile(
    r"Government of (?:the )?(?:[A-Z][\w’']+ (?=Republic))?(?:Republic of |Kingdom of )?(?:the )?"
)
_SAME_AUTHOR = re.compile(r"(?:[—–]+|-{2,}|_{2,})[.,]?\s+")
_NAME = r"[A-Z][\w'’-]+(?: (?:d[aeiu] |la |l’|es )?[A-Z][\w'’-]+){0,2}"
_PLACE = re.compile(  # a seat of many publishers, or before a semicolon or colon and the date
    r"(?<=[.;”\"] )(Washington,? D\.?C\.?|Geneva|New York|Vienna|Paris|Brussels|London)\b"
    rf"|(?:(?<=[.;”\"] )|^)(?:({_NAME})(?:, [^.;:]{{2,60}})?[;:] ?(?:{dates.DATE}|{dates.YEAR})"
    rf"|({_NAME}): [^.;:]{{2,60}}, {dates.YEAR})"
)
_NUMBERED_BY_YEAR = re.compile(  # "Act 2004", "Law No. 15 of 2001", "Plan 2001-2005", "Ley 6/2008"
    rf"(?:\b(?:of|no\.?|act|law|code)|{dates.YEAR} ?[–-]|\d[/-])$", re.IGNORECASE
)
_DATED_NAME = re.compile(  # "UNICEF (2009). Title.", "Doe, J., & Roe, M. (12 May 2009) Title."
    rf"([^()“\"]{{2,120}}?(?: \([A-Z][\w/-]{{1,11}}\))?),? "
    rf"\((?:{dates.DATE}|{dates.YEAR}[a-z]?|n\. ?d\.)\)[.,:]?\s+(?=[“\"‘]?[A-Z])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?P<title>(?P<quoted>[“\"])[^”\"]+[”\"])[.,]?\s+(?=\w)")
_TITLED = re.compile(r"(?P<title>[^,.“\"]+)(?P<quoted>)[,.]\s+(?=\w)")
_ACRONYM = re.compile(rf"^\((?:[A-Z][\w/&-]{{1,11}}|{dates.YEAR})\)[.,:;]?\s*")
_ONLY_DATE = re.compile(
    r"\(?(?:(?:published|enacted|adopted|submitted|dated):? )?"
    rf"(?:{dates.DATE}|{dates.YEAR}|n\.d\.?)\)?",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(  # which of a project's papers it is: "Technical Progress Report"
    r"(?:[\w-]+ ){0,4}(?:report|document|summary|evaluation|review|annex|fact sheet|release)"
    r"(?:,? (?:no\.? ?)?\d+)?",
    re.IGNORECASE,
)
_IMPRINT = re.compile(  # "(Phnom Penh, 2005)", "(Geneva: ILO, 2003)"
    rf"\((?P<place>{_NAME})(?:: [^():]{{2,60}})?,? (?P<year>{dates.YEAR})\)"
)
_AWAY = re.compile(r"(?:Mission|(?:Country |Regional )?Office|Delegation) (?:in|to) [^,]{3,40}, ")
_NO_PLACE = re.compile(
    r"\b(?:enacted|published|submitted|adopted|accessed|cited|updated|release|report|paper|draft|"
    r"document|study|survey|article|summary|brief|sheet|edition|series)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A reference's text, without what was read from it, and what was."""

    rest: str
    url: str | None
    locator: str | None
    accessed: str | None
    dated: dates.Dated | None


def parse_source(text: str, same_author: str | None = None) -> Source:
    """Read publisher, title, place, date, address and page out of a reference.

    What can't be told apart stays in the title; nothing is added. The day on which a
    source was looked at is `accessed` and never the year.

    Args:
        text: a note, or the part of one that names one source.
        same_author: who published what the note before names, for "—. Report. 2010."
    """
    read = _take_apart(" ".join(unicodedata.normalize("NFC", text).split()))
    year = read.dated.year if read.dated else None
    told_when = year is not None or _UNDATED.search(text) is not None
    publisher, rest = _publisher_and_rest(read.rest, same_author, told_when)
    place = _place(rest)
    rest = _IMPRINT.sub("", rest)
    parts = [part for part in _parts(rest) if part != publisher]
    if len(parts) > 1 and countries.lookup(parts[1]):  # "Report- 2018. Malawi"
        parts[:2] = [f"{parts[0]}: {parts[1]}"]
    elif len(parts) > 1 and _DOCUMENT.fullmatch(parts[1]):
        parts[:2] = [f"{parts[0]}. {parts[1]}"]
    quoted = re.match(r"[“\"]([^”\"]+?)[,.]?[”\"][.,]?(?: (?!in\b)|$)", rest.strip())
    title = quoted[1] if quoted else _without_date(parts[0], year) if parts else ""
    title = title or read.url or _trim(text) or text.strip()
    found = Source(
        id="",
        publisher=publisher,
        title=title,
        year=year,
        date=read.dated.date if read.dated else None,
        url=read.url,
        accessed=read.accessed,
        kind=kind_of(publisher, title, " ".join(parts[1:]), read.url),
        place=place,
        locator=read.locator,
    )
    return replace(found, id=source_id(found))


def fullest(sources: Iterable[Source]) -> dict[str, Source]:
    """For each id the record that says most; of two that say as much the first."""
    best: dict[str, Source] = {}
    for source in sources:
        known = best.get(source.id)
        if known is None or _told(source) > _told(known):
            best[source.id] = source
    return best


def _told(source: Source) -> int:
    return sum(value is not None for value in astuple(source))


def _take_apart(text: str) -> _Read:
    url, before, after = take_address(_ARCHIVED.sub("", _SIGNAL.sub("", text)))
    before = _AVAILABLE.sub("", before)
    accessed = _ACCESSED.search(before) or _ACCESSED.search(after)
    before, after = _ACCESSED.sub("", before), _ACCESSED.sub("", after)
    rest = before if any(c.isalnum() for c in before) else after
    online = _ONLINE.search(rest)
    if online and len(_cut(rest[: online.start()])) > 1:  # the site, after publisher and title
        rest = f"{rest[: online.start()]}. {rest[online.end() :]}"
    rest = _ASIDE.sub("", rest)
    located = _LOCATOR.search(rest) or (_LOCATOR.match(after) if rest is before else None)
    located = located or _PAGE_OF_BOOK.search(rest)
    rest = _PAGE_OF_BOOK.sub("", _LOCATOR.sub("", rest))
    dated = _dated(rest)
    if dated is None and rest is before:
        dated = dates.find_date(_LOCATOR.sub("", _ASIDE.sub("", after)))
    return _Read(
        rest=_UNDATED.sub("", rest),
        url=url,
        locator=next(filter(None, located.groups())) if located else None,
        accessed=accessed[1] if accessed else None,
        dated=dated,
    )


def _dated(text: str) -> dates.Dated | None:
    """When it was published: as told outside of brackets and quotes, or else within them."""
    if _UNDATED.search(text):
        return None
    leading = re.match(rf"(?P<year>{dates.YEAR})\s+(?=[^\W\d])", text) or _IMPRINT.search(text)
    if leading:
        return dates.Dated(int(leading["year"]), None)
    told = _NOT_DATED.sub("", text)
    outside = re.sub(r"\([^()]*\)|“[^”]*”", " ", told)
    return dates.find_date(outside) or dates.find_date(told)


def _publisher_and_rest(
    text: str, same_author: str | None, told_when: bool
) -> tuple[str | None, str]:
    same = _SAME_AUTHOR.match(text)
    if same:
        return same_author, text[same.end() :]
    text = re.sub(rf"^{dates.YEAR}\s+(?=[^\W\d])", "", text)
    if author := _AUTHOR.match(text):
        return author[1].strip(), text[author.end() :]
    dated = _DATED_NAME.match(text)
    if dated and not is_title(dated[1]):
        return canonical_publisher(_trim(dated[1])), text[dated.end() :]
    if joined := _RUN_TOGETHER.fullmatch(_cut(text)[0]):
        publisher = joined[1] or joined[3]
        return canonical_publisher(_trim(publisher)), text[len(publisher) :].lstrip(" ,-")
    if governed := _government(_cut(text)[0]):
        return governed, text[len(governed) :].lstrip(" ,-")
    first, rest = (*_cut(text, 1), "")[:2]
    named = [part for part in _parts(rest) if not _ASIDE.fullmatch(part)]
    if behind := _publisher_behind(text):
        return behind
    if named and not re.match(r"[“\"]", first) and not _has_title(first):
        return canonical_publisher(_trim(first)), rest
    known = leading_publisher(first)
    if known and not _is_away(first, known[1]):
        return known[0], f"{_ACRONYM.sub('', known[1])}. {rest}"
    before, comma, after = first.partition(", ")
    by = may_be_publisher(before) or (told_when and may_be_name(before))
    if comma and by and not _ONLY_DATE.fullmatch(_trim(after)):
        return canonical_publisher(_trim(before)), f"{after}. {rest}"
    if named and not re.match(r"[“\"]", first):
        return canonical_publisher(_trim(first)), rest
    return None, text


def _is_away(first: str, after: str) -> bool:
    """Whether a known body's name goes on with a place: "UNICEF Lesotho, Out of School"."""
    place, comma, _ = after.partition(",")
    spaced = first[: -len(after)][-2:-1].isalnum() and countries.lookup(place) is not None
    return bool(_AWAY.match(after) or (comma and spaced))


def _publisher_behind(text: str) -> tuple[str, str] | None:
    """The publisher that stands right behind a title: a known one, or any behind a quoted one."""
    found = _QUOTED.match(text) or _TITLED.match(text)
    if not found or not (found["quoted"] or is_title(found["title"])):
        return None
    after = text[found.end() :]
    if known := leading_publisher(f"{after} x"):
        return known[0], f"{found['title']}, {known[1].removesuffix('x')}"
    by = re.split(r"[.,(]", after)[0].strip()
    if found["quoted"] and not _ONLY_DATE.fullmatch(by) and (may_be_publisher(by) or is_press(by)):
        return by, f"{found['title']}, {after[len(by) :]}"
    return None


def _government(text: str) -> str | None:
    """The country's government that a text begins with, where more follows without a stop."""
    found = _GOVERNMENT_OF.match(text)
    words = text[found.end() :].split() if found else []
    for length in range(min(5, len(words) - 2), 0, -1):
        name = " ".join(words[:length])
        if name[-1].isalpha() and countries.lookup(name) and found:
            return found[0] + name
    return None


def _has_title(first: str) -> bool:
    """Whether a first part is more than a publisher: it tells a date, or goes on after one
    that is known ("US Department of State Trafficking in Persons Report").
    """
    if re.search(rf"\b{dates.YEAR}\b", first):
        return True
    known = leading_publisher(first)
    return bool(known and re.search(r"\b[Rr]eport|^[“\"]", known[1]))


def _cut(text: str, most: int = 99) -> list[str]:
    """The pieces of a text between full stops, of which none within brackets parts."""
    pieces: list[str] = []
    start = 0
    for between in _PARTS.finditer(text):
        piece = text[start : between.start()]
        if len(pieces) < most and piece.count("(") <= piece.count(")"):
            pieces.append(piece)
            start = between.end()
    return [*pieces, text[start:]]


def _parts(text: str) -> list[str]:
    """Title, place …: what stands between full stops, but for bare dates."""
    parts = [_trim(part) for part in _cut(text)]
    return [part for part in parts if part and not _ONLY_DATE.fullmatch(part)]


def _place(text: str) -> str | None:
    """Where it was published: "Geneva", of "Geneva; May 2013" or "(Geneva: ILO, 2013)"."""
    if imprint := _IMPRINT.search(text):
        return imprint["place"]
    for found in _PLACE.finditer(text):
        name = found[1] or found[2] or found[3]
        if found.start() and not _NO_PLACE.search(name):
            return name
    return None


def _without_date(title: str, year: int | None) -> str:
    """A title without the date of publication that ends it: "Report, May 3, 2014"."""
    told = r"\b(?:published|submitted|enacted|adopted|dated|updated|released)(?: on| in)?:?"
    ending = rf"(,|[–-](?= ))?\s*({told})?\s*\(?({dates.DATE}|{dates.YEAR})\)?$"
    found = re.search(ending, title, re.IGNORECASE)
    if found is None or found[3][-4:] != str(year):
        return title
    before = title[: found.start()]
    before = before[: before.rindex("(")] if before.count("(") > before.count(")") else before
    if not (found[1] or found[2]) and _NUMBERED_BY_YEAR.search(before):
        return title
    return _trim(before) or title


def _trim(text: str) -> str:
    bare = text.strip(" \t\n.,;:*_–—-/")
    bare = re.sub(r"\s*\(\s*\)?$", "", bare)
    quoted = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]?", bare)
    return quoted[1].strip(" .,") if quoted else bare
