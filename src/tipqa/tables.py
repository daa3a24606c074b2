"""The tables of a generation's database, and how they are filled.

A passage's row number is its row in the FAISS index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from tipqa.sources import fullest
from tipqa.types import Passage, Profile, ProfileInfo

_SCHEMA = """
CREATE TABLE profile (row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL,
  country TEXT, country_name TEXT, edition INTEGER, file TEXT NOT NULL, url TEXT,
  regions TEXT NOT NULL, inferred TEXT NOT NULL, extra TEXT NOT NULL);
CREATE TABLE section (row INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile,
  path TEXT NOT NULL, UNIQUE (profile, path));
CREATE TABLE paragraph (row INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile,
  section INTEGER NOT NULL REFERENCES section, number INTEGER NOT NULL, text TEXT NOT NULL,
  line INTEGER, UNIQUE (profile, number));
CREATE TABLE sentence (row INTEGER PRIMARY KEY, paragraph INTEGER NOT NULL REFERENCES paragraph,
  first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE (paragraph, first));
CREATE TABLE passage (row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL,
  paragraph INTEGER NOT NULL REFERENCES paragraph, first INTEGER NOT NULL, last INTEGER NOT NULL,
  tokens INTEGER NOT NULL, key TEXT NOT NULL);
CREATE INDEX passage_paragraph ON passage (paragraph);
CREATE TABLE note (row INTEGER PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profile,
  id TEXT NOT NULL, label TEXT NOT NULL, text TEXT NOT NULL, link TEXT NOT NULL, section TEXT,
  line INTEGER, UNIQUE (profile, id));
CREATE TABLE source (row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, publisher TEXT,
  title TEXT NOT NULL, year INTEGER, date TEXT, url TEXT, accessed TEXT, kind TEXT, place TEXT);
CREATE TABLE note_source (note INTEGER NOT NULL REFERENCES note, position INTEGER NOT NULL,
  source INTEGER NOT NULL REFERENCES source, locator TEXT,
  PRIMARY KEY (note, position)) WITHOUT ROWID;
CREATE INDEX note_source_source ON note_source (source);
CREATE TABLE citation (row INTEGER PRIMARY KEY, sentence INTEGER NOT NULL REFERENCES sentence,
  note INTEGER NOT NULL REFERENCES note, scope TEXT NOT NULL);
CREATE INDEX citation_sentence ON citation (sentence);
CREATE INDEX citation_note ON citation (note);
"""

_PASSAGES = """SELECT passage.row FROM passage JOIN paragraph ON paragraph.row = passage.paragraph
  WHERE paragraph.profile = ?"""
_SENTENCES = """SELECT sentence.row FROM sentence
  JOIN paragraph ON paragraph.row = sentence.paragraph WHERE paragraph.profile = ?"""
_PARTS = (
    f"passage WHERE row IN ({_PASSAGES})",
    f"citation WHERE sentence IN ({_SENTENCES})",
    f"sentence WHERE row IN ({_SENTENCES})",
    "paragraph WHERE profile = ?",
    "section WHERE profile = ?",
    "note_source WHERE note IN (SELECT row FROM note WHERE profile = ?)",
    "note WHERE profile = ?",
)
"""All that is written of one profile but its own row; what refers to others comes first."""


def write(
    path: Path, profiles: Sequence[Profile], passages: Sequence[Passage], keys: Sequence[str]
) -> None:
    """Write a new database; passages get the rows 0, 1, … in their order.

    Args:
        path: a file that is not there yet.
        profiles: with unique ids.
        passages: of these profiles.
        keys: for each passage, what its vector is known by.
    """
    with _writing(path) as db:
        db.executescript(_SCHEMA)
        db.execute("BEGIN")
        paragraphs: dict[tuple[str, int], int] = {}
        sources = _write_sources(db, profiles)
        for profile in profiles:
            _write_parts(db, profile, _write_info(db, profile.info), paragraphs, sources)
        _write_passages(db, range(len(passages)), passages, keys, paragraphs)
        db.execute("COMMIT")


def _write_sources(db: sqlite3.Connection, profiles: Iterable[Profile]) -> dict[str, int]:
    """Write each source once, as the note that says most of it has it; the rows by id."""
    named = (source for p in profiles for note in p.notes for source in note.sources)
    rows = {}
    for row, source in enumerate(fullest(named).values(), start=1):
        rows[source.id] = row
        columns = [value for name, value in asdict(source).items() if name != "locator"]
        db.execute(f"INSERT INTO source VALUES (?{', ?' * len(columns)})", (row, *columns))
    return rows


def replace(
    path: Path, profiles: Sequence[Profile], passages: Sequence[Passage], keys: Sequence[str]
) -> list[int]:
    """Put profiles in the place of what a database has under their ids.

    Args:
        path: a database that holds n passages.
        profiles: each is in the database already, with the same info and sources.
        passages, keys: as for `write`.

    Returns:
        For each row of the passages now, the row before; n + m for passage m of these.
    """
    with _writing(path) as db:
        db.execute("BEGIN")
        (n,) = db.execute("SELECT count(*) FROM passage").fetchone()
        sources = dict(db.execute("SELECT id, row FROM source"))
        paragraphs: dict[tuple[str, int], int] = {}
        new: dict[str, list[int]] = {}
        for m, passage in enumerate(passages):
            new.setdefault(passage.profile.id, []).append(n + m)
        blocks = []
        for profile in profiles:
            ((at,),) = db.execute("SELECT row FROM profile WHERE id = ?", [profile.info.id])
            old = [row for (row,) in db.execute(f"{_PASSAGES} ORDER BY passage.row", [at])]
            blocks.append((old[0], old[-1] + 1, new[profile.info.id]))
            for parts in _PARTS:
                db.execute(f"DELETE FROM {parts}", [at])
            _write_parts(db, profile, at, paragraphs, sources)
        order = list(range(n))
        for start, end, rows in sorted(blocks, reverse=True):
            order[start:end] = rows
        now = {before: row for row, before in enumerate(order)}
        moved = [(-1 - row, before) for before, row in now.items() if before < n and row != before]
        db.executemany("UPDATE passage SET row = ? WHERE row = ?", moved)
        db.execute("UPDATE passage SET row = -1 - row WHERE row < 0")  # none met another
        _write_passages(db, [now[n + m] for m in range(len(passages))], passages, keys, paragraphs)
        db.execute("COMMIT")
    return order


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")  # a build that is killed is thrown away whole
        db.execute("PRAGMA synchronous = OFF")
        yield db


def _insert(db: sqlite3.Connection, table: str, *values: object) -> int:
    marks = ", ".join("?" * len(values))
    row = db.execute(f"INSERT INTO {table} VALUES (NULL, {marks})", values).lastrowid
    assert row is not None
    return row


def _write_info(db: sqlite3.Connection, i: ProfileInfo) -> int:
    lists = [json.dumps(value, ensure_ascii=False) for value in (i.regions, i.inferred, i.extra)]
    return _insert(
        db, "profile", i.id, i.title, i.country, i.country_name, i.edition, i.file, i.url, *lists
    )


def _write_parts(
    db: sqlite3.Connection,
    profile: Profile,
    at: int,
    paragraphs: dict[tuple[str, int], int],
    sources: Mapping[str, int],
) -> None:
    """Write the notes and paragraphs of the profile in row `at`.

    `paragraphs` (by profile and number) and `sources` (by id) are told the new rows.
    """
    notes: dict[str, int] = {}
    for note in profile.notes:
        notes[note.id] = _insert(
            db, "note", at, note.id, note.label, note.text, note.link, note.section, note.line
        )
        for position, source in enumerate(note.sources):
            db.execute(
                "INSERT INTO note_source VALUES (?, ?, ?, ?)",
                (notes[note.id], position, sources[source.id], source.locator),
            )
    sections: dict[tuple[str, ...], int] = {}
    for p in profile.paragraphs:
        if p.section not in sections:
            path = json.dumps(p.section, ensure_ascii=False)
            sections[p.section] = _insert(db, "section", at, path)
        row = _insert(db, "paragraph", at, sections[p.section], p.number, p.text, p.line)
        paragraphs[profile.info.id, p.number] = row
        sentences = {span: _insert(db, "sentence", row, *span) for span in p.sentences}
        for c in p.citations:
            _insert(db, "citation", sentences[c.sentence], notes[c.note.id], c.scope)


def _write_passages(
    db: sqlite3.Connection,
    rows: Iterable[int],
    passages: Sequence[Passage],
    keys: Sequence[str],
    paragraphs: dict[tuple[str, int], int],
) -> None:
    db.executemany(
        "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (row, p.id, paragraphs[p.profile.id, p.paragraph], *p.span, p.tokens, key)
            for row, p, key in zip(rows, passages, keys, strict=True)
        ),
    )
