"""The command line. Commands import what they need, so that `--help` stays light."""

from __future__ import annotations

import io
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

from tipqa import __version__, cli_desk, cli_newsletter, terminal
from tipqa.errors import QueryError, TipqaError

if TYPE_CHECKING:
    from tipqa.search import Found, Index

# As in tipqa.ranking and tipqa.export, which --help need not load.
Mode = Literal["hybrid", "dense", "lexical"]
Format = Literal["text", "csv", "bibtex", "ris", "csl", "jsonl"]
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Search country profiles on human trafficking; every sentence comes with its sources.",
    epilog='Example: [bold]tipqa index corpus/ && tipqa search "who shelters the victims"[/bold]',
)
app.add_typer(cli_desk.app, name="desk")
app.add_typer(cli_newsletter.app, name="newsletter")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Compose = Annotated[
    bool,
    typer.Option(
        "--compose",
        help="Join the sentences by the language model of TIPQA_LLM_URL and TIPQA_LLM_MODEL.",
    ),
]
IndexFolder = Annotated[
    Path, typer.Option("--index", envvar="TIPQA_INDEX", help="The folder of the index.")
]
EncoderName = Annotated[
    str,
    typer.Option(
        "--encoder",
        envvar="TIPQA_ENCODER",
        help="A sentence-transformers model: its folder or name. The default comes packaged.",
    ),
]
Country = Annotated[
    str | None, typer.Option("--country", help="The country, for files that do not say.")
]
Edition = Annotated[
    int | None,
    typer.Option("--edition", min=1900, max=2100, help="The year, for files that do not say."),
]
RerankerName = Annotated[
    str,
    typer.Option(
        "--reranker",
        envvar="TIPQA_RERANKER",
        help="A folder with a cross-encoder as ONNX, or none. The default comes packaged.",
    ),
]
Query = Annotated[str | None, typer.Argument(help="A question or a few words.")]
Hits = Annotated[int, typer.Option("-k", help="How many hits, 1 to 1000.")]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Name or ISO code; repeatable.")
]
Region = Annotated[str | None, typer.Option("--region", help="As in Africa, South-Eastern Asia.")]
YearFrom = Annotated[int | None, typer.Option("--year-from", help="The first edition to look at.")]
YearTo = Annotated[int | None, typer.Option("--year-to", help="The last edition to look at.")]
Publisher = Annotated[
    str | None, typer.Option("--publisher", help="Part of the name of a source's publisher.")
]
Section = Annotated[str | None, typer.Option("--section", help="Part of a section's title.")]
SourceId = Annotated[str | None, typer.Option("--source", help="The id of a source to rest on.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help='A file: one question a line, or JSONL with "question".'),
]
DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_RERANKER = "ms-marco-MiniLM-L-12-v2"
DEFAULT_INDEX = Path("index")
DEFAULT_PATHS = (Path("corpus"),)


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
    questions = _questions(query, k, batch)
    opened = _open(folder, encoder, reranker)
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

    questions = _questions(query, k, batch)
    composer = Composer.configured() if compose else None
    opened = _open(folder, encoder, reranker)
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


def _open(folder: Path, encoder: str, reranker: str) -> Index:
    from tipqa.embed import load_encoder
    from tipqa.rerank import load_reranker
    from tipqa.search import open_index

    return open_index(folder, load_encoder(encoder), load_reranker(reranker))


def _questions(query: str | None, k: int, batch: Path | None) -> list[str | QueryError]:
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
        _evaluate_answers(_open(folder, encoder, reranker), questions, as_json)
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
            index = _open(folder, encoder, reranker)
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


packets = typer.Typer(
    no_args_is_help=True,
    help="An answer with all that it rests on, in one file.",
    epilog="Example: [bold]tipqa packet verify answer.json[/bold]",
)
app.add_typer(packets, name="packet")


@packets.command(
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

    _questions(query, k, None)
    opened = _open(folder, encoder, reranker)
    given = answer_it(opened, query, k)
    made = packet.written(packet.of_answer(opened, query, given, datetime.now(UTC).date()))
    if out is None:
        print(made.decode(), end="")
    else:
        out.write_bytes(made)
    return 1 if given.status == "not_found" else 0


@packets.command(
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

    index = _open(folder, encoder, reranker)
    desk = open_desk() if with_desk else None
    origins = allow_origin or []
    run(index, host, port, url=url, allow_origins=origins, limit=limit, desk=desk)
