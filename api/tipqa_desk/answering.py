"""From passages to an answer that is sent: picking, drafting, a second reader, sending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipqa import packet
from tipqa.cite import as_markdown
from tipqa.documents import passage_document, passage_of
from tipqa.errors import QueryError
from tipqa.search import Index
from tipqa.types import Span
from tipqa.verdict import verified
from tipqa_desk import draft, letter, plain
from tipqa_desk.accounts import Staff
from tipqa_desk.database import Desk
from tipqa_desk.inquiries import RESTATED, change, legible, shown
from tipqa_desk.mail import compose, queue
from tipqa_desk.markup import KEY
from tipqa_desk.models import Event, Inquiry, Message, Pick, now
from tipqa_desk.trail import SENT_BACK, record

LONGEST_DRAFT = 60_000  # characters
_SAVED, _QUOTED = "draft saved", "passage quoted"


class NotYours(QueryError):
    """A step that another role, or another person, has to take."""


def pick(
    session: Session, inquiry: Inquiry, index: Index, passage: str, span: Span | None, by: Staff
) -> None:
    """Quote a passage, or the sentences of a span, behind what the draft quotes already.

    Raises:
        QueryError: there is no such passage, or the draft can't be changed now.
    """
    _check_open(inquiry)
    row = index.generation.store.passage_row(passage)
    if row is None:
        raise QueryError(f'there is no passage "{passage[:80]}" in the index. Search for it again.')
    found = index.generation.store.passages([row])[0]
    document = passage_document(found)
    held = next((one for one in inquiry.picks if one.passage == passage), None)
    if held is not None and held.document != document:  # the corpus has changed since
        inquiry.picks.remove(held)
        held = None
    if held is None:
        inquiry.picks.append(
            Pick(passage=passage, document=document, generation=index.generation.name)
        )
    _write(session, inquiry, _quoted(inquiry, document, span), by, _QUOTED, passage)


def save(session: Session, inquiry: Inquiry, text: str, version: int | None, by: Staff) -> None:
    """Save what was written; it is no longer signed off then.

    Raises:
        QueryError: another has saved meanwhile, or it is too long, or it can't be changed now.
    """
    _check_open(inquiry)
    _check_version(inquiry, version)
    text = legible(text)
    if len(text) > LONGEST_DRAFT:
        raise QueryError(f"the draft is too long. Shorten it to {LONGEST_DRAFT:,} characters.")
    if text != inquiry.draft:
        _write(session, inquiry, text, by, _SAVED, None)


def read_draft(inquiry: Inquiry) -> draft.Draft:
    """The draft with its quotations held against the passages that were picked."""
    return draft.read(inquiry.draft, [one.document for one in inquiry.picks])


def submit(session: Session, inquiry: Inquiry, version: int | None, by: Staff) -> None:
    """Give the draft to a second reader.

    Raises:
        QueryError: another has saved meanwhile, it is empty or has flaws, or the question
            isn't restated.
    """
    if inquiry.state not in ("new", "drafting"):
        raise QueryError(f"the inquiry is {inquiry.state}; there is nothing to submit.")
    _check_version(inquiry, version)
    _check_whole(inquiry)
    change(session, inquiry, state="in review")
    record(session, "submitted for review", inquiry=inquiry, member=by.id)


def send_back(session: Session, inquiry: Inquiry, why: str, by: Staff) -> None:
    """Give the draft back to its writer, with what is to be changed.

    Raises:
        QueryError: it isn't in review, or no reason is given.
    """
    why = " ".join(legible(why).split())[:1000]
    if inquiry.state != "in review":
        raise QueryError("the draft is not in review.")
    if not why:
        raise QueryError("say what is to be changed.")
    change(session, inquiry, state="drafting", signed_id=None)
    record(session, SENT_BACK, inquiry=inquiry, member=by.id, detail=why)


def sign(session: Session, inquiry: Inquiry, version: int | None, by: Staff) -> None:
    """Sign the draft off, as its second reader.

    Raises:
        NotYours: the member is no reviewer, or has written at the draft.
        QueryError: it isn't in review, has changed since it was read, or has flaws.
    """
    if not by.signs:
        raise NotYours("only a reviewer signs drafts off.")
    if by.id in writers(session, inquiry):
        raise NotYours("you have written at this draft; a second reader signs it off.")
    if inquiry.state != "in review":
        raise QueryError("the draft is not in review.")
    if version != inquiry.version:
        raise QueryError("the draft has changed since you read it. Read it again.")
    _check_whole(inquiry)
    change(session, inquiry, signed_id=by.id)
    record(session, "signed off", inquiry=inquiry, member=by.id, detail=f"version {version}")


def send(desk: Desk, session: Session, inquiry: Inquiry, index: Index, by: Staff) -> None:
    """Send the answer by mail.

    Raises:
        QueryError: it isn't signed off, or there is no address.
    """
    if inquiry.email is None:
        raise QueryError("there is no address. Hand the answer over by other means, then say so.")
    made = _answered(session, inquiry, index, by, "sent by mail")
    mail = compose(
        desk,
        inquiry.email,
        f"The answer to your inquiry {shown(inquiry.reference)}",
        f"{made['answer']['text'].rstrip()}\n\n-- \nYour reference: {shown(inquiry.reference)}\n",
    )
    queue(session, "answer", mail, inquiry)


def hand_over(session: Session, inquiry: Inquiry, index: Index, by: Staff) -> None:
    """Note that the answer was given by other means, as a letter, or is read by its reference.

    Raises:
        QueryError: it isn't signed off.
    """
    _answered(session, inquiry, index, by, "handed over")


def writers(session: Session, inquiry: Inquiry) -> set[int]:
    """The members who wrote at the draft, or put the question."""
    wrote = select(Event.member_id).where(
        Event.inquiry_id == inquiry.id, Event.what.in_((_SAVED, _QUOTED, RESTATED))
    )
    return {number for number in session.scalars(wrote) if number is not None}


def mails(session: Session, inquiry: Inquiry) -> Sequence[Message]:
    """The mails of an inquiry, the first one first."""
    of_it = select(Message).where(Message.inquiry_id == inquiry.id).order_by(Message.id)
    return list(session.scalars(of_it))


def changed(inquiry: Inquiry, index: Index) -> list[str]:
    """The quoted passages that today's index no longer holds as they were."""
    quoted = {key.passage for key in read_draft(inquiry).keys}
    return [
        one.passage
        for one in inquiry.picks
        if one.passage in quoted and not verified(passage_of(one.document), index).same
    ]


def _answered(session: Session, inquiry: Inquiry, index: Index, by: Staff, how: str) -> packet.Json:
    if inquiry.state == "answered":
        raise QueryError("the inquiry is answered already.")
    if inquiry.state != "in review" or inquiry.signed_id is None:
        raise QueryError("the draft is not signed off by a second reader.")
    _check_whole(inquiry)
    read = read_draft(inquiry)
    named = {key.passage for key in read.keys}
    made = packet.make(
        index,
        inquiry.restated or "",
        letter.markdown(read),
        plain.text(read),
        letter.references(read).listed,
        [(one.document, one.generation) for one in inquiry.picks if one.passage in named],
        date.today(),
    )
    change(session, inquiry, packet=made, state="answered", answered=now())
    record(session, how, inquiry=inquiry, member=by.id)
    return made


def _quoted(inquiry: Inquiry, document: packet.Json, span: Span | None) -> str:
    """The draft with one more quotation; an empty one becomes a letter."""
    words = draft.quotation(document, span).strip()
    if not inquiry.draft.strip():
        whole = letter.begin(inquiry.restated or "", [document])
        return whole.replace(draft.quotation(document).strip(), words)
    lead = f"*{as_markdown(document['passage']['profile']['title'])}* says too:"
    last = max((key.end() for key in KEY.finditer(inquiry.draft)), default=0)
    end = inquiry.draft.find("\n\n", last) if last else -1
    before, after = inquiry.draft[:end], inquiry.draft[end:].strip("\n")
    if end < 0:
        before, after = inquiry.draft.rstrip("\n"), ""
    return "\n\n".join(filter(None, [before, lead, words, after])) + "\n"


def _write(
    session: Session, inquiry: Inquiry, text: str, by: Staff, what: str, detail: str | None
) -> None:
    values = {"draft": text, "version": inquiry.version + 1, "signed_id": None}
    change(session, inquiry, **values, state="drafting", assigned_id=inquiry.assigned_id or by.id)
    record(session, what, inquiry=inquiry, member=by.id, detail=detail)


def _check_open(inquiry: Inquiry) -> None:
    if inquiry.state in ("answered", "closed"):
        raise QueryError(f"the inquiry is {inquiry.state}; its answer stays as it is.")


def _check_version(inquiry: Inquiry, version: int | None) -> None:
    if version != inquiry.version:
        raise QueryError(
            "the draft was changed meanwhile, so yours is not saved. It stands below still: "
            "copy it, load the page anew, and put the two together."
        )


def _check_whole(inquiry: Inquiry) -> None:
    """Raises: QueryError: the draft can't go out as it is."""
    if not inquiry.draft.strip():
        raise QueryError("the draft is empty.")
    if not inquiry.restated:
        raise QueryError("put the question in the desk's words first, without personal data.")
    _check_impersonal(inquiry)
    read = read_draft(inquiry)
    if not read.ready:
        flaw = next(problem for problem in read.problems if problem.level == "problem")
        raise QueryError(f"the draft has flaws: {flaw}")


def _check_impersonal(inquiry: Inquiry) -> None:
    """Raises: QueryError: what stays for good names the visitor."""
    own = "\n".join(line for line in inquiry.draft.split("\n") if not line.startswith(">"))
    for what, words in (("address", inquiry.email), ("name", inquiry.name)):
        named = words and re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        if named and (named.search(own) or named.search(inquiry.restated or "")):
            raise QueryError(
                f"the visitor's {what} stands in the draft or the question, and these are kept "
                "for good. Take it out."
            )
