"""How often one visitor may ask, so that all are answered."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from tipqa.errors import TipqaError
from tipqa_api.problems import problem

NONE = "none"
_COUNTED = ("/search", "/v1/search", "/v1/ask")  # what keeps the models busy


def read_limit(text: str) -> RateLimitItem | None:
    """A limit as "300/minute", or "none".

    Raises:
        TipqaError: it can't be read.
    """
    try:
        return None if text == NONE else parse(text)
    except ValueError as error:
        raise TipqaError(
            f'the limit "{text}" can\'t be read. Give one as in "300/minute", or "none".'
        ) from error


class RateLimit:
    """Answer 429 to an address that asks too often; this machine's own is never counted.

    Counts are in memory, by address, and forgotten when the time they are for is over.

    Args:
        app: what answers.
        limit: None lets everyone ask as often as they like.
    """

    def __init__(self, app: ASGIApp, limit: RateLimitItem | None) -> None:
        self.app = app
        self._limit = limit
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._limit and scope["type"] == "http" and _is_counted(scope):
            client = (scope.get("client") or ("",))[0]
            if is_far(client) and not self._limiter.hit(self._limit, client):
                seconds = self._limit.get_expiry()
                detail = f"More than {self._limit.amount} questions in {seconds} s are too many."
                refused = problem(Request(scope), 429, detail, {"Retry-After": str(seconds)})
                await refused(scope, receive, send)
                return
        await self.app(scope, receive, send)


class ByNetwork:
    """Counts in memory what comes from a network; this machine's own is never counted."""

    def __init__(self, counted: MovingWindowRateLimiter) -> None:
        self._counted = counted

    def has_room(self, request: Request, limit: RateLimitItem | None, what: str) -> bool:
        """Whether a network may do something once more; it is not counted yet."""
        client = request.client.host if request.client else ""
        if limit is None or not is_far(client):
            return True
        return self._counted.test(limit, what, _network(client))

    def may(self, request: Request, limit: RateLimitItem | None, what: str) -> bool:
        """Whether a network may do something once more; it is counted."""
        client = request.client.host if request.client else ""
        if limit is None or not is_far(client):
            return True
        return self._counted.hit(limit, what, _network(client))


def _network(client: str) -> str:
    """An address, or the network that one household or office has by IPv6."""
    address = _address(client)
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else str(address)


def _address(client: str) -> IPv4Address | IPv6Address:
    """An address; one of IPv4 as such, though the socket is of both."""
    address = ip_address(client.partition("%")[0])
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _is_counted(scope: Scope) -> bool:
    return scope["path"].startswith(_COUNTED) or (
        scope["path"] == "/" and b"q=" in scope["query_string"]
    )


def is_far(client: str) -> bool:
    try:
        return not _address(client).is_loopback
    except ValueError:  # no address: a socket of this machine
        return False
