"""The text layer of a PDF: words with their place, size and weight, and the ruled lines.

PDFium reads it (pypdfium2): on the five profiles that the benchmark reads it takes 2 ms a
page for the text, where pypdf takes 11 and pdfplumber 90; it says where each character
stands, in which font, and tells spaces from kerning. What the words make up is ours: see
`pdf_layout`.
"""

from __future__ import annotations

import ctypes
import math
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from tipqa.errors import CorpusError

_ONE_AT_A_TIME = threading.Lock()  # PDFium may not be called from two threads
_MOST_CHARACTERS = 60_000  # of a page; a dense one has 10,000
_MOST_OBJECTS = 20_000
_MOST_RULES = 500
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0x2010: "-", 0x2011: "-"}
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """Characters in one style without a space between. Lengths are points, y goes up.

    `y` is the baseline. `spaced`: a space stands before it. `raised`: a superscript.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    italic: bool = False
    spaced: bool = True
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line, or an edge of a box."""

    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as PDFium sees it. `number` counts from 1."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]


def read_pages(data: bytes, path: Path) -> list[Page]:
    """Take the words out of a PDF.

    Raises:
        CorpusError: it is no PDF, damaged, encrypted, or holds images of pages only.
    """
    if b"%PDF-" not in data[:1024]:
        raise CorpusError(path, None, "is no PDF (it doesn't begin with %PDF-). Save it as one.")
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
                raise CorpusError(
                    path, None, "is encrypted. Save it without a password."
                ) from error
            raise CorpusError(path, None, "is a damaged PDF. Get it again.") from error
        try:
            pages = [_read_page(document, index, path) for index in range(len(document))]
        finally:
            document.close()
    if not any(page.words for page in pages):
        raise CorpusError(path, None, "holds page images without text. Run OCR first.")
    return pages


def _read_page(document: Any, index: int, path: Path) -> Page:
    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        message = f"is a damaged PDF: page {index + 1} can't be read. Get it again."
        raise CorpusError(path, None, message) from error
    try:
        width, height = page.get_size()
        turn = _turn(page)
        return Page(index + 1, width, height, _words(text, turn), _rules(page, turn))
    finally:
        text.close()
        page.close()


_Turn = tuple[int, float, float, float, float]


def _turn(page: Any) -> _Turn:
    """How a page is turned for the reader, and its box before that."""
    return (page.get_rotation() // 90, *page.get_cropbox())


def _seen(turn: _Turn, x: float, y: float) -> tuple[float, float]:
    quarter, left, bottom, right, top = turn
    return [
        (x - left, y - bottom),
        (y - bottom, right - x),
        (right - x, top - y),
        (top - y, x - left),
    ][quarter]


def _words(text: Any, turn: _Turn) -> tuple[Word, ...]:
    words: list[Word] = []
    letters = ""
    style: tuple[float, float, bool, bool] | None = None
    x0 = x1 = 0.0
    spaced = True
    x, y = ctypes.c_double(), ctypes.c_double()
    box = pdfium.FS_RECTF()
    styles: dict[int, tuple[float, bool, bool] | None] = {}
    for index in range(min(text.count_chars(), _MOST_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        character = _HYPHENS.get(code) or _LIGATURES.get(code) or chr(code)
        if character == "\u00ad" or not (character.isspace() or character.isprintable()):
            continue
        blank = character.isspace()
        here = None
        if not blank:
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            pdfium.FPDFText_GetLooseCharBox(text, index, box)
            piece = pdfium.FPDFText_GetTextObject(text, index)
            key = ctypes.addressof(piece.contents) if piece else -index - 1
            if key not in styles:
                styles[key] = _style(text, index, turn[0])
            if (found := styles[key]) is None:  # neither level nor of a size to be read
                continue
            start, base = _seen(turn, x.value, y.value)
            corners = [_seen(turn, box.left, box.bottom), _seen(turn, box.right, box.top)]
            end = max(corner[0] for corner in corners)
            if not (math.isfinite(start + base + end) and abs(start) + abs(base) < 1e5):
                continue
            here = (base, *found)
        goes_on = (
            here
            and style
            and here[1:] == style[1:]
            and abs(here[0] - style[0]) < 0.05 * here[1]
            and -0.5 * here[1] < start - x1 < 0.5 * here[1]
        )
        if letters and not goes_on:
            assert style is not None
            words.append(Word(letters, x0, x1, *style, spaced=spaced))
            letters, spaced = "", False
        if here is None:
            spaced = spaced or character not in "\r\n"  # PDFium adds one beside a superscript
            continue
        if not letters:
            x0, style = start, here
        letters += character
        x1 = max(end, start)
    if letters and style:
        words.append(Word(letters, x0, x1, *style, spaced=spaced))
    return tuple(words)


def _style(text: Any, index: int, quarter: int) -> tuple[float, bool, bool] | None:
    """Size in points, bold, italic; none where the text isn't level as the page is turned."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, index, matrix)
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
    if abs((angle - 90 * quarter + 180) % 360 - 180) > 5:
        return None
    size = pdfium.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
    if not 1 <= size <= 400:
        return None
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text, index, name, 128, flags)
    font = name.value.decode("utf-8", "replace")
    bold = bool(_BOLD.search(font)) or pdfium.FPDFText_GetFontWeight(text, index) >= 600
    return round(size, 1), bold, bool(_ITALIC.search(font)) or bool(flags.value & 64)


def _rules(page: Any, turn: _Turn) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for number, item in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)):
        if number == _MOST_OBJECTS:
            break
        try:
            left, bottom, right, top = item.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        x, y = _seen(turn, left, bottom), _seen(turn, right, top)
        x0, x1 = sorted((x[0], y[0]))
        y0, y1 = sorted((x[1], y[1]))
        if x1 - x0 >= 20:
            rules.append(Rule(x0, x1, y1))
            if y1 - y0 > 3:
                rules.append(Rule(x0, x1, y0))
    whole = _whole(rules)
    return tuple(whole) if len(whole) <= _MOST_RULES else ()  # a drawing's


def _whole(rules: list[Rule]) -> list[Rule]:
    """Rules on one level that touch, as the edges of a table's cells do, made one."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (round(r.y), r.x0)):
        last = found[-1] if found else None
        if last and abs(last.y - rule.y) < 1.5 and rule.x0 < last.x1 + 3:
            found[-1] = Rule(last.x0, max(last.x1, rule.x1), last.y)
        else:
            found.append(rule)
    return found
