"""The tables of a generation's database, and how they are filled.

A passage's row number is its row in the FAISS index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path

from tipqa.sources import told
from tipqa.types import Passage, Profile, ProfileInfo

Keyed = tuple[Passage, str]
"""A passage, and what its vector is known by."""
Cut = tuple[Profile, Sequence[Keyed]]
"""A profile and its passages in order."""

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


def write(path: Path, cut: Iterable[Cut]) -> None:
    """Write a new database; passages get the rows 0, 1, … in their order.

    Args:
        path: a file that is not there yet.
        cut: profiles with unique ids; each is written before the next is asked for.
    """
    with _writing(path) as db:
        db.executescript(_SCHEMA)
        db.execute("BEGIN")
        sources: dict[str, tuple[int, int]] = {}
        rows = count()
        for profile, found in cut:
            _write_sources(db, profile, sources)
            paragraphs = _write_parts(db, profile, _write_info(db, profile.info))
            _write_passages(db, rows, found, paragraphs)
        db.execute("COMMIT")


def _write_sources(
    db: sqlite3.Connection, profile: Profile, known: dict[str, tuple[int, int]]
) -> None:
    """Write each source once, as the note that says most of it has it.

    `known` has the row of each id and how much is said there; of two that say as much
    the first stands.
    """
    for source in (source for note in profile.notes for source in note.sources):
        row, said = known.get(source.id, (len(known) + 1, -1))
        if told(source) > said:
            known[source.id] = row, told(source)
            columns = [value for name, value in asdict(source).items() if name != "locator"]
            marks = ", ?" * len(columns)
            db.execute(f"INSERT OR REPLACE INTO source VALUES (?{marks})", (row, *columns))


def replace(path: Path, cut: Sequence[Cut]) -> None:
    """Put profiles in the place of what a database has under their ids.

    Args:
        path: a database.
        cut: profiles that are in the database already, with the same info and sources.
    """
    with _writing(path) as db:
        db.execute("BEGIN")
        for profile, found in cut:
            ((at,),) = db.execute("SELECT row FROM profile WHERE id = ?", [profile.info.id])
            ((first, old),) = db.execute(f"SELECT min(row), count(*) FROM ({_PASSAGES})", [at])
            for parts in _PARTS:
                db.execute(f"DELETE FROM {parts}", [at])
            if len(found) != old:  # by way of negative rows, so that none meets another
                moved = [len(found) - old, first]
                db.execute("UPDATE passage SET row = -1 - row - ? WHERE row >= ?", moved)
                db.execute("UPDATE passage SET row = -1 - row WHERE row < 0")
            _write_passages(db, count(first), found, _write_parts(db, profile, at))
        db.execute("COMMIT")


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


def _write_parts(db: sqlite3.Connection, profile: Profile, at: int) -> dict[int, int]:
    """Write the notes and paragraphs of the profile in row `at`.

    Its sources are there already. Returns the row of each paragraph by its number.
    """
    notes: dict[str, int] = {}
    for note in profile.notes:
        notes[note.id] = _insert(
            db, "note", at, note.id, note.label, note.text, note.link, note.section, note.line
        )
        for position, source in enumerate(note.sources):
            db.execute(
                "INSERT INTO note_source SELECT ?, ?, row, ? FROM source WHERE id = ?",
                (notes[note.id], position, source.locator, source.id),
            )
    sections: dict[tuple[str, ...], int] = {}
    paragraphs = {}
    for p in profile.paragraphs:
        if p.section not in sections:
            path = json.dumps(p.section, ensure_ascii=False)
            sections[p.section] = _insert(db, "section", at, path)
        row = _insert(db, "paragraph", at, sections[p.section], p.number, p.text, p.line)
        paragraphs[p.number] = row
        sentences = {span: _insert(db, "sentence", row, *span) for span in p.sentences}
        for c in p.citations:
            _insert(db, "citation", sentences[c.sentence], notes[c.note.id], c.scope)
    return paragraphs


def _write_passages(
    db: sqlite3.Connection, rows: Iterable[int], found: Sequence[Keyed], paragraphs: dict[int, int]
) -> None:
    db.executemany(
        "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (row, p.id, paragraphs[p.paragraph], *p.span, p.tokens, key)
            for (p, key), row in zip(found, rows, strict=False)
        ),
    )
