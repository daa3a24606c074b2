"""`tipqa packet`: an answer in a file, and what became of what it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tipqa import terminal
from tipqa.cli_ask import questions_of
from tipqa.cli_options import (
    DEFAULT_ENCODER,
    DEFAULT_INDEX,
    DEFAULT_RERANKER,
    EncoderName,
    Hits,
    IndexFolder,
    Json,
    RerankerName,
    opened_index,
)

app = typer.Typer(
    no_args_is_help=True,
    help="An answer with all that it rests on, in one file.",
    epilog="Example: [bold]tipqa packet verify answer.json[/bold]",
)


@app.command(
    epilog="Example: [bold]tipqa packet make "
    '"How many suspects were arrested in 2004?" -o answer.json[/bold]'
)
def make(
    query: Annotated[str, typer.Argument(metavar="QUESTION", help="A question.")],
    k: Hits = 10,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write; without it, stdout.")
    ] = None,
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    reranker: RerankerName = DEFAULT_RERANKER,
) -> int:
    """Write what ask answers as a packet: question, answer, passages, notes and sources.

    Exit 1 where the profiles do not say.
    """
    from datetime import UTC, datetime

    from tipqa import packet
    from tipqa.answer import answer as answer_it

    questions_of(query, k, None)
    opened = opened_index(folder, encoder, reranker)
    given = answer_it(opened, query, k)
    made = packet.written(packet.of_answer(opened, query, given, datetime.now(UTC).date()))
    if out is None:
        print(made.decode(), end="")
    else:
        out.write_bytes(made)
    return 1 if given.status == "not_found" else 0


@app.command(
    epilog="Example: [bold]tipqa packet verify answer.json --index index[/bold]. "
    "Exit 0: all the same; 1: something changed; 2: no packet."
)
def verify(
    file: Annotated[Path, typer.Argument(help="A packet.")],
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    as_json: Json = False,
) -> int:
    """Tell whether an index still gives the passages of an answer, and what changed.

    Exit 1 where something did.
    """
    from tipqa import packet
    from tipqa import verdict as judge
    from tipqa.embed import load_encoder
    from tipqa.search import open_index

    loaded = packet.load(file)
    verdict = judge.verify(loaded, open_index(folder, load_encoder(encoder)))
    if as_json:
        terminal.print_json(judge.verdict_document(verdict))
    else:
        terminal.print_verdict(verdict)
    return 0 if verdict.same else 1
