"""Pages of profiles and sources, and the lists of both, as they are sent."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from conftest import REPOSITORY
from tipqa import readers
from tipqa.chunk import passages
from tipqa.embed import HashedWords
from tipqa.export import FORMATS
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa_api import create_app
from tipqa_api.files import SHOWN
from tipqa_api.profile_view import shown

HOSTILE = """\
---
title: "<b>Chile</b> \u202e{long}"
country: Chile
edition: 2020
homepage: "javascript:alert(5)"
report: "https://example.org/a?b=1&c=<d>"
---

## <i>Gangs</i> </script>

Gangs <script>alert(1)</script> beg {long}.[^1] \u202eNobody counts them.

Sent back.[^2]

[^1]: javascript:alert(2). <img src=x onerror="alert(3)"> </script>. 2020. javascript:alert(4)
[^2]: Ibid.
""".replace("{long}", "x" * 10_000)


@pytest.fixture(scope="module")
def client(index: Index) -> TestClient:
    return TestClient(create_app(index))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "chile-2020.md").write_text(HOSTILE, encoding="utf-8")
    build([folder], folder / "i", HashedWords())
    return TestClient(create_app(open_index(folder / "i", HashedWords())))


def page(client: TestClient, path: str) -> html.HtmlElement:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, path
    assert answer.headers["cache-control"] == "no-store"
    tree = html.fromstring(answer.text)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), path
    anchors = tree.xpath("//a[starts-with(@href, '#')]/@href")
    assert {anchor[1:] for anchor in anchors} <= set(ids), path
    return tree


def linked(tree: html.HtmlElement) -> dict[str, object]:
    (block,) = tree.xpath("//script[@type='application/ld+json']/text()")
    found: dict[str, object] = json.loads(block)
    return found


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_profile_page_has_each_paragraph_by_its_number(client: TestClient, index: Index) -> None:
    """All text is there, under its sections, at the anchor of the passage's id."""
    profile = index.generation.store.profile("norway-2024")
    assert profile
    tree = page(client, "/profiles/norway-2024")
    for paragraph in profile.paragraphs:
        (there,) = tree.xpath(f"//*[@id='p{paragraph.number}']")
        for start, end in paragraph.sentences:
            assert paragraph.text[start:end] in there.text_content()
    assert [words(h) for h in tree.xpath("//article//h2")] == ["Inspection", "Law"]
    contents = tree.xpath("//nav[@class='contents']//a/@href")
    assert contents[:2] == ["#s1", "#s2"]
    assert all(tree.xpath(f"//*[@id='{place[1:]}']") for place in contents)


def test_marks_lead_to_notes_and_notes_to_sources_and_back(client: TestClient) -> None:
    """A mark has a name for screen readers; the note names its source and its paragraphs."""
    tree = page(client, "/profiles/norway-2024")
    marks = tree.xpath("//*[@id='p1']//a[starts-with(@class, 'note')]")
    assert [words(mark) for mark in marks] == ["note 3"]
    (note,) = tree.xpath(f"//li[@id='{marks[0].get('href')[1:]}']")
    assert "Labour Inspectorate. Annual Report. 2023." in note.text_content()
    assert "#p1" in note.xpath(".//a/@href")
    (source,) = [a for a in note.xpath(".//a/@href") if a.startswith("/sources/")]
    resting = page(client, source)
    assert "/profiles/norway-2024#p1" in resting.xpath("//a/@href")


def test_what_rests_on_the_profile_alone_is_said_once(client: TestClient) -> None:
    """After the last of such sentences; in a profile without notes, once for all of it."""
    tree = page(client, "/profiles/norway-2024")
    marked = [words(p) for p in tree.xpath("//article//p[span[@class='alone']]")]
    assert marked == [
        "The labour inspectorate visited 240 fish farms during the year.note 3 "
        "It stopped work at 12 of them. profile alone",
        "Nobody keeps count of forced begging. profile alone",
    ]
    atlantis = page(client, "/profiles/atlantis-2023")
    assert "every sentence rests on the profile alone" in words(atlantis)
    assert not atlantis.xpath("//article//*[@class='alone']")


def test_a_profile_page_leads_on(client: TestClient) -> None:
    """To files to take along, its JSON, a search in it, and what is near in other countries."""
    tree = page(client, "/profiles/norway-2024")
    links = tree.xpath("//a/@href")
    for name in FORMATS:
        path = f"/v1/profiles/norway-2024?format={name}"
        assert path in links
        assert client.get(path).status_code == 200
    assert set(SHOWN) == set(FORMATS)
    (form,) = tree.xpath("//form[@action='/']")
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    assert fields == {"q": None, "country": "NOR", "edition": "2024"}
    assert tree.xpath("//link[@type='application/json']/@href") == ["/v1/profiles/norway-2024"]
    related = tree.xpath("//section[@class='related']//ul[@class='passages']//a/@href")
    assert "/profiles/chile-2022#p1" in related
    assert not [place for place in related if place.startswith("/profiles/norway")]


def test_the_marks_tell_what_each_sentence_rests_on() -> None:
    """Of all that ships: the text is whole, and read by the page's rule the marks are right.

    A number covers the sentences back to the mark before it, "profile alone" likewise.
    """
    for path in sorted((REPOSITORY / "corpus").glob("*-*.md")):
        profile = readers.read(path)
        found = shown(profile, passages(profile, HashedWords()))
        for paragraph, told in zip(profile.paragraphs, found.paragraphs, strict=True):
            sentences = [sentence for part in told.parts for sentence in part.sentences]
            assert "".join(s.before + s.text for s in sentences) == paragraph.text
            by_rule: list[set[str]] = []
            for start, sentence in enumerate(sentences):
                if sentence.notes or sentence.alone:
                    notes = {profile.notes[place - 1].id for place, _ in sentence.notes}
                    by_rule += [notes] * (start + 1 - len(by_rule))
            resting = [
                {c.note.id for c in paragraph.citations if c.sentence == span}
                for span in paragraph.sentences
            ]
            assert by_rule == resting, f"{profile.info.id}#p{paragraph.number}"


def test_a_note_within_a_sentence_is_not_of_those_before(tmp_path: Path) -> None:
    """Where the last of several sentences bears one, those before it get their own mark."""
    (tmp_path / "kenya.md").write_text(
        "---\ncountry: Kenya\nedition: 2021\n---\n"
        "Tea is picked. Farms[^2] were visited.[^1] Ports were not.\n\n"
        "[^1]: Office. Report. 2020.\n[^2]: Union. Farms. 2019.\n"
    )
    build([tmp_path], tmp_path / "i", HashedWords())
    client = TestClient(create_app(open_index(tmp_path / "i", HashedWords())))
    tree = page(client, "/profiles/kenya-2021")
    assert words(tree.xpath("//*[@id='p1']/p")[0]) == (
        "Tea is picked.note 1 at a later sentence "
        "Farms were visited.note 2note 1 Ports were not. profile alone"
    )
    assert len(tree.xpath("//a[@class='note inherited']")) == 1


def test_other_editions_of_a_country_are_named(tmp_path: Path) -> None:
    """On each of them the others, and in the list under one country."""
    for year in (2019, 2021):
        text = f"---\ncountry: Kenya\nedition: {year}\nurl: https://example.org/{year}\n---\nTea."
        (tmp_path / f"{year}.md").write_text(text)
    build([tmp_path], tmp_path / "i", HashedWords())
    client = TestClient(create_app(open_index(tmp_path / "i", HashedWords())))
    tree = page(client, "/profiles/kenya-2019")
    facts = {words(dt): words(dt.getnext()) for dt in tree.xpath("//dt")}
    assert facts["Other editions"] == "2021"
    assert facts["Original"] == "example.org (another site)"
    assert not tree.xpath("//section[@class='related']")
    countries = page(client, "/profiles").xpath("//ul[@class='countries']/li")
    assert [words(c) for c in countries] == ["Kenya Kenya 2019 Kenya 2021 2 passages"]


def test_parts_of_a_long_paragraph_have_their_own_anchors(tmp_path: Path) -> None:
    """A paragraph that is several passages holds an anchor for each."""
    sentences = " ".join(f"Inspectors counted {n} tea farms in the hills." for n in range(200))
    (tmp_path / "kenya.md").write_text(f"---\ncountry: Kenya\nedition: 2019\n---\n{sentences}")
    build([tmp_path], tmp_path / "i", HashedWords())
    index = open_index(tmp_path / "i", HashedWords())
    parts = index.generation.store.passages_of("kenya-2019")
    tree = page(TestClient(create_app(index)), "/profiles/kenya-2019")
    assert len(parts) > 1
    for passage in parts:
        (part,) = tree.xpath(f"//*[@id='{passage.id.partition('#')[2]}']")
        assert words(part).removesuffix(" profile alone") == passage.text


def test_a_source_page_shows_what_rests_on_it(client: TestClient, index: Index) -> None:
    """The sentences that do are marked where others of the passage don't."""
    profile = index.generation.store.profile("norway-2024")
    assert profile
    by_title = {source.title: source for source in profile.sources}
    source, report = by_title["Penal Code"], by_title["Annual Report"]
    tree = page(client, f"/sources/{source.id}")
    assert words(tree.xpath("//h1")[0]) == "Penal Code"
    facts = {words(dt): words(dt.getnext()) for dt in tree.xpath("//dt")}
    assert facts["Publisher"] == "Parliament of Norway"
    assert facts["Address"].startswith("https://example.org/code")
    (outside,) = tree.xpath("//a[@href='https://example.org/code']/@rel")
    assert outside == "noreferrer noopener external"
    report = next(
        s for s, _, _ in index.generation.store.sources() if s.year == 2023 and s != source
    )
    marked = page(client, f"/sources/{report.id}").xpath("//article//mark")
    assert [m.text for m in marked] == [
        "The labour inspectorate visited 240 fish farms during the year."
    ]


def test_lists_are_narrowed_and_counted(client: TestClient) -> None:
    """By region and year, by publisher, year and words; each choice can be taken back."""
    tree = page(client, "/profiles")
    choices = {a.text_content(): a.get("href") for a in tree.xpath("//details//a")}
    assert choices["2024"] == "/profiles?year=2024"
    assert choices["Europe"] == "/profiles?region=Europe"
    narrowed = page(client, choices["Europe"])
    assert [words(h) for h in narrowed.xpath("//ul[@class='countries']//h2")] == ["Norway"]
    assert narrowed.xpath("//ul[@class='chosen']//a/@href") == ["/profiles"]
    assert "no such profile" in words(page(client, "/profiles?year=1900&country="))

    listed = page(client, "/sources").xpath("//ol[@class='sources']/li/a")
    assert len(listed) == 4
    found = page(client, "/sources?q=annual+LABOUR&year=2021").xpath("//ol[@class='sources']/li")
    assert [words(li).split(" ", 2)[:2] for li in found] == [["Annual", "Report"]]
    assert "no such source" in words(page(client, "/sources?q=zzz&page=9"))


def test_a_long_list_has_pages(tmp_path: Path) -> None:
    """Fifty sources on one; the pages lead to each other and say which is the one."""
    notes = "".join(f"[^{n}]: Office {n}. Report {n}. 2020.\n" for n in range(60))
    text = " ".join(f"Farm {n} was visited.[^{n}]" for n in range(60))
    (tmp_path / "kenya.md").write_text(
        f"---\ncountry: Kenya\nedition: 2021\n---\n{text}\n\n{notes}"
    )
    build([tmp_path], tmp_path / "i", HashedWords())
    client = TestClient(create_app(open_index(tmp_path / "i", HashedWords())))
    first, second = page(client, "/sources"), page(client, "/sources?page=2")
    titles = [{a.text for a in tree.xpath("//ol[@class='sources']//a")} for tree in (first, second)]
    assert [len(found) for found in titles] == [50, 10]
    assert not titles[0] & titles[1]
    assert first.xpath("//a[@rel='next']/@href") == ["/sources?page=2"]
    assert second.xpath("//a[@rel='prev']/@href") == ["/sources"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/profiles/no-such", 404),
        ("/sources/no-such", 404),
        ("/sources?page=0", 422),
        ("/profiles?year=spring", 422),
        ("/profiles?utm_source=x", 200),
    ],
)
def test_wrong_addresses_get_a_page(client: TestClient, path: str, status: int) -> None:
    """That says what is wrong; what others add to an address does no harm."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_pages_say_what_they_are_to_programs(index: Index) -> None:
    """schema.org by JSON-LD, and the one address by which each is known."""
    client = TestClient(create_app(index, url="https://profiles.example/"))
    tree = page(client, "/profiles/norway-2024?utm_source=x")
    assert tree.xpath("//link[@rel='canonical']/@href") == [
        "https://profiles.example/profiles/norway-2024"
    ]
    report = linked(tree)
    assert (report["@type"], report["name"]) == ("Report", "Norway: an example, 2024")
    assert report["about"] == {"@type": "Country", "name": "Norway", "identifier": "NOR"}
    cited = report["citation"]
    assert isinstance(cited, list)
    assert {c["name"] for c in cited} == {"Penal Code", "Yearbook", "Annual Report"}
    assert linked(page(client, "/profiles"))["temporalCoverage"] == "2022/2024"
    assert linked(page(client, cited[0]["@id"].removeprefix("https://profiles.example")))
    home = page(client, "/search")
    assert home.xpath("//link[@rel='canonical']/@href") == ["https://profiles.example/"]
    assert linked(home)["@type"] == "WebSite"
    there = page(TestClient(create_app(index)), "/sources").xpath("//link[@rel='canonical']/@href")
    assert there == ["http://testserver/sources"]


def test_hostile_text_of_a_file_shows_as_text(hostile: TestClient, index: Index) -> None:
    """It becomes no markup and no link, and ends no block of data; addresses are web ones."""
    profile = page(hostile, "/profiles/chile-2020")
    source = next(a for a in profile.xpath("//a/@href") if a.startswith("/sources/"))
    for path in ("/profiles/chile-2020", source, "/profiles", "/sources", "/feed.atom"):
        text = hostile.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "<b>Chile" not in text
        assert 'href="javascript' not in text.lower()
        assert "style=" not in text
    tree = page(hostile, "/profiles/chile-2020")
    assert tree.xpath("//h1/@dir") == ["auto"]
    assert str(linked(tree)["name"]).startswith("<b>Chile</b>")
    assert linked(page(hostile, source))
    outside = tree.xpath("//a[contains(@rel, 'external')]/@href")
    assert outside == ["https://example.org/a?b=1&c=<d>"]
    kinds = re.findall(r"<script([^>]*)>", hostile.get("/profiles/chile-2020").text)
    assert all("src=" in kind or "ld+json" in kind for kind in kinds)
    assert "<script>alert(1)</script>" in unescape(hostile.get("/profiles/chile-2020").text)
