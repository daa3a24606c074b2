"""The desk in a real browser: from a visitor's question to the answer in the mailbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from browsing import chromium, clean, needs_chromium, serving
from desks import PASSWORDS, Mailbox, mail_server, make_desk
from tipqa.search import Index
from tipqa_api import create_app
from tipqa_desk.database import Desk
from tipqa_desk.models import Asked, now

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Desk]:
    desk = make_desk(tmp_path_factory.mktemp("desk") / "desk", smtp_url=mailbox.url)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def site(index: Index, desk: Desk) -> Iterator[str]:
    with serving(create_app(index, desk=desk)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes a page of a browser of its own."""
    contexts = []

    def open_page(**options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Any, site: str, name: str) -> None:
    page.goto(f"{site}/desk")
    page.fill("#name", name)
    page.fill("#password", PASSWORDS[name])
    page.click("text=Sign in >> nth=-1")


def test_a_question_comes_back_answered_by_mail(
    opened: Callable[..., Any], site: str, mailbox: Mailbox
) -> None:
    """A visitor asks, an editor quotes and drafts, a reviewer signs, the mail arrives."""
    visitor = opened(java_script_enabled=False, viewport={"width": 360, "height": 740})
    visitor.goto(f"{site}/search?q=Who+won+the+football+match")
    visitor.click("text=Ask the desk")
    visitor.fill("#question", "How many fish farms did inspectors visit in Norway?")
    visitor.fill("#email", "kim@example.org")
    visitor.wait_for_timeout(3100)
    visitor.click("text=Send the question")
    reference = visitor.text_content(".reference")
    assert re.fullmatch(r"(?:\w{4}-?){3}", reference)

    edda = opened()
    sign_in(edda, site, "Edda")
    clean(edda, "desk-queue")
    edda.click("text=How many fish farms")
    edda.fill("#restated", "How many fish farms did Norway's inspectors visit?")
    edda.click("text=Keep")
    edda.click("text=Find passages to quote")
    clean(edda, "desk-find")
    edda.locator("article", has_text="240 fish farms").get_by_role("button").click()
    assert "Quoted in the draft" in edda.text_content("[role=status]")
    edda.click("text=Back to the draft")
    draft = edda.input_value("#text")
    edda.fill("#text", f"{draft}\nWith our thanks for your patience.\n")
    edda.click("text=Save and preview")
    clean(edda, "desk-inquiry")
    edda.click("text=Give it to a second reader")

    rolf = opened()
    sign_in(rolf, site, "Rolf")
    rolf.click("text=How many fish farms")
    rolf.click("text=Sign it off")
    clean(rolf, "desk-signed")
    rolf.click("text=Send it by mail")
    assert "Answered on" in rolf.text_content("main")

    rolf.wait_for_timeout(500)
    receipt, answer = mailbox.mails
    assert reference in receipt["Subject"] and reference in answer["Subject"]
    text = answer.get_content()
    assert "The labour inspectorate visited 240 fish farms during the year." in text
    assert "Labour Inspectorate. Annual Report. 2023." in text
    assert answer["To"] == "kim@example.org"

    for page in (visitor, opened()):  # without JavaScript, and with it
        page.goto(f"{site}/inquire/status")
        page.fill("#reference", reference.lower())
        page.click("text=See >> nth=-1")
        assert "240 fish farms" in page.text_content("main")
    clean(page, "desk-status")


def test_the_whole_desk_by_keyboard(opened: Callable[..., Any], site: str, desk: Desk) -> None:
    """Signing in, opening an inquiry, quoting and saving need no mouse."""
    from tipqa_desk.inquiries import receive

    receive(desk, "Which vineyards in Chile had forced labour?")
    page = opened()
    page.goto(f"{site}/desk")

    def to(selector: str) -> None:
        """Tab until it has the focus."""
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    to("#name")
    page.keyboard.type("Rana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS["Rana"])
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('inquiries')")
    to("td a")
    while "vineyards" not in page.evaluate("document.activeElement.textContent"):
        to("td a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#restated")
    to("a.button")
    page.keyboard.press("Enter")
    page.wait_for_selector("article")
    to("article form button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    to("a[href$='#draft']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#text")
    to("#text")
    page.keyboard.press("Control+Home")
    page.keyboard.type("Good day,\n\n")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".preview")
    assert "Good day," in page.text_content(".preview")


@pytest.mark.parametrize("path", ["/inquire", "/inquire/status", "/desk/sign-in"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_visitors_pages_are_accessible(
    opened: Callable[..., Any], site: str, path: str, scheme: str
) -> None:
    """Axe finds nothing, light and dark, and at 320 px nothing is wider than the window."""
    page = opened(color_scheme=scheme)
    page.goto(site + path)
    clean(page, f"desk-{path.strip('/').replace('/', '-')}-{scheme}")


def test_other_pages_of_the_staff_are_accessible(
    opened: Callable[..., Any], site: str, desk: Desk
) -> None:
    """What is missing, with figures and without; an inquiry to print; a mistake told."""
    month = f"{now():%Y-%m}"
    last = f"{now().replace(day=1) - timedelta(days=1):%Y-%m}"
    with desk.session() as session:
        session.add(Asked(month=last, country="NOR", topic="other", count=7))
    page = opened()
    sign_in(page, site, "Rana")
    for name, path in (
        ("missing", f"/desk/missing?from={last}&to={last}"),
        ("nothing-missing", f"/desk/missing?from={month}&to={month}"),
        ("print", "/desk/inquiries/1/print"),
        ("not-there", "/desk/inquiries/999"),
        ("closed", "/desk?state=closed"),
    ):
        page.goto(site + path)
        clean(page, f"desk-{name}")
