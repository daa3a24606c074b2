"""Read the database of a generation: passages by filters, profiles, sources."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tipqa.publishers import publisher_matches
from tipqa.types import (
    Citation,
    Note,
    Paragraph,
    Passage,
    Profile,
    ProfileInfo,
    Source,
)

_SECTIONS_KEPT = 1024  # profiles of one make have the same sections


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage must have; each left empty lets everything pass.

    `countries` holds alpha-3 codes and names as written, in lower case.
    """

    countries: frozenset[str] = frozenset()
    region: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    publisher: str | None = None
    section: str | None = None
    source: str | None = None


class Store:
    """A generation's database, open to read. Safe to use from several threads.

    Raises:
        sqlite3.Error: the file is no database.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._db.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the file and free its memory, whoever still holds it."""
        self._db.close()
        vars(self).clear()

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(query, values).fetchall()

    def keys(self) -> list[str]:
        """What each vector is known by, by row."""
        return [row["key"] for row in self._rows("SELECT key FROM passage ORDER BY row")]

    @cached_property
    def _infos(self) -> dict[int, ProfileInfo]:
        return {row["row"]: _info(row) for row in self._rows("SELECT * FROM profile ORDER BY row")}

    @cached_property
    def _sources(self) -> dict[int, Source]:
        return {row["row"]: _source(row) for row in self._rows("SELECT * FROM source")}

    def profiles(self, filters: Filters | None = None) -> list[ProfileInfo]:
        """By country name and edition; those that pass what filters ask of profiles."""

        def order(info: ProfileInfo) -> tuple[str, int]:
            return info.name, info.edition or 0

        found = self._infos.values()
        if filters is not None:
            return sorted((info for info in found if _fits(info, filters)), key=order)
        return sorted(found, key=order)

    def country_names(self) -> set[str]:
        """As the profiles have them, in lower case."""
        return {i.country_name.casefold() for i in self._infos.values() if i.country_name}

    def places(self) -> tuple[list[ProfileInfo], list[list[str]], list[tuple[int, int]]]:
        """The profiles, the paths of the sections, and for each passage its place in both."""
        profiles = {row: number for number, row in enumerate(self._infos)}
        paths = self._rows("SELECT row, path FROM section ORDER BY row")
        sections = {path["row"]: number for number, path in enumerate(paths)}
        places = self._rows(
            "SELECT paragraph.profile, paragraph.section FROM passage"
            " JOIN paragraph ON paragraph.row = passage.paragraph ORDER BY passage.row"
        )
        return (
            list(self._infos.values()),
            [json.loads(path["path"]) for path in paths],
            [(profiles[place["profile"]], sections[place["section"]]) for place in places],
        )

    def rows_named(self, name: str) -> list[int]:
        """The passages that rest on a source whose title or publisher a name is, ascending."""
        named = self._sources_called.get(_folded(name))
        return self._rows_on(named) if named else []

    @cached_property
    def _sources_called(self) -> dict[str, list[int]]:
        called: dict[str, list[int]] = {}
        for row, source in self._sources.items():
            for name in {_folded(source.title), _folded(source.publisher or "")}:
                called.setdefault(name, []).append(row)
        return called

    def rest_on(self) -> list[tuple[int, Source]]:
        """Each passage with each source that a sentence of it rests on."""
        pairs = self._rows(
            "SELECT DISTINCT passage.row, note_source.source FROM passage"
            " JOIN sentence ON sentence.paragraph = passage.paragraph"
            "  AND sentence.first >= passage.first AND sentence.last <= passage.last"
            " JOIN citation ON citation.sentence = sentence.row"
            " JOIN note_source ON note_source.note = citation.note"
        )
        return [(pair["row"], self._sources[pair["source"]]) for pair in pairs]

    @cached_property
    def _counted_sources(self) -> list[tuple[Source, int, int]]:
        counted = self._rows(
            "SELECT note_source.source, count(DISTINCT note.profile), count(DISTINCT passage.row)"
            " FROM note_source JOIN note ON note.row = note_source.note"
            " LEFT JOIN citation ON citation.note = note.row"
            " LEFT JOIN sentence ON sentence.row = citation.sentence"
            " LEFT JOIN passage ON passage.paragraph = sentence.paragraph"
            "  AND sentence.first >= passage.first AND sentence.last <= passage.last"
            " GROUP BY note_source.source"
        )
        found = [(self._sources[row[0]], row[1], row[2]) for row in counted]
        return sorted(found, key=lambda f: (-f[2], f[0].id))

    def sources(self) -> list[tuple[Source, int, int]]:
        """Each source with its numbers of profiles and passages, those with most first."""
        return self._counted_sources

    def source(self, identity: str) -> Source | None:
        return next((s for s in self._sources.values() if s.id == identity), None)

    def passage_row(self, identity: str) -> int | None:
        rows = self._rows("SELECT row FROM passage WHERE id = ?", identity)
        return rows[0]["row"] if rows else None

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of some rows, in the order of the rows."""
        wanted = json.dumps([int(row) for row in rows])
        found = self._rows(
            "SELECT passage.*, paragraph.profile, paragraph.number, paragraph.text,"
            " section.path FROM passage JOIN paragraph ON paragraph.row = passage.paragraph"
            " JOIN section ON section.row = paragraph.section"
            " WHERE passage.row IN (SELECT value FROM json_each(?))",
            wanted,
        )
        paragraphs = json.dumps([row["paragraph"] for row in found])
        sentences = self._sentences(paragraphs)
        citations = self._citations(paragraphs)
        by_row = {}
        for row in found:
            first, last = row["first"], row["last"]
            by_row[row["row"]] = Passage(
                id=row["id"],
                profile=self._infos[row["profile"]],
                section=tuple(json.loads(row["path"])),
                paragraph=row["number"],
                span=(first, last),
                text=row["text"][first:last],
                sentences=tuple(
                    (s["first"] - first, s["last"] - first)
                    for s in sentences.get(row["paragraph"], [])
                    if first <= s["first"] and s["last"] <= last
                ),
                citations=tuple(
                    Citation((a - first, b - first), note.label, scope, note)
                    for a, b, scope, note in citations.get(row["paragraph"], [])
                    if first <= a and b <= last
                ),
                tokens=row["tokens"],
            )
        return [by_row[int(row)] for row in rows]

    def pieces(
        self, rows: Sequence[int] | None = None
    ) -> Iterator[tuple[ProfileInfo, Sequence[str], str]]:
        """Profile, section and text of some passages or of all, in the order of the rows."""
        section_of = lru_cache(_SECTIONS_KEPT)(json.loads)
        some = "" if rows is None else "WHERE passage.row IN (SELECT value FROM json_each(?))"
        for profile, path, first, last, text in self._db.execute(
            "SELECT paragraph.profile, section.path, passage.first, passage.last, paragraph.text"
            " FROM passage JOIN paragraph ON paragraph.row = passage.paragraph"
            " JOIN section ON section.row = paragraph.section"
            f" {some} ORDER BY passage.row",
            [] if rows is None else [json.dumps(list(rows))],
        ):
            yield self._infos[profile], section_of(path), text[first:last]

    def ids(self, rows: Sequence[int]) -> list[tuple[str, int | None]]:
        """The ids and editions of some passages, the newest first."""
        found = self._rows(
            "SELECT passage.id, profile.edition FROM passage"
            " JOIN paragraph ON paragraph.row = passage.paragraph"
            " JOIN profile ON profile.row = paragraph.profile"
            " WHERE passage.row IN (SELECT value FROM json_each(?))"
            " ORDER BY profile.edition DESC, passage.row",
            json.dumps(list(rows)),
        )
        return [(row["id"], row["edition"]) for row in found]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """The texts alone of the passages of some rows, in the order of the rows."""
        found = self._rows(
            "SELECT passage.row, passage.first, passage.last, paragraph.text FROM passage"
            " JOIN paragraph ON paragraph.row = passage.paragraph"
            " WHERE passage.row IN (SELECT value FROM json_each(?))",
            json.dumps(list(rows)),
        )
        texts = {row["row"]: row["text"][row["first"] : row["last"]] for row in found}
        return [texts[row] for row in rows]

    def rows_saying(self, text: str) -> list[int]:
        """The passages that have just this text, ascending."""
        rows = self._rows(
            "SELECT passage.row FROM passage JOIN paragraph ON paragraph.row = passage.paragraph"
            " WHERE passage.last - passage.first = ?"
            " AND substr(paragraph.text, passage.first + 1, ?) = ? ORDER BY passage.row",
            len(text),
            len(text),
            text,
        )
        return [row["row"] for row in rows]

    def passages_of(self, profile: str) -> list[Passage]:
        """The passages of a profile, in the order of its text."""
        rows = self._rows(
            "SELECT passage.row FROM passage JOIN paragraph ON paragraph.row = passage.paragraph"
            " JOIN profile ON profile.row = paragraph.profile WHERE profile.id = ?"
            " ORDER BY passage.row",
            profile,
        )
        return self.passages([row["row"] for row in rows])

    def _sentences(self, paragraphs: str) -> dict[int, list[sqlite3.Row]]:
        grouped: dict[int, list[sqlite3.Row]] = {}
        for row in self._rows(
            "SELECT * FROM sentence WHERE paragraph IN (SELECT value FROM json_each(?))"
            " ORDER BY paragraph, first",
            paragraphs,
        ):
            grouped.setdefault(row["paragraph"], []).append(row)
        return grouped

    def _citations(self, paragraphs: str) -> dict[int, list[tuple[int, int, Any, Note]]]:
        rows = self._rows(
            "SELECT sentence.paragraph, sentence.first, sentence.last, citation.scope,"
            " citation.note FROM citation JOIN sentence ON sentence.row = citation.sentence"
            " WHERE sentence.paragraph IN (SELECT value FROM json_each(?))"
            " ORDER BY sentence.first, citation.row",
            paragraphs,
        )
        notes = self._notes("note.row", json.dumps(sorted({row["note"] for row in rows})))
        grouped: dict[int, list[tuple[int, int, Any, Note]]] = {}
        for row in rows:
            grouped.setdefault(row["paragraph"], []).append(
                (row["first"], row["last"], row["scope"], notes[row["note"]])
            )
        return grouped

    def _notes(self, column: str, values: str) -> dict[int, Note]:
        rows = self._rows(
            f"SELECT * FROM note WHERE {column} IN (SELECT value FROM json_each(?)) ORDER BY row",
            values,
        )
        named: dict[int, list[Source]] = {}
        for link in self._rows(
            "SELECT note, source, locator FROM note_source"
            " WHERE note IN (SELECT value FROM json_each(?)) ORDER BY note, position",
            json.dumps([row["row"] for row in rows]),
        ):
            source = replace(self._sources[link["source"]], locator=link["locator"])
            named.setdefault(link["note"], []).append(source)
        return {
            row["row"]: Note(
                id=row["id"],
                label=row["label"],
                text=row["text"],
                sources=tuple(named.get(row["row"], [])),
                link=row["link"],
                section=row["section"],
                line=row["line"],
            )
            for row in rows
        }

    def profile(self, identity: str) -> Profile | None:
        """A whole profile; its flaws and what was left out are not kept in an index."""
        at = next((row for row, info in self._infos.items() if info.id == identity), None)
        if at is None:
            return None
        rows = self._rows(
            "SELECT paragraph.*, section.path FROM paragraph"
            " JOIN section ON section.row = paragraph.section"
            " WHERE paragraph.profile = ? ORDER BY number",
            at,
        )
        wanted = json.dumps([row["row"] for row in rows])
        sentences = self._sentences(wanted)
        citations = self._citations(wanted)
        paragraphs = tuple(
            Paragraph(
                number=row["number"],
                section=tuple(json.loads(row["path"])),
                text=row["text"],
                sentences=tuple((s["first"], s["last"]) for s in sentences.get(row["row"], [])),
                citations=tuple(
                    Citation((a, b), note.label, scope, note)
                    for a, b, scope, note in citations.get(row["row"], [])
                ),
                line=row["line"],
            )
            for row in rows
        )
        notes = tuple(self._notes("note.profile", json.dumps([at])).values())
        return Profile(self._infos[at], paragraphs, notes)

    def rows_with(self, filters: Filters) -> list[int]:
        """Rows of the passages that pass the filters, ascending."""
        clauses: list[str] = []
        values: list[object] = []
        profiles = [row for row, info in self._infos.items() if _fits(info, filters)]
        if len(profiles) < len(self._infos):
            clauses.append("paragraph.profile IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(profiles))
        if filters.section is not None:
            wanted = _folded(filters.section)
            sections = [
                row["row"]
                for row in self._rows("SELECT row, path FROM section")
                if any(wanted in title.casefold() for title in json.loads(row["path"]))
            ]
            clauses.append("paragraph.section IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sections))
        if filters.publisher is not None or filters.source is not None:
            clauses.append("passage.row IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self._rows_on(self._sources_with(filters))))
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        query = (
            "SELECT passage.row FROM passage JOIN paragraph ON paragraph.row = passage.paragraph"
            f" {where} ORDER BY passage.row"
        )
        return [row["row"] for row in self._rows(query, *values)]

    def _rows_on(self, sources: list[int]) -> list[int]:
        """The passages that rest on one of some sources, ascending."""
        # From the few sources down: passage by passage takes seconds on 38,000.
        rows = self._rows(
            "SELECT DISTINCT passage.row FROM note_source"
            " JOIN citation ON citation.note = note_source.note"
            " JOIN sentence ON sentence.row = citation.sentence"
            " JOIN passage ON passage.paragraph = sentence.paragraph"
            "  AND sentence.first >= passage.first AND sentence.last <= passage.last"
            " WHERE note_source.source IN (SELECT value FROM json_each(?)) ORDER BY passage.row",
            json.dumps(sources),
        )
        return [row["row"] for row in rows]

    def _sources_with(self, filters: Filters) -> list[int]:
        return [
            row
            for row, source in self._sources.items()
            if (filters.source is None or source.id == filters.source)
            and (
                filters.publisher is None
                or publisher_matches(source.publisher or "", filters.publisher)
            )
        ]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _fits(info: ProfileInfo, filters: Filters) -> bool:
    if filters.countries and not (
        {info.country, (info.country_name or "").casefold()} & filters.countries
    ):
        return False
    if filters.region is not None and filters.region not in info.regions:
        return False
    if filters.year_from is not None and (info.edition or 0) < filters.year_from:
        return False
    return filters.year_to is None or (info.edition or 9999) <= filters.year_to


def _info(row: sqlite3.Row) -> ProfileInfo:
    return ProfileInfo(
        id=row["id"],
        title=row["title"],
        country=row["country"],
        country_name=row["country_name"],
        edition=row["edition"],
        file=row["file"],
        url=row["url"],
        regions=tuple(json.loads(row["regions"])),
        inferred=tuple(json.loads(row["inferred"])),
        extra=json.loads(row["extra"]),
    )


def _source(row: sqlite3.Row) -> Source:
    return Source(**{key: row[key] for key in row.keys() if key != "row"})
