"""What is kept of visitors: shown to them, deleted at their wish, or when its time is over."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from tipqa.errors import QueryError
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.inquiries import receive
from tipqa_desk.keeping import erase, export, purge
from tipqa_desk.mail import again, compose, deliver, masked, queue, unsent
from tipqa_desk.models import Inquiry, Message, Pick, now
from tipqa_desk.settings import Settings
from tipqa_desk.trail import trail

SISTER = "Where can my sister Aruna find shelter in Nepal?"
PERSONAL = ("Aruna", "Kim Li", "kim@example.org")
DAY = timedelta(days=1)


def ask(desk: Desk, question: str = SISTER, email: str = "kim@example.org", **more: Any) -> int:
    """An inquiry that the desk has worked on."""
    receive(desk, question, "Kim Li", email)
    with desk.session() as session:
        inquiry = session.scalars(select(Inquiry).order_by(Inquiry.id.desc())).first()
        assert inquiry
        inquiry.restated, inquiry.draft = "Which shelters are in Nepal?", "The draft."
        inquiry.packet = {"answer": "The answer."}
        inquiry.picks.append(Pick(passage="nepal#p1", document={"text": "p"}, generation="g"))
        for name, value in more.items():
            setattr(inquiry, name, value)
        return inquiry.id


def inquiry_of(desk: Desk, number: int) -> Inquiry:
    with desk.session() as session:
        return session.get_one(Inquiry, number)


def mails(desk: Desk) -> list[Message]:
    with desk.session() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def everything(desk: Desk) -> bytes:
    """The bytes of all files of a desk."""
    return b"".join(one.read_bytes() for one in desk.settings.desk.rglob("*") if one.is_file())


@pytest.mark.parametrize(
    ("times", "goes"),
    [
        ({"closed": 91 * DAY, "answered": 95 * DAY}, True),
        ({"closed": 91 * DAY}, True),
        ({"closed": 89 * DAY, "answered": 95 * DAY}, False),
        ({"answered": 91 * DAY}, True),
        ({"answered": 89 * DAY}, False),
        ({}, False),
    ],
)
def test_personal_data_goes_when_its_time_is_over(
    desk: Desk, times: dict[str, timedelta], goes: bool
) -> None:
    """Ninety days after an inquiry was closed; after its answer, where nobody closed it."""
    at = {name: now() - ago for name, ago in times.items()}
    number = ask(desk, received=now() - 400 * DAY, **at)
    deleted = purge(desk)
    inquiry = inquiry_of(desk, number)
    assert (deleted.inquiries, deleted.mails) == (goes, goes)
    assert deleted.still_open == (not times)
    assert [inquiry.question, inquiry.name, inquiry.email] == (
        [None] * 3 if goes else [SISTER, "Kim Li", "kim@example.org"]
    )
    assert (inquiry.purged is not None) == goes
    assert (mails(desk)[0].recipient, mails(desk)[0].content is None) == (
        ("", True) if goes else ("kim@example.org", False)
    )


def test_what_the_desk_made_of_it_stays(desk: Desk) -> None:
    """Restated question, draft, picks, packet and trail; the trail says that the rest went."""
    number = ask(desk, state="closed", closed=now() - 91 * DAY)
    purge(desk)
    inquiry = inquiry_of(desk, number)
    assert inquiry.restated == "Which shelters are in Nepal?"
    assert (inquiry.draft, inquiry.packet) == ("The draft.", {"answer": "The answer."})
    with desk.session() as session:
        assert len(session.get_one(Inquiry, number).picks) == 1
        steps = [(step.what, step.detail) for step in trail(session, number)]
    assert steps == [("received", "page"), ("personal data deleted", "its time was over")]


def test_purging_twice_deletes_once(desk: Desk) -> None:
    """The second run finds nothing, and notes nothing."""
    number = ask(desk, closed=now() - 91 * DAY)
    assert purge(desk).inquiries == 1
    assert purge(desk).inquiries == 0
    with desk.session() as session:
        assert len(trail(session, number)) == 2


def test_how_long_is_a_setting(desk: Desk) -> None:
    """TIPQA_DESK_KEEP_DAYS."""
    ask(desk, closed=now() - 8 * DAY)
    assert purge(desk).inquiries == 0
    shorter = Settings(
        desk=desk.settings.desk, desk_database=desk.settings.desk_database, desk_keep_days=7
    )
    other = open_desk(shorter)
    assert purge(other).inquiries == 1
    other.close()


@pytest.mark.parametrize("way", ["purge", "erase"])
def test_the_words_are_gone_from_sqlites_files(tmp_path: Path, way: str) -> None:
    """From the database, its write-ahead log and the folder of mails, at every place.

    Rows grow while they are worked on, so that they move to other pages; an old copy of one
    stays behind there, unless the file is written anew.
    """
    desk = open_desk(Settings(desk=tmp_path, desk_database=None))
    for at in range(120):
        email = "kim@example.org" if at % 3 else f"someone{at:03}@example.com"
        ask(desk, SISTER if at % 3 else f"Question {at}?", email)
    deliver(desk)
    with desk.session() as session:
        for inquiry in session.scalars(select(Inquiry)):
            inquiry.draft = "A sentence of the draft. " * (inquiry.id % 7 * 30)
    held = everything(desk)
    assert all(word.encode() in held for word in PERSONAL)
    assert len(list(desk.mail_folder.iterdir())) == 120
    if way == "purge":
        with desk.session() as session:
            kims = Inquiry.email == "kim@example.org"
            session.execute(update(Inquiry).where(kims).values(closed=now() - 91 * DAY))
            session.execute(update(Inquiry).where(~kims).values(name=None))
        deleted = purge(desk)
    else:
        with desk.session() as session:
            session.execute(
                update(Inquiry).where(Inquiry.email != "kim@example.org").values(name=None)
            )
        deleted = erase(desk, "kim@example.org")
    assert (deleted.inquiries, deleted.mails, deleted.settled) == (80, 80, True)
    held = everything(desk)
    for word in PERSONAL:
        assert word.encode() not in held, word
    assert b"someone003@example.com" in held, "another's is gone"
    assert len(list(desk.mail_folder.iterdir())) == 40
    desk.close()


def test_words_that_a_reader_still_holds_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write-ahead log can't be emptied meanwhile; the next call does it."""
    monkeypatch.setattr("tipqa_desk.database._WAIT", 0)
    desk = open_desk(Settings(desk=tmp_path, desk_database=None))
    ask(desk)
    with desk.engine.connect() as reading:
        reading.exec_driver_sql("BEGIN")
        reading.exec_driver_sql("SELECT * FROM inquiry").fetchone()
        assert not erase(desk, "kim@example.org").settled
    assert purge(desk).settled
    assert not any(word.encode() in everything(desk) for word in PERSONAL)
    desk.close()


@pytest.mark.parametrize("typed", ["kim@example.org", "KIM@Example.Org", "  Kim@EXAMPLE.org "])
def test_a_person_is_erased_whatever_the_case(desk: Desk, typed: str) -> None:
    """At once, open inquiries too: these are closed. Others' data stays."""
    first, second = ask(desk), ask(desk, email="Kim@example.org", closed=now(), state="closed")
    other = ask(desk, email="kim@example.net")
    deleted = erase(desk, typed)
    assert (deleted.inquiries, deleted.mails) == (2, 2)
    for number in (first, second):
        inquiry = inquiry_of(desk, number)
        assert inquiry.question is inquiry.name is inquiry.email is None
        assert inquiry.state == "closed" and inquiry.closed and inquiry.purged
    assert inquiry_of(desk, other).email == "kim@example.net"
    assert [mail.recipient for mail in mails(desk)] == ["", "", "kim@example.net"]
    with desk.session() as session:
        assert trail(session, first)[-1].detail == "the visitor wished it"
    assert erase(desk, typed).inquiries == 0


def test_mails_that_wait_are_not_sent_after_erasing(desk: Desk) -> None:
    """Nor are mails that belong to no inquiry; they can't be sent again either."""
    ask(desk)
    with desk.session() as session:
        queue(session, "newsletter", compose(desk, "Kim@example.org", "News", "What is new."))
    assert erase(desk, "kim@example.org").mails == 2
    assert deliver(desk) == deliver(desk, "newsletter") == 0
    assert not desk.mail_folder.exists()
    assert [mail.state for mail in mails(desk)] == ["failed", "failed"]
    with desk.session() as session:
        assert unsent(session) == []
        with pytest.raises(QueryError):
            again(session, 1)


def test_files_of_mails_go_with_them(desk: Desk) -> None:
    """Those half written too; others' files stay, and what is no mail."""
    ask(desk)
    ask(desk, email="lee@example.org")
    deliver(desk)
    folder = desk.mail_folder
    (folder / ".000001-receipt.eml").write_text("half a mail to kim@example.org")
    (folder / "notes.eml").write_text("of the staff")
    erase(desk, "kim@example.org")
    assert sorted(one.name for one in folder.iterdir()) == ["000002-receipt.eml", "notes.eml"]


def test_what_a_server_said_of_an_address_goes_too(desk: Desk) -> None:
    """A refusal names it, as a rule."""
    ask(desk, closed=now() - 91 * DAY)
    with desk.session() as session:
        session.execute(
            update(Message).values(state="failed", fault="550 kim@example.org: no such")
        )
    purge(desk)
    assert mails(desk)[0].fault == "deleted before it was sent"


def test_a_mail_that_is_erased_while_it_is_sent_leaves_nothing(
    tmp_path: Path, database: str | None
) -> None:
    """The server has it, the desk no longer; another mail doesn't get its number meanwhile."""
    got: list[str] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            def meanwhile() -> None:
                erase(desk, "kim@example.org")
                receive(desk, "Another question?", email="lee@example.org")

            if not got:
                await asyncio.to_thread(meanwhile)
            got.extend(envelope.rcpt_tos)
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        desk = open_desk(
            Settings(desk=tmp_path, desk_database=database, smtp_url=f"smtp://127.0.0.1:{port}")
        )
        ask(desk)
        assert deliver(desk) == 1
        erased, other = mails(desk)
        assert (erased.recipient, erased.content, erased.state) == ("", None, "sent")
        assert (other.recipient, other.state) == ("lee@example.org", "waiting")
        assert deliver(desk) == 1
        assert got == ["kim@example.org", "lee@example.org"]
        desk.close()
    finally:
        controller.stop()


def test_a_person_is_told_all_there_is(desk: Desk) -> None:
    """Inquiries and mails, as one JSON document; no member's name, no other's data."""
    ask(desk, answered=now())
    ask(desk, "Another's question?", "lee@example.org")
    with desk.session() as session:
        queue(session, "newsletter", compose(desk, "Kim@Example.org", "News", "What is new."))
    with desk.session() as session:
        document = json.loads(json.dumps(export(session, "KIM@example.org")))
    (inquiry,) = document["inquiries"]
    assert (inquiry["question"], inquiry["name"]) == (SISTER, "Kim Li")
    assert inquiry["answer"] == {"answer": "The answer."} and inquiry["draft"] == "The draft."
    assert [step["what"] for step in inquiry["steps"]] == ["received"]
    assert [(mail["kind"], mail["state"]) for mail in document["mails"]] == [
        ("receipt", "waiting"),
        ("newsletter", "waiting"),
    ]
    assert "We have received your question." in document["mails"][0]["text"]
    assert "lee" not in json.dumps(document)


@pytest.mark.parametrize("do", [lambda desk, email: erase(desk, email), None])
def test_an_address_that_is_none_is_told(desk: Desk, do: Callable[..., object] | None) -> None:
    """One line, and nothing is touched; "%" is no wildcard."""
    ask(desk)
    for email in ("", "kim", "%@example.org"):
        try:
            with desk.session() as session:
                found = do(desk, email) if do else export(session, email)
        except QueryError:
            continue
        assert found == {**found, "inquiries": [], "mails": []} if not do else not found.mails
    assert inquiry_of(desk, 1).question == SISTER


def test_a_mail_that_failed_is_sent_again_where_someone_wishes_it(desk: Desk) -> None:
    """Failed and unknown ones; not those that wait or are sent."""
    for at in range(4):
        ask(desk, email=f"kim{at}@example.org")
    with desk.session() as session:
        states = ("failed", "unknown", "waiting", "sent")
        for mail, state in zip(session.scalars(select(Message)), states, strict=True):
            mail.state, mail.tries = state, 8
    with desk.session() as session:
        assert [mail.id for mail in unsent(session)] == [1, 2]
        again(session, 1)
        again(session, 2)
        for number in (3, 4, 99):
            with pytest.raises(QueryError, match="tipqa desk mail"):
                again(session, number)
    assert deliver(desk) == 3
    assert {mail.state for mail in mails(desk)} == {"sent"}


def test_an_address_is_shown_only_as_far_as_it_helps() -> None:
    """Its first sign and its server."""
    assert masked("kim.li@example.org") == "k…@example.org"
    assert masked("") == ""
