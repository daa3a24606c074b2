"""The desk's database: SQLite in a folder of its own, or PostgreSQL by its address."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    create_engine,
    event,
    func,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from tipqa.errors import DeskError, QueryError, TipqaError
from tipqa_desk.settings import Settings

_WAIT = 10  # seconds that a writer waits for another
_LOCK = 0x719A  # PostgreSQL's number of the lock of a migration


@dataclass(frozen=True)
class Desk:
    """A desk that is open: its settings, its database, and the secret that signs its cookies."""

    settings: Settings
    engine: Engine
    secret: bytes
    counted: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()), repr=False
    )
    """How often who did what of late: in memory, for as long as the desk is open."""

    @property
    def mail_folder(self) -> Path:
        """Where mails lie that no server was there to send."""
        return self.settings.desk / "mail"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: all of it is kept, or nothing.

        Raises:
            DeskError: the database can't be reached, or refuses, or another holds it for long.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except DBAPIError as error:
            raise _unusable(error) from None

    def close(self) -> None:
        self.engine.dispose()


def change_known(
    session: Session, row: Any, known: Sequence[str], values: Mapping[str, Any], name: str
) -> None:
    """Change a row as it was read, or not at all.

    Args:
        session: the transaction.
        row: of a table with `id`.
        known: the columns that must still be as they were read.
        values: what they, and others, are to be.
        name: what it is called where another was first.

    Raises:
        QueryError: another has changed it since it was read.
    """
    session.flush()
    table = type(row)
    as_read = [getattr(table, one).is_not_distinct_from(getattr(row, one)) for one in known]
    done = session.execute(
        update(table)
        .where(table.id == row.id, *as_read)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        raise QueryError(f"another has changed the {name} meanwhile. Load the page anew.")
    session.refresh(row)


def open_desk(settings: Settings | None = None) -> Desk:
    """Open a desk; make it where there is none, and bring its database up to date.

    Raises:
        TipqaError: the folder can't be written, or the database not reached or not read.
    """
    settings = settings or Settings.read()
    try:
        settings.desk.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = _secret(settings.desk / "secret")
    except OSError as error:
        raise TipqaError(
            f"{settings.desk}: the desk's folder can't be written: {error.strerror}. "
            "Name another by TIPQA_DESK."
        ) from error
    desk = Desk(settings, _engine(settings), secret)
    # SQLite does not wait where two programs turn to write-ahead logging at the same time.
    with FileLock(settings.desk / "opening.lock"):
        migrate(desk)
    return desk


def migrate(desk: Desk, revision: str = "head") -> None:
    """Bring the database to a revision, up or down; data that the revision has is kept.

    Raises:
        TipqaError: there is no such revision, or the database can't be reached.
    """
    config = Config()
    config.set_main_option("script_location", "tipqa_desk:migrations")
    try:
        if revision == "head" and at_revision(desk) == _newest(config):
            return
        with desk.engine.begin() as connection:
            _hold(connection)
            config.attributes["connection"] = connection
            if revision == "head":
                command.upgrade(config, revision)
            else:
                _to(config, revision)
    except CommandError as error:
        raise TipqaError(f"The desk's database can't go to \"{revision}\": {error}") from error
    except DBAPIError as error:
        raise _unusable(error) from None
    finally:
        desk.engine.dispose()  # the next connections hold references again


def at_revision(desk: Desk) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with desk.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def settle(desk: Desk) -> bool:
    """Leave nothing in SQLite's files of what was deleted.

    Rows that once moved to another page left copies behind, which secure_delete does not
    reach: the file is written anew. A PostgreSQL server tidies up by itself, in its time.

    Returns:
        Whether that could be done; not while another is reading.

    Raises:
        TipqaError: the database can't be reached, or another holds it for long.
    """
    if desk.engine.dialect.name != "sqlite":
        return True
    try:
        with desk.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    except DBAPIError as error:
        raise _unusable(error) from None
    return not busy


def _newest(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


def _hold(connection: Connection) -> None:
    """One migration at a time, and the whole of it or nothing."""
    if connection.dialect.name == "sqlite":
        # A table that is made anew is dropped first; what refers to it shall stay.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _unusable(error: DBAPIError) -> DeskError:
    """One line; the statement and its values stay out of it, and out of a log."""
    told = _told(error.orig).partition("\n")[0].partition(" (timeout")[0].rstrip(".")
    if "locked" in told:
        remedy = "Another program is writing to it; try again when that has ended."
    else:
        remedy = "Look at TIPQA_DESK_DATABASE, or at the folder that TIPQA_DESK names."
    return DeskError(f"The desk's database can't be used: {told}. {remedy}")


def _told(error: BaseException | None) -> str:
    """What a driver says; what PostgreSQL says, where closing the connection failed after it."""
    said = str(error)
    while error is not None:
        first = error.args[0] if error.args else None
        if isinstance(first, dict):  # as pg8000 has it
            return str(first.get("M"))
        error = error.__context__
    return said


def _to(config: Config, revision: str) -> None:
    """Up where the revision lies ahead, else down."""
    try:
        command.downgrade(config, revision)
    except CommandError:
        command.upgrade(config, revision)


def _secret(path: Path) -> bytes:
    """The secret of a folder, made at its first use; only its owner may read it.

    It gets its name once it is written: another program never reads a part of it.
    """
    if not path.exists():
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".secret")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
            with suppress(FileExistsError):  # another was quicker
                os.link(written, path)
        finally:
            os.unlink(written)
    return path.read_bytes()


def _engine(settings: Settings) -> Engine:
    url = settings.desk_database or f"sqlite:///{settings.desk / 'desk.db'}"
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":  # the driver that comes with the extra
            parsed = parsed.set(drivername="postgresql+pg8000")
        engine = create_engine(
            parsed,
            pool_pre_ping=parsed.get_backend_name() != "sqlite",
            hide_parameters=True,  # of statements that fail: they are not for the log
        )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise TipqaError(
            "TIPQA_DESK_DATABASE can't be read as the address of a database. Give one as in "
            "postgresql://name:password@host/desk (with pip install 'tipqa[postgresql]')."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    """Readers beside a writer, references that hold, and words that are gone when deleted."""
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={_WAIT * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def revisions() -> list[str]:
    """The revisions there are, oldest first."""
    folder = resources.files("tipqa_desk").joinpath("migrations/versions")
    return sorted(one.name[:4] for one in folder.iterdir() if one.name[:4].isdigit())
