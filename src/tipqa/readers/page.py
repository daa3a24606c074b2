"""A web page as a tree, and what each of its elements does to the text within it.

lxml builds the tree: it is fast, takes any markup in linear time, is kept up, and knows
the line of each element, which messages and lists need. (selectolax, and Beautiful Soup
over lxml, know no lines; html5lib is slow and rests.) What the tree means is decided here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree

from tipqa.errors import CorpusError

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = frozenset(
    "html body p div li ul ol dl dt dd blockquote pre section article main table tbody thead "
    "tfoot tr td th caption figure figcaption address center details summary fieldset legend "
    "nav header footer aside form hr hgroup dir menu noframes".split()
).union(HEADINGS)
_HIDDEN = frozenset(
    "head script style noscript template svg math iframe object embed canvas audio video map "
    "button select textarea input option datalist dialog rp rt".split()
)
_FRAMES = frozenset("nav header footer aside form".split())
_NEVER_FRAMES = frozenset("html body main article li".split())
_FRAME_ROLES = frozenset("navigation banner contentinfo search complementary menu".split())
_FRAME_CLASSES = frozenset(
    "widget widget-area widget-title footer site-footer site-header footer-widgets toc noprint "
    "mw-editsection mw-jump-link navbox catlinks printfooter sitesub contentsub hatnote ambox "
    "ombox tmbox sistersitebox comments comment-list comment-respond comments-area entry-meta "
    "entry-footer post-meta posted-on dateline byline nav-links tags-links cat-links author-box "
    "paranumber para-number parnum "
    "related-posts related-content visually-hidden screen-reader-text sr-only submitted".split()
)
# A class or id of which one part is among these is a frame's: "main-nav", "cookie_bar".
_FRAME_PARTS = frozenset(
    "nav navbar menu navigation breadcrumb breadcrumbs sidebar cookie cookies newsletter share "
    "sharing sharedaddy social subscribe subscription signup skip pager pagination masthead "
    "jp-relatedposts advert advertisement popup modal".split()
)
_HOLDS_NOTES = re.compile(r"(?<![\w-])(?:doc-)?(?:foot|end|rear)notes?\b|\breferences\b")
_REFERENCE = re.compile(r"\b(?:doc-)?noteref\b|footnote-?ref(?:erence)?\b|\bfnref\b")
_RAISED = re.compile(r"vertical-align\s{0,9}:\s{0,9}(?:super|text-top)|\bsuperscript\b")
_CAPTION = re.compile(r"(?<![\w-])(?:\w+-)?(?:thumb)?caption(?:-text)?(?![\w-])")
_TIP = re.compile(  # what shows a note beside its marker
    r"(?<![\w-])(?:(?:foot|end)notes?[-_]tooltip|tooltip(?:text|[-_]{1,2}(?:text|content|inner))"
    r"|sidenote|[\w-]*footnotes?__note|[\w-]*note_outer)(?![\w-])"
)
_FOLDED = re.compile(  # what a click on its title shows
    r"(?<![\w-])(?:\w+-{1,2})?(?:accordion|collaps\w+|tab-?panel|tab-?pane|panel)(?![\w])"
)
_LONG_CELL = 350
_MANY_PARAGRAPHS = 3
_LONGEST_LABEL = 8


def parse(text: str, path: Path) -> Any:
    """The root of a page's tree. Nothing but the text given is read.

    Raises:
        CorpusError: it holds no element, or is nested deeper than the parser goes.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, AssertionError) as error:
        raise CorpusError(path, None, "is no HTML. Check the file.") from error
    for entry in parser.error_log:
        if "depth" in entry.message:  # the parser drops what is nested deeper
            raise CorpusError(path, entry.line, "is nested too deep. Flatten it.")
    if root is None:
        raise CorpusError(path, None, "holds no element of HTML. Check the file.")
    return root


class Sizes:
    """What must be known of an element before it is entered; by its place in the document."""

    def __init__(self, root: Any) -> None:
        self.characters: list[int] = []
        self.laid_out: set[int] = set()
        """Tables that hold text rather than data."""
        self._tables: list[int] = []
        self._cells: list[list[int]] = []
        """Of each open table: the paragraphs of each of its cells."""
        opened: list[tuple[int, int]] = []
        seen = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                opened.append((len(self.characters), seen))
                self._enter_table(element, len(self.characters))
                self.characters.append(0)
                seen += len(element.text or "") if element.tag not in _HIDDEN else 0
            else:
                index, before = opened.pop()
                self.characters[index] = seen - before
                self._leave_table(element, seen - before)
                seen += len(element.tail or "")

    def _enter_table(self, element: Any, index: int) -> None:
        if self._tables and element.tag in ("table", "h1", "h2", "h3", "article", "main"):
            self.laid_out.add(self._tables[-1])
        if element.tag == "table":
            self._tables.append(index)
            self._cells.append([])
            if element.get("role") in ("presentation", "none"):
                self.laid_out.add(index)

        elif element.tag in ("td", "th") and self._cells:
            self._cells[-1].append(0)
        elif element.tag == "p" and self._cells and self._cells[-1]:
            self._cells[-1][-1] += 1

    def _leave_table(self, element: Any, characters: int) -> None:
        if element.tag == "table":
            table, cells = self._tables.pop(), self._cells.pop()
            if len(cells) == 1 or any(count >= _MANY_PARAGRAPHS for count in cells):
                self.laid_out.add(table)
        elif element.tag in ("td", "th") and self._tables and characters > _LONG_CELL:
            if not _is_label(element.getprevious()):
                self.laid_out.add(self._tables[-1])


def _is_label(cell: Any) -> bool:
    """Whether a cell holds a few characters, as the label of the note beside it."""
    length = 0
    for part in cell.itertext() if cell is not None else ():
        length += len(part.strip())
        if length > _LONGEST_LABEL:
            return False
    return length > 0


def marks_of(element: Any, tag: str, share: float, within: set[str]) -> list[str]:
    """What an element makes of all the text within it.

    Args:
        element: the element.
        tag: its tag.
        share: its part of the page's characters, 0 to 1.
        within: the marks of the elements around it.

    Returns:
        Of: hidden (not shown), tip (a note, shown on demand), frame (around the text
        proper), notes (holds them), main, bold, link, raised, caption, pre (lines stay lines).
    """
    said = " ".join(element.get(name, "") for name in ("class", "role", "epub:type", "id")).lower()
    style = element.get("style", "")[:500].lower()
    marks = []
    hidden = element.get("hidden") is not None and not _FOLDED.search(said)
    if tag in _HIDDEN or hidden or "display:none" in style:
        marks.append("hidden")
    if element.get("role") == "tooltip" or _TIP.search(element.get("class", "").lower()):
        marks += ["tip", "hidden"]
    elif _HOLDS_NOTES.search(said):
        marks.append("notes")
    elif tag not in _NEVER_FRAMES and _is_frame(element, tag, share, within):
        marks.append("frame")
    if tag in ("b", "strong", "summary"):
        marks.append("bold")
    if tag == "a" and element.get("href"):
        marks.append("link")
    if tag == "sup" or _RAISED.search(style) or "superscript" in said.split():
        marks.append("raised")
    quotes = tag == "figure" and "pull" not in said and element.find(".//blockquote") is not None
    if (tag in ("caption", "figcaption", "figure") and not quotes) or _CAPTION.search(said):
        marks.append("caption")
    if tag in ("main", "article"):
        marks.append("main")
    if tag == "pre":
        marks.append("pre")
    return marks


def _is_frame(element: Any, tag: str, share: float, within: set[str]) -> bool:
    """Whether an element is a frame by its tag, its role or its class.

    The header of an article holds its title; and old servers wrap whole pages in a form.
    """
    if tag in _FRAMES and not (tag == "header" and "main" in within):
        return tag != "form" or share < 0.5
    names = f"{element.get('class', '')} {element.get('id', '')}".lower().split()[:50]
    if element.get("role") in _FRAME_ROLES or not _FRAME_CLASSES.isdisjoint(names):
        return share < 0.5
    parts = {part for name in names for part in re.split("[-_]+", name)}
    return share < 0.5 and not parts.isdisjoint(_FRAME_PARTS)


def is_reference(element: Any) -> bool:
    """Whether a link says of itself that it leads to a note."""
    said = " ".join(element.get(name, "") for name in ("class", "role", "epub:type", "rel"))
    return bool(_REFERENCE.search(said.lower()))


def list_counter(element: Any, tag: str) -> tuple[str, int]:
    """The kind of numbers of a list, "" for none, and its first."""
    kind = element.get("type", "1") if tag == "ol" else ""
    style = f"{element.get('style', '')} {element.get('class', '')}".lower()
    if kind == "1" and "lower-alpha" in style:
        kind = "a"
    elif kind == "1" and "lower-roman" in style:
        kind = "i"
    return kind.lower() if kind.lower() in ("a", "i", "1", "") else "1", integer(
        element.get("start"), 1
    )


def integer(text: str | None, otherwise: int) -> int:
    """A whole number of few digits, or another where none is written."""
    written = (text or "").strip()
    return int(written) if re.fullmatch(r"[0-9]{1,4}", written) else otherwise


def item_number(kind: str, count: int) -> str:
    """What stands before an item of a list of a kind, without point; "" for nothing."""
    if kind == "a":
        return chr(ord("a") + count - 1) if 1 <= count <= 26 else ""
    return _roman(count) if kind == "i" else str(count) if count > 0 else ""


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "x" * tens + " i ii iii iv v vi vii viii ix".split(" ")[ones] if number < 40 else ""
