"""Numbers in a text: what each is a number of, and which kind of thing a question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tipqa.lexical import COMMON, stems, words
from tipqa.types import Span

Unit = Literal["money", "percent", "duration", "age", "date", "grade", "phone", "count"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_SMALL = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split(),
        range(1, 21),
        strict=True,
    )
)
_TENS = dict(
    zip("thirty forty fifty sixty seventy eighty ninety".split(), range(30, 100, 10), strict=True)
)
_WRITTEN = _SMALL | _TENS
_TIMES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_YEAR = r"(?:19|20)\d\d"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(_WRITTEN)}|hundreds?|thousands?|dozens?)\b)"
_CURRENCY = (
    r"(?:us\$|usd|eur|dollars?|euros?|pounds?|cents?|francs?|pesos?|rupees?|rubles?|roubles?"
    r"|shillings?|birr|som|sum|kina|baht|riels?|kwacha|naira|rand|dinars?|dirhams?|yen|yuan)"
)
_SPAN_OF_TIME = r"(?:years?|months?|weeks?|days?|hours?|minutes?)"

# The first that a question has is the kind of thing it asks for.
_ASKS: dict[Unit, str] = {
    "phone": r"\b(?:phone|telephone|hotline|helpline) number\b|\bwhat number (?:do|can|should)\b"
    r"|\bdial\b",
    "age": r"\bhow (?:old|young)\b|\bwhat age\b|\bwhich age\b|\blegal age\b",
    "duration": rf"\bhow long\b|\bhow many (?:\w+ )?{_SPAN_OF_TIME}\b|\bprison term\b",
    "money": r"\bhow much (?:money|cash|must|do|does|did|is|was|were)\b|\bwhat sum\b|\bprice\b"
    r"|\bhow (?:heavy|high|big|large)\b.*\bfines?\b|\btop fine\b|\bprize money\b"
    r"|\bwhat (?:do|does|did)\b.*\b(?:spend|pay|cost|earn)\b",
    "percent": r"\bwhat (?:share|percentage|proportion|portion|part|fraction)\b"
    r"|\bpercentage\b|\bhow (?:common|widespread)\b",
    "date": r"^when\b|\bon what (?:day|date)\b|\b(?:what|which) year\b",
    "grade": r"\b(?:which|what) grade\b",
    "count": r"\bhow (?:many|few|often)\b|\bheadcount\b|\bnumber of\b",
}
_HOLDS: dict[Unit, str] = {
    "phone": r"\b(?:phones?|telephone|hotlines?|helplines?|lines?|call|calls|dial|toll)\b"
    rf"(?=.*?(?:\b(?!{_YEAR}\b)\d{{3,}}\b|\b\d(?:-\d)+\b))"
    rf"|(?:\b(?!{_YEAR}\b)\d{{3,}}\b|\b\d(?:-\d)+\b).*\b(?:phone|hotline|helpline|line|call)",
    "age": rf"\baged?s?\b\D{{0,20}}{_NUMBER}|{_NUMBER}(?:[- ]years?\b)|\b(?:under|over) {_NUMBER}",
    "duration": rf"{_NUMBER}(?:\s*(?:to|or|and|–|-)\s*{_NUMBER})?[- ](?:\w+ )?{_SPAN_OF_TIME}\b"
    r"|\blife\b",
    "money": rf"[$€£¥]\s?\d|\b{_CURRENCY}\b",
    "percent": rf"{_NUMBER} ?(?:percent|per cent|%)|\b(?:half|thirds?|quarters?|majority|fifths?)\b"
    rf"|{_NUMBER} (?:in|out of) (?:every )?{_NUMBER}",
    "date": rf"\b{_YEAR}\b",
    "grade": r"\bgrades?\b|\b\w+(?:st|nd|rd|th) (?:grade|year)\b",
    "count": rf"{_NUMBER}|\b(?:no|none|single|once|twice)\b",
}
_NO_COUNT = re.compile(
    rf"\b{_YEAR}\b|\bage[sd]? \d+ ?(?:to|-|–)? ?\d*|\b\d[\d,.]* ?(?:percent|%)|[$€£]\s?\d[\d,.]*"
)
_FIGURE = re.compile(
    rf"(?P<money>[$€£¥])?\s?(?P<number>\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(_WRITTEN)})\b)"
    rf"(?:\s(?P<times>{'|'.join(_TIMES)}))?"
    rf"(?:\s?(?P<percent>percent\b|per cent\b|%)|\s(?P<currency>{_CURRENCY})\b"
    rf"|[- ](?P<time>{_SPAN_OF_TIME})\b)?",
    re.IGNORECASE,
)
_COUNTED_WITHIN = 4  # telling words after a number


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a sentence gives it.

    Attributes:
        span: in the text that it was read from.
        value: of the unit; 0.5 million is 500000.
        unit: years of the calendar and ages are none of these.
        of: the stems of the words that follow it: what is counted.
        years: the years that the sentence names.
    """

    span: Span
    value: float
    unit: Literal["money", "percent", "duration", "count"]
    of: frozenset[str]
    years: frozenset[int]


def asked_for(question: str) -> Unit | None:
    """The kind of number a question asks for; None: none, or none that its words tell."""
    folded = question.casefold()
    return next((unit for unit in UNITS if re.search(_ASKS[unit], folded)), None)


def holds(unit: Unit, text: str) -> bool:
    """Whether a text has such a thing at all."""
    folded = text.casefold()
    if unit == "count":
        folded = _NO_COUNT.sub(" ", folded)
    return re.search(_HOLDS[unit], folded) is not None


def years(text: str) -> frozenset[int]:
    """The years that a text names."""
    return frozenset(int(year) for year in re.findall(rf"\b{_YEAR}\b", text))


def numbers(text: str) -> frozenset[float]:
    """All that a text counts, measures or dates, in digits or in words."""
    written = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    return frozenset(written | {figure.value for figure in figures(text)})


def figures(text: str) -> list[Figure]:
    """The numbers of a sentence, but for years."""
    named = years(text)
    found = []
    for match in _FIGURE.finditer(text):
        number = match["number"].casefold()
        value = float(_WRITTEN.get(number, 0) or number.replace(",", "").rstrip("."))
        unit: Literal["money", "percent", "duration", "count"] = "count"
        if match["money"] or match["currency"]:
            unit = "money"
        elif match["percent"]:
            unit = "percent"
        elif match["time"]:
            unit = "duration"
        elif value in named and not match["times"]:
            continue
        value *= _TIMES[match["times"].casefold()] if match["times"] else 1
        following = _telling(re.split(r"[,;:.](?!\d)|\d", text[match.end() :])[0])
        of = frozenset(stems(following[:_COUNTED_WITHIN]))
        found.append(Figure(match.span("number"), value, unit, of, named))
    return found


def disagreeing(question: str, texts: Sequence[str]) -> list[tuple[int, Figure]]:
    """Figures of several texts for the same thing and period that are not the same.

    Of each text the figure counts that shares most of its words with the question.
    Figures are of one thing with the first where they have its unit, and what happened
    (the question's last telling word: "arrested") stands beside all of them, or else
    what is counted (its first: "suspects"); they are of one period where their texts
    name the same years, or all name those of the question.

    Returns:
        (number of the text, figure) in the order of the texts; none where they agree.
    """
    asked = [stem for stem in stems(_telling(question)) if not stem.isdigit()]
    when = years(question)
    found = []
    for place, text in enumerate(texts):
        of_text = [figure for figure in figures(text) if figure.of & set(asked)]
        if of_text:
            found.append((place, max(of_text, key=lambda f: len(f.of & set(asked)))))
    if not found:
        return []
    first = found[0][1]
    things = [thing for thing in (asked[-1:], asked[:1]) if thing and first.of.issuperset(thing)]
    same = [
        (place, figure)
        for place, figure in found
        if figure.unit == first.unit
        and things
        and figure.of.issuperset(things[0])
        and (figure.years == first.years or (when and figure.years & first.years >= when))
    ]
    return same if len({figure.value for _, figure in same}) > 1 else []


def _telling(text: str) -> list[str]:
    return [word for word in words(text) if word not in COMMON]
