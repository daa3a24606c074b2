"""What several test files need: a small index, made without a model, and an empty desk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from databases import NoServer, PostgreSQL, running_postgresql
from tipqa.embed import HashedWords
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.settings import Settings

# The same examples in each run, so that it passes or fails for what was changed; others
# where many are asked for, or by TIPQA_HYPOTHESIS=random.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("random", settings())
_random = "random" if "TIPQA_FUZZ" in os.environ else "repeatable"
settings.load_profile(os.environ.get("TIPQA_HYPOTHESIS", _random))

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared" / "data"

NORWAY = """\
---
title: "Norway: an example, 2024"
country: "NO"
edition: 2024
---

## Inspection

The labour inspectorate visited 240 fish farms during the year.[^3] It stopped work at 12 of them.

## Law

Parliament raised the penalty for trafficking to ten years. Courts apply it since May.[^1][^2]

Nobody keeps count of forced begging.
[^1]: Parliament of Norway. Penal Code. 2023. https://example.org/code
[^2]: Courts of Norway. Yearbook, May 3, 2024.
[^3]: Labour Inspectorate. Annual Report. 2023.
"""

CHILE = """\
---
title: "Chile: an example, 2022"
country: Chile
edition: 2022
---

## Inspection

Inspectors visited vineyards in the north, and found forced labour at two.[^1]

[^1]: Labour Inspectorate. Annual Report. 2021.
"""

ATLANTIS = """\
---
title: "Atlantis: an example, 2023"
country: Atlantis
edition: 2023
---

Begging on the harbour is organized by gangs.[^x]
"""


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small profiles; not to be changed."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "norway.md").write_text(NORWAY, encoding="utf-8")
    (folder / "chile.md").write_text(CHILE, encoding="utf-8")
    (folder / "atlantis.md").write_text(ATLANTIS, encoding="utf-8")
    (folder / "README.md").write_text("No profile.", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def index_folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    build([corpus], folder, HashedWords())
    return folder


@pytest.fixture(scope="session")
def index(index_folder: Path) -> Index:
    """An index of the three, by hashed words."""
    return open_index(index_folder, HashedWords())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real server; skips, saying why, where none can be started."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgresql())
        except NoServer as error:
            pytest.skip(f"no PostgreSQL here: {error}")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of an empty database, on both; None for SQLite in the desk's folder."""
    if request.param == "sqlite":
        yield None
    else:
        with request.getfixturevalue("postgresql").database() as url:
            yield url


@pytest.fixture
def desk(tmp_path: Path, database: str | None) -> Iterator[Desk]:
    """A desk without staff, over both databases."""
    desk = open_desk(Settings(desk=tmp_path / "desk", desk_database=database))
    yield desk
    desk.close()
