"""PDF: structure is read from place, size and weight; what can't be read is named."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from conftest import SHARED
from tipqa import readers
from tipqa.errors import CorpusError
from tipqa.readers import pdf
from tipqa.types import Profile

LOREM = (
    "Inspectors of the labour office went to farms and mines in all parts of the country".split()
)


def prose(words: int) -> str:
    return " ".join(LOREM[n % len(LOREM)] for n in range(words)).capitalize() + "."


class Paper:
    """A small typesetter: lines at places, so that each test says what stands where."""

    def __init__(self, folder: Path, name: str = "norway-2024.pdf") -> None:
        self.path = folder / name
        self.canvas = Canvas(str(self.path), pagesize=(612, 792))
        self.y = 700.0

    def line(self, text: str, x: float = 72, size: float = 11, bold: bool = False) -> None:
        """A line in one style; ^1,3^ sets superscripts."""
        out = self.canvas.beginText(x, self.y)
        font = "Helvetica-Bold" if bold else "Helvetica"
        for index, piece in enumerate(text.split("^")):
            out.setFont(font, size if index % 2 == 0 else 0.6 * size)
            out.setRise(0 if index % 2 == 0 else 0.35 * size)
            out.textOut(piece)
        self.canvas.drawText(out)
        self.y -= 1.2 * size

    def text(self, text: str, x: float = 72, size: float = 11, width: float = 468) -> None:
        """A paragraph, broken at the width, and space under it."""
        line = ""
        for word in [*text.split(" "), ""]:
            longer = f"{line} {word}".strip()
            if word and self.canvas.stringWidth(longer.replace("^", ""), "Helvetica", size) < width:
                line = longer
            else:
                self.line(line, x, size)
                line = word
        self.y -= 0.6 * size

    def page(self) -> None:
        self.canvas.showPage()
        self.y = 700.0

    def read(self) -> Profile:
        self.canvas.save()
        return readers.read(self.path)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path)


def texts(profile: Profile) -> list[str]:
    return [paragraph.text for paragraph in profile.paragraphs]


def links(profile: Profile) -> list[tuple[str, str]]:
    return [
        (p.text[slice(*c.sentence)], c.label)
        for p in profile.paragraphs
        for c in p.citations
        if c.scope == "direct"
    ]


def test_headers_numbers_and_tables_are_left_out_once_and_headings_kept(paper: Paper) -> None:
    """Title, heading and paragraph are read; the frame of the pages and a table are listed."""
    for number in (1, 2):
        paper.y = 760
        paper.line("Findings of the Bureau", size=9)
        paper.y = 700
        if number == 1:
            paper.line("Norway", size=26)
            paper.y -= 20
            paper.line("Inspection", size=13, bold=True)
        paper.text(prose(40) if number == 1 else "Courts apply the law since May, as they say.")
        paper.line("Table 1. Visits by year", bold=True)
        for row in ("Year", "2020", "2021"):
            paper.line(row, size=9)
            paper.y += 1.2 * 9
            paper.line("Farms visited", x=300, size=9)
        paper.y = 30
        paper.line(str(number), x=300, size=9)
        paper.page()
    profile = paper.read()

    assert profile.info.title == "Norway"
    assert (profile.info.country, profile.info.edition) == ("NOR", 2024)
    assert texts(profile) == [prose(40), "Courts apply the law since May, as they say."]
    assert profile.paragraphs[0].section == ("Inspection",)
    assert [p.line for p in profile.paragraphs] == [1, 2]
    left = [item.text for item in profile.left_out]
    assert left.count("Findings of the Bureau") == left.count("1") == 1
    assert left.count("Table 1. Visits by year") == 2
    assert "2021 Farms visited" in left


def test_a_paragraph_goes_on_over_the_page_and_the_table(paper: Paper) -> None:
    """What is cut in mid-sentence is one paragraph, what has ended is none."""
    paper.line("The office went to all of the farms that stand in the north of the country and")
    paper.line("Figure 1. Farms", bold=True)
    paper.page()
    paper.text("closed two of them.")
    paper.text("Mines stay open.")
    profile = paper.read()

    assert texts(profile)[0].endswith("of the country and closed two of them.")
    assert texts(profile)[1] == "Mines stay open."


def test_hyphens_of_line_ends_go_and_hyphens_of_words_stay(paper: Paper) -> None:
    """A word's own hyphen is one that it bears elsewhere, or that joins two words."""
    paper.line("A cross-border team of inspec-")
    paper.line("tors fights traf-")
    paper.line("ficking. Trafficking is a cross-")
    paper.line("border crime of the self-")
    paper.line("employed, said the US-")
    paper.line("based office in 2020-")
    paper.line("2021.")
    assert texts(paper.read()) == [
        "A cross-border team of inspectors fights trafficking. Trafficking is a cross-border "
        "crime of the self-employed, said the US-based office in 2020-2021."
    ]


ROWS = {
    "Labour Court": ("Hears cases of forced labour. (1) Sat in May.", "2019"),
    "Border Guard (BG)": ("Looks for victims at the borders, day and night. (2)", "2020"),
    "Hotline": ("Yes (2)", "2021"),
}


@pytest.mark.parametrize("ruled", [True, False])
def test_a_cell_that_holds_a_whole_sentence_is_a_paragraph(paper: Paper, ruled: bool) -> None:
    """Its section ends in the name of its row; the other cells are listed."""
    paper.text(prose(40) + " (1)")
    paper.line("Duties", bold=True, size=13)
    paper.line("Table 1. Who does what", bold=True)
    for name, (duty, year) in {"Agency": ("Role", "Since"), **ROWS}.items():
        top = paper.y + 9
        for x, text in ((75, name), (200, duty), (400, year)):
            paper.y = top - 9
            paper.text(text, x, size=8, width=110)
        paper.y -= 12
        if ruled:
            paper.canvas.line(72, paper.y + 11, 450, paper.y + 11)
            paper.canvas.line(72, top, 450, top)
    paper.y -= 20
    paper.text(prose(30))
    paper.line("Notes", bold=True, size=12)
    paper.line("1. Office of Labour. Report, 2023.", size=9)
    paper.line("2. Office of Mines. Report, 2022.", size=9)
    profile = paper.read()

    court, guard = profile.paragraphs[1:3]
    assert [len(profile.paragraphs), court.text] == [4, "Hears cases of forced labour. Sat in May."]
    assert (court.section, guard.section) == (
        ("Duties", "Labour Court"),
        ("Duties", "Border Guard (BG)"),
    )
    assert [c.label for c in guard.citations] == ["2"]
    left = [item.text for item in profile.left_out]
    assert "Hotline Yes (2) 2021" in left
    assert not any("victims" in text or "Labour Court" in text for text in left)
    assert texts(profile)[3] == prose(30)


def notes_in_columns(paper: Paper) -> None:
    """Eight notes under a heading, four a column, the fourth going on in the second one."""
    paper.y -= 10
    paper.line("REFERENCES", size=10, bold=True)
    top = paper.y
    for number in range(1, 9):
        if number == 5:
            paper.y = top
            paper.line("in the north. https://example.org/reports/north-", x=328, size=8)
            paper.line("and-south/2023.pdf", x=328, size=8)
        x = 72 if number < 5 else 314
        paper.line(str(number), x=x, size=8)
        paper.y += 9.6
        paper.line(f"Office of Labour number {number}. Annual report on the farms", x + 14, size=8)
        paper.line("and mines of the whole country, 2023.", x + 14, size=8)
    paper.page()


@pytest.mark.parametrize("style", ["({})", "[{}]", "^{}^"])
def test_markers_are_found_in_the_style_of_the_document(paper: Paper, style: str) -> None:
    """Brackets, parentheses or superscripts; a year, an article and a table are no markers."""
    mark: Callable[[str], str] = style.format
    space = "" if "^" in style else " "
    paper.text(
        f"Farms were closed in the year before (2005).{space}{mark('1,3-5')} Article 3(1) forbids "
        f"forced labour on farms and in mines (Table 2).{space}{mark('8')} Nobody counts."
    )
    notes_in_columns(paper)
    profile = paper.read()

    assert texts(profile) == [
        "Farms were closed in the year before (2005). Article 3(1) forbids forced labour on farms "
        "and in mines (Table 2). Nobody counts."
    ]
    first, second, _ = (texts(profile)[0][slice(*s)] for s in profile.paragraphs[0].sentences)
    assert links(profile) == [*((first, label) for label in "1345"), (second, "8")]
    assert not [p for p in profile.problems if p.code == "unresolved-marker"]
    assert "REFERENCES" in [left.text for left in profile.left_out]


def test_notes_in_two_columns_go_on_over_the_column(paper: Paper) -> None:
    """Labels stay with their notes, and a web address that a line's end cut is whole."""
    paper.text("Farms were closed. (1) " + prose(60))
    notes_in_columns(paper)
    notes = paper.read().notes

    assert [note.label for note in notes] == list("12345678")
    assert notes[0].text.endswith("report on the farms and mines of the whole country, 2023.")
    assert notes[3].text.endswith(
        "2023. in the north. https://example.org/reports/north-and-south/2023.pdf"
    )


def test_a_note_goes_on_over_the_page(paper: Paper) -> None:
    paper.text("Farms were closed. [1] Mines were not. [2]")
    paper.line("Notes", bold=True, size=12)
    paper.line("1. Office of Labour. Annual report on", size=9)
    paper.page()
    paper.line("farms, 2023.", size=9)
    paper.line("2. Office of Mines. Report, 2022.", size=9)
    assert [note.text for note in paper.read().notes] == [
        "Office of Labour. Annual report on farms, 2023.",
        "Office of Mines. Report, 2022.",
    ]


def test_notes_at_the_foot_of_the_pages(paper: Paper) -> None:
    """Small type under the text, a superscript its label, is the page's notes."""
    for number in (1, 2):
        paper.text(
            f"{prose(60 + number)} Report {number} says so.^{number}^", width=450 + 9 * number
        )
        paper.y = 90
        paper.line(f"^{number}^ Office of Labour. Report {number}, 2023.", size=8)
        paper.page()
    profile = paper.read()

    assert [(n.label, n.text) for n in profile.notes] == [
        (label, f"Office of Labour. Report {label}, 2023.") for label in "12"
    ]
    assert links(profile) == [("Report 1 says so.", "1"), ("Report 2 says so.", "2")]


@pytest.mark.parametrize(
    ("marks", "labels", "named"),
    [
        ("[1][2] [2, 3] [1-3]", "[1] [2] [3]", ["1", "2", "2", "3", "1", "2", "3"]),
        ("¹ ² ³", "1. 2. 3.", ["1", "2", "3"]),
        ("^1,2^ ^3^ ^1-2^", "^1^ ^2^ ^3^", ["1", "2", "3", "1", "2"]),
        ("(1; 2) (1,2) (3)", "(1) (2) (3)", ["1", "2", "1", "2", "3"]),
        ("^a^ ^b^ ^a,c^", "^a^ ^b^ ^c^", ["a", "b", "a", "c"]),
        ("* † ‡", "* † ‡", ["*", "†", "‡"]),
        ("^*^ ^†^ ^‡^", "^*^ ^†^ ^‡^", ["*", "†", "‡"]),
    ],
)
@pytest.mark.parametrize("size", [11, 8])
def test_notes_at_the_end_need_no_heading(
    paper: Paper, marks: str, labels: str, named: list[str], size: int
) -> None:
    """A list whose labels the text names is the notes, in smaller type or in the text's own."""
    sentences = ("Farms were closed", "Mines stay open", "Courts sat in May")
    marked = [
        f"{text}.{mark}" if number != 1 else f"{text}{mark}."
        for number, (text, mark) in enumerate(zip(sentences, _marks(marks), strict=True))
    ]
    paper.text(" ".join(marked) + " The law of 2005 came into force, see Article 3(1).")
    for number, label in enumerate(labels.split(), start=1):
        paper.line(f"{label} Office of Labour. Report {number}, 2023.", size=size)
    profile = paper.read()

    assert texts(profile) == [
        "Farms were closed. Mines stay open. Courts sat in May. "
        "The law of 2005 came into force, see Article 3(1)."
    ]
    assert [label for _, label in links(profile)] == named
    assert [note.text for note in profile.notes] == [
        f"Office of Labour. Report {number}, 2023." for number in (1, 2, 3)
    ]


def _marks(written: str) -> list[str]:
    """Marks apart where a space stands between two, but within brackets."""
    return re.split(r" (?=[\[(^¹²³*†‡])", written)


@pytest.mark.parametrize(("size", "rule"), [(8, False), (8, True), (11, True)])
def test_notes_may_begin_again_on_each_page(paper: Paper, size: float, rule: bool) -> None:
    """A paragraph over two pages names the notes of both; "Ibid." is no running line."""
    for number in (1, 2):
        paper.text(f"Report {number} is of the year.[1] {prose(60)}")
        paper.line("Court" if number == 1 else "Mines", bold=True)
        paper.line(f"The second on page {number} tells much more than all of the others do.[2] It")
        if number == 2:
            paper.line("ends.")
        paper.y = 90 - 12 * number
        if rule:
            paper.canvas.line(72, paper.y + 1.2 * size, 200, paper.y + 1.2 * size)
        paper.line(f"[1] Office of Labour. Report {number}, 2023.", size=size)
        paper.y = 50
        paper.line("[2] Ibid." if number == 1 else "[2] Ibid., p. 4.", size=size)
        if number == 1:
            paper.page()
            paper.line("goes on to the end.[1]")
    profile = paper.read()

    assert [note.text for note in profile.notes] == [
        "Office of Labour. Report 1, 2023.",
        "Ibid.",
        "Office of Labour. Report 2, 2023.",
        "Ibid., p. 4.",
    ]
    over = next(p for p in profile.paragraphs if p.text.endswith("goes on to the end."))
    direct = [(c.label, c.note.id) for c in over.citations if c.scope == "direct"]
    assert direct == [("2", "n2"), ("1", "n3")]
    assert not profile.left_out


def test_each_section_may_have_notes_of_its_own(paper: Paper) -> None:
    for name in ("Police", "Courts"):
        paper.line(name, bold=True, size=14)
        paper.text(f"{name} tell. [1] {prose(40)} [2]")
        paper.line("Notes", bold=True)
        paper.line(f"1. {name} of the north. Report, 2023.", size=9)
        paper.line(f"2. {name} of the south. Report, 2022.", size=9)
        paper.y -= 20
    profile = paper.read()

    assert [(p.section, p.text) for p in profile.paragraphs] == [
        ((name,), f"{name} tell. {prose(40)}") for name in ("Police", "Courts")
    ]
    assert [[c.note.text[:6] for c in p.citations] for p in profile.paragraphs] == [
        ["Police"] * 2,
        ["Courts"] * 2,
    ]


def test_what_a_browser_prints_around_a_single_page_is_left_out(paper: Paper) -> None:
    """Lines alone in the margin; the notes need not stand above them."""
    paper.y = 772
    paper.line("11/22/26, 6:46 PM Norway", x=30, size=8)
    paper.y = 700
    paper.text(f"Farms were closed. [1] {prose(40)}")
    paper.line("[1] Office of Labour. Report, 2023.", size=9)
    paper.y = 18
    paper.line("file:///norway.html 1/1", x=30, size=8)
    profile = paper.read()

    assert texts(profile) == [f"Farms were closed. {prose(40)}"]
    assert {left.text for left in profile.left_out} == {
        "11/22/26, 6:46 PM Norway",
        "file:///norway.html 1/1",
    }


def test_a_title_is_without_its_marker_and_what_stands_over_it(paper: Paper) -> None:
    """A few short lines over the title are no text; the note that the title names is used."""
    paper.y = 740
    paper.line("Country profile", size=9)
    paper.y = 710
    paper.line("Norway: forced labour*", size=22)
    paper.text(prose(60))
    paper.line("* With thanks to the Office of Labour, 2023.", size=8)
    profile = paper.read()

    assert profile.info.title == "Norway: forced labour"
    assert [left.text for left in profile.left_out] == ["Country profile"]
    assert texts(profile)[0] == prose(60)


def test_items_of_a_list_are_paragraphs_without_their_numbers(paper: Paper) -> None:
    """Also where the bullets are drawn and no text."""
    paper.text(prose(40))
    for item in ("1. Train the police.", "2. Open shelters.", "• Hear victims."):
        paper.line(item, x=90)
    paper.y -= 12
    paper.line("Close the farms.", x=90)
    paper.line("Close the mines.", x=90)
    assert texts(paper.read())[1:] == [
        "Train the police.",
        "Open shelters.",
        "Hear victims.",
        "Close the farms.",
        "Close the mines.",
    ]


def test_text_in_two_columns_is_read_down_the_columns(paper: Paper) -> None:
    left = "The left column tells of farms. " + prose(73)
    right = "The right column tells of mines. " + prose(70)
    paper.text(left, width=220)
    paper.y = 700
    paper.text(right, x=320, width=220)
    assert texts(paper.read()) == [left, right]


def test_page_images_are_named(paper: Paper) -> None:
    paper.canvas.rect(72, 72, 400, 600, fill=1)
    with pytest.raises(CorpusError, match=r"page images without text\. Run OCR first\."):
        paper.read()


def test_an_encrypted_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "norway.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret"))
    canvas.drawString(72, 700, "Hidden.")
    canvas.save()
    with pytest.raises(CorpusError, match="is encrypted"):
        readers.read(path)


@pytest.mark.parametrize("data", [b"", b"Plain text", b"%PDF-1.7\n", b"%PDF-1.4\n%%EOF\n"])
def test_what_is_no_pdf_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "norway.pdf"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="PDF"):
        readers.read(path)


def small_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(3):
        canvas.drawString(72, 700, f"Sentence {number} of a small file. (1)")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


SMALL = small_pdf()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.binary(max_size=60))
def test_whatever_the_bytes_only_a_corpus_error_comes_out(at: int, out: int, put: bytes) -> None:
    """Random bytes, and a PDF that was cut, or in which bytes were changed."""
    for data in (b"%PDF-1.7\n" + put, SMALL[:at] + put, SMALL[:at] + put + SMALL[at + out :]):
        try:
            pdf.read(data, Path("x.pdf"))
        except CorpusError:
            continue


@pytest.mark.skipif(not (SHARED / "pdf").is_dir(), reason="needs ../shared/data/pdf")
@pytest.mark.parametrize("country", ["Cambodia", "Ghana", "Moldova", "Nepal", "Uzbekistan"])
def test_a_profile_as_published(country: str) -> None:
    """All notes are there in order, all markers found, no header or cell is in a paragraph."""
    profile = readers.read(SHARED / "pdf" / f"2021_{country}.pdf")

    assert (profile.info.country_name, profile.info.edition) == (country, 2021)
    assert [note.label for note in profile.notes] == [
        str(number) for number in range(1, len(profile.notes) + 1)
    ]
    assert not [p for p in profile.problems if p.code == "unresolved-marker"]
    for text in texts(profile):
        assert "ADVANCEMENT" not in text
        assert "BUREAU OF INTERNATIONAL" not in text
        assert "2021 FINDINGS" not in text
        assert text[0].isupper() or not text[0].isalpha()
