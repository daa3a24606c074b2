"""Addresses: the server's own, and those that a page may lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from tipqa.errors import TipqaError


def base(request: Request) -> str:
    """Where the world finds this server: as it was told, else the host that was asked."""
    told: str | None = request.app.state.url
    return told or str(request.base_url).rstrip("/")


def web(url: str | None) -> str | None:
    """An address that a page may link to; None for what isn't http or https."""
    return url if url and host(url) else None


def host(url: str) -> str | None:
    """The host of a web address; None where it is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def checked_origin(url: str, name: str) -> str:
    """An address as scheme and host, with a port where it has one, and no more.

    Raises:
        TipqaError: it is no such address; `name` says what it was given as.
    """
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        valid = url.lower().rstrip("/") == origin and bool(host(origin)) and "@" not in url
        _ = parts.port
    except ValueError:
        valid = False
    if not valid:
        raise TipqaError(
            f'{name} "{url}" is no origin. Give scheme and host alone, as in https://example.org'
        )
    return origin
