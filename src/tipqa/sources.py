"""The text of a note → the source it names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import astuple, dataclass, replace

from tipqa import countries, dates
from tipqa.addresses import take_address
from tipqa.attribution import publisher_and_rest
from tipqa.identity import source_id
from tipqa.kinds import kind_of
from tipqa.pieces import ASIDE, ONLY_DATE, cut, parts, trimmed
from tipqa.types import Source

_ACCESSED = re.compile(
    r"[\[(]?\b(?:last |date )?(?:accessed|cited|retrieved|visited|consulted|consulté|consultado)"
    r"(?: on| le| el| em)?[:.,]?\s*\(?"
    rf"({dates.DATE}|{dates.YEAR})[\])]?",
    re.IGNORECASE,
)
_LOCATOR = re.compile(
    r"[,;.(]?\s*(?<![\w-])(?<!\bunder )(?<!\bof )(?<!\bto )(?<!\bon )"  # "Cases under Article 5"
    r"((?:pp?\.|pages?|pgs?\.|ss?\.|paras?\.|paragraphs?|arts?\.|articles?|§§?|"
    r"ch\.|chapters?|sec\.|sections?|at)\s?\d+\w?(?:\(\w+\))*"
    r"(?:\s?(?:[–,-]|and|to)\s?\d{1,3}(?!\d))*)\)?(?=\s*(?:[.,;(\])]|$))",
    re.IGNORECASE,
)
_NOT_DATED = re.compile(  # what names a year and isn't the day of publication
    rf"ratification:? {dates.YEAR}|Convention,? {dates.YEAR}|\bas of {dates.DATE}", re.IGNORECASE
)
_REMARK = re.compile(  # a sentence behind a reference: "…, 2006. The figures are of May 2005."
    rf"(?<=, )(?:{dates.DATE}|{dates.YEAR})\. (?=[A-Z][^.]* "
    r"(?:is|are|was|were|has|have|had|do|does|did)\b)"
)
_UNDATED = re.compile(
    r"[\[(]?\b(?:n\. ?d\.|s\. ?[fd]\.|o\. ?J\.|no date|undated|sin fecha)[\])]?", re.I
)
_ARCHIVED = re.compile(rf"\barchived(?: from the original)? (?:on )?{dates.DATE}", re.IGNORECASE)
_AVAILABLE = re.compile(
    r"[\s.,;:(\[]{0,4}\b(?:(?:available|accessible|retrieved|found)(?: online)? (?:at|from|on)"
    r"(?: (?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)?|(?:available|accessible) (?:here|online)"
    r"|(?:disponible|disponível) (?:en|em|sur|à))[:.,\s]{0,4}$",
    re.IGNORECASE,
)
_PAGE_OF_BOOK = re.compile(  # "… Report 175 (2015)", "… (London: Zed, 2012), 15"
    rf"(?:(?<=Report)|(?<=Reports)) (\d{{1,4}})(?= \({dates.YEAR}\))"
    rf"|(?<=\d\)), (\d{{1,4}}(?:[–-]\d{{1,4}})?)(?=\W*$)"
)
_ONLINE = re.compile(r",\s*[^,.;“”]{2,50},\s*(?=\[(?:previously )?online)", re.IGNORECASE)
_SIGNAL = re.compile(
    r"^\W*(?:(?:but )?see(?: also|,? e\.g\.,?)?|cf\.|e\.g\.,?)[:,]?\s+(?=[^\W_]|[“\"])",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w'’-]+(?: (?:d[aeiu] |la |l’|es )?[A-Z][\w'’-]+){0,2}"
_PLACE = re.compile(  # a seat of many publishers, or before a semicolon or colon and the date
    r"(?<=[.;”\"] )(Washington,? D\.?C\.?|Geneva|New York|Vienna|Paris|Brussels|London)\b"
    rf"|(?:(?<=[.;”\"] )|^)(?:({_NAME})(?:, [^.;:]{{2,60}})?[;:] ?(?:{dates.DATE}|{dates.YEAR})"
    rf"|({_NAME}): [^.;:]{{2,60}}, {dates.YEAR})"
)
_NUMBERED_BY_YEAR = re.compile(  # "Act 2004", "Law No. 15 of 2001", "Plan 2001-2005", "Ley 6/2008"
    rf"(?:\b(?:of|no\.?|act|law|code)|{dates.YEAR} ?[–-]|\d[/-])$", re.IGNORECASE
)
_DOCUMENT = re.compile(  # which of a project's papers it is: "Technical Progress Report"
    r"(?:[\w-]+ ){0,4}(?:report|document|summary|evaluation|review|annex|fact sheet|release)"
    r"(?:,? (?:no\.? ?)?\d+)?",
    re.IGNORECASE,
)
_IMPRINT = re.compile(  # "(Phnom Penh, 2005)", "(Geneva: ILO, 2003)"
    rf"\((?P<place>{_NAME})(?:: [^():]{{2,60}})?,? (?P<year>{dates.YEAR})\)"
)
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
    publisher, rest = publisher_and_rest(read.rest, same_author, told_when)
    place = _place(rest)
    rest = _IMPRINT.sub("", rest)
    pieces = [part for part in parts(rest) if part != publisher]
    if len(pieces) > 1 and countries.lookup(pieces[1]):  # "Report- 2018. Malawi"
        pieces[:2] = [f"{pieces[0]}: {pieces[1]}"]
    elif len(pieces) > 1 and _DOCUMENT.fullmatch(pieces[1]):
        pieces[:2] = [f"{pieces[0]}. {pieces[1]}"]
    quoted = re.match(r"[“\"]([^”\"]+?)[,.]?[”\"][.,]?(?: (?!in\b)|$)", rest.strip())
    title = quoted[1] if quoted else _without_date(pieces[0], year, rest) if pieces else ""
    title = title or read.url or trimmed(text) or text.strip()
    found = Source(
        id="",
        publisher=publisher,
        title=title,
        year=year,
        date=read.dated.date if read.dated else None,
        url=read.url,
        accessed=read.accessed,
        kind=kind_of(publisher, title, " ".join(pieces[1:]), read.url),
        place=place,
        locator=read.locator,
    )
    return replace(found, id=source_id(found))


def told(source: Source) -> int:
    """How much a record says: of two records of one source the fuller one is kept."""
    return sum(value is not None for value in astuple(source))


def _take_apart(text: str) -> _Read:
    url, before, after = take_address(_ARCHIVED.sub("", _SIGNAL.sub("", text)))
    accessed = _ACCESSED.search(before) or _ACCESSED.search(after)
    before, after = _AVAILABLE.sub("", _ACCESSED.sub("", before)), _ACCESSED.sub("", after)
    rest = before if any(c.isalnum() for c in before) else after
    online = _ONLINE.search(rest)
    if online and len(cut(rest[: online.start()])) > 1:  # the site, after publisher and title
        rest = f"{rest[: online.start()]}. {rest[online.end() :]}"
    rest = ASIDE.sub("", rest)
    located = _LOCATOR.search(rest) or (_LOCATOR.match(after) if rest is before else None)
    located = located or _PAGE_OF_BOOK.search(rest)
    rest = _PAGE_OF_BOOK.sub("", _LOCATOR.sub("", rest))
    dated = _dated(rest)
    if dated is None and rest is before:
        dated = dates.find_date(_LOCATOR.sub("", ASIDE.sub("", after)))
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
    if remark := _REMARK.search(text):
        text = text[: remark.end()]
    told = _NOT_DATED.sub("", text)
    outside = re.sub(r"\([^()]*\)|“[^”]*”", " ", told)
    return dates.find_date(outside) or dates.find_date(told)


def _place(text: str) -> str | None:
    """Where it was published: "Geneva", of "Geneva; May 2013" or "(Geneva: ILO, 2013)"."""
    if imprint := _IMPRINT.search(text):
        return imprint["place"]
    for found in _PLACE.finditer(text):
        name = found[1] or found[2] or found[3]
        if found.start() and not _NO_PLACE.search(name):
            return name
    return None


def _without_date(title: str, year: int | None, text: str) -> str:
    """A title without the date of publication that ends it: "Report, May 3, 2014". A bare
    year is the title's own where the text tells the date besides: "Report 2014. June 2014".
    """
    told = r"\b(?:published|submitted|enacted|adopted|dated|updated|released)(?: on| in)?:?"
    ending = rf"(,|[–-](?= ))?\s*({told})?\s*\(?({dates.DATE}|{dates.YEAR})\)?$"
    found = re.search(ending, title, re.IGNORECASE)
    if found is None or found[3][-4:] != str(year):
        return title
    before = title[: found.start()]
    apart = any(ONLY_DATE.fullmatch(trimmed(piece)) for piece in cut(text))
    if apart and not (found[1] or found[2]) and title.endswith(f" {year}"):
        return title
    before = before[: before.rindex("(")] if before.count("(") > before.count(")") else before
    if not (found[1] or found[2]) and _NUMBERED_BY_YEAR.search(before):
        return title
    return trimmed(before) or title
