"""How fast it is, each time beside the bare models and FAISS in the same run.

    .venv/bin/python benchmarks/speed.py ../shared/data/profiles/dol-2020 \
        ../shared/data/profiles ../shared/data/questions/dev-2020.jsonl WORK

SMALL and LARGE are folders of profiles, WORK is a folder for their indexes, kept for the
next run: to build them takes some minutes. What is compared takes turns.
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
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from tipqa import open_index
from tipqa.chunk import embedded_text
from tipqa.corpus import find
from tipqa.documents import search_document
from tipqa.embed import SentenceEncoder, embed, load_encoder
from tipqa.index import build
from tipqa.questions import load_questions
from tipqa.search import Index

TIPQA = [sys.executable, "-c", "from tipqa.cli import main; main()"]
CLIENTS = 16
SECONDS = 10  # for which they ask


class BareEncoder:
    """The encoder's forward passes alone: tokens are made beforehand."""

    def __init__(self, index: Index, threads: int) -> None:
        assert index.generation.encoder_file and isinstance(index.encoder, SentenceEncoder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(index.generation.encoder_file, options)
        self.tokenizer = Tokenizer.from_file(str(index.encoder.folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(index.encoder.max_tokens)
        self.tokenizer.no_padding()

    def tokens(self, text: str) -> np.ndarray:
        return np.array([self.tokenizer.encode(text).ids])

    def __call__(self, tokens: np.ndarray) -> np.ndarray:
        vectors: np.ndarray = self.session.run(None, {"ids": tokens})[0]
        return vectors


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
    search = [*TIPQA, "search", "Who shelters the victims?", "--index", str(folder)]
    for name, command in (("tipqa --help", [*TIPQA, "--help"]), ("tipqa search, cold", search)):
        runs = [timed(run, command) for _ in range(9)]
        print(f"{name:44} {told(runs, 's')}")
    # A process that was forked starts with its parent's peak; VmHWM is its own.
    code = (
        "import sys\ntry:\n from tipqa.cli import main\n main()\n"
        "finally: sys.stderr.write(open('/proc/self/status').read())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *search[3:]], check=True, capture_output=True, text=True
    )
    peak = int(ended.stderr.split("VmHWM:")[1].split()[0])
    print(f"{'  its peak memory':44} {peak / 1024:.0f} MiB")


def answer(index: Index, question: str) -> str:
    return json.dumps(search_document(question, index, index.search(question), 0))


def questions_one_by_one(index: Index, questions: Sequence[str]) -> None:
    """A warm index: the whole answer, the encoder's pass alone, FAISS alone."""
    bare = BareEncoder(index, threads=1)
    whole, model, faiss = [], [], []
    for question in questions:
        tokens = bare.tokens(question)
        model.append(timed(bare, tokens))
        vector = embed([question], index.encoder, "query")
        faiss.append(timed(index.generation.faiss.search, vector, 10))
        whole.append(timed(answer, index, question))
    rest = [a - b for a, b in zip(whole, model, strict=True)]
    count = index.generation.manifest["counts"]["passages"]
    print(f"{f'one question, {count:,} passages':44} {told(whole, 'ms', 1000)}")
    print(f"{'  the encoder alone':44} {told(model, 'ms', 1000)}")
    print(f"{'  FAISS alone':44} {told(faiss, 'ms', 1000)}")
    print(f"{'  all but the encoder':44} {told(rest, 'ms', 1000)}")


def questions_at_once(index: Index, folder: Path, questions: Sequence[str]) -> None:
    """A server with 16 clients, and the encoder alone on all cores."""
    alone = []
    for threads, workers in ((1, os.cpu_count() or 1), (0, 1)):
        bare = BareEncoder(index, threads)
        tokens = [bare.tokens(question) for question in questions] * 10
        with ThreadPoolExecutor(workers) as pool:
            start = time.perf_counter()
            list(pool.map(bare, tokens))
            seconds = time.perf_counter() - start
        alone.append(len(tokens) / seconds)
    with subprocess.Popen(
        [*TIPQA, "serve", "--port", "0", "--index", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            address = server.stdout.readline().split()[-1]
            waited = asked_by_clients(address, questions)
        finally:
            server.terminate()
    print(f"{'the encoder alone on all cores':44} {max(alone):,.0f} a second")
    print(f"{f'{CLIENTS} clients':44} {len(waited) / SECONDS:,.0f} a second")
    print(f"{'  each waits':44} {told(waited, 'ms', 1000)}")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        body: bytes = response.read()
        return body


def asked_by_clients(address: str, questions: Sequence[str]) -> list[float]:
    """How long each answer took; an error of the server is raised."""
    end = time.perf_counter() + SECONDS

    def ask(client: int) -> list[float]:
        waited = []
        while time.perf_counter() < end:
            question = questions[(client * 31 + len(waited)) % len(questions)]
            url = f"{address}/v1/search?{urlencode({'q': question})}"
            waited.append(timed(fetch, url))
        return waited

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [seconds for client in pool.map(ask, range(CLIENTS)) for seconds in client]


def indexing(index: Index, passages: Sequence[str]) -> None:
    """Passages embedded as a build does, by the encoder alone, and by sentence-transformers."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    assert isinstance(index.encoder, SentenceEncoder)
    logging.disable_progress_bar()
    torch = SentenceTransformer(str(index.encoder.folder), device="cpu", local_files_only=True)
    torch.max_seq_length = index.encoder.max_tokens
    on_one, on_all = BareEncoder(index, 1), BareEncoder(index, 0)
    tokens = [on_one.tokens(text) for text in passages]

    def by_threads() -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(on_one, tokens))

    ways: dict[str, Callable[[], object]] = {
        "as a build does": lambda: embed(passages, index.encoder),
        "onnxruntime alone, a text a core": by_threads,
        "onnxruntime alone, a text on all cores": lambda: [on_all(t) for t in tokens],
    }
    for size in (1, 8, 32):
        ways[f"sentence-transformers, batches of {size}"] = partial(
            torch.encode, list(passages), batch_size=size
        )
    rounds = [{name: len(passages) / timed(act) for name, act in ways.items()} for _ in range(3)]
    for name in ways:
        print(f"{name:44} {told([speeds[name] for speeds in rounds], 'passages a second')}")


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
    longest = max(range(len(paragraphs)), key=lambda n: len(paragraphs[n]))
    none, one = [], []
    for number in range(5):
        none.append(timed(run, command))
        changed = [*paragraphs]
        changed[longest] = f"In round {number} this is new. {changed[longest]}"
        file.write_text("\n\n".join(changed), encoding="utf-8")
        one.append(timed(run, command))
    print(f"{'tipqa index, nothing changed':44} {told(none, 's')}")
    print(f"{'tipqa index, one paragraph changed':44} {told(one, 's')}")
    shutil.rmtree(own)
    shutil.rmtree(index)


def main() -> None:
    small, large, file, work = map(Path, sys.argv[1:])
    encoder = load_encoder()
    questions = [question.question for question in load_questions(file)]
    for corpus, name in ((small, "small"), (large, "large")):
        seconds = timed(build, [corpus], work / name, encoder)
        print(f"{f'to build or find {name}':44} {seconds:.3g} s", flush=True)
    commands(work / "small")
    index = open_index(work / "large", encoder)
    questions_one_by_one(index, questions)
    questions_at_once(index, work / "large", questions)
    some = range(0, index.generation.faiss.ntotal, index.generation.faiss.ntotal // 160)
    indexing(index, [embedded_text(passage) for passage in index.generation.store.passages(some)])
    refreshes(large, work / "large", work)


if __name__ == "__main__":
    main()
