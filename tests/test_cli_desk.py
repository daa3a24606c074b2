"""`tipqa desk`: what it prints, asks and does, and how it ends."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy
from sqlalchemy import update

from tipqa.cli import main
from tipqa_desk import database as databases
from tipqa_desk.accounts import Gate
from tipqa_desk.database import Desk, revisions
from tipqa_desk.inquiries import receive
from tipqa_desk.models import Inquiry, Member, Message, now
from tipqa_desk.settings import Settings

PASSWORD = "a quiet lake in May"
PATIENCE = 60  # seconds


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(
    desk: Desk,
    database: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run `tipqa desk` in this process, on the desk of the test; `stdin` is no terminal."""
    monkeypatch.setenv("TIPQA_DESK", str(desk.settings.desk))
    if database:
        monkeypatch.setenv("TIPQA_DESK_DATABASE", database)

    def run(*arguments: object, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["tipqa", "desk", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        said = Ended(ended.value.code, *capsys.readouterr())
        assert said.code != 2 or (said.err.startswith("tipqa: ") and said.err.count("\n") == 1)
        return said

    return run


def add(run: Run, name: str = "Ann Example", role: str = "editor") -> None:
    assert run("user", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD).code == 0


def test_an_account_signs_in_with_the_password_of_a_line(run: Run, desk: Desk) -> None:
    """The line's end is no part of it."""
    for name, end in (("Ann Example", "\n"), ("Kim", "\r\n"), ("Lee", "")):
        ended = run(
            "user", "add", name, "--role", "editor", "--password-stdin", stdin=PASSWORD + end
        )
        assert ended == (0, f"{name} can sign in at /desk, as editor.\n", "")
        assert Gate(desk).sign_in(name, PASSWORD, "192.0.2.1")


def test_accounts_are_listed(run: Run) -> None:
    """For people and programs; exit 1 where there is none."""
    ended = run("user", "list")
    assert ended.code == 1 and "tipqa desk user add" in ended.out
    add(run)
    add(run, "Rolf", "reviewer")
    run("user", "close", "rolf")
    today = now().date().isoformat()
    assert run("user", "list") == (
        0,
        f"Ann Example: editor since {today}\nRolf: reviewer since {today}, closed\n",
        "",
    )
    assert json.loads(run("user", "list", "--json").out) == {
        "accounts": [
            {"name": "Ann Example", "role": "editor", "open": True, "since": today},
            {"name": "Rolf", "role": "reviewer", "open": False, "since": today},
        ]
    }


def test_accounts_are_closed_and_opened_and_get_another_password(run: Run, desk: Desk) -> None:
    """Whatever the case of the name."""
    add(run)
    assert run("user", "close", "ann example").out == "The account is closed.\n"
    assert run("user", "open", "Ann Example").out == "The account is open.\n"
    other = "rain on the roof tonight"
    ended = run("user", "password", "ANN EXAMPLE", "--password-stdin", stdin=other)
    assert ended.code == 0
    assert Gate(desk).sign_in("Ann Example", other, "192.0.2.1")


@pytest.mark.parametrize(
    ("arguments", "stdin", "line"),
    [
        ("user add Ann --role editor", PASSWORD, "--password-stdin"),
        ("user add Ann --role owner --password-stdin", PASSWORD, "--role"),
        ("user add Ann --password-stdin", PASSWORD, "--role"),
        ("user add Ann --role editor --password-stdin", "short", "12 to 256"),
        ("user add Ann --role editor --password-stdin", "", "12 to 256"),
        ("user close Nobody", "", "user list"),
        ("user password Nobody --password-stdin", PASSWORD, "user list"),
        ("export --email kim", "", "address"),
        ("erase --email kim --yes", "", "address"),
        ("erase", "", "--email"),
        ("mail --again 7", "", "mail 7"),
        ("mail --again x", "", "--again"),
        ("migrate 9999", "", "9999"),
        ("nonsense", "", "nonsense"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    run: Run, desk: Desk, arguments: str, stdin: str, line: str
) -> None:
    """With what to do, and exit 2; nothing is changed."""
    ended = run(*arguments.split(), stdin=stdin)
    assert ended.code == 2 and line in ended.err and ended.out == ""
    with desk.session() as session:
        assert session.scalars(sqlalchemy.select(Member)).all() == []


def typed(folder: Path, arguments: str, *lines: str) -> tuple[int, str]:
    """Run `tipqa desk` at a terminal, and type these lines; what was to be seen there."""
    outer, inner = pty.openpty()
    code = "from tipqa.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "desk", *arguments.split()],
        stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        env={**os.environ, "TIPQA_DESK": str(folder)},
    )  # fmt: skip
    os.close(inner)
    seen = since = b""
    waiting = list(lines)
    try:
        while select.select([outer], [], [], PATIENCE)[0] and (chunk := os.read(outer, 4096)):
            seen, since = seen + chunk, since + chunk
            if waiting and since.endswith(b": "):
                os.write(outer, waiting.pop(0).encode() + b"\n")
                since = b""
        process.kill()  # it waits for what nobody types
    except OSError:  # the terminal is closed when the program ends
        pass
    os.close(outer)
    return process.wait(PATIENCE), seen.decode()


def test_a_password_is_typed_twice_and_not_shown(tmp_path: Path) -> None:
    """Two that differ are asked for again."""
    code, seen = typed(tmp_path, "user add Ann --role editor", PASSWORD, PASSWORD)
    assert code == 0 and "Ann can sign in" in seen
    assert PASSWORD not in seen
    code, seen = typed(
        tmp_path, "user add Kim --role editor", PASSWORD, "another one", PASSWORD, PASSWORD
    )
    assert code == 0 and "Kim can sign in" in seen


def test_erasing_asks_a_person_first(tmp_path: Path) -> None:
    """Only a yes deletes."""
    desk = databases.open_desk(Settings(desk=tmp_path, desk_database=None))
    receive(desk, "Where is my sister?", email="kim@example.org")
    code, seen = typed(tmp_path, "erase --email kim@example.org", "n")
    assert code == 2 and "Delete the personal data of 1 inquiry and 1 mail?" in seen
    assert "nothing is changed" in seen
    with desk.session() as session:
        assert session.scalars(sqlalchemy.select(Inquiry)).one().email
    code, seen = typed(tmp_path, "erase --email kim@example.org", "y")
    assert code == 0
    with desk.session() as session:
        assert session.scalars(sqlalchemy.select(Inquiry)).one().email is None
    desk.close()


def test_a_person_is_shown_what_there_is_and_erased(run: Run, desk: Desk) -> None:
    """A program gives --yes; exit 1 where there is nothing."""
    receive(desk, "Where is my sister?", "Kim", "kim@example.org")
    shown = json.loads(run("export", "--email", "KIM@example.org").out)
    assert shown["inquiries"][0]["question"] == "Where is my sister?"
    assert "--yes" in run("erase", "--email", "kim@example.org").err
    assert run("erase", "--email", "Kim@example.org", "--yes") == (
        0,
        "Deleted: the personal data of 1 inquiry and 1 mail.\n",
        "",
    )
    assert run("export", "--email", "kim@example.org").code == 1
    ended = run("erase", "--email", "kim@example.org", "--json")
    assert ended.code == 1 and json.loads(ended.out)["inquiries"] == 0


def test_purging_tells_what_went_and_what_waits(run: Run, desk: Desk) -> None:
    """Open inquiries that are as old are counted: a person has to look at them."""
    for at in range(3):
        receive(desk, f"Question {at}?", "Kim", "kim@example.org" if at else "")
    with desk.session() as session:
        old = now() - timedelta(days=91)
        session.execute(update(Inquiry).values(received=old))
        session.execute(update(Inquiry).where(Inquiry.id < 3).values(closed=old))
    ended = run("purge")
    assert ended.code == 0
    assert ended.out == (
        "Deleted: the personal data of 2 inquiries and 1 mail.\n"
        "1 open inquiry is older than 90 days, with personal data. Answer or close them.\n"
    )
    assert json.loads(run("purge", "--json").out) == {
        "inquiries": 0,
        "mails": 0,
        "still_open": 1,
        "settled": True,
    }


def test_mails_are_sent_and_those_that_failed_listed(run: Run, desk: Desk) -> None:
    """By number and state; of an address only as much as it takes to tell them apart."""
    for name in ("kim.li", "lee"):
        receive(desk, "Where is my sister?", email=f"{name}@example.org")
    ended = run("mail")
    assert ended.code == 0 and ended.out.startswith("2 mails written into ")
    assert len(list(desk.mail_folder.iterdir())) == 2

    receive(desk, "Where is my sister?", email="kim.li@example.org")
    with desk.session() as session:
        session.execute(
            update(Message)
            .where(Message.id == 3)
            .values(state="failed", fault="550 <Kim.Li@example.org>: no\r\nsuch \x1b[31mbox")
        )
    ended = run("mail")
    assert ended.code == 1
    assert ended.out == (
        "0 mails written.\n3: failed, receipt to k…@example.org: "
        "550 <k…@example.org>: no such \N{REPLACEMENT CHARACTER}[31mbox\n"
    )
    document = json.loads(run("mail", "--json").out)
    assert document["sent"] == 0 and document["unsent"][0]["id"] == 3
    assert "kim" not in json.dumps(document)
    ended = run("mail", "--again", 3)
    assert ended.code == 0 and ended.out.startswith("1 mail written into ")


def test_the_database_is_brought_to_a_revision(run: Run, desk: Desk) -> None:
    """Going back asks first: it deletes."""
    newest = revisions()[-1]
    assert run("migrate").out == f"The database is at revision {newest}.\n"
    add(run)
    assert "--yes" in run("migrate", "base").err
    assert run("migrate", "base", "--yes").out == "The database is at revision base.\n"
    assert databases.at_revision(desk) is None
    document = json.loads(run("migrate", "--json").out)
    assert document == {"revision": newest, "revisions": revisions()}


COMMANDS = (
    "user|user add|user list|user password|user close|user open|purge|export|erase|mail|migrate"
)


@pytest.mark.parametrize("command", ["", *COMMANDS.split("|")])
def test_each_command_has_help_with_an_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As all of tipqa's have."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["tipqa", "desk", *command.split(), "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert f"Example: tipqa desk {command}".strip() in capsys.readouterr().out


def test_a_desk_that_can_not_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and exit 2."""
    (tmp_path / "desk.db").write_text("A letter to the editor.\n" * 100)
    monkeypatch.setenv("TIPQA_DESK", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tipqa", "desk", "purge"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
