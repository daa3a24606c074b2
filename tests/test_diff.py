"""What differs between two states of a corpus, and how it is told."""

from __future__ import annotations

import json
import random
import re
import runpy
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from conftest import REPOSITORY
from test_cli import Run, run  # noqa: F401 - the fixture that runs the command line
from tipqa import readers
from tipqa.alignment import changed_words, folded
from tipqa.comparison import ProfileChange, compare
from tipqa.difference import Difference, between, difference, open_state
from tipqa.documents import difference_document
from tipqa.embed import HashedWords
from tipqa.errors import GenerationError, QueryError
from tipqa.evaluate import mean
from tipqa.index import build
from tipqa.redline import html, lines
from tipqa.store import Filters, Store
from tipqa.types import Citation, Note, Paragraph, Profile, ProfileInfo, Source
from written import read, shared

CAMBODIA = REPOSITORY / "corpus" / "cambodia-2005.md"
NORWAY = """\
---
title: "Norway, {edition}"
country: NO
edition: {edition}
---

## Courts

Courts convicted 12 traffickers.[^1] Nobody was acquitted.[^1]

Shelters took in 40 women.[^2]

[^1]: Courts of Norway. Yearbook. 2023.
[^2]: Shelter Movement. Annual Report. 2022.
"""


def edited(folder: Path, *edits: tuple[str, str], edition: int = 2024) -> ProfileChange:
    """A profile beside what it is after some words of its file were replaced."""
    text = NORWAY.format(edition=edition)
    old = read(folder, text)
    for was, now in edits:
        assert was in text
        text = text.replace(was, now)
    return compare(old, read(folder, text))


def told(change: ProfileChange) -> list[tuple[str, str | None, str | None]]:
    return [
        (c.kind, c.old.text if c.old else None, c.new.text if c.new else None)
        for paragraph in change.paragraphs
        for c in paragraph.changes
    ]


def test_another_number_is_a_change(tmp_path: Path) -> None:
    """The old sentence stands beside the new one, each with its citations."""
    change = edited(tmp_path, ("12 traffickers", "15 traffickers"))
    assert told(change) == [
        ("words", "Courts convicted 12 traffickers.", "Courts convicted 15 traffickers.")
    ]
    (paragraph,) = change.paragraphs
    assert (paragraph.section, paragraph.old, paragraph.new) == (("Courts",), 1, 1)
    for side in (paragraph.changes[0].old, paragraph.changes[0].new):
        assert [c.note.sources[0].title for c in side.citations] == ["Yearbook"]
    assert change.unchanged == 2


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Nobody was acquitted", "Nobody  was\nacquitted"),
        ("[^1]", "[^first]"),
        ("women.[^2]", "women.[^2] "),
        ("Nobody was acquitted.[^1]\n\nShelters", "Nobody was acquitted.[^1] Shelters"),
    ],
)
def test_white_space_markers_and_breaks_are_no_change(tmp_path: Path, was: str, now: str) -> None:
    """What an eye does not read as other words is not told."""
    assert not edited(tmp_path, (was, now)).paragraphs


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("“Sex work” – the court’s word", '"Sex work" - the court\'s word', True),
        ("non- state groups", "non-state groups", True),
        ("aged 12–15…", "aged 12-15...", True),
        ("over\u00ad worked", "overworked", True),
        ("12 convictions", "15 convictions", False),
        ("in 10 15-year terms", "in 1015-year terms", False),
        ("1.5 percent", "15 percent", False),
        ("minus −5", "minus 5", False),
        ("10²", "102", False),
        ("No one", "no one", False),
    ],
)
def test_what_is_the_same_words(old: str, new: str, same: bool) -> None:
    """Quotes, dashes and white space are typography; digits and letters are not."""
    assert (folded(old) == folded(new)) is same


def test_another_source_is_told_apart_from_other_words(tmp_path: Path) -> None:
    """The words are the same, what they rest on isn't."""
    change = edited(tmp_path, ("women.[^2]", "women.[^1]"))
    assert told(change) == [("sources", "Shelters took in 40 women.", "Shelters took in 40 women.")]
    change = edited(tmp_path, ("women.[^2]", "women."))
    assert [kind for kind, _, _ in told(change)] == ["sources"]


def test_another_spelling_of_a_note_is_no_change(tmp_path: Path) -> None:
    """One publication is one source, however a note spells it."""
    spelled = "Courts of Norway. The yearbook. Oslo, 2023"
    assert not edited(tmp_path, ("Courts of Norway. Yearbook. 2023", spelled)).paragraphs


def test_another_id_of_a_source_is_no_change() -> None:
    """An id may move when notes of other profiles do; what it is an id of has not."""
    old = profile([[("Courts sat.", 0)]], 1)
    note = replace(old.notes[0], sources=(replace(SOURCES[0], id="moved"),))
    (paragraph,) = old.paragraphs
    cited = replace(paragraph, citations=(replace(paragraph.citations[0], note=note),))
    assert not between(old, replace(old, paragraphs=(cited,), notes=(note, *old.notes[1:])))


def test_what_was_moved_has_not_changed(tmp_path: Path) -> None:
    """A paragraph that stands elsewhere is told of only where its words changed."""
    shelters = "Shelters took in 40 women.[^2]\n\n"
    moved = (shelters, ""), ("Courts convicted", shelters + "Courts convicted")
    assert not edited(tmp_path, *moved).paragraphs
    (paragraph,) = edited(tmp_path, *moved, ("40 women", "55 women")).paragraphs
    assert (paragraph.old, paragraph.new) == (2, 1)


def test_a_sentence_that_is_gone_stands_where_it_was(tmp_path: Path) -> None:
    """Gone ones among those that stayed; a paragraph that is gone as a whole, on its own."""
    (paragraph,) = edited(tmp_path, (" Nobody was acquitted.[^1]", "")).paragraphs
    assert (paragraph.old, paragraph.new) == (1, 1)
    (paragraph,) = edited(tmp_path, ("Shelters took in 40 women.[^2]\n\n", "")).paragraphs
    assert (paragraph.old, paragraph.new, paragraph.changes[0].kind) == (2, None, "gone")


def test_changed_words_are_those_the_other_has_not() -> None:
    """Spans of whole words in each text, numbers among them."""
    old, new = "Courts convicted 12 men in May.", "Courts convicted 15 men in late May."
    spans = changed_words(old, new)
    assert [[text[slice(*s)] for s in side] for text, side in zip((old, new), spans, strict=True)]
    assert [new[slice(*span)] for span in spans[1]] == ["15", "late"]


# -- a profile with edits that are known


@dataclass(frozen=True)
class Edited:
    old: Profile
    new: Profile
    expected: list[tuple[str, str | None, str | None]]


SOURCES = [Source(f"source-{n}", f"Body {n}", f"Report {n}", 2000 + n) for n in range(4)]
INFO = ProfileInfo("norway-2024", "Norway, 2024", "NOR", "Norway", 2024, "norway.md")


def profile(paragraphs: list[list[tuple[str, int | None]]], shift: int) -> Profile:
    """A profile of sentences, each with the number of its source; labels begin at `shift`."""
    notes = [Note(f"n{n}", str(n + shift), f"Report {n}.", (s,)) for n, s in enumerate(SOURCES)]
    written = []
    for number, sentences in enumerate(paragraphs, start=1):
        text = " ".join(sentence for sentence, _ in sentences)
        spans, citations, at = [], [], 0
        for sentence, source in sentences:
            span = (at, at + len(sentence))
            spans.append(span)
            at = span[1] + 1
            if source is not None:
                note = notes[source]
                citations.append(Citation(span, note.label, "direct", note))
        written.append(Paragraph(number, ("Situation",), text, tuple(spans), tuple(citations)))
    return Profile(INFO, tuple(written), tuple(notes))


@st.composite
def edits(draw: st.DrawFn) -> Edited:
    """Sentences of ten words of their own each, and for each what becomes of it."""
    seed = draw(st.integers(0, 10**6))
    letters = random.Random(seed)
    count = draw(st.integers(1, 12))

    def word() -> str:
        return "".join(letters.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(8))

    old: list[list[tuple[str, int | None]]] = [[]]
    new: list[list[tuple[str, int | None]]] = [[]]
    expected: list[tuple[str, str | None, str | None]] = []
    for number in range(count):
        if draw(st.booleans()):
            old.append([])
        if draw(st.booleans()):
            new.append([])
        words = [word() for _ in range(9)]
        text = f"{' '.join(words)} {number + 10}."
        source = draw(st.sampled_from([None, 0, 1]))
        what = draw(st.sampled_from(["keep", "number", "word", "sources", "new", "gone", "space"]))
        kept, rests = text, source
        if what == "number":
            kept = text.replace(f" {number + 10}.", f" {number + 50}.")
        elif what == "word":
            kept = " ".join([*words[:4], word(), *words[5:], f"{number + 10}."])
        elif what == "space":
            kept = text.replace(" ", "  ", 1)
        elif what == "sources":
            rests = 2
        if what != "new":
            old[-1].append((text, source))
        if what != "gone":
            new[-1].append((kept, rests))
        if what in ("number", "word"):
            expected.append(("words", text, kept))
        elif what == "sources":
            expected.append(("sources", text, kept))
        elif what == "new":
            expected.append(("new", None, kept))
        elif what == "gone":
            expected.append(("gone", text, None))
    draw(st.randoms(use_true_random=False)).shuffle(new)
    return Edited(
        profile([p for p in old if p], 1),
        profile([p for p in new if p], draw(st.integers(1, 9))),
        expected,
    )


@given(edits())
def test_known_edits_come_back(made: Edited) -> None:
    """Exactly the edits that were made, whatever order the paragraphs have now."""
    change = compare(made.old, made.new)
    key = str
    assert sorted(told(change), key=key) == sorted(made.expected, key=key)
    sentences = sum(len(paragraph.sentences) for paragraph in made.new.paragraphs)
    came = sum(kind != "gone" for kind, _, _ in told(change))
    assert change.unchanged == sentences - came


@given(edits())
def test_nothing_differs_from_itself(made: Edited) -> None:
    """No change, no source, no country."""
    for side in (made.old, made.new):
        assert not compare(side, side).paragraphs
        assert not between(side, side)


@given(edits())
def test_each_change_stands_once_in_its_paragraph(made: Edited) -> None:
    """Places are true: paragraph, span and text belong together, in the order of the text."""
    change = compare(made.old, made.new)
    for paragraph in change.paragraphs:
        assert paragraph.changes
        for one in paragraph.changes:
            for sentence, side in ((one.old, made.old), (one.new, made.new)):
                if sentence:
                    text = side.paragraphs[sentence.paragraph - 1].text
                    assert text[slice(*sentence.span)] == sentence.text
            assert one.new is None or one.new.paragraph == paragraph.new
        places = [one.new.span for one in paragraph.changes if one.new]
        assert places == sorted(places)
    numbers = [paragraph.new for paragraph in change.paragraphs if paragraph.new]
    assert numbers == sorted(set(numbers))


# -- two generations


@pytest.fixture
def stores(tmp_path: Path) -> Callable[..., tuple[Store, Store]]:
    """Two states of a small corpus: files by name, as they were and as they are."""

    def make(old: dict[str, str], new: dict[str, str]) -> tuple[Store, Store]:
        opened = []
        for name, files in (("old", old), ("new", new)):
            corpus = tmp_path / name / "corpus"
            corpus.mkdir(parents=True)
            for file, text in files.items():
                (corpus / file).write_text(text, encoding="utf-8")
            build([corpus], tmp_path / name / "index", HashedWords())
            opened.append(open_state(tmp_path / name / "index")[1])
        return opened[0], opened[1]

    return make


NORWAY_2024 = NORWAY.format(edition=2024)
NORWAY_2025 = (
    NORWAY.format(edition=2025)
    .replace("12 traffickers", "15 traffickers")
    .replace("Shelter Movement. Annual Report. 2022", "Shelter Movement. Annual Report. 2025")
)
CHILE = NORWAY_2024.replace("Norway", "Chile").replace("NO\n", "CL\n")


def test_a_state_does_not_differ_from_itself(stores: Callable[..., tuple[Store, Store]]) -> None:
    """Two builds of the same files are one state, whatever their folders."""
    old, new = stores({"norway.md": NORWAY_2024}, {"norway.md": NORWAY_2024})
    assert difference(old, new) == Difference(())


def test_what_an_editor_changed(stores: Callable[..., tuple[Store, Store]]) -> None:
    """The same profile in both: its changed sentences, and the country's sources."""
    text = NORWAY_2024.replace("40 women", "41 women").replace("Yearbook", "Register")
    (country,) = difference(*stores({"norway.md": NORWAY_2024}, {"norway.md": text})).countries
    assert country.name == "Norway"
    (change,) = country.changed
    assert change.counts == {"words": 1, "sources": 2}
    assert [source.title for source in country.new_sources] == ["Register"]
    assert [source.title for source in country.gone_sources] == ["Yearbook"]


def test_new_and_gone_profiles_and_a_new_edition(
    stores: Callable[..., tuple[Store, Store]],
) -> None:
    """A country's first profile is new; a further one stands beside the edition before it."""
    old, new = stores(
        {"norway.md": NORWAY_2024, "chile.md": CHILE},
        {
            "norway.md": NORWAY_2024,
            "norway-2025.md": NORWAY_2025,
            "peru.md": CHILE.replace("Chile", "Peru").replace("CL", "PE"),
        },
    )
    found = difference(old, new)
    chile, norway, peru = found.countries
    assert [info.id for info in chile.gone_profiles] == ["chile-2024"]
    assert [info.id for info in peru.new_profiles] == ["peru-2024"]
    (edition,) = norway.editions
    assert (edition.old.id, edition.new.id) == ("norway-2024", "norway-2025")
    assert edition.counts == {"words": 1, "sources": 1}
    assert [source.year for source in norway.new_sources] == [2025]
    assert not norway.gone_sources  # the edition before still names it
    only = difference(old, new, Filters(countries=frozenset({"NOR"})))
    assert only.countries == (norway,)


def test_a_copy_of_a_database_will_do(index_folder: Path, tmp_path: Path) -> None:
    """An index, a generation's folder and a copy of its database are one state."""
    name, current = open_state(index_folder)
    generation = index_folder / "generations" / name
    copy = tmp_path / "then.sqlite"
    shutil.copy(generation / "tipqa.sqlite", copy)
    assert open_state(generation)[0] == name
    for place in (generation, copy):
        assert not difference(open_state(place)[1], current)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """In one line that names the place and the remedy."""
    (tmp_path / "notes.txt").write_text("no database", encoding="utf-8")
    for place in (tmp_path / "notes.txt", tmp_path / "nowhere", tmp_path):
        with pytest.raises(GenerationError, match=r"is no database.*Name an index"):
            open_state(place)


def test_editions_of_two_countries_are_not_compared(tmp_path: Path) -> None:
    """They have nothing to be changed from."""
    norway = read(tmp_path, NORWAY_2024)
    chile = read(tmp_path, CHILE, name="chile.md")
    with pytest.raises(QueryError, match="two countries"):
        between(norway, chile)


# -- how it is told

HOSTILE = '<script>alert("x")</script> & </del> <b>12</b> said "so".'


def hostile() -> Difference:
    old = profile([[(HOSTILE, 0)]], 1)
    new = profile([[(HOSTILE.replace("12", "13"), 1), ("Nobody else was heard of it.", None)]], 1)
    bad = replace(SOURCES[0], id="bad", title="<i>T</i>", url="javascript:alert(1)")
    good = replace(SOURCES[0], id="good", title="Good", url='https://example.org/?a="><b>')
    notes = (Note("x", "x", "x", (bad, good)),)
    return between(old, replace(new, notes=new.notes + notes))


def test_html_is_escaped_and_verbatim() -> None:
    """Sentences stand in <del> and <ins> as they are; nothing runs, nothing is fetched."""
    written = html("<old>", "new&", hostile())
    tree = lxml.html.document_fromstring(written)
    assert [e.text_content() for e in tree.iter("del")] == [HOSTILE]
    assert [e.text_content() for e in tree.iter("ins")] == [
        HOSTILE.replace("12", "13"),
        "Nobody else was heard of it.",
    ]
    assert not list(tree.iter("script", "link", "img", "iframe", "b", "i"))
    assert not [name for e in tree.iter() for name in e.attrib if name.startswith("on")]
    assert [a.get("href") for a in tree.iter("a")] == ['https://example.org/?a="><b>']
    assert tree.findtext(".//title") == "What changed from <old> to new&"
    assert "Nothing differs." in html("a", "b", Difference(()))


def test_text_tells_old_from_new_without_colour() -> None:
    """Signs tell them apart; with colour the old is red and struck, the new green."""
    shown = list(lines(hostile()))
    assert all(isinstance(line, Text) for line in shown)
    plain = [line.plain for line in shown]
    assert f"- {HOSTILE} [1]" in plain
    assert f"+ {HOSTILE.replace('12', '13')} [2]" in plain
    assert "+ Nobody else was heard of it." in plain
    assert plain[-1] == "A sentence without a number rests on the profile alone."
    for sign, style in (("- <", "red strike"), ("+ <", "green")):
        (line,) = (line for line in shown if line.plain.startswith(sign))
        assert {style, f"{style} bold"} <= {str(span.style) for span in line.spans}


def test_json_has_it_all() -> None:
    """The document has both sentences with their citations and sources."""
    document = json.loads(json.dumps(difference_document("a", "b", hostile())))
    (country,) = document["countries"]
    assert (document["old"], document["new"], country["country"]) == ("a", "b", "NOR")
    first, second = country["changed"][0]["paragraphs"][0]["changes"]
    assert (first["change"], first["old"]["text"]) == ("words", HOSTILE)
    assert first["old"]["citations"][0]["sources"][0]["id"] == "source-0"
    assert (second["change"], second["old"]) == ("new", None)
    assert {source["id"] for source in country["new_sources"]} == {"bad", "good"}


# -- the command


def test_the_command_compares_two_editions(run: Run, tmp_path: Path) -> None:  # noqa: F811
    """By the ids of profiles in an index; 0 where something differs, 1 where nothing does."""
    (tmp_path / "a.md").write_text(NORWAY_2024, encoding="utf-8")
    (tmp_path / "b.md").write_text(NORWAY_2025, encoding="utf-8")
    build([tmp_path / "a.md", tmp_path / "b.md"], tmp_path / "index", HashedWords())
    at = ("--index", tmp_path / "index")
    ended = run("diff", "norway-2024", "norway-2025", *at)
    assert ended.code == 0
    assert "- Courts convicted 12 traffickers. [1]\n+ Courts convicted 15" in ended.out
    assert "= Shelters took in 40 women. - [2] + [3]" in ended.out
    assert "\x1b" not in ended.out
    assert run("diff", "norway-2024", "norway-2024", *at)[:2] == (1, "Nothing differs.\n")
    document = json.loads(run("diff", "norway-2024", "norway-2025", *at, "--json").out)
    assert document["countries"][0]["editions"][0]["unchanged"] == 1
    page = run("diff", "norway-2024", "norway-2025", *at, "--format", "html").out
    assert page.startswith("<!doctype html>")


def test_the_command_compares_two_indexes(
    run: Run,  # noqa: F811
    index_folder: Path,
    corpus: Path,
    tmp_path: Path,
) -> None:
    """Where both are places; --country leaves the others out."""
    copy = tmp_path / "corpus"
    shutil.copytree(corpus, copy)
    for name in ("norway.md", "chile.md"):
        text = (copy / name).read_text(encoding="utf-8")
        (copy / name).write_text(re.sub("Inspect", "inspect", text), encoding="utf-8")
    build([copy], tmp_path / "index", HashedWords())
    ended = run("diff", index_folder, tmp_path / "index", "--json", "--country", "Chile")
    assert ended.code == 0
    assert [c["country"] for c in json.loads(ended.out)["countries"]] == ["CHL"]
    assert run("diff", index_folder, index_folder).code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "y"), '"x" is no profile in'),
        (("norway-2024", "chile-2022"), "of two countries"),
        (("norway-2024", "norway-2024", "--country", "NO"), "--country goes with two indexes"),
        (("a", "b", "--json", "--format", "html"), "--format does not go with --json"),
        ((REPOSITORY / "README.md", REPOSITORY), "is no profile in"),
        ((REPOSITORY / "README.md", REPOSITORY / "LICENSE"), "is no database"),
    ],
)
def test_wrong_use_is_one_line(run: Run, arguments: tuple[object, ...], said: str) -> None:  # noqa: F811
    """Exit 2, with the place and the remedy."""
    ended = run("diff", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


# -- real files


def test_a_real_profile_edited(tmp_path: Path) -> None:
    """A number set otherwise in each third sentence of a profile that ships: these come back."""
    text = CAMBODIA.read_text(encoding="utf-8")
    old = readers.read(CAMBODIA)
    spoken = [p.text[slice(*span)] for p in old.paragraphs for span in p.sentences]
    chosen = [s for s in spoken[::3] if text.count(s) == 1 and spoken.count(s) == 1]
    assert len(chosen) >= 5
    for sentence in chosen:
        text = text.replace(sentence, f"{sentence[:-1]}, 4711 in all{sentence[-1]}")
    changed = compare(old, read(tmp_path, text, name="cambodia-2005.md"))
    assert [was for _, was, _ in told(changed)] == chosen
    assert changed.counts == {"words": len(chosen)}


def test_ten_countries_by_hand() -> None:
    """The labels of benchmarks/labelled: the floors that were asked for, on each half."""
    judge = runpy.run_path(str(REPOSITORY / "benchmarks" / "diff.py"))["judge"]
    findings = judge(shared("profiles"))
    for half in (True, False):
        rates = {
            name: mean([float(so) for what, dev, so, _ in findings if (what, dev) == (name, half)])
            for name in {what for what, _, _, _ in findings}
        }
        assert rates["changed, found"].mean >= 0.95
        assert rates["changed, found and told rightly"].mean >= 0.95
        assert rates["unchanged, called changed"].mean <= 0.02
        assert min(rate.n for rate in rates.values()) >= 100
