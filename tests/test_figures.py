"""Numbers with what they are numbers of."""

from __future__ import annotations

import pytest

from tipqa.figures import Unit, asked_for, disagreeing, figures, holds


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How many inspectors are there?", "count"),
        ("How much money do they pay?", "money"),
        ("What share of children work?", "percent"),
        ("How long is the sentence?", "duration"),
        ("How many years in prison?", "duration"),
        ("At what age may they work?", "age"),
        ("On what day was it signed?", "date"),
        ("What is the phone number?", "phone"),
        ("Through which grade is school free?", "grade"),
        ("Who shelters the victims?", None),
        ("Why do they leave?", None),
    ],
)
def test_the_kind_of_thing_asked_for(question: str, unit: Unit | None) -> None:
    """As the question's words tell it."""
    assert asked_for(question) == unit


@pytest.mark.parametrize(
    ("unit", "has", "has_not"),
    [
        ("count", "There are 33 judges.", "In 2020 there were judges aged 30 to 40."),
        ("money", "They pay $250 a year.", "They pay 250 times a year."),
        ("percent", "It is 75 percent of them.", "It is 75 of them."),
        ("duration", "Up to five years in prison.", "Five men are in prison."),
        ("age", "Children as young as age 9.", "Young children."),
        ("date", "It was signed in May 2019.", "It was signed."),
        ("phone", "Call 15015.", "In 2004 police called on 150 men."),
        ("grade", "Free through grade six.", "Free for six months."),
    ],
)
def test_a_text_has_such_a_thing_or_not(unit: Unit, has: str, has_not: str) -> None:
    """A number of another kind is none of this kind."""
    assert holds(unit, has)
    assert not holds(unit, has_not)


def test_a_figure_has_value_unit_and_what_it_counts() -> None:
    """Years are none; what follows up to the next number or stop is what is counted."""
    found = figures("In 2019, 1.5 million children, 12 percent of them girls, paid $40 in 3 weeks.")
    assert [(f.value, f.unit) for f in found] == [
        (1_500_000, "count"), (12, "percent"), (40, "money"), (3, "duration"),
    ]  # fmt: skip
    assert found[0].of == {"children"}
    assert {year for f in found for year in f.years} == {2019}


def test_figures_that_disagree() -> None:
    """Two counts of one thing in one year; not those of another thing or year."""
    question = "How many suspects were arrested in 2004?"
    texts = [
        "In 2004 an NGO said that 7 of the 150 suspects arrested had been tried.",
        "In 2004 police raided a hotel and held 8 suspects.",
        "In 2004 the police reported 165 arrests.",
        "In 2003 the police reported 90 arrests.",
    ]
    found = disagreeing(question, texts)
    assert [(place, figure.value) for place, figure in found] == [(0, 150), (2, 165)]
    assert disagreeing(question, [texts[0], texts[0]]) == []
    assert disagreeing(question, texts[1:2]) == []
