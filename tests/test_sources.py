"""The text of a note → the source it names. The notes are made up, in the style of real ones."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.publishers import canonical_publisher, publisher_matches
from tipqa.sources import parse_source, told
from tipqa.types import KINDS

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
        "place": "Washington, DC",
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
        "date": "May 2013",
        "place": "Geneva",
    },
    (
        "ILO Committee of Experts. Individual Observation concerning Minimum Age Convention, "
        "1973 (No. 138) Examplia (ratification: 2001) Published: 2017. Accessed October 22, "
        "2018. http://www.example.org/dyn/normlex/en/f?p=NORMLEXPUB:13100:0::NO:3295515."
    ): {
        "publisher": "ILO Committee of Experts",
        "title": (
            "Individual Observation concerning Minimum Age Convention, 1973 (No. 138) Examplia "
            "(ratification: 2001)"
        ),
        "year": 2017,
        "url": "http://www.example.org/dyn/normlex/en/f?p=NORMLEXPUB:13100:0::NO:3295515",
        "accessed": "October 22, 2018",
    },
    (
        "The Example Courier, Two ports without inspectors, [online] April 11, 2014 [cited "
        "May 23, 2015]; http://www.example.com/ports/2014/two_ports- without-inspectors.html."
    ): {
        "publisher": "The Example Courier",
        "title": "Two ports without inspectors",
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
        "place": "Exampolis",
    },
    (
        "IOM. Baseline study on trafficking. September 2019; last accessed on March 2, 2022. "
        "https://example.org/a%20b.pdf?x=1&y=2#page=3"
    ): {
        "publisher": "International Organization for Migration",
        "title": "Baseline study on trafficking",
        "year": 2019,
        "date": "September 2019",
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


@pytest.mark.parametrize(
    ("text", "publisher", "title", "year"),
    [
        ('"Nets." The New Herald, May 3, 2014.', "The New Herald", "Nets", 2014),
        ('"TIP Report 2013". U.S. Department of State. 2013.', STATE, "TIP Report 2013", 2013),
        (f"{TIP} 2013, US State Department, Washington DC, 2013.", STATE, TIP, 2013),
        ("Lee, Ann (5 May 2012). “Nets”. The Herald.", "Lee, Ann", "Nets", 2012),
        ("Lee, A., & Roe, B. (2012). Nets. London: Zed.", "Lee, A., & Roe, B", "Nets", 2012),
        ("Lee A, Roe B. Nets. Lancet. 2012;379:12-15.", "Lee A, Roe B.", "Nets", 2012),
        ("UNICEF Lesotho, Out of School, 2012", "UNICEF Lesotho", "Out of School", 2012),
        ("Borneo Bulletin, Nets, 4 May 2014.", "Borneo Bulletin", "Nets", 2014),
        ("ILO (2012), Hard to See, Geneva.", "International Labour Organization", "Hard to", 2012),
        ("Nets Act, 2004, s. 4A.", None, "Nets Act", 2004),
        (
            "UN Special Rapporteur on Nets, A Visit, 2008.",
            "UN Special Rapporteur on Nets",
            "A Visit",
            2008,
        ),
        (
            "European Union Agency for Nets, Nets, 2015.",
            "European Union Agency for Nets",
            "Nets",
            2015,
        ),
        ("UN, Cases under Article 5, 2005.", "UN", "Cases under Article 5", 2005),
        (
            "ILO, Nets, 2005. It was made in May 2004.",
            "International Labour Organization",
            "Nets",
            2005,
        ),
        ("Lee, Nets (Lond. 2004), available at https://a.example/n.", "Lee", "Nets", 2004),
    ],
)
def test_publisher_title_and_year_stand_where_styles_put_them(text, publisher, title, year):
    """Behind a quoted title or a known body's, before a date in brackets, with a place."""
    source = parse_source(text)

    assert (source.publisher, source.year) == (publisher, year)
    assert source.title.startswith(title)


@pytest.mark.parametrize(
    ("text", "publisher", "title"),
    [
        (
            "Ministry of Labour, Youth and Sport, Nets, Oslo, 2010",
            "Ministry of Labour, Youth and Sport",
            "Nets",
        ),
        ("Ministry of Labour, Girls and Boys, 2010", "Ministry of Labour", "Girls and Boys"),
        (
            "Ministère de la Famille, de la Femme et de l’Enfance, Filets en mer, Oslo, 2010",
            "Ministère de la Famille, de la Femme et de l’Enfance",
            "Filets en mer",
        ),
        (
            "US Department of State, Bureau of Labor, Rights and Nets, Human Rights, 2010",
            STATE,
            "Bureau of Labor, Rights and Nets",
        ),
        ("OSCE Centre in Oslo, Trials, 2012", "OSCE Centre in Oslo", "Trials"),
        ("UNHCR Norway and Fishers' Union, Nets, 2014", "UNHCR Norway and Fishers' Union", "Nets"),
        ("UNICEF Norway & Fishers' Union, Nets, 2014", "UNICEF Norway & Fishers' Union", "Nets"),
        ("Human Rights Watch, Two Nets. New York, 2011.", "Human Rights Watch", "Two Nets"),
        ("Fishers' Aid, Two Nets. Oslo: Zed, May 2011.", "Fishers' Aid", "Two Nets"),
        ("Fishers' Aid, Two Nets. Oslo, n.d.", "Fishers' Aid", "Two Nets"),
        ("Doe, Jane. Oslo, 2011.", "Doe, Jane", "Oslo"),
        ("Aid for Nets, and Ports. Two Nets. May, 2011.", "Aid for Nets, and Ports", "Two Nets"),
        (
            "Ministry of Labour, Youth and Sport, Government of Norway. Nets at Sea. 2010.",
            "Ministry of Labour, Youth and Sport, Government of Norway",
            "Nets at Sea",
        ),
        ("ILO, Ports Office. Statistics, 2011.", "ILO, Ports Office", "Statistics"),
    ],
)
def test_a_name_goes_on_behind_a_comma_where_a_list_or_an_imprint_tells(text, publisher, title):
    """What an office sees to and where one has its seat are its name; a title isn't."""
    found = parse_source(text)

    assert found.publisher == publisher
    assert found.title.startswith(title)


@pytest.mark.parametrize(
    "told",
    [
        "available at https://a.example/n",
        "available at a.example/n",
        "available at a.example (accessed 3 May 2012), https://a.example/n",
        "available online",
        "available here https://a.example/n",
    ],
)
def test_where_it_can_be_had_is_not_in_the_title(told):
    """With the address, with what a link's words show of it, or with neither."""
    assert parse_source(f"Fishers' Aid, Two Nets, 2011, {told}").title == "Two Nets"


@pytest.mark.parametrize(("text", "said"), NOTES.items(), ids=[note[:40] for note in NOTES])
def test_a_note_is_read_as_its_writer_meant_it(text, said):
    """Each part is taken from the note, and nothing else is."""
    source = parse_source(text)

    for part in ["publisher", "title", "year", "date", "url", "accessed", "place", "locator"]:
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
        "US Department of State. Trafficking in Persons Report: Laos. 2005.",
        "U.S. Embassy Vientiane. Reporting. June 3, 2005.",
        "U.S. Embassy Vientiane. Reporting. June 4, 2005.",
        "Departement. Bericht über Menschenhandel. 2005.",
        "ក្រសួងមហាផ្ទៃ. របាយការណ៍. 2005.",
        "ក្រសួងការងារ. របាយការណ៍. 2005.",
    ]

    assert len({parse_source(note).id for note in notes}) == len(notes)


def test_long_titles_of_other_years_have_other_ids():
    """The readable part of an id is cut; year and digest still tell them apart."""
    long = "Government of Examplia. Annual report of the council on the trafficking of persons. "
    older, newer = parse_source(long + "2004."), parse_source(long + "2005.")

    assert older.id.split("-2004-")[0] == newer.id.split("-2005-")[0]
    assert older.id != newer.id


def test_an_id_can_be_read():
    """It names the publisher, the words of the title and the year before its digest."""
    source = parse_source("2005 US State Department Trafficking in Persons Report")

    assert re.fullmatch("us-department-state-person-report-trafficking-2005-[0-9a-f]{8}", source.id)


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
    assert source.year is None or 1600 <= source.year <= 2099
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


def test_a_year_in_a_title_stays_where_the_date_stands_besides():
    """So it is told in "Report 2014. June 2014.", which is one source with "Report. 2014."."""
    named, bare = parse_source("ILO. Report 2014. June 2014."), parse_source("ILO. Report. 2014.")

    assert named.title == "Report 2014"
    assert named.id == bare.id


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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ILO. Quarries. Geneva; May 2013.", "Geneva"),
        ("ILO. Quarries. New York, United Nations; June 5, 2015.", "New York"),
        ("Ministry of Labour. Plan. Phnom Penh: December 2016.", "Phnom Penh"),
        ("Ministry of Labour, Annual Report (Port Example, 2005).", "Port Example"),
        ("Doe, J. Boats. Oslo: Fafo, 2004.", "Oslo"),
        ("ILO. Quarries. Enacted: May 3, 2013.", None),
        ("ILO. Quarries. Press Release; May 3, 2013.", None),
        ("Doe, J. Boats. The Courier, May 3, 2013.", None),
    ],
)
def test_the_place_is_what_stands_before_the_date_as_places_do(text, place):
    """Not a newspaper's name, and not what kind of paper it is."""
    assert parse_source(text).place == place


@pytest.mark.parametrize(
    ("text", "locator"),
    [
        ("ILO. Quarries. 2013, p. 12.", "p. 12"),
        ("ILO. Quarries. 2013, pp. 12–15. https://example.org/q", "pp. 12–15"),
        ("Penal Code, Article 335 (1996).", "Article 335"),
        ("Law on Trafficking, arts. 8-12, 2008.", "arts. 8-12"),
        ("Report of the Rapporteur, UN Doc. E/CN.4/2005/78, para. 12.", "para. 12"),
        ("ILO. Article 3 and its readers. 2013.", None),
    ],
)
def test_page_and_article_belong_to_the_note(text, locator):
    """They are told apart from the title and do not make another source."""
    source = parse_source(text)
    assert source.locator == locator
    if locator:
        assert locator not in source.title
        assert parse_source(text.replace(locator, "")).id == source.id


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (
            "http://www. example.gov/j/tip/ rls/index.htm.",
            "http://www.example.gov/j/tip/rls/index.htm",
        ),
        (
            "http://example.org/two_ports- without-inspectors",
            "http://example.org/two_ports-without-inspectors",
        ),
        (
            "http://example.org/f?p=1000:13100:0::NO:13100 :P13100_ID,P1:3253455,Exampli a,2015.",
            None,
        ),
        (
            "https://example.org/Education Sector Plan 2019.pdf.",
            "https://example.org/Education%20Sector%20Plan%202019.pdf",
        ),
        ("https://example.org/report. Moderate Advancement 10", "https://example.org/report"),
        ("https://example.org/a/ Source on file.", "https://example.org/a/"),
        ("https://example.org/report.pdf and more", "https://example.org/report.pdf"),
        (
            "https://web.archive.org/web/2018/http://example.org/a",
            "https://web.archive.org/web/2018/http://example.org/a",
        ),
        ("www.example.org/upload/ SPED.doc", "www.example.org/upload/SPED.doc"),
        ("file:///C:/report.pdf", None),
    ],
)
def test_addresses_are_joined_where_a_line_break_split_them(written, address):
    """And only there: words that follow an address are no part of it."""
    found = parse_source(f"ILO. Quarries. May 2013. {written}").url
    if address is None and "P13100" in written:
        address = "http://example.org/f?p=1000:13100:0::NO:13100:P13100_ID,P1:3253455,Exampli"
    assert found == address


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "ILO CEACR. Observation on X. Published: 2012.",
            "ILO Committee of Experts. Observation on X. Published 2012.",
        ),
        (
            "Government of the Republic of Ghana. The Education Act, enacted 2008.",
            "Government of Ghana. The Education Act. Enacted: 2008. http://a.org",
        ),
        (
            "U.S. DOS. “Chad,” in Trafficking in Persons Report- 2016. Geneva; June 30, 2016.",
            "US Department of State. Trafficking in Persons Report- 2016: Chad. June 2016.",
        ),
        (
            "U.S. Embassy- Quito official. E-mail communication to USDOL official. June 25, 2020.",
            "U.S. Embassy Quito official. Email Communication to U.S. DOL official. June 25, 2020.",
        ),
        (
            "Roe, Zana. Boats, nets and children at sea and ashore. Oslo, 2015.",
            "Roe, Z. “Boats, Nets and Children at Sea and Ashore.” 2015. http://b.org",
        ),
        (
            "UNICEF. Labour and schools of the north. 2012, p. 3.",
            "UNICEF. Labor and schools of the North; 2012.",
        ),
    ],
)
def test_one_publication_spelled_in_two_ways_is_one_source(one, other):
    """Order, abbreviations, place, address and page do not make another."""
    assert parse_source(one).id == parse_source(other).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "US DOS. Trafficking in Persons Report: Chad. 2016.",
            "US DOS. Trafficking in Persons Report: Peru. 2016.",
        ),
        (
            "Government of Chad. National action plan against child labor in farms. 2016.",
            "Government of Peru. National action plan against child labor in farms. 2016.",
        ),
        ("Government of Chad. Penal Code. 2016.", "Government of Peru. Penal Code. 2016."),
        (
            "ILO. Sowing. Technical Progress Report. Geneva; October 2012.",
            "ILO. Sowing. Technical Progress Report. Geneva; April 2012.",
        ),
        (
            "ILO. Sowing. Project Document. Geneva; 2012.",
            "ILO. Sowing. Technical Progress Report. Geneva; 2012.",
        ),
        ("UNICEF. Education. http://a.org/chad", "UNICEF. Education. http://a.org/peru"),
    ],
)
def test_what_differs_in_what_it_is_known_by_is_another_source(one, other):
    """Another country, month of a periodical, paper of a project, or page of a site."""
    assert parse_source(one).id != parse_source(other).id


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("U.S. Embassy- Exampolis. Reporting, January 19, 2016.", "embassy reporting"),
        ("Police official. Interview with a researcher. May 3, 2014.", "correspondence"),
        ("Government of Chad. Labour Code, Law No. 38. Enacted: 1996.", "law"),
        ("Ley 1098, Código de la Infancia, 2006.", "law"),
        ("National Statistics Office. Census of Population. 2010.", "statistics"),
        ("ILO. Boats at sea. 2003.", "UN"),
        ("Ministry of Labour. Annual Report. 2003.", "government report"),
        ("Human Rights Watch. Small Change. 2003.", "NGO"),
        ("The Example Times. Ten freed. May 3, 2014.", "press"),
        ("Doe, J. Ten freed. Reuters, May 3, 2014.", "press"),
        ("Doe, J. A novel. 2014.", None),
    ],
)
def test_what_a_source_is(text, kind):
    """By publisher and title; where nothing tells, nothing is said."""
    source = parse_source(text)
    assert source.kind == kind
    assert source.primary == KINDS.get(kind)


def test_a_dash_stands_for_who_published_the_one_before():
    """Who that is, the caller knows; where it doesn't, nobody is named."""
    assert parse_source("—. Law. 1999.", "Ministry").publisher == "Ministry"
    assert parse_source("———. Law. 1999.").publisher is None


def test_a_record_that_says_more_tells_more():
    """Notes of one source tell more or less of it."""
    short = parse_source("US DOS, Trafficking in Persons Report, 2005")
    full = parse_source("US DOS. Trafficking in Persons Report. June 2005. https://a.org/tip")
    assert short.id == full.id
    assert told(full) > told(short)
