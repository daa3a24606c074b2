"""Inquiries answered before: those that ask for much the same, and no others."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from conftest import REPOSITORY
from tipqa.embed import PACKAGED, HashedWords, embed, load_encoder
from tipqa.questions import load_questions
from tipqa.search import Index
from tipqa_desk.database import Desk
from tipqa_desk.models import Inquiry, now
from tipqa_desk.similar import _AT_ONCE, ALIKE, similar

ASKED = "How many fish farms did labour inspectors visit in Norway?"
ALMOST = "How many farms did labour inspectors visit in Norway last year?"
FAR = "Which penalty does a court give for begging?"


class Shorter(HashedWords):
    """Another encoder, with vectors of another length."""

    fingerprint = "hashed-words-of-128"

    def __init__(self) -> None:
        super().__init__(128)


def add(desk: Desk, words: str | None, restated: str | None = None, answered: bool = False) -> int:
    """An inquiry, and its number."""
    with desk.session() as session:
        there = session.query(Inquiry).count()
        one = Inquiry(reference=str(there), question=words, restated=restated)
        one.answered = now() if answered else None
        session.add(one)
        session.flush()
        return one.id


def found(desk: Desk, index: Index, number: int, **more):
    with desk.session() as session:
        return similar(session, index, session.get_one(Inquiry, number), **more)


def kept(desk: Desk, number: int) -> tuple[bytes | None, str | None]:
    with desk.session() as session:
        one = session.get_one(Inquiry, number)
        return one.vector, one.vector_by


def test_answered_ones_that_are_alike_come_nearest_first(desk: Desk, index: Index) -> None:
    """Neither itself, nor what isn't answered, nor what is about something else."""
    almost = add(desk, "in the visitor's words", ALMOST, answered=True)
    add(desk, "far", FAR, answered=True)
    add(desk, "open", ASKED)
    same = add(desk, None, ASKED, answered=True)
    asked = add(desk, "…", ASKED, answered=True)

    near = found(desk, index, asked)

    assert [(one.number, one.question) for one in near] == [(same, ASKED), (almost, ALMOST)]
    assert near[0].similarity == pytest.approx(1)
    assert ALIKE <= near[1].similarity < 1
    assert found(desk, index, asked, k=1) == near[:1]


def test_a_visitors_words_are_compared_and_their_vector_is_not_kept(desk, index) -> None:
    """An inquiry that the desk hasn't put in its words yet; once it has, that is kept."""
    same = add(desk, "…", ASKED, answered=True)
    new = add(desk, ASKED)

    assert [one.number for one in found(desk, index, new)] == [same]
    assert kept(desk, new) == (None, None)
    with desk.session() as session:
        session.get_one(Inquiry, new).restated = ASKED
    assert [one.number for one in found(desk, index, new)] == [same]
    vector, by = kept(desk, new)
    assert by == index.encoder.fingerprint
    assert np.allclose(np.frombuffer(vector, np.float32), embed([ASKED], index.encoder, "query")[0])


def test_vectors_of_another_encoder_are_made_anew(desk: Desk, index: Index) -> None:
    """Some at a call, the newest first, and those of the old one are never compared."""
    numbers = [add(desk, "…", ASKED, answered=True) for _ in range(_AT_ONCE + 2)]
    asked = add(desk, ASKED)
    for _ in range(2):
        found(desk, index, asked)
    other = replace(index, encoder=Shorter())

    assert len(found(desk, other, asked, k=100)) == _AT_ONCE
    assert [kept(desk, n)[1] for n in numbers[:3]] == [
        index.encoder.fingerprint, index.encoder.fingerprint, Shorter.fingerprint,
    ]  # fmt: skip
    assert len(found(desk, other, asked, k=100)) == _AT_ONCE + 2


def test_nothing_is_like_an_inquiry_whose_words_are_gone(desk: Desk, index: Index) -> None:
    """It was purged before anyone put it in other words."""
    add(desk, "…", ASKED, answered=True)
    assert found(desk, index, add(desk, None)) == []


def test_words_that_change_lose_their_vector(desk: Desk, index: Index) -> None:
    """In the same transaction too, where the vector was made a moment ago."""
    add(desk, "…", ASKED, answered=True)
    number = add(desk, "…", ASKED)
    with desk.session() as session:
        one = session.get_one(Inquiry, number)
        assert similar(session, index, one)
        assert one.vector
        one.restated, one.vector, one.vector_by = FAR, None, None
    assert kept(desk, number) == (None, None)
    assert found(desk, index, number) == []


def test_what_is_stale_is_told_by_who_knows(desk: Desk, index: Index) -> None:
    """`stale` is asked of each inquiry that is given; where it isn't there, nothing is said."""
    same = add(desk, "…", ASKED, answered=True)
    asked = add(desk, ASKED)
    assert [one.stale for one in found(desk, index, asked)] == [None]
    assert [one.stale for one in found(desk, index, asked, stale=lambda one: one.id == same)] == [
        True
    ]


@pytest.mark.model
def test_the_real_encoder_tells_alike_from_other_questions() -> None:
    """One question put in two ways is alike; of other pairs on this field at most 2 in 100."""
    encoder = load_encoder(PACKAGED)
    twice = [
        ("How many labour inspectors does Ghana have?", "number of labor inspectors in Ghana"),
        ("Who shelters trafficking victims in Nepal?",
         "Which organisations run shelters for victims of trafficking in Nepal?"),
        ("What is the penalty for trafficking in Fiji?",
         "How many years of prison do traffickers face under Fiji's law?"),
        ("Is school free in Yemen?", "Do children in Yemen have to pay school fees?"),
        ("Which armed groups recruit children in Congo?",
         "Who recruits child soldiers in the Democratic Republic of the Congo?"),
        ("Are people forced to pick cotton in Uzbekistan?",
         "forced labour in the Uzbek cotton harvest"),
    ]  # fmt: skip
    one = embed([first for first, _ in twice], encoder, "query")
    other = embed([second for _, second in twice], encoder, "query")
    assert (one * other).sum(axis=1).min() >= ALIKE

    asked = load_questions(REPOSITORY / "tests/relevance/questions.jsonl")
    vectors = embed([question.question for question in asked], encoder, "query")
    pairs = [float(first @ second) for first, second in combinations(vectors, 2)]
    assert np.mean(np.array(pairs) >= ALIKE) <= 0.02
