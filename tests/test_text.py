"""Plain text saved from a web page: prose, markers, the list of notes, and the page's frame."""

import pytest

from written import codes, left_out, links, read, sentences, shared, texts

FRONT = "---\ntitle: T\ncountry: Norway\nedition: 2020\n---\n\n"

THAILAND = """\
Skip to main content

(site logo)

Thailand: a profile


The Situation

Thailand is a destination for men from Myanmar who are put to work at sea.[1] Boats stay out
for months, and [sic] pay is kept back. Few captains [2005] were charged.[2]

Some men are sold at sea.

Government Efforts

Patrols boarded 40 boats in 2011[3], and freed 12 men. A court fined one owner [2, 4].

Three steps followed.

- A hotline was opened.[1-3]
* A list of boats was made,
  port by port.
• Captains were trained.[4]

Notes

1 2011 Ministry of Labour Yearbook of Inspection
2 Fishers' Union. At sea for years,
a survey. 2010.
3 Ibid.
4 UNODC. Global report. 2009.

Related pages

Print this page

© 2012 A Web Site. All rights reserved.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("text")


@pytest.fixture(scope="module")
def thailand(folder):
    return read(folder, THAILAND, "page.txt")


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    page = shared("seed/cambodia.txt").read_text(encoding="utf-8")
    return read(tmp_path_factory.mktemp("seed"), page, "cambodia.txt")


def notes(profile):
    return [(note.label, note.text) for note in profile.notes]


def plain(section):
    """A section whose spaces are all of one kind."""
    return tuple(" ".join(title.split()) for title in section)


def test_the_seed_page_has_its_paragraphs_notes_and_sources(seed):
    """Twelve, eight and two; the first and last words are the page's."""
    assert len(seed.paragraphs) == 12
    assert len(seed.notes) == 8
    assert [note.label for note in seed.notes] == list("12345678")
    assert {source.year: source.title for source in seed.sources} == {
        2005: "Trafficking in Persons Report",
        2004: "Human Rights Report",
    }
    assert {source.publisher for source in seed.sources} == {"US Department of State"}
    assert seed.paragraphs[0].text.startswith("Cambodia is a source, destination, and transit")
    assert seed.paragraphs[11].text.endswith("Department of State Trafficking in Persons Report.")


def test_the_seed_page_is_cited_paragraph_by_paragraph(seed):
    """Four paragraphs bear no marker; each other has one at its end, which covers all of it."""
    labels = [sorted({c.label for c in p.citations}) for p in seed.paragraphs]

    assert labels == [["1"], ["2"], ["3"], ["4"], ["5"], ["6"], [], ["7"], [], [], ["8"], []]
    for paragraph in seed.paragraphs:
        if paragraph.citations:
            assert [c.sentence for c in paragraph.citations] == list(paragraph.sentences)
            scopes = [c.scope for c in paragraph.citations]
            assert scopes == ["inherited"] * (len(scopes) - 1) + ["direct"]
    years = {c.label: c.note.sources[0].year for p in seed.paragraphs for c in p.citations}
    assert [years[label] for label in "12345678"] == [
        2005,
        2004,
        2004,
        2005,
        2005,
        2004,
        2004,
        2005,
    ]


def test_the_seed_page_keeps_its_sections(seed):
    """The headings stand over the paragraphs as on the page."""
    counted = {}
    for paragraph in seed.paragraphs:
        counted[plain(paragraph.section)] = counted.get(plain(paragraph.section), 0) + 1

    assert counted == {
        (): 3,
        ("Cambodian Government Efforts",): 3,
        ("Nongovernmental & International Organizations' Efforts",): 2,
        ("International Efforts",): 1,
        ("Areas for Improvement",): 3,
    }


def test_the_seed_page_has_its_frame_left_out(seed):
    """Exactly its furniture is, and each line of it is listed."""
    assert left_out(seed) == [
        (1, "(logo image)"),
        (3, "A web resource for combating human trafficking"),
        (47, "Related pages on this site"),
        (49, "Related external links"),
        (52, "Search the entirety of the site for resources or updates."),
        (54, "Inquiry Corner"),
        (
            56,
            "We are here to assist you with research requests or inquiries about human "
            "trafficking. Click here to contact us!",
        ),
        (
            59,
            "Sign up for our monthly newsletter to stay up-to date with news and events from "
            "around the world.",
        ),
    ]


def test_the_seed_page_says_neither_country_nor_edition(seed):
    """Both are inferred, marked as such and reported, and nothing else is."""
    assert (seed.info.country, seed.info.country_name, seed.info.edition) == (
        "KHM",
        "Cambodia",
        2005,
    )
    assert seed.info.inferred == ("country", "edition")
    assert seed.info.id == "cambodia-2005"
    assert codes(seed) == ["inferred-country", "inferred-edition"]


def test_prose_is_read_between_the_frame(thailand):
    """Hard-wrapped lines are joined, list items are paragraphs, sections are the headings."""
    assert [(p.text, p.section) for p in thailand.paragraphs] == [
        (
            "Thailand is a destination for men from Myanmar who are put to work at sea. Boats stay "
            "out for months, and [sic] pay is kept back. Few captains [2005] were charged.",
            ("The Situation",),
        ),
        ("Some men are sold at sea.", ("The Situation",)),
        (
            "Patrols boarded 40 boats in 2011, and freed 12 men. A court fined one owner.",
            ("Government Efforts",),
        ),
        ("Three steps followed.", ("Government Efforts",)),
        ("A hotline was opened.", ("Government Efforts",)),
        ("A list of boats was made, port by port.", ("Government Efforts",)),
        ("Captains were trained.", ("Government Efforts",)),
    ]
    assert [p.line for p in thailand.paragraphs] == [10, 13, 17, 19, 21, 22, 24]


def test_markers_of_a_page_name_one_note_or_several(thailand):
    """`[2]`, `[2, 4]` and `[1-3]`; before a comma a marker stands within its sentence."""
    first, _, third, _, fifth, sixth, seventh = thailand.paragraphs

    one, two, three = sentences(first)
    assert links(first) == [(one, "1", "direct"), (two, "2", "inherited"), (three, "2", "direct")]
    patrols, court = sentences(third)
    assert links(third) == [
        (patrols, "3", "direct"),
        (court, "2", "direct"),
        (court, "4", "direct"),
    ]
    assert [c.label for c in fifth.citations] == ["1", "2", "3"]
    assert sixth.citations == ()
    assert [c.label for c in seventh.citations] == ["4"]
    assert "unresolved-marker" not in codes(thailand)


def test_notes_of_a_page_are_read(thailand):
    """A note goes on in the next line; "Ibid." names the source before it."""
    assert notes(thailand) == [
        ("1", "2011 Ministry of Labour Yearbook of Inspection"),
        ("2", "Fishers' Union. At sea for years, a survey. 2010."),
        ("3", "Ibid."),
        ("4", "UNODC. Global report. 2009."),
    ]
    assert [note.line for note in thailand.notes] == [28, 29, 31, 32]
    assert thailand.notes[2].sources == thailand.notes[1].sources


def test_the_frame_of_a_page_is_left_out_and_listed(thailand):
    """The heading over the notes too; the title is the page's."""
    assert thailand.info.title == "Thailand: a profile"
    assert thailand.info.id == "thailand-2011"
    assert left_out(thailand) == [
        (1, "Skip to main content"),
        (3, "(site logo)"),
        (26, "Notes"),
        (34, "Related pages"),
        (36, "Print this page"),
        (38, "© 2012 A Web Site. All rights reserved."),
    ]


@pytest.mark.parametrize("shape", ["[{}] ", "[{}]: ", "{} ", "{}. ", "{}) ", "{}: ", "  {}.  "])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "heading", ["", "Notes\n\n", "Endnotes:\n\n", "REFERENCES\n", "Sources\n\n"]
)
def test_a_list_of_notes_is_found_in_each_usual_shape(folder, shape, between, heading):
    """Its numbers bracketed or not, with blank lines between or not, under a heading or not."""
    written = ["UNICEF. At sea. 2004.", "2003 ILO Report on quarries", "Ibid."]
    listed = between.join(shape.format(n) + text for n, text in enumerate(written, start=1))
    profile = read(
        folder,
        FRONT + "Boys mend nets.[1] Girls carry water.[2]\n\nNobody is paid.[3]\n\n"
        f"{heading}{listed}\n",
        "norway.txt",
    )

    assert texts(profile) == ["Boys mend nets. Girls carry water.", "Nobody is paid."]
    assert notes(profile) == [(str(n), text) for n, text in enumerate(written, start=1)]
    assert [c.label for p in profile.paragraphs for c in p.citations] == ["1", "2", "3"]
    assert [text for _, text in left_out(profile)] == ([heading.strip()] if heading else [])
    assert codes(profile) == []


def test_a_numbered_list_in_the_text_is_not_the_notes(folder):
    """The list at the end is, which holds more of the labels that are used."""
    profile = read(
        folder,
        FRONT
        + "The plan has two aims.[1] It is old.[2] It is short.[3]\n\n"
        + "1. Find the boys on the boats.\n\n2. Bring them home.\n\nIt failed.\n\n"
        + "1. UNICEF. At sea. 2004.\n2. ILO. On land. 2005.\n3. IOM. Home again. 2006.\n",
        "norway.txt",
    )

    assert [note.sources[0].year for note in profile.notes] == [2004, 2005, 2006]
    assert texts(profile)[-1] == "It failed."
    assert "Find the boys on the boats." in " ".join(texts(profile))


def test_of_two_lists_that_fit_alike_the_last_is_the_notes(folder):
    """Notes stand at the end of a page."""
    profile = read(
        folder,
        FRONT + "The plan has two aims.[1] It is old.[2]\n\n"
        "1. Find the boys.\n2. Bring them home.\n\nIt failed.\n\n"
        "1. UNICEF. At sea. 2004.\n2. ILO. On land. 2005.\n",
        "norway.txt",
    )

    assert [note.sources[0].year for note in profile.notes] == [2004, 2005]
    assert "Bring them home." in " ".join(texts(profile))


def test_a_page_without_notes_keeps_its_prose(folder):
    """The frame after it goes all the same, and every paragraph is uncited."""
    profile = read(
        folder,
        "Kenya\n\nGirls were freed near Mombasa in 2016. They went home.\n\n"
        "The court met twice.\n\nSubscribe to our newsletter\n\nSite map\n",
        "page.txt",
    )

    assert texts(profile) == [
        "Girls were freed near Mombasa in 2016. They went home.",
        "The court met twice.",
    ]
    assert left_out(profile) == [(7, "Subscribe to our newsletter"), (9, "Site map")]
    assert profile.notes == ()
    assert [p.citations for p in profile.paragraphs] == [(), ()]
    assert (profile.info.title, profile.info.country, profile.info.edition) == (
        "Kenya",
        "KEN",
        2016,
    )


def test_a_text_without_any_frame_loses_nothing(folder):
    """Its paragraphs and notes are all there is."""
    profile = read(
        folder,
        "Peru has mines in the forest.[1] Boys work there.\n\nNobody inspects them.[2]\n\n"
        "1 ILO. On gold. 2014.\n2 IOM. On roads. 2015.",
        "peru.txt",
    )

    assert texts(profile) == [
        "Peru has mines in the forest. Boys work there.",
        "Nobody inspects them.",
    ]
    assert len(profile.notes) == 2
    assert left_out(profile) == []
    assert profile.info.id == "peru-2015"


def test_an_unresolved_marker_of_a_page_is_reported(folder):
    """With the line of its paragraph; the others keep their notes."""
    profile = read(
        folder,
        FRONT
        + "Boys mend nets.[1]\n\nGirls carry water.[7]\n\n1 ILO. On nets. 2014.\n2 IOM. X. 2015.",
        "norway.txt",
    )

    assert [(p.code, p.line) for p in profile.problems] == [
        ("unresolved-marker", 9),
        ("unused-note", 12),
    ]
    assert [len(p.citations) for p in profile.paragraphs] == [1, 0]


def test_only_small_numbers_in_brackets_are_markers(folder):
    """A year, a word or an empty pair stays in the text."""
    profile = read(
        folder,
        FRONT
        + "In [2005] he said: “They [the boats] go [sic] [] out.” It ended.[1]\n\n1 ILO. X. 2014.",
        "norway.txt",
    )

    assert texts(profile) == ["In [2005] he said: “They [the boats] go [sic] [] out.” It ended."]
    assert [c.scope for c in profile.paragraphs[0].citations] == ["inherited", "direct"]


def test_headings_below_one_another_nest(folder):
    """A heading right under a heading is a part of it; the next one begins anew."""
    profile = read(
        folder,
        FRONT
        + "Boats go out.\n\nGovernment Efforts\n\nInspection\n\nBoats are boarded.\n\n"
        + "Courts\n\nOne met.\n",
        "norway.txt",
    )

    assert [(p.text, p.section) for p in profile.paragraphs] == [
        ("Boats go out.", ()),
        ("Boats are boarded.", ("Government Efforts", "Inspection")),
        ("One met.", ("Courts",)),
    ]


def test_front_matter_of_a_text_goes_before_what_it_says(folder):
    """Nothing is inferred then, and lines count from the head of the file."""
    profile = read(folder, FRONT + "Kenya had 20 cases in 2016.\n", "kenya-2017.txt")

    assert (profile.info.country, profile.info.edition, profile.info.inferred) == ("NOR", 2020, ())
    assert profile.paragraphs[0].line == 7


def test_windows_line_ends_change_nothing_in_a_text(folder, thailand):
    """A page saved with CRLF reads as with LF."""
    assert read(folder, THAILAND.replace("\n", "\r\n"), "page.txt") == thailand


TWO_NOTES = (
    "1 2005 US State Department Trafficking in Persons Report\n"
    "2 2004 US State Department Human Rights Report\n"
)


@pytest.mark.parametrize(
    "prose",
    [
        "Police made 12 trafficking-related arrests in 2004.",
        "Norway saw trafficking-related crimes rise in 2004, above all in cities.",
        "Victims may sign up for the shelter programme of the ministry.",
        "The ministry carried out a search of the hotel.",
        "Police opened an inquiry into the case in Norway.",
    ],
)
def test_words_of_a_page_do_not_make_prose_furniture(folder, prose):
    """Wherever the sentence stands, with notes and without."""
    for text in (
        f"{prose}\n\nOne ran.[1]\n\nTwo ran.[2]\n\n{TWO_NOTES}",
        f"One ran.[1]\n\n{prose}\n\nTwo ran.[2]\n\n{TWO_NOTES}",
        f"One ran in Norway.\n\n{prose}",
    ):
        profile = read(folder, text, "norway-2004.txt")
        assert prose in texts(profile)
        assert profile.left_out == ()


def test_furniture_under_the_notes_is_no_part_of_the_last(folder):
    """Though no blank line stands between; it is listed."""
    text = f"One ran.[1]\n\nTwo ran.[2]\n\n{TWO_NOTES}Related pages on this site\nClick here!"
    profile = read(folder, text, "norway-2004.txt")
    assert profile.notes[1].text == "2004 US State Department Human Rights Report"
    assert "Related pages on this site" in profile.left_out[0].text


def test_a_title_may_stand_right_above_its_paragraph(folder):
    """A short line in title case, over a longer one; spaces that don't break are spaces."""
    text = (
        "Government\xa0Efforts\nThe Government acted in all provinces of the country, "
        f"in 2004 and later.[1]\n\nTwo ran.[2]\n\n{TWO_NOTES}"
    )
    profile = read(folder, text, "norway-2004.txt")
    assert profile.paragraphs[0].section == ("Government Efforts",)
    assert profile.paragraphs[0].text.startswith("The Government acted")


def test_numbered_points_are_paragraphs(folder):
    """Each by itself, as points with a dash are."""
    text = f"Three parts:[1]\n\n1. Patrols ran.\n2. A line opened.\n\nTwo ran.[2]\n\n{TWO_NOTES}"
    profile = read(folder, text, "norway-2004.txt")
    assert texts(profile) == ["Three parts:", "Patrols ran.", "A line opened.", "Two ran."]
    assert len(profile.notes) == 2


@pytest.mark.parametrize(
    ("first", "written"),
    [(4, "[4] ILO. A. 2004.\n[5] ILO. B. 2005."), (1, "[1]ILO. A. 2004.\n[2]ILO. B. 2005.")],
)
def test_bracketed_notes_may_begin_anywhere(folder, first, written):
    """At another label than 1, and without a space after the bracket."""
    text = f"One ran.[{first}]\n\nTwo ran.[{first + 1}]\n\n{written}\n"
    profile = read(folder, text, "norway-2004.txt")
    assert [note.label for note in profile.notes] == [str(first), str(first + 1)]
    assert [p.citations[0].label for p in profile.paragraphs] == [str(first), str(first + 1)]


PAGES = """\
Annual File                                         2011

One man came by boat[1] and went by

[1] ILO. Boats. 2004.
                      - 1 -
\fAnnual File                                         2011

train to the north. Two ran.[2]

[2] ILO. Trains. 2005.
                      - 2 -
"""


def test_a_sentence_goes_on_over_the_page(folder):
    """Notes, the page's number and its running header stand between its parts."""
    profile = read(folder, PAGES, "norway-2011.txt")

    assert texts(profile) == ["One man came by boat and went by train to the north. Two ran."]
    assert [(note.label, note.text) for note in profile.notes] == [
        ("1", "ILO. Boats. 2004."),
        ("2", "ILO. Trains. 2005."),
    ]
    assert profile.paragraphs[0].section == ("Annual File 2011",)
    assert [line for line, _ in left_out(profile)] == [6, 7, 12]


def test_page_numbers_count_up(folder):
    """Without form feeds two numbers alone, the second one more, are pages'; one is text."""
    text = f"One ran.[1]\n\n7\n\nTwo ran.[2]\n\n8\n\nThree ran.\n\n{TWO_NOTES}"
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile) == ["One ran.", "Two ran.", "Three ran."]


def test_a_word_cut_at_a_line_end_is_whole(folder):
    """Its hyphen stays where it's the word's own: a prefix, a capital, or as written elsewhere."""
    text = (
        "The por-\nters ran to the well-\nknown north-\neast. A north-east wind rose in Guinea-\n"
        f"Bissau.[1] Two ran.[2]\n\n{TWO_NOTES}"
    )
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile) == [
        "The porters ran to the well-known north-east. A north-east wind rose in Guinea- Bissau."
        " Two ran."
    ]


@pytest.mark.parametrize("heading", ["1. Law", "2) Protection of victims"])
def test_a_short_numbered_line_over_prose_is_a_heading(folder, heading):
    """It's no item of a list: none stands beside it."""
    text = f"One ran.[1]\n\n{heading}\n\nTwo men ran to the north in May.[2]\n\n{TWO_NOTES}"
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile) == ["One ran.", "Two men ran to the north in May."]
    assert profile.paragraphs[1].section == (heading[3:],)


def test_a_note_goes_on_with_a_number(folder):
    """A line that begins as no other note of the list does, or further in, is of the note."""
    text = (
        "One ran.[1] Two ran.[2]\n\n[1] ILO. A survey of 14 towns and\n2 villages. 2004.\n"
        "[2] ILO. B.\n    3. Jakarta, 2005.\n"
    )
    profile = read(folder, text, "norway-2011.txt")
    assert [note.text for note in profile.notes] == [
        "ILO. A survey of 14 towns and 2 villages. 2004.",
        "ILO. B. 3. Jakarta, 2005.",
    ]


@pytest.mark.parametrize(
    "notes",
    [
        "References\n1.^ a b ILO. A. 2004.\n2.^ ILO. B. 2005.\n",
        "References\n^ a b ILO. A. 2004.\n^ ILO. B. 2005.\n",
        "1 ILO. A. 2004.\n2 ILO. B. 2005.\n",
        "Fußnoten\n1) ILO. A. 2004.\n2) ILO. B. 2005.\n",
        "7. Notes and References:\n(1) ILO. A. 2004.\n(2) ILO. B. 2005.\n",
    ],
)
def test_lists_of_notes_have_many_forms(folder, notes):
    """With ways back as an encyclopedia has them, with headings in other languages."""
    profile = read(folder, f"One ran.[1] Two ran.[2] Three ran.[1]\n\n{notes}", "norway-2011.txt")
    assert texts(profile) == ["One ran. Two ran. Three ran."]
    assert [(n.label, n.text) for n in profile.notes] == [
        ("1", "ILO. A. 2004."),
        ("2", "ILO. B. 2005."),
    ]


def test_a_heading_may_stand_right_above_the_notes(folder):
    """With no blank line between, nor above it."""
    profile = read(folder, f"One ran.[1]\nTwo ran.[2]\nNotes:\n{TWO_NOTES}", "norway-2011.txt")
    assert texts(profile) == ["One ran. Two ran."]


def test_an_excerpt_may_begin_at_any_number(folder):
    """Where the list looks like one of sources."""
    text = "One ran.[8] Two ran.[9]\n\n8. ILO. A. 2004.\n9. ILO. B. 2005.\n"
    assert [n.label for n in read(folder, text, "norway-2011.txt").notes] == ["8", "9"]


def test_labels_may_have_a_word(folder):
    """So "[note 1]" is told from "[1]", and a third one that has no note is reported."""
    text = "One ran.[note 1] Two ran.[1] Three ran.[note 3]\n\n[note 1] Said so.\n[1] ILO. 2004.\n"
    profile = read(folder, text, "norway-2011.txt")
    assert [label for _, label, _ in links(profile.paragraphs[0])] == ["note 1", "1"]
    assert codes(profile).count("unresolved-marker") == 1


def test_raised_numbers_may_have_lost_their_type(folder):
    """Glued to the end of a sentence or a clause, where no other form names the notes."""
    text = "One ran.1 Two ran,2 and 3 fell. It cost $4.5 on May 1. Three ran.”1,2\n\n" + TWO_NOTES
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile) == ["One ran. Two ran, and 3 fell. It cost $4.5 on May 1. Three ran.”"]


def test_long_lines_are_paragraphs(folder):
    """A line longer than any that was wrapped is a paragraph, with no blank line after it."""
    long = "One man ran to the north with all that he had, " * 4
    profile = read(folder, f"{long}he said.\n{long}they said.[1]\n\n{TWO_NOTES}", "norway-2011.txt")
    assert len(texts(profile)) == 2


def test_lines_that_all_end_sentences_are_paragraphs(folder):
    """Wrapped lines hardly do, three in a row."""
    text = f"One man ran.[1]\nTwo men ran to the north.\nThree ran.[2]\n\n{TWO_NOTES}"
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile) == ["One man ran.", "Two men ran to the north.", "Three ran."]


def test_the_head_of_a_mail_is_left_out(folder):
    """Its lines at the top, two at least."""
    mail = "From: A. B.\nDate: Mon, 6 Mar 2006\n\n"
    profile = read(folder, f"{mail}Two men ran to the north.[1]\n\n{TWO_NOTES}", "norway-2011.txt")
    assert texts(profile) == ["Two men ran to the north."]
    assert left_out(profile)[:2] == [(1, "From: A. B."), (2, "Date: Mon, 6 Mar 2006")]


def test_text_after_the_notes_is_kept(folder):
    """Under its heading, where it is prose; what a page's frame says is not."""
    text = (
        f"One ran.[1]\n\nNotes\n\n{TWO_NOTES}\nSearch\n\nAnnex\n\nThe figures of the annex are "
        "from the year before that one.\n\nThey count men.\n\nContact us\n"
    )
    profile = read(folder, text, "norway-2011.txt")
    assert texts(profile)[1:] == [
        "The figures of the annex are from the year before that one.", "They count men.",
    ]  # fmt: skip
    assert profile.paragraphs[1].section == ("Annex",)
    assert [text for _, text in left_out(profile)] == ["Notes", "Search", "Contact us"]


def test_a_number_that_wrapping_put_first_is_of_its_sentence(folder):
    """It opens no item, for the line above has not ended and counts no item before it."""
    text = f"They fell from 40 to\n12. Two ran (table\n3) home.[1]\n\n{TWO_NOTES}"
    profile = read(folder, text, "norway-2011.txt")
    assert sentences(profile.paragraphs[0]) == [
        "They fell from 40 to 12.",
        "Two ran (table 3) home.",
    ]


def test_further_reading_is_no_text(folder):
    """What follows such a heading after the notes."""
    works = "Further reading\n\nDoe, J. A long book about boats and the people on them. 2007.\n"
    profile = read(folder, f"One ran.[1]\n\n{TWO_NOTES}\n{works}", "norway-2011.txt")
    assert texts(profile) == ["One ran."]


def test_the_head_of_a_text_tells_title_author_and_day(folder):
    """Author and day are left out, line by line; the title is the line above them."""
    text = (
        "Norway: Farms\nBy Ann Lee\nUpdated: 5 May 2014\nBoys mend nets, and they mend them well.\n"
    )
    profile = read(folder, text, "norway.txt")

    assert profile.info.title == "Norway: Farms"
    assert texts(profile) == ["Boys mend nets, and they mend them well."]
    assert [text for _, text in left_out(profile)] == ["By Ann Lee", "Updated: 5 May 2014"]


def test_a_paragraph_set_in_between_two_notes_is_of_the_first(folder):
    """It belongs to the note above it, which has the number before that of the one below."""
    noted = "Notes\n[1] UNICEF. 2004.\n\n    It asked boys.\n\n[2] ILO. 2005.\n"
    profile = read(folder, f"{FRONT}Boys mend nets.[1] One is paid.[2]\n\n{noted}", "a.txt")

    assert notes(profile) == [("1", "UNICEF. 2004. It asked boys."), ("2", "ILO. 2005.")]


def test_rows_of_words_in_columns_are_a_table(folder):
    """They are left out with their caption; a list of notes with gaps after its labels is none."""
    table = "Table 1. Boys\n\nYear   Boys\n2004    200\n2005    300\n"
    text = f"Boys mend nets.[1]\n\n{table}\nNone is paid.\n"
    profile = read(
        folder, f"{FRONT}{text}\nNotes\n[1]   UNICEF. 2004.\n[2]   ILO. 2005.\n", "a.txt"
    )

    assert texts(profile) == ["Boys mend nets.", "None is paid."]
    assert [label for label, _ in notes(profile)] == ["1", "2"]
