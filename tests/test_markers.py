"""Which signs of a text are markers, by the style that its notes show."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.notes import take_out
from tipqa.readers.markers import Style, choose_style, find, labels_in, lowered, raised

NUMBERS = [str(number) for number in range(1, 9)]


def marked(text, labels=NUMBERS, texts=None):
    """The text without its markers, and the labels they name."""
    style = choose_style([text] if texts is None else texts, labels)
    bare, markers = take_out(text, find(text, style))
    return bare, [marker.label for marker in markers]


@pytest.mark.parametrize(
    ("text", "bare", "labels"),
    [
        ("Boys mend nets.[3]", "Boys mend nets.", "3"),
        ("Boys mend nets [3].", "Boys mend nets.", "3"),
        ("Boys mend nets[3], girls cook.[1]", "Boys mend nets, girls cook.", "3 1"),
        ("Boys mend nets. [3] Girls cook. [4]", "Boys mend nets. Girls cook.", "3 4"),
        ("He said “no”[3] twice.", "He said “no” twice.", "3"),
        ("He said “no.”[3]", "He said “no.”", "3"),
        ("Boys mend nets.[3,5]", "Boys mend nets.", "3 5"),
        ("Boys mend nets.[3-6]", "Boys mend nets.", "3 4 5 6"),
        ("Boys mend nets.[3–5, 8]", "Boys mend nets.", "3 4 5 8"),
        ("Boys mend nets.[3][4]", "Boys mend nets.", "3 4"),
        ("Boys mend nets.[3]-[5]", "Boys mend nets.", "3 4 5"),
        ("Boys mend nets.[3],[4]", "Boys mend nets.", "3 4"),
        ("Of 10⁻³ parts 10⁶ ran.³", "Of 10⁻³ parts 10⁶ ran.", "3"),
        ("Boys mend nets.[9] Girls cook.[1]", "Boys mend nets. Girls cook.", "9 1"),
        ("In [2005] he [sic] ran.[1]", "In [2005] he [sic] ran.", "1"),
        ("Some [12,000] boys ran.[1]", "Some [12,000] boys ran.", "1"),
        ("Boys mend nets (3).", "Boys mend nets.", "3"),
        ("Boys mend nets.(3) Girls cook. (4)", "Boys mend nets. Girls cook.", "3 4"),
        ("Boys mend nets (1,4-6).", "Boys mend nets.", "1 4 5 6"),
        ("Boys mend nets (3; 5), girls cook.", "Boys mend nets, girls cook.", "3 5"),
        ("Police freed 40 boys (3) and 12 girls (4).", "Police freed 40 boys and 12 girls.", "3 4"),
        ("So says Article 3(1) (2). Law No. 7.(3)", "So says Article 3(1). Law No. 7.", "2 3"),
        ("They “mend”.3 It ended in 2005.4", "They “mend”. It ended in 2005.", "3 4"),
        ("It ended in 2005 (3).", "It ended in 2005.", "3"),
        ("It ended.(2) In 2005 (2005) it began.", "It ended. In 2005 (2005) it began.", "2"),
        ("It ended.(2) Later too (11).", "It ended. Later too.", "2 11"),
        ("Boys mend nets.³ Girls cook.¹", "Boys mend nets. Girls cook.", "3 1"),
        ("Boys mend nets³.", "Boys mend nets.", "3"),
        ("Boys mend nets.³,⁵", "Boys mend nets.", "3 5"),
        ("Boys mend nets.³⁻⁵ Girls cook. ⁷", "Boys mend nets. Girls cook.", "3 4 5 7"),
        ("He said “no.”³", "He said “no.”", "3"),
        (
            "Of 10² boys on 5 km² and 3 m², two ran.²",
            "Of 10² boys on 5 km² and 3 m², two ran.",
            "2",
        ),
        ("It ended in 2005.³ In 2006⁴ it began.", "It ended in 2005. In 2006 it began.", "3 4"),
        ("Boys mend nets.¹² Girls cook.¹", "Boys mend nets. Girls cook.", "12 1"),
        ("Boys mend nets.[^3] Girls cook.[^smith]", "Boys mend nets. Girls cook.", "3 smith"),
    ],
)
def test_numbers_in_each_shape_are_markers(text, bare, labels):
    """With or without a space, before or after the full stop, after a closing quote."""
    assert marked(text) == (bare, labels.split())


@pytest.mark.parametrize(
    "text",
    [
        "See Article 3(1) and sections 5(2) and 6 (3).",
        "The law has two aims: (1) find boys, (2) bring them home.",
        "They want to (1) find boys and (2) bring them home, and (3) pay.",
        "(1) Find the boys.",
        "Three (3) boys and two (2) girls ran.",
        "Boys aged (8) ran.",
        "A sum of (1,200) was paid, see Table 2 (continued).",
        "It ran from (2005) on, and (in 2006) too.",
        "Paragraph 4 (a) (2) applies, and Act 12(2) as well.",
        "The share was (12%) or (3.5).",
    ],
)
def test_numbers_in_parentheses_may_be_parts_of_the_words(text):
    """Even in a document whose markers look like that."""
    assert marked(text, texts=["One ran (1). Two ran (2). Three ran (3)."]) == (text, [])


@pytest.mark.parametrize(
    ("text", "bare", "labels"),
    [
        ("Boys work.* Girls cook.†", "Boys work. Girls cook.", "* †"),
        ("Boys* work.** Girls†† cook ‡.", "Boys work. Girls cook.", "* ** †† ‡"),
        ("Boys work.§ Under § 5 and §7 too.*", "Boys work. Under § 5 and §7 too.", "§ *"),
        ("They *never* rest.*", "They *never* rest.", "*"),
        ("It is 5 * 3 or 2*3.†", "It is 5 * 3 or 2*3.", "†"),
        ("* Boys work.†", "* Boys work.", "†"),
        ("He said “no.”* Then he left.", "He said “no.” Then he left.", "*"),
    ],
)
def test_signs_are_markers_where_a_note_has_one(text, bare, labels):
    """Not emphasis, bullets, sums or parts of laws."""
    assert marked(text, ["*", "**", "†", "††", "‡", "§"]) == (bare, labels.split())


@pytest.mark.parametrize(
    ("text", "bare", "labels"),
    [
        ("Boys work.[a] Girls cook.[b]", "Boys work. Girls cook.", "a b"),
        ("Boys work.[a,b] Girls cook.[d]", "Boys work. Girls cook.", "a b d"),
        ("They took [a] boat, [b]ut left.[a]", "They took [a] boat, [b]ut left.", "a"),
        ("[sic] [x] [etc] ran.[b]", "[sic] [x] [etc] ran.", "b"),
        ("Boys work.ᵃ Girls cook.ᵇ", "Boys work. Girls cook.", "a b"),
    ],
)
def test_letters_are_markers_where_notes_are_lettered(text, bare, labels):
    """Words in brackets and an editor's letters stay."""
    assert marked(text, ["a", "b", "c"]) == (bare, labels.split())


def test_the_style_is_what_names_most_notes():
    """Other shapes of numbers are text then, all through the document."""
    texts = ["Boys work (1). Girls cook (2). Men ran (3).", "It is 5 m³ [2] big."]

    assert choose_style(texts, NUMBERS).forms == ("caret", "parenthesis")
    assert marked(texts[1], NUMBERS, texts) == (texts[1], [])
    assert choose_style(["Boys work.¹ Girls cook.* (2)"], ["*", "1", "2"]).forms == (
        "caret",
        "superscript",
        "sign",
    )
    assert choose_style(["No marks."], NUMBERS).forms == ("caret", "bracket")
    assert choose_style(["See [3]."], []).forms == ("caret", "bracket")


@pytest.mark.parametrize(
    ("inside", "labels"),
    [
        ("3", "3"),
        ("3,5; 7", "3 5 7"),
        ("3–5", "3 4 5"),
        ("5-3", "5 3"),
        ("a-c", "a b c"),
        ("1-999", ""),
        ("007", "7"),
    ],
)
def test_labels_in_lists_and_ranges(inside, labels):
    """A range names each number from its first to its last; an absurd one none."""
    assert labels_in(inside) == labels.split()


def test_superscripts_are_written_and_read():
    """Digits, dashes and letters; one character for one."""
    assert raised("3, 12-15 a") == "³, ¹²⁻¹⁵ ᵃ"
    assert lowered("³, ¹²⁻¹⁵ ᵃ") == "3, 12-15 a"


@settings(max_examples=300, deadline=None)
@given(
    st.text("ab .,([{^*†§)]}1234567890²³⁴⁻–-;:\n", max_size=80),
    st.sets(st.sampled_from(["1", "2", "12", "a", "*", "†"])),
)
def test_marks_lie_in_order_and_apart(text, labels):
    """Whatever the text, each span lies within it and names something."""
    style = choose_style([text], labels)
    position = 0

    for (start, end), named in find(text, style):
        assert position <= start < end <= len(text)
        assert named
        position = end


@pytest.mark.parametrize("piece", ["(1) ", "[1]", "*a* ", "¹,", "**", "Article 3 (", "(1,", "a"])
def test_long_texts_take_no_longer_than_they_must(piece):
    """A hundred thousand characters of anything, within a second; a busy machine may try again."""
    text = piece * (100_000 // len(piece))
    style = Style(("bracket", "caret", "superscript", "parenthesis", "sign"), frozenset("1*a"))

    def seconds() -> float:
        began = time.thread_time()
        find(text, style)
        return time.thread_time() - began

    assert any(seconds() < 1 for _ in range(3))
