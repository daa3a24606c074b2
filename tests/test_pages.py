"""The search page in a real browser: journeys by touch, by keyboard and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rispy
from fastapi import FastAPI

from browsing import SCREENSHOTS, axe, chromium, needs_chromium, serving
from conftest import REPOSITORY
from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa.rerank import SharedWords
from tipqa.search import open_index
from tipqa_api import create_app
from tipqa_api.safety import LEAVE_FOR

pytestmark = needs_chromium

QUESTION = "Who shelters the victims?"
HOSTILE = """\
---
title: "Chile <b>bold</b> \u202egnol: {long}"
country: Chile
edition: 2020
---

## <script>document.title = "run"</script> {long}

Gangs \u202eesrever <script>document.title = "run"</script> make children beg. {long}[^1]

[^1]: javascript:document.title="run". <img src=x onerror='document.title="run"'> {long}. 2020.
"""


def app_over(folder: Path) -> FastAPI:
    return create_app(open_index(folder, HashedWords(), SharedWords()))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The corpus that ships, by hashed words, served for real."""
    folder = tmp_path_factory.mktemp("index")
    build([REPOSITORY / "corpus"], folder, HashedWords())
    with serving(app_over(folder)) as address:
        yield address


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A profile that is one attack."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "chile.md").write_text(HOSTILE.format(long="x" * 10_000), encoding="utf-8")
    build([folder / "chile.md"], folder / "index", HashedWords())
    with serving(app_over(folder / "index")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Any]:
    """Opens a page; afterwards nothing may have gone wrong in it, nor left the site."""
    contexts, wrong = [], []

    def page(width: int = 1280, **settings: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=site, **settings
        )
        contexts.append(context)
        context.route(f"{LEAVE_FOR}**", lambda route: route.fulfill(body="It will rain."))
        context.on(
            "request",
            lambda asked: asked.url.startswith((site, LEAVE_FOR)) or wrong.append(asked.url),
        )
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        context.set_default_timeout(10_000)
        return context.new_page()

    yield page
    for context in contexts:
        context.close()
    assert [text for text in wrong if "status of 4" not in text] == []


def ask(page: Any, question: str = QUESTION) -> None:
    page.goto("/")
    page.get_by_label("Ask a question").fill(question)
    with page.expect_navigation(url="**/search?*"):
        page.get_by_role("button", name="Search").click()


def go(page: Any, control: Any) -> None:
    """Follow a link or send a form, and wait for the page."""
    with page.expect_navigation():
        control.click()


def copied_numbers(text: str) -> list[int]:
    """The numbers of references in the order in which they first come, in the sentences."""
    found = [int(number) for number in re.findall(r"\[↓?(\d+)\]", text)]
    return list(dict.fromkeys(found))


def test_a_misspelt_question_on_a_phone_leads_to_its_source(opened: Any) -> None:
    """Typed in a hurry; the answer, then a chip, the note, the source and the profile."""
    page = opened(390, has_touch=True, is_mobile=True)
    ask(page, "orphanages in Nepall")
    assert page.get_by_text("Searched for: orphanages in Nepal").is_visible()
    best = page.get_by_role("article").first
    assert "Nepal" in best.get_by_role("heading").inner_text()
    page.screenshot(path=SCREENSHOTS / "phone.png")
    chip = best.locator(".chips summary").first
    chip.tap()
    note = best.locator(".chips li").first
    written = note.locator("p").first.inner_text()
    assert "Nepal" in written
    go(page, note.get_by_role("link", name="The source, and what rests on it"))
    assert page.get_by_role("heading", level=1).inner_text() in written
    page.go_back()
    best = page.get_by_role("article").first
    go(page, best.get_by_role("link", name=re.compile("^paragraph")))
    assert re.search(r"/profiles/nepal-20\d\d#p\d+$", page.url)
    assert page.locator(":target").inner_text().strip()
    page.screenshot(path=SCREENSHOTS / "phone-source.png")


def test_a_desk_copies_three_passages_with_references(opened: Any) -> None:
    """Ticked in the list, they stand on one page, with references from 1 on."""
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    ask(page)
    ticks = page.get_by_role("checkbox")
    ids = [ticks.nth(place).get_attribute("value") for place in (0, 2, 3)]
    for place in (0, 2, 3):
        ticks.nth(place).check()
    assert page.get_by_text("3 selected").is_visible()
    go(page, page.get_by_role("button", name="Copy the selected passages"))
    text = page.locator("#copied").inner_text()
    assert [name for name in ids if f"({name})" in text] == ids
    numbers = copied_numbers(text)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 3
    for number in numbers:
        assert re.search(rf"^\[{number}\] .{{10}}", text, flags=re.M)
    page.get_by_role("button", name="Copy the text").click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == text.strip()
    page.screenshot(path=SCREENSHOTS / "copy.png", full_page=True)


def test_one_passage_is_copied_at_once(opened: Any) -> None:
    """By its link, which leads to the text where there is no script."""
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    ask(page)
    link = page.get_by_role("link", name="Copy with references").first
    link.click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Taken from:" in copied
    page.goto(link.get_attribute("href"))
    assert page.locator("#copied").inner_text().strip() == copied.strip()


def test_a_researcher_filters_exports_and_imports_again(opened: Any, tmp_path: Path) -> None:
    """By country and edition; the RIS has what the list rests on."""
    page = opened()
    ask(page, "child labor in mining")
    page.get_by_text("Narrow and order").click()
    label = page.locator("#by-country option", has_text="Ghana").inner_text()
    page.get_by_label("Country").select_option(label=label)
    page.get_by_label("Edition").select_option("2016")
    go(page, page.get_by_role("button", name="Apply"))
    page.screenshot(path=SCREENSHOTS / "filtered.png", full_page=True)
    headings = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    assert set(headings) == {"Ghana, 2016"}
    with page.expect_download() as download:
        page.get_by_role("link", name="RIS").click()
    file = tmp_path / "found.ris"
    download.value.save_as(file)
    entries = rispy.loads(file.read_text(encoding="utf-8"))
    assert len(entries) > 3
    assert all(entry.get("title") for entry in entries)
    assert any("Ghana" in entry["title"] and entry["year"] == "2016" for entry in entries)
    go(page, page.get_by_role("link", name="Remove Edition 2016"))
    headings = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    assert set(headings) == {"Ghana, 2016", "Ghana, 2021"}


def test_order_and_pages(opened: Any) -> None:
    """Newest first means so; the second page goes on where the first ended."""
    page = opened()
    page.goto("/search?q=child+labor&order=newest")
    headings = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    years = [int(heading[-4:]) for heading in headings]
    assert years == sorted(years, reverse=True)
    seen = []
    page.goto("/search?q=child+labor")
    for number in (1, 2, 3):
        assert page.get_by_text(f"Page {number}", exact=True).is_visible()
        seen += [tick.get_attribute("value") for tick in page.get_by_role("checkbox").all()]
        go(page, page.get_by_role("link", name="Next page"))
    assert len(seen) == len(set(seen)) >= 30
    go(page, page.get_by_role("link", name="Previous page"))
    assert page.get_by_text("Page 3", exact=True).is_visible()
    go(page, page.get_by_role("link", name="The answer, and the nearest passages"))
    assert page.get_by_text("Page 1", exact=True).is_visible()


def test_by_keyboard_alone(opened: Any) -> None:
    """Skip link, suggestions, search, a chip and a tick: each reached and seen to be."""
    page = opened()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    box = page.get_by_role("combobox")
    while not box.evaluate("box => box === document.activeElement"):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), (
            page.evaluate("document.activeElement.outerHTML")
        )
    page.keyboard.type("nep")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.get_by_role("option").count() == 0
    page.keyboard.type("a")
    page.get_by_role("option", name="Nepal").first.wait_for()
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.screenshot(path=SCREENSHOTS / "suggestions.png")
    page.keyboard.press("Enter")
    assert "Nepal" in box.input_value()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=Nepal*")
    chip = page.locator(".hits summary").first
    while not chip.evaluate("chip => chip === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".hits .chips p").first.is_visible()
    tick = page.get_by_role("checkbox").first
    while not tick.evaluate("tick => tick === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert tick.is_checked()


def test_the_way_out_hides_no_focus(opened: Any) -> None:
    """At 400% zoom: whatever has the focus is not under the bar that leads away."""
    page = opened(320)
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto("/search?q=child+labor")
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
            const now = document.activeElement, bar = document.querySelector(".leave");
            const box = now.getBoundingClientRect();
            return now === bar || box.top < bar.getBoundingClientRect().top - 8;
            }"""
        ), page.evaluate("document.activeElement.outerHTML")


def test_without_javascript(opened: Any) -> None:
    """Asking, narrowing, opening a chip, copying, leaving: all of it works."""
    page = opened(java_script_enabled=False)
    ask(page)
    assert page.get_by_role("heading", level=1).is_visible()
    page.locator(".hits summary").first.click()
    assert page.locator(".hits .chips p").first.is_visible()
    page.get_by_text("Narrow and order").click()
    page.get_by_label("Edition").select_option("2016")
    go(page, page.get_by_role("button", name="Apply"))
    headings = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    assert all(heading.endswith(", 2016") for heading in headings)
    assert "edition=2016" in page.url
    for place in (0, 1):
        page.get_by_role("checkbox").nth(place).check()
    go(page, page.get_by_role("button", name="Copy the selected passages"))
    assert "2 passages with references" in page.get_by_role("heading", level=1).inner_text()
    go(page, page.get_by_role("link", name="Leave this page"))
    assert page.url == LEAVE_FOR


@pytest.mark.parametrize("how", ["button", "shift"])
def test_leaving_replaces_the_page(opened: Any, how: str) -> None:
    """The page that was open can't be gone back to; nothing tells where one came from."""
    page = opened()
    page.goto("/help")
    page.goto("/search?q=they+took+my+passport")
    length = page.evaluate("history.length")
    with page.expect_request(f"{LEAVE_FOR}**") as asked:
        if how == "button":
            page.get_by_role("link", name="Leave this page").click()
        else:
            for key in ("Shift", "Shift", "A", "Shift", "Shift", "Shift"):
                page.keyboard.press(key)
    assert "referer" not in asked.value.headers
    page.wait_for_url(LEAVE_FOR)
    assert page.evaluate("history.length") == length
    page.go_back()
    assert page.url.endswith("/help")


def test_a_question_about_oneself_is_met_with_care(opened: Any) -> None:
    """Larger than elsewhere, with the hotlines of the country that is named."""
    page = opened(390)
    ask(page, "they took my passport in Haiti")
    box = page.get_by_role("region", name="If this is about you")
    assert "1-8-8" in box.inner_text()
    assert "check before relying on it" in box.inner_text()
    page.screenshot(path=SCREENSHOTS / "own.png")
    ask(page, QUESTION)
    assert page.get_by_text("In danger now?").count() == 1
    assert page.get_by_role("region", name="If this is about you").count() == 0


def test_the_first_page_is_light_and_lies_still(opened: Any) -> None:
    """At most 60 kB in all, nothing from another host, no shift, no cookie."""
    page = opened(390)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => {"
        " for (const moved of list.getEntries()) window.shift += moved.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("/search?q=Who+shelters+the+victims%3F", wait_until="networkidle")
    assert sum(sizes.values()) <= 60_000, sizes
    assert page.evaluate("window.shift") == 0
    assert page.context.cookies() == []


@pytest.mark.parametrize("width", [320, 1280])
def test_hostile_text_is_text(opened: Any, hostile_site: str, browser: Any, width: int) -> None:
    """Of a file and of a question; nothing runs, and nothing is wider than the window."""
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=hostile_site)
    page = context.new_page()
    for question in (
        "gangs beg",
        '"><script>document.title="run"</script> gangs',
        "javascript:document.title='run' \u202egangs",
        "gangs " + "y" * 1900,
    ):
        ask(page, question)
        assert page.get_by_role("article").count() == 1
        page.locator(".hits summary").first.click()
        assert page.title() == "Search results – tipqa"
        assert page.get_by_label("Ask a question").input_value() == question
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator('a[href^="javascript"], img, main script').count() == 0
    page.screenshot(path=SCREENSHOTS / f"hostile-{width}.png")
    page.goto("/copy?passage=chile-2020%23p1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer = page.goto("/search?q=" + "z" * 10_000)
    assert answer.status == 422
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


PAGES = {
    "home": "/",
    "results": "/search?q=Who+shelters+the+victims%3F",
    "narrowed": "/search?q=child+labor&country=GHA&order=newest",
    "second": "/search?q=child+labor&page=2",
    "not-found": "/search?q=camel+racing+robots+of+Norway",
    "own-danger": "/search?q=they+took+my+passport+in+Haiti",
    "nothing-left": "/search?q=child+labor&country=HTI&edition=2016",
    "wrong": "/search?q=child+labor&country=Narnia",
    "copy": "/copy?passage=nepal-2021%23p4&passage=haiti-2021%23p3",
    "copy-none": "/copy",
    "help": "/help",
    "error-404": "/nowhere",
    "error-422": "/search?q=fish&page=none",
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Any, name: str) -> None:
    """On no page, at 320 px (1280 at 400%) in light, at 1280 in dark; nothing scrolls sideways."""
    for width, scheme in ((320, "light"), (1280, "dark")):
        page = opened(width, color_scheme=scheme, reduced_motion="reduce")
        page.goto(PAGES[name])
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        page.context.close()


def test_print_leaves_what_belongs_into_a_letter(opened: Any) -> None:
    """Passages with their notes, open; no form, button or link that works on paper alone."""
    page = opened()
    ask(page)
    page.emulate_media(media="print")
    assert page.locator(".hits .chips p").first.is_visible()
    for gone in ("#ask", ".leave", ".do", ".take", "footer"):
        assert not page.locator(gone).first.is_visible()
    page.screenshot(path=SCREENSHOTS / "print.png", full_page=True)
