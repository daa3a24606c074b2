"""What the context of a passage adds: the encoder over text alone, and over more of it.

    .venv/bin/python benchmarks/context.py ../shared/data/profiles/dol-2020 \
        ../shared/data/questions/dev-2020.jsonl

Takes about two minutes a row on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import faiss

from tipqa import readers
from tipqa.chunk import embedded_text, passages
from tipqa.corpus import corpus_files
from tipqa.embed import embed, load_encoder
from tipqa.evaluate import mean, measure
from tipqa.questions import load_questions
from tipqa.types import Passage


def country_and_text(passage: Passage) -> str:
    return f"{passage.profile.country_name}. {passage.text}"


TEXTS: dict[str, Callable[[Passage], str]] = {
    "text alone": lambda passage: passage.text,
    "country, text": country_and_text,
    "country, section, text (as tipqa does)": embedded_text,
}


def main() -> None:
    corpus, file = map(Path, sys.argv[1:])
    encoder = load_encoder()
    found = [
        passage
        for path, name in corpus_files([corpus])
        for passage in passages(readers.read(path, file=name), encoder)
    ]
    asked = [question for question in load_questions(file) if question.answerable]
    queries = embed([question.question for question in asked], encoder, "query")
    print(f"{len(found)} passages, {len(asked)} questions; mean and 95% bootstrap interval")
    before: list[float] = []
    for name, text_of in TEXTS.items():
        vectors = embed([text_of(passage) for passage in found], encoder)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        _, rows = index.search(queries, 20)
        measured = [
            measure([found[row] for row in ranked], question)
            for ranked, question in zip(rows, asked, strict=True)
        ]
        told = []
        for place, called in enumerate(("nDCG@10", "hit@5", "hit@20")):
            m = mean([values[place] for values in measured])
            told.append(f"{called} {m.mean:.3f} [{m.low:.3f}, {m.high:.3f}]")
        gains = [values[0] for values in measured]
        if before:
            m = mean([now - then for now, then in zip(gains, before, strict=True)])
            told.append(f"nDCG@10 gained, by pairs {m.mean:+.3f} [{m.low:+.3f}, {m.high:+.3f}]")
        before = gains
        print(f"{name:40}", *told, sep="  ", flush=True)


if __name__ == "__main__":
    main()
