"""A generation is whole or isn't there; only what changed is embedded again."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from tipqa.embed import HashedWords
from tipqa.errors import CorpusError, GenerationError
from tipqa.index import build
from tipqa.search import open_index
from tipqa.types import FloatMatrix, Kind, Profile


class Counting(HashedWords):
    """Keeps what it was given to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def encode(self, texts: Sequence[str], kind: Kind) -> FloatMatrix:
        self.given += texts
        return super().encode(texts, kind)


@pytest.fixture
def own_corpus(corpus: Path, tmp_path: Path) -> Path:
    """A copy of the corpus that a test may change."""
    return Path(shutil.copytree(corpus, tmp_path / "corpus"))


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())


def test_a_refresh_embeds_only_what_changed(own_corpus: Path, tmp_path: Path) -> None:
    """One paragraph of five changes: one text is encoded, and the vectors stay right."""
    encoder = Counting()
    first = build([own_corpus], tmp_path / "i", encoder)
    assert (first.profiles, first.passages, first.embedded) == (3, 5, 5)

    encoder.given.clear()
    again = build([own_corpus], tmp_path / "i", encoder)
    assert (again.changed, again.generation, encoder.given) == (False, first.generation, [])

    norway = own_corpus / "norway.md"
    norway.write_text(norway.read_text().replace("forced begging", "forced marriage"))
    changed = build([own_corpus], tmp_path / "i", encoder)
    assert changed.generation != first.generation
    assert encoder.given == ["Norway. Law. Nobody keeps count of forced marriage."]

    build([own_corpus], tmp_path / "fresh", HashedWords())
    refreshed = open_index(tmp_path / "i", HashedWords()).search("forced marriage", 5)
    assert refreshed == open_index(tmp_path / "fresh", HashedWords()).search("forced marriage", 5)


def content(folder: Path) -> dict[str, object]:
    """All that an index holds, but for the numbers of rows that don't show, and times."""
    index = open_index(folder, HashedWords())
    store, vectors = index.generation.store, index.generation.faiss
    profiles = store.profiles()
    with closing(sqlite3.connect(index.generation.place / "tipqa.sqlite")) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in tables}
    manifest = index.generation.manifest
    return {
        "profiles": [store.profile(info.id) for info in profiles],
        "sources": store.sources(),
        "passages": store.passages(range(vectors.ntotal)),
        "vectors": vectors.reconstruct_n(0, vectors.ntotal).tolist(),
        "keys": store.keys(),
        "rows": rows,
        "manifest": {key: manifest[key] for key in ("corpus", "counts", "too_long")},
        "reading": {
            path: {key: value for key, value in read.items() if key not in ("added", "since")}
            for path, read in manifest["reading"].items()
        },
        "hits": index.search("nets and boats of fish farms", 100),
    }


NETS = """---
country: Kenya
edition: 2020
---

Nets are torn.[^1] Nobody mends them.

Boats are old.[^2]

[^1]: Fishers' Union. Nets and Boats. 2019. https://example.org/nets
[^2]: Labour Inspectorate. Annual Report. 2023. https://example.org/report
"""


@pytest.mark.parametrize(
    ("file", "before", "after", "others_are_read"),
    [
        ("kenya.md", "Nobody mends them.", "Children mend them.", False),
        ("kenya.md", "Boats are", "Some sing.[^1]\n\n## Boats\n\nMany do.\n\nBoats are", False),
        ("kenya.md", "Nets are torn.[^1] Nobody mends them.\n\n", "", False),
        ("kenya.md", "Boats are old.[^2]", "Boats are old.[^1][^9]", False),
        ("norway.md", "Nobody", "Somebody", False),
        ("kenya.md", "/report", "/another-report", True),
        ("kenya.md", "[^1]: Fishers' Union.", "[^1]: Nobody's Union.", True),
        ("kenya.md", "country: Kenya", "country: Chile", True),
        ("kenya.md", "edition: 2020", "edition: 2021\nurl: https://example.org", True),
        ("chile.md", "Chile: an example, 2022", "Another example", True),
        ("added.md", "", "---\ncountry: Kenya\nedition: 2020\n---\nA second one.", True),
    ],
)
def test_a_refresh_gives_what_a_build_from_nothing_gives(
    own_corpus: Path, tmp_path: Path, file: str, before: str, after: str, others_are_read: bool
) -> None:
    """Whatever changes; files that did not are read again only where it touches them."""
    (own_corpus / "kenya.md").write_text(NETS)
    build([own_corpus], tmp_path / "i", HashedWords())
    path = own_corpus / file
    written = path.read_text() if path.exists() else ""
    assert before in written
    path.write_text(written.replace(before, after, 1) or after)
    stages = set()
    built = build(
        [own_corpus], tmp_path / "i", HashedWords(), progress=lambda stage, *_: stages.add(stage)
    )
    assert ("read" in stages) == others_are_read
    fresh = build([own_corpus], tmp_path / "fresh", HashedWords())
    assert replace(built, embedded=0, generation="") == replace(fresh, embedded=0, generation="")

    assert content(tmp_path / "i") == content(tmp_path / "fresh")


def test_some_of_many_files_change(tmp_path: Path) -> None:
    """Twelve times some of eight files get more paragraphs or fewer: each has its own."""
    chance = random.Random(4)
    folder = tmp_path / "corpus"
    folder.mkdir()

    def rewrite(number: int) -> None:
        paragraphs = (f"Case {chance.random()} of {number}." for _ in range(chance.randint(1, 5)))
        front = f"---\ncountry: Kenya\nedition: {2000 + number}\n---\n"
        (folder / f"{number}.md").write_text(front + "\n\n".join(paragraphs))

    for number in range(8):
        rewrite(number)
    build([folder], tmp_path / "i", HashedWords())
    for _ in range(12):
        for number in chance.sample(range(8), chance.randint(1, 4)):
            rewrite(number)
        build([folder], tmp_path / "i", HashedWords())
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        build([folder], tmp_path / "fresh", HashedWords())
        assert content(tmp_path / "i") == content(tmp_path / "fresh")


def test_a_profile_is_let_go_once_it_is_written(own_corpus: Path, tmp_path: Path) -> None:
    """So the memory of a build doesn't grow with its files' number."""
    for year in range(1990, 2010):
        (own_corpus / f"kenya-{year}.md").write_text(NETS.replace("2020", str(year)))
    gc.collect()
    before = sum(type(thing) is Profile for thing in gc.get_objects())
    held = []

    def look(stage: str, done: int, total: int) -> None:
        held.append(sum(type(thing) is Profile for thing in gc.get_objects()) - before)

    built = build([own_corpus], tmp_path / "i", HashedWords(), progress=look)
    assert built.profiles == 23
    assert max(held) <= 2


def test_the_fullest_record_of_a_source_stands_for_it(own_corpus: Path, tmp_path: Path) -> None:
    """Whichever profile has it, it is kept once; of two that say as much the first."""
    report = "Fishers' Union. Nets and Boats. 2019"
    for name, more in (("a", ""), ("b", ". https://example.org/nets"), ("c", ". https://b.org/x")):
        front = f"---\ncountry: Kenya\nid: {name}\n---\n"
        (own_corpus / f"{name}.md").write_text(f"{front}Torn.[^1]\n\n[^1]: {report}{more}\n")
    build([own_corpus], tmp_path / "i", HashedWords())
    store = open_index(tmp_path / "i", HashedWords()).generation.store
    (found,) = (source for source, *_ in store.sources() if source.title == "Nets and Boats")
    assert found.url == "https://example.org/nets"


def test_two_generations_are_kept(own_corpus: Path, tmp_path: Path) -> None:
    """The current one and the one before it; what a killed build left goes."""
    folder = tmp_path / "i"
    names = []
    for year in (2001, 2002, 2003):
        (own_corpus / "chile.md").write_text(f"---\ncountry: CL\nedition: {year}\n---\nGrapes.")
        names.append(build([own_corpus], folder, HashedWords()).generation)
        (folder / ".building-left").mkdir()
    assert generations(folder) == sorted(names[1:])
    build([own_corpus], folder, HashedWords())
    assert not list(folder.glob(".building-*"))
    assert (folder / "CURRENT").read_text().strip() == names[-1]


def test_what_a_killed_build_left_goes_with_the_next(own_corpus: Path, tmp_path: Path) -> None:
    """One that was killed after the new generation became current, or just before."""
    folder = tmp_path / "i"
    first = build([own_corpus], folder, HashedWords()).generation
    for name in ("orphan-1", "orphan-2"):
        shutil.copytree(folder / "generations" / first, folder / "generations" / name)
    assert not build([own_corpus], folder, HashedWords()).changed
    assert len(generations(folder)) == 2

    (own_corpus / "chile.md").write_text("---\ncountry: CL\nedition: 2001\n---\nGrapes.")
    second = build([own_corpus], folder, HashedWords()).generation
    assert generations(folder) == sorted([first, second])


def test_an_unreadable_file_leaves_the_old_index_whole(own_corpus: Path, tmp_path: Path) -> None:
    """It is named; with skip_unreadable the others go in and it is told of."""
    folder = tmp_path / "i"
    first = build([own_corpus], folder, HashedWords())
    (own_corpus / "broken.md").write_bytes(b"fine\n\xff")
    with pytest.raises(CorpusError, match=r"broken\.md:2: is not UTF-8"):
        build([own_corpus], folder, HashedWords())
    assert open_index(folder, HashedWords()).generation.name == first.generation

    (own_corpus / "more.md").write_text("---\ncountry: Kenya\nedition: 2020\n---\nTea pickers.")
    built = build([own_corpus], folder, HashedWords(), skip_unreadable=True)
    assert (built.profiles, len(built.skipped)) == (4, 1)
    again = build([own_corpus], folder, HashedWords(), skip_unreadable=True)
    assert (again.changed, again.skipped) == (False, built.skipped)


def test_flaws_do_not_stop_a_build(tmp_path: Path) -> None:
    """A marker without a note, a label defined twice, an unknown country: counted, not refused."""
    (tmp_path / "a.md").write_text(
        "---\ncountry: Atlantis\nedition: 2020\n---\nGangs.[^9] Nets.[^1]\n\n[^1]: A.\n[^1]: B.\n"
    )
    built = build([tmp_path / "a.md"], tmp_path / "i", HashedWords())
    assert built.problems == 3
    hit = open_index(tmp_path / "i", HashedWords()).search("nets", 1)[0]
    assert [c.note.text for c in hit.citations] == ["A."]


def test_two_profiles_of_one_id_both_go_in(tmp_path: Path) -> None:
    """The second gets a number, so that neither is lost."""
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(f"---\ncountry: Chile\nedition: 2020\n---\nText of {name}.")
    build([tmp_path / "a.md", tmp_path / "b.md"], tmp_path / "i", HashedWords())
    profiles = open_index(tmp_path / "i", HashedWords()).generation.store.profiles()
    assert [(p.id, p.file) for p in profiles] == [("chile-2020", "a.md"), ("chile-2020-2", "b.md")]


@pytest.mark.parametrize("file", ["passages.faiss", "tipqa.sqlite", "manifest.json"])
@pytest.mark.parametrize("harm", ["truncate", "flip", "remove"])
def test_damaged_files_are_refused(
    index_folder: Path, tmp_path: Path, file: str, harm: str
) -> None:
    """Each file of a generation is held against its digest before it is used."""
    folder = Path(shutil.copytree(index_folder, tmp_path / "i"))
    path = next(folder.glob(f"generations/*/{file}"))
    data = bytearray(path.read_bytes())
    if harm == "remove":
        path.unlink()
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data[:-1] if harm == "truncate" else data)
    with pytest.raises(GenerationError, match=r"(?s)tipqa index"):
        open_index(folder, HashedWords())


def test_another_encoder_is_refused(index_folder: Path) -> None:
    """The message names both, and the remedy."""

    class Other(HashedWords):
        name = "other-words"
        fingerprint = "other-words-1"

    with pytest.raises(GenerationError, match=r"hashed-words.*other-words.*TIPQA_ENCODER"):
        open_index(index_folder, Other())


def test_an_index_of_another_format_is_refused(index_folder: Path, tmp_path: Path) -> None:
    """An index of a later tipqa isn't misread."""
    folder = Path(shutil.copytree(index_folder, tmp_path / "i"))
    place = next((folder / "generations").iterdir())
    manifest = json.loads((place / "manifest.json").read_text())
    written = json.dumps({**manifest, "format": 999})
    (place / "manifest.json").write_text(written)
    name = hashlib.sha256(written.encode()).hexdigest()[:16]
    place.rename(place.with_name(name))
    (folder / "CURRENT").write_text(name)
    with pytest.raises(GenerationError, match="format 999"):
        open_index(folder, HashedWords())


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    """A folder that is missing or empty isn't an empty index."""
    with pytest.raises(GenerationError, match=r"holds no index\. Build one with: tipqa index"):
        open_index(tmp_path / "nowhere", HashedWords())


def test_one_build_at_a_time(own_corpus: Path, tmp_path: Path) -> None:
    """A second build is told of the first instead of mixing with it."""
    (tmp_path / "i").mkdir()
    with FileLock(tmp_path / "i" / ".lock"), pytest.raises(GenerationError, match="another"):
        build([own_corpus], tmp_path / "i", HashedWords())


def test_stale_where_the_corpus_has_changed(own_corpus: Path, tmp_path: Path) -> None:
    """A changed, an added and a removed file are seen; without the corpus nobody knows."""
    build([own_corpus], tmp_path / "i", HashedWords())

    def stale() -> bool | None:
        return open_index(tmp_path / "i", HashedWords()).generation.stale

    assert stale() is False
    chile = own_corpus / "chile.md"
    written = chile.read_text()
    os.utime(chile, (1, 1))
    assert stale() is False
    chile.write_text(written.replace("vineyards", "orchards"))
    assert stale() is True
    chile.write_text(written)
    (own_corpus / "new.md").write_text("Text.")
    assert stale() is True
    (own_corpus / "new.md").unlink()
    assert stale() is False
    chile.unlink()
    assert stale() is True
    shutil.rmtree(own_corpus)
    assert stale() is None


def test_the_database_refers_to_what_is_there(index_folder: Path) -> None:
    """SQLite finds no row that points nowhere."""
    with sqlite3.connect(next(index_folder.glob("generations/*/tipqa.sqlite"))) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert (
            db.execute(
                "SELECT sentence.row FROM sentence LEFT JOIN passage"
                " ON passage.paragraph = sentence.paragraph AND sentence.first >= passage.first"
                " AND sentence.last <= passage.last"
                " GROUP BY sentence.row HAVING count(passage.row) != 1"
            ).fetchall()
            == []
        )  # each sentence is in exactly one passage
    db.close()


MAIN = "from tipqa.cli import main; main()"


def run_index(corpus: Path, folder: Path, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAIN, "index", str(corpus), "--index", str(folder)]
    return subprocess.Popen(
        [*command, "--encoder", "hashed-words"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("most", [1, 4_096, 40_000])
def test_a_full_disk_leaves_the_old_index_whole(
    own_corpus: Path, tmp_path: Path, most: int
) -> None:
    """A disk that takes no more (here: a limit on file size) gives one line and exit 2."""
    folder = tmp_path / "i"
    first = build([own_corpus], folder, HashedWords())
    (own_corpus / "chile.md").write_text("---\ncountry: CL\nedition: 2023\n---\nGrapes.")
    process = run_index(
        own_corpus,
        folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2, told
    assert len(told.splitlines()) == 1
    assert f"{folder}: can't be written" in told
    assert open_index(folder, HashedWords()).generation.name == first.generation
    assert not list(folder.glob(".building-*"))


def test_killed_at_any_moment_the_former_generation_answers(
    own_corpus: Path, tmp_path: Path
) -> None:
    """Kill -9 at 24 random moments of a build; after each the index opens and answers."""
    for number in range(60):  # so that the build itself takes a while
        paragraphs = "\n\n".join(f"Paragraph {n} tells of case {n * number}." for n in range(80))
        (own_corpus / f"kenya-{number}.md").write_text(
            f"---\ncountry: Kenya\nedition: {1950 + number}\n---\n{paragraphs}"
        )
    folder = tmp_path / "i"
    build([own_corpus], folder, HashedWords())
    chile = own_corpus / "chile.md"
    start = time.monotonic()
    chile.write_text("---\ncountry: CL\nedition: 1990\n---\nYear 1990.")
    with run_index(own_corpus, folder) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    whole = time.monotonic() - start

    chance = random.Random(2)
    killed = 0
    current = open_index(folder, HashedWords()).generation.name
    for year in range(1950, 2020):
        chile.write_text(
            f"---\ncountry: CL\nedition: {year - year % 2}\n---\nYear {year}."
        )  # every other time, text alone
        with run_index(own_corpus, folder) as process:
            time.sleep(chance.choice([chance.uniform(0.2, 1), chance.uniform(0.8, 1)]) * whole)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        whole *= 1 if process.returncode else 0.9  # it was faster than the one that was timed
        index = open_index(folder, HashedWords())
        texts = {hit.passage.text for hit in index.search("Year of grapes", 1000)}
        if index.generation.name == current:
            assert f"Year {year}." not in texts
        else:  # it was done, but for the clearing away
            assert f"Year {year}." in texts
            current = index.generation.name
        if killed == 24:
            break
    assert killed == 24
    assert build([own_corpus], folder, HashedWords()).passages == 60 * 80 + 5
    assert len(generations(folder)) <= 2
