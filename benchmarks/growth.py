"""How an index grows: build, size, opening, queries and memory by the number of passages.

    .venv/bin/python benchmarks/growth.py ../shared/data/profiles WORK [../shared/data]

Everything but the models: vectors are made up (by the text, so that they repeat), and the
reranker's scores too. Up to all profiles each text is real; with the third argument, human
rights reports and the World Factbook join them (68,000 passages). Beyond that the profiles are
repeated under other ids: read and cut once, and stored, counted and searched as if new.
Then FAISS's indexes beside the exact scan, over the vectors of REAL, an index of the profiles:

    .venv/bin/python benchmarks/growth.py vectors REAL QUESTIONS

Prints tables, and draws WORK/growth.svg where matplotlib is installed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np

from tipqa import index as indexing
from tipqa import open_index
from tipqa.chunk import passages
from tipqa.documents import search_document
from tipqa.embed import embed, load_encoder
from tipqa.questions import load_questions
from tipqa.readers import read
from tipqa.search import Index
from tipqa.types import FloatMatrix, FloatVector, Kind, Passage, Profile

SIZES = (4_000, 38_000, 68_000, 200_000, 1_000_000)
ASKED = 50  # questions of each kind of index
RECALLED = 100  # nearest passages that are to be found again
QUESTIONS = (
    "Are children made to beg in the streets?", "What is the penalty for forced labor?",
    "Who inspects farms in Nepal?", "How many victims were sheltered in 2019?",
    "child soldiers", "Which agencies enforce the minimum age for work in Ghana?",
    "Do girls work as domestic servants in Haiti?", "brick kilns", "gold mines",
    "Is there a hotline for victims in the Philippines?", "compulsory education age Peru",
    "cocoa", "What did the government of Uzbekistan do about cotton in 2018?",
)  # fmt: skip
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


class MadeUp:
    """An encoder whose vectors are random, the same for the same text."""

    name = fingerprint = "made-up"
    max_tokens = 256

    def __init__(self) -> None:
        self._real = load_encoder()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._real.count_tokens(texts)

    def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
        seeds = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]
        rows = [np.random.default_rng(int.from_bytes(seed)).standard_normal(384) for seed in seeds]
        return np.array(rows, dtype=np.float32)


class Untold:
    """A reranker that says nothing: each text is a little worse than the one before."""

    name = "untold"

    def score(self, query: str, texts: Sequence[str]) -> FloatVector:
        return np.linspace(2, -2, len(texts), dtype=np.float32)


def write_widened(shared: Path, place: Path) -> None:
    """The human rights reports and the factbook as profiles."""
    place.mkdir(parents=True, exist_ok=True)
    for file in (shared / "humanrights").glob("*.jsonl.gz"):
        for line in gzip.open(file, "rt", encoding="utf-8"):
            report = json.loads(line)
            paragraphs = [
                f"## {escaped(p['section'])}\n\n{escaped(p['text'])}"
                for p in report["paragraphs"]
                if p["text"].strip()
            ]
            name = report["country"].replace("-", " ").title()
            write(place / f"hr-{report['country']}.md", name, report["year"], paragraphs)
    for file in (shared / "factbook").glob("*.jsonl"):
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            path = place / f"fb-{row['code']}-{row['year']}.md"
            write(path, row["country"], row["year"], [escaped(row["text"])])


def escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def write(path: Path, country: str, year: int, paragraphs: Sequence[str]) -> None:
    front = f"---\ntitle: {json.dumps(f'{country} {year}')}\ncountry: {json.dumps(country)}\n"
    text = "\n\n".join(paragraphs)
    path.write_text(f"{front}edition: {year}\n---\n\n{text}\n", encoding="utf-8")


def repeat(profiles: Path, place: Path, times: int) -> None:
    """Each profile under several names, as links; `repeated` has each read once."""
    place.mkdir(parents=True, exist_ok=True)
    for number in range(times):
        for file in profiles.rglob("*.md"):
            link = place / f"{number:03}-{file.parent.name}-{file.name}"
            if not link.exists():
                os.link(file, link)


def repeated(kept: Path, encoder: MadeUp) -> None:
    """Have the build read and cut a profile once, whatever its copies are called.

    What was read and cut is kept in files, not in the memory that is measured.
    """
    kept.mkdir(exist_ok=True)

    def known(own: str, path: Path | None = None) -> tuple[Profile, list[Passage]]:
        file = kept / f"{own}.pickle"
        if path and not file.exists():
            profile = read(path, file=own)
            file.write_bytes(pickle.dumps((profile, passages(profile, encoder))))
        found: tuple[Profile, list[Passage]] = pickle.loads(file.read_bytes())
        return found

    def read_once(path: Path, name: str, settings: object) -> Profile:
        profile, _ = known(name[4:], path)
        identity = f"{profile.info.id}-{name[:3]}"
        return replace(profile, info=replace(profile.info, id=identity, file=name))

    def cut_once(profile: Profile, encoder: MadeUp) -> list[Passage]:
        _, cut = known(profile.info.file[4:])
        return [
            replace(p, profile=profile.info, id=f"{profile.info.id}#{p.id.partition('#')[2]}")
            for p in cut
        ]

    indexing.read_as = read_once  # type: ignore[attr-defined]
    indexing.passages = cut_once  # type: ignore[attr-defined]


def megabytes(kind: str) -> float:
    """VmHWM: the most memory of this process; VmRSS: what it holds."""
    return int(Path("/proc/self/status").read_text().split(kind)[1].split()[1]) / 1024


def processor(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def built(corpus: Sequence[Path], folder: Path, again: bool) -> dict[str, float]:
    """In a process of its own: a build, and its memory."""
    encoder = MadeUp()
    if again:
        repeated(folder.parent / "cut", encoder)
    seconds = processor(lambda: indexing.build(list(corpus), folder, encoder))
    most = megabytes("VmHWM")
    counts = open_index(folder, encoder, Untold()).generation.manifest["counts"]
    return {"passages": counts["passages"], "build_s": seconds, "build_mb": most}


def asked(folder: Path) -> dict[str, float]:
    """In a process of its own: opening, first and warm queries, memory."""
    encoder = MadeUp()
    opened: list[Index] = []
    report = {"open_s": processor(lambda: opened.append(open_index(folder, encoder, Untold())))}
    (index,) = opened
    report["warm_s"] = processor(index.warm_all)
    texts = [embed([question], encoder, "query")[0] for question in QUESTIONS]

    def ask(question: str) -> None:
        json.dumps(search_document(question, index, index.find(question), 0))

    took = [processor(lambda q=q: ask(q)) for _ in range(5) for q in QUESTIONS]
    exact = [processor(lambda v=v: index.generation.vectors @ v) for _ in range(3) for v in texts]
    place = index.generation.place
    sizes = {file.name: file.stat().st_size / 1e6 for file in place.iterdir()}
    return report | {
        "query_ms": 1000 * statistics.median(took),
        "query_p95_ms": 1000 * float(np.quantile(took, 0.95)),
        "dense_ms": 1000 * statistics.median(exact),
        "served_mb": megabytes("VmRSS"),
        "disk_mb": sum(sizes.values()),
        "vectors_mb": sizes["passages.faiss"],
    }


def grow(profiles: Path, work: Path, shared: Path | None, sizes: Sequence[int]) -> None:
    kept = work / "growth.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for size in sizes:
        again = size > SIZES[2]
        corpus = [profiles / "dol-2020" if size == SIZES[0] else profiles]
        if size == SIZES[2]:
            if shared is None:
                continue
            write_widened(shared, work / "widened")
            corpus.append(work / "widened")
        if again:
            corpus = [work / f"repeated-{size}"]
            repeat(profiles, corpus[0], round(size / SIZES[1]))
        folder = work / f"index-{size}"
        result: dict[str, float] = {}
        for what in (["built", str(int(again)), *map(str, corpus)], ["asked"]):
            command = [sys.executable, __file__, what[0], str(folder), *what[1:]]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            done = subprocess.run(
                command, check=True, stdout=subprocess.PIPE, text=True, env=environment
            )
            result |= json.loads(done.stdout)
        results[str(size)] = result
        kept.write_text(json.dumps(results, indent=1))
        print(size, json.dumps(result), flush=True)
    print(table(results))
    draw(results, work / "growth.svg")


COLUMNS = {
    "passages": ("passages", ",.0f"), "build_s": ("build, s", ",.0f"),
    "build_mb": ("build, MB", ",.0f"), "disk_mb": ("on disk, MB", ",.0f"),
    "open_s": ("to open, s", ".1f"), "warm_s": ("to warm, s", ".1f"),
    "served_mb": ("served, MB", ",.0f"), "query_ms": ("query, ms: p50", ".1f"),
    "query_p95_ms": ("p95", ".1f"), "dense_ms": ("of it the exact scan", ".1f"),
}  # fmt: skip


def table(results: dict[str, dict[str, float]]) -> str:
    rows = [
        f"| {' | '.join(name for name, _ in COLUMNS.values())} |",
        "|---" * len(COLUMNS) + "|",
    ]
    for result in sorted(results.values(), key=lambda r: r["passages"]):
        cells = [format(result[key], form) for key, (_, form) in COLUMNS.items()]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def draw(results: dict[str, dict[str, float]], file: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        print("no matplotlib: no plot")
        return
    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "growth", "svg.fonttype": "none"}
    from matplotlib import pyplot

    rows = sorted(results.values(), key=lambda r: r["passages"])
    count = [row["passages"] for row in rows]
    figure, axes = pyplot.subplots(1, 3, figsize=(10, 3), layout="constrained")
    for axis, unit, lines in zip(
        axes,
        ("s of processor time", "ms of processor time", "MB"),
        (
            {"build": "build_s", "open": "open_s"},
            {"query": "query_ms", "exact scan": "dense_ms"},
            {"build": "build_mb", "served": "served_mb", "on disk": "disk_mb"},
        ),
        strict=True,
    ):
        for name, key in lines.items():
            axis.loglog(count, [row[key] for row in rows], marker="o", markersize=3, label=name)
        axis.set_xlabel("passages")
        axis.set_ylabel(unit)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    figure.savefig(file, metadata={"Date": None})


def kinds_of_index(real: Path, questions: Path) -> None:
    """Exact scan, IVF and HNSW over the real vectors, moved a little where they repeat."""
    faiss.omp_set_num_threads(1)
    encoder = load_encoder()
    index = open_index(real, encoder)
    own = np.array(index.generation.vectors)
    texts = [question.question for question in load_questions(questions)][:ASKED]
    queries = np.concatenate([embed([text], index.encoder, "query") for text in texts])
    print("| passages | | built, s | MB | recall@100 | query, ms |\n|---|---|---|---|---|---|")
    for size in (len(own), 200_000, 1_000_000):
        vectors = moved(own, size)
        took, truth = [], []
        for query in queries:
            start = time.process_time()
            scores = vectors @ query
            nearest = np.argpartition(scores, -RECALLED)[-RECALLED:]
            took.append(time.process_time() - start)
            truth.append(set(nearest.tolist()))
        row(size, "exact", 0, vectors.nbytes, 1.0, took)
        for name, made, seconds, widths, widen in indexes(vectors):
            held = len(faiss.serialize_index(made))
            for width in widths:
                widen(made, width)
                took, recall = [], []
                for query, true in zip(queries, truth, strict=True):
                    start = time.process_time()
                    _, rows = made.search(query[None], RECALLED)
                    took.append(time.process_time() - start)
                    recall.append(len(true.intersection(rows[0].tolist())) / RECALLED)
                row(size, f"{name} {width}", seconds, held, float(np.mean(recall)), took)
                if np.mean(recall) >= 0.99:
                    break
            del made


def row(
    size: int, name: str, seconds: float, held: int, recall: float, took: Sequence[float]
) -> None:
    print(
        f"| {size:,} | {name} | {seconds:.0f} | {held / 1e6:,.0f} | {recall:.3f} "
        f"| {1000 * statistics.median(took):.1f} |",
        flush=True,
    )


def moved(own: FloatMatrix, size: int) -> FloatMatrix:
    """As many vectors as wanted, each a real one moved at random, as far as its neighbours are."""
    if size == len(own):
        return own
    random = np.random.default_rng(2020)
    vectors = np.empty((size, own.shape[1]), dtype=np.float32)
    for start in range(0, size, len(own)):
        some = own[: size - start]
        noise = random.standard_normal(some.shape, dtype=np.float32) * (0.5 / own.shape[1] ** 0.5)
        vectors[start : start + len(some)] = some + (noise if start else 0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def indexes(vectors: FloatMatrix) -> Iterator[tuple]:
    """FAISS's two usual kinds, with the time to build each and how it is widened."""
    count, length = vectors.shape
    lists = int(count**0.5)

    def probe(made: faiss.IndexIVF, width: int) -> None:
        made.nprobe = width

    def search(made: faiss.IndexHNSW, width: int) -> None:
        made.hnsw.efSearch = width

    ivf = faiss.IndexIVFFlat(faiss.IndexFlatIP(length), length, lists, faiss.METRIC_INNER_PRODUCT)
    some = vectors[np.random.default_rng(1).permutation(count)[: 40 * lists]]
    seconds = processor(lambda: (ivf.train(some), ivf.add(vectors)))
    yield f"IVF of {lists:,}, nprobe", ivf, seconds, (8, 16, 32, 64, 128, 256), probe
    if count <= 200_000:  # a million takes as long to build as all the rest
        hnsw = faiss.IndexHNSWFlat(length, 32, faiss.METRIC_INNER_PRODUCT)
        seconds = processor(lambda: hnsw.add(vectors))
        yield "HNSW of 32, efSearch", hnsw, seconds, (100, 200, 400, 800), search


def main() -> None:
    if sys.argv[1] == "vectors":
        kinds_of_index(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "built":
        folder, again, *corpus = sys.argv[2:]
        print(json.dumps(built([Path(path) for path in corpus], Path(folder), again == "1")))
    elif sys.argv[1] == "asked":
        print(json.dumps(asked(Path(sys.argv[2]))))
    else:
        profiles, work = map(Path, sys.argv[1:3])
        work.mkdir(parents=True, exist_ok=True)
        shared = Path(sys.argv[3]) if len(sys.argv) > 3 else None
        grow(profiles, work, shared, [int(size) for size in sys.argv[4:]] or SIZES)


if __name__ == "__main__":
    main()
