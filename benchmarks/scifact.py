"""How well it finds off its home ground: SciFact's abstracts, by its claims.

    .venv/bin/python benchmarks/scifact.py ../shared/data/retrieval/scifact BEIR

Writes SciFact into the folder BEIR as BEIR has it, then does what `tipqa eval BEIR` does.
Takes some minutes on two cores.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import shutil
import sys
import tokenize
from pathlib import Path

from tipqa.beir import load_queries, temporary_index
from tipqa.embed import load_encoder
from tipqa.evaluate import evaluate
from tipqa.rerank import NONE, PACKAGED, load_reranker
from tipqa.terminal import print_measures


def sentences(written: str) -> list[str]:
    """Those of a NumPy array of strings as it is printed, without commas between them."""
    tokens = tokenize.generate_tokens(io.StringIO(written).readline)
    return [ast.literal_eval(token.string) for token in tokens if token.type == tokenize.STRING]


def write_beir(scifact: Path, beir: Path) -> None:
    """BEIR's queries are the claims that its qrels name."""
    (beir / "qrels").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(scifact / "beir_qrels_test.tsv", beir / "qrels" / "test.tsv")
    with (scifact / "corpus_train.csv").open(encoding="utf-8", newline="") as file:
        documents = [
            {
                "_id": row["doc_id"],
                "title": row["title"],
                "text": " ".join(sentences(row["abstract"])),
            }
            for row in csv.DictReader(file)
        ]
    claims = {}
    for split in ("train", "validation", "test"):
        with (scifact / f"claims_{split}.csv").open(encoding="utf-8", newline="") as file:
            claims |= {row["id"]: row["claim"] for row in csv.DictReader(file)}
    queries = [{"_id": identity, "text": text} for identity, text in claims.items()]
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (beir / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    print(f"{len(documents):,} documents, {len(claims):,} claims")


def main() -> None:
    scifact, beir = map(Path, sys.argv[1:])
    write_beir(scifact, beir)
    questions = load_queries(beir)
    for name in (NONE, PACKAGED):  # without a reranker, and with the packaged one
        print(f"reranker: {name}")
        with temporary_index(beir, load_encoder(), load_reranker(name), lambda *_: None) as index:
            print_measures(evaluate(index, questions))


if __name__ == "__main__":
    main()
