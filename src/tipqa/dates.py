"""Dates as notes write them, in the languages that profiles' notes are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_MONTHS = (
    "jan(?:uary|vier|eiro|\\.)?|janv\\.?|enero|ene\\.",
    "feb(?:ruary|rero|\\.)?|f[ée]vrier|f[ée]vr?\\.|fevereiro",
    "mar(?:ch|s|zo|ço|\\.)?",
    "apr(?:il|\\.)?|avril|abril|avr\\.|abr\\.",
    "may|mai|mayo|maio",
    "june?\\.?|juin|junio|junho|juni",
    "july?\\.?|juillet|julio|julho|juli|juil\\.",
    "aug(?:ust|\\.)?|ao[ûu]t|agosto|ago\\.",
    "sept?(?:ember|tembre|iembre|embro|\\.)?|setembro|setiembre",
    "oct(?:ober|obre|ubre|\\.)?|outubro|oktober|out\\.",
    "nov(?:ember|embre|iembre|embro|\\.)?",
    "dec(?:ember|\\.)?|d[ée]cembre|d[ée]c\\.|diciembre|dic\\.|dezembro|dezember|dez\\.",
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
YEAR = r"(?:1[6-9]|20)\d\d"
_DAY = (
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, ?| ){YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º)? (?:de )?{_MONTH},?(?: de| del)? {YEAR}"
    rf"|{YEAR}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]{YEAR}"
)
_OF_MONTH = rf"{_MONTH},?(?: de| del)? {YEAR}|(?<=[.,] )(?:0?[1-9]|1[0-2])/{YEAR}(?=[.,;]|$)"
DATE = rf"(?i:{_DAY}|{_OF_MONTH})"
"""A date with a month, as a pattern without groups."""

_FULL = re.compile(rf"(?<![\w/])(?:{_DAY})(?!\w)", re.IGNORECASE)
_MONTHLY = re.compile(rf"(?<![\w–-])(?:{_OF_MONTH})(?!\w)", re.IGNORECASE)
# A year is no end or start of a range, as in "Action Plan 2016-2030", and no law's number.
_YEAR = re.compile(
    r"(?<![\d/.:–-])(?<!\d [–-])(?<!\d[–-] )(?<!\bNo\. )(?<!\bNo )(?<![Nn][°º] )(?<![Nn][°º])"
    r"(?:18[5-9]|19\d|20\d)\d(?! ?[–-] ?\d|[\d/:]|\.\d)"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """When something was published: the year, and the date as written where there is one."""

    year: int
    date: str | None


def find_date(text: str) -> Dated | None:
    """The last date of a text; without one the last month; without one the last year.

    The last, since a reference tells its own date after what its title tells.
    """
    latest = datetime.now().year + 1  # what is later is a plan's end, or of another calendar
    for pattern in (_FULL, _MONTHLY, _YEAR):
        found = [told for told in pattern.findall(text) if _year_of(told) <= latest]
        if found:
            year = _year_of(found[-1])
            return Dated(year, None if pattern is _YEAR else found[-1])
    return None


def _year_of(told: str) -> int:
    return int(re.findall(r"\d{4}", told)[-1])


def parse_date(written: str) -> tuple[int, ...]:
    """Year, month and day, as far as a date names them; empty where it is none."""
    text = written.strip()
    numbers = re.fullmatch(rf"({YEAR})(?:-(\d\d))?(?:-(\d\d))?", text)
    if numbers:
        return _real(tuple(int(number) for number in numbers.groups() if number))
    for month, pattern in enumerate(_MONTHS, start=1):
        if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
            year = re.search(rf"{YEAR}$", text)
            day = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
            if year:
                return _real((int(year[0]), month, *([int(day[0])] if day else [])))
    return ()


def _real(date: tuple[int, ...]) -> tuple[int, ...]:
    """The date where the calendar has it, else nothing."""
    try:
        year, month, day = (*date, 1, 1)[:3]
        datetime(year, month, day)
    except ValueError:
        return ()
    return date
