"""The lines of a PDF's list of notes → labelled notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tipqa.links import RawNote
from tipqa.readers.markers import kind_of
from tipqa.readers.note_lists import ROMAN, label_of
from tipqa.readers.pdf_lines import Line

_URL_END = re.compile(r"(?:https?://|www\.)\S*$")
_CONTINUES_URL = re.compile(r"\S*[/_=&?%#.:-]\S*[^\s.,;:)\]]|\S*[/=&?%#]\S*")
SKIPPED = 5  # labels, at most, that a list may leave out at a place


def read_notes(lines: Sequence[Line], scope: int = 0) -> tuple[list[RawNote], list[Line]]:
    """Join the lines of notes to notes.

    Returns:
        The notes, their `line` the page, and the lines before the first one.
    """
    notes: list[tuple[str, int, list[str]]] = []
    before: list[Line] = []
    form = ""
    lefts: dict[int, float] = {}
    for line in lines:
        lefts[line.block] = min(line.x0, lefts.get(line.block, line.x0))
    for index, line in enumerate(lines):
        inset = line.x0 - lefts[line.block] > 2.2 * line.size
        found = None if inset else label_of(line.text)
        labels = [note[0] for note in notes]
        if found and _begins_note(line, lines[index - 1] if index else None, found, labels, form):
            label, form, text = found
            notes.append((label, line.page, [text]))
        elif notes:
            notes[-1][2].append(line.text)
        else:
            before.append(line)
    return [RawNote(label, _joined(parts), page, scope) for label, page, parts in notes], before


def _begins_note(
    line: Line,
    before: Line | None,
    found: tuple[str, str, str],
    labels: Sequence[str],
    former: str,
) -> bool:
    label, form, _ = found
    kind = kind_of(label)
    if kind == "sign" or (former and form != former):
        return kind == "sign"
    last = next((other for other in reversed(labels) if kind_of(other) == kind), "")
    if kind == "letter":
        order, former_order = letter_order(label, last), letter_order(last, label)
        return 0 < order - former_order <= SKIPPED
    number, former_number = int(label), int(last or 0)
    plain = form == "number" and not (_is_set_apart(line) or re.match(r"\d+[.):]", line.text))
    hangs = before and line.x0 < before.x0 - 0.5 * line.size
    if plain and before and before.is_full and not (hangs or before.is_ended):
        return False
    if number == former_number + 1 or (number == 1 and form == "raised"):
        return True
    return former_number < number <= former_number + SKIPPED and not plain


def letter_order(label: str, beside: str = "") -> int:
    """The place of a letter or a roman numeral in its list, from 1; 0 for no label.

    Beside a label of several letters, or as the first "i", one letter is a numeral too.
    """
    if label in ROMAN and (len(label) > 1 or len(beside) > 1 or (label == "i" and not beside)):
        return ROMAN.index(label) + 1
    return ord(label) - ord("a") + 1 if len(label) == 1 else 0


def _is_set_apart(line: Line) -> bool:
    """Whether more than a space stands after the first word of a line."""
    return len(line.words) > 1 and line.words[1].x0 - line.words[0].x1 > 0.5 * line.size


def _joined(parts: Sequence[str]) -> str:
    """The lines of a note in one; a web address that a line's end cut is whole again."""
    text = ""
    for index, part in enumerate(parts):
        if not text:
            text = part
            continue
        first, _, rest = part.partition(" ")
        url = _URL_END.search(text)
        is_last = not rest and index == len(parts) - 1
        cut = url and not first.startswith(("http", "www.")) and (
            _CONTINUES_URL.fullmatch(first.rstrip(".,;"))
            or (text[-1] in "-/_=&?%#." and (is_last or (first[0].islower() and len(first) > 3)))
            or (is_last and first[0].islower() and re.fullmatch(r"[\w-]+\.?", first))
        )  # fmt: skip
        if cut:
            text += part
        elif re.search(r"[a-z]-$", text) and part[0].islower():
            text = text[:-1] + part
        elif re.search(r"[^\W\d_]-$", text) and part[0].isupper():  # "Inter-Agency"
            text += part
        else:
            text += " " + part
    return " ".join(text.split())
