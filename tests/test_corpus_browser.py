"""The pages of profiles and sources, and the search box for other sites, in Chromium."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from browsing import SCREENSHOTS, axe, chromium, needs_chromium, playwright, serving
from conftest import REPOSITORY
from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa_api import create_app

expect = playwright.expect
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HOSTILE = """\
---
title: "Kenya \u202e{long}"
country: Kenya
edition: 2020
---

## {long}

Gangs <script>window.hit = 1</script> {long} beg.[^1] \u202eNobody counts them.

[^1]: {long} javascript:alert(1). <img src=x onerror="window.hit = 1"> {long}. 2020.
""".replace("{long}", "x" * 10_000)
pytestmark = needs_chromium


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def other_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A site that isn't ours, and the folder of its pages."""
    folder = tmp_path_factory.mktemp("site")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


@pytest.fixture(scope="module")
def ours(
    tmp_path_factory: pytest.TempPathFactory, other_site: tuple[str, Path]
) -> Iterator[tuple[str, Index]]:
    """A server over what ships and a hostile file, which lets the other site ask."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "kenya.md").write_text(HOSTILE, encoding="utf-8")
    shipped = [REPOSITORY / "corpus" / f"{name}.md" for name in ("cambodia-2005", "ghana-2021")]
    build([*shipped, folder], folder / "i", HashedWords())
    index = open_index(folder / "i", HashedWords())
    with serving(create_app(index, allow_origins=[other_site[0]])) as address:
        yield address, index


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """A page, where nothing may be asked of another host and nothing complain."""
    context = browser.new_context(**options)
    page = context.new_page()
    said: list[str] = []

    def told_of(url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:")):
            said.append(url)

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: told_of(asked.url))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
    assert said == []


def paths(index: Index) -> list[str]:
    sources = index.generation.store.sources()
    hostile = next(s for s, _, _ in sources if "javascript" in s.title or "xxx" in s.title)
    return [
        "/profiles", "/sources", "/sources?year=2022", "/profiles/cambodia-2005",
        "/profiles/ghana-2021#p5", "/profiles/kenya-2020", f"/sources/{sources[0][0].id}",
        f"/sources/{hostile.id}",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, ours: tuple[str, Index], scheme: str) -> None:
    """On each page, in light and dark, with a note open."""
    for path in paths(ours[1]):
        with opened(browser, ours[0] + path, color_scheme=scheme) as page:
            for mark in page.locator("a.note").all()[:2]:
                mark.click()
            found = axe.Axe().run(page, options=STANDARDS)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways(browser: Any, ours: tuple[str, Index], width: int) -> None:
    """Not with 10,000 characters without a space, and not with a note open."""
    for path in paths(ours[1]):
        with opened(browser, ours[0] + path, viewport={"width": width, "height": 700}) as page:
            for mark in page.locator("a.note").all()[:1]:
                mark.click()
            for summary in page.locator("details:not([open]) > summary").all():
                summary.click()
            sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert sizes[0] <= sizes[1], path
            assert page.evaluate("window.hit") is None
            name = "-".join(re.findall(r"[\w.]+", path.partition("#")[0]))[:40]
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")


def test_a_permalink_leads_to_its_paragraph_and_marks_it(
    browser: Any, ours: tuple[str, Index]
) -> None:
    """Scrolled to, and on another ground than the rest."""
    with opened(browser, f"{ours[0]}/profiles/ghana-2021#p11") as page:
        ground = "element => getComputedStyle(element).backgroundColor"
        one, other = (page.locator(f"#p{n}") for n in (11, 10))
        page.wait_for_function("scrollY > 0")
        expect(one).to_be_in_viewport()
        assert one.evaluate(ground) != other.evaluate(ground)


def test_a_note_opens_beside_its_sentence(browser: Any, ours: tuple[str, Index]) -> None:
    """By keyboard too, and closes again; its source is one step away."""
    with opened(browser, f"{ours[0]}/profiles/cambodia-2005") as page:
        mark = page.locator("#p1 a.note")
        mark.focus()
        page.keyboard.press("Enter")
        beside = page.locator("#p1 .beside")
        assert "Trafficking in Persons Report" in beside.inner_text()
        assert mark.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        assert beside.count() == 0
        mark.click()
        beside.locator("a").first.click()
        page.wait_for_url("**/sources/*")
        assert "Trafficking in Persons Report" in page.locator("h1").inner_text()


def test_without_scripts_a_mark_leads_to_the_note(browser: Any, ours: tuple[str, Index]) -> None:
    """At the end of the page, where it is marked, and from there back."""
    address = f"{ours[0]}/profiles/cambodia-2005"
    with opened(browser, address, java_script_enabled=False) as page:
        page.locator("#p2 a.note").click()
        assert page.url.endswith("#n2")
        assert "Human Rights Report" in page.locator("li:target").inner_text()
        page.locator("li:target .back a").click()
        assert page.url.endswith("#p2")


def test_the_print_has_notes_and_sources(browser: Any, ours: tuple[str, Index]) -> None:
    """And where it is from; nothing that is only there to be clicked."""
    with opened(browser, f"{ours[0]}/profiles/cambodia-2005") as page:
        page.emulate_media(media="print")
        assert page.get_by_text(f"{ours[0]}/profiles/cambodia-2005").is_visible()
        assert page.locator("#n1").is_visible()
        page.screenshot(path=SCREENSHOTS / "profile-print.png", full_page=True)
        assert page.locator("section .sources li").first.is_visible()
        for gone in (".take", ".contents", ".related"):
            assert not page.locator(gone).first.is_visible()


def embedded(other_site: tuple[str, Path], server: str, attributes: str) -> str:
    """The address of a page of the other site that holds the search box."""
    site, folder = other_site
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en"><title>Desk</title><link rel="icon" href="data:,">'
        # as strict as a site may be, but for the server
        '<meta http-equiv="content-security-policy" content="default-src \'none\'; img-src data:; '
        f'script-src {server}; connect-src {server}">'
        f'<script src="{server}/static/tipqa-search.js" defer></script>'
        f"<main><h1>Desk</h1><tipqa-search {attributes}>"
        f'<a href="{server}/">Search</a></tipqa-search></main></html>'
    )
    return f"{site}/index.html"


def test_the_search_box_works_on_another_site(
    browser: Any, ours: tuple[str, Index], other_site: tuple[str, Path]
) -> None:
    """Hits with their sources, and links to the pages here; axe finds nothing in it."""
    address = embedded(other_site, ours[0], 'hits="2" label="Ask the profiles"')
    with opened(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.get_by_role("searchbox", name="Ask the profiles").fill("children in cocoa")
        page.keyboard.press("Enter")
        hits = page.locator("tipqa-search li:has(.where)")
        hits.first.wait_for()
        assert hits.count() == 2
        assert "2 nearest passages" in page.get_by_role("status").inner_text()
        first = hits.first
        link = first.locator(".where a")
        assert link.get_attribute("href").startswith(f"{ours[0]}/profiles/ghana-2021#p")
        assert link.get_attribute("rel") == "noreferrer noopener external"
        assert (
            first.locator(".notes a").first.get_attribute("href").startswith(f"{ours[0]}/sources/")
        )
        assert first.locator("mark").count() == 1
        assert first.locator("sup").first.inner_text().strip().startswith("[1")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.screenshot(path=SCREENSHOTS / "search-box-elsewhere.png")
        assert axe.Axe().run(page).violations_count == 0


def test_the_search_box_shows_hostile_text_as_text(
    browser: Any, ours: tuple[str, Index], other_site: tuple[str, Path]
) -> None:
    """Nothing of it becomes markup or runs; a server may be named that isn't the script's."""
    address = embedded(other_site, ours[0], f'server="{ours[0]}" hits="99"')
    with opened(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.get_by_role("searchbox").fill("<script> gangs beg in Kenya")
        page.get_by_role("button").click()
        page.locator("tipqa-search li:has-text('window.hit')").first.wait_for()
        assert page.evaluate("window.hit") is None
        assert page.locator("tipqa-search img, tipqa-search script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_search_box_says_what_is_wrong(
    browser: Any, ours: tuple[str, Index], other_site: tuple[str, Path]
) -> None:
    """With the question; or that the server, where it doesn't know the site, gives nothing."""
    with serving(create_app(ours[1])) as closed:
        for server, asked, told in (
            (ours[0], "?!", "query is empty"),
            (closed, "cocoa", "can't be reached"),
        ):
            page = browser.new_page()
            page.goto(embedded(other_site, server, ""))
            page.get_by_role("searchbox").fill(asked)
            page.get_by_role("button").click()
            page.get_by_role("status").get_by_text(told).wait_for()
            page.close()
