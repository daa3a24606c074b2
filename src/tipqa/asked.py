"""Whom, when and what exactly a question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rapidfuzz.distance import OSA

from tipqa import countries
from tipqa.generation import Generation
from tipqa.lexical import COMMON, words

How = Literal["named", "hinted"]

# What countryinfo lacks: peoples, and names that a country once had.
_PEOPLES = {
    "ARG": "Argentine", "BWA": "Batswana; Botswanan", "COM": "Comorian",
    "CPV": "Cape Verdean; Cabo Verdean", "ECU": "Ecuadorian", "GNB": "Bissau-Guinean",
    "KAZ": "Kazakh", "KGZ": "Kyrgyz; Kyrgyzstani", "KOR": "Korean", "LAO": "Lao",
    "LSO": "Basotho; Sotho", "MDV": "Maldivian", "MKD": "North Macedonian",
    "NPL": "Nepali", "PHL": "Filipina; Philippine",
    "PRK": "Korean", "SAU": "Saudi", "SLV": "Salvadorean",
    "STP": "Santomean", "SUR": "Surinamese",
    "TJK": "Tajik; Tajikistani", "TLS": "Timorese", "TTO": "Tobagonian", "UZB": "Uzbek",
}  # fmt: skip
_FORMERLY = {
    "BEN": "Dahomey", "BFA": "Upper Volta", "BLR": "Byelorussia; Belorussia", "BLZ":
    "British Honduras", "BWA": "Bechuanaland", "COD": "Zaire; Congo", "COG": "Congo",
    "ETH": "Abyssinia", "IRN": "Persia", "KGZ": "Kirghizia; Kirgizia; Kirghizstan; Kirgizstan",
    "KHM": "Kampuchea", "KOR": "Korea", "LKA": "Ceylon", "LSO": "Basutoland", "MDA": "Moldavia",
    "MWI": "Nyasaland", "PRK": "Korea", "THA": "Siam", "VUT": "New Hebrides", "ZMB":
    "Northern Rhodesia", "ZWE": "Rhodesia",
}  # fmt: skip
# Where several share the name of a people, the one that is meant.
_MEANT = {"american": "USA", "chinese": "CHN", "french": "FRA", "indian": "IND", "norwegian": "NOR"}
_NO_PEOPLE = ("central american", "latin american", "north american", "south american")
_WHICH = re.compile(
    r"\b(which|what)\b.{0,30}\b(country|countries|government|nation|state)\b|\bwhere\b"
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d]|[.,]\d)")
_PHRASE = re.compile(r'["\u201c\u201d]([^"\u201c\u201d]+)["\u201c\u201d]')
_CODE = re.compile(r"(?<![\w.-])[A-Z]{2,3}(?![\w-])")
_NEXT_PART = re.compile(
    r"(?:\?\s+(?:and )?|,? and )(?=(?:how|what|which|who|whom|when|where|why)\b)", re.IGNORECASE
)
_PART = re.compile(
    r"(?:(?:in|of|by|from|to|for|at|on) )?(?:how|what|which|who|whom|when|where|why|is|are|was|"
    r"were|does|do|did|has|have|can)\b(?:\W+\w+){3}",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|those|these|this|that|he|him|his|she|her|ones?|each|both|"
    r"there)\b",
    re.IGNORECASE,
)
_SHORTEST_MISSPELT = 5
_FAR_FROM = 8  # letters from which two may be wrong, else one


@dataclass(frozen=True, slots=True)
class Asked:
    """What is plain from a question's words alone.

    Attributes:
        text: the question, misspelt names of countries put right.
        countries: codes, or names in lower case, in the order of mention. `named`: by a
            name or code; `hinted`: by a people, a capital or a misspelt name.
        only: the question is about these countries and no other.
        years: as written.
        phrases: what stood in quotation marks.
    """

    text: str
    countries: Mapping[str, How] = field(default_factory=dict)
    only: bool = False
    years: tuple[int, ...] = ()
    phrases: tuple[str, ...] = ()


def read_question(
    text: str,
    others: Collection[str] = (),
    is_word: Callable[[str], bool] = lambda word: False,
    words_like: Callable[[str, int], Collection[str]] = lambda word, most: (),
) -> Asked:
    """Find the countries, years and phrases of a question.

    Args:
        text: as typed.
        others: names in lower case that count as countries too.
        is_word: whether a word is used in the corpus, and so is not misspelt.
        words_like: the words of the corpus that differ from one in so many letters at most.
    """
    forms, pattern = _forms(frozenset(others))
    tokens = " ".join(token for token in countries.tokens(text) if token != ",")
    places: dict[str, tuple[int, How]] = {}

    def found(codes: Collection[str], place: int, how: How) -> None:
        for code in codes:
            if code not in places or places[code][1] == "hinted" != how:
                places[code] = (place, how)

    for match in pattern.finditer(tokens):
        for how, codes in forms.get(match.group(), {}).items():
            found(codes, match.start(), how)
    if text.upper() != text or len(text) <= 3:
        for match in _CODE.finditer(text):
            code = match.group().lower()
            country = countries.by_code().get(code)
            if country and not is_word(code) and code not in COMMON:  # "TV", "IT"
                found(
                    [country.code], match.start(), "named" if len(match.group()) == 3 else "hinted"
                )
    right = text
    rest = pattern.sub(lambda match: "| " * len(match.group().split()), tokens).split()
    for first, last, codes, name in _misspelt(rest, is_word, words_like):
        found(codes, len(" ".join(rest[:first])), "hinted")
        wrong = r"\W+".join(map(re.escape, rest[first:last]))
        right = re.sub(rf"(?i)\b{wrong}\b", name, right)
    named = [code for code, (_, how) in places.items() if how == "named"]
    return Asked(
        text=right,
        countries={code: how for code, (_, how) in sorted(places.items(), key=lambda p: p[1][0])},
        only=bool(named) and not _WHICH.search(text.casefold()),
        years=tuple(sorted({int(year) for year in _YEAR.findall(text)})),
        phrases=tuple(phrase for phrase in _PHRASE.findall(text) if words(phrase)),
    )


def read_within(generation: Generation, text: str) -> Asked:
    """A question by the names and words that an index knows."""
    lexicon = generation.lexicon
    return read_question(text, generation.catalog.uncoded, lexicon.knows, lexicon.words_like)


def parts_of(question: str) -> tuple[str, ...]:
    """The questions that one question puts, where it plainly puts several."""
    parts = _NEXT_PART.split(question)
    return tuple(parts) if len(parts) > 1 and all(map(_PART.match, parts)) else ()


def points_back(part: str) -> bool:
    """Whether a part of a question can be understood only after the one before it."""
    return _POINTS_BACK.search(part) is not None


def without_countries(text: str, others: Collection[str] = ()) -> str:
    """A question without the names of countries, peoples and capitals."""
    return " ".join(_in_text(frozenset(others)).sub(" ", text).split())


@cache
def _in_text(others: frozenset[str]) -> re.Pattern[str]:
    """The forms as they stand in a text; not codes, which are words too."""
    forms = [form.split() for form in _forms(others)[0] if len(form) > 3]
    forms.sort(key=len, reverse=True)
    either = "|".join(r"\W+".join(map(re.escape, form)) for form in forms)
    return re.compile(rf"(?i)\b(?:{either})\b(?:['\u2019]s)?")


def _misspelt(
    tokens: list[str],
    is_word: Callable[[str], bool],
    words_like: Callable[[str, int], Collection[str]],
) -> list[tuple[int, int, list[str], str]]:
    """First and last token, codes and name of what is nearly a form; the longest first."""
    forms, _ = _forms(frozenset())
    like = _like()
    found = []
    free = [token != "|" for token in tokens]
    for length in (3, 2, 1):
        for first in range(len(tokens) - length + 1):
            last = first + length
            typed = " ".join(tokens[first:last])
            if (
                not all(free[first:last])
                or len(typed) < _SHORTEST_MISSPELT
                or all(is_word(token) or token.isdigit() for token in tokens[first:last])
            ):
                continue
            most = 1 if len(typed) < _FAR_FROM else 2
            near = [
                (OSA.distance(typed, form, score_cutoff=most), form)
                for size in range(len(typed) - most, len(typed) + most + 1)
                for form in like.get((typed[0], length, size), ())
            ]
            least = min((distance for distance, _ in near), default=most + 1)
            nearest = [form for distance, form in near if distance == least]
            if least <= most and length == 1 and set(words_like(typed, least)) - forms.keys():
                continue  # "childern" is no Chilean
            codes = {code for form in nearest for how in forms[form].values() for code in how}
            if least <= most and len(codes) == 1:
                found.append((first, last, sorted(codes), nearest[0].title()))
                free[first:last] = [False] * length
    return found


@cache
def _like() -> dict[tuple[str, int, int], list[str]]:
    """The forms by first letter, number of words and length."""
    forms, _ = _forms(frozenset())
    like: dict[tuple[str, int, int], list[str]] = {}
    for form in forms:
        like.setdefault((form[0], form.count(" ") + 1, len(form)), []).append(form)
    return like


@cache
def _forms(others: frozenset[str]) -> tuple[dict[str, dict[How, list[str]]], re.Pattern[str]]:
    """What countries are called in a text, as `countries.tokens` has it."""
    forms: dict[str, dict[How, list[str]]] = {}

    def add(form: str, code: str, how: How) -> None:
        folded = " ".join(token for token in countries.tokens(form) if token != ",")
        known = forms.setdefault(folded, {})
        if folded and code not in known.setdefault(how, []):
            known[how].append(code)

    for name, country in countries.names_in_text().items():
        add(name, country.code, "named")
    for other in others:
        add(other, other, "named")
    for code, names in _FORMERLY.items():
        for name in names.split("; "):
            add(name, code, "named")
    named = set(forms)
    for code, peoples, capital in countries.peoples_and_capitals():
        for people in filter(None, [*peoples, *_PEOPLES.get(code, "").split("; ")]):
            if _MEANT.get(people.lower(), code) == code:
                for form in (people, f"{people}s"):
                    if " ".join(countries.tokens(form)) not in named:
                        add(form, code, "hinted")
        if " ".join(countries.tokens(capital)) not in named:
            add(capital, code, "hinted")
    forms.pop("", None)
    phrases = sorted([*forms, *countries.not_in_text(), *_NO_PEOPLE], key=len, reverse=True)
    return forms, re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, phrases))})(?!\S)")
