"""What the reader learns from beside what was written: pairs that are made of it."""

from __future__ import annotations

import random

import pytest

from reading_pairs import another_year, turned_round

ASKED = "What are Angolan boys made to do in Namibia?"
TOLD = "Angola 2016. Boys. Angolan boys are taken to Namibia and made to herd cattle."
TOLD_IN_2015 = "Peru 2016. In 2015 six."


def test_two_countries_are_exchanged() -> None:
    """In one of question and text it answers no more; in both, and of others, it does."""
    pairs = list(turned_round(ASKED, TOLD, random.Random(1)))
    turned = "What are Namibian boys made to do in Angola?"
    other = "Namibia 2016. Boys. Namibian boys are taken to Angola and made to herd cattle."
    assert [(p.question, p.text, p.answers) for p in pairs[:3]] == [
        (ASKED, other, False),
        (turned, TOLD, False),
        (turned, other, True),
    ]
    assert len(pairs) == 3 + 2 * 4
    assert sum(pair.answers for pair in pairs) == 1 + 2 * 2
    assert not any("Angola" in p.question + p.text or "Namibia" in p.text for p in pairs[3:])


@pytest.mark.parametrize(
    "question",
    [
        "What are boys made to do?",
        "Are boys taken to Angola or Namibia?",
        "Why go they from Angola to Peru?",
    ],
)
def test_what_has_no_direction_is_not_turned(question: str) -> None:
    """One country or none, two in a list, or one that the text does not name."""
    assert not list(turned_round(question, TOLD, random.Random(1)))


def test_another_year_is_one_that_the_text_does_not_name() -> None:
    """Near the one asked for, and of the same question."""
    asked = {
        pair.question: pair.answers
        for seed in range(200)
        for pair in another_year("How many in 2016?", TOLD_IN_2015, random.Random(seed))
    }
    years = [2012, 2013, 2014, 2017, 2018, 2019, 2020]
    assert asked == {f"How many in {year}?": False for year in years}
