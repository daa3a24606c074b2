"""The command line. Commands import what they need, so that `--help` stays light."""

from __future__ import annotations

import io
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from tipqa import (
    __version__,
    cli_ask,
    cli_desk,
    cli_diff,
    cli_eval,
    cli_newsletter,
    cli_packet,
    terminal,
)
from tipqa.cli_options import (
    DEFAULT_ENCODER,
    DEFAULT_INDEX,
    DEFAULT_PATHS,
    DEFAULT_RERANKER,
    Country,
    Edition,
    EncoderName,
    IndexFolder,
    Json,
    RerankerName,
    opened_index,
)
from tipqa.errors import TipqaError

if TYPE_CHECKING:
    pass

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Search country profiles on human trafficking; every sentence comes with its sources.",
    epilog='Example: [bold]tipqa index corpus/ && tipqa search "who shelters the victims"[/bold]',
)


def main() -> None:
    """Run the command line: exit 0 done, 1 nothing found, 2 wrong use or broken input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # where it isn't UTF-8, "\u2193" for "↓"
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (TipqaError, TyperException) as error:
        said = error.format_message() if isinstance(error, TyperException) else str(error)
        _fail(said)
    except BrokenPipeError:  # as in `tipqa search … | head -1`
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename or 'output'}: {error.strerror}. Make room or write elsewhere.")
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> None:
    one_line = " ".join(terminal.printable(message).split())
    print(f"tipqa: {one_line}", file=sys.stderr)
    sys.exit(2)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: [bold]tipqa read corpus/cambodia-2005.md --json[/bold]")
def read(
    file: Annotated[Path, typer.Argument(help="A profile.")],
    as_json: Json = False,
    country: Country = None,
    edition: Edition = None,
) -> None:
    """Show one profile as its reader sees it."""
    from tipqa import readers
    from tipqa.documents import read_document

    profile = readers.read(file, country=country, edition=edition)
    if as_json:
        terminal.print_json(read_document(profile))
    else:
        terminal.print_profile(profile)


@app.command(epilog="Example: [bold]tipqa check corpus/[/bold]")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")] = list(DEFAULT_PATHS),  # noqa: B006
    as_json: Json = False,
    country: Country = None,
    edition: Edition = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="What a code means.")
    ] = None,
) -> int:
    """Tell an editor what the readers make of some files: flaws, and what is left out.

    Exit 1 where there are errors or warnings; notices alone are fine.
    """
    from tipqa import check as checker

    if explain is not None:
        print(checker.explain(explain))
        return 0
    files, findings = checker.check(paths, country, edition)
    counts = Counter(finding.level for finding in findings)
    if as_json:
        found = [
            {"file": f.file, "line": f.line, "level": f.level, "code": f.code, "message": f.message}
            for f in findings
        ]
        by_level = {level: counts[level] for level in checker.LEVELS}
        terminal.print_json({"files": len(files), "counts": by_level, "findings": found})
    else:
        terminal.print_findings(files, findings)
    return 1 if counts["error"] or counts["warning"] else 0


@app.command(
    epilog="Example: [bold]tipqa index corpus/ --index index[/bold]. "
    "A second run embeds only what changed."
)
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")] = list(DEFAULT_PATHS),  # noqa: B006
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    country: Country = None,
    edition: Edition = None,
    skip_unreadable: Annotated[
        bool, typer.Option("--skip-unreadable", help="Go on without files that can't be read.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Build the index of some profiles, or refresh it."""
    from tipqa.embed import load_encoder
    from tipqa.index import build

    with terminal.progress() as progress:
        built = build(
            paths,
            folder,
            load_encoder(encoder),
            country=country,
            edition=edition,
            skip_unreadable=skip_unreadable,
            progress=progress,
        )
    for skipped in built.skipped:
        print(f"tipqa: skipped {terminal.printable(skipped)}", file=sys.stderr)
    if as_json:
        terminal.print_json(asdict(built))
    else:
        terminal.print_built(built, folder)


app.add_typer(cli_ask.app)
app.add_typer(cli_eval.app)
app.add_typer(cli_diff.app)
app.add_typer(cli_packet.app, name="packet")


@app.command(epilog="Example: [bold]tipqa serve --port 8080[/bold]")
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")
    ] = 8000,
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    reranker: RerankerName = DEFAULT_RERANKER,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            envvar="TIPQA_URL",
            help="Where the world finds it, as in https://example.org: for feeds and sitemaps.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            envvar="TIPQA_ALLOW_ORIGINS",
            help="A site whose pages may search here, as in https://example.org; repeatable.",
        ),
    ] = None,
    limit: Annotated[
        str,
        typer.Option(
            "--limit",
            envvar="TIPQA_LIMIT",
            help='How often one address may ask, or "none"; this machine\'s own always may.',
        ),
    ] = "300/minute",
    with_desk: Annotated[
        bool,
        typer.Option("--desk/--no-desk", help="Whether visitors can leave questions with a desk."),
    ] = True,
) -> None:
    """Serve the search page, the inquiry desk and the HTTP API."""
    from tipqa_api.server import serve as run
    from tipqa_desk.database import open_desk
    from tipqa_desk.settings import Settings

    index = opened_index(folder, encoder, reranker)
    settings = Settings.read()
    desk = (
        open_desk(settings.model_copy(update={"url": url or settings.url})) if with_desk else None
    )
    origins = allow_origin or []
    run(index, host, port, url=url, allow_origins=origins, limit=limit, desk=desk)


app.add_typer(cli_desk.app, name="desk")
app.add_typer(cli_newsletter.app, name="newsletter")
