"""The PDFs of the gold set whose text flows over the pages: of `set/*.txt` and `set/*.html`.

    .venv/bin/python tests/gold/make_flowing_pdfs.py [NAME …]

A page (.html) is printed by Chromium, which must be on the machine; a text (.txt) is set
by reportlab, a look in JSON on its first line. Each PDF is written beside this file.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph
from reportlab.platypus.flowables import Flowable

FOLDER = Path(__file__).parent
GUTTER = 20.0


def print_page(page: Path, to: Path) -> None:
    """Print a page; date, title and address stand on it unless it sets its own margins."""
    own = ["--no-pdf-header-footer"] if "@page" in page.read_text(encoding="utf-8") else []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        copy.write_bytes(page.read_bytes())
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", *own]
        subprocess.run(
            [*browser, f"--print-to-pdf={to}", str(copy)], check=True, capture_output=True
        )


@dataclass(frozen=True)
class Look:
    """How a text is set; sizes in points. `feet` are the notes below a page, by its number."""

    size: float = 11
    paper: tuple[float, float] = A4
    columns: int = 1
    margin: float = 72.0
    font: str = "Times"
    justified: bool = True
    hyphens: bool = False
    header: str = ""
    footer: str = ""  # {} is the page's number
    feet: dict[str, list[str]] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        return "Times-Roman" if self.font == "Times" else self.font

    @property
    def width(self) -> float:
        return self.paper[0] - 2 * self.margin

    def notes(self, page: int) -> list[Paragraph]:
        """The notes below a page, wrapped."""
        style = ParagraphStyle("n", fontName=self.plain, fontSize=self.size - 2.5)
        style.leading = self.size - 1
        notes = [
            Paragraph(_raised("^{}^ {}".format(*line.split("|", 1)), 0.65 * self.size), style)
            for line in self.feet.get(str(page), ())
        ]
        for note in notes:
            note.wrap(self.width, 900)
        return notes


def typeset(pieces: list[str], look: Look, to: Path) -> None:
    """Set lines one after another, a page following where one is full.

    "# …" is the title, "## …" a heading, "- …" a list item, "1| …" a note whose label hangs,
    "---" a new page; other lines are paragraphs.
    """

    def frame(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(look.plain, 8)
        canvas.drawString(look.margin, look.paper[1] - 34, look.header.format(document.page))
        canvas.drawCentredString(look.paper[0] / 2, 28, look.footer.format(document.page))
        notes = look.notes(document.page)
        y = look.margin - 8 + sum(note.height for note in notes)
        if notes:
            canvas.line(look.margin, y + 4, look.margin + 120, y + 4)
        for note in notes:
            y -= note.height
            note.drawOn(canvas, look.margin, y)

    def template(page: int) -> PageTemplate:
        low = look.margin + sum(note.height for note in look.notes(page))
        width = (look.width - GUTTER * (look.columns - 1)) / look.columns
        height = look.paper[1] - look.margin - low
        frames = [
            Frame(look.margin + k * (width + GUTTER), low, width, height, 0, 0, 0, 0)
            for k in range(look.columns)
        ]
        return PageTemplate(f"{page}", frames, onPage=frame, autoNextPageTemplate=f"{page + 1}")

    document = BaseDocTemplate(str(to), pagesize=look.paper, invariant=1)
    document.addPageTemplates([template(page) for page in range(1, 12)])
    document.build([_flowable(piece, look) for piece in pieces if piece])


def _flowable(piece: str, look: Look) -> Flowable:
    size, bold = look.size, f"{look.font}-Bold"
    kind, _, text = piece.partition(" ")
    align = TA_JUSTIFY if look.justified else TA_LEFT
    style = ParagraphStyle(
        "p", fontName=look.plain, fontSize=size, leading=1.25 * size, spaceAfter=6, alignment=align
    )
    style.embeddedHyphenation = int(look.hyphens)
    if piece == "---":
        return PageBreak()
    if kind in ("#", "##"):
        more = 8 if kind == "#" else 2
        style = ParagraphStyle("h", fontName=bold, fontSize=size + more, leading=size + more + 4)
        style.spaceAfter = 8 if kind == "#" else 4
    elif kind == "-":
        style = ParagraphStyle("i", style, leftIndent=18, bulletIndent=6)
        return Paragraph(_raised(text), style, bulletText="•")
    elif kind.endswith("|"):
        style = ParagraphStyle("n", style, leftIndent=24, fontSize=size - 1, alignment=TA_LEFT)
        return Paragraph(_raised(text), style, bulletText=kind[:-1])
    else:
        text = piece
    return Paragraph(_raised(text), style)


def _raised(text: str, size: float = 7) -> str:
    return re.sub(r"\^([^^]+)\^", rf'<super size="{size}">\1</super>', text)


def main() -> None:
    for source in sorted((FOLDER / "set").iterdir()):
        if sys.argv[1:] and source.stem not in sys.argv[1:]:
            continue
        to = FOLDER / f"{source.stem}.pdf"
        if source.suffix == ".html":
            print_page(source, to)
        else:
            look, *pieces = source.read_text(encoding="utf-8").split("\n")
            typeset(pieces, Look(**json.loads(look)), to)


if __name__ == "__main__":
    main()
