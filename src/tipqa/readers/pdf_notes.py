"""The notes of a PDF: where they stand.

They stand under a heading, at the foot of the pages in smaller type or under a rule, or
in a list at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from tipqa.links import RawNote
from tipqa.readers.furniture import is_notes_heading, title_words
from tipqa.readers.markers import SIGNS, choose_style, find, kind_of
from tipqa.readers.note_lists import label_of
from tipqa.readers.pdf_labels import SKIPPED, letter_order, read_notes
from tipqa.readers.pdf_lines import Line
from tipqa.readers.pdf_text import Rule

_AFTER_SENTENCE = re.compile(rf"[.?!][”\"’)]*([{SIGNS}]{{1,4}})(?!\w)")
_MOST_STARTS = 50  # of lists that are tried
Rules = Mapping[int, Sequence[Rule]]


@dataclass(slots=True)
class Noted:
    """The lines of a document parted into its text and its notes.

    `lists` holds the lines of each list where labels begin again in each; by page, where
    they stand at the foot of the pages.
    """

    text: list[Line]
    notes: list[RawNote]
    unlabelled: list[Line]
    lists: list[list[Line]]
    by_page: bool
    since: Sequence[tuple[int, float]] = ()
    """Where the chapters begin whose notes the lists are, if all stand at the end."""
    signs_by_page: bool = False
    """Signs begin again on each page, beside a list of notes."""

    def scope(self, line: Line, label: str = "") -> int:
        """The scope of a line of the text, or of a marker in it: the next list's, or its page's."""
        if self.signs_by_page and label and kind_of(label) == "sign":
            return line.page
        if len(self.lists) < 2:
            return 0
        if self.by_page:
            return line.page
        if self.since:
            return max(1, sum(place <= line.place for place in self.since))
        before = sum(found[0].place < line.place for found in self.lists)
        return min(before + 1, len(self.lists))


def split_notes(lines: Sequence[Line], rules: Rules, body_size: float) -> Noted:
    """Find the notes of a document; the heading over them is text."""
    if headed := list(_headed(lines)):
        by_chapter, since = _chapters(lines, headed[0]) if len(headed) == 1 else ([], [])
        noted = _parted(lines, by_chapter or headed, since=since)
        return _with_remarks(noted, body_size) if len(noted.lists) == 1 else noted
    if sections := _in_sections(lines, body_size):
        return _parted(lines, sections)
    if feet := _feet(lines, {}, body_size):
        return _parted(lines, feet, by_page=True)
    ruled = _feet(lines, rules, body_size)
    if len(ruled) < 2 and (at_end := _at_end(lines)):
        return _parted(lines, [at_end])
    return _parted(lines, ruled, by_page=True)


def _parted(
    lines: Sequence[Line],
    found: Sequence[Sequence[int]],
    by_page: bool = False,
    since: Sequence[tuple[int, float]] = (),
) -> Noted:
    taken = {index for indices in found for index in indices}
    lists = [[lines[index] for index in indices] for indices in found]
    if not since and sum(_order(one[0]) == 1 for one in lists) < len(lists):  # numbered through
        lists = [[line for one in lists for line in one]]
    text = [line for index, line in enumerate(lines) if index not in taken]
    noted = Noted(text, [], [], lists, by_page, since)
    for number, one in enumerate(lists, start=1):
        scope = 0 if len(lists) < 2 else one[0].page if by_page else number
        notes, unlabelled = read_notes(one, scope)
        noted.notes += notes
        noted.unlabelled += unlabelled
    return noted


def _with_remarks(noted: Noted, body_size: float) -> Noted:
    """With the remarks that stand at the foot of pages under a sign, beside notes at the end."""
    feet = [[noted.text[n] for n in one] for one in _feet(noted.text, {}, body_size)]
    feet = [one for one in feet if one[0].text[0] in SIGNS]
    remarks = [note for one in feet for note in read_notes(one)[0]]
    labels = {note.label for note in remarks}
    again = len(labels) < len(remarks)
    if again:
        remarks = [note for one in feet for note in read_notes(one, one[0].page)[0]]
    taken = {id(line) for one in feet for line in one}
    text = [line for line in noted.text if id(line) not in taken]
    named = {sign for line in text for sign in _AFTER_SENTENCE.findall(line.text)}
    if not labels or not labels.isdisjoint(note.label for note in noted.notes):
        return noted
    if not labels <= named:  # they are a table's
        return noted
    return replace(noted, text=text, notes=noted.notes + remarks, signs_by_page=again)


def _chapters(lines: Sequence[Line], listed: range) -> tuple[list[range], list[tuple[int, float]]]:
    """Notes under headings that stand over the text, too: the lists, and these headings' places."""
    titles = {title_words(line.text): line.place for line in reversed(lines[: listed.start])}
    starts = [
        index
        for index in listed[:-1]
        if title_words(lines[index].text) in titles and _order(lines[index + 1]) == 1
    ]
    since = [titles[title_words(lines[index].text)] for index in starts]
    if len(starts) < 2 or starts[0] != listed.start or since != sorted(set(since)):
        return [], []
    return [range(one, two) for one, two in pairwise([*starts, listed.stop])], since


def _headed(lines: Sequence[Line]) -> Iterator[range]:
    start = 0
    for index, line in enumerate(lines):
        if index >= start and is_notes_heading(line.text):
            if any(map(_order, lines[index + 1 : index + 4])):
                start = _end(lines, index + 1)
                yield range(index + 1, start)


def _order(line: Line) -> int:
    """The place in its list that a line's label tells, from 1; 0 without a label."""
    found = label_of(line.text)
    label = found[0] if found else ""
    if not label or kind_of(label) == "number":
        return int(label or 0)
    return letter_order(label) if kind_of(label) == "letter" else 1


def _end(lines: Sequence[Line], start: int) -> int:
    """Where the list of notes that begins at a line ends."""
    first = lines[start]
    for index in range(start + 1, len(lines)):
        line, before = lines[index], lines[index - 1]
        apart = line.block == before.block and before.y - line.y > 3 * first.size
        stands_out = line.bold and not first.bold and not line.is_close_to(before)
        larger = line.size > first.size + 0.4 and line.bold
        if larger or ((apart or stands_out) and not _order(line)):
            return index
    return len(lines)


def _in_sections(lines: Sequence[Line], body_size: float) -> list[range]:
    """Lists in smaller type whose labels the text since the list before names.

    Without one amid the text there are none: the others stand at the foot of pages.
    """
    small = [line.size < body_size - 0.4 for line in lines]
    found: list[range] = []
    amid = False
    text = start = tried = 0
    while start < len(lines) and tried < _MOST_STARTS:
        end = next((n for n in range(start, len(lines)) if not small[n]), len(lines))
        first = end > start and _order(lines[start]) == 1
        tried += first
        if first and _names(lines[text:start], lines[start:end]):
            found.append(range(start, end))
            amid = amid or (end < len(lines) and lines[end].block == lines[end - 1].block)
            text = end
        start = max(end, start + 1)
    return found if amid else []


def _names(text: Sequence[Line], listed: Sequence[Line]) -> bool:
    """Whether a text names the first of some notes and half of them, and they few."""
    notes, _ = read_notes(listed)
    labels = [note.label for note in notes]
    style = choose_style((line.text for line in text), labels)
    named, within = (
        {label for piece in pieces for _, found in find(piece, style) for label in found}
        for pieces in ([line.text for line in text], [note.text for note in notes])
    )
    own = named.intersection(labels)
    return labels[0] in own and 2 * len(own) >= len(labels) and 3 * len(within) < len(own)


def _feet(lines: Sequence[Line], rules: Rules, body_size: float) -> list[list[int]]:
    """The notes at the foot of the pages' columns, as one list a page."""
    found: dict[int, list[int]] = {}
    last = 0
    is_open = False
    for _, grouped in groupby(range(len(lines)), key=lambda index: lines[index].block):
        block = list(grouped)
        foot = _foot([lines[index] for index in block], rules, body_size)
        if foot == 0 and not found:  # all small: no page's text with notes at its foot
            continue
        orders = [_order(lines[index]) for index in block[foot:]]
        first = next((n for n, order in enumerate(orders) if order), len(orders))
        rising = first < len(orders) and (orders[first] == 1 or 0 < orders[first] - last <= SKIPPED)
        if not (rising or (is_open and foot == 0)):
            continue
        if is_open:
            found[max(found)] += block[foot : foot + first]
        if rising:
            found.setdefault(lines[block[0]].page, []).extend(block[foot + first :])
        last = next((order for order in reversed(orders) if order), last)
        is_open = not lines[block[-1]].is_ended
    return list(found.values())


def _foot(block: Sequence[Line], rules: Rules, body_size: float) -> int:
    """Where the foot of a column may begin: with smaller type, or under the last rule."""
    start = len(block)
    while start and block[start - 1].size < body_size - 0.4:
        start -= 1
    levels = [
        rule.y
        for rule in rules.get(block[0].page, ())
        if abs(rule.x0 - block[0].left) < 5 and block[-1].y < rule.y < block[0].y
    ]
    under = next((n for n, line in enumerate(block) if levels and line.y < min(levels)), start)
    return under if under < start and _order(block[under]) else start


def _at_end(lines: Sequence[Line]) -> list[int]:
    """The last lines, where they are a whole list whose labels the text before names."""
    found: list[int] = []
    starts = [index for index in range(len(lines) - 1, 0, -1) if _order(lines[index]) == 1]
    for start in starts[:_MOST_STARTS]:
        line, before = lines[start], lines[start - 1]
        if found and line.text[0] not in SIGNS:  # any sign may be the first
            break
        if _end(lines, start) == len(lines) and (before.is_ended or not line.is_close_to(before)):
            if _names(lines[:start], lines[start:]):
                found = list(range(start, len(lines)))
    return found
