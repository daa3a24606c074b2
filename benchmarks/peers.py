"""tipqa beside other libraries: the same encoder, documents, questions and machine, in one run.

    .venv/bin/python benchmarks/peers.py ../shared/data/profiles/dol-2020 \
        ../shared/data/questions/dev-2020.jsonl ../shared/data/retrieval/scifact WORK [NAME…]

Sets each one up under WORK, in a virtual environment of its own that sees this one's packages
(so all run the same torch and sentence-transformers), and has it index, search and refresh in
a process of its own (peer.py). What doesn't install, or fails, is told of. The documents are
embedded once: their vectors are the same for all, and others' index times are without that.
Takes a quarter of an hour. NAMEs run only some, in this order; results of the others stay.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from peer import PEERS, timed
from scifact import write_beir
from tipqa.beir import load_queries, write_profiles
from tipqa.chunk import embedded_text, passages
from tipqa.corpus import corpus_files
from tipqa.embed import embed, load_encoder
from tipqa.evaluate import Measure, mean, measure
from tipqa.questions import Question, folded, load_questions
from tipqa.readers import read

REQUIRED = {
    "tipqa": (),
    "llama-index-core": ("llama-index-core", "llama-index-embeddings-huggingface"),
    "haystack-ai": ("haystack-ai", "sentence-transformers-haystack"),
    "chromadb": ("chromadb",),
    "txtai": ("txtai",),
    "paper-qa": ("paper-qa",),
}
ENVIRONMENT = {
    **os.environ,
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",  # two threads wait for each other where cores are shared
}
SOME = 3  # SciFact: each third query


def set_up(name: str, work: Path) -> tuple[str, str]:
    """The interpreter that has a library, and the version; an error says why there is none."""
    required = REQUIRED[name.split(",")[0]]
    if not required:
        return sys.executable, ""
    place = work / "environments" / required[0]
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        (packages,) = place.glob("lib/python*/site-packages")
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "shared.pth").write_text("\n".join(ours) + "\n")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "install", "-q", *required], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"doesn't install: {done.stderr.strip().splitlines()[-1]}")
    shown = subprocess.run([*pip, "show", required[0]], capture_output=True, text=True).stdout
    return str(python), shown.split("Version: ")[1].split()[0]


def write_set(folder: Path, documents: Sequence[dict[str, str]], queries: Sequence[str]) -> None:
    lines = (json.dumps(document, ensure_ascii=False) + "\n" for document in documents)
    (folder / "documents.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    encoder = load_encoder()
    (folder / "encoder").write_text(str(encoder.folder))
    encoder.export(folder / "encoder.onnx")
    texts = [document["text"] for document in documents]
    vectors, took = timed(embed, texts, encoder.run_from(folder / "encoder.onnx"))
    print(f"{folder.name}: {len(texts):,} embedded as tipqa does in {both(took, 1, '.0f')} s")
    (folder / "vectors.pickle").write_bytes(pickle.dumps(dict(zip(texts, vectors, strict=True))))


def write_profiles_set(profiles: Path, questions: Sequence[Question], folder: Path) -> None:
    """Each passage is a document, its country and section before it."""
    shutil.copytree(profiles, folder / "files", dirs_exist_ok=True)
    encoder = load_encoder()
    documents = [
        {"id": p.id, "file": p.profile.file, "text": embedded_text(p), "body": p.text}
        for file, name in corpus_files([folder / "files"])
        for p in passages(read(file, file=name), encoder)
    ]
    write_set(folder, documents, [question.question for question in questions])


def write_scifact_set(beir: Path, questions: Sequence[Question], folder: Path) -> None:
    """Each abstract is a document, its title before it."""
    (folder / "files").mkdir(exist_ok=True)
    files = write_profiles(beir, folder / "files")
    documents = [
        {
            "id": file,
            "file": file,
            "text": f"{folded(row['title'])}. {folded(row['text'])}",
            "body": folded(row["text"]),
        }
        for file, row in files.items()
    ]
    write_set(folder, documents, [question.question for question in questions])


def measured(folder: Path, ids: Sequence[Sequence[str]], questions: Sequence[Question]) -> list:
    """nDCG@10 and hit@5."""
    known = {}
    for line in (folder / "documents.jsonl").open(encoding="utf-8"):
        document = json.loads(line)
        known[document["id"]] = document["file"], document["body"]

    def passage(identity: str) -> SimpleNamespace:
        file, _, text = identity.partition("\0")
        if not text:
            file, text = known[identity]
        return SimpleNamespace(text=text, profile=SimpleNamespace(file=file))

    values = [
        measure([passage(identity) for identity in found], question)
        for found, question in zip(ids, questions, strict=True)
    ]
    return [mean([row[place] for row in values]) for place in (0, 1)]


def run(python: str, name: str, folder: Path, what: str) -> tuple[dict, list[float]]:
    """What a system's process prints, and its seconds: by the clock, of the processor."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [python, str(Path(__file__).parent / "peer.py"), name, str(folder), what],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise RuntimeError(f"fails: {(ended.stderr.strip() or '?').splitlines()[-1][:200]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(ended.stdout.splitlines()[-1]), [seconds, processor]


def table(results: dict[str, dict]) -> str:
    """One row a way of searching; times are processor time, and by the clock in brackets."""
    columns = (
        "nDCG@10, dev-2020", "hit@5", "nDCG@10, SciFact", "hit@5", "query, ms: p50", "p95",
        "index, s", "refresh, s", "cold, s", "cold, MB",
    )  # fmt: skip
    rows = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, result in results.items():
        if "error" in result:
            blank = " |" * (len(columns) - 1)
            rows.append(f"| {name} {result['version']} | {result['error']} |{blank}")
            continue
        sets = result["sets"]
        one = sets["dev-2020"]
        for way, its_own in one["ways"].items():
            cells = [" ".join(filter(None, (name, result["version"], way and f"({way})")))]
            for kind in ("dev-2020", "scifact"):
                cells += sets[kind]["ways"][way]["measures"] if kind in sets else ["", ""]
            cells += [both(quantile, 1000, ".0f") for quantile in its_own["quantiles"]]
            if way:  # the same index
                cells += [""] * 4
            else:
                cells += [both(one["index"], 1, ".0f"), both(one["refresh"], 1, ".2f")]
                cells += [both(one["cold"], 1, ".1f")]
                cells += [f"{one['cold_mb']:.0f}"]
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def both(seconds: Sequence[float], factor: float, form: str) -> str:
    by_clock, of_processor = (format(factor * value, form) for value in seconds)
    return f"{of_processor} ({by_clock})"


def shown(m: Measure) -> str:
    return f"{m.mean:.3f} [{m.low:.3f}, {m.high:.3f}]"


def main() -> None:
    profiles, file, scifact, work = map(Path, sys.argv[1:5])
    work.mkdir(parents=True, exist_ok=True)
    beir = work / "beir"
    write_beir(scifact, beir)
    questions = {
        "dev-2020": [question for question in load_questions(file) if question.answerable],
        "scifact": load_queries(beir)[::SOME],
    }
    for kind, asked in questions.items():
        (work / kind).mkdir(exist_ok=True)
        if not (work / kind / "queries.json").exists():
            if kind == "scifact":
                write_scifact_set(beir, asked, work / kind)
            else:
                write_profiles_set(profiles, asked, work / kind)
    kept = work / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for kind, asked in questions.items():
        for name in sys.argv[5:] or PEERS:
            if kind == "scifact" and "," in name:  # an abstract is one piece
                continue
            result = results.setdefault(name, {"version": "", "sets": {}})
            try:
                python, result["version"] = set_up(name, work)
                result["sets"][kind] = report = one(python, name, work / kind, asked)
                print(name, result["version"], kind, json.dumps(report), flush=True)
            except RuntimeError as error:
                result["error"] = str(error)
                print(name, error, flush=True)
            kept.write_text(json.dumps(results, indent=1))
    print(table(results))


def one(python: str, name: str, folder: Path, asked: Sequence[Question]) -> dict:
    """What one system does on one set of documents."""
    clear(folder / name.replace(", ", "-").replace(" ", "-"))
    report, _ = run(python, name, folder, "build")
    colds = [run(python, name, folder, "cold") for _ in range(3)]
    report["cold"] = np.median([took for _, took in colds], axis=0).tolist()
    report["cold_mb"] = colds[0][0]["peak_mb"]
    for way in report["ways"].values():
        way["measures"] = [shown(m) for m in measured(folder, way.pop("found"), asked)]
        way["quantiles"] = np.quantile(way.pop("took"), (0.5, 0.95), axis=0).tolist()
    return report


def clear(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
