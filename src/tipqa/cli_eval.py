"""`tipqa eval`: how well questions are answered whose answers are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tipqa import terminal
from tipqa.cli_options import (
    DEFAULT_ENCODER,
    DEFAULT_INDEX,
    DEFAULT_RERANKER,
    EncoderName,
    IndexFolder,
    Json,
    RerankerName,
    opened_index,
)
from tipqa.errors import QueryError

if TYPE_CHECKING:
    from tipqa.search import Index

app = typer.Typer()


@app.command(
    "eval", epilog="Example: [bold]tipqa eval questions/dev-2020.jsonl --index index[/bold]"
)
def evaluate(
    questions: Annotated[
        Path,
        typer.Argument(
            help="Questions with their gold, as JSONL; or a folder as BEIR has it, "
            "whose documents are then indexed for the while."
        ),
    ],
    folder: IndexFolder = DEFAULT_INDEX,
    encoder: EncoderName = DEFAULT_ENCODER,
    other: Annotated[
        Path | None,
        typer.Option("--compare", metavar="RUN", help="Another run, saved from --json."),
    ] = None,
    reranker: RerankerName = DEFAULT_RERANKER,
    answers: Annotated[
        bool,
        typer.Option(
            "--answers",
            help="Measure answers instead of hits: refusal, sentences, citations, calibration.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure an index with questions whose answers are known."""
    from contextlib import ExitStack

    from tipqa import evaluate as measures

    if answers:
        if other or questions.is_dir():
            raise QueryError("--answers goes with neither --compare nor a folder. Leave it out.")
        _evaluate_answers(opened_index(folder, encoder, reranker), questions, as_json)
        return
    run = measures.load_run(other) if other else None
    with terminal.progress() as progress, ExitStack() as opened:
        if questions.is_dir():
            from tipqa import beir
            from tipqa.embed import load_encoder
            from tipqa.rerank import load_reranker

            asked = beir.load_queries(questions)
            documents = beir.temporary_index(
                questions, load_encoder(encoder), load_reranker(reranker), progress
            )
            index = opened.enter_context(documents)
        else:
            from tipqa.questions import load_questions

            asked = load_questions(questions)
            index = opened_index(folder, encoder, reranker)
        found = measures.ask(index, asked, lambda done: progress("ask", done, len(asked)))
    document = measures.run_document(found)
    gained = measures.compare(found, run) if run is not None else None
    if as_json and gained is not None:
        document["gained"] = measures.measures_document(gained)
    if as_json:
        terminal.print_json(document)
    else:
        terminal.print_measures(measures.summary(found))
        if gained is not None:
            print(f"\nGained over {other}, question by question")
            terminal.print_measures(gained, signed=True)


def _evaluate_answers(index: Index, questions: Path, as_json: bool) -> None:
    from tipqa import evaluate_answers as measures
    from tipqa.evaluate import measures_document

    asked = measures.load_asked(questions)
    with terminal.progress() as progress:
        judged = measures.judge(index, asked, lambda done: progress("answer", done, len(asked)))
    found, reliability = measures.measures(judged), measures.reliability(judged)
    if as_json:
        names = ("confidence", "answerable", "n")
        bins = [dict(zip(names, one, strict=True)) for one in reliability]
        terminal.print_json({"measures": measures_document(found), "reliability": bins})
    else:
        terminal.print_answers_measured(found, reliability)
