"""What the search page says, without a browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tipqa.embed import HashedWords
from tipqa.errors import TipqaError
from tipqa.index import build
from tipqa.rerank import SharedWords
from tipqa.search import Index, open_index
from tipqa_api import create_app, pages

HEAD = "---\ntitle: {name}, {year}\ncountry: {name}\nedition: {year}\n---\n\n## Situation\n\n"


def asking(folder: Path, files: dict[tuple[str, int], str]) -> TestClient:
    """The pages over some profiles, each by its country and edition."""
    for (name, year), text in files.items():
        file = folder / f"{name.lower()}-{year}.md"
        file.write_text(HEAD.format(name=name, year=year) + text, encoding="utf-8")
    build([folder], folder / "index", HashedWords())
    return TestClient(create_app(open_index(folder / "index", HashedWords(), SharedWords())))


def words(page: str) -> str:
    """A page's text in one line."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
    return re.sub(r" (?=[,.])", "", text)


@pytest.fixture(scope="module")
def client(index: Index) -> TestClient:
    return TestClient(create_app(index))


def test_an_answer_has_numbered_notes_and_says_how_sure_it_is(tmp_path: Path) -> None:
    """Notes are numbered from 1 through the answer, in words how likely, and as of when."""
    page = asking(
        tmp_path,
        {
            ("Norway", 2024): "In 2004 an NGO told of 150 suspects arrested.[^7] "
            "In 2004 police told of 165 arrests.[^9]\n\n"
            "[^7]: Police Watch. Arrests. 2005.\n[^9]: Police of Norway. Yearbook. 2006.\n"
        },
    ).get("/search", params={"q": "How many suspects were arrested in 2004?"})
    said = words(page.text)
    assert "The profiles very likely answer this. As of 2006." in said
    assert "The newest source of this answer is of 2006; it may be out of date." in said
    assert "150 suspects arrested. note 1" in said
    assert "165 arrests. note 2" in said
    assert "The figures do not agree Figure Profile Source of 150 note 1 Norway, 2024 2005" in said
    assert '<li id="a-1"><details>' in page.text
    assert page.text.count("<mark>") == 2


def test_an_answer_against_the_question_says_so(tmp_path: Path) -> None:
    """What the question takes for granted and a profile denies is labelled."""
    page = asking(tmp_path, {("Norway", 2024): "Inspectors found no forced labour in 2023."}).get(
        "/search", params={"q": "How many cases of forced labour did inspectors find?"}
    )
    assert "Against what the question takes for granted: Inspectors found no" in words(page.text)
    assert "2023. profile alone" in words(page.text)


def test_a_question_without_an_answer(client: TestClient) -> None:
    """The profiles do not say; what is near, and which countries and years there are."""
    said = words(client.get("/search", params={"q": "casino tips for Kenya"}).text)
    assert "The profiles do not say There is no profile of Kenya here." in said
    assert "What is nearest, about other countries, is below." in said
    assert "Editions: 2022 to 2024." in said
    assert "Countries that there are profiles of (3) Atlantis, Chile, Norway" in said
    assert "Passages nearest to your question" in said


def test_what_other_editions_say_alike_is_linked(tmp_path: Path) -> None:
    """A near-copy is no hit of its own: its edition leads to it."""
    text = "The army freed 30 children from brick kilns near the city of Lusaka in the north."
    page = asking(tmp_path, {("Zambia", year): text for year in (2019, 2020, 2021)}).get(
        "/search", params={"q": "children freed from brick kilns"}
    )
    assert re.findall(r'<a href="(/profiles/[^"]*)">(\d+)</a>', page.text) == [
        ("/profiles/zambia-2020#p1", "2020"),
        ("/profiles/zambia-2019#p1", "2019"),
    ]


def test_narrowing_is_kept_and_can_be_taken_back(client: TestClient) -> None:
    """By name or code; values that the form has no field for stay in it; each has a way back."""
    asked = {
        "q": "inspectors",
        "country": ["Norway", "CHL"],
        "year_from": "2020",
        "order": "oldest",
    }
    page = client.get("/search", params=asked).text
    assert '<input type="hidden" name="year_from" value="2020">' in page
    assert '<input type="hidden" name="country" value="CHL">' in page
    ways = [unescape(way) for way in re.findall(r'<a href="([^"]*)">Remove', page)]
    assert len(ways) == 3
    assert not any("year_from" in way for way in ways if way.count("country=") == 2)
    assert all(client.get(way).status_code == 200 for way in ways)
    assert page.index("Chile</bdi>, 2022") < page.index("Norway</bdi>, 2024")


def test_a_source_is_named_where_the_list_is_narrowed_by_it(
    client: TestClient, index: Index
) -> None:
    """By its title, for its id says little."""
    source, _, _ = index.generation.store.sources()[0]
    page = client.get("/search", params={"q": "inspectors", "source": source.id})
    assert f"Source: {source.title} Remove" in words(page.text)


def test_the_list_is_taken_along_as_it_is_narrowed(client: TestClient) -> None:
    """The files are of the same filters, by the names that the API has for them."""
    page = client.get("/search", params={"q": "inspectors", "edition": 2022}).text
    links = [unescape(link) for link in re.findall(r'href="(/v1/search[^"]*)" download', page)]
    assert len(links) == 5
    for link in links:
        found = client.get(link)
        assert found.status_code == 200
        assert "Norway" not in found.text


def test_passages_to_copy(client: TestClient) -> None:
    """In the order asked for, numbered from 1; one that isn't there is told of."""
    asked = {"passage": ["chile-2022#p1", "norway-2024#p1"]}
    page = client.get("/copy", params=asked).text
    assert page.index("(chile-2022#p1)") < page.index("[1]") < page.index("(norway-2024#p1)")
    taken = client.get("/copy", params={**asked, "format": "ris"})
    assert taken.headers["content-disposition"] == 'attachment; filename="tipqa-passages.ris"'
    html = {"accept": "text/html"}
    assert client.get("/copy", headers=html).status_code == 422
    missing = client.get("/copy?passage=chile-2022%23p9", headers=html)
    assert missing.status_code == 404
    assert 'There is no passage "chile-2022#p9" here.' in words(missing.text)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/search?q=fish&country=Narnia", 422, "is no name or ISO code of a country"),
        ("/search?q=fish&page=0", 422, "Go back, change what it names"),
        ("/search?q=fish&page=99", 422, "Go back, change what it names"),
        ("/search?q=" + "x" * 2001, 422, "Ask with 2,000 or fewer"),
        ("/search?q=fish&utm_source=letter", 200, "Passages nearest"),
        ("/search?q=fish&page=9", 200, "There are no more passages. Go back a page"),
        ("/search", 200, "Ask a question"),
        ("/nowhere", 404, "search for what you were after"),
    ],
)
def test_whatever_is_asked_the_page_says_what_next(
    client: TestClient, path: str, status: int, told: str
) -> None:
    """Errors and empty lists name what to do, and lead back to the search."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert told in words(answer.text)
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("status", [404, 405, 422, 429, 500, 503])
def test_each_error_page_says_what_next(status: int) -> None:
    """Each in its own words."""
    page = pages.error(status, "Unprocessable", "Something is.")
    assert page.status_code == status
    assert "Unprocessable" not in words(bytes(page.body).decode())
    assert len(words(bytes(page.body).decode()).split("Something is. ")[1].split(". ")[0]) > 20


def test_while_the_index_loads(index: Index) -> None:
    """All but signs of life say so, and when to come back."""
    client = TestClient(create_app(index, ready=lambda: False), headers={"accept": "text/html"})
    page = client.get("/search?q=fish")
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert "being loaded" in words(page.text)
    assert client.get("/v1/search?q=fish").json()["status"] == 503
    assert client.get("/readyz").status_code == 503
    for path in ("/healthz", "/static/tipqa.css"):
        assert client.get(path).status_code == 200


def test_the_question_stays_in_its_address(client: TestClient) -> None:
    """It is in the box and no title; pages are not kept, told on, or given a cookie."""
    for path in ("/", "/search"):
        answer = client.get(path, params={"q": "secretword fish"})
        title = re.search(r"<title>(.*?)</title>", answer.text)
        assert title
        assert "secretword" not in title[1]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers


def test_who_asks_too_often_is_told_to_wait(index: Index) -> None:
    """By address and for a time; this machine itself, other pages and other addresses go on."""
    app = create_app(index, limit="2/hour")
    far, other, near = (
        TestClient(app, client=(address, 50000), headers={"accept": "text/html"})
        for address in ("203.0.113.5", "2001:db8::5", "127.0.0.1")
    )
    assert [far.get(path).status_code for path in ("/search?q=fish", "/?q=fish")] == [200, 200]
    refused = far.get("/search?q=fish")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "3600"
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert "More than 2 questions in 3600 s are too many. Wait a little" in words(refused.text)
    for path in ("/v1/ask?q=fish", "/v1/ask/stream?q=fish", "/v1/search?q=fish"):
        assert far.get(path).json()["status"] == 429
    assert far.get("/").status_code == far.get("/help").status_code == 200
    assert other.get("/search?q=fish").status_code == 200
    assert {near.get("/search?q=fish").status_code for _ in range(4)} == {200}
    with pytest.raises(TipqaError, match='the limit "often" can\'t be read'):
        create_app(index, limit="often")


def test_no_limit(index: Index) -> None:
    """Where none is wanted, as behind a server that has one."""
    far = TestClient(create_app(index, limit="none"), client=("203.0.113.5", 50000))
    assert {far.get("/search?q=fish").status_code for _ in range(4)} == {200}
