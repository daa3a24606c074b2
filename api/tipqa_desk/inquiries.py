"""Inquiries: how they come in, who works on them, and the queue."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from tipqa.cite import as_markdown
from tipqa.errors import QueryError
from tipqa_desk.accounts import Staff
from tipqa_desk.database import Desk, change_known
from tipqa_desk.mail import checked_email, compose, queue
from tipqa_desk.models import Inquiry, Member, State, now
from tipqa_desk.trail import record

LONGEST_QUESTION = 4000  # characters
LONGEST_NAME = 200
STATES: tuple[State, ...] = get_args(State)
RESTATED = "question restated"  # a step of the trail
PAGE = 50  # inquiries of the queue on a page
_SIGNS = "23456789CFGHJMPQRVWX"  # none looks like another, and they spell no words
_LENGTH = 12  # signs of a reference: 20**12 is more than 2**51


class NoInquiry(QueryError):
    """An inquiry that isn't there, or not for the one who asks."""


def receive(desk: Desk, question: str, name: str = "", email: str = "", via: str = "page") -> str:
    """Take a visitor's question in, with a receipt by mail where there is an address.

    Returns:
        The reference by which the visitor asks after it.

    Raises:
        QueryError: the question is empty or too long, or the address is none.
    """
    question, name = legible(question).strip(), " ".join(name.split())
    if not question:
        raise QueryError("the question is empty. Write what you would like to know.")
    if len(question) > LONGEST_QUESTION:
        raise QueryError(
            f"the question has {len(question):,} characters. "
            f"Shorten it to {LONGEST_QUESTION:,} at most."
        )
    if len(name) > LONGEST_NAME or name != legible(name):
        raise QueryError(
            f"the name can't be used. Give {LONGEST_NAME} characters at most, or none."
        )
    address = checked_email(email) if email.strip() else None
    with desk.session() as session:
        inquiry = Inquiry(
            reference=_reference(), question=question, name=name or None, email=address
        )
        session.add(inquiry)
        record(session, "received", inquiry=inquiry, detail=via)
        if address:
            text = _receipt(desk, inquiry.reference)
            mail = compose(desk, address, f"Your inquiry {shown(inquiry.reference)}", text)
            queue(session, "receipt", mail, inquiry)
    return shown(inquiry.reference)


def by_reference(session: Session, reference: str) -> Inquiry:
    """The inquiry of a reference as a visitor types it: spaces, dashes and case do not matter.

    Raises:
        NoInquiry: there is none.
    """
    typed = "".join(sign for sign in reference.upper() if sign.isalnum())[: _LENGTH + 1]
    found = session.scalar(select(Inquiry).where(Inquiry.reference == typed))
    if found is None:
        raise NoInquiry("there is no inquiry with this reference. Check it for a slip.")
    return found


def inquiry_of(session: Session, number: int) -> Inquiry:
    """Raises: NoInquiry: there is no inquiry of this number."""
    found = session.get(Inquiry, number) if 0 < number < 2**31 else None
    if found is None:
        raise NoInquiry(f"there is no inquiry {number}. The queue lists those there are.")
    return found


def shown(reference: str) -> str:
    """A reference in groups of four, as people read it."""
    return "-".join(reference[at : at + 4] for at in range(0, len(reference), 4))


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue: inquiries, how many there are in all, and how many of each state."""

    inquiries: Sequence[Inquiry]
    total: int
    counts: dict[str, int]


def queue_page(
    session: Session, state: str | None = None, assigned: int | None = None, page: int = 1
) -> Queue:
    """Inquiries of a state, else all that are open; those that have waited longest first.

    Args:
        session: to read from.
        state: one of STATES.
        assigned: a member's id; 0 for nobody's.
        page: from 1.
    """
    if state:
        fitting = [Inquiry.state == state]
    else:
        fitting = [Inquiry.state.in_(("new", "drafting", "in review"))]
    if assigned is not None:
        fitting.append(Inquiry.assigned_id == (assigned or None))
    newest_first = state in ("answered", "closed")
    wanted = (
        select(Inquiry)
        .where(*fitting)
        .order_by(Inquiry.id.desc() if newest_first else Inquiry.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .options(defer(Inquiry.draft), defer(Inquiry.packet), defer(Inquiry.vector))
    )
    total = session.scalar(select(func.count(Inquiry.id)).where(*fitting)) or 0
    counted = select(Inquiry.state, func.count()).group_by(Inquiry.state)
    return Queue(list(session.scalars(wanted)), total, dict(session.execute(counted).all()))


def change(session: Session, inquiry: Inquiry, **values: Any) -> None:
    """Change an inquiry as it is known here, or not at all.

    Raises:
        QueryError: another has changed its state or its draft since it was read.
    """
    change_known(session, inquiry, ("version", "state", "purged"), values, "inquiry")


def assign(session: Session, inquiry: Inquiry, to: Member | None, by: Staff) -> None:
    """Give an inquiry to a member, or to nobody."""
    change(session, inquiry, assigned_id=to.id if to else None)
    record(session, "assigned", inquiry=inquiry, member=by.id, detail=to.name if to else "nobody")


def close(desk: Desk, session: Session, inquiry: Inquiry, by: Staff) -> None:
    """End an inquiry, answered or not; its personal data goes some time after.

    Who left an address and got no answer is told.

    Raises:
        QueryError: it is closed already.
    """
    if inquiry.closed:
        raise QueryError("the inquiry is closed already.")
    change(session, inquiry, state="closed", closed=now())
    record(session, "closed", inquiry=inquiry, member=by.id)
    if inquiry.email and not inquiry.answered:
        reference = shown(inquiry.reference)
        text = (
            "The desk has closed your inquiry without an answer: it found none in the profiles.\n"
            "You can ask again, in other words or about something else.\n\n"
            f"Your reference: {reference}\n"
        )
        mail = compose(desk, inquiry.email, f"Your inquiry {reference}", text)
        queue(session, "closed", mail, inquiry)


def reopen(session: Session, inquiry: Inquiry, by: Staff) -> None:
    """Work on a closed inquiry again.

    Raises:
        QueryError: it is open, or its question has been deleted.
    """
    if not inquiry.closed:
        raise QueryError("the inquiry is open.")
    if inquiry.purged:
        raise QueryError("what was asked has been deleted; there is nothing to work on.")
    state = "answered" if inquiry.answered else "drafting" if inquiry.draft else "new"
    change(session, inquiry, closed=None, state=state)
    record(session, "reopened", inquiry=inquiry, member=by.id)


def restate(session: Session, inquiry: Inquiry, words: str, by: Staff) -> None:
    """Put the question in the desk's words, without personal data; that stays.

    It goes out with the answer, so what was signed off before is not any more.

    Raises:
        QueryError: it is empty or too long, or the inquiry is answered or closed.
    """
    if inquiry.answered or inquiry.closed:
        raise QueryError(f"the inquiry is {inquiry.state}; its question stays as it is.")
    words = " ".join(legible(words).split())
    if not words or len(words) > 1000:
        raise QueryError("the question as the desk puts it needs 1 to 1,000 characters.")
    if words == inquiry.restated:
        return
    former, heading = f"## {as_markdown(inquiry.restated or '')}\n", f"## {as_markdown(words)}\n"
    change(
        session,
        inquiry,
        restated=words,
        draft=inquiry.draft.replace(former, heading, 1) if inquiry.restated else inquiry.draft,
        version=inquiry.version + 1,
        signed_id=None,
        vector=None,
        vector_by=None,
    )
    record(session, RESTATED, inquiry=inquiry, member=by.id)


def legible(text: str) -> str:
    """Without control characters and halves of characters: no database takes all of them."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _reference() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def _receipt(desk: Desk, reference: str) -> str:
    days = desk.settings.desk_keep_days
    where = f"\n{desk.settings.url.rstrip('/')}/inquire/status\n" if desk.settings.url else ""
    return (
        "We have received your question. A person reads it and answers from the profiles, "
        "with the sources.\n\n"
        f"Your reference is {shown(reference)}. With it you can see how far the answer is."
        f"\n{where}\n"
        f"Your question, name and address are deleted {days} days after the inquiry is closed.\n"
        "This mail leaves out what you asked, in case someone else reads it.\n"
    )
