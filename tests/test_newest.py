"""A server answers from the newest generation, and no visitor notices the change."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx2
import pytest

from tipqa.embed import HashedWords
from tipqa.generation import current_name
from tipqa.index import build
from tipqa.search import open_index
from tipqa_api.newest import Newest

COMMAND = [sys.executable, "-c", "from tipqa.cli import main; main()"]
ENVIRONMENT = {**os.environ, "TIPQA_ENCODER": "hashed-words", "TIPQA_RERANKER": "none"}
CLIENTS = 4
LONGEST = 60  # seconds that anything here may take


@pytest.fixture
def own_corpus(corpus: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(corpus, tmp_path / "corpus"))


@pytest.fixture
def folder(own_corpus: Path, tmp_path: Path) -> Path:
    build([own_corpus], tmp_path / "i", HashedWords())
    return tmp_path / "i"


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[str]:
    """The address of `tipqa serve`; what it says on stderr goes to the file `said`."""
    command = [*COMMAND, "serve", "--port", "0", "--index", str(folder)]
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        try:
            assert address
            yield address[0]
        finally:
            process.terminate()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def add_profile(corpus: Path, number: int) -> None:
    written = f"# Peru\n\nInspectors visited {number} mines.[^1]\n\n[^1]: Inspectorate. 2020.\n"
    (corpus / f"peru-{2000 + number}.md").write_text(written)


def test_a_rebuild_fails_and_slows_no_request(
    server: str, own_corpus: Path, folder: Path, tmp_path: Path
) -> None:
    """Three generations come while clients ask: none gets an error, none waits."""
    names: list[set[str]] = []
    ended = Event()

    def ask(client: int) -> list[float]:
        waited, seen = [], set()
        with httpx2.Client(base_url=server, timeout=LONGEST) as asking:
            while not ended.is_set():
                start = time.monotonic()
                answer = asking.get("/v1/search", params={"q": "fish farms"})
                waited.append(time.monotonic() - start)
                assert answer.status_code == 200
                document = answer.json()
                assert document["results"][0]["passage"]["id"] == "norway-2024#p1"
                seen.add(document["index"]["generation"])
        names.append(seen)
        return waited

    def answering() -> str:
        name: str = httpx2.get(f"{server}/readyz").json()["index"]["generation"]
        return name

    built = {answering()}
    with ThreadPoolExecutor(CLIENTS) as clients:
        asking = [clients.submit(ask, client) for client in range(CLIENTS)]
        try:
            for number in range(3):
                add_profile(own_corpus, number)
                subprocess.run(
                    [*COMMAND, "index", str(own_corpus), "--index", str(folder)],
                    env=ENVIRONMENT,
                    check=True,
                    capture_output=True,
                )
                built.add(str(current_name(folder)))
                until(lambda: answering() == current_name(folder))
        finally:
            ended.set()
        waited = [seconds for client in asking for seconds in client.result()]
    assert len(built) == 4
    assert set.union(*names) <= built
    assert max(waited) < 1 + 20 * statistics.median(waited)
    assert (tmp_path / "said").read_text() == ""


def test_a_broken_generation_is_told_of_and_the_old_one_goes_on(
    server: str, own_corpus: Path, folder: Path, tmp_path: Path
) -> None:
    """One line says what is wrong with it; the next whole one takes over."""

    def served() -> dict[str, object]:
        found: dict[str, object] = httpx2.get(f"{server}/readyz").json()["index"]
        return found

    old = current_name(folder)
    (folder / "generations" / "broken").mkdir()
    (folder / "generations" / "broken" / "manifest.json").write_text("{}")
    (folder / "next").write_text("broken\n")
    (folder / "next").replace(folder / "CURRENT")  # at once, as a build does it
    until((tmp_path / "said").read_text)
    time.sleep(2)
    (said,) = (tmp_path / "said").read_text().splitlines()
    assert said.startswith(f"generation {old} goes on: ")
    assert "was changed since it was written" in said
    assert served()["generation"] == old

    add_profile(own_corpus, 1)
    until(lambda: served()["stale"])
    built = build([own_corpus], folder, HashedWords())
    until(lambda: served()["generation"] == built.generation)
    assert served()["stale"] is False


def test_a_slow_client_gets_its_answer_from_the_old_generation(
    own_corpus: Path, folder: Path
) -> None:
    """A generation is closed, and its memory free, once its last request has ended."""
    index = open_index(folder, HashedWords())
    newest = Newest(index)
    told: list[bytes] = []

    async def swap_amid_a_request() -> None:
        reading, goes_on = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            reading.set()
            await goes_on.wait()
            told.append(bytes(message.get("body", b"")))  # type: ignore[arg-type]

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/readyz",
            "query_string": b"",
            "headers": [],
        }
        asking = asyncio.create_task(newest(scope, receive, send))  # type: ignore[arg-type]
        await reading.wait()
        add_profile(own_corpus, 1)
        await asyncio.to_thread(build, [own_corpus], folder, HashedWords())
        watching = asyncio.create_task(newest.watch())
        await asyncio.sleep(2)
        assert index.generation.store.profile("norway-2024")
        goes_on.set()
        await asking
        watching.cancel()

    asyncio.run(swap_amid_a_request())
    assert json.loads(b"".join(told))["index"]["profiles"] == 3
    assert vars(index.generation) == {}
