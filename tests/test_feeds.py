"""What other programs follow, and what other sites may do."""

from __future__ import annotations

import json
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import etree, html

from conftest import CHILE, NORWAY
from tipqa import changes
from tipqa.embed import HashedWords
from tipqa.errors import TipqaError
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa_api import create_app
from tipqa_api.other_sites import EMBEDDED

HERE = "https://profiles.example"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def client(index: Index) -> TestClient:
    return TestClient(create_app(index, url=HERE, allow_origins=["https://desk.example"]))


def served(folder: Path) -> TestClient:
    return TestClient(create_app(open_index(folder, HashedWords()), url=HERE))


def test_the_feed_is_atom(client: TestClient) -> None:
    """Whole, by a parser's reckoning: ids, times, links; each entry's page is there."""
    answer = client.get("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feed.feed.id == f"{HERE}/feed.atom"
    assert feed.feed.updated_parsed
    assert len(feed.entries) == 3
    for entry in feed.entries:
        assert entry.updated_parsed
        assert entry.published == entry.updated
        assert entry.summary.startswith("New. ")
        assert client.get(entry.link.removeprefix(HERE)).status_code == 200


def test_the_feed_tells_what_changed_and_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile's times go from generation to generation, till its own text is another."""
    corpus, folder = tmp_path / "c", tmp_path / "i"
    corpus.mkdir()
    (corpus / "norway.md").write_text(NORWAY)

    def built(at: str) -> list[tuple[str, str, str]]:
        monkeypatch.setattr(changes, "now", lambda: at)
        build([corpus], folder, HashedWords())
        entries = feedparser.parse(served(folder).get("/feed.atom").content).entries
        return [(e.link.rpartition("/")[2], e.published, e.updated) for e in entries]

    first, second, third = (f"2026-0{n}-01T00:00:00Z" for n in (1, 2, 3))
    assert built(first) == [("norway-2024", first, first)]
    (corpus / "chile.md").write_text(CHILE)  # all is built anew
    assert built(second) == [("chile-2022", second, second), ("norway-2024", first, first)]
    (corpus / "norway.md").write_text(NORWAY.replace("begging", "marriage"))  # a part
    assert built(third) == [("norway-2024", first, third), ("chile-2022", second, second)]
    (corpus / "chile.md").write_text(CHILE.replace("two.[^1]", "two."))  # the note is unused now
    fourth = "2026-04-01T00:00:00Z"
    assert built(fourth)[0] == ("chile-2022", second, fourth)
    manifest = next((folder / "generations").glob(f"{(folder / 'CURRENT').read_text().strip()}/m*"))
    kept = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**kept, "format": 1}))  # as by another version of tipqa
    assert built("2026-05-01T00:00:00Z") == [
        ("chile-2022", second, fourth),
        ("norway-2024", first, third),
    ]


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    """A control character in a title leaves the feed readable."""
    (tmp_path / "k.md").write_text('---\ntitle: "Tea \\u0001 & <b>"\ncountry: KE\n---\nTea \x02.')
    build([tmp_path], tmp_path / "i", HashedWords())
    feed = feedparser.parse(served(tmp_path / "i").get("/feed.atom").content)
    assert not feed.bozo
    assert "& <b>" in feed.entries[0].title or "&amp; &lt;b&gt;" in feed.entries[0].title


def test_the_sitemap_names_every_page(client: TestClient, index: Index) -> None:
    """Each profile with its time, each source; every one of them answers."""
    tree = etree.fromstring(client.get("/sitemap.xml").content)
    places = [place.text or "" for place in tree.iter(f"{SITEMAP}loc")]
    store = index.generation.store
    assert len(places) == 3 + len(store.profiles()) + len(store.sources())
    assert len(list(tree.iter(f"{SITEMAP}lastmod"))) == len(store.profiles())
    for place in places:
        assert client.get(place.removeprefix(HERE)).status_code == 200
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {HERE}/sitemap.xml" in robots
    assert "Disallow: /v1/" in robots


def test_browsers_can_add_the_search(client: TestClient) -> None:
    """The description that each page's head names leads to the search page."""
    head = html.fromstring(client.get("/profiles").text)
    (path,) = head.xpath("//link[@rel='search']/@href")
    tree = etree.fromstring(client.get(path).content)
    url = tree.find(f"{OPENSEARCH}Url[@type='text/html']")
    assert url is not None
    place = url.get("template", "").replace("{searchTerms}", "fish+farms")
    assert "240 fish farms" in client.get(place.removeprefix(HERE)).text
    assert head.xpath("//link[@type='application/atom+xml']/@href") == ["/feed.atom"]


@pytest.mark.parametrize("path", ["/v1/search?q=fish", "/v1/ask?q=fish", "/v1/suggest?q=fi"])
def test_only_named_sites_may_ask(client: TestClient, index: Index, path: str) -> None:
    """By GET, without cookies; others are told nothing, and without a name nobody is."""
    for site, asked, allowed in (
        ("https://desk.example", client, "https://desk.example"),
        ("https://other.example", client, None),
        ("https://desk.example", TestClient(create_app(index)), None),
    ):
        answer = asked.get(path, headers={"origin": site})
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in answer.headers
    told = client.get("/v1/search", headers={"origin": "https://desk.example"})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (
        422,
        "https://desk.example",
    )
    profiles = client.get("/v1/profiles", headers={"origin": "https://desk.example"})
    assert "access-control-allow-origin" not in profiles.headers


def test_the_search_box_may_be_loaded_elsewhere(client: TestClient) -> None:
    """That file alone."""
    policy = "cross-origin-resource-policy"
    assert client.get(EMBEDDED).headers[policy] == "cross-origin"
    assert client.get("/static/tipqa.css").headers[policy] == "same-origin"
    assert client.get("/").headers[policy] == "same-origin"


@pytest.mark.parametrize(
    "origin", ["*", "desk.example", "https://desk.example/path", "https://a@b.example", "https://["]
)
def test_an_origin_is_scheme_and_host(index: Index, origin: str) -> None:
    """Anything else is told of at the start, with what to give."""
    for given in ({"url": origin}, {"allow_origins": [origin]}):
        with pytest.raises(TipqaError, match=r"Give scheme and host alone"):
            create_app(index, **given)  # type: ignore[arg-type]
