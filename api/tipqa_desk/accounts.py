"""The staff: accounts, passwords, and browsers that are signed in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, Signer
from limits import parse
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tipqa.errors import QueryError
from tipqa_desk.database import Desk
from tipqa_desk.models import Member, Role, SignedIn, now
from tipqa_desk.trail import record

SHORTEST_PASSWORD = 12  # characters: NIST SP 800-63B asks for 8 at least
LONGEST_PASSWORD = 256
_IDLE = timedelta(hours=8)
_LONGEST = timedelta(days=7)
_TRIES = parse("5/15minutes")
_TRIES_FROM = parse("30/15minutes")

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(2)  # each takes 64 MiB
_NOBODY = _hasher.hash(secrets.token_hex())  # as long to check as another's


class WrongSignIn(QueryError):
    """A name and a password that do not go together, or too many tries."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member who is signed in. `csrf` is what its forms must bring back."""

    id: int
    name: str
    role: str
    csrf: str

    @property
    def signs(self) -> bool:
        """Whether drafts of others may be signed off."""
        return self.role == "reviewer"


class Gate:
    """Signing in: five tries a name and thirty an address in a quarter of an hour.

    Names that are nobody's are counted and refused just as those that are.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tries = desk.counted
        self._signer = Signer(desk.secret, salt="signed-in", digest_method=hashlib.sha256)

    def sign_in(self, name: str, password: str, address: str) -> str:
        """What the browser is to hold; new each time, whatever it held before.

        Raises:
            WrongSignIn: the two do not go together, or there were too many tries.
        """
        counted = [(_TRIES, "name", name.casefold()), (_TRIES_FROM, "from", address)]
        if not all([self._tries.hit(*one) for one in counted]):
            raise WrongSignIn("too many tries. Wait a quarter of an hour, then try again.")
        with self._desk.session() as session:
            member = _named(session, name)
            if member is not None and not member.active:
                member = None
            with _hashing:
                fits = _fits(member.password if member else _NOBODY, password)
            if member is None or not fits:
                raise WrongSignIn("this name and this password do not go together. Try again.")
            if _hasher.check_needs_rehash(member.password):
                member.password = _hasher.hash(password)
            old = now() - _LONGEST
            session.execute(delete(SignedIn).where(SignedIn.since < old))
            token = secrets.token_urlsafe(32)
            session.add(
                SignedIn(digest=_digest(token), member_id=member.id, csrf=secrets.token_urlsafe(32))
            )
            record(session, "signed in", member=member.id)
        self._tries.clear(*counted[0])
        return self._signer.sign(token).decode()

    def staff(self, held: str | None) -> Staff | None:
        """Who is signed in with what a browser holds; None for nobody."""
        token = self._token(held)
        if token is None:
            return None
        with self._desk.session() as session:
            signed_in = session.get(SignedIn, _digest(token))
            if signed_in is None or not signed_in.member.active:
                return None
            moment = now()
            if moment - signed_in.seen > _IDLE or moment - signed_in.since > _LONGEST:
                session.delete(signed_in)
                return None
            if moment - signed_in.seen > timedelta(minutes=1):
                signed_in.seen = moment
            member = signed_in.member
            return Staff(member.id, member.name, member.role, signed_in.csrf)

    def sign_out(self, held: str | None) -> None:
        """Forget a browser."""
        token = self._token(held)
        if token:
            with self._desk.session() as session:
                signed_in = session.get(SignedIn, _digest(token))
                if signed_in:
                    record(session, "signed out", member=signed_in.member_id)
                session.execute(delete(SignedIn).where(SignedIn.digest == _digest(token)))

    def _token(self, held: str | None) -> str | None:
        try:
            return self._signer.unsign(held).decode() if held else None
        except BadSignature:
            return None


def add_member(session: Session, name: str, role: Role, password: str) -> Member:
    """Make an account.

    Raises:
        QueryError: the name is taken or empty, the role unknown, the password too short.
    """
    name = " ".join(name.split())
    if not name or len(name) > 80 or not name.isprintable():
        raise QueryError(f'the name "{name[:80]}" can\'t be used. Give 1 to 80 characters.')
    if role not in get_args(Role):
        raise QueryError(f'the role "{role}" is not known. Give editor or reviewer.')
    if _named(session, name):
        raise QueryError(f'there is an account "{name}" already. Give another name.')
    member = Member(name=name, role=role, password=hashed(password))
    session.add(member)
    session.flush()
    record(session, "account made", detail=f"{name}, {role}")
    return member


def set_password(session: Session, name: str, password: str) -> None:
    """Change a password; whoever is signed in by it is signed out.

    Raises:
        QueryError: there is no such account, or the password is too short.
    """
    member = member_named(session, name)
    member.password = hashed(password)
    _sign_out_all(session, member)
    record(session, "password changed", detail=member.name)


def set_active(session: Session, name: str, active: bool) -> None:
    """Close an account, or open it again; what its member did stays in the trail.

    Raises:
        QueryError: there is no such account.
    """
    member = member_named(session, name)
    member.active = active
    _sign_out_all(session, member)
    record(session, "account opened" if active else "account closed", detail=member.name)


def members(session: Session) -> list[Member]:
    """All accounts, by name."""
    return list(session.scalars(select(Member).order_by(Member.name)))


def member_named(session: Session, name: str) -> Member:
    """Raises: QueryError: there is no such account."""
    member = _named(session, name)
    if member is None:
        raise QueryError(f'there is no account "{name}". tipqa desk user list shows them.')
    return member


def hashed(password: str) -> str:
    """Raises: QueryError: it is too short, or far too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise QueryError(
            f"the password has {len(password)} characters. "
            f"Give {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}."
        )
    return _hasher.hash(password)


def _named(session: Session, name: str) -> Member | None:
    """Whatever the case, as far as the database knows of it: SQLite's lower() leaves É as it is."""
    if not name.isprintable():  # nobody has such a name, and PostgreSQL takes no NUL
        return None
    return session.scalar(select(Member).where(func.lower(Member.name) == func.lower(name)))


def _fits(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sign_out_all(session: Session, member: Member) -> None:
    session.execute(delete(SignedIn).where(SignedIn.member_id == member.id))
