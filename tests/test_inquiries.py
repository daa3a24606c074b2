"""Inquiries: taken in, found again by their reference, worked on, and listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tipqa.errors import QueryError
from tipqa_desk.accounts import Staff, add_member
from tipqa_desk.database import Desk
from tipqa_desk.inquiries import (
    LONGEST_NAME,
    LONGEST_QUESTION,
    PAGE,
    NoInquiry,
    assign,
    by_reference,
    close,
    inquiry_of,
    legible,
    queue_page,
    receive,
    reopen,
    restate,
    shown,
)
from tipqa_desk.models import Inquiry, Member, Message, now
from tipqa_desk.trail import trail

QUESTION = "Where can my sister find shelter in Nepal?"


@pytest.fixture
def ann(desk: Desk) -> Staff:
    with desk.session() as session:
        made = add_member(session, "Ann", "editor", "a quiet lake in May")
        return Staff(made.id, made.name, made.role, "")


def only(desk: Desk) -> Inquiry:
    with desk.session() as session:
        return session.scalars(select(Inquiry)).one()


def work(desk: Desk, number: int, do: Callable[..., None], *more: object) -> None:
    """Do something with an inquiry, in a transaction."""
    with desk.session() as session:
        do(session, inquiry_of(session, number), *more)


def test_a_question_comes_in_with_a_receipt_that_does_not_repeat_it(desk: Desk) -> None:
    """Nor the visitor's name; the mail tells the reference, and how long data is kept."""
    reference = receive(desk, f"  {QUESTION}\r\n", " Kim\t Li ", "Kim@Example.ORG")
    inquiry = only(desk)
    assert (inquiry.question, inquiry.name, inquiry.email) == (
        QUESTION,
        "Kim Li",
        "Kim@example.org",
    )
    assert (inquiry.state, inquiry.draft, inquiry.version) == ("new", "", 0)
    with desk.session() as session:
        mail = session.scalars(select(Message)).one()
    assert (mail.kind, mail.state, mail.recipient) == ("receipt", "waiting", "Kim@example.org")
    text = message_from_bytes(mail.content or b"", policy=policy.SMTP).as_string()
    assert reference in text and "90 days" in text
    assert "Kim Li" not in text and "sister" not in text


def test_without_an_address_there_is_no_mail(desk: Desk) -> None:
    """A question is all that a visitor has to give."""
    receive(desk, QUESTION)
    inquiry = only(desk)
    assert inquiry.name is inquiry.email is None
    with desk.session() as session:
        assert session.scalars(select(Message)).all() == []


def test_the_trail_holds_nothing_of_the_visitor(desk: Desk) -> None:
    """Only that something came in, and which way."""
    receive(desk, QUESTION, "Kim Li", "kim@example.org", via="api")
    with desk.session() as session:
        steps = trail(session, only(desk).id)
    assert [(step.what, step.detail, step.member) for step in steps] == [("received", "api", None)]


@pytest.mark.parametrize(
    ("question", "name", "email", "line"),
    [
        ("", "", "", "empty"),
        (" \0\n ", "", "", "empty"),
        ("x" * (LONGEST_QUESTION + 1), "", "", "4,001 characters"),
        (QUESTION, "x" * (LONGEST_NAME + 1), "", "the name"),
        (QUESTION, "Kim\0", "", "the name"),
        (QUESTION, "Kim\ud800", "", "the name"),
        (QUESTION, "", "kim", "address"),
        (QUESTION, "", "kim@example.org\nBcc: all@example.org", "address"),
        (QUESTION, "", "a@example.org, b@example.org", "address"),
        (QUESTION, "", f"{'k' * 300}@example.org", "address"),
    ],
)
def test_what_can_not_be_taken_is_told_and_leaves_nothing(
    desk: Desk, question: str, name: str, email: str, line: str
) -> None:
    """One line says what is wrong."""
    with pytest.raises(QueryError, match=line):
        receive(desk, question, name, email)
    with desk.session() as session:
        assert session.scalars(select(Inquiry)).all() == []
        assert session.scalars(select(Message)).all() == []


@given(st.text(st.characters(), min_size=1, max_size=40))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_kept_but_for_what_nobody_can_read(desk: Desk, text: str) -> None:
    """Control characters and halves of characters go; every writing system stays."""
    reference = receive(desk, f"? {text}", legible(text))
    with desk.session() as session:
        found = by_reference(session, reference)
        left = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "", text)
        assert found.question == f"? {left}".strip()
        assert (found.name or "") == " ".join(left.split())


def test_names_with_joiners_stay_as_they_are_written(desk: Desk) -> None:
    """A zero-width non-joiner belongs to Persian spelling."""
    receive(desk, QUESTION, "علی\u200cرضا")
    assert only(desk).name == "علی\u200cرضا"


def test_references_are_made_by_chance_and_read_as_people_type_them(desk: Desk) -> None:
    """Twelve of twenty signs: 20**12 is more than 2**51. Case, spaces and dashes do not matter."""
    made = [receive(desk, QUESTION) for _ in range(60)]
    assert len(set(made)) == 60
    assert all(re.fullmatch(r"([2-9CFGHJMPQRVWX]{4}-){2}[2-9CFGHJMPQRVWX]{4}", one) for one in made)
    for at in range(12):  # no place is the same in all, as that of a counter would be
        assert len({one.replace("-", "")[at] for one in made}) > 8
    with desk.session() as session:
        for typed in (made[7], made[7].lower(), made[7].replace("-", " "), f" {made[7]}. "):
            assert shown(by_reference(session, typed).reference) == made[7]


@pytest.mark.parametrize("typed", ["", "%", "____________", "2222-2222-2222", "\0", "é" * 99])
def test_a_reference_that_is_none_finds_nothing(desk: Desk, typed: str) -> None:
    """Neither by wildcards, nor by what no database takes."""
    receive(desk, QUESTION)
    with desk.session() as session, pytest.raises(NoInquiry):
        by_reference(session, typed)


@pytest.mark.parametrize("number", [0, -1, 99, 2**31, 2**70])
def test_a_number_that_is_none_finds_nothing(desk: Desk, number: int) -> None:
    """Larger ones than the database knows as well."""
    receive(desk, QUESTION)
    with desk.session() as session, pytest.raises(NoInquiry):
        inquiry_of(session, number)


def test_an_inquiry_is_closed_and_opened_again(desk: Desk, ann: Staff) -> None:
    """It goes back to where it was; twice is refused."""
    receive(desk, QUESTION)
    number = only(desk).id
    for draft, answered, state in (
        ("", None, "new"),
        ("D", None, "drafting"),
        ("D", now(), "answered"),
    ):
        with desk.session() as session:
            inquiry = inquiry_of(session, number)
            inquiry.draft, inquiry.answered = draft, answered
        work(desk, number, partial(close, desk), ann)
        assert only(desk).state == "closed" and only(desk).closed
        with pytest.raises(QueryError, match="already"):
            work(desk, number, partial(close, desk), ann)
        work(desk, number, reopen, ann)
        assert only(desk).state == state and only(desk).closed is None
        with pytest.raises(QueryError, match="open"):
            work(desk, number, reopen, ann)


def test_an_inquiry_whose_question_is_deleted_stays_closed(desk: Desk, ann: Staff) -> None:
    """There is nothing left to work on."""
    receive(desk, QUESTION)
    number = only(desk).id
    work(desk, number, partial(close, desk), ann)
    with desk.session() as session:
        inquiry_of(session, number).purged = now()
    with pytest.raises(QueryError, match="deleted"):
        work(desk, number, reopen, ann)


def test_restating_puts_the_vector_away(desk: Desk, ann: Staff) -> None:
    """It was of other words; the same words change nothing."""
    receive(desk, QUESTION)
    number = only(desk).id
    work(desk, number, restate, "  Which shelters\0 are there\n in Nepal? ", ann)
    assert only(desk).restated == "Which shelters are there in Nepal?"
    with desk.session() as session:
        inquiry = inquiry_of(session, number)
        inquiry.vector, inquiry.vector_by = b"1234", "hashed"
    work(desk, number, restate, "Which shelters are there in Nepal?", ann)
    assert only(desk).vector == b"1234"
    work(desk, number, restate, "Which shelters are in Nepal?", ann)
    assert only(desk).vector is only(desk).vector_by is None
    for words in ("", "x" * 1001):
        with pytest.raises(QueryError, match="1,000"):
            work(desk, number, restate, words, ann)
    with desk.session() as session:
        told = [step.what for step in trail(session, number)]
    assert told == ["received", "question restated", "question restated"]


def test_the_queue_has_the_longest_waiting_first(desk: Desk, ann: Staff) -> None:
    """Open ones by default; of a state or a member where asked; pages do not overlap."""
    for at in range(PAGE + 3):
        receive(desk, f"Question {at}?")
    with desk.session() as session:
        first, second, third = queue_page(session).inquiries[:3]
        assign(session, inquiry_of(session, second.id), session.get_one(Member, ann.id), ann)
        close(desk, session, inquiry_of(session, third.id), ann)

    with desk.session() as session:
        page, rest = queue_page(session), queue_page(session, page=2)
        assert page.total == rest.total == PAGE + 2
        numbers = [one.id for one in (*page.inquiries, *rest.inquiries)]
        assert numbers == sorted(numbers) and len(numbers) == PAGE + 2
        assert numbers[0] == first.id and third.id not in numbers
        assert page.counts == {"new": PAGE + 2, "closed": 1}
        assert [one.id for one in queue_page(session, "closed").inquiries] == [third.id]
        assert [one.id for one in queue_page(session, assigned=ann.id).inquiries] == [second.id]
        assert queue_page(session, assigned=0).total == PAGE + 1
        assert queue_page(session, "in review").total == 0
        assert queue_page(session, page=9).inquiries == []


def test_assigning_to_nobody_is_noted_as_well(desk: Desk, ann: Staff) -> None:
    """The trail has to whom, and by whom."""
    receive(desk, QUESTION)
    number = only(desk).id
    with desk.session() as session:
        member = session.get_one(Member, ann.id)
        assign(session, inquiry_of(session, number), member, ann)
        assign(session, inquiry_of(session, number), None, ann)
    with desk.session() as session:
        steps = trail(session, number)[1:]
        assert inquiry_of(session, number).assigned is None
    assert [(step.what, step.detail, step.member_id) for step in steps] == [
        ("assigned", "Ann", ann.id),
        ("assigned", "nobody", ann.id),
    ]
