"""Whole corpora: a thousand real profiles are read without loss; the shipped one is clean."""

import re

import pytest

from conftest import REPOSITORY
from tipqa import readers
from tipqa.check import check
from tipqa.corpus import find
from tipqa.readers.markers import labels_in
from written import shared, squeezed

MARKER = re.compile(r"\[\^([^\s\[\]^]+)\]")
KEPT = re.compile(r"(?<=[.?!”)])\s?\((\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*)\)(?=\.?(?:\s|$|[A-Z]))")
NOT_PROSE = re.compile(rf"#{{1,6}} |{MARKER.pattern}:")


@pytest.fixture(scope="module")
def profiles():
    """Each file of the shared profiles, with what its reader makes of it."""
    folder = shared("profiles")
    return [(file, readers.read(file)) for file in find(folder)]


def blocks(file):
    """The prose of a profile as written, by line: blocks that are no headings and no notes."""
    found = {}
    lines = file.read_text(encoding="utf-8").split("\n")
    end = lines.index("---", 1)
    for number, line in enumerate(lines[end + 1 :], start=end + 2):
        if line.strip() and not NOT_PROSE.match(line):
            found[number] = line
    return found


def letters(text):
    return "".join(character for character in text if character.isalnum())


def test_every_file_reads(profiles):
    """None is refused; all but the one that names no country know theirs."""
    assert len(profiles) == 1064
    assert sum(not profile.notes for _, profile in profiles) == 4
    unknown = [profile.info.country_name for _, profile in profiles if not profile.info.country]
    assert unknown == ["TDA"]
    assert all(profile.info.inferred == () for _, profile in profiles)
    assert all(str(profile.info.edition) in file.parent.name for file, profile in profiles)


def test_no_letter_of_the_prose_is_lost(profiles):
    """Block by block, letters and digits of the body stand in the paragraphs, all of them."""
    for file, profile in profiles:
        found = blocks(file)
        if profile.notes:  # they kept some markers as "(33,81)"
            found = {n: KEPT.sub("", text) for n, text in found.items()}
        written = {n: letters(MARKER.sub("", text)) for n, text in found.items()}
        assert {p.line: letters(p.text) for p in profile.paragraphs} == written, file
        assert [p.line for p in profile.paragraphs] == sorted(written), file
        assert profile.left_out == (), file


def test_sentences_hold_the_whole_of_each_paragraph(profiles):
    """In order, each once, without white space at their ends."""
    for file, profile in profiles:
        for paragraph in profile.paragraphs:
            sentences = [paragraph.text[start:end] for start, end in paragraph.sentences]
            assert squeezed("".join(sentences)) == squeezed(paragraph.text), file
            assert all(sentence == sentence.strip() for sentence in sentences), file


def test_every_marker_is_a_citation_or_reported(profiles):
    """The markers of a block are its paragraph's direct citations, or it's said they are none."""
    cited = 0
    for file, profile in profiles:
        written = blocks(file)
        for paragraph in profile.paragraphs:
            labels = set(MARKER.findall(written[paragraph.line]))
            for kept in KEPT.findall(written[paragraph.line]) if profile.notes else ():
                labels |= set(labels_in(kept))
            reported = {
                label
                for problem in profile.problems
                if problem.code == "unresolved-marker" and problem.line == paragraph.line
                for label in labels
                if f'"{label}"' in problem.message
            }
            direct = {c.label for c in paragraph.citations if c.scope == "direct"}
            assert direct == labels - reported, (file, paragraph.number)
            assert {c.label for c in paragraph.citations} == direct, (file, paragraph.number)
            cited += len(direct)
    assert cited > 40_000


def test_every_citation_leads_to_a_note_of_its_profile(profiles):
    """And each resolved note names a source with an id that fits an address."""
    for file, profile in profiles:
        known = {id(note) for note in profile.notes}
        for paragraph in profile.paragraphs:
            spans = set(paragraph.sentences)
            assert all(id(c.note) in known for c in paragraph.citations), file
            assert all(c.sentence in spans for c in paragraph.citations), file
        for note in profile.notes:
            assert bool(note.sources) == (note.link != "unresolved"), (file, note.label)
            assert all(re.fullmatch("[a-z0-9-]+", source.id) for source in note.sources), file


def test_the_shipped_corpus_is_clean():
    """Its check finds notices at most."""
    files, findings = check([REPOSITORY / "corpus"])

    assert str(REPOSITORY / "corpus" / "cambodia-2005.md") in files
    assert [str(finding) for finding in findings if finding.level != "notice"] == []


def test_the_shipped_profile_of_cambodia_is_whole():
    """Twelve paragraphs, four of them uncited, eight notes that name two reports."""
    profile = readers.read(REPOSITORY / "corpus" / "cambodia-2005.md")

    assert profile.info.id == "cambodia-2005"
    assert (profile.info.country, profile.info.edition) == ("KHM", 2005)
    assert len(profile.paragraphs) == 12
    assert [p.number for p in profile.paragraphs if not p.citations] == [7, 9, 10, 12]
    assert [note.label for note in profile.notes] == list("12345678")
    assert {(s.publisher, s.title, s.year) for s in profile.sources} == {
        ("US Department of State", "Trafficking in Persons Report", 2005),
        ("US Department of State", "Human Rights Report", 2004),
    }
    assert len(profile.sources) == 2


def test_the_shipped_profile_follows_the_seed_page():
    """Paragraph by paragraph it rests on the same notes, and those on the same sources."""
    seed = readers.read(shared("seed/cambodia.txt"))
    ours = readers.read(REPOSITORY / "corpus" / "cambodia-2005.md")

    def rests_on(profile):
        return [sorted({c.label for c in p.citations}) for p in profile.paragraphs]

    assert rests_on(ours) == rests_on(seed)
    assert [n.sources[0].id for n in ours.notes] == [n.sources[0].id for n in seed.notes]
    assert ours.info.id == seed.info.id
