"""The profiles in our own words say what the profiles they follow say, in other words."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from conftest import REPOSITORY
from tipqa import readers
from tipqa.corpus import find
from written import shared

CORPUS = REPOSITORY / "corpus"
SCRIPT = runpy.run_path(str(REPOSITORY / "benchmarks" / "corpus_facts.py"))

FOLLOWED = """\
---
title: "Examplia: findings on the worst forms of child labor, 2021"
country: Chile
edition: 2021
publisher: US Department of Labor, Bureau of International Labor Affairs
---

## Enforcement

In 2021, the Labor Inspectorate of Chile visited 240 fish farms and found 12 percent of them in \
breach of the law on child labor.[^1][^2]

The police opened 31 cases, and the Ministry of the Interior spent $2.5 million on shelters.[^3]

Nobody counted begging.

Nobody counted street work, which 77 children were seen to do.

[^1]: Labor Inspectorate. Annual Report. 2020. https://example.org/annual- report
[^2]: U.S. Embassy- Santiago. Reporting. January 14, 2022.
[^3]: Chile Police. Yearbook. Source on file.
"""
OURS = """\
---
title: "Chile: child labor and child trafficking, 2021"
country: Chile
edition: 2021
source_profile: dol-2021/chile.md
---

{text}

[^1]: US Department of Labor. 2021 Findings on the Worst Forms of Child Labor: Chile. 2022.
[^2]: Labor Inspectorate. Annual Report. 2020. https://example.org/annual-report
"""


def found_in(folder: Path, text: str) -> list[str]:
    """What the script finds in a profile with this text, places and length aside."""
    followed = folder / "shared" / "dol-2021" / "chile.md"
    followed.parent.mkdir(parents=True)
    followed.write_text(FOLLOWED, encoding="utf-8")
    ours = folder / "chile-2021.md"
    ours.write_text(OURS.format(text=text), encoding="utf-8")
    _, found = SCRIPT["judge"](folder / "shared", [ours])
    return [one.split(": ", 1)[1] for one in found if " paragraphs, not " not in one]


@pytest.mark.parametrize(
    "text",
    [
        "Inspectors were at 240 farms in 2021, and 12% broke the law.[^1]",
        "On shelters Chile’s Ministry of the Interior spent $2.5 million.[^1]",
        "The Labor Inspectorates called. The US Department of Labor agrees.[^2]",
        "Inspectors came. It was in 2021 that they saw 240 farms.[^2]",
    ],
)
def test_facts_in_other_words_are_none_to_find(tmp_path: Path, text: str) -> None:
    """Percent signs, possessives, plurals and the Department itself are as good."""
    assert found_in(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("There were 241 farms.[^1]", 'number "241" is not in the shared profile'),
        ("It spent $2.5 billion.[^1]", 'number "$2.5 billion" is not in the shared profile'),
        ("Police opened cases in three towns.[^1]", 'number "three" is not in the shared'),
        ("They saw 240 farms, 77 children and more.[^1]", "numbers stand far apart"),
        ("Police opened 31 cases.[^2]", 'number "31" stands under other notes there'),
        ("There the Ministry of Labor acted.[^1]", 'name "Ministry of Labor" is not in'),
        ("In Valparaiso nothing happened.[^1]", 'name "Valparaiso" is not in'),
        ("UNICEF did nothing.[^1]", 'name "UNICEF" is not in'),
        ("Cited.[^1] And this is not.", "rests on no note: And this is not."),
        (
            "Inspectors came to farms and found 12 percent of them in breach of the law.[^1]",
            '9 words as in dol-2021/chile.md: "farms and found 12 percent of them in breach"',
        ),
        ("Inspected.[^a]\n\n[^a]: Labor Bureau. A Report. 2020.", "no note of the shared profile"),
        ("Inspected.[^a]\n\n[^a]: U.S. Embassy- Santiago. Reporting. 2022.", "is not public"),
        ("Inspected.[^a]\n\n[^a]: Chile Police. Yearbook.", "is not public"),
        (
            "Inspected.[^a]\n\n[^a]: Labor Inspectorate. Annual Report. https://example.org/annual",
            "the address goes on in the shared note",
        ),
        (
            "Inspected.[^a]\n\n[^a]: Labor Inspectorate. Annual Report. https://example.com/x",
            "the address isn't the shared note's",
        ),
    ],
)
def test_what_is_changed_is_found(tmp_path: Path, text: str, what: str) -> None:
    """A changed number or name, a wrong note, a sentence without one, and words taken over."""
    (found, *_) = found_in(tmp_path, text)
    assert found.startswith(what)


def test_names_of_laws_may_be_as_long_as_they_are() -> None:
    """A run of nine words that is a name is no run of the profile's words."""
    told = "under the Optional Protocol on the Sale of Children and Child Pornography of 2000 all"
    named = [word for word, in_name in SCRIPT["_marked"](told) if in_name]
    assert named == told.lower().split()[2:-3]


def test_the_corpus_says_what_it_follows() -> None:
    """24 profiles, and nothing found in any."""
    ours, found = SCRIPT["judge"](shared("profiles"), [CORPUS])
    assert found == []
    assert len(ours) == 24


def test_every_profile_says_what_it_does_not_cover() -> None:
    """Those that follow reports on child labor say so in their first section, under a note."""
    for path in find(CORPUS):
        profile = readers.read(path)
        if "source_profile" in profile.info.extra:
            first = [p for p in profile.paragraphs if p.section == profile.paragraphs[0].section]
            said = [p.text[slice(*c.sentence)] for p in first for c in p.citations]
            assert any("child labor" in s and "adults" in s and "not" in s for s in said), path
            assert path.stem.endswith(str(profile.info.edition)), path
            assert {"iso", "language", "written"} <= set(profile.info.extra), path
