"""PDF with a text layer → a draft: structure is read from place, size and weight.

In a draft from a PDF `line` is the page, the one number by which a reader finds a place.
Tables, captions, running headers and page numbers are left out and listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tipqa import countries
from tipqa.notes import take_out
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import FrontMatter
from tipqa.readers.furniture import bylines, is_notes_heading
from tipqa.readers.markers import Style, choose_style, find
from tipqa.readers.pdf_blocks import Block, blocks_of, paragraphs_of, whole_words
from tipqa.readers.pdf_cells import prose_of
from tipqa.readers.pdf_layout import in_columns, placed, without_frame
from tipqa.readers.pdf_lines import Line, rows
from tipqa.readers.pdf_notes import Noted, split_notes
from tipqa.readers.pdf_tables import without_tables
from tipqa.readers.pdf_text import Page, read_pages
from tipqa.types import LeftOut

_MOST_WORDS = 5000  # of a page whose ruled lines are looked at


def read(data: bytes, path: Path) -> Draft:
    """Take a PDF apart.

    Raises:
        CorpusError: it is no PDF, damaged, encrypted, or holds images of pages only.
    """
    pages = read_pages(data, path)
    draft = Draft(FrontMatter())
    lines, frame = _lines(pages)
    for line in frame:
        _leave_out(draft, line)
    if not lines:
        return draft
    body_size = _body_size(lines)
    title = _title([*frame, *lines], body_size)
    beside = [*_above(title, lines), *_below(title, lines)]
    for line in beside:
        _leave_out(draft, line)
    lines = [line for line in lines if line not in title and line not in beside]
    rules = {page.number: page.rules for page in pages if len(page.words) <= _MOST_WORDS}
    noted = split_notes(lines, rules, body_size)
    draft.notes = noted.notes
    text, tables = without_tables(noted.text, rules, body_size)
    cells, left = prose_of(tables, rules)
    for line in [*left, *noted.unlabelled]:
        _leave_out(draft, line)
    known = whole_words([*text, *(line for cell in cells for line in cell.lines)])
    blocks = blocks_of(text, body_size, known)
    blocks += [block for cell in cells for block in paragraphs_of(cell, known)]
    blocks.sort(key=lambda block: block.first.place)
    written = " ".join(line.text for line in title)
    labels = {note.label for note in noted.notes}
    style = choose_style([written, *(block.text for block in blocks)], labels)
    draft.title = take_out(written, find(written, style))[0] or None
    for line in [*title, *left]:
        found = find(line.text, style)
        draft.marked |= {(noted.scope(line, label), label) for _, named in found for label in named}
    _read_body(blocks, noted, style, draft)
    for page in pages:
        if not page.words:
            draft.left_out.append(LeftOut(page.number, "(page without text)"))
    return draft


def _lines(pages: Sequence[Page]) -> tuple[list[Line], list[Line]]:
    """The lines in reading order, and those that frame the pages, each of these once."""
    by_page = [rows(page) for page in pages]
    body_size = _body_size([line for found in by_page for line in found])
    frame = without_frame(by_page, [page.height for page in pages], body_size)
    lines: list[Line] = []
    gutters: list[float] = []
    for page, found in zip(pages, by_page, strict=True):
        first = lines[-1].block + 1 if lines else 0
        lines += placed(in_columns(found, page.rules, gutters), first)
    return lines, list({re.sub(r"\d+", "#", line.text): line for line in reversed(frame)}.values())


def _body_size(lines: Sequence[Line]) -> float:
    """The size of the running text: the largest of those that many characters have.

    Tables and notes are set smaller, and may hold more of the text than the paragraphs.
    """
    notes = next((i for i in range(len(lines) - 1, 0, -1) if is_notes_heading(lines[i].text)), None)
    sizes: Counter[float] = Counter()
    for line in lines[:notes]:
        if line.cells == 1 and len(line.words) > 4:
            sizes[line.size] += len(line.text)
    often = 0.4 * max(sizes.values(), default=0)
    return max(
        (size for size, n in sizes.items() if n >= often), default=lines[0].size if lines else 0.0
    )


def _title(lines: Sequence[Line], body_size: float) -> list[Line]:
    """The largest lines of the first page, one after the other, larger than the text.

    Where others are as large these are headings, unless they name a country.
    """
    first = [line for line in lines if line.page == 1 and len(line.text) > 2]
    first = [line for line in first if not is_notes_heading(line.text)]
    size = max((line.size for line in first), default=0.0)
    start = next((n for n, line in enumerate(first) if line.size == size), 0)
    end = next((n for n in range(start, len(first)) if first[n].size != size), len(first))
    found = first[start:end]
    alone = sum(line.size == size for line in lines) == len(found)
    if size >= 1.2 * body_size and len(found) <= 4:
        if alone or countries.mentioned(" ".join(line.text for line in found)):
            return found
    return [line for line in first[:1] if line.bold and countries.mentioned(line.text)]


def _above(title: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """A few short lines over the title: a series, an office, a running header."""
    if not title or title[0] not in lines:
        return []
    above = [line for line in lines if line.page == 1 and line.place < title[0].place]
    short = all(len(line.words) <= 12 and not line.is_ended for line in above)
    return above if short and len(above) <= 4 else []


def _below(title: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines under the title that say by whom and when."""
    if not title or title[-1] not in lines:
        return []
    below = list(lines[lines.index(title[-1]) + 1 :][:4])
    return below[: bylines([line.text for line in below])]


def _leave_out(draft: Draft, line: Line) -> None:
    draft.left_out.append(LeftOut(line.page, line.text))


def _read_body(blocks: Sequence[Block], noted: Noted, style: Style, draft: Draft) -> None:
    """Make paragraphs of blocks; notes that headings name are used."""
    section: list[tuple[tuple[float, ...], str]] = []
    for block in blocks:
        found = find(block.text, style)
        text, markers = take_out(block.text, found)
        scope = noted.scope(block.first)
        scopes = [noted.scope(block.line_at(span[0]), n) for span, labels in found for n in labels]
        if block.rank is not None:
            draft.marked |= {(s, m.label) for s, m in zip(scopes, markers, strict=True)}
            if draft.notes and is_notes_heading(text):
                draft.left_out.append(LeftOut(block.first.page, text))
                continue
            while section and section[-1][0] >= block.rank:
                section.pop()
            section.append((block.rank, text))
        elif text:
            titles = tuple(title for _, title in section) + ((block.row,) if block.row else ())
            own = tuple(
                marker if other == scope else replace(marker, scope=other)
                for marker, other in zip(markers, scopes, strict=True)
            )
            draft.paragraphs.append(RawParagraph(block.first.page, titles, text, own, scope))
