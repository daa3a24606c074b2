"""Staff: accounts, passwords, signing in, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from tipqa.errors import QueryError
from tipqa_desk.accounts import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Gate,
    WrongSignIn,
    add_member,
    hashed,
    members,
    set_active,
    set_password,
)
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.models import Event, Member, SignedIn, now

PASSWORD, ADDRESS = "a quiet lake in May", "192.0.2.1"
HASH = hashed(PASSWORD)  # made once: that takes time, as it should


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With Ann, an editor, and Élodie, a reviewer."""
    with desk.session() as session:
        session.add(Member(name="Ann", role="editor", password=HASH))
        session.add(Member(name="Élodie Roux", role="reviewer", password=HASH))
    return desk


@pytest.fixture
def gate(desk: Desk) -> Gate:
    return Gate(desk)


def refused(gate: Gate, name: str, password: str = PASSWORD, address: str = ADDRESS) -> str:
    with pytest.raises(WrongSignIn) as error:
        gate.sign_in(name, password, address)
    return str(error.value)


def test_who_signs_in_is_known_by_what_the_browser_holds(desk: Desk, gate: Gate) -> None:
    """With name and role; only a reviewer signs."""
    ann = gate.staff(gate.sign_in("ann", PASSWORD, ADDRESS))
    elodie = gate.staff(gate.sign_in("Élodie Roux", PASSWORD, ADDRESS))
    assert ann and (ann.name, ann.role, ann.signs) == ("Ann", "editor", False)
    assert elodie and (elodie.name, elodie.signs) == ("Élodie Roux", True)
    assert ann.csrf != elodie.csrf


@pytest.mark.parametrize("held", [None, "", "nonsense", "a.b", ".", "\0", "é"])
def test_nobody_is_known_by_what_was_not_given_to_them(gate: Gate, held: str | None) -> None:
    """Neither by nothing, nor by what is made up."""
    assert gate.staff(held) is None
    gate.sign_out(held)


def test_what_a_browser_holds_can_not_be_made_from_the_database(desk: Desk, gate: Gate) -> None:
    """It holds digests only, and what a browser holds is signed with the desk's own secret."""
    held = gate.sign_in("Ann", PASSWORD, ADDRESS)
    token = held.rpartition(".")[0]
    with desk.session() as session:
        row = session.scalars(select(SignedIn)).one()
        assert token not in (row.digest, row.csrf)
    assert gate.staff(token) is None
    assert gate.staff(f"{row.digest}.{held.rpartition('.')[2]}") is None
    other = Gate(type(desk)(desk.settings, desk.engine, b"another secret"))
    assert other.staff(held) is None


def test_each_sign_in_is_new(gate: Gate) -> None:
    """Whatever a browser was given before, as by a stranger, is nobody's then."""
    first = gate.sign_in("Ann", PASSWORD, ADDRESS)
    second = gate.sign_in("Ann", PASSWORD, ADDRESS)
    assert first != second
    one, two = gate.staff(first), gate.staff(second)
    assert one and two and one.csrf != two.csrf


def test_signing_out_ends_this_browser_only(gate: Gate) -> None:
    """Another of the same member stays signed in."""
    here, there = (gate.sign_in("Ann", PASSWORD, ADDRESS) for _ in range(2))
    gate.sign_out(here)
    assert gate.staff(here) is None
    assert gate.staff(there) is not None


@pytest.mark.parametrize("name", ["Ann", "Nobody", "ANN", "Ann\0", "\ud800"])
def test_five_wrong_tries_close_a_name_whether_it_is_known_or_not(gate: Gate, name: str) -> None:
    """So that nobody learns which names there are; the right password waits as well."""
    said = [refused(gate, name, "not the right one", f"192.0.2.{at}") for at in range(7)]
    assert len(set(said[:5])) == 1 and "do not go together" in said[0]
    assert len(set(said[5:])) == 1 and "too many" in said[5]
    assert "too many" in refused(gate, name, PASSWORD, "198.51.100.7")
    assert gate.staff(gate.sign_in("Élodie Roux", PASSWORD, ADDRESS))


def test_thirty_wrong_tries_close_an_address(gate: Gate) -> None:
    """Whichever names were tried from it; others are not kept out."""
    for at in range(30):
        assert "do not go together" in refused(gate, f"name {at}")
    assert "too many" in refused(gate, "Ann")
    assert gate.staff(gate.sign_in("Ann", PASSWORD, "198.51.100.7"))


def test_right_passwords_are_not_counted(gate: Gate) -> None:
    """Who signs in often is not kept out."""
    for _ in range(8):
        gate.sign_in("Ann", PASSWORD, ADDRESS)


@pytest.mark.parametrize(
    ("seen", "since", "known"),
    [
        (timedelta(hours=7, minutes=59), timedelta(days=1), True),
        (timedelta(hours=8, minutes=1), timedelta(days=1), False),
        (timedelta(0), timedelta(days=6, hours=23), True),
        (timedelta(0), timedelta(days=7, minutes=1), False),
    ],
)
def test_a_browser_is_signed_out_when_idle_and_after_a_week(
    desk: Desk, gate: Gate, seen: timedelta, since: timedelta, known: bool
) -> None:
    """Eight hours idle, or a week in all."""
    held = gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        session.execute(update(SignedIn).values(seen=now() - seen, since=now() - since))
    assert (gate.staff(held) is not None) == known
    assert (gate.staff(held) is not None) == known
    with desk.session() as session:
        left = session.scalars(select(SignedIn)).all()
        assert len(left) == known
        assert all(now() - one.seen < timedelta(minutes=1) for one in left)


def test_who_signs_in_clears_away_what_is_a_week_old(desk: Desk, gate: Gate) -> None:
    """Browsers that never came back are not kept."""
    gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        session.execute(update(SignedIn).values(since=now() - timedelta(days=8)))
    gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        assert len(session.scalars(select(SignedIn)).all()) == 1


def test_a_closed_account_is_signed_out_at_once(desk: Desk, gate: Gate) -> None:
    """And can't sign in, with the same words as a name that is nobody's, until it is opened."""
    held = gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        set_active(session, "ann", False)
    assert gate.staff(held) is None
    assert refused(gate, "Ann") == refused(gate, "Nobody")
    with desk.session() as session:
        set_active(session, "Ann", True)
    assert gate.staff(held) is None
    assert gate.staff(gate.sign_in("Ann", PASSWORD, ADDRESS))


def test_a_changed_password_signs_out(desk: Desk, gate: Gate) -> None:
    """The old one no longer fits, the new one does; others stay signed in."""
    held = gate.sign_in("Ann", PASSWORD, ADDRESS)
    other = gate.sign_in("Élodie Roux", PASSWORD, ADDRESS)
    with desk.session() as session:
        set_password(session, "Ann", "rain on the roof tonight")
    assert gate.staff(held) is None and gate.staff(other)
    refused(gate, "Ann")
    assert gate.staff(gate.sign_in("Ann", "rain on the roof tonight", ADDRESS))


def test_passwords_are_kept_as_argon2_hashes(desk: Desk) -> None:
    """Each with a salt of its own; nowhere as they are."""
    with desk.session() as session:
        made = [add_member(session, name, "editor", PASSWORD) for name in ("Kim", " Li  Na ")]
        assert made[1].name == "Li Na"
        kept = [one.password for one in made]
        told = [f"{event.what} {event.detail}" for event in session.scalars(select(Event))]
    assert all(one.startswith("$argon2id$") for one in kept)
    assert len(set(kept)) == 2
    assert not any(PASSWORD in one for one in kept + told)


def test_a_weaker_hash_is_renewed_at_the_next_sign_in(desk: Desk, gate: Gate) -> None:
    """As where the library has raised what it holds for safe."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with desk.session() as session:
        session.execute(update(Member).where(Member.name == "Ann").values(password=weak))
    gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        assert session.scalars(select(Member).where(Member.name == "Ann")).one().password != weak
    assert gate.staff(gate.sign_in("Ann", PASSWORD, ADDRESS))


@pytest.mark.parametrize("length", [0, SHORTEST_PASSWORD - 1, LONGEST_PASSWORD + 1])
def test_passwords_too_short_or_far_too_long_are_refused(desk: Desk, length: int) -> None:
    """The line says how long they may be."""
    with pytest.raises(QueryError, match="12 to 256"), desk.session() as session:
        add_member(session, "Kim", "editor", "x" * length)
    with pytest.raises(QueryError, match="12 to 256"), desk.session() as session:
        set_password(session, "Ann", "x" * length)


@pytest.mark.parametrize(
    ("name", "role", "line"),
    [
        ("Ann", "editor", "already"),
        (" aNN ", "editor", "already"),
        ("Élodie Roux", "editor", "already"),
        ("", "editor", "can't be used"),
        ("K" * 81, "editor", "can't be used"),
        ("K\0im", "editor", "can't be used"),
        ("Kim", "owner", "not known"),
    ],
)
def test_accounts_that_can_not_be_made(desk: Desk, name: str, role: str, line: str) -> None:
    """Names are told apart whatever their case."""
    with pytest.raises(QueryError, match=line), desk.session() as session:
        add_member(session, name, role, PASSWORD)  # type: ignore[arg-type]
    with desk.session() as session:
        assert [one.name for one in members(session)] == ["Ann", "Élodie Roux"]


def test_an_account_that_is_not_there_is_told(desk: Desk) -> None:
    """With where to find those there are."""
    with pytest.raises(QueryError, match="user list"), desk.session() as session:
        set_active(session, "Nobody", False)


def test_what_is_done_to_accounts_is_in_the_trail(desk: Desk, gate: Gate) -> None:
    """Who, what and when; no password."""
    gate.sign_in("Ann", PASSWORD, ADDRESS)
    with desk.session() as session:
        add_member(session, "Kim", "editor", PASSWORD)
        set_active(session, "Ann", False)
    with desk.session() as session:
        told = [(event.what, event.detail) for event in session.scalars(select(Event))]
    assert told == [
        ("signed in", None),
        ("account made", "Kim, editor"),
        ("account closed", "Ann"),
    ]


def test_a_browser_stays_signed_in_when_the_program_starts_anew(desk: Desk, gate: Gate) -> None:
    """The secret lies in the desk's folder."""
    held = gate.sign_in("Ann", PASSWORD, ADDRESS)
    again = open_desk(desk.settings)
    assert Gate(again).staff(held)
    again.close()
