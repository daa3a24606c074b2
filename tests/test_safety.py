"""For someone in danger: whose question it is, and where each number comes from."""

from __future__ import annotations

import re

import pytest

from conftest import SHARED
from tipqa import countries
from tipqa_api.safety import Hotline, hotlines, hotlines_of, own_danger


@pytest.mark.parametrize(
    "question",
    [
        "they took my passport",
        "I am being forced to work and can't leave",
        "my boss won't let me go home",
        "He beats me every day, who can help",
        "My sister is being held by traffickers",
        "how can I escape from my employer, I can’t leave the house",
        "they dont pay us and took our phones",
        "help me please",
        "I was sold to a man in Ghana",
        "we are locked in",
        "she makes me beg in the street",
    ],
)
def test_a_question_about_oneself_is_recognized(question: str) -> None:
    """Someone who is harmed, and says I, me, my, we, us or our."""
    assert own_danger(question)


@pytest.mark.parametrize(
    "question",
    [
        "Do employers take workers' passports?",
        "Where can I find figures on forced labour?",
        "Show me laws against trafficking",
        "How many people are forced to beg?",
        "forced labor in the US",
        "FORCED LABOR IMPORTS US",
        "Help me understand the penalties for traffickers",
        "my thesis is about children who were sold",
        "Which hotline can victims call in Haiti?",
        "How has our ministry reported on child labor",
        "",
    ],
)
def test_other_questions_are_not(question: str) -> None:
    """Who asks about others, or about the reports, is not told that they are in danger."""
    assert not own_danger(question)


def test_hotlines_name_their_country_number_and_source() -> None:
    """Each has its number in its quote, and an edition and report to check it by."""
    for hotline in hotlines():
        assert hotline.number in hotline.quote
        assert hotline.country_name in hotline.report
        assert str(hotline.edition) in hotline.report
        assert hotline.country.casefold() in countries.by_code()
    assert [h.number for h in hotlines_of(["HTI"])] == ["1-8-8", "1-3-3"]


@pytest.mark.skipif(not (SHARED / "profiles").exists(), reason="../shared/data is not here")
@pytest.mark.parametrize("hotline", hotlines(), ids=lambda h: f"{h.country} {h.number}")
def test_each_number_is_printed_in_its_report(hotline: Hotline) -> None:
    """The quote stands there word for word, and so does the note, with a marker for it."""
    written = (SHARED / "profiles" / f"{hotline.profile}.md").read_text(encoding="utf-8")
    folded = " ".join(re.sub(r"\[\^\w+\]", "", written).split())
    assert " ".join(hotline.quote.split()) in folded
    assert f"edition: {hotline.edition}" in written
    if hotline.note:
        label = re.search(rf"^\[\^(\w+)\]: {re.escape(hotline.note)}", written, flags=re.M)
        assert label
        paragraph = next(line for line in written.splitlines() if hotline.number in line)
        assert f"[^{label[1]}]" in paragraph
