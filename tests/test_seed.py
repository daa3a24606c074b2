"""The page the project starts from, asked with the real encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import REPOSITORY
from tipqa.embed import load_encoder
from tipqa.index import build
from tipqa.search import Index, open_index
from written import shared

TIP = ("Trafficking in Persons Report", 2005)
RIGHTS = ("Human Rights Report", 2004)


@pytest.fixture(scope="module", params=["seed page", "corpus"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the page as saved, and one of the profile that ships."""
    ours = REPOSITORY / "corpus" / "cambodia-2005.md"
    path: Path = ours if request.param == "corpus" else shared("seed/cambodia.txt")
    folder = tmp_path_factory.mktemp("index")
    encoder = load_encoder()
    build([path], folder, encoder)
    return open_index(folder, encoder)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "paragraph", "label", "source"),
    [
        ("What happened after the police raid on the hotel?", 3, "3", RIGHTS),
        ("agreement with Thailand to investigate across the border", 6, "6", RIGHTS),
        ("who shelters the victims", 4, "4", TIP),
    ],
)
def test_the_right_paragraph_comes_first(
    index: Index, question: str, paragraph: int, label: str, source: tuple[str, int]
) -> None:
    """With the right note and the right source under each of its sentences."""
    best = index.search(question)[0]
    assert best.passage.id == f"cambodia-2005#p{paragraph}"
    assert {citation.sentence for citation in best.citations} == set(best.passage.sentences)
    for citation in best.citations:
        assert citation.label == label
        assert [(s.title, s.year) for s in citation.note.sources] == [source]


@pytest.mark.model
def test_years_in_prison_are_found_as_law_and_as_given(index: Index) -> None:
    """Two paragraphs answer it: what courts gave (2 to 20 years) and what the law allows (20)."""
    first, second, third = index.search("How many years in prison can a trafficker get?", k=3)
    assert {first.passage.paragraph, second.passage.paragraph} == {8, 11}
    assert second.score > third.score + 0.1
    by_paragraph = {hit.passage.paragraph: hit for hit in (first, second)}
    for paragraph, label, source in ((8, "7", RIGHTS), (11, "8", TIP)):
        for citation in by_paragraph[paragraph].citations:
            assert citation.label == label
            assert [(s.title, s.year) for s in citation.note.sources] == [source]
