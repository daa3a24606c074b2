"""How fast it is, each time beside the bare models in the same run.

    .venv/bin/python benchmarks/speed.py ../shared/data/profiles/dol-2020 \
        ../shared/data/profiles ../shared/data/questions/dev-2020.jsonl WORK

SMALL and LARGE are folders of profiles, WORK is a folder for their indexes, kept for the
next run: to build them takes some minutes, the rest five. What is compared takes turns.
Prints the rows of the table in README.md.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from tipqa import open_index
from tipqa.chunk import embedded_text
from tipqa.corpus import find
from tipqa.documents import search_document
from tipqa.embed import SentenceEncoder, embed, load_encoder
from tipqa.exported import one_core_session
from tipqa.index import build
from tipqa.questions import load_questions
from tipqa.rerank import CrossEncoder
from tipqa.search import Index

TIPQA = [sys.executable, "-c", "from tipqa.cli import main; main()"]
CLIENTS = 16
ONE_BY_ONE, AT_ONCE = 50, 96  # questions


class BareEncoder:
    """The encoder's forward passes alone: tokens are made beforehand."""

    def __init__(self, index: Index) -> None:
        assert index.generation.encoder_file and isinstance(index.encoder, SentenceEncoder)
        self.session = one_core_session(index.generation.encoder_file)
        self.tokenizer = Tokenizer.from_file(str(index.encoder.folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(index.encoder.max_tokens)
        self.tokenizer.no_padding()

    def tokens(self, text: str) -> np.ndarray:
        return np.array([self.tokenizer.encode(text).ids])

    def __call__(self, tokens: np.ndarray) -> np.ndarray:
        vectors: np.ndarray = self.session.run(None, {"ids": tokens})[0]
        return vectors


class BareReranker:
    """The reranker's forward passes alone, and what it is asked to read."""

    def __init__(self, reranker: CrossEncoder) -> None:
        folder = reranker.folder
        self.name, self._reranker = reranker.name, reranker
        self._session = one_core_session(folder / "model.onnx")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(512)
        self._tokenizer.no_padding()
        self.asked: list[tuple[str, Sequence[str]]] = []

    @property
    def model(self) -> Any:
        return self._reranker._model

    def score(self, query: str, texts: Sequence[str]) -> np.ndarray:
        self.asked.append((query, texts))
        return self._reranker.score(query, texts)

    def tokens(self) -> list[list[dict[str, np.ndarray]]]:
        """For each time that it was asked since the last call: each pair's tokens."""
        wanted = [put.name for put in self._session.get_inputs()]
        asked, self.asked = self.asked, []
        calls = []
        for query, texts in asked:
            pairs = [self._tokenizer.encode(query, text) for text in texts]
            pairs.sort(key=lambda pair: -len(pair.ids))  # as tipqa does: no core waits long
            given = [
                {
                    "input_ids": pair.ids,
                    "attention_mask": pair.attention_mask,
                    "token_type_ids": pair.type_ids,
                }
                for pair in pairs
            ]
            calls.append([{name: np.array([one[name]]) for name in wanted} for one in given])
        return calls

    def __call__(self, tokens: dict[str, np.ndarray]) -> None:
        self._session.run(None, tokens)


class Watched:
    """A model's session that notes when its passes run."""

    def __init__(self, session: InferenceSession, ran: list[tuple[float, float]]) -> None:
        self._session = session
        self.ran = ran

    def run(self, *given: object) -> object:
        start = time.perf_counter()
        found = self._session.run(*given)
        self.ran.append((start, time.perf_counter()))
        return found


def busy(ran: Sequence[tuple[float, float]]) -> float:
    """The seconds in which one pass at least was running."""
    seconds, until = 0.0, 0.0
    for start, end in sorted(ran):
        seconds += max(0.0, end - max(start, until))
        until = max(until, end)
    return seconds


def run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def timed(act: Callable[..., object], *given: object, **named: object) -> float:
    """The seconds that a call takes."""
    start = time.perf_counter()
    act(*given, **named)
    return time.perf_counter() - start


def told(values: Sequence[float], unit: str, factor: float = 1) -> str:
    """The median, with the least and the most."""
    low, middle, high = (
        f"{factor * value:,.3g}" for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} {unit} [{low}, {high}]"


def commands(folder: Path) -> None:
    """Whole processes, from the start to the exit."""
    row("`tipqa --help`", told([timed(run, [*TIPQA, "--help"]) for _ in range(5)], "s"))
    search = [*TIPQA, "search", "Who shelters the victims?", "--index", str(folder)]
    # A process that was forked starts with its parent's peak; VmHWM is its own.
    code = (
        "import sys\ntry:\n from tipqa.cli import main\n main()\n"
        "finally: sys.stderr.write(open('/proc/self/status').read())"
    )
    for name, more in (("`tipqa search --no-rerank`", ["--no-rerank"]), ("`tipqa search`", [])):
        runs = [timed(run, [*search, *more]) for _ in range(5)]
        ended = subprocess.run(
            [sys.executable, "-c", code, *search[3:], *more],
            check=True,
            capture_output=True,
            text=True,
        )
        peak = int(ended.stderr.split("VmHWM:")[1].split()[0]) / 1024
        row(f"{name}, cold, 4,443 passages", f"{told(runs, 's')}; {peak:.0f} MiB")


def answer(index: Index, question: str) -> str:
    return json.dumps(search_document(question, index, index.find(question), 0))


def questions_asked(index: Index, folder: Path, questions: Sequence[str]) -> None:
    """A warm index one by one, a server with 16 clients, and the models' passes alone."""
    assert isinstance(index.reranker, CrossEncoder)
    encoder, reranker = BareEncoder(index), BareReranker(index.reranker)
    index = replace(index, reranker=reranker)
    index.warm_all()
    cores = os.cpu_count() or 1
    ran: list[tuple[float, float]] = []
    for model in (index.encoder._exported, reranker.model):
        model._session = Watched(model._session, ran)
    whole, models, rest, without_passes, needed = [], [], [], [], []
    reranker.asked = []
    with ThreadPoolExecutor(cores) as pool:
        for question in questions[:ONE_BY_ONE]:
            answer(index, question)  # what has to be read is known then
            given, calls = encoder.tokens(question), reranker.tokens()

            def passes(given=given, calls=calls) -> None:  # type: ignore[no-untyped-def]
                encoder(given)
                for call in calls:
                    list(pool.map(reranker, call))

            models_first = len(whole) % 2  # whoever comes second finds warmer caches
            if models_first:
                models.append(timed(passes))
            ran.clear()
            whole.append(timed(answer, index, question))
            without_passes.append(whole[-1] - busy(ran))
            reranker.asked = []
            if not models_first:
                models.append(timed(passes))
            rest.append(whole[-1] - models[-1])
            needed.append((given, [pair for call in calls for pair in call]))
    count = index.generation.manifest["counts"]["passages"]
    row(f"one question, {count:,} passages", told(whole, "ms", 1000))
    row("of it the models' passes alone", told(models, "ms", 1000))
    row("all but these", told(rest, "ms", 1000))
    row("of it no pass of a model is running", told(without_passes, "ms", 1000))
    ratios = [a / b for a, b in zip(whole, models, strict=True)]
    row("the whole by the models alone", told(ratios, ""))
    without = [timed(lambda q=q: index.find(q, rerank=False)) for q in questions[:ONE_BY_ONE]]
    row("one question without the reranker", told(without, "ms", 1000))

    def one(number: int) -> None:
        given, pairs = needed[number % len(needed)]
        encoder(given)
        for pair in pairs:
            reranker(pair)

    with ThreadPoolExecutor(cores) as pool:
        alone = AT_ONCE / timed(lambda: list(pool.map(one, range(AT_ONCE))))
    with subprocess.Popen(
        [*TIPQA, "serve", "--port", "0", "--index", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            address = server.stdout.readline().split()[-1]
            waited: list[float] = []
            some = [questions[number % len(needed)] for number in range(AT_ONCE)]
            seconds = timed(lambda: waited.extend(asked_by_clients(address, some)))
        finally:
            server.terminate()
    row("the models alone, all cores", f"{alone:.1f} a second")
    row(f"{CLIENTS} clients", f"{AT_ONCE / seconds:.1f} a second ({AT_ONCE / seconds / alone:.2f})")
    row("each waits", told(waited, "s"))


def row(name: str, value: str) -> None:
    print(f"| {name} | {value} |", flush=True)


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        body: bytes = response.read()
        return body


def asked_by_clients(address: str, questions: Sequence[str]) -> list[float]:
    """How long each answer took; an error of the server is raised."""

    def ask(question: str) -> float:
        return timed(fetch, f"{address}/v1/search?{urlencode({'q': question})}")

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(ask, questions))


def indexing(index: Index, passages: Sequence[str]) -> None:
    """Passages embedded as a build does, by the encoder alone, and by sentence-transformers."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    assert isinstance(index.encoder, SentenceEncoder)
    logging.disable_progress_bar()
    torch = SentenceTransformer(str(index.encoder.folder), device="cpu", local_files_only=True)
    torch.max_seq_length = index.encoder.max_tokens
    bare = BareEncoder(index)
    tokens = [bare.tokens(text) for text in passages]

    def by_threads() -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(bare, tokens))

    ways: dict[str, Callable[[], object]] = {
        "passages embedded by a build": lambda: embed(passages, index.encoder),
        "onnxruntime alone, a text a core": by_threads,
    }
    for size in (8, 16, 32):
        ways[f"sentence-transformers, batches of {size}"] = partial(
            torch.encode, list(passages), batch_size=size
        )
    rounds = [{name: len(passages) / timed(act) for name, act in ways.items()} for _ in range(3)]
    for name in ways:
        row(name, told([speeds[name] for speeds in rounds], "a second"))


def refreshes(corpus: Path, folder: Path, work: Path) -> None:
    """`tipqa index` where nothing has changed, and where one paragraph has."""
    own, index = work / "changing", work / "changing-index"
    shutil.copytree(corpus, own)
    shutil.copytree(folder, index)
    command = [*TIPQA, "index", str(own), "--index", str(index)]
    run(command)  # the files' places have changed
    file = find(own)[len(find(own)) // 2]
    written = file.read_text(encoding="utf-8")
    paragraphs = written.split("\n\n")
    texts = [n for n, text in enumerate(paragraphs) if not text.startswith(("[^", "---"))]
    longest = max(texts, key=lambda n: len(paragraphs[n]))
    none, one = [], []
    for number in range(3):
        none.append(timed(run, command))
        changed = [*paragraphs]
        changed[longest] = f"In round {number} this is new. {changed[longest]}"
        file.write_text("\n\n".join(changed), encoding="utf-8")
        one.append(timed(run, command))
    row("`tipqa index`, nothing changed", told(none, "s"))
    row("the same, one paragraph changed", told(one, "s"))
    shutil.rmtree(own)
    shutil.rmtree(index)


def main() -> None:
    small, large, file, work = map(Path, sys.argv[1:])
    encoder = load_encoder()
    questions = [question.question for question in load_questions(file) if question.answerable]
    for corpus, name in ((small, "small"), (large, "large")):
        row(f"to build or find {name}", f"{timed(build, [corpus], work / name, encoder):.3g} s")
    commands(work / "small")
    index = open_index(work / "large")
    questions_asked(index, work / "large", questions)
    count = index.generation.manifest["counts"]["passages"]
    some = index.generation.store.passages(range(0, count, count // 160))
    indexing(index, [embedded_text(passage) for passage in some])
    refreshes(large, work / "large", work)


if __name__ == "__main__":
    main()
