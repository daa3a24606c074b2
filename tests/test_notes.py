"""Markers → notes: taking markers out, and what each sentence rests on."""

import re

import pytest
from hypothesis import given, settings

from tipqa.links import RawNote, resolve_notes
from tipqa.notes import Marker, cite, take_out
from tipqa.sentences import sentence_spans
from tipqa.types import Note
from written import FRONT, links, read, sentences, written_profiles

MARKER = re.compile(r"\[(\w+)\]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("notes")


def taken(text):
    """Take out the markers `[n]` of a text."""
    return take_out(text, [(m.span(), [m[1]]) for m in MARKER.finditer(text)])


def cited(text, known="123"):
    """Sentence, label and scope of each citation, and the labels without a note."""
    notes = {label: Note(f"n{label}", label, f"Note {label}.", ()) for label in known}
    bare, markers = taken(text)
    citations, unresolved = cite(bare, sentence_spans(bare), markers, notes)
    assert all(citation.note is notes[citation.label] for citation in citations)
    return [(bare[slice(*c.sentence)], c.label, c.scope) for c in citations], list(unresolved)


def resolved(*written):
    """Resolve notes labelled 1, 2, 3 …"""
    return resolve_notes([RawNote(str(n), text, n) for n, text in enumerate(written, start=1)])


def ids(note):
    return [source.id for source in note.sources]


@pytest.mark.parametrize(
    ("text", "bare", "places"),
    [
        ("No marker.", "No marker.", []),
        ("Police came.[1] They left.", "Police came. They left.", [12]),
        ("Police came. [1] They left.", "Police came. They left.", [12]),
        ("Police came [1]. They left.", "Police came. They left.", [11]),
        ("Police came  \n [1][2]", "Police came", [11, 11]),
        ("Police[1] came.", "Police came.", [6]),
        ("Police [1] came.", "Police came.", [6]),
        ("[1] Police came.", "Police came.", [0]),
        ("[1]Police came.", "Police came.", [0]),
        ("He said “no” [1], then “yes [2]”.", "He said “no”, then “yes”.", [12, 23]),
        ("  Wide \t space\nhere.  ", "Wide space here.", []),
        ("[1]", "", [0]),
        ("", "", []),
    ],
)
def test_take_out_leaves_clean_text_and_says_where_markers_stood(text, bare, places):
    """Markers go with the space before them, white space is folded, places fit the new text."""
    found, markers = taken(text)

    assert found == bare
    assert [marker.at for marker in markers] == places


def test_take_out_gives_each_label_of_a_marker():
    """A marker that names three notes stands for three."""
    text = "Police came (1,4-5)."
    bare, markers = take_out(text, [((12, 19), ["1", "4", "5"])])

    assert bare == "Police came."
    assert markers == [Marker(11, "1"), Marker(11, "4"), Marker(11, "5")]


def test_a_marker_at_the_end_covers_the_sentences_before_it():
    """Back to the previous marker they inherit; what follows the last one rests on nothing."""
    found, unresolved = cited("One ran. Two ran.[1] Three ran. Four ran. Five ran.[2] Six ran.")

    assert found == [
        ("One ran.", "1", "inherited"),
        ("Two ran.", "1", "direct"),
        ("Three ran.", "2", "inherited"),
        ("Four ran.", "2", "inherited"),
        ("Five ran.", "2", "direct"),
    ]
    assert unresolved == []


def test_sentences_without_any_marker_rest_on_nothing():
    """A paragraph that bears no marker has no citation."""
    assert cited("One ran. Two ran.") == ([], [])


def test_two_markers_at_the_end_are_both_inherited():
    """Of "[1][2]" each sentence before inherits both, in that order, a repeated one once."""
    expected = [
        ("One ran.", "1", "inherited"),
        ("One ran.", "2", "inherited"),
        ("Two ran.", "1", "direct"),
        ("Two ran.", "2", "direct"),
    ]

    for markers in ["[1][2]", " [1] [2]", "[1][2][1]"]:
        assert cited(f"One ran. Two ran.{markers} Three ran.") == (expected, [])


def test_a_marker_within_a_sentence_covers_that_sentence_only():
    """It isn't inherited, and earlier sentences don't inherit past it."""
    found, _ = cited("One ran. Two[1] ran far. Three ran. Four ran.[2]")

    assert found == [
        ("Two ran far.", "1", "direct"),
        ("Three ran.", "2", "inherited"),
        ("Four ran.", "2", "direct"),
    ]


def test_an_unresolved_marker_gives_nothing_and_ends_inheritance():
    """No sentence is given a later note in its stead."""
    found, unresolved = cited("One ran. Two ran.[9] Three ran. Four ran.[1]")

    assert found == [("Three ran.", "1", "inherited"), ("Four ran.", "1", "direct")]
    assert unresolved == ["9"]


def test_an_unresolved_marker_beside_a_good_one_takes_nothing_from_it():
    """The good one is cited and inherited, the other is reported."""
    found, unresolved = cited("One ran. Two ran.[9][1]")

    assert found == [("One ran.", "1", "inherited"), ("Two ran.", "1", "direct")]
    assert unresolved == ["9"]


@pytest.mark.parametrize(
    "bearing",
    [
        "Two ran.[1]",
        "Two ran[1].",
        "Two ran [1].",
        "Two ran. [1]",
        "Two ran?[1]",
        "They said “we ran.”[1]",
        "They said “we ran”[1].",
        "They said “we ran[1].”",
        "(Two ran.)[1]",
        "(Two ran.[1])",
        "Two ran …[1]",
    ],
)
def test_a_closing_marker_may_stand_about_the_full_stop(bearing):
    """Before or after it, after a closing quote or bracket, with or without a space."""
    bare = MARKER.sub("", bearing).strip().replace(" .", ".")
    found, _ = cited(f"One ran. {bearing} Three ran.[2]")

    assert found == [
        ("One ran.", "1", "inherited"),
        (bare, "1", "direct"),
        ("Three ran.", "2", "direct"),
    ]


def test_a_marker_at_the_start_belongs_to_the_first_sentence():
    """Nothing stands before it that could bear it."""
    for text in ["[1] One ran. Two ran.", "[1]One ran. Two ran."]:
        assert cited(text) == ([("One ran.", "1", "direct")], [])


def test_a_marker_after_the_first_letter_belongs_to_that_sentence():
    """The one before it ends earlier, however near."""
    assert cited("One ran. A[1] man ran.") == ([("A man ran.", "1", "direct")], [])


def test_a_marker_before_a_comma_stands_within_its_sentence():
    """Words follow it, so the sentence before does not inherit."""
    assert cited("One ran. Two ran,[1] then stopped.")[0] == [
        ("Two ran, then stopped.", "1", "direct")
    ]


def test_a_note_names_its_source():
    """A note with text of its own is its own link."""
    (note,) = resolved("UNICEF. Children at sea. 2004.")

    assert (note.id, note.label, note.link, note.line) == ("n1", "1", "own", 1)
    assert [source.title for source in note.sources] == ["Children at sea"]


@pytest.mark.parametrize("text", ["Ibid.", "Ibid", "ibid., p. 4.", "Id. at 7.", "Idem."])
def test_ibid_takes_the_sources_of_the_note_before_it(text):
    """The same goes for a second one after it."""
    first, second, third = resolved("UNICEF. Children at sea. 2004.", text, text)

    assert second.link == "ibid:1"
    assert third.link == "ibid:2"
    assert ids(first) == ids(second) == ids(third)
    assert second.text == text


@pytest.mark.parametrize(
    "text",
    ["Supra note 1.", "UNICEF, supra note 1, at 12.", "UNICEF, supra n. 1", "See supra, note 1"],
)
def test_supra_takes_the_sources_of_the_note_it_names(text):
    """Not those of the note before it."""
    first, _, third = resolved("UNICEF. Children at sea. 2004.", "ILO. Quarries. 2003.", text)

    assert third.link == "supra:1"
    assert ids(third) == ids(first)


@pytest.mark.parametrize(
    "text", ["Ibid.", "Supra note 1.", "UNICEF, supra note 2.", "supra note 7"]
)
def test_a_reference_to_no_earlier_note_is_unresolved(text):
    """The first note has none before it, and none may name itself or a later one."""
    first, second, third = resolved(text, "ILO. Quarries. 2003.", "Ibid.")

    assert (first.link, first.sources) == ("unresolved", ())
    assert second.link == "own"
    assert third.link == "ibid:2"


def test_a_reference_to_an_unresolved_note_is_unresolved():
    """There are no sources to take over."""
    _, second, third = resolved("Ibid.", "Ibid.", "Supra note 1.")

    assert (second.link, second.sources) == ("unresolved", ())
    assert (third.link, third.sources) == ("unresolved", ())


def test_a_citation_by_ibid_carries_the_source(folder):
    """A sentence on "Ibid." rests on the publication that the note before it names."""
    profile = read(
        folder, FRONT + "One ran.[^1] Two ran.[^2]\n\n[^1]: UNICEF. At sea. 2004.\n[^2]: Ibid."
    )
    first, second = profile.paragraphs[0].citations

    assert second.note.text == "Ibid."
    assert second.note.sources == first.note.sources
    assert len(profile.sources) == 1


@settings(max_examples=300, deadline=None)
@given(written_profiles())
def test_every_marker_is_resolved_or_reported(folder, written):
    """Sentences, citations and unresolved markers are those that were written."""
    profile = read(folder, written.markdown)

    assert len(profile.paragraphs) == len(written.paragraphs)
    for number, paragraph in enumerate(profile.paragraphs):
        assert sentences(paragraph) == [s.text for s in written.paragraphs[number]]
        assert links(paragraph) == written.links(number)
    assert {p.message for p in profile.problems if p.code == "unresolved-marker"} == {
        f'marker "{label}" in paragraph {number} points to no note'
        for number, label in written.unresolved
    }
    assert [note.label for note in profile.notes] == list(written.labels)


@pytest.mark.parametrize(
    "text",
    ["hotel.[1], [2] Nobody came.", "hotel.[1] [2] Nobody came.", "hotel.[1][2]Nobody came."],
)
def test_what_joins_markers_goes_with_them(text):
    """A comma or a space between two markers is part of them, and so is a lost space."""
    assert taken(text)[0] == "hotel. Nobody came."


def test_a_word_beginning_with_id_is_no_ibid():
    """ID cards name a source of their own; "Id. at 5" does not."""
    first, second, third = resolved(
        "ILO. Report. 2010.", "ID cards for all. UNICEF. 2011.", "Id. at 5."
    )
    assert second.link == "own"
    assert third.link == "ibid:2"
    assert ids(third) == ids(second) != ids(first)
