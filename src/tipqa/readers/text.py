"""Plain text as saved from a web page: prose between headings, notes numbered at the end.

Such a file has page furniture around its text: a logo's place-holder, a search box, a
sign-up line. Around the prose what looks like furniture is left out, within it next to
nothing; all that is left out is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tipqa import countries
from tipqa.notes import RawNote, take_out
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.types import LeftOut

_MARKER = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
_NOTE = re.compile(r"\s*(?:\[(\d{1,3})\]:?|(\d{1,3})[.):]?)\s+(\S.*)")
_NOTES_HEADING = re.compile(
    r"(?:foot|end)?notes|references|sources|works cited|bibliography", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"\s*[-*•–]\s+")
_SENTENCE_END = re.compile(r"[.!?…:;][)\]”’\"']*$")
# What only a page's frame says, wherever it stands.
_FRAME = re.compile(
    r"\([^()]*\b(?:logo|image|photo|icon|picture|banner)\b[^()]*\)$|click here\b"
    r"|skip to (?:main |the )?content|all rights reserved|©"
    r"|(?:sign up|subscribe) (?:for|to) (?:our|the)\b|(?:accept|use[sd]?) (?:all )?cookies\b",
    re.IGNORECASE,
)
# What a page's frame says, and a report may say too: counts around the prose only.
_FRAME_AROUND = re.compile(
    r"\b(?:search|newsletter|sign(?:ed)? (?:up|in)|log ?in|subscribe|contact us|menu|home ?page|"
    r"inquir\w+|enquir\w+|related|share this|print this|e-?mail this|follow us|privacy|"
    r"terms of use|last updated|back to top|donate|site ?map|copyright)\b",
    re.IGNORECASE,
)
_MOST_WORDS_OF_A_HEADING = 12
_MOST_WORDS_OF_FURNITURE = 40


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between, joined. `line` is the first one's number."""

    line: int
    text: str

    @property
    def bare(self) -> str:
        return _MARKER.sub("", self.text).strip()

    @property
    def is_short_line(self) -> bool:
        few = len(self.bare.split()) <= _MOST_WORDS_OF_A_HEADING
        return few and not _SENTENCE_END.search(self.bare) and not _MARKER.search(self.text)

    @property
    def is_frame(self) -> bool:
        small = len(self.text.split()) <= _MOST_WORDS_OF_FURNITURE
        return small and not _MARKER.search(self.text) and bool(_FRAME.search(self.text))

    @property
    def is_frame_around(self) -> bool:
        small = len(self.text.split()) <= _MOST_WORDS_OF_FURNITURE
        return self.is_frame or (
            small and not _MARKER.search(self.text) and bool(_FRAME_AROUND.search(self.text))
        )


def read(text: str, path: Path) -> Draft:
    """Take a plain-text file apart.

    Raises:
        CorpusError: the front matter can't be read.
    """
    front = front_matter(text, path)
    draft = Draft(front)
    lines = text.split("\n")
    lines[: front.length] = [""] * front.length
    start, end, draft.notes = _find_notes(lines)
    body = _blocks(lines, 0, start)
    after = _blocks(lines, end, len(lines))
    if body and draft.notes and _NOTES_HEADING.fullmatch(body[-1].text.strip(" :.")):
        draft.left_out.append(LeftOut(body[-1].line, body[-1].text))
        body = body[:-1]
    if not draft.notes:
        body, after = _without_trailing_furniture(body)
    body = _without_leading_furniture(body, draft)
    _read_body(body, draft)
    draft.left_out += [LeftOut(block.line, block.text) for block in after]
    return draft


def _read_body(body: list[_Block], draft: Draft) -> None:
    section: list[str] = []
    below_heading = False
    for block in body:
        if block.is_frame:
            draft.left_out.append(LeftOut(block.line, block.text))
        elif block.is_short_line:
            section = [*section, block.text] if below_heading else [block.text]
            below_heading = True
        else:
            below_heading = False
            found = [(match.span(), _labels(match[1])) for match in _MARKER.finditer(block.text)]
            rendered, markers = take_out(block.text, found)
            if rendered:
                draft.paragraphs.append(
                    RawParagraph(block.line, tuple(section), rendered, tuple(markers))
                )
    if below_heading:  # a heading with nothing under it
        last = next(block for block in reversed(body) if block.is_short_line)
        draft.left_out.append(LeftOut(last.line, last.text))


def _labels(inside: str) -> list[str]:
    """The labels that "3", "3,5" or "3-6" names."""
    labels: list[str] = []
    for part in re.split(r"\s*[,;]\s*", inside):
        first, *last = re.split(r"\s*[–-]\s*", part)
        upto = int(last[-1]) if last else int(first)
        labels += [str(n) for n in range(int(first), upto + 1)] or [first, *last]
    return labels


def _find_notes(lines: list[str]) -> tuple[int, int, list[RawNote]]:
    """The numbered list whose labels the markers name: its lines, and its notes.

    Of several such lists the one with most labels that are used counts, the last of
    equals. `(len(lines), len(lines), [])` where there is none.
    """
    used = {label for line in lines for found in _MARKER.findall(line) for label in _labels(found)}
    best: tuple[int, int, list[RawNote]] = (len(lines), len(lines), [])
    most = 0
    for start, line in enumerate(lines):
        found = _NOTE.match(line)
        if not found or int(found[1] or found[2]) != 1:
            continue
        end, notes = _follow(lines, start)
        matching = len({note.label for note in notes} & used)
        if matching and matching >= most:
            best, most = (start, end, notes), matching
    return best


def _follow(lines: list[str], start: int) -> tuple[int, list[RawNote]]:
    """The notes from line `start` on, as long as their numbers rise."""
    notes: list[RawNote] = []
    end = start
    for index in range(start, len(lines)):
        found = _NOTE.match(lines[index])
        number = int(found[1] or found[2]) if found else 0
        last = int(notes[-1].label) if notes else 0
        if found and (not notes or last <= number <= last + 5):
            notes.append(RawNote(str(number), " ".join(found[3].split()), index + 1))
        elif not lines[index].strip():
            continue
        elif end == index:  # no blank line between: the note goes on
            note = notes[-1]
            going_on = " ".join(f"{note.text} {lines[index]}".split())
            notes[-1] = RawNote(note.label, going_on, note.line)
        else:
            break
        end = index + 1
    return end, notes


def _blocks(lines: list[str], start: int, end: int) -> list[_Block]:
    blocks: list[_Block] = []
    begun = False
    for index in range(start, end):
        line = lines[index].strip()
        if not line:
            begun = False
        elif begun and not _LIST_ITEM.match(lines[index]):
            last = blocks[-1]
            blocks[-1] = _Block(last.line, f"{last.text} {line}")
        else:
            blocks.append(_Block(index + 1, _LIST_ITEM.sub("", lines[index], count=1).strip()))
            begun = True
    return blocks


def _without_leading_furniture(body: list[_Block], draft: Draft) -> list[_Block]:
    """Leave out what stands before the first paragraph, but for title and heading."""
    first = next(
        (n for n, b in enumerate(body) if not b.is_short_line and not b.is_frame_around), 0
    )
    kept: list[_Block] = []
    for index, block in enumerate(body[:first]):
        if not draft.title and not block.is_frame_around and countries.mentioned(block.text):
            draft.title = block.text
        elif index == first - 1 and not block.is_frame_around and _is_title_case(block.text):
            kept.append(block)
        else:
            draft.left_out.append(LeftOut(block.line, block.text))
    return kept + body[first:]


def _without_trailing_furniture(body: list[_Block]) -> tuple[list[_Block], list[_Block]]:
    end = len(body)
    while end > 1 and (body[end - 1].is_frame_around or body[end - 1].is_short_line):
        end -= 1
    return body[:end], body[end:]


def _is_title_case(text: str) -> bool:
    """Whether each word of four letters or more begins with a capital."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= 4]
    return bool(words) and all(word[0].isupper() for word in words)
