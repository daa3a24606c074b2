"""Names, codes and regions of countries; the countries a text names."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipqa.countries import find_region, known_countries, known_regions, lookup, mentioned

PROFILES = Path(__file__).parents[1] / "../shared/data/profiles"

NAMES = {
    "AFG": ["Afghanistan", "AF", "afg", " Islamic Republic of Afghanistan "],
    "BHS": ["Bahamas, The", "the bahamas"],
    "BOL": ["Bolivia (Plurinational State of)"],
    "CCK": ["Cocos (Keeling) Islands"],
    "CIV": ["Cote d'Ivoire", "Côte d\u2019Ivoire", "Ivory Coast", "cote-divoire"],
    "COD": ["Congo, Democratic Republic of the", "DR Congo", "DRC", "Congo (Kinshasa)"],
    "COG": ["Congo, Republic of the", "Republic of the Congo", "Congo"],
    "CPV": ["Cape Verde", "Cabo Verde"],
    "CZE": ["Czech Republic", "Czechia"],
    "ESH": ["Western Sahara"],
    "FLK": ["Falkland Islands (Islas Malvinas)", "Falkland Islands"],
    "FSM": ["Micronesia, Federated States of", "Micronesia (Federated States of)"],
    "GBR": ["UK", "U.K.", "Great Britain", "United Kingdom"],
    "GIN": ["Guinea"],
    "GMB": ["Gambia, The", "The Gambia", "gambia", "Gambia (the)"],
    "GNB": ["Guinea-Bissau", "GUINEA BISSAU"],
    "KGZ": ["Kyrgyz Republic", "Kyrgyzstan"],
    "KNA": ["St. Kitts & Nevis", "Saint Kitts and Nevis"],
    "KOR": ["South Korea", "Korea, South", "Republic of Korea", "Korea, Republic of"],
    "LAO": ["Laos", "Lao People's Democratic Republic", "Lao People\u2019s Democratic Republic"],
    "MDA": ["Moldova, Republic of", "Moldova"],
    "MKD": ["Macedonia", "North Macedonia", "North Macedonia, Republic of"],
    "MMR": ["Burma", "Myanmar", "Burma (Myanmar)", "Myanmar (Burma)"],
    "NOR": ["NO", "no", "Norway"],
    "PRK": ["Korea, North", "Democratic People's Republic of Korea"],
    "PSE": ["West Bank & Gaza Strip", "West Bank and the Gaza Strip", "State of Palestine"],
    "RUS": ["Russia", "Russian Federation"],
    "SHN": ["Saint Helena, Ascension, and Tristan da Cunha", "St. Helena"],
    "STP": ["Sao Tome and Principe", "São Tomé & Príncipe", "ST"],
    "SWZ": ["Swaziland", "Eswatini"],
    "SYR": ["Syria", "Syrian Arab Republic"],
    "TLS": ["Timor-Leste", "East Timor"],
    "TUR": ["Turkey", "Turkey_(Türkiye)", "Republic of Türkiye"],
    "USA": ["USA", "U.S.", "united states of america"],
    "VAT": ["Holy See", "Vatican City"],
    "VGB": ["British Virgin Islands", "Virgin Islands, British"],
    "VNM": ["Vietnam", "Viet Nam"],
    "WLF": ["Wallis and Futuna"],
    "XKX": ["Kosovo", "XK", "XKX", "Republic of Kosovo"],
}


def codes(text):
    """List the codes of the countries that a text names."""
    return [country.code for country in mentioned(text)]


@pytest.mark.parametrize(("code", "name"), [(c, n) for c, names in NAMES.items() for n in names])
def test_lookup_knows_older_inverted_and_other_names(code, name):
    """Names as profiles and users write them find their country."""
    country = lookup(name)

    assert country is not None
    assert country.code == code


@pytest.mark.parametrize(
    "name",
    [
        *["", " ", "TDA", "Atlantis", "World", "Korea", "the", "&", "\u00df", "Afganistn"],
        *["Niger (Nigeria)", "Chad, Mali", "Israel, West Bank and Gaza", "Wales", "Island", "Thai"],
    ],
)
def test_lookup_guesses_nothing(name):
    """A misspelt, ambiguous or contradictory name is no country rather than a wrong one."""
    assert lookup(name) is None


def test_lookup_reads_long_text_in_linear_time():
    """A name as long as a book is refused at once."""
    assert lookup("a" * 300_000) is None
    assert lookup("a," * 100_000) is None


def test_names_are_the_usual_ones():
    """A country is shown by the name a librarian would look under."""
    shown = {country.code: country.name for country in known_countries()}

    assert shown["COD"] == "Democratic Republic of the Congo"
    assert shown["COG"] == "Republic of the Congo"
    assert shown["KHM"] == "Cambodia"
    assert shown["MMR"] == "Myanmar"
    assert shown["SWZ"] == "Eswatini"
    assert shown["VGB"] == "British Virgin Islands"
    assert shown["XKX"] == "Kosovo"
    assert all("," not in name for code, name in shown.items() if code != "BES")


def test_every_country_is_found_by_its_name_and_code():
    """Names and codes are unique, whatever their case and accents."""
    countries = known_countries()

    assert len(countries) == 250
    for country in countries:
        plain = unicodedata.normalize("NFKD", country.name).encode("ascii", "ignore").decode()
        assert lookup(country.name) is country
        assert lookup(country.name.upper()) is country
        assert lookup(plain) is country
        assert lookup(country.code) is country


def test_profiles_of_the_shared_data_have_known_countries():
    """Every country in their front matter resolves, save the one that names none."""
    if not PROFILES.is_dir():
        pytest.skip("needs ../shared/data/profiles, which this checkout does not have beside it")
    names = set()
    for path in PROFILES.glob("*/*.md"):
        line = re.search(r'^country: *"?(.+?)"? *$', path.read_text("utf-8"), re.MULTILINE)
        assert line is not None, path
        names.add(line[1])

    assert len(names) > 100
    assert {name for name in names if lookup(name) is None} == {"TDA"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Trafficking from Guinea-Bissau, not Guinea.", ["GNB", "GIN"]),
        ("Nigeria's laws; Niger\u2019s courts", ["NGA", "NER"]),
        ("South Sudan and Sudan and South Sudan again", ["SSD", "SDN"]),
        ("In the south, Sudan has camps. South of Mali too.", ["SDN", "MLI"]),
        ("the Democratic Republic of the Congo", ["COD"]),
        ("Congo, Democratic Republic of the; Congo, Republic of the", ["COD", "COG"]),
        ("child labor in turkey, BURMA and cote divoire", ["TUR", "MMR", "CIV"]),
        ("Georgia or Jordan", ["GEO", "JOR"]),
        ("Papua New Guinea and New Guinea", ["PNG"]),
        ("Serbia and Montenegro, Trinidad and Tobago", ["SRB", "MNE", "TTO"]),
        ("St. Lucia; the U.S. Virgin Islands; the UK", ["LCA", "VIR", "GBR"]),
        ("Gaza and the West Bank", ["PSE"]),
        ("Antigua & Barbuda and São\nTomé and Príncipe", ["ATG", "STP"]),
    ],
)
def test_mentioned_takes_the_longest_name_in_order(text, expected):
    """Whole names count, the longest first, each country once, by its first mention."""
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NO, it CAN be ALL of us AND no one IN particular; KHM",
        "Cambodian and Thai women, a Togolese man, Lao workers",
        "mining in Congo",
        "the Niger Delta, Lake Chad and the Gulf of Guinea",
        "family reunion in New Mexico",
        "Nigerian Somalian islands",
    ],
)
def test_mentioned_leaves_out_codes_peoples_and_doubtful_names(text):
    """Codes, demonyms, rivers and names that could mean another state do not count."""
    assert codes(text) == []


def test_mentioned_finds_every_country():
    """Each name is found within a sentence, save two that are also English words."""
    lost = [
        country.name
        for country in known_countries()
        if mentioned(f"Victims from {country.name}, found in 2019.") != [country]
    ]

    assert lost == ["Jersey", "Réunion"]


def test_regions_are_broad_and_narrow():
    """A country lies in its continent and in the part of it, as the UN draws them."""
    cambodia, serbia = lookup("Cambodia"), lookup("Serbia")
    assert cambodia is not None
    assert serbia is not None

    assert cambodia.regions == ("Asia", "South-eastern Asia")
    assert serbia.regions == ("Europe", "Southern Europe")
    for region in ["Asia", "ASIA", "South-eastern Asia", "southeast asia", "South-East Asia"]:
        assert find_region(region) in cambodia.regions
    for region in ["", "Africa", "Southern Asia", "Atlantis"]:
        assert find_region(region) not in cambodia.regions


def test_north_america_is_not_northern_america():
    """The UN's Northern America has no Mexico: the wider name is refused, not narrowed."""
    canada = lookup("Canada")
    assert canada is not None

    assert find_region("northern america") in canada.regions
    assert find_region("North America") is None


def test_known_regions_cover_the_countries():
    """Each region has a country, each inhabited country two regions, one of them a continent."""
    continents = {"Africa", "Americas", "Asia", "Europe", "Oceania"}

    assert continents < set(known_regions())
    assert len(known_regions()) == 22
    for region in known_regions():
        assert any(region in country.regions for country in known_countries())
    for country in known_countries():
        assert country.code in {"ATA", "HMD"} or country.regions[0] in continents


@given(st.sampled_from(known_countries()))
def test_lookup_of_a_name_is_its_country(country):
    """Looking up the name that is shown leads back to the same record."""
    assert lookup(country.name) is country


@given(st.text())
def test_any_text_is_read(text):
    """No text makes a look-up fail, and a country is listed once."""
    found = mentioned(text)

    assert lookup(text) is None or lookup(text) in known_countries()
    assert len(found) == len(set(found))


@given(st.lists(st.sampled_from(known_countries()), unique=True, max_size=8))
def test_a_list_of_names_names_them_all(countries):
    """A list of countries, comma between them, is read as written."""
    countries = [country for country in countries if country.code not in {"JEY", "REU"}]

    assert mentioned(", ".join(country.name for country in countries)) == countries


def test_names_as_files_spell_them():
    """A hyphen for the apostrophe, as in cote-d-ivoire.md."""
    assert lookup("cote d ivoire") == lookup("Côte d'Ivoire") is not None
