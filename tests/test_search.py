"""Queries find the right passage, with the right notes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.embed import HashedWords, embed
from tipqa.errors import QueryError
from tipqa.index import build
from tipqa.search import Index, make_filters, open_index
from tipqa.store import Filters

QUESTIONS = st.lists(
    st.sampled_from("inspectors fish farms penalty courts begging gangs labour vineyards".split()),
    min_size=1,
    max_size=5,
).map(" ".join)


def test_search_cites_the_note_of_the_matching_sentence(index: Index) -> None:
    """A question about inspections is answered with the inspectorate's report."""
    best, *rest = index.search("How many fish farms did inspectors visit?", k=2)

    assert best.passage.id == "norway-2024#p1"
    assert [(c.note.label, c.scope) for c in best.citations] == [("3", "direct")]
    assert best.citations[0].note.sources[0].publisher == "Labour Inspectorate"
    assert "[^" not in best.passage.text
    assert all(best.score > hit.score for hit in rest)
    assert [best.passage.text[slice(*span)] for span in best.highlights] == [
        "The labour inspectorate visited 240 fish farms during the year."
    ]


def test_a_sentence_past_the_last_marker_rests_on_the_profile_alone(index: Index) -> None:
    """It has no citation, and neither has a passage whose marker points to no note."""
    fish, gangs = index.search("fish farms", 1)[0], index.search("gangs harbour", 1)[0]
    stopped = fish.passage.sentences[1]
    assert not [c for c in fish.citations if c.sentence == stopped]
    assert gangs.passage.id == "atlantis-2023#p1"
    assert gangs.citations == ()


@settings(deadline=None)
@given(query=QUESTIONS, k=st.integers(1, 10))
def test_fewer_hits_are_the_first_of_more(index: Index, query: str, k: int) -> None:
    """The top k are the first k of the top 1000; ranks rise by one, scores never."""
    few, many = index.search(query, k), index.search(query, 1000)
    assert few == many[:k]
    assert [hit.rank for hit in many] == list(range(1, 6))
    assert all(a.score >= b.score for a, b in pairwise(many))


@settings(deadline=None)
@given(query=QUESTIONS, filters=st.builds(
    Filters,
    countries=st.sampled_from([frozenset(), frozenset({"NOR"}), frozenset({"CHL", "atlantis"})]),
    year_from=st.sampled_from([None, 2022, 2023, 2024]),
    publisher=st.sampled_from([None, "inspectorate", "Parliament", "nobody"]),
))  # fmt: skip
def test_a_filter_leaves_the_order_of_what_remains(
    index: Index, query: str, filters: Filters
) -> None:
    """Filtered hits are all the unfiltered ones that pass, in their order and with their scores."""
    passing = {p.id for p in index.generation.store.passages(
        index.generation.store.rows_with(filters))}  # fmt: skip
    found = [(hit.passage.id, hit.score) for hit in index.search(query, 1000, filters)]
    expected = [
        (h.passage.id, h.score) for h in index.search(query, 1000) if h.passage.id in passing
    ]
    assert [identity for identity, _ in found] == [identity for identity, _ in expected]
    assert np.allclose([s for _, s in found], [s for _, s in expected], atol=1e-6)


def test_scores_are_exact_cosines(index: Index) -> None:
    """FAISS' scores are the dot products of the vectors, all of them."""
    vectors = index.generation.faiss.reconstruct_n(0, index.generation.faiss.ntotal)
    query = embed(["inspectors of fish"], index.encoder, "query")[0]
    hits = index.search("inspectors of fish", 1000)
    assert np.allclose([h.score for h in hits], np.sort(vectors @ query)[::-1], atol=1e-6)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"country": ["NO"]}, {"norway-2024"}),
        ({"country": ["norway", "CHL"]}, {"norway-2024", "chile-2022"}),
        ({"country": ["atlantis"]}, {"atlantis-2023"}),
        ({"country": ["Kenya"]}, set()),
        ({"region": "europe"}, {"norway-2024"}),
        ({"region": "Northern Europe"}, {"norway-2024"}),
        ({"region": "Americas"}, {"chile-2022"}),
        ({"year_from": 2023}, {"norway-2024", "atlantis-2023"}),
        ({"year_to": 2022}, {"chile-2022"}),
        ({"year_from": 2023, "year_to": 2023}, {"atlantis-2023"}),
        ({"publisher": "inspectorate labour"}, {"norway-2024", "chile-2022"}),
        ({"country": [" atlantis ", ""]}, {"atlantis-2023"}),
        ({"source": ""}, {"norway-2024", "chile-2022", "atlantis-2023"}),
        ({"publisher": "labour"}, {"norway-2024", "chile-2022"}),
        ({"section": "inspect"}, {"norway-2024", "chile-2022"}),
        ({"section": "law", "country": ["Chile"]}, set()),
        ({"publisher": "", "section": ""}, {"norway-2024", "chile-2022", "atlantis-2023"}),
    ],
)  # fmt: skip
def test_filters(index: Index, filters: dict[str, object], expected: set[str]) -> None:
    """Each filter lets through exactly the profiles that have it."""
    hits = index.search("inspectors", 1000, make_filters(index, **filters))  # type: ignore[arg-type]
    assert {hit.passage.profile.id for hit in hits} == expected


def test_filter_by_source(index: Index) -> None:
    """By a source's id only the passages that rest on it come back."""
    source = index.search("vineyards", 1)[0].citations[0].note.sources[0]
    hits = index.search("anything at all", 1000, make_filters(index, source=source.id))
    assert [hit.passage.id for hit in hits] == ["chile-2022#p1"]


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"country": ["Narnia"]}, 'country "Narnia"'),
        ({"region": "Middle-earth"}, 'region "Middle-earth".*Oceania'),
        ({"year_from": 2024, "year_to": 2020}, "2024, after year_to, 2020"),
        ({"source": "no-such"}, 'source "no-such"'),
    ],
)
def test_filters_that_cannot_be_meant(index: Index, filters: dict[str, object], told: str) -> None:
    """An unknown name is an error that names it, not an empty page."""
    with pytest.raises(QueryError, match=told):
        make_filters(index, **filters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "k", "told"),
    [
        ("", 10, "empty"),
        (" \t ", 10, "empty"),
        ("?!", 10, "empty"),
        ("a" * 100_000, 10, "100,000 characters"),
        ("fish", 0, "k is 0"),
        ("fish", 100_000, "k is 100000"),
        ("fish", -1, "k is -1"),
    ],
)
def test_bad_questions(index: Index, query: str, k: int, told: str) -> None:
    """Each gets one line that names the value."""
    with pytest.raises(QueryError, match=told):
        index.search(query, k)


def test_token_budget(index: Index) -> None:
    """Hits from the first on, as many as fit; none where not even the first does."""
    hits = index.search("fish farms", 1000)
    tokens = [hit.passage.tokens for hit in hits]
    assert index.search("fish farms", 1000, max_tokens=sum(tokens)) == hits
    assert index.search("fish farms", 1000, max_tokens=tokens[0] + tokens[1]) == hits[:2]
    assert index.search("fish farms", 1000, max_tokens=tokens[0] + tokens[1] - 1) == hits[:1]
    assert index.search("fish farms", 1000, max_tokens=tokens[0] - 1) == []


def test_ties_keep_the_order_of_the_corpus(tmp_path: Path) -> None:
    """Passages with equal vectors come in their order, however many are asked for."""
    body = "\n\n".join(["Fish farms were visited."] * 20)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "kenya-2020.md").write_text(
        f"---\ncountry: Kenya\nedition: 2020\n---\n{body}"
    )
    build([tmp_path / "c"], tmp_path / "i", HashedWords())
    index = open_index(tmp_path / "i", HashedWords())
    for k in (1, 3, 7, 20, 50):
        found = [hit.passage.paragraph for hit in index.search("fish farms", k)]
        assert found == list(range(1, min(k, 20) + 1))


def test_threads_share_an_index(index: Index) -> None:
    """Searches at once find what they find alone."""
    queries = ["fish farms", "penalty", "vineyards", "gangs", "begging"] * 20
    alone = [index.search(query, 5) for query in queries]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda query: index.search(query, 5), queries)) == alone
