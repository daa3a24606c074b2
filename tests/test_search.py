"""Queries find the right passage, with the right notes."""

from __future__ import annotations

from collections.abc import Sequence
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
from tipqa.rerank import load_reranker
from tipqa.search import MODES, Index, Mode, make_filters, open_index
from tipqa.store import Filters
from tipqa.types import FloatVector, Hit

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


def test_dense_scores_are_exact_cosines(index: Index) -> None:
    """The encoder's scores alone are the dot products of the vectors, all of them."""
    vectors = index.generation.faiss.reconstruct_n(0, index.generation.faiss.ntotal)
    query = embed(["inspectors of fish"], index.encoder, "query")[0]
    hits = index.search("inspectors of fish", 1000, mode="dense")
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


EDITIONS = {
    2019: "Inspectors visited 40 brick kilns near Lusaka and freed nine children there.",
    2020: "Inspectors visited 44 brick kilns near Lusaka and freed nine children there.",
    2021: "Inspectors visited 45 brick kilns near Lusaka and freed nine children there.",
}


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Zambia in three editions that say nearly the same, and Malawi in one."""
    folder = tmp_path_factory.mktemp("editions")
    (folder / "c").mkdir()
    for year, text in EDITIONS.items():
        (folder / "c" / f"zambia-{year}.md").write_text(
            f"---\ncountry: Zambia\nedition: {year}\n---\n\n## Kilns\n\n{text}\n\n"
            f"In {year} courts fined one owner {year % 100} kwacha.\n"
        )
    (folder / "c" / "malawi-2021.md").write_text(
        "---\ncountry: Malawi\nedition: 2021\n---\n\n## Kilns\n\n"
        "Nobody counts brick kilns.[^1]\n\nTobacco estates hire whole families.\n\n"
        "[^1]: Labour Watch. Clay and Fire. 2020.\n"
    )
    build([folder / "c"], folder / "i", HashedWords())
    return open_index(folder / "i", HashedWords(), load_reranker("shared-words"))


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


@pytest.mark.parametrize("rerank", [True, False])
def test_near_copies_fold_into_the_newest(editions: Index, rerank: bool) -> None:
    """Of one country's editions; the others are listed, newest first."""
    hits = editions.search("children freed from brick kilns near Lusaka", rerank=rerank)
    assert hits[0].passage.id == "zambia-2021#p1"
    assert [copy.id for copy in hits[0].also_in] == ["zambia-2020#p1", "zambia-2019#p1"]
    assert not {"zambia-2020#p1", "zambia-2019#p1"} & set(ids(hits))
    assert "malawi-2021#p1" in ids(hits)


def test_a_year_in_the_question_prefers_its_edition(editions: Index) -> None:
    """Without one the newest leads; a filter leaves no other."""
    asked = "brick kilns near Lusaka in 2019"
    assert editions.search(asked)[0].passage.id == "zambia-2019#p1"
    filtered = make_filters(editions, year_from=2020, year_to=2020)
    assert editions.search(asked, filters=filtered)[0].passage.id == "zambia-2020#p1"
    assert editions.search(asked, filters=filtered)[0].also_in == ()


def test_a_country_that_is_named_is_a_filter(editions: Index) -> None:
    """Passages of others don't match; a people or a slip only puts its country first."""
    named = editions.search("brick kilns of Malawi", 1000)
    assert {hit.passage.profile.country for hit in named} == {"MWI"}
    for hint in ("Malawian brick kilns", "brick kilns in Lilongwe", "brick kilns of Malowi"):
        hinted = editions.search(hint, 1000)
        assert hinted[0].passage.id == "malawi-2021#p1"
        assert {hit.passage.profile.country for hit in hinted} == {"MWI", "ZMB"}
    assert editions.find("brick kilns of Malowi").searched == "brick kilns of Malawi"
    chosen = make_filters(editions, country=["Zambia"])
    found = editions.search("brick kilns of Malawi", 1000, chosen)
    assert {hit.passage.profile.country for hit in found} == {"ZMB"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rerank", [True, False])
@pytest.mark.parametrize("query", ["brick kilns in Malawi, Zambia and Kenya", "Zambian families"])
def test_scores_fall_and_fewer_hits_are_the_first_of_more(
    editions: Index, query: str, mode: Mode, rerank: bool
) -> None:
    """In each mode, reranked or not, and the same each time."""
    many = editions.search(query, 1000, mode=mode, rerank=rerank)
    assert all(a.score >= b.score for a, b in pairwise(many))
    for k in range(1, len(many) + 1):
        assert editions.search(query, k, mode=mode, rerank=rerank) == many[:k]


def test_what_the_reranker_has_not_read_stands_below(tmp_path: Path) -> None:
    """It reads the first twenty; the others keep their order, with scores below 0."""
    (tmp_path / "c").mkdir()
    body = "\n\n".join(f"Fish farms {'visited ' * (n % 5)} {n}." for n in range(30))
    (tmp_path / "c" / "kenya-2020.md").write_text(
        f"---\ncountry: Kenya\nedition: 2020\n---\n{body}"
    )
    build([tmp_path / "c"], tmp_path / "i", HashedWords())
    index = open_index(tmp_path / "i", HashedWords(), load_reranker("shared-words"))
    for mode in MODES:
        hits = index.search("fish farms visited", 30, mode=mode, explain=True)
        assert [hit.score > 0 for hit in hits] == [True] * 20 + [False] * 10
        assert [hit.parts is not None and "reranker" in hit.parts for hit in hits] == (
            [True] * 20 + [False] * 10
        )


def test_each_country_of_several_has_a_place(editions: Index) -> None:
    """The best passage of each stands before the second of any."""
    hits = editions.search("courts that fined owners in Zambia and Malawi")
    assert [hit.passage.profile.country for hit in hits[:2]] == ["ZMB", "MWI"]
    assert all(a.score >= b.score for a, b in pairwise(hits))


def test_a_country_without_a_profile_is_told(editions: Index) -> None:
    """Apart from what is found; a people only where nothing else has a profile."""
    assert editions.find("kilns in Kenya and Malawi").no_profile == ("Kenya",)
    assert editions.find("Kenyan kilns").no_profile == ("Kenya",)
    assert editions.find("Kenyan owners of kilns in Malawi").no_profile == ()
    assert editions.find("kilns in Kenya").hits


def test_a_phrase_in_quotation_marks_leads(editions: Index) -> None:
    """What holds it word for word stands first."""
    assert ids(editions.search('kilns "hire whole families"'))[0] == "malawi-2021#p2"
    assert editions.search('"no such phrase" kilns')


@pytest.mark.parametrize("name", ["Labour Watch", "labour watch", "Clay and Fire"])
def test_the_name_of_a_source_finds_what_rests_on_it(editions: Index, name: str) -> None:
    """By publisher or title alone."""
    best = editions.search(name, explain=True)[0]
    assert best.passage.id == "malawi-2021#p1"
    assert best.parts
    assert best.parts["source"] == 1


def test_modes(editions: Index) -> None:
    """Each score alone is as it is; words alone match nothing that lacks them."""
    lexical = editions.search("tobacco estates", mode="lexical", rerank=False)
    assert ids(lexical) == ["malawi-2021#p2"]
    dense = editions.search("tobacco estates", mode="dense", rerank=False, explain=True)
    assert len(dense) == editions.generation.faiss.ntotal
    assert [hit.parts for hit in dense] == [{"dense": round(hit.score, 6)} for hit in dense]


def test_what_a_score_is_made_of(editions: Index) -> None:
    """Only where asked for; the reranker's log-odds and what is heeded give the score."""
    query = "brick kilns near Lusaka in 2019"
    assert editions.search(query)[0].parts is None
    parts = editions.search(query, explain=True)[0].parts
    assert parts
    assert set(parts) == {"dense", "lexical", "mixed", "country", "edition", "reranker"}
    odds = parts["reranker"] + 2 * parts["country"] + 0.5 * parts["edition"]
    assert editions.search(query)[0].score == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-5)


def test_facets_count_what_matches(editions: Index) -> None:
    """By each filter: with it set, just so many match."""
    found = editions.find("brick kilns", 1000)
    assert found.total == editions.generation.faiss.ntotal
    assert [(f.value, f.name, f.count) for f in found.facets["country"]] == [
        ("ZMB", "Zambia", 6),
        ("MWI", "Malawi", 2),
    ]
    for name, filters in (
        ("country", lambda value: {"country": [value]}),
        ("region", lambda value: {"region": value}),
        ("edition", lambda value: {"year_from": int(value), "year_to": int(value)}),
        ("section", lambda value: {"section": value}),
        ("publisher", lambda value: {"publisher": value}),
        ("source", lambda value: {"source": value}),
    ):
        assert found.facets[name]
        for facet in found.facets[name]:
            chosen = make_filters(editions, **filters(facet.value))
            assert editions.find("brick kilns", 1000, chosen).total == facet.count


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zam", "Zambia"),
        ("MALA", "Malawi"),
        ("clay", None),
        ("labour w", "Labour Watch"),
        ("watch", "Labour Watch"),
        ("kil", "Kilns"),
        ("children in bri", "children in brick"),
        ("", None),
        ("?!", None),
        ("qq", None),
    ],
)
def test_suggestions(editions: Index, typed: str, expected: str | None) -> None:
    """Names and frequent words by their beginning, the last words where the whole has none."""
    assert (editions.suggest(typed) or [None])[0] == expected


def test_the_reranker_reads_the_sentences_of_long_passages(tmp_path: Path) -> None:
    """A long passage is as good as its best sentence."""
    (tmp_path / "c").mkdir()
    padding = " ".join(["Officials met again and discussed further plans at length."] * 15)
    (tmp_path / "c" / "kenya-2020.md").write_text(
        "---\ncountry: Kenya\nedition: 2020\n---\n\n"
        f"{padding} Gangs sell coal at dawn.\n\nGangs sell coal.\n"
    )
    build([tmp_path / "c"], tmp_path / "i", HashedWords())

    class Short:
        name = "short"

        def score(self, query: str, texts: Sequence[str]) -> FloatVector:
            return np.array([("coal" in t) * 9 - len(t) / 20 for t in texts], dtype=np.float32)

    index = open_index(tmp_path / "i", HashedWords(), Short())
    first, second = index.search("who sells coal at dawn", explain=True)
    assert first.passage.paragraph == 2
    assert first.parts and second.parts
    assert second.parts["reranker"] == pytest.approx(
        9 - len("Kenya. Gangs sell coal at dawn.") / 20
    )
