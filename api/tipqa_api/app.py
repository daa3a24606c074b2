"""The application: routes over an open index."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.background import BackgroundTask
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from tipqa import __version__, documents
from tipqa.answer import answer
from tipqa.cite import profile_source
from tipqa.compose import ComposedSentence, Composer
from tipqa.errors import ComposerError, TipqaError
from tipqa.export import Taken, take
from tipqa.search import Index, make_filters
from tipqa.store import Filters
from tipqa_api import pages, schemas
from tipqa_api.addresses import checked_origin
from tipqa_api.browse import install_lists
from tipqa_api.corpus_pages import install_corpus_pages
from tipqa_api.desk_guard import install_guard
from tipqa_api.desk_pages import install_desk
from tipqa_api.feeds import install_feeds
from tipqa_api.files import file
from tipqa_api.inquiry_pages import install_inquiries
from tipqa_api.newsletter_pages import install_newsletter
from tipqa_api.other_sites import EMBEDDED, OpenToSites
from tipqa_api.problems import NotFound, fault, install_problems, problem
from tipqa_api.rate import NONE, RateLimit, read_limit
from tipqa_api.safety import own_danger
from tipqa_api.search_page import install_search_page
from tipqa_desk.database import Desk
from tipqa_desk.missing import count

_FOLDER = Path(str(files("tipqa_api")))
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_DOCS_CSP = _CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "img-src 'self'", "img-src 'self' data:"
)
_AT_ONCE = ("/healthz", "/static/")
_LARGEST_BODY = 640 * 1024  # bytes; the longest draft, as forms encode Chinese


def create_app(
    index: Index,
    *,
    url: str | None = None,
    allow_origins: Sequence[str] = (),
    limit: str = NONE,
    ready: Callable[[], bool] = lambda: True,
    desk: Desk | None = None,
) -> FastAPI:
    """Build the application over an index that is open already.

    Nothing a visitor asks is logged or kept: the metrics count requests by route.

    Args:
        index: what is searched.
        url: where the world finds the server, as in https://example.org; without it
            pages name the host that was asked.
        allow_origins: sites whose pages may search here.
        limit: how often one address may ask, as "100/minute", or "none".
        ready: until it is, all but signs of life is answered with 503.
        desk: where visitors leave questions that the profiles do not answer; none without it.

    Raises:
        TipqaError: an address is no origin, or the limit can't be read.
    """
    app = FastAPI(
        title="tipqa",
        version=__version__,
        summary="Search over country profiles on human trafficking; "
        "every sentence comes with its sources.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.url = checked_origin(url, "--url") if url else None
    install_problems(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_LARGEST_BODY)
    app.add_middleware(RateLimit, limit=read_limit(limit))
    _add_headers(app, ready)
    app.add_middleware(GZipMiddleware, compresslevel=2)
    app.add_middleware(
        OpenToSites, origins=[checked_origin(site, "--allow-origin") for site in allow_origins]
    )
    app.add_middleware(_HeadAsGet)
    _add_api(app, index, desk)
    _add_pages(app)
    install_search_page(app, index, desk)
    install_lists(app, index)
    install_corpus_pages(app, index)
    install_feeds(app, index, desk)
    if desk:
        install_guard(app, desk)
        install_inquiries(app, desk)
        install_desk(app, index, desk)
        install_newsletter(app, index, desk)
    Instrumentator(registry=CollectorRegistry(), excluded_handlers=["/metrics"]).instrument(
        app
    ).expose(app, include_in_schema=False)
    return app


class _HeadAsGet:
    """Answer HEAD as GET, as link checkers and load balancers ask; the server drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


def _add_headers(app: FastAPI, ready: Callable[[], bool]) -> None:
    @app.middleware("http")
    async def headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        path = request.url.path
        if not ready() and not path.startswith(_AT_ONCE):
            response = problem(request, 503, "The index is being loaded.", {"Retry-After": "10"})
        else:
            try:
                response = await call_next(request)
            except Exception as error:  # raised further, it would be logged with what was asked
                response = fault(request, error)
        if response.status_code == 413:
            response = problem(request, 413, "What was sent is too long. Shorten it.")
        response.headers["Content-Security-Policy"] = _DOCS_CSP if path == "/docs" else _CSP
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = (
            "cross-origin" if path == EMBEDDED else "same-origin"
        )
        if not path.startswith(("/static/", "/swagger/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def _add_api(app: FastAPI, index: Index, desk: Desk | None) -> None:
    store = index.generation.store

    @app.get(
        "/v1/search",
        responses=schemas.answers(schemas.SearchDocument, files=True),
        tags=["search"],
    )
    def search(asked: Annotated[schemas.SearchQuery, Query()]) -> Response:
        """The passages nearest in meaning to a question, with their sources."""
        filters = _filters(index, asked)
        start = time.perf_counter()
        found = index.find(
            asked.q,
            asked.k,
            filters,
            asked.max_tokens,
            mode=asked.mode,
            rerank=asked.rerank,
            explain=asked.explain,
        )
        took_ms = (time.perf_counter() - start) * 1000
        if asked.format != "json":
            taken = take(found.hits, asked.q, index.generation.name)
            return file(asked.format, taken, "tipqa-search")
        return JSONResponse(documents.search_document(asked.q, index, found, took_ms))

    @app.get("/v1/ask", responses=schemas.answers(schemas.AskDocument), tags=["search"])
    def ask(asked: Annotated[schemas.AskQuery, Query()]) -> JSONResponse:
        """Sentences of the profiles that answer a question, or that they do not say."""
        return _answered(index, asked, desk)

    @app.post("/v1/ask", responses=schemas.answers(schemas.AskDocument), tags=["search"])
    def ask_by_post(asked: schemas.AskQuery) -> JSONResponse:
        """The same, with the question in the body, where no log of addresses has it."""
        return _answered(index, asked, desk)

    @app.get("/v1/ask/stream", response_class=EventSourceResponse, tags=["search"])
    def ask_streamed(asked: Annotated[schemas.AskQuery, Query()]) -> Iterator[ServerSentEvent]:
        """The answer as found (event `answer`), then a language model's text of it.

        Each `sentence` that its passages hold comes as soon as it is there; `composed` ends the
        stream, and where its text is empty the sentences before it are to be taken back.
        What can't be answered is told by the event `error`.
        """
        yield from _streamed(index, asked)

    @app.post("/v1/ask/stream", response_class=EventSourceResponse, tags=["search"])
    def ask_streamed_by_post(asked: schemas.AskQuery) -> Iterator[ServerSentEvent]:
        """The same, with the question in the body."""
        yield from _streamed(index, asked)

    @app.get("/v1/suggest", responses=schemas.answers(schemas.SuggestDocument), tags=["search"])
    def suggest(asked: Annotated[schemas.SuggestQuery, Query()]) -> JSONResponse:
        """What a few letters may be the beginning of, for a search box."""
        return JSONResponse({"query": asked.q, "suggestions": index.suggest(asked.q, asked.k)})

    @app.get(
        "/v1/passages/{id}",
        responses=schemas.answers(schemas.PassageDocument, 404, files=True),
        tags=["corpus"],
    )
    def passage(
        identity: schemas.PassageId, asked: Annotated[schemas.FormatQuery, Query()]
    ) -> Response:
        """One passage by its id; write its # as %23."""
        row = store.passage_row(identity)
        if row is None:
            hint = "" if "#" in identity else ' An id looks like "cambodia-2005%23p3": # as %23.'
            raise NotFound(f'There is no passage "{identity}" in this index.{hint}')
        found = store.passages([row])
        if asked.format != "json":
            return file(asked.format, take(found), identity)
        return JSONResponse(documents.passage_document(found[0]))

    @app.get("/v1/profiles", responses=schemas.answers(schemas.ProfilesDocument), tags=["corpus"])
    def profiles(asked: Annotated[schemas.NoQuery, Query()]) -> JSONResponse:
        """All profiles, by country and edition."""
        found = [documents.info_document(info) for info in store.profiles()]
        return JSONResponse({"total": len(found), "profiles": found})

    @app.get(
        "/v1/profiles/{id}",
        responses=schemas.answers(schemas.ProfileDocument, 404, files=True),
        tags=["corpus"],
    )
    def profile(
        identity: schemas.ProfileId, asked: Annotated[schemas.FormatQuery, Query()]
    ) -> Response:
        """One whole profile with its notes and sources."""
        found = store.profile(identity)
        if found is None:
            raise NotFound(f'There is no profile "{identity}". /v1/profiles lists them.')
        if asked.format != "json":
            taken = Taken(store.passages_of(identity), [profile_source(found.info), *found.sources])
            return file(asked.format, taken, identity)
        return JSONResponse(documents.profile_document(found))

    @app.get("/v1/sources", responses=schemas.answers(schemas.SourcesDocument), tags=["corpus"])
    def sources(page: Annotated[schemas.Page, Query()]) -> JSONResponse:
        """All sources, those with most passages resting on them first."""
        found = store.sources()
        some = found[page.offset : page.offset + page.limit]
        return JSONResponse(
            {
                "total": len(found),
                "sources": [
                    {**documents.source_document(source), "profiles": profiles, "passages": resting}
                    for source, profiles, resting in some
                ],
            }
        )

    @app.get(
        "/v1/sources/{id}",
        responses=schemas.answers(schemas.SourceDocument, 404, files=True),
        tags=["corpus"],
    )
    def source(
        identity: schemas.SourceId, page: Annotated[schemas.SourceQuery, Query()]
    ) -> Response:
        """One source, with the passages that rest on it, over all profiles."""
        found = store.source(identity)
        if found is None:
            raise NotFound(f'There is no source "{identity}". /v1/sources lists them.')
        if page.format != "json":
            return file(page.format, Taken(None, [found]), identity)
        rows = store.rows_with(Filters(source=identity))
        some = store.passages(rows[page.offset : page.offset + page.limit])
        return JSONResponse(
            {
                "source": documents.source_document(found),
                "total": len(rows),
                "passages": [documents.passage_document(passage) for passage in some],
            }
        )

    @app.get("/healthz", tags=["operation"])
    def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operation"])
    def readyz() -> dict[str, Any]:
        """The index is open and questions are answered."""
        return {"status": "ready", "index": documents.index_document(index)}


def _add_pages(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=_FOLDER / "static"), name="static")
    # Only its copy of Swagger UI is taken: the page that loads it is ours, for the strict CSP.
    swagger = Path(str(files("fastapi_offline"))) / "static"
    app.mount("/swagger", StaticFiles(directory=swagger), name="swagger")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return pages.docs()


def _answered(index: Index, asked: schemas.AskQuery, desk: Desk | None) -> JSONResponse:
    filters = _filters(index, asked)
    start = time.perf_counter()
    composer = Composer.configured() if asked.compose else None
    given = answer(index, asked.q, asked.k, filters)
    composed = composer.compose(index, asked.q, given) if composer else None
    took_ms = (time.perf_counter() - start) * 1000
    response = JSONResponse(documents.answer_document(asked.q, index, given, took_ms, composed))
    if desk and not own_danger(asked.q):
        response.background = BackgroundTask(count, desk, index, asked.q, given, filters)
    return response


def _streamed(index: Index, asked: schemas.AskQuery) -> Iterator[ServerSentEvent]:
    """The answer as found at once, then the composed sentences one by one, then their sum.

    Once a stream has begun, what is wrong can be told in it only: the event `error`.
    """
    try:
        composer = Composer.configured()
        start = time.perf_counter()
        given = answer(index, asked.q, asked.k, _filters(index, asked))
        took_ms = (time.perf_counter() - start) * 1000
        document = documents.answer_document(asked.q, index, given, took_ms)
        yield ServerSentEvent(data=document, event="answer")
        pieces: list[ComposedSentence | None] = []
        try:
            for piece in composer.pieces(index, asked.q, given):
                pieces.append(piece)
                if piece:
                    told = documents.composed_sentence(piece)
                    yield ServerSentEvent(data=told, event="sentence")
            composed = composer.judged(pieces)
        except ComposerError as error:
            composed = composer.failed(error)
        yield ServerSentEvent(data=documents.composed_document(composed), event="composed")
    except TipqaError as error:
        yield ServerSentEvent(data={"detail": str(error)}, event="error")


def _filters(index: Index, asked: schemas.SearchQuery | schemas.AskQuery) -> Filters:
    return make_filters(
        index,
        country=[name for name in asked.country if name.strip()],
        region=asked.region,
        year_from=asked.year_from,
        year_to=asked.year_to,
        publisher=asked.publisher,
        section=asked.section,
        source=asked.source,
    )
