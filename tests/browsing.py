"""A real server and a real browser for the tests of pages, which are skipped without one.

Needs Debian's chromium, playwright and axe. Screenshots of each run are left in screenshots/.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from conftest import REPOSITORY

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

_CHROMIUM = Path("/usr/bin/chromium")
SCREENSHOTS = REPOSITORY / "screenshots"
_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
needs_chromium = pytest.mark.skipif(not _CHROMIUM.exists(), reason=f"{_CHROMIUM} is not installed")


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """A real server on a free port of this machine: its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, access_log=False, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    SCREENSHOTS.mkdir(exist_ok=True)
    with playwright.sync_playwright() as started:
        with started.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS) as browser:
            yield browser


def clean(page: Any, name: str) -> None:
    """Axe finds nothing, nothing is wider than the window, and a screenshot is kept."""
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (name, width, wide)
