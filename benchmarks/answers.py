"""Refusal off the home ground: MTRAG's tasks, with their own passages as the corpus.

    python benchmarks/answers.py ../shared/data/abstention/mtrag_un/reference.jsonl [EVERY]

Asks the last turn of each task that is plainly answerable or unanswerable, as it stands,
without the turns before it; EVERY 3 asks each third. Weights and threshold are those
that ship. Prints the measures, and how long an answer takes.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tipqa.embed import load_encoder
from tipqa.evaluate_answers import Asked, judge, measures
from tipqa.index import build
from tipqa.rerank import load_reranker
from tipqa.search import open_index
from tipqa.terminal import print_answers_measured

_ANSWERABLE = {"['ANSWERABLE']": True, "['UNANSWERABLE']": False}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def main(reference: Path, every: int) -> None:
    tasks = [json.loads(line) for line in reference.read_text(encoding="utf-8").splitlines()]
    asked = [
        Asked(
            id=task["task_id"],
            question=task["input"][-1]["text"],
            type="mtrag",
            answerable=_ANSWERABLE[str(task["answerability"])],
            gold=(),
            notes=frozenset(),
        )
        for task in tasks
        if str(task["answerability"]) in _ANSWERABLE
    ][::every]
    texts = {c["document_id"]: c["text"] for task in tasks for c in task["contexts"]}
    with tempfile.TemporaryDirectory(prefix="tipqa-") as place:
        documents = Path(place) / "documents"
        documents.mkdir()
        for number, text in enumerate(texts.values()):
            folded = _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
            front = f"---\ntitle: d{number}\ncountry: d{number}\nedition: 2000\n---\n\n"
            (documents / f"d{number}.md").write_text(front + folded + "\n", encoding="utf-8")
        encoder = load_encoder()
        build([documents], Path(place) / "index", encoder, skip_unreadable=True)
        index = open_index(Path(place) / "index", encoder, load_reranker())
        times = [time.perf_counter()]
        judged = judge(index, asked, lambda done: times.append(time.perf_counter()))
    print_answers_measured(measures(judged), [])
    took = [after - before for before, after in pairwise(times)]
    print(f"{len(texts)} passages; an answer takes {statistics.median(took):.2f} s (median)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
