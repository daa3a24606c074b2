"""Errors as RFC 9457 problem documents; as a page where a page was asked for."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tipqa.errors import DeskError, QueryError, TipqaError
from tipqa_api import pages

_LONGEST = 400  # characters of an answer that repeats an id
_SHOWN = 80  # characters of a wrong value that are told back


class NotFound(TipqaError):
    """What was asked for by its id is not in the index."""


def install_problems(app: FastAPI) -> None:
    """Answer every error with one clear line."""

    @app.exception_handler(QueryError)
    def wrong_query(request: Request, error: QueryError) -> Response:
        return problem(request, 422, str(error))

    @app.exception_handler(NotFound)
    def not_found(request: Request, error: NotFound) -> Response:
        return problem(request, 404, str(error)[:_LONGEST])

    @app.exception_handler(DeskError)
    def no_desk(request: Request, error: DeskError) -> Response:
        logging.getLogger("tipqa_api").error("%s", error)
        detail = "The desk can't take this now. Nothing was kept. Try again in some minutes."
        return problem(request, 503, detail, {"Retry-After": "60"})

    @app.exception_handler(RequestValidationError)
    def wrong_parameter(request: Request, error: RequestValidationError) -> Response:
        return problem(request, 422, _told(error))

    @app.exception_handler(HTTPException)
    def wrong_request(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        if error.status_code == 404:
            path = request.url.path
            hint = " /docs lists what there is." if path.startswith("/v1/") else ""
            detail = f"There is nothing at {path[:_SHOWN]}.{hint}"
        if error.status_code == 405:
            detail = f"{request.method} is not possible here. Use {(error.headers or {})['Allow']}."
        return problem(request, error.status_code, detail, dict(error.headers or {}))


def fault(request: Request, error: Exception) -> Response:
    """The answer to a request that broke something; the log holds nothing of what was asked."""
    place = getattr(request.scope.get("route"), "path", "?")
    logging.getLogger("tipqa_api").error("%s failed with %s", place, type(error).__name__)
    return problem(request, 500, "Something here is broken. Try again later.")


def problem(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """The problem document of an error, or the error page outside of the API."""
    title = HTTPStatus(status).phrase
    for_a_person = "text/html" in request.headers.get("accept", "")
    if for_a_person and not request.url.path.startswith("/v1/"):
        page = pages.error(status, title, detail)
        page.headers.update(headers or {})
        return page
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _told(error: RequestValidationError) -> str:
    """The first thing that is wrong with the parameters, in one line."""
    first = error.errors()[0]
    name = str(first["loc"][-1]) if first["loc"] else "the request"
    if first["type"] == "missing":
        return f"{name} is missing. Add it, as in /v1/search?q=who+shelters+victims"
    if first["type"] == "extra_forbidden":
        return f'There is no parameter "{name[:_SHOWN]}". /docs lists those there are.'
    value = str(first.get("input", ""))[:_SHOWN]
    return f'{name} is "{value}": {first["msg"][0].lower()}{first["msg"][1:]}.'
