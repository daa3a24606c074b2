"""What pages of other sites may do here: those that were named, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

EMBEDDED = "/static/tipqa-search.js"
"""The search box for other sites: any may load it, those that were named may search by it."""
_OPEN = ("/v1/search", "/v1/ask", "/v1/suggest", EMBEDDED)


class OpenToSites:
    """Let scripts of some origins ask questions by GET; all else stays closed to them."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._closed = app
        self._open = CORSMiddleware(app, allow_origins=origins, allow_methods=["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = scope["type"] == "http" and scope["path"] in _OPEN
        await (self._open if named else self._closed)(scope, receive, send)
