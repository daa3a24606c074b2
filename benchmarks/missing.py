"""How long a desk of many inquiries takes: similar ones, and counting what is missing.

python benchmarks/missing.py [--index index] [--inquiries 10000] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tipqa.answer import answer
from tipqa.search import open_index
from tipqa_desk.database import open_desk
from tipqa_desk.missing import count, groups
from tipqa_desk.models import Inquiry, now
from tipqa_desk.settings import Settings
from tipqa_desk.similar import similar

ASKED = "Which shelters take in victims of trafficking in Peru?"
TIMES = 50


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--index", default="index")
    parser.add_argument("--inquiries", type=int, default=10_000)
    parser.add_argument("--database", help="of PostgreSQL; else SQLite in a folder of its own")
    given = parser.parse_args()
    index = open_index(given.index)
    encoder = index.encoder
    vectors = np.random.default_rng(0).standard_normal(
        (given.inquiries, encoder.encode([ASKED], "query").shape[1]), dtype=np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(Settings(desk=Path(folder), desk_database=given.database))
        with desk.session() as session:
            for number, vector in enumerate(vectors):
                session.add(
                    Inquiry(
                        reference=f"{number:012}", state="answered", answered=now(),
                        question=ASKED * 5, restated=ASKED, draft="A draft. " * 300,
                        packet={"answer": "An answer. " * 1500},
                        vector=vector.tobytes(), vector_by=encoder.fingerprint,
                    )
                )  # fmt: skip
            asked = Inquiry(reference="asked", question=ASKED, restated=ASKED)
            session.add(asked)
        with desk.session() as session:
            one = session.get_one(Inquiry, asked.id)
            similar(session, index, one)
            show("similar", lambda n: similar(session, index, one))
        found = answer(index, ASKED)
        count(desk, index, ASKED, found)
        show("one encoding", lambda n: encoder.encode([f"{ASKED} {n}"], "query"))
        show("counting", lambda n: count(desk, index, f"{ASKED} {n}", found))
        with desk.session() as session:
            show("groups", lambda n: groups(session, "2020-01", "2030-01"))
        desk.close()


def show(name: str, run: Callable[[int], object]) -> None:
    """The median and the 95th percentile of TIMES runs, in milliseconds."""
    took = []
    for n in range(TIMES):
        start = time.perf_counter()
        run(n)
        took.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(took, [50, 95])
    print(f"{name:14} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")


if __name__ == "__main__":
    main()
