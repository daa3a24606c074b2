"""The newsletter in a real browser: from signing up to leaving by one click."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium, clean, needs_chromium, serving
from desks import PASSWORDS, Mailbox, mail_server, make_desk
from newsletters import Corpus, part
from tipqa.embed import HashedWords
from tipqa.search import open_index
from tipqa_api import create_app
from tipqa_desk import issues, newsletter
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.settings import Settings

pytestmark = needs_chromium


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def opened() -> Iterator[Callable[..., Any]]:
    """Makes a page of a browser of its own."""
    with chromium() as browser:

        def open_page(**options: Any) -> Any:
            page = browser.new_context(**options).new_page()
            page.set_default_timeout(10_000)
            return page

        yield open_page


def sign_in(page: Any, site: str, name: str) -> None:
    page.goto(f"{site}/desk/newsletter")
    page.fill("#name", name)
    page.fill("#password", PASSWORDS[name])
    page.click("main button")


def link_in(mailbox: Mailbox, to: str) -> str:
    """The link to confirm that came to an address."""
    mail = next(mail for mail in mailbox.mails if mail["To"] == to)
    found = re.search(r"http\S+/newsletter/confirm/\S+", mail.get_content())
    assert found
    return found[0]


def wait_for(page: Any, mailbox: Mailbox, number: int) -> None:
    for _ in range(100):
        if len(mailbox.mails) >= number:
            return
        page.wait_for_timeout(50)
    raise AssertionError("no mail came")


def test_from_signing_up_to_leaving(
    opened: Callable[..., Any], mailbox: Mailbox, corpus: Path, tmp_path: Path
) -> None:
    """From the foot without JavaScript, by country with it; an issue by two staff; leaving."""
    changing = Corpus(corpus, tmp_path)
    desk = make_desk(tmp_path / "desk", smtp_url=mailbox.url)
    issues.build(desk, changing.index, "2026-10")
    changing.change()
    issues.build(desk, changing.index, "2026-11")
    app = create_app(open_index(changing.index, HashedWords()), desk=desk)
    with serving(app) as site:
        app.state.url = site
        _way(opened, mailbox, site, desk)
    desk.close()


def _way(opened: Callable[..., Any], mailbox: Mailbox, site: str, desk: Desk) -> None:
    kim = opened(java_script_enabled=False, viewport={"width": 360, "height": 740})
    kim.goto(f"{site}/profiles/norway-2024")
    kim.fill("footer input[type=email]", "kim@example.org")
    kim.click("footer >> text=Subscribe")
    assert "Please look at your mail" in kim.text_content("h1")
    wait_for(kim, mailbox, 1)
    kim.goto(link_in(mailbox, "kim@example.org"))
    kim.click("text=Yes, subscribe me")
    assert "You are subscribed" in kim.text_content("h1")

    lee = opened()
    lee.goto(site)
    clean(lee, "newsletter-foot")
    lee.click("footer >> text=newsletter")
    lee.fill("#email", "lee@example.org")
    lee.click("summary")
    lee.check("text=Peru")
    clean(lee, "newsletter-form")
    lee.click("main >> button")
    clean(lee, "newsletter-asked")
    wait_for(lee, mailbox, 2)
    lee.goto(link_in(mailbox, "lee@example.org"))
    clean(lee, "newsletter-confirm")
    lee.click("text=Yes, subscribe me")
    clean(lee, "newsletter-confirmed")

    edda, rolf = opened(), opened()
    sign_in(edda, site, "Edda")
    clean(edda, "newsletter-issues")
    edda.click("text=November 2026")
    edda.fill("#note", "Dear readers, two countries this time.")
    edda.click("text=Save and preview")
    assert "two countries" in edda.text_content(".preview")
    clean(edda, "newsletter-edit")
    edda.click("text=Give it to a second reader")
    sign_in(rolf, site, "Rolf")
    rolf.click("text=November 2026")
    rolf.click("text=Sign it off")
    clean(rolf, "newsletter-signed")

    posting = open_desk(
        Settings(desk=desk.settings.desk, smtp_url=mailbox.url, url=site, newsletter_rate=100_000)
    )
    assert newsletter.send(posting).counts == {"sent": 2}
    posting.close()
    to_kim, to_lee = mailbox.mails[2:]
    assert (to_kim["To"], to_lee["To"]) == ("kim@example.org", "lee@example.org")
    assert "310 fish farms" in " ".join(part(to_kim, "plain").split())
    assert "fish" not in part(to_lee, "plain") and "Peru" in part(to_lee, "plain")

    lee.set_content(part(to_lee, "html"))
    clean(lee, "newsletter-mail")
    lee.goto(f"{site}/newsletter")
    lee.click("text=November 2026")
    clean(lee, "newsletter-issue")
    leave = re.search(r'href="([^"]+/leave/[^"]+)"', part(to_lee, "html"))
    assert leave
    lee.goto(leave[1])
    clean(lee, "newsletter-leave")
    lee.click("main >> button")
    assert "not subscribed any more" in lee.text_content("h1")
    clean(lee, "newsletter-left")
    lee.goto(f"{site}/newsletter/confirm/none")
    clean(lee, "newsletter-too-old")

    # As a mail program does it, by the headers alone.
    assert to_kim["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    asked = urllib.request.Request(
        to_kim["List-Unsubscribe"].strip("<>"), data=b"List-Unsubscribe=One-Click"
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
    edda.goto(f"{site}/desk/newsletter")
    assert "0 subscribers" in edda.text_content("main")
