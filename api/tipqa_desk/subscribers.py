"""Who gets the newsletter: signing up, confirming by a mail, and leaving with nothing kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipqa_desk.database import Desk
from tipqa_desk.mail import blank, checked_email, compose, file_of, queue
from tipqa_desk.models import Asking, Message, Subscriber, now

CONFIRM_WITHIN = timedelta(days=7)
_ONCE_A = timedelta(days=1)
_KINDS = ("newsletter", "confirmation")


def sign_up(desk: Desk, email: str, countries: Mapping[str, str] | None, url: str) -> None:
    """Send an address a mail by which it may confirm that it wants the newsletter.

    At most one a day, whoever asks, and the same to those who subscribe already: what
    they asked for is changed then, once confirmed. So nobody learns who subscribes.

    Args:
        desk: open.
        email: as a visitor types it.
        countries: of which to hear, their names by their keys; None for all.
        url: where the world finds the site.

    Raises:
        QueryError: the address is none.
    """
    address = checked_email(email)
    forget_unconfirmed(desk)
    with desk.session() as session:
        key = _key(desk, address)
        if not _may_ask(session, key):
            return
        subscriber = session.scalar(select(Subscriber).where(Subscriber.key == key))
        token = secrets.token_urlsafe(24)
        if subscriber is None:
            nonce = secrets.token_hex()
            leave = _digest(_leave_token(desk, nonce))
            subscriber = Subscriber(key=key, email=address, nonce=nonce, leave=leave)
            session.add(subscriber)
        subscriber.confirm, subscriber.since = _digest(token), now()
        subscriber.asked = sorted(countries) if countries else None
        mail = compose(
            desk,
            address,
            "Please confirm: the newsletter of tipqa",
            _asking(f"{url}/newsletter/confirm/{token}", countries),
        )
        queue(session, "confirmation", mail)


def to_confirm(session: Session, token: str) -> Subscriber | None:
    """Who confirms by a token; None where it is none, or too old."""
    found = session.scalar(select(Subscriber).where(Subscriber.confirm == _digest(token)))
    return found if found and now() - found.since <= CONFIRM_WITHIN else None


def confirm(session: Session, token: str) -> bool:
    """Take an address in; False where the token is none, or too old."""
    found = to_confirm(session, token)
    if found is None:
        return False
    found.confirmed, found.countries = True, found.asked
    return True


def leave(desk: Desk, token: str) -> bool:
    """Forget the address of a token at once, and its mails; False where nobody has it."""
    with desk.session() as session:
        found = session.scalar(select(Subscriber).where(Subscriber.leave == _digest(token)))
        if found is not None:
            _forget(desk, session, found)
    return found is not None


def leaves_by(session: Session, token: str) -> bool:
    """Whether a token is one by which someone may leave."""
    found = select(Subscriber.id).where(Subscriber.leave == _digest(token))
    return session.scalar(found) is not None


def leave_url(desk: Desk, subscriber: Subscriber, url: str) -> str:
    """Where a subscriber leaves."""
    return f"{url}/newsletter/leave/{_leave_token(desk, subscriber.nonce)}"


def subscriber_of(desk: Desk, session: Session, email: str) -> Subscriber | None:
    """The subscriber with an address, whatever its case."""
    key = _key(desk, checked_email(email))
    return session.scalar(select(Subscriber).where(Subscriber.key == key))


def erase(desk: Desk, session: Session, email: str) -> bool:
    """Forget an address at a person's wish; whether there was one."""
    found = subscriber_of(desk, session, email)
    if found is not None:
        _forget(desk, session, found)
    return found is not None


def forget_unconfirmed(desk: Desk) -> int:
    """Forget the addresses that were not confirmed in time; how many."""
    with desk.session() as session:
        late = Subscriber.confirmed.is_(False) & (Subscriber.since < now() - CONFIRM_WITHIN)
        found = list(session.scalars(select(Subscriber).where(late)))
        for one in found:
            _forget(desk, session, one)
        session.execute(delete(Asking).where(Asking.at < now() - _ONCE_A))
    return len(found)


def confirmed(session: Session) -> Sequence[Subscriber]:
    """All who have confirmed, in the order they came."""
    wanted = select(Subscriber).where(Subscriber.confirmed).order_by(Subscriber.id)
    return list(session.scalars(wanted))


def count(session: Session) -> int:
    """How many have confirmed."""
    return session.scalar(select(func.count(Subscriber.id)).where(Subscriber.confirmed)) or 0


def _may_ask(session: Session, key: str) -> bool:
    """Note that an address is asked; False where it was within a day."""
    if session.get(Asking, key) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Asking(key=key))
    except IntegrityError:  # another asks at the same moment
        return False
    return True


def _forget(desk: Desk, session: Session, subscriber: Subscriber) -> None:
    theirs = func.lower(Message.recipient) == subscriber.email.lower()
    for mail in session.scalars(select(Message).where(theirs, Message.kind.in_(_KINDS))):
        file_of(desk, mail).unlink(missing_ok=True)
        blank(mail)
    session.delete(subscriber)


def _key(desk: Desk, address: str) -> str:
    return hmac.new(desk.secret, f"address:{address.lower()}".encode(), "sha256").hexdigest()


def _leave_token(desk: Desk, nonce: str) -> str:
    made = hmac.digest(desk.secret, f"leave:{nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(made[:24]).decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _asking(link: str, countries: Mapping[str, str] | None) -> str:
    of = f" on {', '.join(countries.values())}" if countries else ""
    return (
        "Someone, you we hope, gave this address for our newsletter: once a month, what is "
        f"new in the profiles{of}.\n\n"
        f"If it was you, open this page and press the button:\n\n{link}\n\n"
        "If it was not, do nothing: no more mail comes, and the address is deleted after "
        f"{CONFIRM_WITHIN.days} days.\n\n"
        "The address is kept for the newsletter alone, and deleted when you unsubscribe.\n"
    )
