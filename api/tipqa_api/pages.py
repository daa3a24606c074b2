"""The HTML pages, rendered on the server; they work without JavaScript."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tipqa_api.safety import LEAVE_FOR

_templates = Environment(
    loader=PackageLoader("tipqa_api"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(leave_for=LEAVE_FOR, urlencode=urlencode)
has_newsletter: ContextVar[bool] = ContextVar("has_newsletter", default=False)
"""Whether the page that is being made has a newsletter to sign up for in its foot."""
_ERRORS = {
    403: (
        "This is not for you to do",
        "Go back. If it should be, ask whoever keeps the accounts of the desk.",
    ),
    404: (
        "There is no such page",
        "Check the address for a slip, or search for what you were after.",
    ),
    405: ("This can’t be done here", "Go back to the search and start from there."),
    413: ("This is too long", "Go back, shorten it, and send it once more."),
    422: ("Part of what was asked for is wrong", "Go back, change what it names, and try again."),
    429: (
        "Too many questions at once",
        "Wait a little, then try again. Nothing of what you asked was kept.",
    ),
    500: (
        "Sorry, this went wrong",
        "Try again in a few minutes. If it goes on, tell those who run this site what you did.",
    ),
    503: (
        "Not ready yet",
        "It takes some seconds. Try again then.",
    ),
}
"""What is wrong in plain words and what to do next, by the status of an error."""


def page(template: str, **values: Any) -> HTMLResponse:
    """A page from its template and what it shows."""
    return HTMLResponse(text(template, **values))


def text(template: str, **values: Any) -> str:
    """What a template makes of some values, escaped for HTML or XML by its name."""
    return _templates.get_template(template).render(newsletter=has_newsletter.get(), **values)


def docs() -> HTMLResponse:
    """The API's documentation, from its OpenAPI description."""
    return page("docs.html")


def error(status: int, phrase: str, detail: str) -> HTMLResponse:
    """A page that says what went wrong and what to do; `phrase` is HTTP's word for it."""
    title, next = _ERRORS.get(status, (phrase, None))
    told = page("error.html", title=title, detail=detail, next=next)
    told.status_code = status
    return told
