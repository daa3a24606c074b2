"""A corpus that changes, and subscribers, for the tests of the newsletter."""

from __future__ import annotations

import re
import shutil
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa_desk import issues, subscribers
from tipqa_desk.accounts import Staff
from tipqa_desk.database import Desk
from tipqa_desk.models import Message, Subscriber

URL = "https://profiles.example"
EDDA = Staff(1, "Edda", "editor", "")
ROLF = Staff(2, "Rolf", "reviewer", "")
RANA = Staff(3, "Rana", "reviewer", "")
PERU = """\
---
title: "Peru: an example, 2026"
country: Peru
edition: 2026
---

Shelters took in 31 people.[^1]

[^1]: Ministry of Women. Yearbook. 2025.
"""


class Corpus:
    """The corpus of the tests, and an index of it, that a test may change."""

    def __init__(self, original: Path, folder: Path) -> None:
        self.files = folder / "corpus"
        self.index = folder / "index"
        shutil.copytree(original, self.files)
        self.build()

    def build(self) -> None:
        build([self.files], self.index, HashedWords())

    def change(self) -> None:
        """A sentence is worded otherwise, a source and a profile are new."""
        norway = self.files / "norway.md"
        text = norway.read_text()
        text = text.replace("visited 240 fish farms", "visited 310 fish farms")
        norway.write_text(text.replace("Annual Report. 2023", "Annual Report. 2025"))
        (self.files / "peru.md").write_text(PERU)
        self.build()


def sign_off(desk: Desk, month: str) -> None:
    """By two of the staff."""
    with desk.session() as session:
        issue = issues.issue_of(session, month)
        issues.submit(session, issue, EDDA)
        issues.sign(session, issue, issue.version, ROLF)


def subscribe(desk: Desk, email: str, countries: dict[str, str] | None = None) -> None:
    """Sign up and confirm by the mail that comes."""
    subscribers.sign_up(desk, email, countries, URL)
    with desk.session() as session:
        assert subscribers.confirm(session, token_in(waiting(desk)[-1]))


def subscribe_many(desk: Desk, number: int) -> list[str]:
    """So many subscribers, as quickly as a database takes them."""
    emails = [f"s{n:03}@example.org" for n in range(number)]
    with desk.session() as session:
        for n, email in enumerate(emails):
            session.add(
                Subscriber(
                    key=f"{n}", email=email, confirmed=True, confirm=f"{n}", nonce=f"{n}",
                    leave=f"{n}",
                )
            )  # fmt: skip
    return emails


def waiting(desk: Desk) -> list[EmailMessage]:
    """The mails that are written and not sent yet."""
    with desk.session() as session:
        found = session.scalars(
            select(Message.content).where(Message.content.is_not(None)).order_by(Message.id)
        )
        return [read(content) for content in found if content]


def read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def token_in(mail: EmailMessage) -> str:
    """The token of the link to confirm."""
    found = re.search(r"/newsletter/confirm/(\S+)", mail.get_content())
    assert found
    return found[1]


def part(mail: EmailMessage, kind: str) -> str:
    """The plain text or the HTML of a mail."""
    body = mail.get_body((kind,))
    assert body
    return str(body.get_content())
