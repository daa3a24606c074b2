"""Markdown with YAML front matter, `[^n]` markers and `[^n]: …` notes.

A file without such notes may have its markers in another style and its notes in a list, as
plain text has them; they are looked for in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from tipqa.errors import CorpusError
from tipqa.links import RawNote
from tipqa.notes import Marker, take_out
from tipqa.readers import furniture
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.readers.markdown_blocks import DEEPEST, HIDDEN, Block, read_blocks
from tipqa.readers.markers import Found, Style, find, labels_in
from tipqa.readers.note_lists import Entry, NoteList, find_lists, scope_at
from tipqa.types import LeftOut

_KEPT = re.compile(
    r"[.?!][”\"’)]*\s?(\((\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*)\))(?=\.?(?:\s+[“\"(]?[A-Z0-9]|\s*$|[A-Z]))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FEWEST_WORDS = 4  # of a table's row that may be a note, its label one of them
_LAYOUT = re.compile(
    r"</?(?:p|div|section|article|center|hr|blockquote)(?:\s[^<>\n]{0,300})?/?>", re.IGNORECASE
)
_CALLOUT = re.compile(r"^([ >]*> ?)\[!\w+\][-+]?[ \t]*$", re.MULTILINE)
_TASK = re.compile(r"^([ >]*(?:[-*+]|\d+[.)]) )\[[ xX]\](?= )", re.MULTILINE)
_ATTRIBUTES = re.compile(  # kramdown's: "{: .lead}", and the mark of a table of contents
    r"^[ >]*(?:[-*+] .*\n[ >]*\{:toc[^{}\n]*|\{:[^{}\n]*)\}[ \t]*$", re.MULTILINE
)
_DASHED = re.compile(r"(?<=\n\n)( {0,3}[^\s#>|*+\-\[].*)\n-{4,}[ \t]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^( {0,3}[^\s#>].*)\n=+[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block without the lines that are notes, its markers taken out."""

    block: Block
    line: int
    text: str
    markers: tuple[Marker, ...]
    scope: int
    length: int
    """How many lines of the file it has."""


def read(text: str, path: Path) -> Draft:
    """Take a Markdown file apart.

    Raises:
        CorpusError: the front matter can't be read, or a text is nested too deep.
    """
    front = front_matter(text, path)
    lines = text.split("\n")
    draft = Draft(front)
    body = "\n" * front.length + "\n".join(lines[front.length :])
    blocks, too_deep = read_blocks(_plainer(body, draft))
    if too_deep:
        raise CorpusError(path, None, f"is nested {DEEPEST} deep. Flatten its quotes and lists.")
    draft.notes = [
        RawNote(b.label, b.text, b.line, plain=b.plain) for b in blocks if b.kind == "note"
    ]
    pieces = _pieces(blocks, lines, draft)
    headings: list[tuple[int, str, int]] = []  # level, title, line: those that are open
    bare: dict[int, str] = {}  # by line: those with nothing under them yet
    for index, piece in enumerate(pieces):
        block, line, shown = piece.block, piece.line, piece.text
        if block.kind == "image":
            draft.left_out.append(LeftOut(line, block.text))
        elif block.kind == "heading":
            if piece.markers:  # a note on a heading stands for no sentence
                draft.left_out.append(LeftOut(line, lines[line - 1].lstrip("# ")))
                draft.marked |= {(piece.scope, marker.label) for marker in piece.markers}
            if block.level == 1 and not headings and not draft.paragraphs and not draft.title:
                draft.title = shown
                if front.values.get("title", shown) != shown:
                    draft.left_out.append(LeftOut(line, shown))
            elif shown:
                headings = [heading for heading in headings if heading[0] < block.level]
                headings.append((block.level, shown, line))
                bare[line] = shown
        elif block.kind != "text":
            draft.left_out += _lines_of(lines, line, line + piece.length)
            draft.marked |= {(piece.scope, marker.label) for marker in piece.markers}
        elif _is_caption(pieces, index) or (piece.markers and not shown):
            draft.left_out += _lines_of(lines, line, line + piece.length)
            draft.marked |= {(piece.scope, marker.label) for marker in piece.markers}
        elif not (draft.paragraphs or headings or piece.markers) and furniture.is_byline(shown):
            draft.left_out += _lines_of(lines, line, line + piece.length)
        elif shown:
            section = tuple(title for _, title, _ in headings)
            draft.paragraphs.append(RawParagraph(line, section, shown, piece.markers, piece.scope))
            for _, _, used in headings:
                bare.pop(used, None)
    draft.left_out += [LeftOut(line, title) for line, title in bare.items()]
    return draft


def _plainer(body: str, draft: Draft) -> str:
    """Without comments, the tags of HTML's blocks and the boxes of tasks; lines stay.

    Titles that are underlined are written as others.
    """

    def leave_out(comment: re.Match[str]) -> str:
        line = body.count("\n", 0, comment.start()) + 1
        draft.left_out.append(LeftOut(line, " ".join(comment[0].split())))
        return "\n" * comment[0].count("\n")

    told = _ATTRIBUTES.sub(leave_out, _COMMENT.sub(leave_out, body))
    bare = _LAYOUT.sub("", told)
    bare = _DASHED.sub(_heading, bare)
    return _UNDERLINED.sub(r"# \1\n", _TASK.sub(r"\1", _CALLOUT.sub(r"\1", bare)))


def _heading(dashed: re.Match[str]) -> str:
    """A short line over dashes is a heading; under a longer one they are a rule."""
    is_short = furniture.is_short_line(dashed[1]) and "[" not in dashed[1]
    return f"## {dashed[1].strip()}\n" if is_short else dashed[0]


def _pieces(blocks: list[Block], lines: list[str], draft: Draft) -> list[_Piece]:
    """The blocks with markers taken out, but for those that are notes or their heading."""
    rows_of = [_rows(block) for block in blocks]
    places = [(n, row) for n, rows in enumerate(rows_of) for row in range(len(rows))]
    style, lists = Style((), frozenset(note.label for note in draft.notes)), list[NoteList]()
    if not draft.notes:
        style, lists = find_lists([_entry(blocks[n], rows_of[n], row) for n, row in places])
        draft.notes = [replace(note, scope=run.scope) for run in lists for note in run.notes]
    noted = {places[at] for run in lists for at in range(run.start, run.end)}
    for run in lists:
        if run.since is not None:
            number, row = places[run.start]
            draft.left_out.append(LeftOut(blocks[number].line, rows_of[number][row]))
        above = (places[at] for at in range(run.start - 1, -1, -1))
        number, row = next(((n, row) for n, row in above if rows_of[n][row]), places[0])
        heading = rows_of[number][row]
        if furniture.is_notes_heading(heading) and (number, row) not in noted:
            noted.add((number, row))
            draft.left_out.append(LeftOut(blocks[number].line, heading))
    first_place = {n: at for at, (n, _) in reversed(list(enumerate(places)))}
    pieces = []
    for n, block in enumerate(blocks):
        rows = rows_of[n]
        kept = [row for row in range(len(rows)) if (n, row) not in noted]
        if not kept or block.kind in ("note", "definition"):
            continue
        text = "\n".join(rows[row] for row in kept)
        bare, markers = take_out(text, _marks(text, style))
        scope = scope_at(first_place[n] + kept[0], lists)
        length = block.end - block.line - (len(rows) - len(kept))
        pieces.append(_Piece(block, block.line + kept[0], bare, tuple(markers), scope, length))
    return pieces


def _entry(block: Block, rows: list[str], row: int) -> Entry:
    """A line of a block as the search for notes sees it."""
    text = HIDDEN.sub(r"[^\1]", rows[row])
    if row == 0:
        text = f"[{block.label}] {text}" if block.kind == "definition" else block.head + text
    if row == len(rows) - 1:
        text += "".join(f" <{address}>" for address in block.addresses)
    fresh = (block.fresh and row == 0) or block.kind == "table"
    opens = block.kind in ("text", "definition") or (
        block.kind == "table" and len(text.split()) >= _FEWEST_WORDS
    )
    return Entry(block.line + row, text, fresh, opens=opens)


def _rows(block: Block) -> list[str]:
    """The lines of a block that may be a note, a heading or running text."""
    return [""] if block.kind in ("note", "image") else block.text.split("\n")


def _marks(text: str, style: Style) -> list[Found]:
    """The markers of a text: the hidden ones, and those of the document's style."""
    found: list[Found] = [(match.span(), [match[1]]) for match in HIDDEN.finditer(text)]
    others = tuple(form for form in style.forms if form != "caret")
    found += find(text, Style(others, style.labels))
    if not others and any(label.isdigit() for label in style.labels):
        found += _kept(text)
    return sorted(found)


def _kept(text: str) -> list[Found]:
    """Markers "(33,81)" that a file with notes `[^3]` has kept after the ends of sentences.

    An enumeration "… aims. (1) Protect … (2) Prosecute …" is none.
    """
    found = [(match.span(1), labels_in(match[2])) for match in _KEPT.finditer(text)]
    single = [labels[0] for _, labels in found if len(labels) == 1]
    counted = set(single) if {"1", "2"} <= set(single) else set()
    return [(at, labels) for at, labels in found if labels and not counted & set(labels)]


def _is_caption(pieces: list[_Piece], index: int) -> bool:
    """A paragraph "Table 2. …" just before or after a table."""
    beside = [pieces[n].block.kind for n in (index - 1, index + 1) if 0 <= n < len(pieces)]
    return "table" in beside and furniture.is_caption(pieces[index].text)


def _lines_of(lines: list[str], first: int, end: int) -> list[LeftOut]:
    """The lines from the first to before the end, counted from 1."""
    return [
        LeftOut(number, lines[number - 1].strip())
        for number in range(first, end)
        if lines[number - 1].strip()
    ]
