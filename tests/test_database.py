"""The desk's database: both kinds, each revision, and what is wrong told in one line."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from pwd import getpwnam
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, MetaData, insert, select

from databases import PostgreSQL
from tipqa.errors import TipqaError
from tipqa_desk import database as databases
from tipqa_desk.database import Desk, at_revision, migrate, open_desk, revisions
from tipqa_desk.models import Base, Inquiry, Member, Moment, Pick
from tipqa_desk.settings import Settings

Rows = dict[str, list[dict[str, Any]]]


def some(column: Column[Any]) -> Any:
    """A value that fits a column; 1 where it refers to another's key."""
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, Moment):
        return datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    if isinstance(column.type, JSON):
        return {"text": "Grüße"}
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff"
    return column.name[: getattr(column.type, "length", None)]


def fill(desk: Desk) -> None:
    """A row in each table, with something in each column."""
    with desk.session() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(insert(table).values({one.name: some(one) for one in table.columns}))


def rows(desk: Desk) -> Rows:
    """All that is there, as the database itself describes it."""
    there = MetaData()
    there.reflect(desk.engine)
    with desk.engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in there.tables.items()
            if name != "alembic_version"
        }


def common(held: Rows, other: Rows) -> Rows:
    """What is held of the tables and columns that another revision has too."""
    return {
        name: [{key: row[key] for key in row if key in other[name][0]} for row in held[name]]
        for name in held
        if other.get(name)
    }


def test_a_new_database_is_as_the_models_say(desk: Desk) -> None:
    """Whoever changes the models and writes no migration is told."""
    with desk.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.parametrize("revision", revisions())
def test_each_revision_is_reached_down_and_up_with_what_is_in_it(desk: Desk, revision: str) -> None:
    """What the older revision has a place for is there after going down, and up again."""
    fill(desk)
    newest = rows(desk)
    assert all(newest.values()), "a table is empty"

    migrate(desk, revision)
    assert at_revision(desk) == revision
    older = rows(desk)
    assert older
    assert older == common(newest, older), "going down lost something"

    migrate(desk)
    assert at_revision(desk) == revisions()[-1]
    again = rows(desk)
    assert set(again) == set(newest)
    assert common(again, older) == older, "going up lost something"
    with desk.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_base_is_empty_and_the_way_up_from_it_is_whole(desk: Desk) -> None:
    """Going down to base leaves no table; going up makes all of them."""
    newest = set(rows(desk))
    migrate(desk, "base")
    assert rows(desk) == {}
    assert at_revision(desk) is None
    migrate(desk)
    assert set(rows(desk)) == newest


def test_several_programs_make_a_desk_at_the_same_time(
    tmp_path: Path, database: str | None
) -> None:
    """One makes the tables, the others wait for it."""
    settings = Settings(desk=tmp_path / "desk", desk_database=database)
    with ThreadPoolExecutor(4) as pool:
        desks = list(pool.map(lambda _: open_desk(settings), range(4)))
    assert {at_revision(desk) for desk in desks} == {revisions()[-1]}
    assert len({desk.secret for desk in desks}) == 1
    for desk in desks:
        desk.close()


def test_a_transaction_is_kept_whole_or_not_at_all(desk: Desk) -> None:
    """What fails half way leaves nothing."""
    with pytest.raises(ZeroDivisionError), desk.session() as session:
        session.add(Member(name="Ann", role="editor", password="-"))
        session.flush()
        raise ZeroDivisionError
    assert rows(desk)["member"] == []


def test_what_refers_to_nothing_is_refused(desk: Desk) -> None:
    """References hold on both databases, after a migration too."""
    migrate(desk)
    refused = pytest.raises(TipqaError, match=r"(?i)foreign key constraint")
    with refused, desk.session() as session:
        session.add(Pick(inquiry_id=7, passage="p", document={}, generation="g"))


def test_an_error_of_the_database_does_not_repeat_what_a_visitor_wrote(desk: Desk) -> None:
    """Statements that fail are told without their values: they would end up in a log."""
    with pytest.raises(TipqaError, match=r"(?i)unique") as told, desk.session() as session:
        for _ in range(2):
            session.add(Inquiry(reference="TWICE", question="Where is my sister?"))
            session.flush()
    logged = "".join(traceback.format_exception(told.value))
    assert "sister" not in logged and "TWICE" not in logged


def test_times_keep_their_zone(desk: Desk) -> None:
    """SQLite knows no zones; what comes back is UTC nevertheless."""
    moment = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    with desk.session() as session:
        session.add(Inquiry(reference="A", received=moment))
    with desk.session() as session:
        assert session.scalars(select(Inquiry)).one().received == moment


def test_only_the_owner_reads_a_desk(tmp_path: Path) -> None:
    """The folder and its secret are closed to others, and the secret stays the same."""
    settings = Settings(desk=tmp_path / "desk", desk_database=None)
    first, second = open_desk(settings), open_desk(settings)
    assert first.secret == second.secret and len(first.secret) == 32
    assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "desk" / "secret").stat().st_mode) == 0o600
    first.close()
    second.close()


def told(settings: Settings) -> str:
    """The one line in which opening a desk fails."""
    with pytest.raises(TipqaError) as error:
        open_desk(settings)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """As where another file was copied over it."""
    (tmp_path / "desk.db").write_text("A letter to the editor.\n" * 100)
    assert "not a database" in told(Settings(desk=tmp_path, desk_database=None))


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """The line names the folder, and how to name another."""
    (tmp_path / "desk").write_text("")
    line = told(Settings(desk=tmp_path / "desk", desk_database=None))
    assert str(tmp_path / "desk") in line and "TIPQA_DESK" in line


def test_a_folder_that_can_not_be_written_is_told() -> None:
    """Root may write everywhere, so that nobody opens it where the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(getpwnam("nobody").pw_uid)
        try:
            line = told(Settings(desk=folder, desk_database=None))
        finally:
            if as_root:
                os.seteuid(0)
        folder.chmod(0o755)
    assert f"{folder}: the desk's folder can't be written: Permission denied" in line


def test_a_database_that_another_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new desk needs to write; an open one is told at its next transaction."""
    monkeypatch.setattr(databases, "_WAIT", 0)
    settings = Settings(desk=tmp_path, desk_database=None)
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    assert "locked. Another program" in told(settings)
    other.execute("ROLLBACK")

    desk = open_desk(settings)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TipqaError, match="locked"), desk.session() as session:
        session.add(Inquiry(reference="A", question="Where is my sister?"))
    with desk.session() as session:  # who only reads need not wait
        assert session.scalars(select(Inquiry)).all() == []
    other.close()
    desk.close()


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("postgresql://desk:secret@127.0.0.1:1/desk", "connection to host 127.0.0.1 and port 1"),
        ("postgresql://desk:secret@host.invalid/desk", "connection to host host.invalid"),
        ("postgresql://desk:secret@host:door/desk", "can't be read as the address"),
        ("oracle://desk:secret@host/desk", "can't be read as the address"),
        ("a database", "can't be read as the address"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_a_wrong_address_is_told(tmp_path: Path, address: str, line: str) -> None:
    """Without the password that it may hold."""
    said = told(Settings(desk=tmp_path, desk_database=address))
    assert line in said and "TIPQA_DESK_DATABASE" in said
    assert "secret" not in said


def test_a_server_that_refuses_is_told(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """In its own words: here a database, and a role, that are not there."""
    for address, line in (
        (postgresql.url("nothing"), 'database "nothing" does not exist'),
        (postgresql.url("postgres", user="nobody"), 'role "nobody" does not exist'),
    ):
        assert line in told(Settings(desk=tmp_path, desk_database=address))


def test_a_revision_that_is_not_there_is_told(desk: Desk) -> None:
    """And the database stays where it was."""
    with pytest.raises(TipqaError, match="9999"):
        migrate(desk, "9999")
    assert at_revision(desk) == revisions()[-1]


def test_settings_that_can_not_be_meant_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable's name; a mail server's address may hold a password, and is not shown."""
    monkeypatch.setenv("TIPQA_DESK_KEEP_DAYS", "soon")
    with pytest.raises(TipqaError, match='TIPQA_DESK_KEEP_DAYS is "soon"'):
        Settings.read()
    monkeypatch.delenv("TIPQA_DESK_KEEP_DAYS")
    monkeypatch.setenv("TIPQA_SMTP_URL", "http://me:secret@host")
    with pytest.raises(TipqaError) as error:
        Settings.read()
    assert "TIPQA_SMTP_URL" in str(error.value) and "secret" not in str(error.value)
