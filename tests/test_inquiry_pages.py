"""The inquiry corner: a visitor leaves a question, and asks after it."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from itsdangerous import TimestampSigner
from sqlalchemy import select

from desks import make_desk
from tipqa.search import Index
from tipqa_api import create_app
from tipqa_desk.database import Desk
from tipqa_desk.models import Event, Inquiry, Message

QUESTION = "Does anyone count forced begging in Norway?"


@pytest.fixture
def desk(tmp_path: Path, database: str | None) -> Iterator[Desk]:
    desk = make_desk(tmp_path / "desk", desk_database=database, url="https://example.org")
    yield desk
    desk.close()


@pytest.fixture
def client(index: Index, desk: Desk) -> TestClient:
    return TestClient(create_app(index, desk=desk), client=("192.0.2.7", 50000))


class _Earlier(TimestampSigner):
    """Signs as the desk did ten seconds ago."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - 10


def form(desk: Desk, **fields: str) -> dict[str, str]:
    """The form's fields, as a person sends them ten seconds after they were shown."""
    began = _Earlier(desk.secret, "inquire", digest_method=hashlib.sha256).sign("form").decode()
    return {"question": QUESTION, "name": "", "email": "", "website": "", "began": began, **fields}


def inquiries(desk: Desk) -> list[Inquiry]:
    with desk.session() as session:
        return list(session.scalars(select(Inquiry)))


def reference_in(page: str) -> str:
    found = re.search(r'class="reference">([^<]+)<', page)
    assert found
    return found[1]


def test_it_is_offered_where_the_profiles_do_not_say(client: TestClient, index: Index) -> None:
    """With the question filled in; not where they answer, nor without a desk."""
    asked = {"q": "Who won the football match?"}
    page = client.get("/search", params=asked).text
    assert "The profiles do not say" in page
    address = re.search(r'href="(/inquire\?q=[^"]+)"', page)
    assert address
    assert "Who won the football match?</textarea>" in client.get(address[1]).text
    assert "/inquire?" not in client.get("/search?q=How+many+fish+farms+were+visited").text
    alone = TestClient(create_app(index))
    assert "/inquire?" not in alone.get("/search", params=asked).text
    assert alone.get("/inquire").status_code == 404


def test_from_question_to_status(client: TestClient, desk: Desk) -> None:
    """A reference comes back, the receipt is mailed without the question, the status is shown."""
    sent = client.post("/inquire", data=form(desk, name="Kim", email="Kim@Example.org"))
    assert sent.status_code == 200
    reference = reference_in(sent.text)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", reference)
    (inquiry,) = inquiries(desk)
    assert (inquiry.question, inquiry.name, inquiry.email) == (QUESTION, "Kim", "Kim@example.org")
    (mail,) = desk.mail_folder.iterdir()
    receipt = mail.read_text()
    assert reference in receipt and "https://example.org/inquire/status" in receipt
    assert "begging" not in receipt
    typed = reference.lower().replace("-", " ")
    status = client.post("/inquire/status", data={"reference": typed})
    assert "It is waiting to be read." in status.text
    assert QUESTION not in status.text


def test_another_reference_tells_nothing(client: TestClient, desk: Desk) -> None:
    """A wrong reference is not found, a number is none, and tries are limited."""
    client.post("/inquire", data=form(desk))
    for guess in ("1", "AAAA-AAAA-AAAA", "' OR 1=1 --", "x" * 5000):
        answer = client.post("/inquire/status", data={"reference": guess})
        assert answer.status_code == 404
        assert "no inquiry with this reference" in answer.text
    for _ in range(26):
        client.post("/inquire/status", data={"reference": "AAAA"})
    refused = client.post("/inquire/status", data={"reference": "AAAA"})
    assert refused.status_code == 429


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"question": "   "}, "the question is empty"),
        ({"question": "x" * 4001}, "4,001 characters"),
        ({"email": "nobody"}, "can&#39;t be used"),
        ({"email": "a@b.org\r\nBcc: c@d.org"}, "can&#39;t be used"),
        ({"name": "x" * 201}, "the name can&#39;t be used"),
        ({"website": "https://spam.example"}, "Empty it and send once more"),
        ({"began": "form.forged"}, "Look over your question"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_lost(
    client: TestClient, desk: Desk, fields: dict[str, str], told: str
) -> None:
    """The form comes back with what was written, and says in one line what to mend."""
    answer = client.post("/inquire", data=form(desk, **fields))
    assert answer.status_code == 422
    assert told in answer.text
    if "question" not in fields:
        assert f"{QUESTION}</textarea>" in answer.text
    assert inquiries(desk) == []


def test_what_is_sent_at_once_is_asked_again(client: TestClient, desk: Desk) -> None:
    """A form that comes back within three seconds is a program's; sent again, it is taken."""
    page = client.get("/inquire").text
    began = re.search(r'name="began" value="([^"]+)"', page)
    assert began
    fields = form(desk, began=began[1])
    assert "that was very quick" in client.post("/inquire", data=fields).text
    time.sleep(3.1)
    assert client.post("/inquire", data=fields).status_code == 200
    assert len(inquiries(desk)) == 1


def test_one_network_sends_five_an_hour(client: TestClient, index: Index, desk: Desk) -> None:
    """The sixth is refused, and its words are kept in the form; another network may send."""
    fields = form(desk)
    codes = [client.post("/inquire", data=fields).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    assert client.post("/v1/inquiries", json={"question": "?"}).status_code == 429
    assert len(inquiries(desk)) == 5


def test_ipv6_counts_by_network(index: Index, desk: Desk) -> None:
    """Whoever has a whole network of addresses is one."""
    app = create_app(index, desk=desk)
    codes = []
    for last in range(6):
        client = TestClient(app, client=(f"2001:db8::{last:x}", 50000))
        codes.append(client.post("/v1/inquiries", json={"question": "Why?"}).status_code)
    assert codes == [201] * 5 + [429]


def test_the_api_takes_inquiries(client: TestClient, desk: Desk) -> None:
    """For front ends of other sites: a document with the reference, and the status by it."""
    answer = client.post("/v1/inquiries", json={"question": QUESTION, "email": "kim@example.org"})
    assert answer.status_code == 201
    document = answer.json()
    assert document["status"] == "new" and document["keep_days"] == 90
    asked = {"reference": document["reference"]}
    assert client.post("/v1/inquiries/status", json=asked).json() == document
    wrong = client.post("/v1/inquiries/status", json={"reference": "AAAA"})
    assert wrong.status_code == 404
    assert wrong.headers["content-type"] == "application/problem+json"
    bad = client.post("/v1/inquiries", json={"question": QUESTION, "email": "kim"})
    assert bad.status_code == 422 and "name@example.org" in bad.json()["detail"]
    with desk.session() as session:
        assert [event.detail for event in session.scalars(select(Event)) if event.inquiry_id] == [
            "api"
        ]


def test_a_megabyte_is_refused(client: TestClient, desk: Desk) -> None:
    """A field of a megabyte is refused before it is read, by form and by JSON."""
    for path, sent in (
        ("/inquire", {"data": {"question": "x" * 1_000_000}}),
        ("/v1/inquiries", {"json": {"question": "x" * 1_000_000}}),
        ("/desk/sign-in", {"data": {"name": "x" * 1_000_000}}),
    ):
        assert client.post(path, **sent).status_code == 413  # type: ignore[arg-type]
    assert inquiries(desk) == []


def test_nothing_of_a_visitor_is_logged(
    client: TestClient, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither words nor address nor reference stands in a log or the trail."""
    with caplog.at_level(logging.DEBUG):
        reference = reference_in(
            client.post("/inquire", data=form(desk, name="Kim", email="kim@example.org")).text
        )
        client.post("/inquire/status", data={"reference": reference})
    with desk.session() as session:
        trail = " ".join(f"{e.what} {e.detail}" for e in session.scalars(select(Event)))
    for told in ("begging", "Kim", "kim@", reference):
        assert told not in caplog.text
        assert told not in trail


def test_hostile_text_stays_text(client: TestClient, desk: Desk) -> None:
    """What a visitor sends comes back as text in every field."""
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    fields: dict[str, Any] = {"question": hostile, "name": hostile, "email": hostile}
    page = client.post("/inquire", data=form(desk, **fields)).text
    assert "<script>alert" not in page and "<img" not in page
    assert "<script>alert" not in client.get("/inquire", params={"q": hostile}).text
    status = client.post("/inquire/status", data={"reference": hostile}).text
    assert "<script>alert" not in status


def test_visitors_get_no_cookies(client: TestClient, desk: Desk) -> None:
    """Neither the form nor its answer sets one."""
    client.post("/inquire", data=form(desk))
    assert not client.cookies


def test_the_receipt_is_private(client: TestClient, desk: Desk) -> None:
    """Mails that no server was there to send can be read by the desk's owner alone."""
    client.post("/inquire", data=form(desk, email="kim@example.org"))
    assert desk.mail_folder.stat().st_mode & 0o077 == 0
    assert desk.settings.desk.stat().st_mode & 0o077 == 0
    with desk.session() as session:
        (message,) = session.scalars(select(Message))
    assert (message.state, message.content) == ("sent", None)


def test_a_database_that_fails_is_told_of(client: TestClient, desk: Desk) -> None:
    """The visitor is asked to try again, nothing is half kept, and no detail is shown."""
    with desk.engine.connect() as other:
        other.exec_driver_sql("DROP TABLE event")
        other.commit()
    answer = client.post("/inquire", data=form(desk), headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "Try again in some minutes" in answer.text and "event" not in answer.text
    assert inquiries(desk) == []


def test_a_form_that_is_too_old_comes_back_new(client: TestClient, desk: Desk) -> None:
    """What comes back after a week can be sent."""
    page = client.post("/inquire", data=form(desk, began="form.long.ago")).text
    began = re.search(r'name="began" value="([^"]+)"', page)
    assert began and began[1] != "form.long.ago"


def test_only_what_is_taken_counts(client: TestClient, desk: Desk) -> None:
    """Slips do not use up what a network may send."""
    for _ in range(6):
        assert client.post("/inquire", data=form(desk, email="nobody")).status_code == 422
    assert client.post("/inquire", data=form(desk)).status_code == 200


def test_visitors_of_one_socket_count_by_their_own_address(index: Index, desk: Desk) -> None:
    """IPv4 addresses as a socket of both shows them are not one network."""
    app = create_app(index, desk=desk)
    for last in range(6):
        client = TestClient(app, client=(f"::ffff:192.0.2.{last}", 50000))
        assert client.post("/v1/inquiries", json={"question": "Why?"}).status_code == 201
