"""Markdown profiles: blocks, markers, notes, and what is left out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.errors import CorpusError
from written import FRONT, codes, left_out, links, read, texts

NOTES = "\n\n[^1]: UNICEF. At sea. 2004.\n[^2]: ILO. On land. 2005.\n"
FIRST = FRONT.count("\n") + 1
"""The line after the front matter and its blank line."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("markdown")


@pytest.fixture
def body(folder):
    """Read a Markdown text below the front matter that every profile here has."""
    return lambda text: read(folder, FRONT + text)


def notes(profile):
    return [(note.label, note.text) for note in profile.notes]


def test_headings_nest(body):
    """A paragraph's section is its headings from the highest down; a higher one ends the lower."""
    profile = body(
        "No section.\n\n## Law\n\nIn law.\n\n### Penalties ###\n\nIn penalties.\n\n"
        "#### Fines\n\nIn fines.\n\n### Courts\n\nIn courts.\n\n## Police\n\nIn police.\n"
    )

    assert [(p.text, p.section) for p in profile.paragraphs] == [
        ("No section.", ()),
        ("In law.", ("Law",)),
        ("In penalties.", ("Law", "Penalties")),
        ("In fines.", ("Law", "Penalties", "Fines")),
        ("In courts.", ("Law", "Courts")),
        ("In police.", ("Police",)),
    ]


def test_a_heading_needs_a_space(body):
    """A line that begins with a hashtag is text."""
    profile = body("#StopForcedLabor is a campaign.\n")

    assert texts(profile) == ["#StopForcedLabor is a campaign."]


def test_the_first_top_heading_is_the_title(folder):
    """Front matter goes before it; then the heading is left out and listed."""
    text = "# Norway in brief\n\nPolice came.\n"

    assert read(folder, text).info.title == "Norway in brief"
    profile = read(folder, FRONT + text)
    assert profile.info.title == "Norway: an example, 2024"
    assert profile.paragraphs[0].section == ()
    assert left_out(profile) == [(FIRST, "Norway in brief")]


def test_list_items_and_quoted_paragraphs_are_paragraphs(body):
    """Each with its own markers, numbered through the profile, with its line."""
    profile = body(
        "Two steps:\n\n- One ran.[^1]\n- Two ran,\n  and far.[^2]\n\n  Three ran.\n"
        "    * Four ran.\n\n1. Five ran.\n2. Six ran.\n\n> Seven ran.\n> Eight ran.[^1]\n>\n"
        "> Nine ran.\n" + NOTES
    )

    assert [(p.number, p.text) for p in profile.paragraphs] == [
        (1, "Two steps:"),
        (2, "One ran."),
        (3, "Two ran, and far."),
        (4, "Three ran."),
        (5, "Four ran."),
        (6, "Five ran."),
        (7, "Six ran."),
        (8, "Seven ran. Eight ran."),
        (9, "Nine ran."),
    ]
    assert [p.line - FIRST for p in profile.paragraphs] == [0, 2, 3, 6, 7, 9, 10, 12, 15]
    assert links(profile.paragraphs[2]) == [("Two ran, and far.", "2", "direct")]
    assert links(profile.paragraphs[7]) == [
        ("Seven ran.", "1", "inherited"),
        ("Eight ran.", "1", "direct"),
    ]
    assert links(profile.paragraphs[8]) == []


def test_indented_text_is_a_paragraph(body):
    """Four spaces make no code block here, and dashes below a line no heading."""
    profile = body("    One ran.\n\nTwo ran.\n---\nThree ran.\n")

    assert texts(profile) == ["One ran.", "Two ran.", "Three ran."]
    assert {p.section for p in profile.paragraphs} == {()}


def test_tables_captions_fences_rules_and_images_are_left_out_and_listed(body):
    """Line by line; a sentence that only begins with "Table" stays."""
    profile = body(
        "Police came.\n\n"
        "Table 1. Raids by year\n\n"
        "| Year | Raids |\n|------|-------|\n| 2020 | 4 |\n\n"
        "Table 2 of the report is not public.\n\n"
        "```\ncode\n```\n\n---\n\n"
        "![A map](map.png)\n\n"
        "They ![icon](i.png) left.\n\n"
        "| A |\n|---|\n| b |\n\nFigure 3: Raids by month\n"
    )

    assert texts(profile) == [
        "Police came.",
        "Table 2 of the report is not public.",
        "They left.",
    ]
    assert [(line - FIRST, text) for line, text in left_out(profile)] == [
        (2, "Table 1. Raids by year"),
        (4, "| Year | Raids |"),
        (5, "|------|-------|"),
        (6, "| 2020 | 4 |"),
        (10, "```"),
        (11, "code"),
        (12, "```"),
        (14, "---"),
        (16, "(image) A map"),
        (18, "(image) icon"),
        (20, "| A |"),
        (21, "|---|"),
        (22, "| b |"),
        (24, "Figure 3: Raids by month"),
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Strong** and *weak*, __both__ and _all_.", "Strong and weak, both and all."),
        ("The **fisher*men*** left.", "The fishermen left."),
        ("A [report](https://example.org 'title') came.", "A report came."),
        ("A [report][r] and [r] came.\n\n[r]: https://example.org", "A report and r came."),
        ("See <https://example.org/a_b_c>.", "See https://example.org/a_b_c."),
        ("Law &amp; order &#8212; caf&eacute;&nbsp;&lt;b&gt;.", "Law & order — café <b>."),
        ("A `code span` here.", "A code span here."),
        ("Two lines,\none paragraph  \nand \\\nso on.", "Two lines, one paragraph and so on."),
        (r"Stars \* and \[brackets\] and 2\. stay.", "Stars * and [brackets] and 2. stay."),
        ("<b>Raw</b> HTML <br/> &c.", "Raw HTML &c."),
        ("<div>\nA block of it\n</div>", "A block of it"),
        ("snake_case_name and 2*3*4 and ~tilde~", "snake_case_name and 234 and ~tilde~"),
        ("It ends [sic] in [2005].", "It ends [sic] in [2005]."),
    ],
)
def test_text_is_rendered(body, written, shown):
    """Emphasis, links and entities as a reader sees them, and tags of HTML as none."""
    assert texts(body(written)) == [shown]


@pytest.mark.parametrize(
    "written", [r"It says \[^1] here.", "It says `[^1]` here.", r"It says [\^1] here.", "a [^1 b]"]
)
def test_what_only_looks_like_a_marker_stays_text(body, written):
    """Escaped, in a code span, or with a space: it's shown, cites nothing, and is told of."""
    profile = body(written + NOTES)

    assert profile.paragraphs[0].citations == ()
    assert "^1" in profile.paragraphs[0].text
    told = [code for code in codes(profile) if code != "marker-as-text"]
    assert told == ["unused-note", "unused-note"]
    assert ("[^" in profile.paragraphs[0].text) == ("marker-as-text" in codes(profile))


@pytest.mark.parametrize(
    "written",
    [
        "Police came.[^1]",
        "Police came. [^1]",
        "**Police came.[^1]**",
        "**Police came.**[^1]",
        "*Police came[^1]*.",
        "Police came.\n[^1]",
        "[Police](https://example.org)[^1] came.",
        "Police came[^1](https://example.org).",
        "> Police came.[^1]",
    ],
)
def test_a_marker_is_taken_out_wherever_it_stands(body, written):
    """Beside emphasis and links, or on the next line, it is never part of the text."""
    (paragraph,) = body(written + NOTES).paragraphs

    assert "[^" not in paragraph.text
    assert paragraph.text.startswith("Police came")
    assert [citation.label for citation in paragraph.citations] == ["1"]


def test_labels_may_be_words(body):
    """Anything without spaces or brackets is one."""
    profile = body("One ran.[^smith-2004] Two ran.[^*] Three ran.[^été]\n\n[^smith-2004]: A.\n"
                   "[^*]: B.\n[^été]: C.\n")  # fmt: skip

    assert [c.label for c in profile.paragraphs[0].citations] == ["smith-2004", "*", "été"]
    assert codes(profile) == []


def test_a_marker_in_a_heading_is_not_part_of_the_section(body):
    """The section's name is the heading's text alone."""
    profile = body("## The *law*[^1] of [Norway](https://example.org)\n\nOne ran.[^1]" + NOTES)

    assert profile.paragraphs[0].section == ("The law of Norway",)


def test_notes_need_no_blank_lines_between(body):
    """Nor one before them: a note ends the paragraph above it."""
    profile = body("One ran.[^1] Two ran.[^2]\n[^1]: A. B. 2004.\n[^2]: C. D. 2005.\n[^3]: E.\n")

    assert texts(profile) == ["One ran. Two ran."]
    assert notes(profile) == [("1", "A. B. 2004."), ("2", "C. D. 2005."), ("3", "E.")]
    assert [note.line - FIRST for note in profile.notes] == [1, 2, 3]


def test_a_note_goes_on_on_indented_lines_and_after_a_blank_one(body):
    """It is joined; a paragraph at the margin after a blank line is a paragraph."""
    profile = body(
        "One ran.[^1]\n\n[^1]: UNICEF. At\n    sea.\n\n    Second part. 2004.\n\nTwo ran.\n"
        "\n[^2]:\n    ILO. On land.\n"
    )

    assert notes(profile) == [("1", "UNICEF. At sea. Second part. 2004."), ("2", "ILO. On land.")]
    assert texts(profile) == ["One ran.", "Two ran."]


@pytest.mark.parametrize("after", ["## Law", "- an item", "> a quote", "1. an item", "```\nx\n```"])
def test_a_note_ends_where_another_block_begins(body, after):
    """What follows at the margin is not swallowed by it."""
    profile = body(f"One ran.[^1]\n\n[^1]: A. B. 2004.\n{after}\n\nTwo ran.\n")

    assert notes(profile) == [("1", "A. B. 2004.")]
    assert texts(profile)[-1] == "Two ran."


@pytest.mark.parametrize("address", ["https://example.org/a_b", "<https://example.org/a_b>"])
def test_a_note_that_is_just_an_address_is_a_note(body, address):
    """It isn't eaten as the target of a link."""
    profile = body(f"One ran.[^1] Two ran.\n\n[^1]: {address}\n")

    assert notes(profile) == [("1", address)]
    assert texts(profile) == ["One ran. Two ran."]
    assert profile.notes[0].sources[0].url == "https://example.org/a_b"
    assert codes(profile) == []


def test_a_note_is_kept_as_written(body):
    """Its emphasis, entities and brackets stay."""
    text = "*UNICEF*. “At &amp; sea” [online] <b>2004</b>; \\[x\\] [^2]"
    profile = body(f"One ran.[^1]\n\n[^1]: {text}\n")

    assert notes(profile) == [("1", text)]


def test_of_two_notes_with_one_label_the_first_stands(body):
    """The second is reported with its line, and listed among what is left out."""
    profile = body("One ran.[^1]\n\n[^1]: A. B. 2004.\n[^2]: C. D. 2005.\n[^1]: E. F. 2006.\n")

    assert notes(profile) == [("1", "A. B. 2004."), ("2", "C. D. 2005.")]
    assert profile.paragraphs[0].citations[0].note.text == "A. B. 2004."
    assert [(p.code, p.line) for p in profile.problems] == [
        ("unused-note", FIRST + 3),
        ("duplicate-note", FIRST + 4),
    ]
    assert f"line {FIRST + 2}" in profile.problems[1].message
    assert [line for line, text in left_out(profile) if "E. F. 2006." in text] == [FIRST + 4]


def test_unresolved_markers_and_unused_notes_are_reported_with_their_lines(body):
    """A marker without a note cites nothing; a note without a marker is kept."""
    profile = body("One ran.\n\nTwo ran.[^9]\n\n[^1]: A. B. 2004.\n")

    assert [p.citations for p in profile.paragraphs] == [(), ()]
    assert [(p.code, p.line) for p in profile.problems] == [
        ("unresolved-marker", FIRST + 2),
        ("unused-note", FIRST + 4),
    ]
    assert '"9"' in profile.problems[0].message
    assert notes(profile) == [("1", "A. B. 2004.")]


def test_windows_line_ends_change_nothing(folder):
    """A file saved with CRLF, or with CR alone, reads as with LF."""
    text = FRONT + "## Law\n\nOne\nran.[^1]\n\n- Two ran.\n" + NOTES
    plain = read(folder, text)

    assert read(folder, text.replace("\n", "\r\n")) == plain
    assert read(folder, text.replace("\n", "\r")) == plain
    assert texts(plain) == ["One ran.", "Two ran."]


def test_a_file_of_notes_alone_is_no_profile(folder):
    """Nor is one of headings, tables and images."""
    for text in [NOTES, "## Law\n", "| a |\n|---|\n| b |\n", "![x](y.png)\n"]:
        with pytest.raises(CorpusError, match="holds no paragraph"):
            read(folder, FRONT + text)


PIECES = st.sampled_from(
    [
        *["## ", "- ", "> ", "1. ", "| a |\n|---|\n", "```", "    ", "\n", "\n\n", "---\n"],
        *["[^1]", "[^1]: ", "[^x]", "[^", "]", "[", "](", ")", "*", "**", "_", "`", "\\", "!"],
        *["<b>", "&amp;", "<!--", "Police came. ", "word", "\t", "É"],
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_markdown_reads(folder, text):
    """Whatever stands below the front matter, spans lie within texts and notes are known."""
    profile = read(folder, f"{FRONT}Police came.\n\n{text}")

    labels = [note.label for note in profile.notes]
    assert len(labels) == len(set(labels))
    for number, paragraph in enumerate(profile.paragraphs, start=1):
        assert paragraph.number == number
        assert paragraph.text == paragraph.text.strip() != ""
        for citation in paragraph.citations:
            assert citation.sentence in paragraph.sentences
            assert citation.note in profile.notes


def test_a_year_at_the_start_is_no_list_number(body):
    """A sentence after a year is no item of a list; after a smaller number it is."""
    assert texts(body("2014. The law passed.\n\n14. The law passed.")) == [
        "2014. The law passed.",
        "The law passed.",
    ]


def test_a_marker_in_a_link_is_a_marker(body):
    """It stands for the sentence, whatever the linked words are."""
    profile = body("It broke [the law[^1]](https://example.org).\n\n[^1]: A. B. 2004.")
    assert [p.text for p in profile.paragraphs] == ["It broke the law."]
    assert [citation.label for citation in profile.paragraphs[0].citations] == ["1"]


def test_a_marker_in_a_heading_is_listed(body):
    """It stands for no sentence, so it is told of among what is left out."""
    assert "Courts[^9]" in [text for _, text in left_out(body("## Courts[^9]\n\nThey sat."))]


def test_an_empty_heading_is_no_section(body):
    """A lone ## leaves the section as it was."""
    assert body("## Law\n\n##\n\nIt passed.").paragraphs[0].section == ("Law",)


def test_what_is_nested_too_deep_is_refused(body):
    """Rather than lost."""
    with pytest.raises(CorpusError, match="nested 100 deep"):
        body("> " * 120 + "Deep.")


@pytest.mark.parametrize(
    "written",
    [
        '[the *big* law[^1]](https://example.org "title") passed.',
        "[the *big* law[^1]][r] passed.\n\n[r]: https://example.org",
        "the <b>big</b> law<sup>[^1]</sup> passed.",
        "the big<br>law[^1] passed.",
    ],
)
def test_markers_stand_in_links_and_tags(body, written):
    """Whatever is around them, the text is what a reader sees."""
    profile = body(f"{written}\n\n[^1]: A. B. 2004.")
    assert texts(profile) == ["the big law passed."]
    assert [citation.label for citation in profile.paragraphs[0].citations] == ["1"]


def test_comments_are_left_out_and_listed(body):
    """With the line they begin on; the lines after them keep theirs."""
    profile = body("One.\n\n<!-- ask\nAnna -->\n\nTwo.")
    assert texts(profile) == ["One.", "Two."]
    (line, shown), *rest = left_out(profile)
    assert (shown, rest) == ("<!-- ask Anna -->", [])
    assert profile.paragraphs[1].line == line + 3


def test_a_heading_may_be_underlined(body):
    """With equals signs or four hyphens; three only part what is above from what follows."""
    profile = body(
        "## Law\n\nOne.\n\nCourts\n======\n\nTwo.\n\nPolice\n---\n\nThree.\n\nAid\n----\n\nFour."
    )
    assert [p.section for p in profile.paragraphs] == [
        ("Law",),
        ("Courts",),
        ("Courts",),
        ("Courts",),
        ("Courts", "Aid"),
    ]
    assert texts(profile) == ["One.", "Two.", "Police", "Three.", "Four."]


def test_bylines_and_attributes_are_left_out(body):
    """What tells the author or the day under a title, and kramdown's attributes, are listed."""
    profile = body("# Norway\n\nBy Ann Lee\n\n*5 May 2014*\n\nOne.\n{: .lead}\n\nBy night, two.")
    assert texts(profile) == ["One.", "By night, two."]
    assert [text for _, text in left_out(profile)][-3:] == [
        "By Ann Lee",
        "*5 May 2014*",
        "{: .lead}",
    ]


def test_a_heading_without_text_is_listed(body):
    """One over another that has text is part of its section; a bare one is left out."""
    profile = body("## Law\n\n### Courts\n\nOne.\n\n## Police\n\n## Gaps")
    assert profile.paragraphs[0].section == ("Law", "Courts")
    assert [text for _, text in left_out(profile)] == ["Police", "Gaps"]


def test_text_under_a_note_is_no_part_of_it(body):
    """Unless it is indented."""
    profile = body("One.[^1]\n\n[^1]: A. B. 2004.\nTwo.[^2]\n\n[^2]: C. D.\n  2005.")
    assert texts(profile) == ["One.", "Two."]
    assert notes(profile) == [("1", "A. B. 2004."), ("2", "C. D. 2005.")]


def test_an_empty_note_is_told_of(body):
    """It names no source."""
    profile = body("One.[^1]\n\n[^1]:\n")
    assert "empty-note" in codes(profile)
    assert profile.sources == ()


def test_signs_that_are_not_seen_are_not_kept(body):
    """Soft hyphens and zero-width spaces would hide a word from who looks for it."""
    assert texts(body("Traf\u00adfick\u200bing.")) == ["Trafficking."]


def test_a_note_of_a_table_is_used(body):
    """The table is left out and listed, its note is no note too many."""
    profile = body("One ran.\n\n| Year | Cases |\n|---|---|\n| 2004 | 5[^1] |\n\n[^1]: A. B. 2004.")
    assert codes(profile) == []
    assert "| 2004 | 5[^1] |" in [text for _, text in left_out(profile)]


def test_paragraphs_may_be_written_in_html(folder):
    """Their tags vanish; raised links are markers, ways back no text."""
    profile = read(
        folder,
        f'{FRONT}<p>One ran.<sup id="r1"><a href="#f1">1</a></sup></p>\n\n<hr/>\n'
        '<p id="f1">1. UNICEF. At sea. 2004. <a href="#r1">↩</a></p>\n',
    )

    assert texts(profile) == ["One ran."]
    assert [label for _, label, _ in links(profile.paragraphs[0])] == ["1"]


@pytest.mark.parametrize(
    ("marker", "notes"),
    [
        ("[1]", "## Notes\n\n1. UNICEF. At sea. 2004."),
        (" [1]", "Works Cited\n---\n\n[1] UNICEF. At sea. 2004."),
        (r"\[1\]", "**Notes**\n\n\\[1\\] UNICEF. At sea. 2004."),
        ("**[1]**", "[1]: UNICEF. At sea. 2004."),
        ("¹", "***\n¹ UNICEF. At sea. 2004."),
        ("<sup>1</sup>", "1. UNICEF. At sea. 2004."),
        ("^1^", "1. UNICEF. At sea. 2004."),
        ("[[1]](#_ftn1)", "[[1]](#_ftnref1) UNICEF. At sea. 2004."),
        ("[1](#note-1)", '1. <a name="note-1"></a>UNICEF. At sea. 2004. [↩](#ref-1)'),
        (" (1)", "References\n\n1. UNICEF. At sea. 2004."),
        ("[^1]", "## Notes\n\n1. UNICEF. At sea. 2004."),
    ],
)
def test_notes_may_stand_in_a_list(folder, marker, notes):
    """Without "[^1]: …" the style is decided from the list, as in plain text."""
    profile = read(folder, f"{FRONT}One ran. Two ran.{marker} Three ran.\n\n{notes}\n")

    assert texts(profile) == ["One ran. Two ran. Three ran."]
    assert links(profile.paragraphs[0]) == [
        ("One ran.", "1", "inherited"),
        ("Two ran.", "1", "direct"),
    ]
    assert [(note.label, note.text) for note in profile.notes] == [("1", "UNICEF. At sea. 2004.")]


def test_signs_are_told_from_bullets(folder):
    """A star that opens a line is a note where the text has it, else a point of a list."""
    profile = read(
        folder, f"{FRONT}One ran.\\*\n\n- Two ran.\n\nThree ran.\n\n* UNICEF. At sea. 2004.\n"
    )

    assert texts(profile) == ["One ran.", "Two ran.", "Three ran."]
    assert [note.label for note in profile.notes] == ["*"]


def test_an_address_may_be_a_note(folder):
    """A definition of a link is a note where its label stands in the text by itself."""
    profile = read(
        folder, f"{FRONT}One ran.[1] See [a page][2].\n\n[1]: https://example.org/a\n"
        "[2]: https://example.org/b\n",
    )  # fmt: skip

    assert texts(profile) == ["One ran. See a page."]
    assert [s.url for s in profile.sources] == ["https://example.org/a"]


def test_notes_in_the_markdown_style_leave_other_brackets_alone(folder):
    """The list of notes decides: beside "[^1]: …" a "[2]" is text."""
    profile = read(folder, f"{FRONT}One ran.[^1] Two ran [2].\n\n[^1]: UNICEF. At sea. 2004.\n")

    assert texts(profile) == ["One ran. Two ran [2]."]


def test_a_list_of_steps_is_no_list_of_notes(folder):
    """One number of it in the text doesn't make it one."""
    profile = read(folder, f"{FRONT}One ran.[2]\n\n1. Police train.\n2. Unions visit.\n")

    assert texts(profile) == ["One ran.", "Police train.", "Unions visit."]
    assert codes(profile) == ["unresolved-marker"]


def test_items_numbered_alike_are_counted_on(folder):
    """Each "1." of a list is the next number, as a page shows it."""
    profile = read(
        folder, f"{FRONT}One ran.[1] Two ran.[2]\n\n1. UNICEF. 2004.\n1. ILO. Boats. 2005.\n"
    )

    assert [note.label for note in profile.notes] == ["1", "2"]


def test_notes_may_stand_in_a_table(folder):
    """A row for each, its label first; the head of the table is left out."""
    profile = read(
        folder,
        f"{FRONT}One ran.[1]\n\n| No. | Source |\n|---|---|\n| 1 | UNICEF. At sea. 2004. |\n",
    )

    assert [(n.label, n.text, n.line) for n in profile.notes] == [
        ("1", "UNICEF. At sea. 2004.", 11)
    ]
    assert left_out(profile) == [(9, "| No. | Source |"), (10, "|---|---|")]


def test_markers_that_a_file_kept_in_parentheses_are_markers_too(body):
    """Beside numbered `[^n]`, after the end of a sentence; amounts and enumerations are none."""
    text = (
        "One ran.[^1] Two ran.(1, 9) Three (3) ran in 2004 (366,667). Four ran. (2; 1)\n\n"
        "It has aims. (1) Protect them. (2) Prosecute.[^1]\n\n"
        "[^1]: ILO. A. 2001.\n[^2]: ILO. B. 2002.\n"
    )
    profile = body(text)
    first, second = profile.paragraphs

    assert first.text == "One ran. Two ran. Three (3) ran in 2004 (366,667). Four ran."
    assert [(c.label, c.scope) for c in first.citations] == [
        ("1", "direct"),
        ("1", "direct"),
        ("2", "inherited"),
        ("1", "inherited"),
        ("2", "direct"),
        ("1", "direct"),
    ]
    assert second.text == "It has aims. (1) Protect them. (2) Prosecute."
    assert [p.code for p in profile.problems] == ["unresolved-marker"]
