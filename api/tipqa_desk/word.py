"""A letter as a .docx file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Opened
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it.token import Token

from tipqa_desk.draft import Draft
from tipqa_desk.letter import letter_tokens
from tipqa_desk.quoting import clean

_NOT_IN_XML = re.compile("[\x0b\x0c\x1c-\x1f]")
_INDENT = 0.75  # cm that a list or a quotation within another is set in


def docx(draft: Draft, title: str = "", note: str = "") -> bytes:
    """The letter with headings, lists, quotations, links, and its references as a list.

    What is not verbatim is told of behind it; a note, as that it is a draft, stands above.
    """
    document = Document()
    document.core_properties.author = "Inquiry desk"
    document.core_properties.comments = ""
    document.core_properties.title = _clean(" ".join(title.split()))[:255]
    document.core_properties.language = "en"
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en")
    if note:
        document.add_paragraph().add_run(_clean(note)).bold = True
    _Writer(document).write(letter_tokens(draft, marked=True))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


class _Writer:
    def __init__(self, document: Opened) -> None:
        self._document = document
        self._quoted = 0
        self._lists: list[int | None] = []
        """The numbering of each list that is open; None where it has bullets."""
        self._begun = True
        """Whether the list's item that is open has a paragraph."""

    def write(self, tokens: Sequence[Token]) -> None:
        heading = 0
        for token in tokens:
            if token.type == "blockquote_open":
                self._quoted += 1
            elif token.type == "blockquote_close":
                self._quoted -= 1
            elif token.type == "bullet_list_open":
                self._lists.append(None)
            elif token.type == "ordered_list_open":
                self._lists.append(self._numbering(int(token.attrGet("start") or 1)))
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self._lists.pop()
            elif token.type == "list_item_open":
                self._begun = False
            elif token.type in ("heading_open", "heading_close"):
                heading = int(token.tag[1:]) if token.nesting == 1 else 0
            elif token.type == "hr":
                self._document.add_paragraph("* * *")
            elif token.type == "inline":
                self._fill(self._paragraph(heading), token.children or ())

    def _paragraph(self, heading: int) -> Paragraph:
        if heading:
            return self._document.add_paragraph(style=f"Heading {heading}")
        deep = len(self._lists) + self._quoted
        if self._lists and not self._begun:
            self._begun = True
            numbering = self._lists[-1]
            style = "List Bullet" if numbering is None else "List Number"
            paragraph = self._document.add_paragraph(style=style)
            if numbering is not None:
                numbered = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                numbered.get_or_add_ilvl().val = 0
                numbered.get_or_add_numId().val = numbering
            deep -= 1
        else:
            paragraph = self._document.add_paragraph(style="Quote" if self._quoted else None)
        if deep:
            paragraph.paragraph_format.left_indent = Cm(_INDENT * (deep + bool(self._lists)))
        return paragraph

    def _numbering(self, start: int) -> int:
        """A numbering of its own for a list, so that it doesn't go on with the one before."""
        style = self._document.styles["List Number"].element
        known = style.pPr.numPr.numId.val
        numbering = self._document.part.numbering_part.element
        kind = numbering.num_having_numId(known).abstractNumId.val
        own = numbering.add_num(kind)
        own.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(own.numId)

    def _fill(self, paragraph: Paragraph, children: Sequence[Token]) -> None:
        bold = italic = 0
        link: str | None = None
        for child in children:
            if child.type in ("strong_open", "strong_close"):
                bold += child.nesting
            elif child.type in ("em_open", "em_close"):
                italic += child.nesting
            elif child.type == "link_open":
                link = str(child.attrGet("href"))
            elif child.type == "link_close":
                link = None
            elif child.type == "hardbreak":
                paragraph.add_run().add_break()
            elif child.content or child.type == "softbreak":
                run = paragraph.add_run(_clean(child.content or " "))
                run.bold, run.italic = bool(bold) or None, bool(italic) or None
                if link:
                    _lead(paragraph, run, link)


def _lead(paragraph: Paragraph, run: Run, address: str) -> None:
    """Make a run lead to an address, and look so."""
    known = paragraph.part.relate_to(_clean(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), known)
    run.underline = True
    paragraph._p.append(link)
    link.append(run._r)


def _clean(text: str) -> str:
    """A text without the signs that XML has no place for."""
    return _NOT_IN_XML.sub(" ", clean(text))
