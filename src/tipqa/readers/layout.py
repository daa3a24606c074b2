"""A web page's tree as blocks: the text as rendered, with its links, in reading order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from tipqa.readers.markers import RAISED, lowered, raised, superscript
from tipqa.readers.page import (
    BLOCKS,
    HEADINGS,
    Sizes,
    integer,
    is_reference,
    item_number,
    list_counter,
    marks_of,
    parse,
)

_UNSEEN = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
_TIPPED = re.compile(rf"([{RAISED}]+|[\[(]\w{{1,3}}[\])])\s*$")
_LABEL = re.compile(r"[\[(]?\^?\w{1,4}[\])]?[.:]?")


@dataclass(slots=True)
class Link:
    """A link in a block's text: its place there, and the address it leads to."""

    start: int
    end: int
    href: str
    is_reference: bool
    """The page itself says that it leads to a note."""


@dataclass(slots=True)
class Block:
    """A piece of a page between the beginnings and ends of its elements.

    `kind` is text, item, heading, row or caption. `fresh`: something else than a line
    break stands before it. `number` is what a browser shows before an item of a list, on
    its first block; `item` counts the items, so that all blocks of one have the same.
    """

    line: int
    text: str
    kind: str
    level: int
    links: list[Link]
    fresh: bool
    marks: frozenset[str]
    item: int = 0
    number: str = ""


@dataclass(slots=True)
class Page:
    """The blocks of a page; `ids` gives the first block of an id and the one past its last."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    ids: dict[str, tuple[int, int]] = field(default_factory=dict)
    asides: list[tuple[int, str]] = field(default_factory=list)
    """Images, and what stands in the running text but isn't of it; with their lines."""
    tips: list[tuple[int, str, str]] = field(default_factory=list)
    """Notes that stand beside their markers: line, label, text."""

    def ends(self) -> dict[int, int]:
        """By the first block of an id, the furthest block past the last of such an id."""
        ends: dict[int, int] = {}
        for start, end in self.ids.values():
            ends[start] = max(end, ends.get(start, 0))
        return ends


def lay_out(text: str, path: Path) -> Page:
    """Parse a page and lay it out.

    Raises:
        CorpusError: it is no HTML, or nested too deep.
    """
    root = parse(text, path)
    layout = _Layout(Sizes(root))
    for event, element in etree.iterwalk(root, events=("start", "end")):
        (layout.enter if event == "start" else layout.leave)(element)
    layout.flush()
    return layout.page


class _Text:
    """The text of one block as it grows, its white space folded."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.line = 0
        self.links: list[Link] = []
        self.only: set[str] = {"bold", "link"}
        """Marks that all of the text so far has."""

    def add(self, text: str, line: int, within: Counter[str]) -> None:
        folded = re.sub(r"\s+", " ", text.translate(_UNSEEN))
        if (not self.length or self.pieces[-1].endswith(" ")) and folded.startswith(" "):
            folded = folded[1:]
        if not folded:
            return
        self.line = self.line or line
        self.pieces.append(folded)
        self.length += len(folded)
        if any(character.isalnum() for character in folded):
            self.only = {mark for mark in self.only if within[mark]}

    def raise_from(self, first: int) -> None:
        """Write what was added since a piece as superscripts, where Unicode has them."""
        content = "".join(self.pieces[first:])
        before = self.pieces[first - 1][-1:] if first else ""
        if (up := superscript(content, before)) != content:
            self.pieces[first:] = [up]


class _Layout:
    """Walks the tree once and gathers its text into blocks."""

    def __init__(self, sizes: Sizes) -> None:
        self.page = Page()
        self._sizes = sizes
        self._count = 0
        self._within: Counter[str] = Counter()
        self._open: list[tuple[list[str], list[str], int]] = []
        self._tables: list[bool] = []
        self._lists: list[tuple[str, int]] = []
        self._items: list[int] = []
        self._item_count = 0
        self._number = ""
        self._level = 0
        self._links: list[tuple[int, str, bool]] = []
        self._text = _Text()
        self._fresh = True

    def enter(self, element: Any) -> None:
        tag = str(element.tag)
        share = self._sizes.characters[self._count] / (self._sizes.characters[0] or 1)
        marks = marks_of(element, tag, share, {m for m in self._within if self._within[m]})
        if tag == "table":
            self._tables.append(self._count not in self._sizes.laid_out)
        elif tag == "tr" and self._tables and self._tables[-1]:
            marks.append("row")
        self._count += 1
        if tag in BLOCKS:
            if not self._within["row"]:
                self.flush()
        elif "frame" in marks and not self._within["hidden"]:
            marks.append("hidden")  # as "[edit]" beside a heading
            self.page.asides.append((element.sourceline or 1, _text_of(element)))
        if "tip" in marks and not self._within["hidden"]:
            self._tip(element)
        self._within.update(marks)
        if tag == "title" and not self.page.title:
            self.page.title = _text_of(element)
        ids: list[str] = []
        if not self._within["hidden"]:
            ids = self._new_ids(element)
            self._begin(element, tag, marks)
        self._open.append((marks, ids, len(self._text.pieces)))
        self._add(element.text, element)

    def _tip(self, element: Any) -> None:
        """Keep a note that stands beside its marker; number it where styles would."""
        label = _TIPPED.search("".join(self._text.pieces[-4:]))
        if "sidenote" in element.get("class", "").lower().split() and not label:
            self._text.add(raised(str(len(self.page.tips) + 1)), 0, self._within)
            label = _TIPPED.search(self._text.pieces[-1])
        shown = lowered(label[1]).strip("[]() ") if label else ""
        text = _text_of(element)
        for part in element.iter():  # the label stands in the note, too
            if shown and part is not element and _text_of(part) == shown:
                text = text.removeprefix(shown).lstrip()
        self.page.tips.append((element.sourceline or 1, shown, text))

    def leave(self, element: Any) -> None:
        tag = str(element.tag)
        marks, ids, pieces = self._open.pop()
        if not self._within["hidden"]:
            self._finish(tag, marks, pieces)
        if tag == "table":
            self._tables.pop()
        self._within.subtract(marks)
        for name in ids:
            first = self.page.ids[name][0]
            after = len(self.page.blocks) + bool(self._text.length)
            self.page.ids[name] = (first, max(first + 1, after))
        self._add(element.tail, element)

    def flush(self, *, fresh: bool = True) -> None:
        """End the block: what comes next begins another."""
        text = "".join(self._text.pieces)
        if text.strip():
            kind = "heading" if self._level else "item" if self._items else "text"
            for mark in ("row", "caption"):
                kind = mark if self._within[mark] else kind
            marks = self._text.only.union(m for m in ("frame", "notes", "main") if self._within[m])
            self.page.blocks.append(
                Block(
                    self._text.line,
                    text,
                    kind,
                    self._level,
                    self._text.links,
                    self._fresh,
                    frozenset(marks),
                    self._items[-1] if self._items else 0,
                    self._number,
                )
            )
            self._number = ""
            self._fresh = fresh
        else:
            self._fresh = True
        self._text = _Text()
        self._links = [(0, href, says) for _, href, says in self._links]

    def _begin(self, element: Any, tag: str, marks: list[str]) -> None:
        if tag in HEADINGS:
            self._level = int(tag[1])
        elif tag in ("ol", "ul", "dir", "menu"):
            self._lists.append(list_counter(element, tag))
        elif tag == "li":
            self._item_count += 1
            self._items.append(self._item_count)
            self._number = self._next_number(element)
        elif tag == "br" and not (self._within["row"] or self._level):
            self.flush(fresh=False)
        elif tag in ("br", "td", "th"):
            self._text.add(" ", 0, self._within)
        elif tag == "img" and (alt := " ".join(element.get("alt", "").split())):
            self.page.asides.append((element.sourceline or 1, f"(image) {alt}"))
        if "link" in marks:
            href = element.get("href", "").strip()
            self._links.append((self._text.length, href, is_reference(element)))
        last = self._text.pieces[-1][-1:] if self._text.pieces else ""
        if "raised" in marks and last in RAISED and last:
            self._text.add(",", 0, self._within)  # "<sup>1</sup><sup>2</sup>" is no twelve

    def _finish(self, tag: str, marks: list[str], pieces: int) -> None:
        if "raised" in marks and pieces <= len(self._text.pieces):
            self._text.raise_from(pieces)
        if "link" in marks:
            start, href, says = self._links.pop()
            self._text.links.append(Link(start, self._text.length, href, says))
        if tag == "dt" and _LABEL.fullmatch("".join(self._text.pieces).strip()):
            self._number = "".join(self._text.pieces).strip()
            self._text = _Text()
        elif tag == "tr" or (tag in BLOCKS and not self._within["row"]):
            self.flush()
        if tag in HEADINGS:
            self._level = 0
        elif tag in ("ol", "ul", "dir", "menu") and self._lists:
            self._lists.pop()
        elif tag == "li" and self._items:
            self._items.pop()

    def _add(self, text: str | None, element: Any) -> None:
        if not text or self._within["hidden"]:
            return
        first, *more = text.split("\n") if self._within["pre"] else [text]
        self._text.add(first, element.sourceline or 1, self._within)
        for number, line in enumerate(more, start=1):
            self.flush(fresh=False)
            self._text.add(line, (element.sourceline or 1) + number, self._within)

    def _new_ids(self, element: Any) -> list[str]:
        names = [element.get("id"), element.get("name") if element.tag == "a" else None]
        new = [name for name in dict.fromkeys(names) if name and name not in self.page.ids]
        for name in new:
            self.page.ids[name] = (len(self.page.blocks), len(self.page.blocks) + 1)
        return new

    def _next_number(self, element: Any) -> str:
        """What stands before an item of an ordered list: its number, or its letter."""
        if not self._lists or not self._lists[-1][0]:
            return ""
        kind, count = self._lists[-1]
        count = integer(element.get("value"), count)
        self._lists[-1] = (kind, count + 1)
        return item_number(kind, count)


def _text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
