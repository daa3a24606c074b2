"""Who published or wrote what a reference names, and the text without it."""

from __future__ import annotations

import re

from tipqa import countries, dates
from tipqa.kinds import is_press
from tipqa.pieces import ASIDE, ONLY_DATE, cut, parts, trimmed
from tipqa.publishers import (
    canonical_publisher,
    is_title,
    leading_publisher,
    may_be_name,
    may_be_publisher,
)

_AUTHOR = re.compile(  # "Doe, J.", "Doe, Jane A.", "Doe, J. and Roe, M.", "Doe J, Roe M."
    r"((?:[A-Z][\w'’-]+ [A-Z]{1,3}(?:, | and )){1,9}[A-Z][\w'’-]+ [A-Z]{1,3}\. "
    r"|[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+)?, (?:[^\W\d_]\w+ )?(?:[A-Z]\.[ -]?)+"
    r"(?:(?:,|and|&|et)\s+[\w'’-]+, (?:[A-Z]\.[ -]?)+)*)(?=[\w“\"‘])"
)
# A full stop that isn't there, where what a body wrote begins.
_RUN_TOGETHER = re.compile(
    r"(.*?\b(?:embassy|consulate|official)\b.*?)[ ,-]+((?:reporting|e-?mail|interview)\b.*)"
    r"|([^.(]{3,100}\((?-i:[A-Z][\w-]*[A-Z])[\w-]*\)) (?=[A-Z“])(.{25,})",
    re.IGNORECASE,
)
_GOVERNMENT_OF = re.compile(
    r"Government of (?:the )?(?:[A-Z][\w’']+ (?=Republic))?(?:Republic of |Kingdom of )?(?:the )?"
)
_SAME_AUTHOR = re.compile(r"(?:[—–]+|-{2,}|_{2,})[.,]?\s+")
_DATED_NAME = re.compile(  # "UNICEF (2009). Title.", "Doe, J., & Roe, M. (12 May 2009) Title."
    rf"([^()“\"]{{2,120}}?(?: \([A-Z][\w/-]{{1,11}}\))?),? "
    rf"\((?:{dates.DATE}|{dates.YEAR}[a-z]?|n\. ?d\.)\)[.,:]?\s+(?=[“\"‘]?[A-Z])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?P<title>(?P<quoted>[“\"])[^”\"]+[”\"])[.,]?\s+(?=\w)")
_TITLED = re.compile(r"(?P<title>[^,.“\"]+)(?P<quoted>)[,.]\s+(?=\w)")
_THE = re.compile(r"(?:The|El|La|Le|Il|Der|Die|Das) [A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3}$")
_NUMBER = re.compile(r"(?:[Nn][or]\.?|[Nn][°º]|Cap\.?) ?\d")
_ACRONYM = re.compile(rf"^\((?:[A-Z][\w/&-]{{1,11}}|{dates.YEAR})\)[.,:;]?\s*")
_FAMILIES = ("UN", "European Union", "African Union")
"""Whose bodies have names that begin with theirs: "UN Permanent Forum on Indigenous Issues"."""
_AWAY = re.compile(
    r"(?:Mission|(?:Country |Regional )?Office|Delegation|Presence|Cent(?:re|er)) (?:in|to) "
    r"[^,]{3,40}, |(?:Country|Regional) Office [A-Z][^,]{2,40}, "
)
_REGION = re.compile(r"(?:(?:(?:East|West|South|North)(?:ern)?|Central) )?[A-Z][\w'’-]+")
_OF = r"(?:of|for|on|de|du|des|del|da|do|dos) "
_OFFICE = re.compile(
    r"(?:[A-Z][\w.'’-]+ ){0,3}(?:Ministry|Minist[eè]re|Minist[eé]rio|Department|Directorate|Office"
    rf"|Bureau|Secretariat|Secretaría|Commission|Committee|Institute|Cent(?:re|er)) {_OF}"
)
_AND = re.compile(r"(?:^| )(?:and|&|et|y|e) ")
_IMPRINT = re.compile(  # "New York, 2011", "Jakarta: KSBSI, May 2011", "Amman, " of "Amman, n.d."
    r"[A-Z][\w'’-]+(?:,? (?:D\.?C\.?|[A-Z][\w'’-]+)){0,2}(?:: [^.;]{2,60})?,"
    rf"(?: (?:{dates.DATE}|{dates.YEAR}))?\W*"
)


def publisher_and_rest(
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
        return canonical_publisher(trimmed(dated[1])), text[dated.end() :]
    if joined := _RUN_TOGETHER.fullmatch(cut(text)[0]):
        publisher = joined[1] or joined[3]
        return canonical_publisher(trimmed(publisher)), text[len(publisher) :].lstrip(" ,-")
    if governed := _government(cut(text)[0]):
        return governed, text[len(governed) :].lstrip(" ,-")
    first, rest = (*cut(text, 1), "")[:2]
    named = [part for part in parts(rest) if not ASIDE.fullmatch(part)]
    if behind := _publisher_behind(text):
        return behind
    ended = not named or _is_imprint(rest)  # the title stands before the first full stop
    if ended and (listed := _office_of_several(first)):
        return listed, f"{first[len(listed) :].lstrip(' ,')}. {rest}"
    before, comma, after = first.partition(", ")
    by = may_be_publisher(before) or (told_when and may_be_name(before))
    named_by = by and " " in before + after and re.fullmatch(r"[^\W\d_a-z][^.“\"]+", after)
    if named and ended and named_by and (":" in rest or not may_be_publisher(after)):
        return canonical_publisher(trimmed(before)), f"{after}. {rest}"
    if named and not re.match(r"[“\"]", first) and not _has_title(first):
        return canonical_publisher(trimmed(first)), rest
    known = leading_publisher(first)
    if known and not (_is_away(first, known[1]) or _is_family(*known)):
        return known[0], f"{_ACRONYM.sub('', known[1])}. {rest}"
    if comma and by and not (ONLY_DATE.fullmatch(trimmed(after)) or _NUMBER.match(after)):
        return canonical_publisher(trimmed(before)), f"{after}. {rest}"
    if named and not re.match(r"[“\"]", first):
        return canonical_publisher(trimmed(first)), rest
    return None, text


def _is_away(first: str, after: str) -> bool:
    """Whether a known body's name goes on with a place: "UNICEF Lesotho, Out of School", and
    maybe with another body's: "UNHCR Lebanon and Caritas Centre, Rents".
    """
    place, comma, title = after.partition(", ")
    seat, joined, other = place.replace(" & ", " and ").partition(" and ")
    named = (countries.lookup(seat) or _REGION.fullmatch(seat)) and (
        not joined or may_be_publisher(other)
    )
    spaced = first[: -len(after)][-2:-1].isalnum() and not ONLY_DATE.fullmatch(trimmed(title))
    return bool(_AWAY.match(after) or (comma and named and spaced))


def _is_family(name: str, after: str) -> bool:
    """Whether a known body's name goes on as that of one of its own, which a title follows."""
    body, comma, title = after.partition(", ")
    own = (may_be_publisher(body) or "Rapporteur" in body) and not is_title(body)
    return name in _FAMILIES and own and bool(comma) and not ONLY_DATE.fullmatch(trimmed(title))


def _is_imprint(rest: str) -> bool:
    """Whether all that stands behind a full stop is place and date: "New York, 2011"."""
    return _IMPRINT.fullmatch(rest) is not None and not is_title(rest)


def _office_of_several(first: str) -> str | None:
    """The office that a part begins with, where a list tells what it sees to and a title
    follows: "Ministry of Labour, Youth and Sport, Annual Report, 2010".
    """
    head, *names = first.split(", ")
    if not _OFFICE.match(head) or _AND.search(head):
        return None
    for last, name in enumerate(names[:4], start=1):
        bare = re.sub(rf"^(?:and |{_OF}|l[ae]s? )+|\b[dl]['’]", "", name)
        if not may_be_name(bare) or may_be_publisher(bare):
            return None
        if _AND.search(name):
            titles = [one for one in names[last:] if not ONLY_DATE.fullmatch(trimmed(one))]
            titled = len(titles) > 1 or (titles and " " in titles[0])
            return ", ".join([head, *names[:last]]) if titled else None
    return None


def _publisher_behind(text: str) -> tuple[str, str] | None:
    """The publisher that stands right behind a title: a known one, or any behind a quoted one."""
    found = _QUOTED.match(text) or _TITLED.match(text)
    if not found or not (found["quoted"] or is_title(found["title"])):
        return None
    after = text[found.end() :]
    if known := leading_publisher(f"{after} x"):
        return known[0], f"{found['title']}, {known[1].removesuffix('x')}"
    by = re.split(r"[.,(]", after)[0].strip()
    named = may_be_publisher(by) or is_press(by) or _THE.match(by)
    if found["quoted"] and named and not ONLY_DATE.fullmatch(by):
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
