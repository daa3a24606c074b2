"""The newsletter's pages: signing up, confirming, leaving, its issues; and the editor's."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import BackgroundTasks, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from tipqa.errors import QueryError
from tipqa.search import Index
from tipqa_api import pages
from tipqa_api.addresses import base, host
from tipqa_api.desk_guard import TRAP, Member, NotAllowed, Posted, VisitorsForm, desk_page
from tipqa_api.problems import NotFound
from tipqa_api.rate import ByNetwork, is_far, read_limit
from tipqa_desk import issue_text, issues, subscribers
from tipqa_desk.accounts import Staff
from tipqa_desk.answering import NotYours
from tipqa_desk.database import Desk
from tipqa_desk.mail import deliver
from tipqa_desk.models import Issue
from tipqa_desk.newsletter import sent
from tipqa_desk.whats_new import countries_of

_TOO_MANY = "Too many sign-ups came from your network. Wait an hour, then send it once more."
_LONGEST_TOKEN = 100


class _Foot:
    """Has the pages offer the newsletter in their foot."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pages.has_newsletter.set(True)
        await self.app(scope, receive, send)


def install_newsletter(app: FastAPI, index: Index, desk: Desk) -> None:
    """Add the newsletter's pages, for visitors and for the staff."""
    app.add_middleware(_Foot)
    countries = countries_of(index.generation.store)
    _install_sign_up(app, desk, countries)
    _install_tokens(app, desk, countries)
    _install_desk(app, desk)

    @app.get("/newsletter/{month}", include_in_schema=False)
    def issue(month: str) -> HTMLResponse:
        with desk.session() as session:
            found = _issue(session, month)
            if found.state != "sent":
                raise NotFound(f'There is no issue "{month[:20]}" of the newsletter.')
            return pages.page(
                "newsletter/issue.html",
                month=issue_text.month_name(month),
                content=Markup(issue_text.html(issues.told(found), found.note)),
            )


def _install_sign_up(app: FastAPI, desk: Desk, countries: dict[str, str]) -> None:
    limit, counted = read_limit(desk.settings.newsletter_sign_ups), ByNetwork(desk.counted)

    @app.get("/newsletter", include_in_schema=False)
    def form(request: Request) -> HTMLResponse:
        return _form(request, desk, countries, "", [])

    @app.post("/newsletter", include_in_schema=False)
    def sign_up(request: Request, sent: VisitorsForm, after: BackgroundTasks) -> HTMLResponse:
        email = sent.text("email")[:300]
        chosen = [key for key in sent.texts("country") if key in countries]
        url = _url(request, desk)
        if url is None:
            return _form(request, desk, countries, email, chosen, None, 503)
        if not counted.may(request, limit, "sign up"):
            return _form(request, desk, countries, email, chosen, _TOO_MANY, 429)
        try:
            sent.check_trap()
            wanted = {key: countries[key] for key in chosen} or None
            subscribers.sign_up(desk, email, wanted, url)
        except QueryError as error:
            return _form(request, desk, countries, email, chosen, str(error), 422)
        after.add_task(deliver, desk)
        return pages.page("newsletter/asked.html", days=subscribers.CONFIRM_WITHIN.days)


def _install_tokens(app: FastAPI, desk: Desk, countries: dict[str, str]) -> None:
    """What is done by the links in mails; only a button does it, since programs follow links."""

    @app.get("/newsletter/confirm/{token}", include_in_schema=False)
    def confirm_page(token: str) -> HTMLResponse:
        with desk.session() as session:
            found = subscribers.to_confirm(session, token[:_LONGEST_TOKEN])
            if found is None:
                return _too_old()
            asked = found.asked
        names = [countries.get(key, key) for key in asked] if asked else None
        return pages.page("newsletter/confirm.html", token=token, countries=names)

    @app.post("/newsletter/confirm/{token}", include_in_schema=False)
    def confirm(token: str) -> HTMLResponse:
        with desk.session() as session:
            if not subscribers.confirm(session, token[:_LONGEST_TOKEN]):
                return _too_old()
        return pages.page("newsletter/confirmed.html")

    @app.get("/newsletter/leave/{token}", include_in_schema=False)
    def leave_page(token: str) -> HTMLResponse:
        with desk.session() as session:
            there = subscribers.leaves_by(session, token[:_LONGEST_TOKEN])
        return pages.page("newsletter/leave.html", token=token, there=there)

    @app.post("/newsletter/leave/{token}", include_in_schema=False)
    def leave(token: str) -> HTMLResponse:
        """By a mail program, too, as RFC 8058 has it: what it sends need not be read."""
        subscribers.leave(desk, token[:_LONGEST_TOKEN])
        return pages.page("newsletter/left.html")


def _install_desk(app: FastAPI, desk: Desk) -> None:
    @app.get("/desk/newsletter", include_in_schema=False)
    def all_issues(staff: Member) -> HTMLResponse:
        with desk.session() as session:
            found = [(issue, sent(session, issue)) for issue in issues.issues(session)]
            return desk_page(
                "newsletter.html",
                staff,
                issues=found,
                subscribers=subscribers.count(session),
                name=issue_text.month_name,
            )

    @app.get("/desk/newsletter/{month}", include_in_schema=False)
    def one(month: str, staff: Member) -> HTMLResponse:
        return _desk_page(desk, month, staff)

    @app.post("/desk/newsletter/{month}/edit", include_in_schema=False)
    def edit(month: str, staff: Member, form: Posted) -> Response:
        note, cuts = form.text("note"), form.texts("cut")
        return _step(
            desk,
            month,
            staff,
            lambda s, i: issues.edit(s, i, note, cuts, form.number("version"), staff),
            note,
        )

    @app.post("/desk/newsletter/{month}/submit", include_in_schema=False)
    def submit(month: str, staff: Member, form: Posted) -> Response:
        return _step(desk, month, staff, lambda s, i: issues.submit(s, i, staff))

    @app.post("/desk/newsletter/{month}/return", include_in_schema=False)
    def send_back(month: str, staff: Member, form: Posted) -> Response:
        why = form.text("why")
        return _step(desk, month, staff, lambda s, i: issues.send_back(s, i, why, staff))

    @app.post("/desk/newsletter/{month}/sign", include_in_schema=False)
    def sign(month: str, staff: Member, form: Posted) -> Response:
        version = form.number("version")
        return _step(desk, month, staff, lambda s, i: issues.sign(s, i, version, staff))


def _step(
    desk: Desk,
    month: str,
    staff: Staff,
    do: Callable[[Session, Issue], None],
    unsaved: str | None = None,
) -> Response:
    """Do what a button of an issue's page does; tell on the page what hinders it."""
    try:
        with desk.session() as session:
            do(session, _issue(session, month))
    except NotYours as error:
        raise NotAllowed(str(error)) from error
    except QueryError as error:
        page = _desk_page(desk, month, staff, str(error), unsaved)
        page.status_code = 422
        return page
    return RedirectResponse(f"/desk/newsletter/{month}", 303)


def _desk_page(
    desk: Desk, month: str, staff: Staff, wrong: str | None = None, unsaved: str | None = None
) -> HTMLResponse:
    with desk.session() as session:
        issue = _issue(session, month)
        told = issues.told(issue)
        return desk_page(
            "issue.html",
            staff,
            issue=issue,
            name=issue_text.month_name(month),
            note=issue.note if unsaved is None else unsaved,
            longest=issues.LONGEST_NOTE,
            wrong=wrong,
            preview=Markup(issue_text.html(told, issue.note)),
            as_text=issue_text.text(
                issue_text.shortened(told), issue.note, (desk.settings.url or "").rstrip("/")
            ),
            sent=sent(session, issue),
        )


def _issue(session: Session, month: str) -> Issue:
    try:
        return issues.issue_of(session, month)
    except issues.NoIssue as error:
        raise NotFound(f"{str(error)[0].upper()}{str(error)[1:]}") from error


def _url(request: Request, desk: Desk) -> str | None:
    """Where the links in mails lead; None where nobody said and the asker could choose.

    The host that was asked is taken only where mails stay here, or the asker is here.
    """
    told: str | None = desk.settings.url or request.app.state.url
    if told:
        return told.rstrip("/")
    client = request.client.host if request.client else ""
    stays = desk.settings.smtp_url is None or not is_far(client)
    return base(request) if stays and host(base(request)) else None


def _form(
    request: Request,
    desk: Desk,
    countries: dict[str, str],
    email: str,
    chosen: list[str],
    wrong: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    with desk.session() as session:
        past = [
            (one.month, issue_text.month_name(one.month))
            for one in issues.issues(session, sent=True)
        ]
    page = pages.page(
        "newsletter/form.html",
        open=_url(request, desk) is not None,
        email=email,
        countries=countries,
        chosen=chosen,
        wrong=wrong,
        trap=TRAP,
        past=past,
    )
    page.status_code = status
    return page


def _too_old() -> HTMLResponse:
    page = pages.page("newsletter/too_old.html")
    page.status_code = 404
    return page
