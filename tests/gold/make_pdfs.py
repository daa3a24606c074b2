"""The PDFs of the gold set, set in type from the descriptions below.

    .venv/bin/python tests/gold/make_pdfs.py

Each is written beside this file; run it after a description has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

FOLDER = Path(__file__).parent
MARGIN = 72.0


@dataclass(frozen=True)
class Leaf:
    """What stands on a page: "# …" is a heading, "• …" a list item, "| …" a row of a table."""

    text: Sequence[str]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Look:
    """How a document is set; sizes in points."""

    font: str = "Times-Roman"
    size: float = 11
    note_size: float = 8.5
    paper: tuple[float, float] = A4
    columns: int = 1
    note_columns: int = 1
    justified: bool = False
    indent: float = 0
    header: str = ""
    footer: str = ""  # {} is the page's number
    rule: bool = True
    notes_below_text: bool = False


def typeset(name: str, leaves: Sequence[Leaf], look: Look) -> None:
    """Write one PDF."""
    path = FOLDER / f"{name}.pdf"
    canvas = Canvas(str(path), pagesize=look.paper, invariant=1)
    width, height = look.paper
    for number, leaf in enumerate(leaves, start=1):
        canvas.setFont(look.font, 9)
        if look.header:
            canvas.drawString(MARGIN, height - 40, look.header.format(number))
        if look.footer:
            canvas.drawCentredString(width / 2, 36, look.footer.format(number))
        notes = [_paragraph(note, look, note=True) for note in leaf.notes]
        share = _width(look, look.note_columns)
        needed = sum(note.wrap(share, 1000)[1] + 2 for note in notes) / look.note_columns
        bottom = MARGIN + needed + (12 if notes else 0)
        end = _flow(canvas, [_paragraph(t, look) for t in leaf.text], look, height - MARGIN, bottom)
        top = end - 24 if look.notes_below_text else MARGIN + needed
        if notes and look.rule:
            canvas.line(MARGIN, top + 6, MARGIN + 140, top + 6)
        _columns(canvas, notes, look, look.note_columns, top)
        canvas.showPage()
    canvas.save()


def _flow(
    canvas: Canvas, text: Sequence[Paragraph], look: Look, top: float, bottom: float
) -> float:
    """Set paragraphs into the columns of a page; the lowest place that they reach."""
    width = _width(look, look.columns)
    column, y, lowest = 0, top, top
    for paragraph in text:
        rest: list[Paragraph] = [paragraph]
        while rest:
            part = rest.pop(0)
            _, height = part.wrap(width, y - bottom)
            if height > y - bottom:
                pieces = part.split(width, y - bottom)
                column += 1
                if column >= look.columns:
                    raise ValueError("the page is full")
                if len(pieces) > 1:
                    _, height = pieces[0].wrap(width, y - bottom)
                    pieces[0].drawOn(canvas, _left(look, look.columns, column - 1), y - height)
                    rest = pieces[1:]
                else:
                    rest = [part]
                y = top
                continue
            part.drawOn(canvas, _left(look, look.columns, column), y - height)
            y -= height + part.style.spaceAfter
            lowest = min(lowest, y)
    return lowest


def _columns(
    canvas: Canvas, notes: Sequence[Paragraph], look: Look, count: int, top: float
) -> None:
    """Set notes into columns, as many in each."""
    each = -(-len(notes) // count)
    for column in range(count):
        y = top
        for note in notes[column * each : (column + 1) * each]:
            _, height = note.wrap(_width(look, count), 1000)
            note.drawOn(canvas, _left(look, count, column), y - height)
            y -= height + 2


def _width(look: Look, columns: int) -> float:
    return (look.paper[0] - 2 * MARGIN - 24 * (columns - 1)) / columns


def _left(look: Look, columns: int, column: int) -> float:
    return MARGIN + column * (_width(look, columns) + 24)


def _paragraph(text: str, look: Look, note: bool = False) -> Paragraph:
    size = look.note_size if note else look.size
    bold = {"Times-Roman": "Times-Bold", "Helvetica": "Helvetica-Bold"}[look.font]
    style = ParagraphStyle(
        "plain",
        fontName=look.font,
        fontSize=size,
        leading=1.2 * size,
        alignment=TA_JUSTIFY if look.justified else TA_LEFT,
        spaceAfter=0 if note or look.indent else 7,
        firstLineIndent=0 if note else look.indent,
    )
    if text.startswith("# "):
        style = ParagraphStyle(
            "heading", style, fontName=bold, fontSize=size + 2, leading=1.3 * size, spaceAfter=6
        )
        text = text[2:]
    elif text.startswith("• "):
        style = ParagraphStyle("item", style, leftIndent=18, bulletIndent=6, firstLineIndent=0)
        return Paragraph(_raise(text[2:], size), style, bulletText="•")
    elif text.startswith("| "):
        style = ParagraphStyle("row", style, fontSize=size - 2, spaceAfter=2)
        text = text[2:].replace(" | ", "&nbsp;" * 24)
    return Paragraph(_raise(text, size), style)


def _raise(text: str, size: float) -> str:
    """Set "^3^" as a superscript, and a line end as it stands."""
    pieces = text.split("^")
    up = f'<super rise="{0.35 * size:.1f}" size="{0.62 * size:.1f}">'
    for index in range(1, len(pieces), 2):
        pieces[index] = f"{up}{pieces[index]}</super>"
    return "".join(pieces).replace("\n", "<br/>")


def scan(name: str) -> None:
    """A page that is a picture of grey lines."""
    canvas = Canvas(str(FOLDER / f"{name}.pdf"), pagesize=A4, invariant=1)
    canvas.setFillGray(0.6)
    for line in range(40):
        canvas.rect(MARGIN, 750 - 16 * line, 440 - 37 * (line % 7 == 6), 7, stroke=0, fill=1)
    canvas.save()


DOCUMENTS: dict[str, tuple[Sequence[Leaf], Look]] = {
    "brackets-raised-many-times": (
        [
            Leaf(
                [
                    "# Uzbekistan",
                    "Cotton is picked by whole schools.^[1]^ A pupil brings a mat.^[1]^ The norm "
                    "is 60 kg a day.^[1][2]^ It is weighed at dusk.",
                ],
                [
                    "^[1]^ Uzbek-German Forum, <i>Whole Schools</i>, 2013.",
                    "^[2]^ Ibid., p. 17.",
                ],
            ),
            Leaf(
                [
                    "Doctors fill the buses in October.^[1]^ The bus waits for no one.^[1,2]^",
                    "A monitor was held for a night in 2014.^[3]^ She had photographs.^[1,3]^",
                ],
                ["^[3]^ Human Rights Watch, <i>Held for a Night</i>, 2014."],
            ),
        ],
        Look(justified=True, footer="{}"),
    ),
    "parentheses-before-stops": (
        [
            Leaf(
                [
                    "# Zambia: Charcoal",
                    "Charcoal is burnt in the hills by debtors (1,4-6). A sack takes (on average) "
                    "two days (2).",
                    "Section 43(1) of the Act (1969) bans it (3; 5). See Table 2 (continued). Of "
                    "61 (of 90) kilns none had a licence (6).",
                    "# Bibliography",
                    "(1) Forestry Department. Kilns in the Hills. 2009.",
                    "(2) Anti-Slavery Society. Two Days. 2010.",
                    "(3) National Assembly. Labour Act. 1969.",
                    "(4) ILO. Debtors. 2011.",
                    "(5) See note 3.",
                    "(6) Ministry of Mines. Licences. n.d.; ILO. Charcoal. 2012.",
                ]
            )
        ],
        Look(font="Helvetica", size=10, header="Briefing {}", footer="charcoal-brief-final"),
    ),
    "page-signs-and-end-numbers": (
        [
            Leaf(
                [
                    "# Senegal",
                    "Salt is raked by families.[1] A share goes to the owner of the pan.^*^",
                ],
                ["^*^ By word of mouth."],
            ),
            Leaf(
                [
                    "The share was a third in 2005.[2] Now it is a half.^†^ Wells have dried "
                    "up.[1,2]"
                ],
                ["^†^ Told to the author at the pans."],
            ),
            Leaf(
                [
                    "# Endnotes",
                    "[1] Coastal Trust. The Rakers. 2006.",
                    "[2] Ministry of Commerce. Pans. 2005.",
                ]
            ),
        ],
        Look(footer="{}"),
    ),
    "notes-de-bas-de-page": (
        [
            Leaf(
                [
                    "# Togo",
                    "« On nous a promis un salon », says a girl of Lomé. ^1^ The salon is a "
                    "kitchen. ^2^",
                ],
                ["^1^ WAO-Afrique, <i>Le salon</i>, 2003.", "^2^ Ibid."],
            ),
            Leaf(
                [
                    "A lorry takes twelve. ^3^ The river is crossed in a canoe. It has no "
                    "light. ^3,4^"
                ],
                [
                    "^3^ Terre des Hommes, <i>Douze</i>, 2004.",
                    "^4^ WAO-Afrique, <i>Le canot</i>, 2006.",
                ],
            ),
            Leaf(
                ["A law was passed in 2005. ^5^"],
                ["^5^ Assemblée nationale, <i>Loi 2005-009</i>, 2005."],
            ),
        ],
        Look(size=10, footer="- {} -"),
    ),
    "two-columns-end-list": (
        [
            Leaf(
                [
                    "# Thailand",
                    "Shrimp is peeled at night in sheds behind the port.[1] Peelers are paid by "
                    "the kilogram.[2] Children stand on crates.[3][4]",
                    "A guard keeps the gate [3-6]. The gate is locked at ten. Buyers come once a "
                    "year.[3,5] They announce it.[6]",
                    "# References",
                    "[1] Labour Protection Network. Peeling. 2006.",
                    "[2] Id. at 5.",
                    "[3] Solidarity Center. The True Cost of Shrimp. 2008.",
                    "[4] ILO. Crates. 2012.",
                    "[5] Department of Fisheries. Sheds. n.d.",
                    "[6] Solidarity Center. Announced. 2010.",
                ]
            )
        ],
        Look(columns=2, size=9, paper=(595, 340), header="Working Paper 7"),
    ),
    "latin-one-superscripts": (
        [
            Leaf(
                [
                    "# Brunei",
                    "A room of 9 m² sleeps eight.¹ The rent is held back. It is a fifth of the "
                    "wage.²",
                    "An inspector came in 2011.¹,³ He counted beds.¹-³",
                    "# Sources",
                    "¹ Migrant Workers' Centre, Eight to a Room, 2010.",
                    "² Ministry of Manpower, Deductions, 2009.",
                    "³ Ibid.",
                ]
            )
        ],
        Look(font="Helvetica", paper=LETTER),
    ),
    "several-sources-over-lines": (
        [
            Leaf(
                [
                    "# Nepal",
                    "Carpets are knotted by girls of six.^1^ A knot is a hundredth of a cent.^2^ "
                    "The loom belongs to the lender.^3^",
                    "He sells the wool, too.^4^ A label was brought in (1995).^5^",
                ],
                [
                    "^1^ South Asian Coalition on Child Servitude, Girls of Six: Interviews in the "
                    "Carpet Belt, New Delhi, 1994; ILO, Knots, Geneva, 1996.",
                    "^2^ Ibid., pp. 12-14.",
                    "^3^ Asian Labour Monitor, Lenders and Looms, 2001.",
                    "^4^ Asian Labour Monitor, supra note 3, at 9.",
                    "^5^ GoodWeave, The Label, 1995; see also Ministry of Textiles, Annual Report, "
                    "1996.",
                ],
            )
        ],
        Look(justified=True, indent=12, footer="Page {}"),
    ),
    "sections-anew-small": (
        [
            Leaf(
                [
                    "# A. Divers",
                    "Divers go down for conch with bad air.[1] The captain owns the tank.[2] He "
                    "rents it out.",
                    "# Notes",
                    "[1] Fisheries Institute, Bad Air, 2004.",
                    "[2] Id. at 5.",
                    "# B. Ports",
                    "Girls wait in the port. The bar keeps a book.[1] The book is the law.[1,2]",
                    "# Notes",
                    "[1] Casa Alianza, The Book, 2003.",
                    "[2] Id. at 5.",
                ]
            )
        ],
        Look(size=10),
    ),
    "raised-foot-notes": (
        [
            Leaf(
                [
                    "# Kazakhstan",
                    "Men from the south pick cotton from August on.^1^ Their foreman keeps the "
                    "papers. A hectare is paid with 3,000 tenge.^2^",
                    "The picking ends in November. Some are kept for the winter to feed "
                    "cattle.^3^ Nobody counts them.",
                ],
                [
                    "^1^ Sange Research Center. Cotton Hands. 2008.",
                    "^2^ Ministry of Agriculture. Harvest Prices. 2009.",
                    "^3^ Ibid., p. 4.",
                ],
            ),
        ],
        Look(),
    ),
    "bracket-end-notes": (
        [
            Leaf(
                [
                    "# Zimbabwe",
                    "Girls cross the river on foot [1]. The guide is called an uncle. He asks "
                    "for rands.[2][3] At the farm they earn less than they owe [1,3].",
                    "Police turned back 200 children in 2009 [2-4]. A shelter was built of tents.",
                    "# References",
                    "[1] Save the Children. Uncles. 2007.",
                    "[2] Musina Legal Advice Office. Crossing Log, 2008-2009. Musina, 2009.",
                    "[3] IOM. Seasonal Farm Workers. 2008.",
                    "[4] South African Police Service. Border Figures. 2010.",
                ]
            )
        ],
        Look(font="Helvetica", size=10.5, paper=LETTER),
    ),
    "labor-style": (
        [
            Leaf(
                [
                    "# El Salvador",
                    "Children harvest coffee from November to March. They carry sacks. (1,4-6) "
                    "Section 114(2) of the Labor Code sets the minimum age at 14. (2) The law "
                    "of 2009 (Decree 839) protects them in court. (3; 5)",
                    "# Efforts",
                    "The Government opened (1) a school in Apaneca and (2) a clinic in "
                    "Juayúa. (6) See Table 2 (continued). It trained 105 inspectors (2013). (4)",
                ],
                [
                    "1. Ministry of Economy. Household Survey. 2012.",
                    "2. Government of El Salvador. Código de Trabajo. 1972.",
                    "3. Government of El Salvador. Ley de Protección Integral. 2009.",
                    "4. U.S. Embassy- San Salvador. reporting, January 17, 2014.",
                    "5. ILO-IPEC. Coffee Season. 2010.",
                    "6. Ministry of Education. Memoria de Labores. 2013.",
                ],
            )
        ],
        Look(note_columns=2, paper=LETTER, rule=False, notes_below_text=True),
    ),
    "running-headers": (
        [
            Leaf(
                [
                    "# Madagascar",
                    "Domestic workers fly out by way of the islands.^1^ A ban was signed in "
                    "2009. It holds for two states only.^2^",
                ],
                [
                    "1  Ministry of Civil Service. Departures. 2010.",
                    "2  Government of Madagascar. Decree 2009-1232. 2009.",
                ],
            ),
            Leaf(
                [
                    "Sapphire pits need small bodies. Boys of eleven go down on a rope.^3^",
                    "The rope is checked by the boys.^4^",
                ],
                [
                    "3  ILO. Children in Ilakaka. 2006.",
                    "4  L'Express de Madagascar. The Rope. 2008.",
                ],
            ),
            Leaf(
                ["Schools close in the season of vanilla.^5^ The thieves come by night."],
                ["5  UNICEF. Vanilla. 2011."],
            ),
        ],
        Look(
            header="COUNTRY PAPERS ON TRAFFICKING, No. 12", footer="Page {} of 3", font="Helvetica"
        ),
    ),
    "hyphenated": (
        [
            Leaf(
                [
                    "# Turkmenistan",
                    "Teachers and doctors are sent to the har-\nvest in autumn.[1] Those who "
                    "refuse lose their em-\nployment. Bus drivers bring them at day-\nbreak.[2] "
                    "A well-\nknown singer went, too.[3]",
                    "# Notes",
                    "[1] Alternative News of Turkmenistan. Cot-\nton Report. 2016.",
                    "[2] Turkmen Initiative for Human Rights. Day-\nbreak. 2015.",
                    "[3] Ibid.",
                ]
            )
        ],
        Look(),
    ),
    "note-over-a-page": (
        [
            Leaf(
                [
                    "# Mauritius",
                    "Factory girls sleep in dormitories by the sea.^1^ The doors close at ten. "
                    "A strike of 2002 was ended by the riot police.^2^",
                ],
                [
                    "^1^ Ministry of Labour. Dormitory Inspections. 2003.",
                    "^2^ International Textile Workers. The Strike on the Island: Interviews "
                    "with sewing machine operators",
                ],
            ),
            Leaf(
                ["Ninety women were put on a plane. One came back as an interpreter.^3^"],
                [
                    "from two provinces. Brussels, 2004.",
                    "^3^ Le Mauricien. The Interpreter. 2007.",
                ],
            ),
        ],
        Look(),
    ),
    "signs-foot-notes": (
        [
            Leaf(
                [
                    "# Iraq",
                    "Brick makers hire families in spring.* The tally is kept in chalk.† In the "
                    "north it is kept on a telephone. A message counts as a receipt.‡",
                ],
                [
                    "* Iraq Foundation. Kilns. 2012.",
                    "† Ministry of Labour. Site Visits. 2013.",
                    "‡ Ibid.",
                ],
            ),
            Leaf(
                ["Displaced boys sell gum at the lights.* They are aged 7 to 12."],
                ["* Heartland Alliance. At the Lights. 2014."],
            ),
        ],
        Look(font="Helvetica", size=10),
    ),
    "letters-raised": (
        [
            Leaf(
                [
                    "# Fiji",
                    "Homestay hosts ask for chores.^a^ The chores grow. By the end of the term "
                    "the pupil is a maid.^b^ Her school is not told.^a,b^",
                ],
                [
                    "^a^ Save the Children Fiji. Homestays. 2009.",
                    "^b^ Ministry of Education. Boarding Rules. 2010.",
                ],
            )
        ],
        Look(),
    ),
    "anew-on-each-page": (
        [
            Leaf(
                ["# Liberia", "Rubber tappers bring their sons.^1^ The quota asks for it.^2^"],
                [
                    "^1^ Save My Future Foundation. The Quota. 2005.",
                    "^2^ UNMIL. Human Rights in Rubber Plantations. 2006.",
                ],
            ),
            Leaf(
                [
                    "The mill shut in 2010. Its school shut first.^1^ The sons went to the "
                    "capital.^2^"
                ],
                [
                    "^1^ Ministry of Education. School Register. 2011.",
                    "^2^ Id. at 9.",
                ],
            ),
        ],
        Look(footer="{}"),
    ),
    "two-columns": (
        [
            Leaf(
                [
                    "# Dominican Republic",
                    "Cane cutters live in camps that the mill owns. The camp has a store and a "
                    "guard.^1^ Credit is written on a card, and the card stays with the clerk. "
                    "A cutter is paid by weight, and the scale belongs to the mill.^2^",
                    "Children born in the camp have no papers. Without papers there is no "
                    "school after the eighth year.^3^ A ruling of 2013 took papers away from "
                    "some who had them.^4^",
                    "Buses bring new men in November. The fare is held back from the first "
                    "wage. Few see a second one before Christmas, the cutters say, and nobody "
                    "goes home before the rain.^1,3^",
                ],
                [
                    "^1^ Verité. Research on Sugar. 2012.",
                    "^2^ Ministry of Labour. Scales. 2013.",
                    "^3^ Open Society Justice Initiative. Left Behind. 2011.",
                    "^4^ Constitutional Court. Sentencia TC/0168/13. 2013.",
                ],
            )
        ],
        Look(columns=2, note_columns=2, justified=True, size=10, paper=(595, 320), note_size=7.5),
    ),
    "ibid-and-supra": (
        [
            Leaf(
                [
                    "# Singapore",
                    "Agents deduct eight months of wages.^1^ The helper has no day off.^2^ A rule "
                    "of 2013 gives one a week.^3^ It can be sold.^4^ Few helpers know the "
                    "rule.^5^ The agent tells them.^6^",
                ],
                [
                    "^1^ TWC2, <i>Fact Sheet on Fees</i>, 2012.",
                    "^2^ Id. at 5.",
                    "^3^ Ministry of Manpower, <i>Weekly Rest Day</i>, 5 March 2012.",
                    "^4^ TWC2, supra note 1, at 7.",
                    "^5^ See note 3.",
                    "^6^ Ministry of Manpower, op. cit.",
                ],
            )
        ],
        Look(),
    ),
    "several-sources": (
        [
            Leaf(
                [
                    "# Cameroon",
                    "Girls are fostered in town.^1^ The foster mother sells beans, and the girl "
                    "does, too.^2^",
                ],
                [
                    "^1^ US State Department, Trafficking in Persons Report, 2012; ILO, Fostered "
                    "Girls, 2009; UNICEF, Town and Village, n.d.",
                    "^2^ ILO, Fostered Girls, 2009.",
                ],
            )
        ],
        Look(),
    ),
    "headings-lists-tables": (
        [
            Leaf(
                [
                    "# Papua New Guinea^1^",
                    "Those at risk near the camps of loggers are:",
                    "• girls who trade fish;^2^",
                    "• boys on the ships. They sort the catch.^3^",
                    "• widows",
                    "Table 1. Cases by year^4^",
                    "| Year | Cases | Courts",
                    "| 2010 | 3 | 1",
                    "| 2011 | 7 | 2",
                    "The counts leave out village courts.^4^",
                ],
                [
                    "^1^ Country data as of 2012.",
                    "^2^ Oxfam. Fish for Sex. 2010.",
                    "^3^ National Fisheries Authority. Observer Notes. 2011.",
                    "^4^ Department of Justice. Case Counts. 2012.",
                ],
            )
        ],
        Look(),
    ),
    "unresolved": (
        [
            Leaf(
                [
                    "# Gambia",
                    "Tour guides are called bumsters.[1] Some are fifteen. The beach has a "
                    "police post.[8] It is empty at night. A code was signed in 2004.[2]",
                    "# Notes",
                    "[1] Child Protection Alliance. The Beach. 2003.",
                    "[2] Tourism Authority. Code of Conduct. 2004.",
                ]
            )
        ],
        Look(font="Helvetica"),
    ),
    "justified-indented": (
        [
            Leaf(
                [
                    "# Ecuador",
                    "Flowers are cut before dawn so that they are fresh at noon. The cutters are "
                    "women, most of them from the valley below, and they come with a child on "
                    "the back.^1^",
                    "A cutter earns a bonus for each thousand stems, and loses it for a bent "
                    "one.^2^ She may not speak.",
                    "Banana sheds have hired by the day since 2002. Children wash the fruit and "
                    "stick the labels on, up to sixty in a minute.^3^",
                ],
                [
                    "^1^ CEDLA. The Valley Below. 2008.",
                    "^2^ International Labor Rights Forum. Bent Stems: A Study of Bonuses and "
                    "Fines in the Cut-Flower Industry of Two Countries of the Andes. Washington, "
                    "2010.",
                    "^3^ Human Rights Watch. Tainted Harvest. 2002.",
                ],
            )
        ],
        Look(justified=True, indent=14),
    ),
    "over-the-page": (
        [
            Leaf(
                [
                    "# Myanmar",
                    "Brides are sold over the hills.^1^ The price is paid in kyat and",
                ],
                ["^1^ Kachin Women's Association. Eastward Bound. 2008."],
            ),
            Leaf(
                [
                    "counted by the aunt.^2^ She keeps a tenth.",
                    "A bridge was opened in 2009. It made the way shorter.^1^",
                ],
                ["^2^ Johns Hopkins University. Forced Marriage. 2018."],
            ),
        ],
        Look(justified=True, footer="— {} —"),
    ),
    "powers-and-ordinals": (
        [
            Leaf(
                [
                    "# Slovenia",
                    "The 1^st^ plan covered 20 km^2^ of border forest.^1^ A cell had 4 m^2^. It "
                    "held three men on the 5^th^ of May.^2^",
                ],
                ["^1^ Government Office. Plan. 2004.", "^2^ Ombudsman. Cells. 2006."],
            )
        ],
        Look(),
    ),
    "roman-end-notes": (
        [
            Leaf(
                [
                    "# Macedonia",
                    "Clubs line the road to the lake.^i^ Dancers come on a tourist's visa. It "
                    "lasts 90 days.^ii^ The club calls a taxi when it ends.^iii^",
                ]
            ),
            Leaf(
                [
                    "# Endnotes",
                    "^i^ Open Gate. The Road. 2005.",
                    "^ii^ Ministry of Interior. Visas. 2006.",
                    "^iii^ Ibid.",
                ]
            ),
        ],
        Look(),
    ),
    "ranges-raised": (
        [
            Leaf(
                [
                    "# Denmark",
                    "Nurses' aides work for a firm abroad.^1,3^ The firm has a letter box.^2^ "
                    "Inspectors opened it in 2014.^1–3^ “It was full.”^4^",
                ],
                [
                    "^1^ Centre against Trafficking. Aides. 2013.",
                    "^2^ Business Authority. Letter Boxes. 2014.",
                    "^3^ Trade Union 3F. Abroad. 2013.",
                    "^4^ Politiken. It Was Full. 2014.",
                ],
            )
        ],
        Look(font="Helvetica", paper=LETTER),
    ),
    "own-numbering": (
        [
            Leaf(
                [
                    "# 1. Mining",
                    "Cobalt is washed by hand. A sack pays a dollar.^1^ Children sieve.^2^",
                    "# Notes",
                    "1. Afrewatch. Cobalt. 2016.",
                    "2. Ibid.",
                    "# 2. Soldiers",
                    "A boy carries the radio.^1^ He is the last to be freed. It took two years.^2^",
                    "# Notes",
                    "1. MONUSCO. Child Recruitment. 2013.",
                    "2. Child Soldiers International. The Radio. 2014.",
                ]
            )
        ],
        Look(),
    ),
    "end-notes-in-columns": (
        [
            Leaf(
                [
                    "# Yemen",
                    "Camel trains hide children at the border. (1) Guards look for qat, not for "
                    "children. (2) The smuggler is paid twice (3), by father and by farmer.",
                    "A hundred came back in a week of 2007. (4; 5) The post at Haradh took their "
                    "names. (1-3)",
                    "# ENDNOTES",
                ],
                [
                    "1. UNICEF. Children at the Border. 2005.",
                    "2. Yemen Times. Qat, Not Children. 2006.",
                    "3. Seyaj. The Smuggler's Price. 2008.",
                    "4. Ministry of Social Affairs. Weekly Return. 2007.",
                    "5. IOM. Haradh Centre. 2008.",
                    "6. UNHCR. Mixed Movements. 2008.",
                ],
            )
        ],
        Look(note_columns=2, rule=False, notes_below_text=True, header="YEMEN"),
    ),
    "no-notes": (
        [
            Leaf(
                [
                    "# Bhutan (2010)",
                    "Road crews come for two years (2008, 2010). Section 5(2) of the Act (2007) "
                    "covers them. They must (1) register and (2) show a bond.",
                    "A crew of 12 (of 40) left.",
                ]
            )
        ],
        Look(),
    ),
    "notes-section-bold-labels": (
        [
            Leaf(
                [
                    "# Oman",
                    "Fishermen sail under another man's licence.[1] The boat is his. So is the "
                    "debt.[2]",
                    "The permit costs 300 rials [1, 2].",
                    "# Sources",
                    "<b>[1]</b> Ministry of Fisheries. Licences. 2015.",
                    "<b>[2]</b> Migrant Forum in Asia. Another Man's Boat: Debt at Sea and on "
                    "Land, with a foreword and two maps of the coast. Manila, 2016.",
                ]
            )
        ],
        Look(font="Helvetica", header="Sea Papers {}"),
    ),
    "notes-by-chapter": (
        [
            Leaf(
                [
                    "# Debt and Bondage in Pakistan",
                    "# Kilns",
                    "A family takes an advance of 20,000 rupees.[1] It makes a thousand bricks "
                    "a day.[2]",
                    "# Carpets",
                    "Boys knot for a broker.[1] He lives in town. The loom stays at home.[2, 3]",
                    "# Notes",
                    "# Kilns",
                    "[1] Human Rights Commission of Pakistan. State of Human Rights. 2010.",
                    "[2] Ibid., p. 212.",
                    "# Carpets",
                    "[1] ILO. Carpet Survey. 2003.",
                    '[2] Dawn. "The Broker". June 4, 2008.',
                    "[3] See note 1.",
                ]
            )
        ],
        Look(),
    ),
    "raised-parentheses-long-notes": (
        [
            Leaf(
                [
                    "# Lebanon",
                    "Maids may not leave the house.^(1)^ Agencies advise to lock the door.^(2)^ "
                    "In 2008 (the year of a study) one died each week^(1,3)^.",
                    "# Courts",
                    "Article 569(1) punishes confinement.^(4)^ Nobody was tried for it.^(5)^",
                ],
                [
                    "(1) Human Rights Watch, Without Protection: How the Lebanese Justice "
                    "System Fails Migrant Domestic Workers, New York, 16 September 2010, "
                    "available at http://www.hrw.org/reports/2010/lebanon (accessed 2 May 2011).",
                    "(2) KAFA, Dreams for Sale: The Exploitation of Domestic Workers from "
                    "Recruitment to Return in Nepal, Bangladesh and Lebanon, 2014.",
                    "(3) Ibid., pp. 5-7.",
                    "(4) Parliament of Lebanon, Penal Code, 1943.",
                    "(5) Human Rights Watch, supra note 1, p. 40.",
                ],
            )
        ],
        Look(justified=True, header="Country Reports on Domestic Work", footer="Page {}"),
    ),
    "clusters-after-quotes": (
        [
            Leaf(
                [
                    "# Finland",
                    'Pickers fly in for eight weeks^1,3–5^. One said, "We were told it was a '
                    'forest".^2^ Another, "we eat what we pick."^2,6^ The buyer says that they '
                    'are "free entrepreneurs"^4^ and owes them nothing. Berries fell to 1.20 € '
                    "a kilo in 2013.",
                    "Permits follow EU rules of 2014.^5^ They were stopped once.",
                ],
                [
                    "^1^ Finnish Immigration Service. Seasonal Permits. 2014.",
                    "^2^ Yle. Told It Was a Forest. 9 September 2013.",
                    "^3^ Ibid.",
                    "^4^ Ministry for Foreign Affairs. Letter of Intent. 2014.",
                    "^5^ European Parliament. Seasonal Workers Directive. 2014.",
                    "^6^ Helsingin Sanomat. Forest and Plate. n.d.",
                ],
            )
        ],
        Look(font="Helvetica", size=10),
    ),
    "sources-numbered-with-dots": (
        [
            Leaf(
                [
                    "# Qatar",
                    "Three fees are known:",
                    "• the fee of the village agent [3][4];",
                    "• the fee of the capital's agent [1];",
                    "• the visa, which is sold [3-6].",
                    "Workers borrow (at 36 per cent) to pay them [2, 5]. The loan outlives the "
                    "job [1] . Law No. 14 (2004) says nothing of it.",
                ]
            ),
            Leaf(
                [
                    "# Reforms",
                    "A fund was set up in 2018 [6]. It paid once. Table 2 (continued) shows "
                    "whom [1].",
                    "# Sources",
                    "1. Amnesty International. The Dark Side of Migration. 2013.",
                    "2. World Bank. Remittance Prices: A Survey of Corridors between the Gulf "
                    "and South Asia, with Notes on the Rates of Interest in Villages. 2012.",
                    "3. Verité. Fees. n.d.",
                    "4. Ibid., p. 3.",
                    "5. Nepal Rastra Bank. Village Credit. 2011.",
                    "6. Ministry of Labour. Workers' Support Fund. 2018.",
                ]
            ),
        ],
        Look(header="The Desk - Country Notes", footer="- {} -", paper=LETTER, justified=True),
    ),
    "chain-over-pages": (
        [
            Leaf(
                [
                    "# Ethiopia",
                    "Girls ride the night bus to Metema.^1^ The broker waits there. He has a "
                    "list.^2^",
                    "# Table 1. Girls by district",
                    "| Metema | 412",
                    "| Humera | 97",
                ],
                [
                    "^1^ Forum on Sustainable Child Empowerment, The Night Bus, 2011.",
                    "^2^ Ibid., p. 9.",
                ],
            ),
            Leaf(
                [
                    "Sudan's border is open on market days.^3^ "
                    "From there some fly on.^4^ The Proclamation of 2009 bans private "
                    "brokers; few know it.^5^"
                ],
                [
                    "^3^ Id. at 12.",
                    "^4^ Ministry of Labour and Social Affairs, Proclamation No. 632, 2009; "
                    "Forum on Sustainable Child Empowerment, The Night Bus, 2011.",
                    "^5^ See note 1.",
                ],
            ),
        ],
        Look(footer="{}"),
    ),
    "end-notes-restart-in-parts": (
        [
            Leaf(
                [
                    "# Part A: Law",
                    "The Code of 1995 forbids pledging a child (1). The term is five years (2,3).",
                    "# Notes",
                    "(1) Assembly of Benin. Family Code. 1995.",
                    "(2) Assembly of Benin. Law 2006-04. 2006.",
                    "(3) Id. at 5.",
                    "# Part B: Practice",
                    "Quarry boys come from Zakpota (1; 2). They send (in 2010) a bicycle home. "
                    "Their fathers expect it (2).",
                    "# Notes",
                    "(1) Terre des hommes. The Quarries of Abeokuta. 2005.",
                    "(2) ESAM. Bicycles. n.d.",
                ]
            )
        ],
        Look(indent=14),
    ),
}


if __name__ == "__main__":
    for document, (leaves, look) in DOCUMENTS.items():
        typeset(document, leaves, look)
    scan("scan")
