"""BEIR's format: a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.

Source: Thakur et al. 2021, BEIR: a heterogeneous benchmark, arXiv:2104.08663.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tipqa.errors import QueryError
from tipqa.index import Progress, build
from tipqa.questions import Question, folded, text_of
from tipqa.search import Index, open_index
from tipqa.types import Encoder, Reranker

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def load_queries(folder: Path) -> list[Question]:
    """The queries of the test split; a document with a score above 0 is relevant.

    Raises:
        QueryError: a file is missing or not as BEIR has it; names the line.
    """
    texts = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl")}
    gold: dict[str, list[tuple[str, str]]] = {}
    qrels = folder / "qrels" / "test.tsv"
    for number, line in enumerate(_lines(qrels), start=1):
        try:
            query, document, score = line.split("\t")
            if number > 1 and float(score) > 0:
                gold.setdefault(texts[query] and query, []).append((_file_of(document), ""))
        except (ValueError, KeyError) as error:
            raise QueryError(
                f"{qrels}:{number}: has no query of queries.jsonl, document and score. Mend it."
            ) from error
    if not gold:
        raise QueryError(f"{qrels}: names no relevant document. There is nothing to measure.")
    return [Question(texts[query], "", True, tuple(named), True) for query, named in gold.items()]


@contextmanager
def temporary_index(
    folder: Path, encoder: Encoder, reranker: Reranker | None, progress: Progress
) -> Iterator[Index]:
    """An index of the documents, each a profile in its title's name; gone afterwards.

    Raises:
        QueryError: corpus.jsonl is missing or not as BEIR has it; names the line.
    """
    with tempfile.TemporaryDirectory(prefix="tipqa-") as place:
        documents = Path(place) / "documents"
        documents.mkdir()
        write_profiles(folder, documents)
        build([documents], Path(place) / "index", encoder, progress=progress)
        yield open_index(Path(place) / "index", encoder, reranker)


def write_profiles(folder: Path, place: Path) -> dict[str, dict[str, Any]]:
    """Write each document as a profile in its title's name; the documents by their files.

    Raises:
        QueryError: corpus.jsonl is missing or not as BEIR has it; names the line.
    """
    written = {}
    for row in _rows(folder / "corpus.jsonl"):
        title = folded(str(row.get("title", "")))
        text = folded(str(row["text"])) or title
        if text:
            said = json.dumps(title or "untitled", ensure_ascii=False)
            # As country the title becomes the passages' context: title and text are embedded.
            front = f"---\ntitle: {said}\ncountry: {said}\nedition: 2000\n---\n"
            document = front + _PUNCTUATION.sub(r"\\\1", text) + "\n"
            file = _file_of(row["_id"])
            (place / file).write_text(document, encoding="utf-8")
            written[file] = row
    return written


def _file_of(document: object) -> str:
    return f"d{quote(str(document), safe='')}.md"


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(file), start=1):
        try:
            row = json.loads(line)
            if not {"_id", "text"} <= row.keys():
                raise ValueError
        except (ValueError, AttributeError) as error:
            raise QueryError(f'{file}:{number}: has no "_id" and "text". Mend the line.') from error
        yield row


def _lines(file: Path) -> list[str]:
    return text_of(file).rstrip("\n").split("\n")
