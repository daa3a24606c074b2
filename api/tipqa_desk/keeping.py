"""What is kept of visitors: shown to them, deleted at their wish, or when its time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tipqa_desk.database import Desk, settle
from tipqa_desk.inquiries import shown
from tipqa_desk.mail import blank, checked_email, number_of
from tipqa_desk.models import Event, Inquiry, Message, Subscriber, now
from tipqa_desk.subscribers import erase as unsubscribe
from tipqa_desk.subscribers import forget_unconfirmed
from tipqa_desk.trail import SENT_BACK, record, trail

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went."""

    inquiries: int
    """Of which the personal data went; the desk's own work on them stays."""
    mails: int
    still_open: int
    """Inquiries as old that nobody has answered or closed, so that their data stays."""
    settled: bool
    """Whether the words are gone from SQLite's files too; they wait while another reads."""


def purge(desk: Desk) -> Deleted:
    """Delete the personal data of inquiries that have been closed for as long as it is kept.

    One that was answered and that nobody closed counts from its answer. Question, name and
    address go, and the inquiry's mails. What the desk made of it stays: the question as
    restated, draft, picks, packet and trail. Addresses given for the newsletter and not
    confirmed in time go too.

    Raises:
        TipqaError: the database can't be used.
        OSError: the file of a mail can't be deleted; the next call tries again.
    """
    forget_unconfirmed(desk)
    before = now() - timedelta(days=desk.settings.desk_keep_days)
    kept = Inquiry.purged.is_(None)
    over = kept & (func.coalesce(Inquiry.closed, Inquiry.answered) < before)
    unfinished = kept & Inquiry.closed.is_(None) & Inquiry.answered.is_(None)
    with desk.session() as session:
        of_them = select(Inquiry.id).where(over)
        mails = list(session.scalars(select(Message).where(Message.inquiry_id.in_(of_them))))
        inquiries = list(session.scalars(select(Inquiry).where(over)))
        _delete(session, inquiries, mails, "its time was over")
        too_old = select(func.count(Inquiry.id)).where(unfinished, Inquiry.received < before)
        still_open = session.scalar(too_old) or 0
    return Deleted(len(inquiries), len(mails), still_open, _tidy(desk))


def erase(desk: Desk, email: str) -> Deleted:
    """Delete at once what there is of one person, mails that wait among it.

    Inquiries that are open are closed: there is nothing left to answer.

    Raises:
        QueryError: the address is none.
        TipqaError: the database can't be used.
        OSError: the file of a mail can't be deleted; the next call tries again.
    """
    with desk.session() as session:
        inquiries, mails = _about(session, email)
        unsubscribe(desk, session, email)
        _delete(session, inquiries, mails, "the visitor wished it")
        for inquiry in inquiries:
            if not inquiry.closed:
                inquiry.state, inquiry.closed = "closed", now()
    return Deleted(len(inquiries), len(mails), 0, _tidy(desk))


def export(session: Session, email: str) -> Json:
    """All there is about one person, for them to have: inquiries, mails and the newsletter.

    Raises:
        QueryError: the address is none.
    """
    inquiries, mails = _about(session, email)
    return {
        "email": checked_email(email),
        "made": _time(now()),
        "inquiries": [_inquiry_document(session, inquiry) for inquiry in inquiries],
        "mails": [_mail_document(mail) for mail in mails],
        "newsletter": _subscription(session, email),
    }


def _subscription(session: Session, email: str) -> Json | None:
    address = checked_email(email).lower()
    found = session.scalar(select(Subscriber).where(func.lower(Subscriber.email) == address))
    if found is None:
        return None
    return {
        "since": _time(found.since),
        "confirmed": found.confirmed,
        "countries": found.countries if found.confirmed else found.asked,
    }


def _about(session: Session, email: str) -> tuple[list[Inquiry], list[Message]]:
    """The inquiries and mails of an address, whatever its case."""
    address = checked_email(email).lower()
    inquiries = list(
        session.scalars(
            select(Inquiry).where(func.lower(Inquiry.email) == address).order_by(Inquiry.id)
        )
    )
    theirs: ColumnElement[bool] = or_(
        func.lower(Message.recipient) == address,
        Message.inquiry_id.in_([inquiry.id for inquiry in inquiries]),
    )
    return inquiries, list(session.scalars(select(Message).where(theirs).order_by(Message.id)))


def _delete(
    session: Session, inquiries: Sequence[Inquiry], mails: Sequence[Message], why: str
) -> None:
    for inquiry in inquiries:
        inquiry.question = inquiry.name = inquiry.email = None
        inquiry.purged = now()
        told = (Event.inquiry_id == inquiry.id, Event.what == SENT_BACK)
        session.execute(update(Event).where(*told).values(detail=None))  # it may name someone
        record(session, "personal data deleted", inquiry=inquiry, detail=why)
    for mail in mails:
        blank(mail)


def _tidy(desk: Desk) -> bool:
    """Delete the files of mails that are deleted, and what is left in the database's own."""
    with desk.session() as session:
        gone = set(session.scalars(select(Message.id).where(Message.recipient == "")))
    for path in desk.mail_folder.glob("*.eml"):
        if number_of(path) in gone:
            path.unlink(missing_ok=True)
    return settle(desk)


def _inquiry_document(session: Session, inquiry: Inquiry) -> Json:
    return {
        "reference": shown(inquiry.reference),
        "state": inquiry.state,
        "received": _time(inquiry.received),
        "question": inquiry.question,
        "name": inquiry.name,
        "email": inquiry.email,
        "restated": inquiry.restated,
        "draft": inquiry.draft or None,
        "answer": inquiry.packet,
        "answered": _time(inquiry.answered),
        "closed": _time(inquiry.closed),
        "steps": [{"at": _time(step.at), "what": step.what} for step in trail(session, inquiry.id)],
    }


def _mail_document(mail: Message) -> Json:
    content = mail.content
    return {
        "kind": mail.kind,
        "recipient": mail.recipient,
        "state": mail.state,
        "sent": _time(mail.sent),
        "text": content and message_from_bytes(content, policy=policy.SMTP).as_string(),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
