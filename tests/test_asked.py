"""Whom, when and what a question asks for, from its words alone."""

from __future__ import annotations

import pytest

from tipqa.asked import read_question

KNOWN = set("child labor gangs inspectors women tea children begin it".split())


def asked(text: str) -> dict[str, str]:
    return dict(read_question(text, {"atlantis"}, KNOWN.__contains__).countries)


@pytest.mark.parametrize(
    ("text", "named", "hinted"),
    [
        ("inspectors in Kenya and Sri Lanka", ["KEN", "LKA"], []),
        ("Burma or Myanmar", ["MMR"], []),
        ("Ivory Coast, Swaziland", ["CIV", "SWZ"], []),
        ("what was once Zaire, Ceylon and Upper Volta", ["COD", "LKA", "BFA"], []),
        ("Congo", ["COD", "COG"], []),
        ("Kirghiz brick kilns", [], ["KGZ"]),
        ("Kenyans at sea", [], ["KEN"]),
        ("Korean boats", [], ["KOR", "PRK"]),
        ("Dominican cane", [], ["DMA", "DOM"]),
        ("cane of the Dominican Republic", ["DOM"], []),
        ("Indian and French law", [], ["IND", "FRA"]),
        ("orphans in Kabul", [], ["AFG"]),
        ("KHM shelters", ["KHM"], []),
        ("KHM", ["KHM"], []),
        ("shelters in NP", [], ["NPL"]),
        ("CAN THE POLICE RAID", [], []),
        ("philipines", [], ["PHL"]),
        ("Sri Lnaka tea", [], ["LKA"]),
        ("child labor in Nigerea", [], ["NGA"]),
        ("begin", [], []),
        ("Atlantis", ["atlantis"], []),
        ("Gulf of Guinea", [], []),
        ("Central American gangs", [], []),
        ("Guinea-Bissau", ["GNB"], []),
        ("children", [], []),
    ],
)
def test_countries(text: str, named: list[str], hinted: list[str]) -> None:
    """By name, old or new, and code; a people, a capital or a slip is only a hint."""
    found = asked(text)
    assert [code for code, how in found.items() if how == "named"] == named
    assert sorted(code for code, how in found.items() if how == "hinted") == sorted(hinted)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("shelters in Kenya", True),
        ("Kenyan shelters", False),
        ("Which countries send children to Kenya?", False),
        ("Where do children from Kenya go?", False),
        ("shelters", False),
    ],
)
def test_what_a_question_is_about(text: str, only: bool) -> None:
    """A country that is named is what it is about, unless it asks for a country or place."""
    assert read_question(text).only is only


def test_misspelt_names_are_put_right() -> None:
    """In the text that is searched; what is a word of the corpus stays."""
    assert read_question("tea in Sri Lnaka").text == "tea in Sri Lanka"
    assert read_question("child", is_word=KNOWN.__contains__).text == "child"


def test_a_slip_of_a_common_word_is_no_country() -> None:
    """As near to a word of the corpus as to a country's people, it means the word."""
    known = ["children", "philippines", "police"]
    text = "philipines childern polise"
    like = {"childern": ["children"], "philipines": ["philippines"], "polise": ["police"]}
    found = read_question(text, (), known.__contains__, lambda word, most: like.get(word, []))
    assert found.text == "Philippines childern polise"
    assert list(found.countries) == ["PHL"]


def test_years_and_phrases() -> None:
    """Four digits that are no part of a number; what stands in quotation marks."""
    found = read_question(
        '"men pikin" in 2019 and 2020, 2,019 or 2015.5 or 12019 \u201ctwo schools\u201d'
    )
    assert found.years == (2019, 2020)
    assert found.phrases == ("men pikin", "two schools")
