"""What each stage of a search adds, and what it costs.

    .venv/bin/python benchmarks/stages.py INDEX ../shared/data/questions/dev-2020.jsonl

INDEX is an index of the profiles that the questions are about. Takes some minutes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tipqa import ranking
from tipqa.embed import embed
from tipqa.evaluate import Measure, mean, measure
from tipqa.fusion import best_first, fused
from tipqa.lexical import telling
from tipqa.questions import load_questions
from tipqa.search import Index, open_index
from tipqa.types import Passage

_DEPTH = 20
_FOLDS = 5


def main() -> None:
    index = open_index(Path(sys.argv[1]))
    asked = [question for question in load_questions(Path(sys.argv[2])) if question.answerable]
    texts = [question.question for question in asked]

    def mixed(query: str) -> list[Passage]:
        dense = index.generation.vectors @ embed([query], index.encoder, "query")[0]
        scores = fused(dense, index.generation.lexicon.scores(telling(query)))
        rows = best_first(scores, np.arange(len(scores)), _DEPTH)
        return index.generation.store.passages(rows.tolist())

    stages: dict[str, Callable[[str], Sequence[Passage]]] = {
        "dense": lambda query: _passages(index, query, mode="dense", rerank=False),
        "lexical": lambda query: _passages(index, query, mode="lexical", rerank=False),
        "dense and lexical, mixed": mixed,
        "+ whom and when is asked about": lambda query: _passages(index, query, rerank=False),
        "+ reranker, whole passages": lambda query: _passages(index, query),
        "+ reranker, sentences of long ones": lambda query: _passages(index, query),
    }
    index.warm()
    closely = ranking.CLOSELY
    gains: dict[str, np.ndarray] = {}
    before = ""
    for name, stage in stages.items():
        ranking.CLOSELY = 0 if "whole" in name else closely
        measured, took = [], []
        for question, text in zip(asked, texts, strict=True):
            start = time.perf_counter()
            passages = stage(text)
            took.append(1000 * (time.perf_counter() - start))
            measured.append(measure(passages, question))
        values = np.array(measured)
        told = [_shown(mean(values[:, place])) for place in range(3)]
        gains[name] = values[:, 0]
        compared = {"dense and lexical, mixed": "dense"}.get(name, before)
        if compared and name != "lexical":
            m = mean(values[:, 0] - gains[compared])
            told.append(f"{m.mean:+.3f} [{m.low:+.3f}, {m.high:+.3f}]")
        else:
            told.append("")
        print(f"| {name} |", " | ".join(told), f"| {statistics.median(took):.0f} |", flush=True)
        before = name
    order = np.random.default_rng(_FOLDS).permutation(len(asked))
    parts = [values[part].mean(axis=0) for part in np.array_split(order, _FOLDS)]
    print(f"\nby {_FOLDS} parts: nDCG@10", *(f"{part[0]:.3f}" for part in parts))
    for kind in sorted({question.type for question in asked}):
        of_kind = [n for n, question in enumerate(asked) if question.type == kind]
        told = ", ".join(f"{value:.3f}" for value in values[of_kind].mean(axis=0))
        print(f"{kind} ({len(of_kind)}): {told}")


def _passages(index: Index, query: str, **how: object) -> list[Passage]:
    return [hit.passage for hit in index.search(query, _DEPTH, **how)]  # type: ignore[arg-type]


def _shown(m: Measure) -> str:
    return f"{m.mean:.3f} [{m.low:.3f}, {m.high:.3f}]"


if __name__ == "__main__":
    main()
