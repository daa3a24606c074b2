"""Web pages as saved: their prose, its sections, and the notes that its markers lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from tipqa import countries
from tipqa.links import RawNote
from tipqa.notes import Marker, take_out
from tipqa.readers import furniture
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.encoding import decode
from tipqa.readers.front_matter import FrontMatter
from tipqa.readers.layout import Block, Page, lay_out
from tipqa.readers.markers import Found, Style, choose_style, find
from tipqa.readers.note_lists import Entry, NoteList, find_lists, opening, scope_at
from tipqa.readers.page_notes import Linked, link_notes, note_text
from tipqa.types import LeftOut

_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([^\"'>]{1,40})|<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*"
    rb"([^\s\"'/>;]{1,40})",
    re.IGNORECASE,
)
_HEAD = 8192
"""How many bytes from the start the encoding must be declared in."""
_TO_THE_TOP = re.compile(
    r"[\s\[(]*(?:(?:back|go|return) to (?:the )?)?(?:page )?top[\s\])]*|[\s↑⇧▲]+", re.I
)
_LEVEL_OF_BOLD = 7
_FEWEST_WORDS_OF_PROSE = 12


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block of the body as a paragraph may have it: its markers taken out."""

    block: Block
    text: str
    markers: tuple[Marker, ...]
    scope: int
    after: bool
    """It stands after the last list of notes."""

    @property
    def is_heading(self) -> bool:
        bold = "bold" in self.block.marks and self.block.kind == "text" and not self.markers
        return self.block.kind == "heading" or (bold and self.is_short_line)

    @property
    def is_short_line(self) -> bool:
        return not self.markers and furniture.is_short_line(self.text)

    @property
    def is_frame(self) -> bool:
        """A menu's entry, or what says so."""
        entry = "link" in self.block.marks and self.is_short_line
        return not self.markers and not self.is_heading and (entry or furniture.is_frame(self.text))

    @property
    def is_around(self) -> bool:
        """What is a frame before or after the prose."""
        return self.is_frame or (not self.markers and furniture.is_frame_around(self.text))

    @property
    def is_prose(self) -> bool:
        if self.is_heading or self.is_around:
            return False
        return bool(self.markers) or not self.is_short_line

    @property
    def level(self) -> int:
        return self.block.level or _LEVEL_OF_BOLD


def read(data: bytes, path: Path) -> Draft:
    """Take a web page apart. Its encoding is the one that it declares, else UTF-8.

    Raises:
        CorpusError: it can't be decoded, is no HTML, or is nested too deep.
    """
    declared = _DECLARED.search(re.sub(rb"<!--.*?-->", b"", data[:_HEAD], flags=re.DOTALL))
    name = (declared[1] or declared[2]).decode("latin-1") if declared else None
    page = lay_out(decode(data, path, name), path)
    linked = link_notes(page)
    numbers = range(len(page.blocks))
    style, lists = find_lists([_entry(page, n, linked) for n in numbers])
    if not lists:  # then a frame may hold them
        style, lists = find_lists([_entry(page, n, linked, frames=True) for n in numbers])
    draft = Draft(FrontMatter())
    draft.notes = [replace(n, scope=found.scope) for found in lists for n in found.notes]
    draft.left_out = [LeftOut(line, text) for line, text in page.asides]
    if not lists and all(label for _, label, _ in page.tips):
        draft.notes = [RawNote(label, text, line) for line, label, text in page.tips]
        style = choose_style((b.text for b in page.blocks), (note.label for note in draft.notes))
    else:
        draft.left_out += [LeftOut(line, text) for line, _, text in page.tips]
    titles = [page.blocks[found.start] for found in lists if found.since is not None]
    draft.left_out += [LeftOut(block.line, block.text.strip()) for block in titles]
    pieces = _pieces(page, linked, style, lists, draft)
    _read_body(_without_furniture(pieces, page, draft), draft)
    return draft


def _entry(page: Page, index: int, linked: Linked, *, frames: bool = False) -> Entry:
    """A block as the search for notes sees it."""
    block = page.blocks[index]
    marks = tuple(label for _, labels in linked.markers.get(index, ()) for label in labels)
    if index in linked.labels:
        return Entry(block.line, linked.texts[index], True, linked.labels[index], marks)
    if index in linked.rest:
        return Entry(block.line, linked.texts[index], False, None, marks, opens=False)
    if "frame" in block.marks and not frames:
        return Entry(block.line, "", True, None, marks, opens=False)
    text = block.text
    label = opening(text)
    if block.number or "notes" in block.marks or label:
        text = note_text(page, index, linked)
        if label and not block.number and not opening(text):  # it was a link back
            text = label + text
    if block.number and not re.match(rf"\W?{re.escape(block.number)}\W", text):
        number = block.number.strip("[]().:")
        text = f"[{number}] {text}" if number.isalpha() else f"{number}. {text}"
    opens = block.kind not in ("heading", "caption")
    of_item = bool(block.item) and index > 0 and page.blocks[index - 1].item == block.item
    fresh = (block.fresh and not of_item) or block.kind == "heading"
    return Entry(block.line, text, fresh, None, marks, opens)


def _pieces(
    page: Page, linked: Linked, style: Style, lists: list[NoteList], draft: Draft
) -> list[_Piece]:
    """What is neither note nor frame nor table, lines that a break split joined again."""
    noted = {index for found in lists for index in range(found.start, found.end)}
    last = max(noted, default=len(page.blocks))
    headed = {found.start - 1 for found in lists}
    scopes = {index: f.scope for f in lists for index in range(f.start, f.end)}
    pieces: list[_Piece] = []
    group: list[int] = []
    for index in [*range(len(page.blocks)), None]:
        if group and (index is None or not _goes_on(page, index, group, noted)):
            scope = scopes.get(linked.targets.get(group[0], -1), scope_at(group[0], lists))
            pieces.append(_piece(page, group, linked, style, scope, group[0] > last))
            group = []
        if index is None or index in noted:
            continue
        block = page.blocks[index]
        is_heading_of_notes = index in headed and furniture.is_notes_heading(block.text)
        if is_heading_of_notes or _is_left(page, index):
            draft.left_out.append(LeftOut(block.line, block.text.strip()))
        else:
            group.append(index)
    return pieces


def _goes_on(page: Page, index: int, group: list[int], noted: set[int]) -> bool:
    block = page.blocks[index]
    same = block.kind == page.blocks[group[-1]].kind and index == group[-1] + 1
    return same and not block.fresh and index not in noted and not _is_left(page, index)


def _is_left(page: Page, index: int) -> bool:
    """Whether a block is of a frame, a table or a figure, or captions a table beside it."""
    block = page.blocks[index]
    if "frame" in block.marks or block.kind in ("row", "caption"):
        return True
    beside = page.blocks[max(0, index - 1) : index + 2]
    return furniture.is_caption(block.text) and any(other.kind == "row" for other in beside)


def _piece(
    page: Page, group: list[int], linked: Linked, style: Style, scope: int, after: bool
) -> _Piece:
    text = ""
    found: list[Found] = []
    for index in group:
        text += " " if text else ""
        found += [
            ((start + len(text), end + len(text)), labels)
            for (start, end), labels in linked.markers.get(index, ())
        ]
        text += _without_way_to_top(page.blocks[index])
    taken = [span for span, _ in found]
    for span, labels in find(text, style):
        if not any(start < span[1] and span[0] < end for start, end in taken):
            found.append((span, labels))
    bare, markers = take_out(text, sorted(found))
    block = page.blocks[group[0]]
    if len(group) > 1:
        block = replace(
            block, marks=block.marks.intersection(*(page.blocks[n].marks for n in group))
        )
    return _Piece(block, bare, tuple(markers), scope, after)


def _without_way_to_top(block: Block) -> str:
    """A block's text without the link that ends it where that leads to the page's top."""
    last = block.links[-1] if block.links else None
    ends = last and "#" in last.href and not block.text[last.end :].strip(" ])")
    if last and ends and _TO_THE_TOP.fullmatch(block.text, last.start):
        return block.text[: last.start].rstrip(" [(")
    return block.text


def _without_furniture(pieces: list[_Piece], page: Page, draft: Draft) -> list[_Piece]:
    """Leave out what stands around the prose, and take the title out of it."""
    title = _title(pieces, page, draft)
    first = next((n for n, piece in enumerate(pieces) if piece.is_prose), 0)
    begin = next((n for n, p in enumerate(pieces[:first]) if p is title or p.is_heading), first)
    under = [p for p in pieces[begin:first] if p is not title]
    plain = next((n for n, piece in enumerate(under) if piece.is_heading), len(under))
    signed = under[: furniture.bylines([piece.text for piece in under[:plain]])]
    end = len(pieces)
    while end > first + 1 and _is_trailing(pieces[end - 1]):
        end -= 1
    kept = []
    for number, piece in enumerate(pieces):
        around = number < begin or number >= end or (number < first and piece.is_around)
        around = around or piece in signed
        if piece.is_heading:
            draft.marked |= {(piece.scope, marker.label) for marker in piece.markers}
        if piece is title:
            continue
        if piece.is_frame or around or not piece.text or (piece.after and _is_afterword(piece)):
            draft.left_out.append(LeftOut(piece.block.line, piece.text or piece.block.text))
        else:
            kept.append(piece)
    return kept


def _title(pieces: list[_Piece], page: Page, draft: Draft) -> _Piece | None:
    """Take the title: the top heading that names a country, else the page's, else the top one."""
    tops = [piece for piece in pieces if piece.block.level == 1 and piece.text]
    named = next((piece for piece in tops if countries.mentioned(piece.text)), None)
    if not tops and not page.title:
        leading = pieces[: next((n for n, piece in enumerate(pieces) if piece.is_prose), 0)]
        tops = [piece for piece in leading if countries.mentioned(piece.text)][:1]
        named = tops[0] if tops else None
    if not named and page.title and (countries.mentioned(page.title) or not tops):
        draft.title = page.title
        return None
    title = named or (tops[0] if tops else None)
    draft.title = title.text if title else None
    return title


def _is_trailing(piece: _Piece) -> bool:
    loose = piece.block.kind == "text" and "main" not in piece.block.marks
    return piece.is_around or piece.is_heading or (loose and piece.is_short_line)


def _is_afterword(piece: _Piece) -> bool:
    """Whether what follows the last notes is no prose of the profile."""
    few = len(piece.text.split()) < _FEWEST_WORDS_OF_PROSE
    return not piece.markers and not piece.is_heading and (few or not piece.is_prose)


def _read_body(pieces: list[_Piece], draft: Draft) -> None:
    headings: list[tuple[int, str]] = []
    bare: list[_Piece] = []
    """Headings under which nothing has stood yet."""
    for piece in pieces:
        if piece.is_heading:
            lost = [other for other in bare if other.level >= piece.level]
            draft.left_out += [LeftOut(other.block.line, other.text) for other in lost]
            bare = [other for other in bare if other.level < piece.level] + [piece]
            headings = [heading for heading in headings if heading[0] < piece.level]
            headings.append((piece.level, piece.text))
            continue
        bare = []
        section = tuple(title for _, title in headings)
        draft.paragraphs.append(
            RawParagraph(piece.block.line, section, piece.text, piece.markers, piece.scope)
        )
    draft.left_out += [LeftOut(piece.block.line, piece.text) for piece in bare]
