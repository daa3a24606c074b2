"""The newsletter over HTTP: what visitors, mail programs and staff may do."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from desks import Browser, make_desk
from newsletters import URL, Corpus, sign_off, subscribe, token_in, waiting
from tipqa.search import Index
from tipqa_api import create_app
from tipqa_desk import issues, newsletter, subscribers
from tipqa_desk.database import Desk
from tipqa_desk.models import Asking, Event, Issue, Message, Subscriber

FAR = ("192.0.2.7", 50000)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path / "desk", url=URL)
    yield desk
    desk.close()


@pytest.fixture
def client(index: Index, desk: Desk) -> TestClient:
    return TestClient(create_app(index, desk=desk), client=FAR)


@pytest.fixture
def edda(client: TestClient) -> Browser:
    browser = Browser(TestClient(client.app))
    browser.sign_in("Edda")
    return browser


@pytest.fixture
def rolf(client: TestClient) -> Browser:
    browser = Browser(TestClient(client.app))
    browser.sign_in("Rolf")
    return browser


@pytest.fixture
def issue(desk: Desk, corpus: Path, tmp_path: Path) -> Issue:
    changing = Corpus(corpus, tmp_path)
    issues.build(desk, changing.index, "2026-10")
    changing.change()
    made = issues.build(desk, changing.index, "2026-11")
    assert made
    return made


def written(desk: Desk) -> list[Message]:
    with desk.session() as session:
        return list(session.scalars(select(Message).where(Message.kind == "confirmation")))


def leave_path(desk: Desk) -> str:
    with desk.session() as session:
        (one,) = session.scalars(select(Subscriber))
        return subscribers.leave_url(desk, one, "")


def test_each_page_offers_it_in_its_foot(client: TestClient, index: Index) -> None:
    """With a form; not at all where there is no desk."""
    for path in ("/", "/profiles", "/search?q=fish", "/profiles/norway-2024", "/help"):
        page = client.get(path).text
        assert '<form class="foot" action="/newsletter" method="post"' in page, path
    alone = TestClient(create_app(index))
    assert "newsletter" not in alone.get("/").text.lower()
    assert alone.get("/newsletter").status_code == 404


def test_signing_up_from_the_foot_or_the_page(client: TestClient, desk: Desk) -> None:
    """The same answer, without a cookie; countries where some are chosen."""
    sent = client.post("/newsletter", data={"email": "kim@example.org", "from": "foot"})
    assert sent.status_code == 200 and "Please look at your mail" in sent.text
    client.post("/newsletter", data={"email": "lee@example.org", "country": ["NOR", "CHL", "XXX"]})
    with desk.session() as session:
        kim, lee = session.scalars(select(Subscriber).order_by(Subscriber.id))
    assert (kim.asked, lee.asked) == (None, ["CHL", "NOR"])
    assert not client.cookies
    assert len(written(desk)) == 2


def test_the_answer_does_not_tell_who_subscribes(client: TestClient, desk: Desk) -> None:
    """For a new address, one that waits, and one that is subscribed."""
    subscribe(desk, "kim@example.org")
    with desk.session() as session:
        session.execute(update(Asking).values(key="another"))
    answers = [
        client.post("/newsletter", data={"email": email})
        for email in ("kim@example.org", "new@example.org", "new@example.org", "kim@example.org")
    ]
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    assert len(written(desk)) == 3


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b.org\r\nBcc: c@d.org",
        "a@b.org, c@d.org",
        "a@b.org\x00",
        HOSTILE,
        "x" * 400,
    ],
)
def test_what_is_no_address_is_told(client: TestClient, desk: Desk, email: str) -> None:
    """The form comes back with it as text; nothing is mailed."""
    answer = client.post("/newsletter", data={"email": email})
    if answer.status_code == 200:  # a null sign is no part of a form
        assert written(desk)[0].recipient == "a@b.org"
        return
    assert answer.status_code == 422 and "can&#39;t be used" in answer.text
    assert "<script>alert" not in answer.text and "<img" not in answer.text
    assert written(desk) == []


def test_programs_are_kept_out(client: TestClient, desk: Desk, index: Index) -> None:
    """By a field that nobody sees, and by the number from one network, also by IPv6."""
    trapped = client.post("/newsletter", data={"email": "a@example.org", "website": "x"})
    assert trapped.status_code == 422
    for n in range(6):
        client.post("/newsletter", data={"email": f"a{n}@example.org"})
    assert len(written(desk)) == 4, "the one that was trapped counts"
    refused = client.post("/newsletter", data={"email": "b@example.org"})
    assert refused.status_code == 429 and 'value="b@example.org"' in refused.text
    for n in range(7):
        v6 = TestClient(client.app, client=(f"2001:db8::{n:x}", 50000))
        v6.post("/newsletter", data={"email": f"six{n}@example.org"})
    assert len(written(desk)) == 9


def test_links_lead_where_the_site_is(index: Index, tmp_path: Path) -> None:
    """Never to a host that a stranger names; without an address nobody signs up then."""
    desk = make_desk(tmp_path / "open", smtp_url="smtp://127.0.0.1:9")
    app = create_app(index, desk=desk)
    far = TestClient(app, client=FAR, headers={"Host": "evil.example"})
    answer = far.post("/newsletter", data={"email": "kim@example.org"})
    assert answer.status_code == 503 and "TIPQA_URL" in answer.text
    assert waiting(desk) == []
    app.state.url = "https://told.example"
    far.post("/newsletter", data={"email": "kim@example.org"})
    assert "https://told.example/newsletter/confirm/" in waiting(desk)[0].get_content()
    desk.close()


def test_following_a_link_does_nothing(client: TestClient, desk: Desk) -> None:
    """Programs that look through mails follow links; a button confirms, and leaves."""
    subscribers.sign_up(desk, "kim@example.org", {"NOR": "Norway"}, URL)
    path = f"/newsletter/confirm/{token_in(waiting(desk)[0])}"
    page = client.get(path)
    assert page.status_code == 200 and "<bdi>Norway</bdi>" in page.text
    with desk.session() as session:
        assert subscribers.count(session) == 0
    assert "You are subscribed" in client.post(path).text
    assert client.get(leave_path(desk)).status_code == 200
    with desk.session() as session:
        assert subscribers.count(session) == 1
    assert client.get("/newsletter/confirm/none").status_code == 404
    assert client.post("/newsletter/confirm/none").status_code == 404


def test_one_click_unsubscribes(client: TestClient, desk: Desk) -> None:
    """As RFC 8058 has it: a POST without cookie or referrer; once more changes nothing."""
    subscribe(desk, "kim@example.org")
    path = leave_path(desk)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None):
        bare = TestClient(client.app)
        headers = {"Content-Type": kind} if kind else {}
        answer = bare.post(path, content=b"List-Unsubscribe=One-Click", headers=headers)
        assert answer.status_code == 200 and not answer.history
        assert "set-cookie" not in answer.headers
    with desk.session() as session:
        assert session.scalars(select(Subscriber)).all() == []
    assert client.get(path).status_code == 200
    assert client.post("/newsletter/leave/none").status_code == 200


def test_an_issue_is_a_page_once_it_goes_out(client: TestClient, desk: Desk, issue: Issue) -> None:
    """And an entry of the feed; not before."""
    assert client.get("/newsletter/2026-11").status_code == 404
    assert "2026-11" not in client.get("/newsletter").text
    sign_off(desk, "2026-11")
    assert client.get("/newsletter/2026-11").status_code == 404
    newsletter.send(desk)
    page = client.get("/newsletter/2026-11")
    assert page.status_code == 200
    assert "<del>240</del>" in page.text and 'href="/profiles/peru-2026"' in page.text
    assert "/newsletter/2026-11" in client.get("/newsletter").text
    feed = feedparser.parse(client.get("/feed.atom").content)
    assert not feed.bozo
    assert feed.entries[0].title == "Newsletter, November 2026"
    assert feed.entries[0].link.endswith("/newsletter/2026-11")
    assert client.get("/newsletter/2026-12").status_code == 404


def test_an_issue_is_edited_and_signed_off_by_two(
    edda: Browser, rolf: Browser, desk: Desk, issue: Issue
) -> None:
    """Note, cuts, preview as HTML and text; an editor can't sign, nor who edited."""
    path = "/desk/newsletter/2026-11"
    assert "November 2026" in edda.client.get("/desk/newsletter").text
    saved = edda.send(f"{path}/edit", note=f"Dear {HOSTILE}", cut="peru-2026", version=0)
    assert saved.status_code == 303
    page = edda.client.get(path).text
    assert "<script>alert" not in page and "<img" not in page
    preview = page[page.index('id="preview"') :]
    assert "Dear" in preview and "310" in preview and "31 people" not in preview
    assert "Peru: an example" not in preview
    assert edda.send(f"{path}/submit").status_code == 303
    assert edda.send(f"{path}/sign", version=1).status_code == 403
    assert rolf.send(f"{path}/sign", version=0).status_code == 422
    stale = rolf.send(f"{path}/edit", note="Mine", version=0)
    assert stale.status_code == 422 and "Mine</textarea>" in stale.text
    assert rolf.send(f"{path}/return", why="Shorter, please").status_code == 303
    assert edda.send(f"{path}/submit").status_code == 303
    assert rolf.send(f"{path}/sign", version=1).status_code == 303
    assert "tipqa newsletter send" in edda.client.get(path).text
    assert rolf.client.get("/desk/newsletter/2027-01").status_code == 404
    with desk.session() as session:
        steps = [e.what for e in session.scalars(select(Event)) if "newsletter" in e.what]
    assert steps[-5:] == [
        "newsletter edited", "newsletter submitted", "newsletter sent back",
        "newsletter submitted", "newsletter signed off",
    ]  # fmt: skip


def test_forms_of_the_desk_need_their_token(edda: Browser, issue: Issue) -> None:
    """A form from elsewhere does nothing."""
    for step in ("edit", "submit", "return", "sign"):
        answer = edda.client.post(f"/desk/newsletter/2026-11/{step}", data={"note": "x"})
        assert answer.status_code == 403


def test_nothing_of_a_subscriber_is_logged(
    client: TestClient, desk: Desk, issue: Issue, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither address nor token stands in a log or the trail."""
    with caplog.at_level(logging.DEBUG):
        client.post("/newsletter", data={"email": "kim@example.org"})
        with desk.session() as session:
            session.execute(update(Subscriber).values(confirmed=True))
        path = leave_path(desk)
        sign_off(desk, "2026-11")
        newsletter.send(desk)
        client.post(path)
    with desk.session() as session:
        trail = " ".join(f"{e.what} {e.detail}" for e in session.scalars(select(Event)))
    for told in ("kim@", path.rpartition("/")[2]):
        # The test's own client logs the addresses that it asks for.
        ours = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
        assert told not in "\n".join(ours) and told not in trail


def test_pages_that_are_for_one_person_are_kept_from_robots(client: TestClient) -> None:
    """Links of mails are in no search."""
    for path in ("/newsletter/confirm/none", "/newsletter/leave/none"):
        assert re.search(r'<meta name="robots" content="noindex">', client.get(path).text)
