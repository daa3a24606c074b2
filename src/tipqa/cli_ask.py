"""`tipqa search | ask`: a question, or many."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipqa import terminal
from tipqa.cli_options import (
    DEFAULT_ENCODER,
    DEFAULT_INDEX,
    DEFAULT_RERANKER,
    Batch,
    Compose,
    Countries,
    EncoderName,
    Format,
    Hits,
    IndexFolder,
    Json,
    Mode,
    Publisher,
    Query,
    Region,
    RerankerName,
    Section,
    SourceId,
    YearFrom,
    YearTo,
    opened_index,
)
from tipqa.errors import QueryError

if TYPE_CHECKING:
    from tipqa.search import Found

app = typer.Typer()


@app.command(
    epilog='Example: [bold]tipqa search "how long is the sentence for traffickers" '
    "--country KHM -k 3[/bold]"
)
def search(
    query: Query = None,
    k: Hits = 10,
    country: Countries = None,
    region: Region = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    publisher: Publisher = None,
    section: Section = None,
    source: SourceId = None,
    max_tokens: Annotated[
        int | None,
        typer.Option("--max-tokens", help="Only hits that fit this budget (cl100k_base)."),
    ] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", help="The encoder and words mixed, or one of them alone.")
    ] = "hybrid",
    rerank: Annotated[
        bool, typer.Option("--rerank/--no-rerank", help="Have the reranker order the first hits.")
    ] = True,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what each score is made of.")
    ] = False,
    batch: Batch = None,
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    reranker: RerankerName = DEFAULT_RERANKER,
    as_json: Json = False,
    format: Annotated[
        Format | None, typer.Option("--format", help="Print what was found, to take it along.")
    ] = None,
) -> int:
    """Find the passages that answer a question, with their sources.

    Exit 1 where nothing is found.
    """
    from tipqa.documents import search_document
    from tipqa.search import make_filters

    if format and (as_json or batch):
        raise QueryError("--format goes with neither --json nor --batch. Give one of them.")
    questions = questions_of(query, k, batch)
    opened = opened_index(folder, encoder, reranker)
    filters = make_filters(
        opened,
        country=country or (),
        region=region,
        year_from=year_from,
        year_to=year_to,
        publisher=publisher,
        section=section,
        source=source,
    )
    opened.warm(rerank)

    def answer(question: str) -> tuple[Found, dict[str, Any]]:
        start = time.perf_counter()
        found = opened.find(
            question, k, filters, max_tokens, mode=mode, rerank=rerank, explain=explain
        )
        took_ms = (time.perf_counter() - start) * 1000
        return found, search_document(question, opened, found, took_ms)

    if batch:
        return _print_batch(batch, questions, lambda question: answer(question)[1])
    assert query is not None
    found, document = answer(query)
    if as_json:
        terminal.print_json(document)
    elif format:
        from tipqa.export import FORMATS, take

        terminal.tell_if_stale(opened)
        terminal.print_export(
            FORMATS[format].write(take(found.hits, query, opened.generation.name))
        )
    else:
        terminal.print_found(opened, found, max_tokens)
    return 0 if found.hits else 1


@app.command(
    epilog='Example: [bold]tipqa ask "How many suspects were arrested in 2004?" '
    "--country KHM[/bold]"
)
def ask(
    query: Query = None,
    k: Hits = 10,
    country: Countries = None,
    region: Region = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    publisher: Publisher = None,
    section: Section = None,
    source: SourceId = None,
    batch: Batch = None,
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    reranker: RerankerName = DEFAULT_RERANKER,
    compose: Compose = False,
    as_json: Json = False,
) -> int:
    """Answer a question with sentences of the profiles, or say that they do not.

    Exit 1 where they do not.
    """
    from tipqa.answer import Answer
    from tipqa.answer import answer as answer_it
    from tipqa.compose import Composed, Composer
    from tipqa.documents import answer_document
    from tipqa.search import make_filters

    questions = questions_of(query, k, batch)
    composer = Composer.configured() if compose else None
    opened = opened_index(folder, encoder, reranker)
    filters = make_filters(
        opened,
        country=country or (),
        region=region,
        year_from=year_from,
        year_to=year_to,
        publisher=publisher,
        section=section,
        source=source,
    )
    opened.warm()

    def answer(question: str) -> tuple[Answer, Composed | None, dict[str, Any]]:
        start = time.perf_counter()
        given = answer_it(opened, question, k, filters)
        composed = composer.compose(opened, question, given) if composer else None
        took_ms = (time.perf_counter() - start) * 1000
        return given, composed, answer_document(question, opened, given, took_ms, composed)

    if batch:
        return _print_batch(batch, questions, lambda question: answer(question)[2])
    assert query is not None
    given, composed, document = answer(query)
    if as_json:
        terminal.print_json(document)
    else:
        terminal.print_answer(opened, given, composed)
    return 1 if given.status == "not_found" else 0


def questions_of(query: str | None, k: int, batch: Path | None) -> list[str | QueryError]:
    """What is asked, checked before a model is loaded."""
    from tipqa.questions import read_batch
    from tipqa.search import MOST_HITS, check_range, checked_query

    if (query is None) == (batch is None):
        raise QueryError("give either a question or --batch FILE. --help shows how.")
    if query is not None:
        checked_query(query)
    check_range("-k", k, 1, MOST_HITS)
    questions: list[str | QueryError] = list(read_batch(batch)) if batch else []
    if batch and not questions:
        raise QueryError(f"{batch}: holds no question. Write one a line.")
    return questions


def _print_batch(
    batch: Path, questions: list[str | QueryError], document: Callable[[str], dict[str, Any]]
) -> int:
    """One document a line, in order; a wrong question's line has its error."""
    wrong = 0
    for question in questions:
        try:
            if isinstance(question, QueryError):
                raise question
            print(terminal.compact(document(question)), flush=True)
        except QueryError as error:
            wrong += 1
            print(terminal.compact({"error": str(error)}), flush=True)
    if wrong:
        print(
            f"tipqa: {batch}: {wrong} of {len(questions)} questions are wrong; "
            'their lines have "error".',
            file=sys.stderr,
        )
    return 0
