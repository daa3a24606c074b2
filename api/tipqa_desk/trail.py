"""The audit trail: who did what, and when; nothing of a visitor."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipqa_desk.models import Event, Inquiry

SENT_BACK = "sent back"  # the one step whose detail staff write freely


def record(
    session: Session,
    what: str,
    *,
    inquiry: Inquiry | None = None,
    member: int | None = None,
    detail: str | None = None,
) -> None:
    """Note a step.

    Args:
        session: the transaction that the step is part of: both are kept, or neither.
        what: as "assigned" or "draft saved".
        inquiry, member: of which, by whom; no member for visitors and the command line.
        detail: what else is told, without personal data of visitors.
    """
    if inquiry is not None and inquiry.id is None:
        session.flush()
    session.add(
        Event(
            what=what, member_id=member, inquiry_id=inquiry.id if inquiry else None, detail=detail
        )
    )


def trail(session: Session, inquiry: int) -> list[Event]:
    """The steps of one inquiry, the first one first."""
    of_it = select(Event).where(Event.inquiry_id == inquiry).order_by(Event.id)
    return list(session.scalars(of_it))
