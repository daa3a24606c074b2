"""The application over the newest generation of an index, whatever is built meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from tipqa.search import Index
from tipqa_api.app import create_app

Create = Callable[[Index], ASGIApp]
_LEAST, _MOST = 1.0, 15.0  # seconds from one look at the corpus and the index to the next
_SHARE = 0.05  # of a core, that looking may take


class Newest:
    """The application over an index as it is now.

    A request is answered by one generation from its beginning to its end. `watch` puts
    another one in its place between requests, open and warm, so that none waits for it.
    """

    def __init__(self, index: Index, create: Create = create_app) -> None:
        self._create = create
        self._serving = _Serving(index, create(index))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        serving = self._serving
        serving.requests += 1
        try:
            await serving.app(scope, receive, send)
        finally:
            serving.requests -= 1
            self._let_go(serving)

    async def watch(self) -> None:
        """Look for changes of the corpus and for a new generation, until cancelled.

        One that can't be opened is told of in one line, once, and the old one goes on.
        """
        tried = self._serving.index.generation.name
        while True:
            start = time.monotonic()
            await asyncio.to_thread(self._serving.index.generation.look)
            name = self._serving.index.current_name
            looked = time.monotonic() - start
            if name not in (None, tried):
                tried = name
                await self._take()
            await asyncio.sleep(min(_MOST, max(_LEAST, looked / _SHARE)))

    async def _take(self) -> None:
        former = self._serving
        try:
            self._serving = await asyncio.to_thread(_opened, former.index, self._create)
        except Exception as error:  # whatever is wrong with it, visitors get their answers
            why = " ".join(str(error).split()) or type(error).__name__
            logging.getLogger("tipqa_api").error(
                "generation %s goes on: %s", former.index.generation.name, why
            )
        self._let_go(former)

    def _let_go(self, serving: _Serving) -> None:
        """Close what is no longer the newest, once its last request has ended."""
        if serving is not self._serving and not serving.requests:
            serving.index.generation.close()


class _Serving:
    """The application over one generation."""

    def __init__(self, index: Index, app: ASGIApp) -> None:
        self.index = index
        self.app = app
        self.requests = 0


def _opened(index: Index, create: Create) -> _Serving:
    """The generation that is current by now, ready for its first visitor."""
    index = index.reopened()
    index.warm_all()
    return _Serving(index, create(index))
