"""Who may see and do what at the desk: signing in, and forms that only our pages can send."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from tipqa.errors import QueryError, TipqaError
from tipqa_api import pages
from tipqa_api.problems import problem
from tipqa_desk.accounts import Gate, Staff, WrongSignIn, members
from tipqa_desk.database import Desk
from tipqa_desk.inquiries import legible

TRAP = "website"  # a field that nobody sees, and programs fill in
_COOKIE = "tipqa_desk"
_FORM_COOKIE = "tipqa_desk_form"  # what the form of signing in must bring back
_START = "/desk"
_MOST_FIELDS = 200


class NotSignedIn(Exception):
    """Nobody is signed in, and this is for staff. `unsaved` is a draft that came with it."""

    def __init__(self, unsaved: str = "") -> None:
        super().__init__()
        self.unsaved = unsaved


class NotAllowed(TipqaError):
    """A member did what is another's to do, or a form came from elsewhere."""

    def __init__(self, told: str, unsaved: str = "") -> None:
        super().__init__(told)
        self.unsaved = unsaved


class Fields:
    """The text fields of a form."""

    def __init__(self, form: FormData) -> None:
        self._form = form

    def text(self, name: str) -> str:
        """A field's text, its line breaks single; empty where it is missing."""
        value = self._form.get(name)
        return legible(value.replace("\r\n", "\n")) if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All texts of a field."""
        return [legible(value) for value in self._form.getlist(name) if isinstance(value, str)]

    def check_trap(self) -> None:
        """Raises: QueryError: the field that nobody sees, and programs fill in, is filled in."""
        if self.text(TRAP):
            raise QueryError(
                "the field that says “leave this empty” is filled in. Empty it and send once more."
            )

    def number(self, name: str) -> int | None:
        """A field's number; None where it is none."""
        value = self.text(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def signed_in(request: Request) -> Staff:
    """The member who asks.

    Raises:
        NotSignedIn: there is none.
    """
    gate: Gate = request.app.state.gate
    staff = gate.staff(request.cookies.get(_COOKIE))
    if staff is None:
        raise NotSignedIn
    return staff


async def posted(request: Request) -> Fields:
    """The fields of a form that a member sent from one of our pages.

    To be asked for before the member is, so that a draft is not lost.

    Raises:
        NotSignedIn: nobody is signed in.
        NotAllowed: the form is not from one of our pages.
    """
    fields = await _fields(request)
    try:
        staff = await run_in_threadpool(signed_in, request)
    except NotSignedIn:
        raise NotSignedIn(fields.text("draft")) from None
    if not secrets.compare_digest(fields.text("csrf").encode(), staff.csrf.encode()):
        raise NotAllowed(
            "this form is no longer good. Go back, load the page anew and try again.",
            fields.text("draft"),
        )
    return fields


async def visitors_form(request: Request) -> Fields:
    """The fields of a form that anyone may send."""
    return await _fields(request)


async def _fields(request: Request) -> Fields:
    return Fields(await request.form(max_files=0, max_fields=_MOST_FIELDS))


Member = Annotated[Staff, Depends(signed_in)]
Posted = Annotated[Fields, Depends(posted)]
VisitorsForm = Annotated[Fields, Depends(visitors_form)]


def install_guard(app: FastAPI, desk: Desk) -> None:
    """Add signing in and out, and what is answered to those who are not signed in."""
    app.state.gate = Gate(desk)

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, error: NotSignedIn) -> Response:
        if _without_members(desk):
            return pages.page("desk/first.html")
        if error.unsaved:
            return _unsaved("You are no longer signed in.", error.unsaved)
        back = request.url.path if request.method == "GET" else _START
        return RedirectResponse(f"/desk/sign-in?{urlencode({'next': back})}", 303)

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> Response:
        if error.unsaved:
            return _unsaved(f"{str(error)[0].upper()}{str(error)[1:]}", error.unsaved)
        return problem(request, 403, str(error))

    @app.get("/desk/sign-in", include_in_schema=False)
    def sign_in_page(request: Request, next: str = _START) -> Response:
        if _without_members(desk):
            return pages.page("desk/first.html")
        return _sign_in_page(request, next)

    @app.post("/desk/sign-in", include_in_schema=False)
    def sign_in(request: Request, form: VisitorsForm) -> Response:
        expected = request.cookies.get(_FORM_COOKIE, "")
        name, next = form.text("name"), form.text("next")
        if not expected or not secrets.compare_digest(
            form.text("csrf").encode(), expected.encode()
        ):
            return _sign_in_page(request, next, "the form was open for long. Try again.", name)
        client = request.client.host if request.client else ""
        try:
            held = app.state.gate.sign_in(name, form.text("password"), client)
        except WrongSignIn as error:
            return _sign_in_page(request, next, str(error), name)
        app.state.gate.sign_out(request.cookies.get(_COOKIE))
        response = RedirectResponse(_within(next), 303)
        _set(request, response, _COOKIE, held)
        response.delete_cookie(_FORM_COOKIE, path=_START)
        return response

    @app.post("/desk/sign-out", include_in_schema=False)
    def sign_out(request: Request, form: Posted) -> Response:
        app.state.gate.sign_out(request.cookies.get(_COOKIE))
        response = RedirectResponse("/desk/sign-in", 303)
        response.delete_cookie(_COOKIE, path=_START)
        return response


def desk_page(template: str, staff: Staff, **values: object) -> HTMLResponse:
    """A page for a member who is signed in."""
    return pages.page(f"desk/{template}", staff=staff, **values)


def _unsaved(why: str, text: str) -> HTMLResponse:
    """A page that gives back what could not be saved."""
    page = pages.page("desk/unsaved.html", why=why, text=text)
    page.status_code = 403
    return page


def _sign_in_page(
    request: Request, next: str, wrong: str | None = None, name: str = ""
) -> HTMLResponse:
    token = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(32)
    page = pages.page(
        "desk/sign_in.html", next=_within(next), wrong=wrong, name=name[:80], csrf=token
    )
    page.status_code = 200 if wrong is None else 403
    _set(request, page, _FORM_COOKIE, token)
    return page


def _set(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie for the desk alone, until the browser is closed."""
    secure = request.url.scheme == "https" or _is_https(request.app.state.url)
    response.set_cookie(name, value, path=_START, httponly=True, samesite="lax", secure=secure)


def _is_https(url: str | None) -> bool:
    return bool(url) and urlsplit(url).scheme == "https"


def _within(next: str) -> str:
    """Where to go after signing in: a page of the desk, whatever the address says."""
    return next if next.startswith(_START) and "\\" not in next and "//" not in next else _START


def _without_members(desk: Desk) -> bool:
    with desk.session() as session:
        return not members(session)
