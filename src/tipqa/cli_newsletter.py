"""`tipqa newsletter`: what is new in the corpus, once a month, by mail."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipqa import terminal
from tipqa.cli_options import DEFAULT_INDEX, IndexFolder, Json

if TYPE_CHECKING:
    from tipqa_desk.models import Message

app = typer.Typer(
    no_args_is_help=True,
    help="Tell subscribers by mail what is new. TIPQA_DESK names the desk's folder.",
    epilog="Example: [bold]tipqa newsletter build --month 2026-11[/bold]",
)


@app.command(epilog="Example: [bold]tipqa newsletter build --month 2026-11[/bold]")
def build(
    month: Annotated[str, typer.Option("--month", help="As 2026-11.")],
    folder: IndexFolder = DEFAULT_INDEX,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            help="Compare with this index, or copy of its database; without it with the copy "
            "kept at the last issue.",
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Make it again; its note stays, its cuts go.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Make an issue from what changed since the last one.

    It is edited and signed off at /desk/newsletter. Exit 1 where nothing is new.
    """
    from tipqa_desk import issues
    from tipqa_desk.database import open_desk

    desk = open_desk()
    try:
        made = issues.build(desk, folder, month, since, anew)
    finally:
        desk.close()
    countries = [one["name"] for one in made.content["countries"]] if made else []
    if as_json:
        terminal.print_json({"month": month, "made": made is not None, "countries": countries})
    elif made is None:
        print("Nothing is new, so there is no issue (TIPQA_NEWSLETTER_WHEN_NOTHING is none).")
    else:
        of = terminal.counted(len(countries), "country", "countries")
        new = f"tells of {of}" if countries else "says that nothing is new"
        print(f"The issue of {month} {new}. Edit it at /desk/newsletter/{month}.")
    return 0 if countries else 1


@app.command(epilog="Example: [bold]tipqa newsletter send[/bold], again until all are sent")
def send(
    month: Annotated[
        str | None, typer.Option("--month", help="As 2026-11; without it the one whose turn it is.")
    ] = None,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Print addresses in full, for a terminal alone.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Mail an issue that is signed off to each subscriber once; go on where it stopped.

    Mails during which the program ended or the line broke may have arrived: they are listed
    as unknown and go again only by tipqa desk mail --again. Exit 1 where not all are sent.
    """
    from tipqa_desk import newsletter
    from tipqa_desk.database import open_desk

    desk = open_desk()
    try:
        with terminal.progress() as bar:
            done = newsletter.send(desk, month, partial(bar, "send"))
    finally:
        desk.close()
    listed = [_document(one, addresses) for one in (*done.failed, *done.unknown)]
    if as_json:
        document = {"month": done.month, "counts": done.counts, "unsent": listed}
        terminal.print_json(document)
        return 0 if done.complete else 1
    mails = terminal.counted(done.counts.get("sent", 0), "mail")
    print(f"The issue of {done.month}: {mails} sent, of {sum(done.counts.values())}.")
    if done.counts.get("waiting"):
        print(f"{done.counts['waiting']} wait; give the same command again later.")
    for one in listed:
        said = "{id}: {state}, to {to}: {fault}".format_map(one)
        print(terminal.printable(" ".join(said.split())))
    return 0 if done.complete else 1


def _document(message: Message, whole: bool) -> dict[str, Any]:
    """With the address in full where that is wanted; a server's answer may repeat it."""
    from tipqa_desk.mail import masked

    shown = message.recipient if whole else masked(message.recipient)
    fault = re.sub(re.escape(message.recipient), lambda _: shown, message.fault or "", flags=re.I)
    return {"id": message.id, "state": message.state, "to": shown, "fault": fault}
