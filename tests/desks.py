"""A desk with staff for the tests, and a browser's part in signing in."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from fastapi.testclient import TestClient

from tipqa_desk.accounts import hashed
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.models import Member
from tipqa_desk.settings import Settings

PASSWORDS = {
    "Edda": "a quiet lake in May",
    "Rolf": "seven grey herons here",
    "Rana": "salt on old wood",
}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def make_desk(folder: Path, **settings: object) -> Desk:
    """A desk with Edda, an editor, and Rolf and Rana, reviewers."""
    desk = open_desk(Settings(desk=folder, **settings))  # type: ignore[arg-type]
    with desk.session() as session:
        for name, password in PASSWORDS.items():
            role = "editor" if name == "Edda" else "reviewer"
            session.add(Member(name=name, role=role, password=_hash(password)))
    return desk


@cache
def _hash(password: str) -> str:
    """It takes a while: once is enough."""
    return hashed(password)


@dataclass
class Browser:
    """A client that fills forms in as a browser does."""

    client: TestClient

    def sign_in(self, name: str, password: str | None = None) -> None:
        page = self.client.get("/desk/sign-in").text
        form = {"name": name, "password": password or PASSWORDS[name], "csrf": csrf(page)}
        answer = self.client.post("/desk/sign-in", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text

    def send(self, path: str, **fields: str | int) -> httpx2.Response:
        """Post a form with the token of the page that it stands on."""
        page = self.client.get("/desk").text
        return self.client.post(path, data={"csrf": csrf(page), **fields}, follow_redirects=False)


def csrf(page: str) -> str:
    """The token of a page's forms."""
    found = _CSRF.search(page)
    assert found, "the page has no form"
    return found[1]


class Mailbox:
    """What a mail server was given. A test may set what it answers to DATA."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.mails: list[EmailMessage] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        if self.answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return self.answer


@contextmanager
def mail_server(make: type[Mailbox] = Mailbox) -> Iterator[Any]:
    """A real SMTP server on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = make(f"smtp://127.0.0.1:{port}")
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()
