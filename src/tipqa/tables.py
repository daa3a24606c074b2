"""The tables of a generation's database, and how they are filled.

A passage's row number is its row in the FAISS index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from tipqa.sources import fullest
from tipqa.types import Passage, Profile

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
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_SCHEMA)
        db.execute("BEGIN")
        paragraphs: dict[tuple[str, int], int] = {}
        sources = _write_sources(db, profiles)
        for profile in profiles:
            _write_profile(db, profile, paragraphs, sources)
        db.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (row, p.id, paragraphs[p.profile.id, p.paragraph], *p.span, p.tokens, key)
                for row, (p, key) in enumerate(zip(passages, keys, strict=True))
            ),
        )
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


def _write_profile(
    db: sqlite3.Connection,
    profile: Profile,
    paragraphs: dict[tuple[str, int], int],
    sources: Mapping[str, int],
) -> None:
    def insert(table: str, *values: object) -> int:
        marks = ", ".join("?" * len(values))
        row = db.execute(f"INSERT INTO {table} VALUES (NULL, {marks})", values).lastrowid
        assert row is not None
        return row

    i = profile.info
    lists = [json.dumps(value, ensure_ascii=False) for value in (i.regions, i.inferred, i.extra)]
    profile_row = insert(
        "profile", i.id, i.title, i.country, i.country_name, i.edition, i.file, i.url, *lists
    )
    notes: dict[str, int] = {}
    for note in profile.notes:
        notes[note.id] = insert(
            "note", profile_row, note.id, note.label, note.text, note.link, note.section, note.line
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
            sections[p.section] = insert("section", profile_row, path)
        row = insert("paragraph", profile_row, sections[p.section], p.number, p.text, p.line)
        paragraphs[i.id, p.number] = row
        sentences = {span: insert("sentence", row, *span) for span in p.sentences}
        for c in p.citations:
            insert("citation", sentences[c.sentence], notes[c.note.id], c.scope)
