"""The text of a note → the source it names. The notes are made up, in the style of real ones."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.sources import canonical_publisher, parse_source, publisher_matches

STATE = "US Department of State"
TIP = "Trafficking in Persons Report"

# What each note says; a part that is not named here must be None.
NOTES = {
    "2005 US State Department Trafficking in Persons Report": {
        "publisher": STATE,
        "title": TIP,
        "year": 2005,
    },
    "2004 US State Department Human Rights Report": {
        "publisher": STATE,
        "title": "Human Rights Report",
        "year": 2004,
    },
    "US Department of State. Trafficking in Persons Report. 2005.": {
        "publisher": STATE,
        "title": TIP,
        "year": 2005,
    },
    (
        "U.S. Department of State. Trafficking in Persons Report - 2018: Examplia. "
        "Washington, DC: June 28, 2018. "
        "https://www.example.gov/reports/2018-trafficking-in-persons-report/ examplia."
    ): {
        "publisher": STATE,
        "title": "Trafficking in Persons Report - 2018: Examplia",
        "year": 2018,
        "date": "June 28, 2018",
        "url": "https://www.example.gov/reports/2018-trafficking-in-persons-report/examplia",
    },
    "U.S. Embassy- Exampolis. Reporting, January 19, 2016.": {
        "publisher": "U.S. Embassy- Exampolis",
        "title": "Reporting",
        "year": 2016,
        "date": "January 19, 2016",
    },
    "U.S. Embassy- Exampolis official. E-mail communication to USDOL official. March 3, 2017.": {
        "publisher": "U.S. Embassy- Exampolis official",
        "title": "E-mail communication to USDOL official",
        "year": 2017,
        "date": "March 3, 2017",
    },
    (
        "Government of Examplia. Loi n° 2012-023 portant Code du travail. Enacted: 2012. "
        "http://www.example.org/dyn/natlex/docs/MONOGRAPH/91298/ F-496652550/EX-91298.pdf"
    ): {
        "publisher": "Government of Examplia",
        "title": "Loi n° 2012-023 portant Code du travail",
        "year": 2012,
        "url": "http://www.example.org/dyn/natlex/docs/MONOGRAPH/91298/F-496652550/EX-91298.pdf",
    },
    "ILO. Children in the fishing ports: a first survey. Geneva; May 2013. [Source on file].": {
        "publisher": "International Labour Organization",
        "title": "Children in the fishing ports: a first survey",
        "year": 2013,
    },
    (
        "ILO Committee of Experts. Individual Observation concerning Minimum Age Convention, "
        "1973 (No. 138) Examplia (ratification: 2001) Published: 2017. Accessed October 22, "
        "2018. http://www.example.org/dyn/normlex/en/f?p=NORMLEXPUB:13100:0::NO:3295515."
    ): {
        "publisher": "ILO Committee of Experts",
        "title": (
            "Individual Observation concerning Minimum Age Convention, 1973 (No. 138) Examplia "
            "(ratification: 2001) Published: 2017"
        ),
        "year": 2017,
        "url": "http://www.example.org/dyn/normlex/en/f?p=NORMLEXPUB:13100:0::NO:3295515",
        "accessed": "October 22, 2018",
    },
    (
        "The Example Courier, Two ports without inspectors, [online] April 11, 2014 [cited "
        "May 23, 2015]; http://www.example.com/ports/2014/two_ports- without-inspectors.html."
    ): {
        "title": "The Example Courier, Two ports without inspectors, [online] April 11, 2014",
        "year": 2014,
        "date": "April 11, 2014",
        "url": "http://www.example.com/ports/2014/two_ports-without-inspectors.html",
        "accessed": "May 23, 2015",
    },
    (
        "World Bank. School enrollment, primary (% gross). Accessed: June 1, 2021. "
        "https://data.example.org/indicator/SE.PRM.ENRR"
    ): {
        "publisher": "World Bank",
        "title": "School enrollment, primary (% gross)",
        "url": "https://data.example.org/indicator/SE.PRM.ENRR",
        "accessed": "June 1, 2021",
    },
    "UNICEF, “Girls on the road.” Exampolis; 2012.": {
        "publisher": "UNICEF",
        "title": "Girls on the road",
        "year": 2012,
    },
    (
        "IOM. Baseline study on trafficking. September 2019; last accessed on March 2, 2022. "
        "https://example.org/a%20b.pdf?x=1&y=2#page=3"
    ): {
        "publisher": "International Organization for Migration",
        "title": "Baseline study on trafficking",
        "year": 2019,
        "url": "https://example.org/a%20b.pdf?x=1&y=2#page=3",
        "accessed": "March 2, 2022",
    },
    "Ministry of the Interior. Annual statistics on trafficking.": {
        "publisher": "Ministry of the Interior",
        "title": "Annual statistics on trafficking",
    },
    "*Fishers' Union*. _Years at sea_. 2010": {
        "publisher": "Fishers' Union",
        "title": "Years at sea",
        "year": 2010,
    },
    "Interview with an inspector, Port Example": {
        "title": "Interview with an inspector, Port Example",
    },
    "Gouvernement de l’Exemplie. Enquête nationale sur la traite. 2018. Source on file.": {
        "publisher": "Gouvernement de l’Exemplie",
        "title": "Enquête nationale sur la traite",
        "year": 2018,
    },
}


@pytest.mark.parametrize(("text", "said"), NOTES.items(), ids=[note[:40] for note in NOTES])
def test_a_note_is_read_as_its_writer_meant_it(text, said):
    """Each part is taken from the note, and nothing else is."""
    source = parse_source(text)

    for part in ["publisher", "title", "year", "date", "url", "accessed"]:
        assert getattr(source, part) == said.get(part), part


@pytest.mark.parametrize(
    "text",
    [
        "US Department of State. Trafficking in Persons Report. 2005.",
        "U.S. Department of State. Trafficking in Persons Report. 2005.",
        "US State Department, Trafficking in Persons Report, 2005",
        "United States Department of State. “Trafficking in Persons Report.” 2005.",
        "U.S. Department of State. Trafficking in Persons Report; 2005",
        "US Department of State. TRAFFICKING IN PERSONS REPORT. 2005. Accessed May 1, 2007.",
    ],
)
def test_one_source_has_one_id(text):
    """However a note spells the publication, it is the one of the seed page."""
    seed = parse_source("2005 US State Department Trafficking in Persons Report")

    assert parse_source(text).id == seed.id


def test_other_sources_have_other_ids():
    """Another year, date, title or publisher is another source."""
    notes = [
        "US Department of State. Trafficking in Persons Report. 2005.",
        "US Department of State. Trafficking in Persons Report. 2004.",
        "US Department of State. Trafficking in Persons Report.",
        "US Department of State. Human Rights Report. 2005.",
        "US Department of Labor. Trafficking in Persons Report. 2005.",
        "US Department of State. Trafficking in Persons Report. June 3, 2005.",
        "US Department of State. Trafficking in Persons Report. June 4, 2005.",
        "Departement. Bericht über Menschenhandel. 2005.",
        "ក្រសួងមហាផ្ទៃ. របាយការណ៍. 2005.",
        "ក្រសួងការងារ. របាយការណ៍. 2005.",
    ]

    assert len({parse_source(note).id for note in notes}) == len(notes)


def test_long_titles_of_other_years_have_other_ids():
    """The readable part of an id is cut before the year; the rest still tells them apart."""
    long = "Government of Examplia. Annual report of the council on the trafficking of persons. "
    older, newer = parse_source(long + "2004."), parse_source(long + "2005.")

    assert older.id[:-9] == newer.id[:-9]
    assert older.id != newer.id


def test_an_id_can_be_read():
    """It names publisher, title and year before its digest."""
    source = parse_source("2005 US State Department Trafficking in Persons Report")

    assert re.fullmatch(
        "us-department-of-state-trafficking-in-persons-report-2005-[0-9a-f]{8}", source.id
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ministry. Report. Accessed May 3, 2019.",
        "Ministry. Report. [cited May 3, 2019]",
        "Ministry. Report. (last visited May 2019)",
        "Ministry. Report. Retrieved on: May 3, 2019. https://example.org/2018/06/report-2017.pdf",
    ],
)
def test_the_day_it_was_looked_at_is_not_its_year(text):
    """Nor is a year in its address."""
    source = parse_source(text)

    assert source.year is None
    assert source.date is None
    assert source.accessed is not None
    assert source.accessed.endswith("2019")


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("U.S. Department of State", STATE),
        ("US State Department", STATE),
        ("ILO", "International Labour Organization"),
        ("Fishers' Union", "Fishers' Union"),
    ],
)
def test_publishers_have_one_spelling(name, canonical):
    """A body known under several names has one; an unknown one keeps its own."""
    assert canonical_publisher(name) == canonical


PIECES = st.sampled_from(
    [
        *["2005 ", "US State Department ", "ILO. ", "https://", "http://a.org/b- ", "c/d.pdf"],
        *["“", ".”", "Accessed ", "[cited ", "May 3, 2015", "]", "; ", ". ", "*", "_", "–2019"],
    ]
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_has_a_source(text):
    """It never fails, its id is fit for an address, and the same text has the same one."""
    source = parse_source(text)

    assert re.fullmatch("[a-z0-9]+(?:-[a-z0-9]+)*", source.id)
    assert source == parse_source(text)
    assert source.year is None or 1900 <= source.year <= 2099
    assert source.url is None or not re.search(r"\s", source.url)


@pytest.mark.parametrize(
    ("text", "publisher", "title", "year"),
    [
        ("UNICEF. Plan 2010–2015. Oslo; 2012.", "UNICEF", "Plan 2010–2015", 2012),
        ("UNICEF. Plan 2016-2030.", "UNICEF", "Plan 2016-2030", None),
        ("Doe, J. Boats at sea. Oslo; 2004.", "Doe, J.", "Boats at sea", 2004),
        ("Doe, Jane A. Boats at sea. 2004.", "Doe, Jane A.", "Boats at sea", 2004),
        ("Ministry. Report. 2004. Accessed 3 May 2019.", "Ministry", "Report", 2004),
        ("Ministry. Report. 2004. Accessed (January 25, 2022).", "Ministry", "Report", 2004),
        ("Ministry. Report. 2004. last visited on Jan. 5, 2015", "Ministry", "Report", 2004),
        ("Web. “Ten freed.” site.org; May 3, 2014.", "Web", "Ten freed", 2014),
        ("Agency. Report. 5 March 2014.", "Agency", "Report", 2014),
        ("—. Law. 1999.", None, "Law", 1999),
    ],
)
def test_years_ranges_and_authors(text, publisher, title, year):
    """A range is part of a title, an initial part of a name, a visit no date of publication."""
    found = parse_source(text)
    assert (found.publisher, found.title, found.year) == (publisher, title, year)


def test_addresses_alone_are_sources_of_their_own():
    """A note that is only an address is known by it; and one that says nothing, by its text."""
    texts = ["http://a.org/1", "http://b.org/2", "...", "Accessed March 3, 2015", "?"]
    found = [parse_source(text) for text in texts]
    assert len({source.id for source in found}) == len(texts)
    assert found[0].title == found[0].url == "http://a.org/1"


def test_addresses_end_where_they_should():
    """After a broken scheme, and before a bracket that opened outside of them."""
    assert parse_source("A. B. http:// www.a.org/b.pdf").url == "http://www.a.org/b.pdf"
    found = parse_source("Rep. (https://a.org/b). 2004.")
    assert (found.url, found.title) == ("https://a.org/b", "Rep")


def test_a_year_that_ends_a_title_is_the_year():
    """With or without a full stop before it, it is one source."""
    written = ["ILO. Report 2005.", "ILO. Report. 2005.", "ILO. Report, 2005."]
    assert len({parse_source(text).id for text in written}) == 1


@pytest.mark.parametrize(
    ("publisher", "wanted", "fits"),
    [
        ("ILO Committee of Experts", "ILO", True),
        ("International Labour Organization", "ilo", True),
        ("US Department of State", "state department", True),
        ("US Department of State", "US State Department", True),
        ("US Department of Labor", "US State Department", False),
        ("UNICEF", "IOM", False),
    ],
)
def test_publishers_are_found_by_part_of_their_name(publisher, wanted, fits):
    """As written, by its words in any order, or by another spelling of the same body."""
    assert publisher_matches(publisher, wanted) == fits
