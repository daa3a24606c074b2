"""How fast the desk's queue is with 10,000 inquiries, over SQLite and PostgreSQL.

    PYTHONPATH=tests .venv/bin/python benchmarks/desk.py

Inquiries of all states with drafts, packets, picks, mails and trails are made up, in an empty
desk over each database (a PostgreSQL server is started for it, where that can be done). Then
`queue_page` is called, and the page asked for over HTTP, by one who is signed in; the sorts of
page take turns. Prints the table in README.md.
"""

from __future__ import annotations

import inspect
import random
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from sqlalchemy import insert

from databases import NoServer, running_postgresql
from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa.search import open_index
from tipqa_api.app import create_app
from tipqa_desk.accounts import add_member
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.inquiries import PAGE, STATES, queue_page
from tipqa_desk.models import Event, Inquiry, Message, Pick, now
from tipqa_desk.settings import Settings

INQUIRIES = 10_000
TIMES = 100  # of each sort of page
NAME, PASSWORD = "Ann Example", "a quiet lake in May"
SHARES = (15, 15, 10, 20, 40)  # of STATES, in per cent
LAST = INQUIRIES * 40 // 100 // PAGE - 2
SORTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # as `queue_page` is called, and as the page is asked for
    "open": ({}, {}),
    "open, last page": ({"page": LAST}, {"page": LAST}),
    "closed": ({"state": "closed"}, {"state": "closed"}),
    "in review, nobody's": (
        {"state": "in review", "assigned": 0},
        {"state": "in review", "of": "nobody"},
    ),
}
QUESTION = "Where does a question of some length come from? "
CORPUS = Path(__file__).parent.parent / "corpus"


def fill(desk: Desk, draw: random.Random) -> None:
    """A desk after some years: one in three inquiries is assigned, one in two has a draft."""
    passage = {"id": "p", "text": "A sentence of a passage. " * 30}
    packet = {"answer": "A sentence of an answer. " * 100, "passages": [passage] * 5}
    states = draw.choices(STATES, SHARES, k=INQUIRIES)
    numbers = range(1, INQUIRIES + 1)
    with desk.session() as session:
        member = add_member(session, NAME, "editor", PASSWORD).id
        inquiries = [
            {
                "id": number,
                "reference": f"{draw.getrandbits(48):012x}",
                "state": state,
                "received": now() - timedelta(hours=INQUIRIES - number),
                "assigned_id": member if state != "new" and draw.random() < 0.33 else None,
                "question": QUESTION * 5,
                "name": "Kim Li",
                "email": f"kim{number}@example.org",
                "draft": "" if state == "new" else "A sentence of a draft. " * 130,
                "vector": draw.randbytes(4 * 384),
                "packet": packet if state in ("answered", "closed") else None,
                "answered": now() if state in ("answered", "closed") else None,
                "closed": now() if state == "closed" else None,
            }
            for number, state in zip(numbers, states, strict=True)
        ]
        session.execute(insert(Inquiry), inquiries)
        session.execute(
            insert(Message),
            [{"kind": "receipt", "recipient": "k@example.org", "inquiry_id": n} for n in numbers],
        )
        session.execute(
            insert(Pick),
            [
                {"inquiry_id": n, "passage": f"p{at}", "document": passage, "generation": "g"}
                for n in numbers
                for at in range(3)
            ],
        )
        session.execute(
            insert(Event),
            [{"what": "draft saved", "inquiry_id": n} for n in numbers for _ in range(6)],
        )


def measure(do: Callable[[str], object]) -> dict[str, list[float]]:
    """Milliseconds of each sort of page; one of each beforehand does not count."""
    took: dict[str, list[float]] = {sort: [] for sort in SORTS}
    for turn in range(TIMES + 1):
        for sort in SORTS:
            start = time.perf_counter()
            do(sort)
            if turn:
                took[sort].append((time.perf_counter() - start) * 1000)
    return took


def call(desk: Desk) -> Callable[[str], object]:
    def do(sort: str) -> None:
        with desk.session() as session:
            assert queue_page(session, **SORTS[sort][0]).inquiries

    return do


@contextmanager
def served(desk: Desk, folder: Path) -> Iterator[Callable[[str], object]]:
    """The page over HTTP, from a server in this process, by one who is signed in."""
    build([CORPUS], folder, HashedWords())
    app = create_app(open_index(folder, HashedWords()), **{"desk": desk})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}/desk"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(f"{address}/sign-in").read().decode()
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"name": NAME, "password": PASSWORD, "csrf": token}
    opener.open(f"{address}/sign-in", urlencode(form).encode()).read()

    def do(sort: str) -> None:
        page = opener.open(f"{address}?{urlencode(SORTS[sort][1])}").read().decode()
        assert QUESTION in page, "this is not the queue"

    try:
        yield do
    finally:
        server.should_exit = True
        thread.join()


def print_rows(what: str, database: str, took: dict[str, list[float]]) -> None:
    for sort, times in took.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"| {what} | {database} | {sort} | {statistics.median(times):.1f} | {p95:.1f} |")


def main() -> None:
    with_pages = "desk" in inspect.signature(create_app).parameters
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        databases: dict[str, str | None] = {"SQLite": None}
        try:
            server = stack.enter_context(running_postgresql())
            databases["PostgreSQL"] = stack.enter_context(server.database())
        except NoServer as error:
            print(f"No PostgreSQL here: {error}", file=sys.stderr)
        print("| | database | inquiries | p50, ms | p95, ms |\n|---|---|---|--:|--:|")
        for database, url in databases.items():
            desk = open_desk(Settings(desk=Path(name) / database, desk_database=url))
            fill(desk, random.Random(8))
            print_rows("`queue_page`", database, measure(call(desk)))
            if with_pages:
                with served(desk, Path(name) / "index") as do:
                    print_rows("the page", database, measure(do))
            desk.close()
    if not with_pages:
        print("create_app takes no desk yet: the page itself was not asked for.", file=sys.stderr)


if __name__ == "__main__":
    main()
