"""What is taken along: read back by other libraries, it is what was there."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
import rispy
from bibtexparser import parse_string
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string as parse_with_pybtex
from pylatexenc.latex2text import LatexNodes2Text

from tipqa.cite import profile_source, reference, with_references
from tipqa.entries import bibtex, csl_json, ris
from tipqa.export import FORMATS, Taken, take
from tipqa.search import Index
from tipqa.types import Citation, Hit, Note, Passage, ProfileInfo, Source

REPORT = Source(
    id="us-department-of-state-trafficking-in-persons-report-2005-0a1b2c3d",
    publisher="US Department of State",
    title="Trafficking in Persons Report",
    year=2005,
    date="June 3, 2005",
    url="https://example.org/tip_2005?a=1&b=50%25#c~d",
    accessed="4 February 2006",
)
SOURCES = [
    REPORT,
    Source("a", "Ministère de l’Intérieur & Cie", "100 % d'économie #1_a $5 ~x ^y \\z", 1999),
    Source("b", "คณะกรรมการ, สำนักงาน", "Доклад о торговле людьми 人身取引", 2020, "2020-02"),
    Source("c", 'The "Bureau"', "{Braces} and }these{ -- --- ''x'' ``y`` ?`z <<q>> ,,", 2021),
    Source("d", None, "A page", None, url="https://example.org/a;b?x={y}"),
    Source("e", None, "Neither publisher nor address", None),
    Source("f", "Women and Children's Ministry", "@article{x, ER - TY - = +1", 2010),
    Source("g", "Press", "Two dates", 2004, "February 28, 2005", accessed="last spring"),
]
INFO = ProfileInfo("chad-2020", "Chad, 2020", "TCD", "Chad", 2020, "chad.md", "https://e.org/chad")
_latex = LatexNodes2Text(math_mode="verbatim").latex_to_text


def plain(latex: str) -> str:
    """LaTeX read by pylatexenc, which takes the circumflex sign for the accent."""
    return str(_latex(latex)).replace("ˆ", "^")


def passage(text: str, *citations: Citation, info: ProfileInfo = INFO) -> Passage:
    """A passage of one sentence, or of two where a full stop and a space stand in it."""
    middle = text.find(". ") + 1
    spans = ((0, middle), (middle + 1, len(text))) if middle else ((0, len(text)),)
    return Passage(f"{info.id}#p1", info, ("A", "B"), 1, (0, len(text)), text, spans, citations, 1)


def rows(taken: Taken) -> list[dict[str, str]]:
    """The rows of an export as a spreadsheet would have them."""
    text = FORMATS["csv"].write(taken).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_bibtex_comes_back() -> None:
    """From two readers; text by way of LaTeX, addresses as they are."""
    text = bibtex(SOURCES)
    library = parse_string(text)
    second = parse_with_pybtex(text, "bibtex").entries
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [source.id for source in SOURCES]
    for entry, source in zip(library.entries, SOURCES, strict=True):
        found = {field.key: field.value for field in entry.fields}
        assert plain(found["title"]) == source.title
        assert plain(found.get("institution", "")) == (source.publisher or "")
        assert plain(found.get("author", "")) == (source.publisher or "")
        assert found.get("year") == (str(source.year) if source.year else None)
        assert entry.entry_type == ("techreport" if source.publisher else "misc")
        other = second[source.id]
        assert other.type == entry.entry_type
        assert {**other.fields, "author": found.get("author")} == {"author": None, **found}
        assert [str(p) for p in other.persons.get("author", [])] == list(
            filter(None, [found.get("author")])
        )
    found = {field.key: field.value for field in library.entries[0].fields}
    assert found["url"] == REPORT.url
    assert (found["date"], found["urldate"]) == ("2005-06-03", "2006-02-04")
    page = {field.key: field.value for field in library.entries[4].fields}
    assert page["url"] == "https://example.org/a;b?x={y}"
    for url, told in (("e.org/{a}/}{", "e.org/%7Ba%7D/%7D%7B"), ("e.org/\\{a}", "e.org/%5C{a}")):
        broken = bibtex([replace(REPORT, url=url), SOURCES[1]])
        assert len(parse_with_pybtex(broken, "bibtex").entries) == 2
        assert parse_string(broken).entries[0].fields_dict["url"].value == told


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip))
def test_any_text_comes_back(text: str) -> None:
    """In one line, whatever signs it has; spaces of all widths are one space."""
    source = Source("k", text, f"x {text} y", 2000)
    told, publisher = " ".join(source.title.split()), " ".join(text.split())
    (entry,) = parse_string(bibtex([source])).entries
    fields = {field.key: field.value for field in entry.fields}
    assert plain(fields["title"]) == told.replace("ˆ", "^")
    assert plain(fields.get("institution", "")) == publisher.replace("ˆ", "^")
    assert parse_with_pybtex(bibtex([source]), "bibtex").entries["k"].fields["year"] == "2000"
    (record,) = rispy.loads(ris([source]))
    assert record["title"] == told
    (item,) = json.loads(csl_json([source]))
    assert item["title"] == told


def test_ris_comes_back() -> None:
    """Each field, and nothing in a text is taken for a field."""
    records = rispy.loads(ris(SOURCES))
    assert [record["id"] for record in records] == [source.id for source in SOURCES]
    for record, source in zip(records, SOURCES, strict=True):
        assert record["title"] == source.title
        assert record.get("publisher") == source.publisher
        assert record.get("authors", [None]) == [source.publisher]
        assert record.get("year") == (str(source.year) if source.year else None)
        assert ";".join(record.get("urls", [])) == (source.url or "")
    assert (records[0]["date"], records[0]["access_date"]) == ("2005/06/03", "2006/02/04")
    kinds = [record["type_of_reference"] for record in records]
    assert kinds == ["RPRT", "RPRT", "RPRT", "RPRT", "ELEC", "GEN", "RPRT", "RPRT"]
    assert all(line == "" or line[2:6] == "  - " for line in ris(SOURCES).splitlines())


def test_csl_comes_back() -> None:
    """Fields of the published schema, and no others."""
    items = json.loads(csl_json(SOURCES))
    for item, source in zip(items, SOURCES, strict=True):
        assert set(item) <= {
            "id", "type", "author", "title", "publisher", "issued", "URL", "accessed", "note",
        }  # fmt: skip
        assert (item["id"], item["title"]) == (source.id, source.title)
        assert item.get("publisher") == source.publisher
        assert item.get("author", [{"literal": None}]) == [{"literal": source.publisher}]
        assert item.get("URL") == source.url
        assert item.get("issued", {"date-parts": [[None]]})["date-parts"][0][0] == source.year
    assert {item["type"] for item in items} == {"report", "webpage", "document"}
    assert items[0]["issued"] == {"date-parts": [[2005, 6, 3]]}
    assert items[0]["accessed"] == {"date-parts": [[2006, 2, 4]]}
    assert items[2]["issued"] == {"date-parts": [[2020, 2]]}


def test_csl_is_formatted() -> None:
    """A citation processor makes references of it: organization, year, title."""
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    sources = CiteProcJSON(json.loads(csl_json([REPORT, SOURCES[4]])))
    shown = CitationStylesBibliography(style, sources, formatter.plain)
    shown.register(Cited([CitationItem(REPORT.id), CitationItem("d")]))
    assert [str(entry) for entry in shown.bibliography()] == [
        "US Department of State (2005) Trafficking in Persons Report. US Department of State. "
        f"Available at: {REPORT.url} (Accessed: February 4, 2006).",
        "A page (no date) A page. Available at: https://example.org/a;b?x={y}.",
    ]


def test_a_date_that_is_none_is_kept_as_written() -> None:
    """So is one of another year than the source's."""
    (item,) = json.loads(csl_json([SOURCES[-1]]))
    assert item["issued"] == {"date-parts": [[2004]]}
    assert item["note"] == "Dated February 28, 2005. Accessed last spring."
    assert rispy.loads(ris([SOURCES[-1]]))[0]["notes"] == [item["note"]]
    assert item["note"] in bibtex([SOURCES[-1]])


def test_line_breaks_and_control_characters_fold() -> None:
    """No line of a reference can be another field's."""
    source = replace(REPORT, title="Trafficking\nER  - \r\nTY  - \x00\x1b[2JReport\x85 3")
    told = "Trafficking ER - TY - [2JReport 3"
    assert rispy.loads(ris([source]))[0]["title"] == told
    assert json.loads(csl_json([source]))[0]["title"] == told
    assert told in reference(source)
    assert f"{{{{{told}}}}}" in bibtex([source])


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            REPORT,
            "US Department of State. Trafficking in Persons Report. June 3, 2005. "
            "https://example.org/tip_2005?a=1&b=50%25#c~d (accessed 4 February 2006)",
        ),
        (Source("x", "NGO Inc.", "Who is free?", None), "NGO Inc. Who is free? n.d."),
        (Source("x", None, "Page", 2004, "May 3, 2005"), "Page. 2004 (May 3, 2005)."),
        (Source("x", None, "Report, 2004", 2004), "Report, 2004."),
    ],
)
def test_plain_reference(source: Source, told: str) -> None:
    """One line, n.d. where there is no year."""
    assert reference(source) == told


def test_a_profile_can_be_cited() -> None:
    """With its edition as year; its publisher where its front matter has one."""
    assert profile_source(INFO).year == 2020
    published = replace(INFO, extra={"publisher": "Desk"})
    assert reference(profile_source(published)) == "Desk. Chad, 2020. https://e.org/chad"


def test_copied_text_is_numbered_through(index: Index) -> None:
    """Notes count from 1 over all passages, each once; what has none is said to have none."""
    told = FORMATS["text"].write(take(index.generation.store.passages_of("norway-2024")))
    assert "visited 240 fish farms during the year. [1] It stopped work at 12 of them.\n" in told
    assert "to ten years. [↓2] [↓3] Courts apply it since May. [2] [3]\n" in told
    assert "\n[1] Labour Inspectorate. Annual Report. 2023.\n[2] Parliament of Norway." in told
    assert "↓ the note stands at a later sentence" in told
    assert told.endswith(
        "Sentences without a number rest on the profile alone.\n\n"
        "Taken from:\nNorway: an example, 2024.\n"
    )


def test_ibid_is_copied_with_what_it_means() -> None:
    """A note that leans on one before it would say nothing elsewhere."""
    note = Note("n9", "9", "Ibid., p. 4.", (SOURCES[5],), "ibid:8")
    lost = Note("n2", "2", "Ibid.", (), "unresolved")
    told = with_references(
        [
            passage(
                "One. Two.",
                Citation((0, 4), "9", "direct", note),
                Citation((5, 9), "2", "direct", lost),
            )
        ]
    )
    assert "One. [1] Two. [2]\n" in told
    assert "[1] Ibid., p. 4. (Neither publisher nor address. n.d.)\n[2] Ibid.\n" in told
    assert "without a number" not in told


def test_csv_has_a_row_for_each_sentence_and_source() -> None:
    """Two sources, a note that names none, and no note at all: nothing is lost."""
    two = Note("n1", "1", 'See "A"; B,\nC', (REPORT, SOURCES[1]))
    none = Note("n2", "2", "Ibid.", (), "unresolved")
    cited = passage("Oui, 5 %. Non.", Citation((0, 9), "1", "inherited", two))
    unresolved = passage("Да.", Citation((0, 3), "2", "direct", none))
    found = rows(take([Hit(1, -0.25, cited), unresolved]))
    assert [(r["sentence"], r["label"], r["source"]) for r in found] == [
        ("Oui, 5 %.", "1", REPORT.id),
        ("Oui, 5 %.", "1", "a"),
        ("Non.", "", ""),
        ("Да.", "2", ""),
    ]
    first = found[0]
    assert (first["rank"], first["score"], first["country"]) == ("1", "-0.25", "TCD")
    assert (first["note"], first["scope"]) == (two.text, "inherited")
    assert (first["publisher"], first["year"], first["url"]) == (
        REPORT.publisher, "2005", REPORT.url,
    )  # fmt: skip
    assert (first["date"], first["accessed"]) == (REPORT.date, REPORT.accessed)
    assert (first["edition"], first["section"], first["profile"]) == ("2020", "A › B", "chad-2020")
    assert found[3]["link"] == "unresolved"
    assert found[3]["rank"] == ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_is_a_formula(text: str) -> None:
    """What begins like one has an apostrophe before it, which can be told and taken off."""
    for start in ("", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "'"):
        source = Source("=id", None, start + text, 2000)
        (row,) = rows(Taken(None, [source]))
        assert not row["title"].startswith(tuple("=+-@\t\r\n＝＋－＠"))
        assert row["title"].removeprefix("'") == source.title
        assert row["id"] == "'=id"


def test_json_lines_are_the_documents(index: Index) -> None:
    """One a line: hits as in a search, sources with every field."""
    hits = index.search("fish farms", 3)
    lines = FORMATS["jsonl"].write(take(hits)).splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2, 3]
    sources: list[dict[str, Any]] = [
        json.loads(line)
        for line in FORMATS["jsonl"].write(Taken(None, SOURCES)).split("\n")
        if line
    ]
    assert all(document.pop("primary") is None for document in sources)
    assert [Source(**document) for document in sources] == SOURCES


def test_a_search_cites_its_profiles_too(index: Index) -> None:
    """Each source once, in the order of the hits, then the profiles they are from."""
    taken = take(index.search("inspectors at fish farms, begging", 5))
    for keys in (
        [entry.key for entry in parse_string(bibtex(taken.sources)).entries],
        [record["id"] for record in rispy.loads(ris(taken.sources))],
        [item["id"] for item in json.loads(csl_json(taken.sources))],
    ):
        assert len(keys) == len(set(keys)) == 7
        assert set(keys[4:]) == {"norway-2024", "chile-2022", "atlantis-2023"}


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found_can_be_read_too(name: Any) -> None:
    """No hits give an empty bibliography, list or table."""
    text = FORMATS[name].write(take([]))
    assert text.strip("\ufeff\n") in ("", "[]") or text.count("\n") == 1


def test_what_was_found_tells_how_it_can_be_found_again(index: Index) -> None:
    """The question and the generation go along, as the last of a text and in each row and line."""
    taken = take(index.search("fish farms", 2), "fish farms", index.generation.name)
    last = FORMATS["text"].write(taken).splitlines()[-1]
    assert last == f"Found by: fish farms (index {index.generation.name})"
    lines = [json.loads(line) for line in FORMATS["jsonl"].write(taken).splitlines()]
    for row in [*rows(taken), *lines]:
        assert (row["query"], row["generation"]) == ("fish farms", index.generation.name)
