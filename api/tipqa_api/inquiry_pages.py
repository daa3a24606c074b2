"""The inquiry corner: a visitor leaves a question with the desk, and asks after it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import HTMLResponse
from itsdangerous import BadSignature, TimestampSigner
from limits import parse
from markupsafe import Markup
from pydantic import BaseModel, Field

from tipqa.errors import QueryError
from tipqa_api import pages, schemas
from tipqa_api.desk_guard import TRAP, Fields, VisitorsForm
from tipqa_api.problems import problem
from tipqa_api.rate import ByNetwork, read_limit
from tipqa_desk.answering import read_draft
from tipqa_desk.database import Desk
from tipqa_desk.inquiries import (
    LONGEST_NAME,
    LONGEST_QUESTION,
    NoInquiry,
    by_reference,
    receive,
    shown,
)
from tipqa_desk.letter import html
from tipqa_desk.mail import deliver
from tipqa_desk.models import Inquiry, State

_LEAST_SECONDS = 3  # that a person takes to fill the form in
_MOST_SECONDS = 7 * 24 * 3600  # that it may stay open
_ASKED_AFTER = parse("30/hour")
_TOLD = {
    "new": "It is waiting to be read.",
    "drafting": "Someone is looking for the answer.",
    "in review": "The answer is written; a second reader goes through it.",
    "answered": "It is answered.",
    "closed": "It is closed.",
}


class NewInquiry(BaseModel):
    """A question for the desk."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    name: str = Field("", max_length=LONGEST_NAME)
    email: str = Field("", max_length=254, description="Where the answer is sent, if anywhere.")


class Reference(BaseModel):
    """By what one asks after an inquiry."""

    reference: str = Field(min_length=1, max_length=40)


class InquiryDocument(BaseModel):
    """How far an inquiry is; `answer` is Markdown, once there is one."""

    reference: str = Field(examples=["7KCF-M2XQ-H9RW"])
    status: State
    received: datetime
    answered: datetime | None
    answer: str | None
    keep_days: int = Field(description="Personal data is deleted so long after it is closed.")


class _TooOld(QueryError):
    """A form that was shown so long ago, or by another desk, that it is shown anew."""


class _Corner:
    """What keeps programs out of the form, without third parties."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._signer = TimestampSigner(desk.secret, "inquire", digest_method=hashlib.sha256)
        self._limit = read_limit(desk.settings.desk_inquiries)
        self._counted = ByNetwork(desk.counted)

    def began(self) -> str:
        """When a form was shown, signed."""
        return self._signer.sign("form").decode()

    def check(self, form: Fields) -> None:
        """Raises: QueryError: it was filled in as a program does."""
        form.check_trap()
        try:
            _, when = self._signer.unsign(
                form.text("began"), max_age=_MOST_SECONDS, return_timestamp=True
            )
        except BadSignature:
            raise _TooOld(
                "the page was open for very long. Look over your question and send it once more."
            ) from None
        if self._signer.get_timestamp() - when.timestamp() < _LEAST_SECONDS:
            raise QueryError("that was very quick. Look over your question and send it once more.")

    def may_send(self, request: Request) -> bool:
        return self._counted.has_room(request, self._limit, "send")

    def sent(self, request: Request) -> None:
        """Count an inquiry that was taken."""
        self._counted.may(request, self._limit, "send")

    def may_ask(self, request: Request) -> bool:
        """Whether an address may try another reference."""
        return self._counted.may(request, _ASKED_AFTER, "ask")


def install_inquiries(app: FastAPI, desk: Desk) -> None:
    """Add the pages and routes by which a question reaches the desk."""
    corner = _Corner(desk)
    too_many = "Too many inquiries came from your network. Wait an hour, then send it once more."
    too_often = "Too many references were asked for. Wait an hour, then try again."

    @app.get("/inquire", include_in_schema=False)
    def form(q: str = "") -> HTMLResponse:
        return _form(corner, {"question": q[:LONGEST_QUESTION]})

    @app.post("/inquire", include_in_schema=False)
    def send(request: Request, sent: VisitorsForm, after: BackgroundTasks) -> Any:
        values = {name: sent.text(name) for name in ("question", "name", "email")}
        try:
            corner.check(sent)
            if not corner.may_send(request):
                return _form(corner, values, too_many, 429, sent.text("began"))
            reference = receive(desk, **values)
            corner.sent(request)
        except _TooOld as error:
            return _form(corner, values, str(error), 422)
        except QueryError as error:
            return _form(corner, values, str(error), 422, sent.text("began"))
        after.add_task(deliver, desk)
        return pages.page(
            "inquiry_sent.html",
            reference=reference,
            mailed=bool(values["email"].strip()),
            days=desk.settings.desk_keep_days,
        )

    @app.get("/inquire/status", include_in_schema=False)
    def ask_status() -> HTMLResponse:
        return pages.page("inquiry_status.html", found=None, wrong=None, typed="")

    @app.post("/inquire/status", include_in_schema=False)
    def status(request: Request, sent: VisitorsForm) -> Any:
        typed = sent.text("reference")[:40]
        if not corner.may_ask(request):
            return problem(request, 429, too_often, {"Retry-After": "3600"})
        try:
            with desk.session() as session:
                found = _Shown.of(by_reference(session, typed))
        except NoInquiry as error:
            page = pages.page("inquiry_status.html", found=None, wrong=str(error), typed=typed)
            page.status_code = 404
            return page
        return pages.page("inquiry_status.html", found=found, wrong=None, typed=typed)

    @app.post(
        "/v1/inquiries",
        status_code=201,
        response_model=InquiryDocument,
        responses=schemas.problems(429),
        tags=["inquiries"],
    )
    def send_document(request: Request, sent: NewInquiry, after: BackgroundTasks) -> Any:
        """Leave a question with the desk, for front ends of other sites."""
        if not corner.may_send(request):
            return problem(request, 429, too_many, {"Retry-After": "3600"})
        reference = receive(desk, sent.question, sent.name, sent.email, via="api")
        corner.sent(request)
        after.add_task(deliver, desk)
        with desk.session() as session:
            return _document(desk, by_reference(session, reference))

    @app.post(
        "/v1/inquiries/status",
        response_model=InquiryDocument,
        responses=schemas.problems(404, 429),
        tags=["inquiries"],
    )
    def status_document(request: Request, sent: Reference) -> Any:
        """How far an inquiry is; by POST, so that no log of addresses has the reference."""
        if not corner.may_ask(request):
            return problem(request, 429, too_often, {"Retry-After": "3600"})
        try:
            with desk.session() as session:
                return _document(desk, by_reference(session, sent.reference))
        except NoInquiry as error:
            return problem(request, 404, str(error))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a visitor sees of an inquiry."""

    reference: str
    received: str
    state: str
    told: str
    answer: Markup | None

    @classmethod
    def of(cls, inquiry: Inquiry) -> _Shown:
        answer = html(read_draft(inquiry)) if inquiry.packet else None
        return cls(
            shown(inquiry.reference),
            inquiry.received.strftime("%-d %B %Y"),
            inquiry.state,
            _TOLD[inquiry.state],
            Markup(answer) if answer else None,
        )


def _form(
    corner: _Corner,
    values: dict[str, str],
    wrong: str | None = None,
    status: int = 200,
    began: str | None = None,
) -> HTMLResponse:
    page = pages.page(
        "inquire.html",
        values={"question": "", "name": "", "email": "", **values},
        wrong=wrong,
        began=began or corner.began(),
        trap=TRAP,
        days=corner.desk.settings.desk_keep_days,
        longest=LONGEST_QUESTION,
        longest_name=LONGEST_NAME,
    )
    page.status_code = status
    return page


def _document(desk: Desk, inquiry: Inquiry) -> dict[str, Any]:
    return {
        "reference": shown(inquiry.reference),
        "status": inquiry.state,
        "received": inquiry.received,
        "answered": inquiry.answered,
        "answer": inquiry.packet["answer"]["markdown"] if inquiry.packet else None,
        "keep_days": desk.settings.desk_keep_days,
    }
