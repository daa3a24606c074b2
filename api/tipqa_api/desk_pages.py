"""The desk: the queue, an inquiry, the passages found for it, its draft and answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import BackgroundTasks, FastAPI, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from tipqa.answer import answer
from tipqa.errors import QueryError
from tipqa.search import LONGEST_QUERY, Index, make_filters
from tipqa_api.desk_guard import Fields, Member, NotAllowed, Posted, desk_page
from tipqa_api.problems import NotFound
from tipqa_api.schemas import MaybeNumber, MaybeText
from tipqa_api.search_page import Told
from tipqa_desk import answering, letter, missing
from tipqa_desk.accounts import Staff, members
from tipqa_desk.answering import changed
from tipqa_desk.database import Desk
from tipqa_desk.inquiries import (
    PAGE,
    STATES,
    NoInquiry,
    assign,
    close,
    inquiry_of,
    queue_page,
    reopen,
    restate,
    shown,
)
from tipqa_desk.mail import deliver
from tipqa_desk.models import Inquiry, now
from tipqa_desk.similar import similar
from tipqa_desk.trail import trail
from tipqa_desk.word import docx

_HITS = 10
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class QueueQuery(BaseModel):
    """Which inquiries the queue shows."""

    state: Literal["new", "drafting", "in review", "answered", "closed", ""] = ""
    of: Literal["", "me", "nobody"] = ""
    page: int = Field(1, ge=1, le=10_000)

    def address(self, **other: Any) -> str:
        """The queue with some of it changed."""
        found = {**self.model_dump(exclude={"page"}), **other}
        return "/desk?" + urlencode({name: value for name, value in found.items() if value})


class MonthsQuery(BaseModel):
    """Of which months it is shown what is missing; of the last twelve without them."""

    first: str = Field(default_factory=lambda: f"{now() - timedelta(days=365):%Y-%m}", alias="from")
    last: str = Field(default_factory=lambda: f"{now():%Y-%m}", alias="to")
    format: Literal["html", "csv"] = "html"


class FindQuery(BaseModel):
    """What is looked for on behalf of an inquiry."""

    q: str = Field("", max_length=LONGEST_QUERY)
    country: MaybeText = None
    year_from: MaybeNumber = None
    year_to: MaybeNumber = None
    quoted: str = ""


def install_desk(app: FastAPI, index: Index, desk: Desk) -> None:
    """Add the pages of the desk."""

    @app.get("/desk", include_in_schema=False)
    def queue(staff: Member, asked: Annotated[QueueQuery, Query()]) -> HTMLResponse:
        of = {"": None, "me": staff.id, "nobody": 0}[asked.of]
        with desk.session() as session:
            found = queue_page(session, asked.state or None, of, asked.page)
        return desk_page(
            "queue.html",
            staff,
            asked=asked,
            queue=found,
            states=STATES,
            age=_age,
            last=max(1, -(-found.total // PAGE)),
        )

    @app.get("/desk/missing", include_in_schema=False)
    def what_is_missing(staff: Member, asked: Annotated[MonthsQuery, Query()]) -> Response:
        with desk.session() as session:
            found = missing.groups(session, asked.first, asked.last)
        if asked.format == "csv":
            return _file(missing.csv_text(found).encode(), "text/csv", "missing.csv")
        return desk_page(
            "missing.html",
            staff,
            groups=found,
            tables=missing.tables(found),
            fewest=missing.FEWEST,
            month_from=asked.first,
            month_to=asked.last,
        )

    @app.get("/desk/inquiries/{number}", include_in_schema=False)
    def inquiry(number: int, staff: Member) -> HTMLResponse:
        return _inquiry_page(index, desk, number, staff)

    @app.get("/desk/inquiries/{number}/find", include_in_schema=False)
    def find(number: int, staff: Member, asked: Annotated[FindQuery, Query()]) -> HTMLResponse:
        return _find_page(index, desk, number, staff, asked)

    @app.get("/desk/inquiries/{number}/answer.docx", include_in_schema=False)
    def as_docx(number: int, staff: Member) -> Response:
        with desk.session() as session:
            found = _one(session, number)
            read = answering.read_draft(found)
        note = "" if found.signed_id else "A draft: not signed off."
        return _file(docx(read, found.restated or "", note), _DOCX, f"answer-{number}.docx")

    @app.get("/desk/inquiries/{number}/packet.json", include_in_schema=False)
    def as_packet(number: int, staff: Member) -> Response:
        with desk.session() as session:
            found = _one(session, number).packet
        if found is None:
            raise NotFound(f"Inquiry {number} has no packet: it is not answered yet.")
        response = JSONResponse(found)
        response.headers["Content-Disposition"] = f'attachment; filename="answer-{number}.json"'
        return response

    @app.get("/desk/inquiries/{number}/print", include_in_schema=False)
    def to_print(number: int, staff: Member) -> HTMLResponse:
        with desk.session() as session:
            found = _one(session, number)
            read = answering.read_draft(found)
        return desk_page("print.html", staff, inquiry=found, text=Markup(letter.html(read)))

    @app.post("/desk/inquiries/{number}/pick", include_in_schema=False)
    def pick(number: int, form: Posted, staff: Member) -> Response:
        start, end = form.number("start"), form.number("end")
        span = (start, end) if start is not None and end is not None else None
        with desk.session() as session:
            answering.pick(session, _one(session, number), index, form.text("passage"), span, staff)
        kept = ("q", "country", "year_from", "year_to")
        back = {name: form.text(name) for name in kept if form.text(name)}
        back["quoted"] = form.text("passage")[:200]
        return RedirectResponse(f"/desk/inquiries/{number}/find?{urlencode(back)}", 303)

    @app.post("/desk/inquiries/{number}/draft", include_in_schema=False)
    def save_draft(number: int, form: Posted, staff: Member) -> Response:
        try:
            with desk.session() as session:
                answering.save(
                    session,
                    _one(session, number),
                    form.text("draft"),
                    form.number("version"),
                    staff,
                )
        except QueryError as error:  # nothing that was written is lost
            return _inquiry_page(index, desk, number, staff, str(error), form)
        return RedirectResponse(f"/desk/inquiries/{number}#draft", 303)

    def step(name: str, do: Callable[[Session, Inquiry, Staff, Fields], None]) -> None:
        """Add what a button of an inquiry's page does."""

        @app.post(f"/desk/inquiries/{{number}}/{name}", include_in_schema=False, name=name)
        def act(number: int, form: Posted, staff: Member, after: BackgroundTasks) -> Response:
            try:
                with desk.session() as session:
                    do(session, _one(session, number), staff, form)
            except answering.NotYours as error:
                raise NotAllowed(str(error)) from error
            except QueryError as error:  # nothing that was written is lost
                return _inquiry_page(index, desk, number, staff, str(error), form)
            after.add_task(deliver, desk)
            return RedirectResponse(f"/desk/inquiries/{number}", 303)

    def give(session: Session, inquiry: Inquiry, staff: Staff, form: Fields) -> None:
        number = form.number("member")
        to = next((m for m in members(session) if m.active and m.id == number), None)
        if form.text("member") and to is None:
            raise QueryError("there is no such member any more. Load the page anew.")
        assign(session, inquiry, to, staff)

    def submit(session: Session, inquiry: Inquiry, staff: Staff, form: Fields) -> None:
        """Save what stands in the form, and give it to a second reader."""
        version = form.number("version")
        if form.text("draft") not in ("", inquiry.draft):
            answering.save(session, inquiry, form.text("draft"), version, staff)
            version = inquiry.version
        answering.submit(session, inquiry, version, staff)

    step("assign", give)
    step("restate", lambda s, i, staff, form: restate(s, i, form.text("restated"), staff))
    step("submit", submit)
    step("return", lambda s, i, staff, form: answering.send_back(s, i, form.text("why"), staff))
    step("sign", lambda s, i, staff, form: answering.sign(s, i, form.number("version"), staff))
    step("send", lambda s, i, staff, form: answering.send(desk, s, i, index, staff))
    step("hand-over", lambda s, i, staff, form: answering.hand_over(s, i, index, staff))
    step("close", lambda s, i, staff, form: close(desk, s, i, staff))
    step("reopen", lambda s, i, staff, form: reopen(s, i, staff))


def _inquiry_page(
    index: Index,
    desk: Desk,
    number: int,
    staff: Staff,
    wrong: str | None = None,
    form: Fields | None = None,
) -> HTMLResponse:
    """An inquiry; with what is wrong, and what a form held that was not taken."""
    unsaved = bool(form and form.text("draft"))
    with desk.session() as session:
        inquiry = _one(session, number)
        read = answering.read_draft(inquiry)
        page = desk_page(
            "inquiry.html",
            staff,
            inquiry=inquiry,
            reference=shown(inquiry.reference),
            draft=read,
            text=form.text("draft") if form and unsaved else inquiry.draft,
            version=form.text("version") if form and unsaved else inquiry.version,
            preview=Markup(letter.html(read)),
            wrong=wrong,
            age=_age,
            members=[member for member in members(session) if member.active],
            similar=similar(session, index, inquiry, stale=lambda o: bool(changed(o, index))),
            trail=trail(session, number),
            writers=answering.writers(session, inquiry),
            mails=answering.mails(session, inquiry),
            folder=None if desk.settings.smtp_url else desk.mail_folder,
            changed=changed(inquiry, index),
        )
    page.status_code = 422 if wrong else 200
    return page


def _find_page(
    index: Index, desk: Desk, number: int, staff: Staff, asked: FindQuery
) -> HTMLResponse:
    with desk.session() as session:
        inquiry = _one(session, number)
        picked = {one.passage for one in inquiry.picks}
    query = " ".join((asked.q or inquiry.restated or inquiry.question or "").split())
    query = query[:LONGEST_QUERY]
    wrong, given, told = None, None, []
    try:
        filters = make_filters(
            index,
            country=[asked.country] if asked.country else [],
            year_from=asked.year_from,
            year_to=asked.year_to,
        )
        if query:
            given = answer(index, query, _HITS, filters)
            told = [(hit, Told.of(hit.passage)) for hit in given.found.hits]
    except QueryError as error:
        wrong = str(error)
    return desk_page(
        "find.html",
        staff,
        inquiry=inquiry,
        asked=asked,
        query=query,
        longest=LONGEST_QUERY,
        answer=given,
        hits=told,
        picked=picked,
        wrong=wrong,
        countries=[facet.name for facet in given.found.facets.get("country", ())] if given else [],
    )


def _one(session: Session, number: int) -> Inquiry:
    try:
        return inquiry_of(session, number)
    except NoInquiry as error:
        raise NotFound(f"{str(error)[0].upper()}{str(error)[1:]}") from error


def _age(inquiry: Inquiry) -> str:
    """How long ago it came, in the largest fitting unit."""
    seconds = int((now() - inquiry.received).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "just now"


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
