"""An issue: made from what changed, edited, signed off by a second reader."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipqa.difference import open_state
from tipqa.errors import QueryError
from tipqa.generation import CURRENT, DATABASE, current_name
from tipqa_desk import whats_new
from tipqa_desk.accounts import Staff
from tipqa_desk.answering import NotYours
from tipqa_desk.database import Desk, change_known
from tipqa_desk.models import Issue, now
from tipqa_desk.trail import record

LONGEST_NOTE = 10_000  # characters
_COPIES = 3  # of databases: an issue can be made anew, as can the one before it
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


class NoIssue(QueryError):
    """An issue that isn't there."""


def build(
    desk: Desk, index: Path, month: str, since: Path | None = None, anew: bool = False
) -> Issue | None:
    """Make the issue of a month from what changed since the last one.

    The index's database is copied to the desk's folder, for the next issue to compare with.
    The first issue names the profiles there are.

    Args:
        desk: open.
        index: the folder of the index.
        month: as 2026-11.
        since: compare with this state instead, as `tipqa diff` takes it.
        anew: make an issue again that is no more than a draft; the editor's note stays.

    Returns:
        None where nothing is new and the settings want no issue then.

    Raises:
        QueryError: it is no month, or its issue is there already, or signed off.
        GenerationError: the index, or the state to compare with, can't be read.
    """
    if not _MONTH.fullmatch(month):
        raise QueryError(f'"{month[:20]}" is no month. Give one as in 2026-11.')
    if (index / CURRENT).is_file():
        index = index / "generations" / (current_name(index) or "")
    name, new = open_state(index)
    former = since or _former(desk, month)
    try:
        old = open_state(former)[1] if former else None
        try:
            content = whats_new.content_of(old, new)
        finally:
            if old is not None:
                old.close()
    finally:
        new.close()
    with desk.session() as session:
        issue = session.scalar(select(Issue).where(Issue.month == month))
        if issue is not None:
            _check_remade(issue, anew)
        if not content["countries"] and desk.settings.newsletter_when_nothing == "none":
            if issue is not None:
                session.delete(issue)
            return None
        if issue is None:
            issue = Issue(month=month, generation=name, content=content)
            session.add(issue)
            session.flush()
        else:
            fresh = {"content": content, "cuts": [], "generation": name, "made": now()}
            _change(session, issue, **fresh, version=issue.version + 1, state="draft")
        record(session, "newsletter built", detail=month)
        _keep(desk, index, month)
    return issue


def issue_of(session: Session, month: str) -> Issue:
    """Raises: NoIssue: there is none of this month."""
    found = session.scalar(select(Issue).where(Issue.month == month))
    if found is None:
        raise NoIssue(f'there is no issue "{month[:20]}".')
    return found


def issues(session: Session, sent: bool = False) -> Sequence[Issue]:
    """The issues, or those alone that went out; the latest first."""
    wanted = select(Issue).order_by(Issue.month.desc())
    return list(session.scalars(wanted.where(Issue.state == "sent") if sent else wanted))


def told(issue: Issue) -> whats_new.Json:
    """What an issue tells: its content but for the cuts."""
    return whats_new.without(issue.content, issue.cuts)


def edit(
    session: Session, issue: Issue, note: str, cuts: Sequence[str], version: int | None, by: Staff
) -> None:
    """Save the note and the cuts; the issue is no longer signed off then.

    Raises:
        QueryError: another has saved meanwhile, the note is too long, or it went out.
    """
    _check_unsent(issue)
    if version != issue.version:
        raise QueryError(
            "the issue was changed meanwhile, so yours is not saved. Your note stands below "
            "still: copy it, load the page anew, and put the two together."
        )
    if len(note) > LONGEST_NOTE:
        raise QueryError(f"the note is too long. Shorten it to {LONGEST_NOTE:,} characters.")
    known = whats_new.keys(issue.content)
    kept = sorted(key for key in set(cuts) if key in known)
    if (note, kept) == (issue.note, issue.cuts):
        return
    _change(
        session,
        issue,
        note=note,
        cuts=kept,
        version=issue.version + 1,
        state="draft",
        signed_id=None,
        writers=sorted({*issue.writers, by.id}),
    )
    record(session, "newsletter edited", member=by.id, detail=issue.month)


def submit(session: Session, issue: Issue, by: Staff) -> None:
    """Give the issue to a second reader.

    Raises:
        QueryError: it is no draft.
    """
    if issue.state != "draft":
        raise QueryError("the issue is no draft; there is nothing to submit.")
    _change(session, issue, state="in review", writers=sorted({*issue.writers, by.id}))
    record(session, "newsletter submitted", member=by.id, detail=issue.month)


def send_back(session: Session, issue: Issue, why: str, by: Staff) -> None:
    """Give it back to its editor, with what is to be changed; signed off or not.

    Raises:
        QueryError: it isn't in review, or no reason is given.
    """
    why = " ".join(why.split())[:1000]
    if issue.state not in ("in review", "signed"):
        raise QueryError("the issue is not in review.")
    if not why:
        raise QueryError("say what is to be changed.")
    _change(session, issue, state="draft", signed_id=None)
    record(session, "newsletter sent back", member=by.id, detail=f"{issue.month}: {why}")


def sign(session: Session, issue: Issue, version: int | None, by: Staff) -> None:
    """Sign the issue off, as its second reader.

    Raises:
        NotYours: the member is no reviewer, or has edited or submitted it.
        QueryError: it isn't in review, or has changed since it was read.
    """
    if not by.signs:
        raise NotYours("only a reviewer signs an issue off.")
    if by.id in issue.writers:
        raise NotYours("you have edited or submitted this issue; a second reader signs it off.")
    if issue.state != "in review":
        raise QueryError("the issue is not in review.")
    if version != issue.version:
        raise QueryError("the issue has changed since you read it. Read it again.")
    _change(session, issue, state="signed", signed_id=by.id)
    record(session, "newsletter signed off", member=by.id, detail=issue.month)


def mark_sent(session: Session, issue: Issue) -> None:
    """Note that sending begins.

    Raises:
        QueryError: it isn't signed off.
    """
    if issue.state != "signed":
        raise QueryError(
            f"the issue of {issue.month} is {issue.state}. A second reader signs it off at "
            f"/desk/newsletter/{issue.month} before it is sent."
        )
    _change(session, issue, state="sent", sent=now())
    record(session, "newsletter sent", detail=issue.month)


def _former(desk: Desk, month: str) -> Path | None:
    """The copy of the last issue before a month that was made; None where there is none."""
    with desk.session() as session:
        last = session.scalar(select(func.max(Issue.month)).where(Issue.month < month))
    return _copy(desk, last) if last else None


def _copy(desk: Desk, month: str) -> Path:
    return desk.settings.desk / "newsletter" / f"{month}.sqlite"


def _keep(desk: Desk, place: Path, month: str) -> None:
    """Copy a database, and drop the copies that no issue to come is compared with."""
    copy = _copy(desk, month)
    copy.parent.mkdir(mode=0o700, exist_ok=True)
    written = copy.with_name(f".{copy.name}")
    shutil.copyfile(place / DATABASE if place.is_dir() else place, written)
    os.replace(written, copy)
    for old in sorted(copy.parent.glob("????-??.sqlite"))[:-_COPIES]:
        old.unlink()


def _check_remade(issue: Issue, anew: bool) -> None:
    if issue.state in ("signed", "sent"):
        raise QueryError(f"the issue of {issue.month} is {issue.state}, and stays as it is.")
    if not anew:
        raise QueryError(
            f"there is an issue of {issue.month} already. --anew makes it again: its note "
            "stays, its cuts go."
        )


def _check_unsent(issue: Issue) -> None:
    if issue.state == "sent":
        raise QueryError("the issue went out, and stays as it is.")


def _change(session: Session, issue: Issue, **values: Any) -> None:
    """Raises: QueryError: another has changed it since it was read."""
    change_known(session, issue, ("version", "state"), values, "issue")
