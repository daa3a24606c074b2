"""Countries and regions: what they are called, and which of them a text names."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import iso3166
from countryinfo import CountryInfo

# Here ISO's name is the official one ("Russian Federation"), countryinfo's the usual one.
_USUAL = "BOL BRN COD COG FLK FSM GBR IRN KOR LAO MDA NRU PRK RUS SHN SYR TZA USA VEN VNM".split()
# Older, official and everyday names that neither library has.
_ALIASES = {
    "BIH": "Bosnia",
    "COG": "Congo, Republic of the",
    "FSM": "Micronesia",
    "GBR": "Britain",
    "LAO": "Lao PDR",
    "MKD": "Macedonia; Former Yugoslav Republic of Macedonia",
    "PRK": "DPRK",
    "PSE": "West Bank and Gaza; West Bank and Gaza Strip; West Bank; Gaza Strip; Gaza; "
    "Palestinian Territories; Occupied Palestinian Territory",
    "REU": "La Réunion; Réunion Island",
    "USA": "U.S.A.",
    "VAT": "Vatican City; Vatican",
    "VIR": "United States Virgin Islands",
    "WLF": "Wallis and Futuna Islands",
}
# Spellings in countryinfo that in English are not the country's name: a people, a word, a person.
_NOT_NAMES = ("", "Dominique", "Guiana", "Island", "Mann", "Montenegrin", "Thai", "Togolese")
# What in running text is no country or, as Congo, may be one of two.
_NOT_IN_TEXT = frozenset(
    "congo;jersey;reunion;new jersey;new mexico;new guinea;gulf of guinea;gulf of mexico;"
    "gulf of oman;sea of japan;south china;east china sea;lake chad;lake malawi;niger delta;"
    "niger river;niger state;jordan river;jordan valley;inner mongolia;northern ireland".split(";")
)
# M49 regions where countryinfo has none, or an outdated one.
_REGIONS = dict.fromkeys(["MNE", "SRB", "XKX"], ("Europe", "Southern Europe"))

_APOSTROPHE = re.compile(r"['`\u2018\u2019\u02bb\u02bc](?:[sS]\b)?")  # with the s of a genitive
_ABBREVIATION = re.compile(r"\b(\w|st)\.", re.IGNORECASE)
_ACCENT = re.compile(r"[\u0300-\u036f]")
_TOKEN = re.compile(r"[^\W_]+|[&,.;:!?]")
_SAME = {"&": "and", "st": "saint"} | dict.fromkeys(".;:!?", ",")
_INVERTED = re.compile(r"\A([^,(]+)[,(](.+)", re.DOTALL)
_TWO_NAMES = re.compile(r"([^()]+)\(([^()]+)\)\s*")
_COMPASS = re.compile("(north|south|east|west)ern(?!america)")  # North America has Mexico, too


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory.

    Attributes:
        code: ISO 3166-1 alpha-3; "XKX" for Kosovo.
        name: the usual English name.
        regions: the UN's (M49), from broad to narrow; may be empty (Antarctica).
    """

    code: str
    name: str
    regions: tuple[str, ...]


class _Index(NamedTuple):
    codes: dict[str, Country]
    names: dict[str, Country]
    in_text: re.Pattern[str]


def lookup(name: str) -> Country | None:
    """Find a country by its name, an older or other name, or its ISO code.

    Case, accents and punctuation don't matter. "Korea, Republic of" is read the other way
    round as well, and in "Burma (Myanmar)" both names must mean one country.

    Returns:
        None where the name isn't known: nothing is guessed from a similar spelling.
    """
    if (country := _find(name)) or not (two := _TWO_NAMES.fullmatch(name)):
        return country
    first, second = map(_find, two.groups())
    return first if first is second else None


def mentioned(text: str) -> list[Country]:
    """List the countries that a text names, in order of first mention, each once.

    The longest name counts: South Sudan is not Sudan. Codes ("NO"), peoples ("Thai") and a bare
    "Congo", as two states are called, do not count.
    """
    hits = _index().in_text.findall(" ".join(tokens(text)))
    return list(dict.fromkeys(_index().names[hit] for hit in hits if hit not in _NOT_IN_TEXT))


def names_in_text() -> dict[str, Country]:
    """The names that count in a running text, as `tokens` has them, and what they mean."""
    return {name: country for name, country in _index().names.items() if name not in _NOT_IN_TEXT}


def not_in_text() -> frozenset[str]:
    """What holds a country's name and, in a running text, isn't the country."""
    return _NOT_IN_TEXT


def by_code() -> dict[str, Country]:
    """The countries by their ISO codes, alpha-2 and alpha-3, in lower case."""
    return _index().codes


def name_of(country: str) -> str:
    """The name behind an ISO code; what is none stays as it is written."""
    known = by_code().get(country.casefold())
    return known.name if known else country


def known_countries() -> list[Country]:
    """List the countries and territories of ISO 3166-1, and Kosovo."""
    return list(dict.fromkeys(_index().codes.values()))


def peoples_and_capitals() -> Iterator[tuple[str, list[str], str]]:
    """Of a country, by its alpha-3 code: what its people are called, and its capital, if known.

    A code may come more than once, for parts of a country.
    """
    known = {country.code for country in known_countries()}
    for entry in CountryInfo.all().values():
        if (code := entry["ISO"]["alpha3"]) in known:
            peoples = re.split(r",|/| and ", entry.get("demonym") or "")
            capital = entry.get("capital")
            yield (
                code,
                [people.strip() for people in peoples if people.strip()],
                capital if isinstance(capital, str) else "",
            )


def known_regions() -> list[str]:
    """List the names of the regions, broad and narrow, by alphabet."""
    return sorted({region for country in known_countries() for region in country.regions})


def find_region(name: str) -> str | None:
    """Find a region as `known_regions` spells it, from "southeast asia" too; None if unknown."""
    return next((known for known in known_regions() if _region(known) == _region(name)), None)


def _region(name: str) -> str:
    return _COMPASS.sub(r"\1", _key(name).replace(" ", ""))


def _find(name: str) -> Country | None:
    codes, names, _ = _index()
    turned = _key(_INVERTED.sub(r"\2 \1", name))
    found = (names.get(key) for key in (_key(name), turned, turned.removeprefix("republic of ")))
    return codes.get(name.strip().lower().replace(".", "")) or next(filter(None, found), None)


def tokens(text: str) -> list[str]:
    """The words of a name or text as names are compared; a comma for any other stop."""
    text = _ABBREVIATION.sub(r"\1", _APOSTROPHE.sub("", text))
    text = _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())
    return [_SAME.get(token, token) for token in _TOKEN.findall(text) if token != "the"]


def _key(name: str) -> str:
    return " ".join(token for token in tokens(name) if token != ",")


@cache
def _index() -> _Index:
    codes: dict[str, Country] = {}
    names: dict[str, Country] = {}
    # Entries without a region are parts of countries, such as Wales under the UK's code.
    entries = [entry for entry in CountryInfo.all().values() if entry.get("region")]
    for iso in iso3166.countries:
        ours = [entry for entry in entries if entry["ISO"]["alpha3"] == iso.alpha3]
        name = ours[0]["name"] if iso.alpha3 in _USUAL else iso.apolitical_name
        name = re.sub(r"^(.+), (\S+)$", r"\2 \1", name)  # "Virgin Islands, British"
        regions = (ours[0]["region"], ours[0]["subregion"]) if ours else ()
        country = Country(iso.alpha3, name, _REGIONS.get(iso.alpha3, regions))
        codes[iso.alpha2.lower()] = codes[iso.alpha3.lower()] = country
        spellings = [name, iso.name, iso.apolitical_name]
        spellings += _ALIASES.get(iso.alpha3, "").split("; ")
        for entry in ours:
            spellings += [entry["name"], *entry["altSpellings"]]
        for spelling in spellings:
            if spelling in _NOT_NAMES or spelling.upper() in (iso.alpha2, iso.alpha3):
                continue
            bare = re.sub(r"\(.+\)", "", spelling)
            apart = _APOSTROPHE.sub(" ", spelling)  # "cote d ivoire", as in a file's name
            for form in (spelling, bare, apart, _INVERTED.sub(r"\2 \1", spelling)):
                names.setdefault(" ".join(tokens(form)), country)  # as it stands in a text
                names.setdefault(_key(form), country)
    phrases = sorted([*names, *_NOT_IN_TEXT], key=len, reverse=True)
    in_text = rf"(?<!\S)(?:{'|'.join(map(re.escape, phrases))})(?!\S)"
    return _Index(codes, names, re.compile(in_text))
