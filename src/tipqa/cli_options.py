"""What commands have in common: their options, and opening an index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tipqa.search import Index

# As in tipqa.ranking and tipqa.export, which --help need not load.
Mode = Literal["hybrid", "dense", "lexical"]
Format = Literal["text", "csv", "bibtex", "ris", "csl", "jsonl"]
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


def opened_index(folder: Path, encoder: str, reranker: str) -> Index:
    """The index of a folder, with its encoder and reranker by name."""
    from tipqa.embed import load_encoder
    from tipqa.rerank import load_reranker
    from tipqa.search import open_index

    return open_index(folder, load_encoder(encoder), load_reranker(reranker))
