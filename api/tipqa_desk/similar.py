"""Inquiries that were answered before and are near to one in meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from tipqa.embed import embed
from tipqa.search import Index
from tipqa.types import Encoder, FloatVector
from tipqa_desk.models import Inquiry

ALIKE = 0.6
"""A cosine: 99 of 100 pairs of questions on this field are less alike than 0.58, one question
put in two ways more than this (tests/test_similar.py)."""
_AT_ONCE = 32  # vectors that are made at a call: a page does not wait for thousands


@dataclass(frozen=True, slots=True)
class Similar:
    """An inquiry that was answered.

    Attributes:
        number: its id.
        question: as the desk put it.
        similarity: the cosine of the two questions' vectors, ALIKE to 1.
        stale: whether a passage it rests on has changed since; None where nobody was asked.
    """

    number: int
    question: str
    similarity: float
    stale: bool | None = None


def similar(
    session: Session,
    index: Index,
    inquiry: Inquiry,
    k: int = 5,
    stale: Callable[[Inquiry], bool] | None = None,
) -> list[Similar]:
    """Find answered inquiries that ask for much the same, the nearest first.

    They are compared as the desk put them. An inquiry that isn't put so yet is compared
    by the visitor's words, and their vector is not kept. Vectors that are missing, or
    of another encoder, are made and kept, _AT_ONCE at a call, the newest first.

    Args:
        session: a transaction; vectors are written in it.
        index: of whose encoder the vectors are to be.
        inquiry: to which they are to be near.
        k: how many at most.
        stale: tells of an answered one whether what it rests on has changed.
    """
    asked = _vector(session, index.encoder, inquiry)
    if asked is None:
        return []
    numbers, vectors = _answered(session, index.encoder, inquiry)
    near = np.frombuffer(b"".join(vectors), np.float32).reshape(-1, len(asked)) @ asked
    nearest = [n for n in np.argsort(-near, kind="stable")[:k] if near[n] >= ALIKE]
    chosen = {
        one.id: one
        for one in session.scalars(
            select(Inquiry).where(Inquiry.id.in_([numbers[n] for n in nearest]))
        )
    }
    return [
        Similar(one.id, one.restated or "", min(1.0, float(near[n])), stale(one) if stale else None)
        for n in nearest
        if (one := chosen.get(numbers[n]))
    ]


def _answered(
    session: Session, encoder: Encoder, inquiry: Inquiry
) -> tuple[list[int], list[bytes]]:
    """The ids of all others that were answered, and their unit vectors, float32.

    Read in one pass, without the columns that make rows long.
    """
    fits = Inquiry.vector_by == encoder.fingerprint
    wanted = (
        select(Inquiry.id, case((fits, Inquiry.vector)))
        .where(
            Inquiry.answered.is_not(None),
            Inquiry.restated.is_not(None),
            Inquiry.id != inquiry.id,
        )
        .order_by(Inquiry.id)
    )
    rows = session.connection().execute(wanted).all()
    numbers = [number for number, vector in rows if vector]
    vectors = [vector for _, vector in rows if vector]
    lacking = [number for number, vector in rows if not vector][-_AT_ONCE:]
    if lacking:
        questions = select(Inquiry.id, Inquiry.restated).where(Inquiry.id.in_(lacking))
        found = [(number, words or "") for number, words in session.execute(questions)]
        numbers += [number for number, _ in found]
        vectors += _made(session, encoder, found)
    return numbers, vectors


def _vector(session: Session, encoder: Encoder, inquiry: Inquiry) -> FloatVector | None:
    """Of an inquiry's question; None where its words are gone."""
    if inquiry.restated:
        kept = inquiry.vector if inquiry.vector_by == encoder.fingerprint else None
        kept = kept or _made(session, encoder, [(inquiry.id, inquiry.restated)])[0]
        found: FloatVector = np.frombuffer(kept, np.float32)
        return found
    return embed([inquiry.question], encoder, "query")[0] if inquiry.question else None


def _made(session: Session, encoder: Encoder, questions: list[tuple[int, str]]) -> list[bytes]:
    """Vectors of questions, kept but where one is put in other words meanwhile."""
    found = [vector.tobytes() for vector in embed([w for _, w in questions], encoder, "query")]
    for (number, words), vector in zip(questions, found, strict=True):
        session.execute(
            update(Inquiry)
            .where(Inquiry.id == number, Inquiry.restated == words)
            .values(vector=vector, vector_by=encoder.fingerprint)
        )
    return found
