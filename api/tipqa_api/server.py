"""Run the application."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

import uvicorn
from threadpoolctl import threadpool_limits

from tipqa.errors import TipqaError
from tipqa.search import Index
from tipqa_api.app import create_app
from tipqa_api.newest import Newest
from tipqa_api.rate import NONE
from tipqa_desk.database import Desk
from tipqa_desk.mail import deliver

_LONGEST_HEAD = 1 << 20  # bytes; a query far too long still gets its problem document
_POST_AGAIN = 60  # seconds
QUESTION_TO_TRY = "Who shelters the victims?"


def serve(
    index: Index,
    host: str,
    port: int,
    *,
    url: str | None = None,
    allow_origins: Sequence[str] = (),
    limit: str = NONE,
    desk: Desk | None = None,
) -> None:
    """Answer on an address until stopped, from the newest generation of the index.

    Args:
        index: open.
        host: an address of this machine.
        port: 0 takes a free one.
        url, allow_origins, limit, desk: as for `create_app`.

    Raises:
        TipqaError: the address can't be listened on, or one of the others can't be meant.
    """
    warm = Event()
    create = partial(
        create_app,
        url=url,
        allow_origins=allow_origins,
        limit=limit,
        ready=warm.is_set,
        desk=desk,
    )
    app = Newest(index, create)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # at once, so that no other takes the port
    except OSError as error:
        raise TipqaError(
            f"can't listen on {host} port {port}: {error.strerror}. Try another --host or --port."
        ) from error
    # A BLAS with threads of its own has requests wait for each other, and gains nothing.
    threadpool_limits(1, user_api="blas")

    def warm_up() -> None:
        index.warm_all()
        warm.set()
        shown = f"[{host}]" if ":" in host else host
        print(f"tipqa is at http://{shown}:{listening.getsockname()[1]}", flush=True)
        print(f'Try: "{QUESTION_TO_TRY}"   (Ctrl-C stops)', flush=True)

    # No access log: its lines would hold what visitors ask.
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_level="warning",
        http="h11",
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )
    asyncio.run(_run(uvicorn.Server(config), app, listening, warm_up, desk))


async def _run(
    server: uvicorn.Server,
    app: Newest,
    listening: socket.socket,
    warm_up: Callable[[], None],
    desk: Desk | None,
) -> None:
    async def watch() -> None:
        await asyncio.to_thread(warm_up)
        await app.watch()

    posting = asyncio.create_task(_post(desk)) if desk else None
    watching = asyncio.create_task(watch())
    watching.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[listening])
        if watching.done():
            watching.result()  # what it failed with, as a model that can't be loaded
    finally:
        watching.cancel()
        if posting:
            posting.cancel()


async def _post(desk: Desk) -> None:
    """Send the mails that had to wait, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(deliver, desk)
        except Exception as error:  # whatever it is, the next mails are tried again
            logging.getLogger("tipqa_api").error("mails wait: %s", type(error).__name__)
        await asyncio.sleep(_POST_AGAIN)
