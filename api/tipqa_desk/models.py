"""What the desk's database holds. Times are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

Role = Literal["editor", "reviewer"]
State = Literal["new", "drafting", "in review", "answered", "closed"]
IssueState = Literal["draft", "in review", "signed", "sent"]
MessageState = Literal["waiting", "sending", "sent", "failed", "unknown"]


def now() -> datetime:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


class Moment(TypeDecorator[datetime]):
    """A time with its zone, which SQLite would forget."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: Moment,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        str: Text,
        bytes: LargeBinary,
    }


class Member(Base):
    """One of the staff."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str]
    """Its argon2 hash."""
    active: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime] = mapped_column(default=now)


class SignedIn(Base):
    """A member's browser, until it signs out or is idle for long."""

    __tablename__ = "signed_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The sha256 of what the browser holds."""
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)
    member: Mapped[Member] = relationship(lazy="joined")


class Inquiry(Base):
    """A visitor's question, and what came of it."""

    __tablename__ = "inquiry"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """The code by which the visitor asks after it; nobody can guess it."""
    state: Mapped[str] = mapped_column(String(16), default="new", index=True)
    received: Mapped[datetime] = mapped_column(default=now, index=True)
    assigned_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)

    question: Mapped[str | None]
    """In the visitor's words; personal, and gone when it is purged."""
    name: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    restated: Mapped[str | None]
    """The question as the desk puts it, without personal data; it stays."""
    vector: Mapped[bytes | None]
    """Of the question as restated, float32; for finding what is like it."""
    vector_by: Mapped[str | None] = mapped_column(String(128))
    """The fingerprint of the encoder that made the vector."""

    draft: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    """Of the draft: who saves over another's is told."""
    signed_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    """The second reader, who signed the draft as it is."""
    packet: Mapped[dict[str, Any] | None]
    """The answer that was sent, with its passages (tipqa.packet)."""
    answered: Mapped[datetime | None]
    closed: Mapped[datetime | None] = mapped_column(index=True)
    purged: Mapped[datetime | None]

    assigned: Mapped[Member | None] = relationship(foreign_keys=[assigned_id], lazy="joined")
    signed: Mapped[Member | None] = relationship(foreign_keys=[signed_id])
    picks: Mapped[list[Pick]] = relationship(
        order_by="Pick.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Pick(Base):
    """A passage that was picked for an answer, as it was at that time."""

    __tablename__ = "pick"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(
        ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    passage: Mapped[str]
    """Its id."""
    document: Mapped[dict[str, Any]]
    """The passage as `documents.passage_document` gives it."""
    generation: Mapped[str] = mapped_column(String(80))


class Message(Base):
    """A mail: waiting, being sent, sent, failed, or unknown where a send broke off."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    inquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    issue_id: Mapped[int | None] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), index=True
    )
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    content: Mapped[bytes | None]
    """The whole mail, as RFC 5322 has it; None once it is sent."""
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(default=now, index=True)
    fault: Mapped[str | None]
    sent: Mapped[datetime | None]


class Event(Base):
    """One step of the audit trail. It holds no personal data of visitors."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    inquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("inquiry.id", ondelete="CASCADE"), index=True
    )
    what: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str | None]
    member: Mapped[Member | None] = relationship(lazy="joined")


class Asked(Base):
    """How often something was asked in a month that the profiles do not say: no words."""

    __tablename__ = "asked"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """As 2026-11."""
    country: Mapped[str] = mapped_column(String(3), primary_key=True)
    """Its alpha-3 code; empty where the question names none."""
    topic: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int]


class Subscriber(Base):
    """An address that wants the newsletter, or was given for it and has not confirmed yet."""

    __tablename__ = "subscriber"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """A keyed digest of the address, whatever its case."""
    email: Mapped[str] = mapped_column(String(254))
    confirmed: Mapped[bool] = mapped_column(default=False, index=True)
    countries: Mapped[list[str] | None]
    """Of which it wants to hear, as `whats_new` keys them; None for all."""
    asked: Mapped[list[str] | None]
    """The countries that are to be, once the last sign-up is confirmed."""
    since: Mapped[datetime] = mapped_column(default=now)
    """When it last signed up."""
    confirm: Mapped[str] = mapped_column(String(64), unique=True)
    """The digest of the token that confirms."""
    nonce: Mapped[str] = mapped_column(String(64))
    """What the token that unsubscribes is made of, with the desk's secret."""
    leave: Mapped[str] = mapped_column(String(64), unique=True)
    """The digest of that token."""


class Asking(Base):
    """That an address was sent a mail to confirm: kept for a day, as a keyed digest."""

    __tablename__ = "asking"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class Issue(Base):
    """An issue of the newsletter."""

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    """As 2026-11."""
    state: Mapped[str] = mapped_column(String(16), default="draft")
    made: Mapped[datetime] = mapped_column(default=now)
    generation: Mapped[str] = mapped_column(String(80))
    """Of the index, when it was made."""
    content: Mapped[dict[str, Any]]
    """What is new, as `whats_new` has it."""
    note: Mapped[str] = mapped_column(default="")
    """The editor's words, in front of all else."""
    cuts: Mapped[list[str]] = mapped_column(default=list)
    """The keys of what the editor leaves out."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised at each change: who saves over another's is told."""
    writers: Mapped[list[int]] = mapped_column(default=list)
    """The members who changed it or gave it to a second reader."""
    signed_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    """The second reader, who signed it off as it is."""
    sent: Mapped[datetime | None]
    """When sending began; from then on it is a page."""

    signed: Mapped[Member | None] = relationship(lazy="joined")
