"""`tipqa desk`: staff, mails, what is kept of visitors, and the database of the desk."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tipqa import terminal
from tipqa.errors import QueryError

if TYPE_CHECKING:
    from tipqa_desk.database import Desk
    from tipqa_desk.keeping import Deleted
    from tipqa_desk.models import Message

Role = Literal["editor", "reviewer"]  # as in tipqa_desk.models, which --help need not load
app = typer.Typer(
    no_args_is_help=True,
    help="Keep the inquiry desk: staff, mails, visitors' data. TIPQA_DESK names its folder.",
    epilog='Example: [bold]tipqa desk user add "Ann Example" --role editor[/bold]',
)
user = typer.Typer(
    no_args_is_help=True,
    help="Make and close the accounts of the staff.",
    epilog="Example: [bold]tipqa desk user list[/bold]",
)
app.add_typer(user, name="user")

Name = Annotated[str, typer.Argument(help="As they sign in.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Email = Annotated[str, typer.Option("--email", help="Whose data; case does not matter.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from a line of stdin.")
]


@user.command(
    epilog='Example: [bold]tipqa desk user add "Ann Example" --role reviewer[/bold] '
    "asks for a password, twice."
)
def add(
    name: Name,
    role: Annotated[
        Role, typer.Option("--role", help="A reviewer signs off what others wrote as well.")
    ],
    password_stdin: FromStdin = False,
) -> None:
    """Make an account."""
    from tipqa_desk.accounts import add_member

    with _opened() as desk:
        password = _password(password_stdin)
        with desk.session() as session:
            made = add_member(session, name, role, password).name
    print(f"{terminal.printable(made)} can sign in at /desk, as {role}.")


@user.command("list", epilog="Example: [bold]tipqa desk user list --json[/bold]")
def list_(as_json: Json = False) -> int:
    """List the accounts.

    Exit 1 where there is none.
    """
    from tipqa_desk.accounts import members

    with _opened() as desk, desk.session() as session:
        found: list[dict[str, Any]] = [
            {
                "name": one.name,
                "role": one.role,
                "open": one.active,
                "since": one.since.date().isoformat(),
            }
            for one in members(session)
        ]
    if as_json:
        terminal.print_json({"accounts": found})
    else:
        for one in found:
            closed = "" if one["open"] else ", closed"
            name = terminal.printable(one["name"])
            print(f"{name}: {one['role']} since {one['since']}{closed}")
        if not found:
            print("There is no account. tipqa desk user add makes one.")
    return 0 if found else 1


@user.command(epilog='Example: [bold]tipqa desk user password "Ann Example"[/bold]')
def password(name: Name, password_stdin: FromStdin = False) -> None:
    """Change a password; who is signed in by the old one is signed out."""
    from tipqa_desk.accounts import member_named, set_password

    with _opened() as desk:
        with desk.session() as session:
            member_named(session, name)
        given = _password(password_stdin)
        with desk.session() as session:
            set_password(session, name, given)
    print("The password is changed.")


@user.command(epilog='Example: [bold]tipqa desk user close "Ann Example"[/bold]')
def close(name: Name) -> None:
    """Close an account at once; what its member did stays in the trail."""
    _set_active(name, False)


@user.command("open", epilog='Example: [bold]tipqa desk user open "Ann Example"[/bold]')
def open_(name: Name) -> None:
    """Open an account again that was closed."""
    _set_active(name, True)


@app.command(epilog="Example: [bold]tipqa desk purge[/bold], once a day by cron")
def purge(as_json: Json = False) -> None:
    """Delete personal data whose time is over: TIPQA_DESK_KEEP_DAYS after an inquiry closes."""
    from tipqa_desk import keeping

    with _opened() as desk:
        deleted = keeping.purge(desk)
        days = desk.settings.desk_keep_days
    _print_deleted(deleted, as_json)
    if deleted.still_open and not as_json:
        is_are = "inquiry is" if deleted.still_open == 1 else "inquiries are"
        print(
            f"{deleted.still_open} open {is_are} older than {days} days, with personal data. "
            "Answer or close them."
        )


@app.command(epilog="Example: [bold]tipqa desk export --email kim@example.org > kim.json[/bold]")
def export(email: Email) -> int:
    """Print all there is about one person as one JSON document, for them to have.

    Exit 1 where there is nothing.
    """
    from tipqa_desk import keeping

    with _opened() as desk, desk.session() as session:
        document = keeping.export(session, email)
    terminal.print_json(document)
    return 0 if document["inquiries"] or document["mails"] else 1


@app.command(epilog="Example: [bold]tipqa desk erase --email kim@example.org[/bold]")
def erase(email: Email, yes: Yes = False, as_json: Json = False) -> int:
    """Delete the personal data of one person at once, and the mails that wait for them.

    Their open inquiries are closed. Exit 1 where there is nothing.
    """
    from tipqa_desk import keeping

    with _opened() as desk:
        with desk.session() as session:
            there = keeping.export(session, email)
        if there["inquiries"] or there["mails"]:
            what = terminal.counted(len(there["inquiries"]), "inquiry", "inquiries")
            mails = terminal.counted(len(there["mails"]), "mail")
            _ask(f"Delete the personal data of {what} and {mails}?", yes)
        deleted = keeping.erase(desk, email)
    _print_deleted(deleted, as_json)
    return 0 if deleted.inquiries or deleted.mails else 1


@app.command(epilog="Example: [bold]tipqa desk mail --again 17[/bold]")
def mail(
    again: Annotated[
        int | None, typer.Option("--again", metavar="ID", help="Send one of those once more.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Send the mails that wait; list those that failed, and those of which nobody knows.

    Unknown are mails during which the program ended or the line broke: they may have
    arrived, so they are sent again only by --again. Exit 1 where some are listed.
    """
    from tipqa_desk import mail as mails

    with _opened() as desk:
        if again is not None:
            with desk.session() as session:
                mails.again(session, again)
        sent = mails.deliver(desk)
        with desk.session() as session:
            unsent = [_mail_document(one) for one in mails.unsent(session)]
        folder = None if desk.settings.smtp_url else desk.mail_folder
    if as_json:
        terminal.print_json({"sent": sent, "unsent": unsent})
    else:
        written = f" into {folder}; TIPQA_SMTP_URL names a server" if folder and sent else ""
        print(f"{terminal.counted(sent, 'mail')} {'written' if folder else 'sent'}{written}.")
        for each in unsent:
            said = "{id}: {state}, {kind} to {to}: {fault}".format_map(each)
            print(terminal.printable(" ".join(said.split())))
    return 1 if unsent else 0


@app.command(epilog="Example: [bold]tipqa desk migrate[/bold]")
def migrate(
    revision: Annotated[
        str, typer.Argument(help="Its number; without one, the newest. base is an empty one.")
    ] = "head",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring the database to a revision; this is done by itself but for going back.

    Going back deletes what the older revision has no place for.
    """
    from tipqa_desk import database

    with _opened() as desk:
        there = database.revisions()
        known = ["base", *there]
        at = database.at_revision(desk)
        if revision in known and at in known and known.index(revision) < known.index(at):
            _ask(f"Go back from {at} to {revision} and delete what it has no place for?", yes)
        database.migrate(desk, revision)
        now_at = database.at_revision(desk)
    if as_json:
        terminal.print_json({"revision": now_at, "revisions": there})
    else:
        print(f"The database is at revision {now_at or 'base'}.")


@contextmanager
def _opened() -> Iterator[Desk]:
    from tipqa_desk.database import open_desk

    desk = open_desk()
    try:
        yield desk
    finally:
        desk.close()


def _password(from_stdin: bool) -> str:
    """What is given, twice where a person types it unseen."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise QueryError("nobody is there to type a password. Give --password-stdin and a line.")
    try:
        given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    except typer.Abort as error:
        raise QueryError("no password was given, so nothing is changed.") from error
    return given


def _ask(question: str, yes: bool) -> None:
    """Raises: QueryError: they do not want it, or nobody is there to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise QueryError("nobody is there to be asked. Give --yes.")
    try:
        if typer.confirm(question, err=True):
            return
    except typer.Abort:
        pass
    raise QueryError("nothing is changed.")


def _set_active(name: str, active: bool) -> None:
    from tipqa_desk.accounts import set_active

    with _opened() as desk, desk.session() as session:
        set_active(session, name, active)
    print(f"The account is {'open' if active else 'closed'}.")


def _mail_document(message: Message) -> dict[str, Any]:
    """Without the address; a server's answer may repeat it, in another case too."""
    from tipqa_desk.mail import masked

    shown = masked(message.recipient)
    return {
        "id": message.id,
        "kind": message.kind,
        "state": message.state,
        "to": shown,
        "fault": re.sub(re.escape(message.recipient), shown, message.fault or "", flags=re.I),
    }


def _print_deleted(deleted: Deleted, as_json: bool) -> None:
    if as_json:
        terminal.print_json(asdict(deleted))
        return
    of = terminal.counted(deleted.inquiries, "inquiry", "inquiries")
    print(f"Deleted: the personal data of {of} and {terminal.counted(deleted.mails, 'mail')}.")
    if not deleted.settled:
        print(
            "Another program is reading the database, so that its files may hold the words "
            "still. Give the same command again later."
        )
