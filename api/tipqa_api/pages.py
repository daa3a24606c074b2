"""The HTML pages, rendered on the server; they work without JavaScript."""

from __future__ import annotations

from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tipqa.cite import numbered
from tipqa.errors import QueryError
from tipqa.search import LONGEST_QUERY, Index

_HITS = 10
_templates = Environment(
    loader=PackageLoader("tipqa_api"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def home(index: Index, query: str) -> HTMLResponse:
    """The search page: empty without a query, else with what was found."""
    wrong = found = None
    if query.strip():
        try:
            found = index.find(query, _HITS)
        except QueryError as error:
            wrong = str(error)
    editions = sorted({i.edition for i in index.generation.store.profiles() if i.edition})
    page = _templates.get_template("home.html").render(
        query=query[:LONGEST_QUERY],
        asked=bool(query.strip()),
        wrong=wrong,
        hits=[(hit, *numbered(hit.passage)) for hit in found.hits] if found else [],
        no_profile=found.no_profile if found else (),
        searched=found.searched if found else None,
        counts=index.generation.manifest["counts"],
        editions=editions,
        longest=LONGEST_QUERY,
    )
    return HTMLResponse(page, 422 if wrong else 200)


def docs() -> HTMLResponse:
    """The API's documentation, from its OpenAPI description."""
    return HTMLResponse(_templates.get_template("docs.html").render())


def error(status: int, title: str, detail: str) -> HTMLResponse:
    """A page that says what went wrong and what to do."""
    page = _templates.get_template("error.html").render(title=title, detail=detail)
    return HTMLResponse(page, status)


def page(template: str, **values: Any) -> HTMLResponse:
    """A page from its template and what it shows."""
    return HTMLResponse(text(template, **values))


def text(template: str, **values: Any) -> str:
    """What a template makes of some values, escaped for HTML or XML by its name."""
    return _templates.get_template(template).render(**values)
