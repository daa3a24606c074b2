"""Where a document's notes stand: numbered, lettered or signed lists, one or one a section.

Works on entries, the lines of a text or the blocks of a page, in which notes are told from
prose by their labels and by the marks that name them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tipqa.links import RawNote
from tipqa.readers.furniture import is_frame_around, is_notes_heading, is_title_of, title_words
from tipqa.readers.markers import GROUPED, SIGNS, Style, choose_style, find, kind_of, lowered

_HEADS = re.compile(
    r"\s*(?:[-*•–]\s+(?=\[))?(?:\[\^(?P<caret>[^\s\[\]^]+)\]:?\s*"
    rf"|\[\s?(?P<bracket>\d{{1,3}}|[a-z]{{1,4}}|{GROUPED})\s?\]:?\s*"
    r"|(?:\((?P<parenthesis>\d{1,3}|[a-z])\)"
    r"|(?:Note (?=\d+[.:]))?(?P<number>\d{1,3})[.):]?|(?P<letter>[a-z])[.):])\s+(?:[–—-]\s+)?"
    r"|⁽?(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|[ⁱᵛˣ]{2,5}|[ᵃ-ᵿᶜᶠᶻⁱˡʰˢʳʷˣʲⁿ])⁾?[.):]?\s*"
    rf"|\[?(?P<sign>(?P<one>[{SIGNS}])(?P=one){{0,3}})\]?\s*(?=.*\w))"
    r"(?P<text>\S.*)"
)
_LABEL_GROUPS = ("caret", "bracket", "parenthesis", "number", "letter", "raised", "sign")
ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()
_LARGEST_GAP = 5
_NEAR = 50
_LOOKS_LIKE_A_SOURCE = re.compile(r"\b(?:19|20)\d\d\b|https?:|www\.|^(?:ibid|id)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line or block. `fresh`: it begins anew, after a blank line or as an element.

    Where links tell, `label` is that of the note which the entry is, and `marks` are the
    labels of the markers in it. What can be no note, as a heading, does not `open` one.
    """

    line: int
    text: str
    fresh: bool = True
    label: str | None = None
    marks: tuple[str, ...] = ()
    opens: bool = True


@dataclass(slots=True)
class NoteList:
    """The entries from `start` to before `end`, and the notes they hold.

    `scope` is 0 where each label is the document's only one, else the list's number.
    """

    start: int
    end: int
    notes: list[RawNote] = field(default_factory=list)
    linked: bool = False
    headed: bool = False
    scope: int = 0
    shape: str = ""
    """What stands around the label of the first note: "1." or "[1]"."""
    since: int | None = None
    """Where all notes stand at the end, chapter by chapter: where its chapter begins."""

    @property
    def labels(self) -> set[str]:
        return {note.label for note in self.notes}


def find_lists(entries: Sequence[Entry]) -> tuple[Style, list[NoteList]]:
    """Find the lists of notes, and the style of the markers that name them.

    A list whose numbers begin again at 1 is of its own section where the text before it
    names its labels; else of several the one with most labels that are named counts.
    """
    heads = [_HEADS.match(entry.text) if entry.opens else None for entry in entries]
    used = _used(entries, heads)
    runs = _runs(entries, heads, used)
    labels = {label for run in runs for label in run.labels}
    texts = [_body(entry, head) for entry, head in zip(entries, heads, strict=True)]
    style = choose_style(texts, labels)
    named = [
        {label for _, found in find(text, style) for label in found} | set(entry.marks)
        for text, entry in zip(texts, entries, strict=True)
    ]
    lists = _by_chapter(entries, runs, named) or _choose(runs, named)
    counted = Counter(label for found in lists for label in found.labels)
    for number, found in enumerate(lists, start=1):
        found.scope = number if any(counted[label] > 1 for label in found.labels) else 0
    kept = frozenset(label for found in lists for label in found.labels)
    return Style(style.forms, kept), lists


def opening(text: str) -> str:
    """What opens a text as a note may be opened, its label; empty where nothing does."""
    head = _HEADS.match(text)
    return text[: head.start("text")] if head else ""


def label_of(text: str) -> tuple[str, str, str] | None:
    """The label that opens a text, its form ("number", "bracket", …), and the text after it."""
    head = _HEADS.match(text)
    if not head:
        return None
    form = next(group for group in _LABEL_GROUPS if head[group])
    label = lowered(head[form]) if form == "raised" else head[form]
    return str(int(label)) if kind_of(label) == "number" else label, form, head["text"]


def scope_at(index: int, lists: Sequence[NoteList]) -> int:
    """The scope of what stands at an entry: of its chapter's list, of the next, or the last."""
    if chapters := [found for found in lists if found.since is not None]:
        begun = bisect_right(chapters, index, key=lambda found: found.since or 0)
        return chapters[max(0, begun - 1)].scope
    following = bisect_right(lists, index, key=lambda found: found.start)
    return lists[min(following, len(lists) - 1)].scope if lists else 0


def _body(entry: Entry, head: re.Match[str] | None) -> str:
    """An entry's text without the label that opens it, if one does."""
    return head["text"] if head else entry.text


def _used(entries: Iterable[Entry], heads: Iterable[re.Match[str] | None]) -> set[str]:
    """The letters and signs that marks of any style name."""
    letters = frozenset("abcdefghijklmnopqrstuvwxyz" + SIGNS).union(ROMAN, ["note 0", "n 0"])
    style = Style(("bracket", "superscript", "sign"), letters)
    return {
        label
        for entry, head in zip(entries, heads, strict=True)
        for _, labels in find(_body(entry, head), style)
        for label in labels
        if kind_of(label) != "number"
    }


def _runs(
    entries: Sequence[Entry], heads: Sequence[re.Match[str] | None], used: set[str]
) -> list[NoteList]:
    """All lists that could be notes, by their labels alone."""
    runs: list[NoteList] = []
    is_open = False
    previous = ""
    for index, (entry, head) in enumerate(zip(entries, heads, strict=True)):
        label, text = _labelled(entry, head)
        run = runs[-1] if is_open else None
        goes_on = bool(label) and run is not None and _follows(str(label), run, entry, used)
        if run is not None and goes_on and _is_within(run, entry, head):
            goes_on, label = False, None
        if label and not goes_on and _begins(label, entry, head, used, previous):
            headed = is_notes_heading(previous)
            run = NoteList(index, index, headed=headed, shape=_shape(head))
            runs.append(run)
            is_open = goes_on = True
        if run is not None and goes_on and label:
            run.notes.append(RawNote(label, " ".join(text.split()), entry.line))
            run.linked = run.linked or entry.label is not None
        elif not entry.text.strip():
            continue
        elif run is not None and not entry.fresh and not is_frame_around(entry.text):
            note = run.notes[-1]
            going_on = " ".join(f"{note.text} {entry.text}".split())
            run.notes[-1] = RawNote(note.label, going_on, note.line)
        else:
            is_open = False
        previous = entry.text
        if is_open:
            runs[-1].end = index + 1
    return _without_bullets(runs)


def _labelled(entry: Entry, head: re.Match[str] | None) -> tuple[str | None, str]:
    """The label that opens an entry, and the text after it."""
    opened = label_of(entry.text) if entry.label is None and head else None
    return (opened[0], opened[2]) if opened else (entry.label, entry.text)


def _begins(
    label: str, entry: Entry, head: re.Match[str] | None, used: set[str], previous: str
) -> bool:
    if entry.label is not None or (head and (head["caret"] or head["bracket"])):
        return True
    if kind_of(label) == "number":  # of an excerpt the first may be any
        return label == "1" or entry.fresh or is_notes_heading(previous)
    return label in used and (kind_of(label) == "sign" or label in ("a", "i"))


def _is_within(run: NoteList, entry: Entry, head: re.Match[str] | None) -> bool:
    """Whether a line goes on with the note above, for all that it begins as a note would.

    Its number stands otherwise than those of the list, or further in.
    """
    told = entry.label is not None or entry.fresh or not run.shape
    return not told and _shape(head) not in ("", run.shape)


def _shape(head: re.Match[str] | None) -> str:
    """What stands around a number that opens a note, and how far in."""
    label = head and (head["number"] or head["bracket"] or head["parenthesis"])
    if head is None or not label or kind_of(label) != "number":
        return ""
    opening = head[0][: head.start("text")]
    indent = len(opening) - len(opening.lstrip())
    around = re.sub(r"[^\W_]+", "1", opening.strip())
    return f"{indent // 2} {around}"


def _follows(label: str, run: NoteList, entry: Entry, used: set[str]) -> bool:
    """Whether a label goes on with a list: no number falls or leaps, no letter is unused."""
    if entry.label is not None:
        return label not in {note.label for note in run.notes[-_NEAR:]}
    kind = kind_of(label)
    last = next((n.label for n in reversed(run.notes) if kind_of(n.label) == kind), None)
    if kind == "number":
        if last is None or label == "1":
            return last is None and label == "1"
        return int(last) <= int(label) <= int(last) + _LARGEST_GAP
    if kind == "letter" and last is not None and len(last) == len(label) == 1:
        return label in used or 0 <= ord(label) - ord(last) <= 1
    return label in used and label not in {note.label for note in run.notes[-_NEAR:]}


def _without_bullets(runs: Sequence[NoteList]) -> list[NoteList]:
    """A "*" before each of several lines in a row makes them a list of points."""
    bullets = {
        id(run)
        for one, two in pairwise(runs)
        if one.end == two.start and one.notes[0].label == two.notes[0].label
        for run in (one, two)
        if len(run.notes) == 1 and kind_of(run.notes[0].label) == "sign" and not run.linked
    }
    return [run for run in runs if id(run) not in bullets]


def _choose(runs: Sequence[NoteList], named: Sequence[set[str]]) -> list[NoteList]:
    """Of the lists that could be notes, those that are."""
    linked = [run for run in runs if run.linked]
    numbered = [run for run in runs if not run.linked and _is_numbered(run)]
    others = [run for run in runs if not run.linked and not _is_numbered(run)]
    chosen = linked or _one_a_section(numbered, named) or _best(numbered, named)
    if sectioned := _one_a_section(others, named):
        return sorted([*chosen, *sectioned], key=lambda run: run.start)
    everything: set[str] = set().union(*named)
    taken = {label for run in chosen for label in run.labels}
    for run in reversed(others):
        if run.labels & everything and taken.isdisjoint(run.labels):
            chosen.append(run)
            taken |= run.labels
    return sorted(chosen, key=lambda run: run.start)


def _by_chapter(
    entries: Sequence[Entry], runs: Sequence[NoteList], named: Sequence[set[str]]
) -> list[NoteList]:
    """Lists one below the other, each under the heading of the text that it belongs to.

    They take in these headings; none if there is only one such list.
    """
    found: list[tuple[NoteList, int, int]] = []
    for run in runs:
        above = _above(entries, run.start)
        title = title_words(entries[above].text) if above >= 0 else ""
        if run.linked or run.notes[0].label != "1" or not _is_sourced(run):
            continue
        if not title or is_notes_heading(entries[above].text):
            continue
        if found and _above(entries, above) >= found[-1][0].end:
            return []
        after, upto = (found[-1][2] + 1, found[0][1]) if found else (0, above)
        since = next((n for n in range(after, upto) if is_title_of(entries[n].text, title)), None)
        if since is not None:
            found.append((run, above, since))
    if len(found) < 2 or "1" not in set().union(*named[: found[0][1]]):
        return []
    for run, above, since in found:
        run.start, run.since = above, since
    return [run for run, _, _ in found]


def _above(entries: Sequence[Entry], index: int) -> int:
    """The entry before one that isn't blank, -1 if there's none."""
    return next((n for n in range(index - 1, -1, -1) if entries[n].text.strip()), -1)


def _is_numbered(run: NoteList) -> bool:
    return any(kind_of(note.label) == "number" for note in run.notes)


def _one_a_section(runs: Sequence[NoteList], named: Sequence[set[str]]) -> list[NoteList]:
    """Lists that each hold the notes of the text before them, from 1 on; none if only one.

    From the last one back: a list is the notes of what stands before it, down to the list
    before. Where that doesn't name its notes, that other list is a part of the text.
    """
    chosen: list[NoteList] = []
    current: NoteList | None = None
    pool: set[str] = set()
    position = 0
    for run in reversed(runs):
        if current is None:
            if _is_sourced(run):
                current, position = run, run.start
            continue
        pool = pool.union(*named[run.end : position])
        position = run.start
        if _names(pool, current) and _is_sourced(run):
            chosen.append(current)
            current, pool = run, set()
        else:
            pool = pool.union(*named[run.start : run.end])
    if current is None or not chosen or not _names(pool.union(*named[:position]), current):
        return []
    return [current, *reversed(chosen)]


def _names(pool: set[str], run: NoteList) -> bool:
    """Whether marks name the first of a list's notes and half of them at least."""
    return run.notes[0].label in pool and 2 * len(run.labels & pool) >= len(run.labels)


def _is_sourced(run: NoteList) -> bool:
    """Whether a heading or a sign says so, or half of the entries look like sources."""
    if run.headed or kind_of(run.notes[0].label) == "sign":
        return True
    sourced = sum(bool(_LOOKS_LIKE_A_SOURCE.search(note.text)) for note in run.notes)
    return 2 * sourced >= len(run.notes)


def _best(runs: Sequence[NoteList], named: Sequence[set[str]]) -> list[NoteList]:
    """The list with most labels that are named, the last of equals."""
    counted: dict[str, int] = {}
    for labels in named:
        for label in labels:
            counted[label] = counted.get(label, 0) + 1
    best: list[NoteList] = []
    most = 1
    for run in runs:
        if not (_is_sourced(run) or (run.notes[0].label == "1" and _names(set(counted), run))):
            continue  # a list of steps, one number of which stands in the text
        within: dict[str, int] = {}
        for index in range(run.start, run.end):
            for label in named[index]:
                within[label] = within.get(label, 0) + 1
        matching = sum(counted.get(x, 0) > within.get(x, 0) for x in run.labels)
        if matching >= most:
            best, most = [run], matching
    return best
