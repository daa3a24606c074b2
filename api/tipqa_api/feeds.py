"""What other programs follow: a feed, a sitemap, a description of the search."""

from __future__ import annotations

import re

from fastapi import FastAPI, Request, Response

from tipqa.search import Index
from tipqa_api import pages
from tipqa_api.addresses import base
from tipqa_desk.database import Desk
from tipqa_desk.issue_text import month_name
from tipqa_desk.issues import issues

_ENTRIES = 100
_ISSUES = 12
_SITEMAP_HOLDS = 50_000  # addresses, by sitemaps.org
_NOT_FOR_ROBOTS = ("/v1/", "/search", "/*?q=")  # what answers questions
# What XML 1.0 can't hold.
_UNFIT = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def install_feeds(app: FastAPI, index: Index, desk: Desk | None = None) -> None:
    """Add their routes; the addresses in them begin with the server's own."""

    @app.get("/opensearch.xml", include_in_schema=False)
    def opensearch(request: Request) -> Response:
        return _xml("opensearch.xml", "application/opensearchdescription+xml", here=base(request))

    @app.get("/feed.atom", include_in_schema=False)
    def feed(request: Request) -> Response:
        return _feed(index, base(request), _issues(desk))

    @app.get("/sitemap.xml", include_in_schema=False)
    def sitemap(request: Request) -> Response:
        store, history = index.generation.store, index.generation.history
        here = base(request)
        places = [(f"{here}{path}", None) for path in ("/", "/profiles", "/sources")]
        profiles = [(f"{here}/profiles/{i.id}", history[i.id][1]) for i in store.profiles()]
        sources = [(f"{here}/sources/{source.id}", None) for source, _, _ in store.sources()]
        return _xml(
            "sitemap.xml",
            "application/xml",
            places=[*places, *profiles, *sources][:_SITEMAP_HOLDS],
        )

    @app.get("/robots.txt", include_in_schema=False)
    def robots(request: Request) -> Response:
        closed = "".join(f"Disallow: {path}\n" for path in _NOT_FOR_ROBOTS)
        told = f"User-agent: *\n{closed}\nSitemap: {base(request)}/sitemap.xml\n"
        return Response(told, media_type="text/plain; charset=utf-8")


def _issues(desk: Desk | None) -> list[tuple[str, str, str]]:
    """The issues of the newsletter that went out: month, its name, and when."""
    if desk is None:
        return []
    with desk.session() as session:
        return [
            (issue.month, month_name(issue.month), issue.sent.strftime("%Y-%m-%dT%H:%M:%SZ"))
            for issue in issues(session, sent=True)[:_ISSUES]
            if issue.sent
        ]


def _feed(index: Index, here: str, sent: list[tuple[str, str, str]]) -> Response:
    """The issues that went out, then the profiles that are new or changed; the latest first."""
    store, history = index.generation.store, index.generation.history
    catalog = index.generation.catalog
    infos = {info.id: info for info in store.profiles()}
    latest = sorted(infos, key=lambda identity: history[identity][1], reverse=True)[:_ENTRIES]
    firsts = [int(catalog.of(identity)[0]) for identity in latest]
    entries = [
        (infos[identity], *history[identity], begins)
        for identity, begins in zip(latest, store.texts(firsts), strict=True)
    ]
    updated = max([since for _, since in history.values()] + [when for _, _, when in sent])
    return _xml(
        "feed.atom.xml",
        "application/atom+xml",
        here=here,
        updated=updated,
        issues=sent,
        entries=entries,
    )


def _xml(template: str, media_type: str, **values: object) -> Response:
    text = pages.text(template, **values)
    return Response(_UNFIT.sub("\ufffd", text), media_type=media_type)
