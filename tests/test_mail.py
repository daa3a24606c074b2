"""Mails: what becomes of them when the server refuses, stalls, or drops the line."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import select, update

from desks import Mailbox, mail_server
from tipqa.errors import QueryError
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.mail import checked_email, compose, deliver, queue
from tipqa_desk.models import Message, now
from tipqa_desk.pace import Pace
from tipqa_desk.settings import Settings


class Troubled(Mailbox):
    """A server that answers as a test says, by the first part of the recipient's address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: Counter[str] = Counter()
        self.text_of: Counter[str] = Counter()

    async def handle_RCPT(
        self, server: Any, session: object, envelope: Envelope, address: str, options: object
    ) -> str:
        what = address.partition("@")[0]
        self.asked[what] += 1
        if what == "nobody":
            return "550 no such mailbox"
        if what == "busy":
            return "451 try later"
        if what == "closing":
            await server.push("421 closing")
            server.transport.close()
            return "421 closing"
        if what == "silent":
            await asyncio.sleep(3)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: object, envelope: Envelope) -> str:
        what = envelope.rcpt_tos[0].partition("@")[0]
        self.text_of[what] += 1
        if what == "full":
            return "552 too large"
        if what == "later":
            return "452 no room now"
        if what == "dropped":
            server.transport.abort()
        if what == "stalled":
            await asyncio.sleep(3)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def box() -> Iterator[Troubled]:
    with mail_server(Troubled) as found:
        yield found


@pytest.fixture
def posting(tmp_path: Path, box: Troubled) -> Iterator[Desk]:
    """A desk whose mail server answers as the addresses say, and may take a second."""
    desk = open_desk(Settings(desk=tmp_path / "desk", smtp_url=box.url, smtp_patience=1))
    yield desk
    desk.close()


def write(desk: Desk, *names: str) -> None:
    with desk.session() as session:
        for name in names:
            queue(session, "receipt", compose(desk, f"{name}@example.org", "Hello", "Hello.\n"))


def states(desk: Desk) -> dict[str, str]:
    with desk.session() as session:
        found = session.scalars(select(Message).order_by(Message.id))
        return {message.recipient.partition("@")[0]: message.state for message in found}


def fault(desk: Desk, name: str) -> str:
    with desk.session() as session:
        wanted = select(Message.fault).where(Message.recipient == f"{name}@example.org")
        return session.scalars(wanted).one() or ""


def again(desk: Desk) -> int:
    """As if what waits were due."""
    with desk.session() as session:
        session.execute(update(Message).values(due=now() - timedelta(minutes=1)))
    return deliver(desk)


@pytest.mark.parametrize(
    ("name", "state", "told"),
    [
        ("nobody", "failed", "550 no such mailbox"),
        ("full", "failed", "552 too large"),
        ("busy", "waiting", "451 try later"),
        ("later", "waiting", "452 no room now"),
        ("closing", "waiting", ""),
        ("silent", "waiting", "can't be used"),
        ("dropped", "unknown", "broke after the text"),
        ("stalled", "unknown", "broke after the text"),
    ],
)
def test_what_a_server_does_to_one_mail_stays_with_it(
    posting: Desk, box: Troubled, name: str, state: str, told: str
) -> None:
    """5xx fails, 4xx waits, a line that ends after the text leaves it unknown; others go on."""
    write(posting, "first", name, "last")
    assert deliver(posting) == 2
    assert states(posting) == {"first": "sent", name: state, "last": "sent"}
    assert told in fault(posting, name)


def test_only_what_waits_is_tried_again(posting: Desk, box: Troubled) -> None:
    """What was refused, or may have arrived, is left alone; what was put off goes again."""
    write(posting, "nobody", "busy", "dropped", "fine")
    deliver(posting)
    assert deliver(posting) == 0, "what was put off is not due yet"
    assert again(posting) == 0
    assert box.asked == {"nobody": 1, "busy": 2, "dropped": 1, "fine": 1}
    assert box.text_of == {"dropped": 1, "fine": 1}


def test_a_mail_is_put_off_for_longer_each_time_and_not_for_ever(
    posting: Desk, box: Troubled
) -> None:
    """Seven times; then it has failed, and says why."""
    write(posting, "busy")
    waits = []
    for _ in range(8):
        again(posting)
        with posting.session() as session:
            message = session.scalars(select(Message)).one()
            waits.append(round((message.due - now()).total_seconds() / 60))
    assert waits[:7] == [1, 5, 15, 60, 240, 720, 1440]
    assert states(posting) == {"busy": "failed"}
    assert box.asked["busy"] == 8


def test_a_server_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    """Nothing is lost where no connection comes about."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{free.getsockname()[1]}"
    desk = open_desk(Settings(desk=tmp_path / "desk", smtp_url=url))
    write(desk, "kim")
    assert deliver(desk) == 0
    assert states(desk) == {"kim": "waiting"}
    with mail_server() as box:
        there = open_desk(Settings(desk=tmp_path / "desk", smtp_url=box.url))
        assert again(there) == 1
        assert [mail["To"] for mail in box.mails] == ["kim@example.org"]
        there.close()
    desk.close()


def test_a_line_that_the_server_ended_is_opened_again(posting: Desk, box: Troubled) -> None:
    """A server that closes after some mails costs nobody a delay."""
    write(posting, "one", "closing", "two")
    deliver(posting)
    assert states(posting) == {"one": "sent", "closing": "waiting", "two": "sent"}


def test_a_mail_at_which_the_program_ended_is_named(posting: Desk, box: Troubled) -> None:
    """It is unknown, and not sent again by itself."""
    write(posting, "kim")
    with posting.session() as session:
        session.execute(update(Message).values(state="sending"))
    assert deliver(posting) == 0
    assert states(posting) == {"kim": "unknown"}
    assert "the program ended" in fault(posting, "kim")
    assert not box.mails


def test_two_machines_do_not_send_one_mail(tmp_path: Path, database: str | None) -> None:
    """Each mail is taken by one of them, though their folders, and so their locks, differ."""
    with mail_server(Troubled) as box:
        url = database or f"sqlite:///{tmp_path / 'shared.db'}"
        desks = [
            open_desk(Settings(desk=tmp_path / name, desk_database=url, smtp_url=box.url))
            for name in ("one", "two")
        ]
        names = [f"k{n:02}" for n in range(40)]
        write(desks[0], *names)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(deliver, desks))
        assert box.text_of == Counter(names)
        for desk in desks:
            desk.close()


def test_many_that_are_put_off_in_a_row_end_it(posting: Desk, box: Troubled) -> None:
    """A server that takes none is left alone after five, with longer pauses between them."""
    write(posting, *(["busy"] * 9))
    seen = []
    pace = Pace(100_000, 0.05, lambda done, total: seen.append((done, total)))
    assert deliver(posting, None, pace) == 0
    assert seen == [(n, 9) for n in range(1, 6)]
    assert box.asked["busy"] == 5


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_nothing_of_a_field_becomes_a_header(tmp_path: Path, line_end: str) -> None:
    """Subject, sender and further headers lose line ends; an address with one is refused."""
    hostile = f"x{line_end}Bcc: eve@example.org{line_end}{line_end}Hello"
    settings = Settings(desk=tmp_path / "desk", mail_from=f"{hostile} <desk@example.org>")
    desk = open_desk(settings)
    for address in (f"kim@example.org{line_end}Bcc: eve@example.org", hostile):
        with pytest.raises(QueryError):
            checked_email(address)
        with pytest.raises(QueryError):
            compose(desk, address, "Hello", "Hello.")
    mail = compose(desk, "kim@example.org", hostile, hostile, headers={"X-Note": hostile})
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read.get_all("To") == ["kim@example.org"]
    assert set(read.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Note",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    desk.close()


def test_a_long_address_in_a_header_stays_as_it_is(tmp_path: Path) -> None:
    """A mail program reads it letter by letter."""
    desk = open_desk(Settings(desk=tmp_path / "desk"))
    link = f"<https://profiles.example.org/newsletter/leave/{'x' * 80}>"
    mail = compose(desk, "kim@example.org", "Hello", "ü" * 3000, headers={"List-Unsubscribe": link})
    written = mail.as_bytes()
    assert f"List-Unsubscribe: {link}\r\n".encode() in written
    assert max(map(len, written.split(b"\r\n"))) <= 998
    desk.close()


def test_without_a_server_mails_are_written_to_a_folder(tmp_path: Path) -> None:
    """One file each, whole, that the desk's owner alone can read."""
    desk = open_desk(Settings(desk=tmp_path / "desk"))
    write(desk, "kim", "lee")
    assert deliver(desk) == 2
    files = sorted(desk.mail_folder.iterdir())
    assert [file.name for file in files] == ["000001-receipt.eml", "000002-receipt.eml"]
    read = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert (read["To"], read["Subject"]) == ("kim@example.org", "Hello")
    assert desk.mail_folder.stat().st_mode & 0o077 == 0
    desk.close()
