"""What is near to a profile in the profiles of other countries."""

from __future__ import annotations

from pathlib import Path

import pytest

from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa.related import Related
from tipqa.search import Index, open_index

TEXTS = {
    "Kenya 2019": "Tea pickers are held in debt.\n\nCourts freed nine dockers.",
    "Kenya 2021": "Tea pickers are held in debt still.\n\nCourts freed ten dockers.",
    "India 2021": "Tea pickers are held in debt bondage.\n\nBrick kilns burn.",
    "Chile 2021": "Courts freed nine sailors.\n\nVineyards were visited.",
    "Peru 2021": "Gold is mined.",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("related")
    for name, text in TEXTS.items():
        country, edition = name.split()
        file: Path = folder / f"{country}-{edition}.md"
        file.write_text(f"---\ncountry: {country}\nedition: {edition}\n---\n{text}\n")
    build([folder], folder / "i", HashedWords())
    return open_index(folder / "i", HashedWords())


def test_the_nearest_passages_are_of_other_countries(found: Index) -> None:
    """Each with the passage that it is near to, the nearest first, one of a country."""
    store = found.generation.store
    pairs = found.generation.related.passages("kenya-2019", 2)
    ids = [tuple(p.id for p in store.passages(pair)) for pair in pairs]
    assert ids == [("kenya-2019#p1", "india-2021#p1"), ("kenya-2019#p2", "chile-2021#p1")]


def test_the_nearest_passages_are_those_of_all_scores(
    found: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked through in small blocks, they are the same."""
    whole = found.generation.related.passages("kenya-2021", 9)
    monkeypatch.setattr("tipqa.related._AT_ONCE", 2)
    assert found.generation.related.passages("kenya-2021", 9) == whole
    assert len(whole) == 2


def test_the_nearest_profiles_are_of_other_countries(found: Index) -> None:
    """Nearest first, each country once."""
    near = found.generation.related.profiles("india-2021", 9)
    assert sorted(info.country_name or "" for info in near) == ["Chile", "Kenya", "Peru"]
    assert near[0].country_name == "Kenya"


def test_one_country_has_no_strangers(tmp_path: Path) -> None:
    """Nothing is near where there is nothing else."""
    (tmp_path / "a.md").write_text("---\ncountry: Kenya\nedition: 2020\n---\nTea.")
    build([tmp_path], tmp_path / "i", HashedWords())
    generation = open_index(tmp_path / "i", HashedWords()).generation
    related = Related(generation.catalog, generation.vectors)
    assert related.passages("kenya-2020", 5) == []
    assert related.profiles("kenya-2020", 5) == []


def test_what_all_say_comes_last(tmp_path: Path) -> None:
    """A formula is nearest of all, and tells nothing; so does what rests on no source."""
    formula = "The government has policies on labor.[^1]\n\nTable 2 gives an overview."
    texts = {
        "Kenya": "Divers gather sponges from wrecks.[^1]",
        "India": "Divers gather pearls.[^1]",
        "Chile": "Vineyards hire by the day.[^1]",
        "Peru": "Gold is washed with mercury.[^1]",
    }
    for country, text in texts.items():
        front = f"---\ncountry: {country}\nedition: 2021\n---\n"
        body = f"{formula}\n\n{text}\n\n[^1]: Office. Report. 2020.\n"
        (tmp_path / f"{country}.md").write_text(front + body)
    build([tmp_path], tmp_path / "i", HashedWords())
    generation = open_index(tmp_path / "i", HashedWords()).generation
    pairs = generation.related.passages("kenya-2021", 9)
    ids = [tuple(p.id for p in generation.store.passages(pair)) for pair in pairs]
    assert ids == [("kenya-2021#p3", "india-2021#p3")]
