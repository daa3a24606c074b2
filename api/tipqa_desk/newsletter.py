"""Sending an issue: one mail a subscriber, going on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from markupsafe import escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipqa.errors import QueryError, TipqaError
from tipqa_desk import issue_text, whats_new
from tipqa_desk.database import Desk
from tipqa_desk.issues import issue_of, mark_sent, told
from tipqa_desk.mail import compose, deliver, queue
from tipqa_desk.models import Issue, Message, Subscriber
from tipqa_desk.pace import Pace
from tipqa_desk.subscribers import confirmed, leave_url

KIND = "newsletter"
_AT_ONCE = 500  # mails that are in memory while an issue is queued


@dataclass(frozen=True, slots=True)
class Sent:
    """How far an issue is: how many mails are in each state, and those to look after.

    `failed` were refused for good; of `unknown` nobody knows whether they arrived.
    """

    month: str
    counts: dict[str, int]
    failed: tuple[Message, ...]
    unknown: tuple[Message, ...]

    @property
    def complete(self) -> bool:
        """Whether each mail was taken by the server."""
        return set(self.counts) <= {"sent"}


def send(
    desk: Desk,
    month: str | None = None,
    tell: Callable[[int, int], object] = lambda done, total: None,
) -> Sent:
    """Mail an issue to each subscriber once; go on where it stopped.

    The mails are written down in one transaction before the first goes out, so whoever
    subscribes later gets the next issue, and whoever leaves gets none from then on.

    Args:
        desk: open.
        month: of the issue; without it the last one that is signed off or not sent whole.
        tell: called after each mail with how many were dealt with, and of how many.

    Raises:
        QueryError: there is no such issue, or it isn't signed off.
        TipqaError: nobody said where the world finds the site.
    """
    if not desk.settings.url:
        raise TipqaError(
            "The mails need an address to unsubscribe at. Set TIPQA_URL to where the world "
            "finds the site, as in https://example.org"
        )
    with desk.session() as session:
        issue = issue_of(session, month) if month else _next(session)
        if issue.state != "sent":
            mark_sent(session, issue)
            _queue(desk, session, issue, desk.settings.url.rstrip("/"))
    settings = desk.settings
    deliver(desk, KIND, Pace(settings.newsletter_rate, settings.newsletter_pause, tell))
    with desk.session() as session:
        return sent(session, issue)


def sent(session: Session, issue: Issue) -> Sent:
    """How far an issue is."""
    of_it = Message.issue_id == issue.id
    erased = Message.recipient == ""  # at a subscriber's wish
    counted = select(Message.state, func.count()).where(of_it, ~erased).group_by(Message.state)
    counts: dict[str, int] = dict(session.execute(counted).all())

    def those(state: str) -> tuple[Message, ...]:
        wanted = select(Message).where(of_it, ~erased, Message.state == state)
        return tuple(session.scalars(wanted.order_by(Message.id)))

    return Sent(issue.month, counts, those("failed"), those("unknown"))


def _next(session: Session) -> Issue:
    """The first issue that is being sent, else the first that is signed off.

    Raises:
        QueryError: there is none.
    """
    waiting = select(Message.issue_id).where(Message.kind == KIND)
    going = Issue.id.in_(waiting.where(Message.state.in_(("waiting", "sending"))))
    for which in (going, Issue.state == "signed"):
        found = session.scalar(select(Issue).where(which).order_by(Issue.month))
        if found:
            return found
    raise QueryError(
        "there is no issue to send. tipqa newsletter build makes one, and a second reader signs "
        "it off at /desk/newsletter."
    )


def _queue(desk: Desk, session: Session, issue: Issue, url: str) -> None:
    whole = told(issue)

    @cache
    def parts(countries: tuple[str, ...] | None) -> tuple[str, str] | None:
        """As text and as HTML; None where nothing is to come."""
        content = issue_text.shortened(whats_new.narrowed(whole, countries))
        if not content["countries"] and countries is not None:
            if desk.settings.newsletter_when_nothing == "none":
                return None
        return (
            issue_text.text(content, issue.note, url),
            issue_text.html(content, issue.note, url, f"{url}/newsletter/{issue.month}"),
        )

    for number, subscriber in enumerate(confirmed(session), 1):
        wanted = None if subscriber.countries is None else tuple(subscriber.countries)
        made = parts(wanted)
        if made is None:
            continue
        _queue_one(desk, session, issue, subscriber, *made, url)
        if number % _AT_ONCE == 0:
            session.flush()


def _queue_one(
    desk: Desk,
    session: Session,
    issue: Issue,
    subscriber: Subscriber,
    text: str,
    html: str,
    url: str,
) -> None:
    leave = leave_url(desk, subscriber, url)
    page = f"{url}/newsletter/{issue.month}"
    title = f"What is new in the profiles, {issue_text.month_name(issue.month)}"
    foot = "You get this because you confirmed that you want it."
    mail = compose(
        desk,
        subscriber.email,
        title,
        f"{text}\n-- \nOn the web: {page}\n{foot}\nUnsubscribe: {leave}\n",
        html='<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n{html}"
        f'<hr>\n<p><a href="{escape(page)}">This issue on the web</a>. {foot} '
        f'<a href="{escape(leave)}">Unsubscribe</a></p>\n</main>\n</body>\n</html>\n',
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "bulk",
        },
    )
    queue(session, KIND, mail).issue_id = issue.id
