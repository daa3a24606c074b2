"""Ids that a person can read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipqa.slugs import slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Côte d'Ivoire 2020", "cote-d-ivoire-2020"),
        ("São Tomé & Príncipe", "sao-tome-principe"),
        ("  U.S. Department of State ", "u-s-department-of-state"),
        ("already-a-slug", "already-a-slug"),
        ("../../etc/passwd", "etc-passwd"),
        ("កម្ពុជា", ""),
        ("", ""),
    ],
)
def test_slug_keeps_latin_letters_and_digits(text, expected):
    """Accents go, other signs become one hyphen, and none stands at an end."""
    assert slug(text) == expected


def test_slug_is_cut_between_words():
    """Whole words stay; only a first word that is too long is cut."""
    assert slug("trafficking in persons report", 22) == "trafficking-in-persons"
    assert slug("trafficking in persons report", 21) == "trafficking-in"
    assert slug("trafficking", 7) == "traffic"
    assert len(slug("word " * 100)) == 79


@given(st.text(), st.integers(1, 90))
def test_slug_is_safe_in_addresses_and_file_names(text, longest):
    """Lower-case letters, digits and single inner hyphens, within the length; stable."""
    found = slug(text, longest)

    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", found)
    assert len(found) <= longest
    assert slug(found, longest) == found
