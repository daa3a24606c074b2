"""`tipqa diff`: what changed between two states of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tipqa import terminal
from tipqa.cli_options import (
    DEFAULT_INDEX,
    Countries,
    IndexFolder,
    Json,
)
from tipqa.errors import QueryError

app = typer.Typer()


@app.command(
    epilog="Examples: [bold]tipqa diff zambia-2020 zambia-2021 --index index[/bold], "
    "[bold]tipqa diff last-month.sqlite index --country ZMB --format html[/bold]"
)
def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="An index, a generation's folder in it, a copy of its tipqa.sqlite, "
            "or a profile's id.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another of the same kind.")],
    country: Countries = None,
    folder: IndexFolder = DEFAULT_INDEX,
    as_json: Json = False,
    format: Annotated[
        Literal["text", "html"] | None, typer.Option("--format", help="As text, or as a page.")
    ] = None,
) -> int:
    """Show what differs between two states of a corpus, or two editions of a country.

    Old sentences stand beside new ones, each with its sources. Exit 1 where nothing differs.
    """
    from tipqa.difference import between, difference, holds_state, open_state
    from tipqa.documents import difference_document
    from tipqa.filters import find_countries
    from tipqa.store import Filters

    if format and as_json:
        raise QueryError("--format does not go with --json. Give one of them.")
    states = [holds_state(Path(name)) for name in (old, new)]
    if all(states):
        (old, before), (new, after) = open_state(Path(old)), open_state(Path(new))
        wanted = find_countries(country or (), before.country_names() | after.country_names())
        found = difference(before, after, Filters(countries=wanted))
    else:
        if country:
            raise QueryError("--country goes with two indexes, not with profiles. Leave it out.")
        _, store = open_state(folder)
        editions = []
        for name in (old, new):
            profile = store.profile(name)
            if profile is None:
                raise QueryError(
                    f'"{name}" is no profile in {folder}. Give two indexes that are there, or '
                    "two ids of profiles in one, as in zambia-2020 zambia-2021."
                )
            editions.append(profile)
        found = between(*editions)
    if as_json:
        terminal.print_json(difference_document(old, new, found))
    elif format == "html":
        from tipqa.redline import html

        terminal.print_export(html(old, new, found))
    else:
        terminal.print_difference(found)
    return 0 if found else 1
