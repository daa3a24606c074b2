"""The links of a page that lead from markers to notes, and back.

A link is a marker where it shows a label and leads on to what looks like a note: pages
also link their contents, their tables and their paragraphs by number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from tipqa.readers.layout import Block, Link, Page
from tipqa.readers.markers import RAISED, SIGNS, Found, labels_in, lowered, raised

_SHOWS_LABEL = re.compile(
    rf"[^\w{SIGNS}]{{0,2}}(?:(?:foot|end)?note\s|fn\.?\s?)?"
    rf"(\d{{1,4}}|[A-Za-z]{{1,3}}|[{SIGNS}]{{1,4}})[^\w{SIGNS}]{{0,2}}",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\[((?:note|nb|lower-alpha|upper-alpha|n) ?\w{1,3})\]")
_NAMES_NOTE = re.compile(
    r"_?(?:fn|ftn|edn|sdfootnote|sdendnote|foot|end|note|cite|ref|reference|source|n|en)"
    r"(?![a-z]*(?:table|fig))",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\W*|\W{0,3}(?:[a-z]{1,2}|\d{1,3}(?:\.\d{1,2})?|jump (?:up|back).{0,20}|back.{0,25}"
    r"|return.{0,25}|go back.{0,20}|top)\W{0,3}",
    re.IGNORECASE,
)
_ARROWS = " \t^↑↩↵⏎⤴←\ufe0e\ufe0f"
_JUMP = re.compile(r"^[\s^↑]*(?:jump up(?: to)?:?[\s^↑]*|[\^↑][\s^↑]*)", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"^[\[(]\s?[\])][.:]?\s?|\s?[\[(]\s?[\])]$")
_ADDRESS = re.compile(r"https?://\S+$")
_SCHEME = re.compile(r"^https?://(?:www\.)?|/$")
_SEPARATORS = re.compile(r"\s?(?:[,;]|[–⁻-]|\]\s?\[|\)\s?\()?\s?")
_NO_NOTE = re.compile(
    r"\b(?:articles?|art\.|sections?|paragraphs?|paras?\.?|tables?|figures?|chapters?|parts?|"
    r"annex|box|pages?|p\.|footnotes?|notes?)\s$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Linked:
    """What the links of a page tell.

    `labels`: of each block that is a note, its label; `texts`: the note's text, without
    label and back-links. `rest`: blocks that go on with the note before them. `markers`:
    of each other block, the spans of its markers with the labels they name; `targets`:
    the first note that they lead to.
    """

    labels: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    rest: set[int] = field(default_factory=set)
    markers: dict[int, list[Found]] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)


def link_notes(page: Page) -> Linked:
    """Find the notes that links lead to, and the markers that are those links."""
    linked = Linked()
    leads = [
        (index, link, target)
        for index, block in enumerate(page.blocks)
        for link in block.links
        if (target := _target(link, page)) is not None and target != index
    ]
    back: dict[int, set[int]] = {}
    for index, _, target in leads:
        back.setdefault(index, set()).add(target)
    for index, link, target in leads:
        label = _label(page.blocks[index], link)
        if label and target not in linked.labels:
            if _is_note(page, index, link, target, label, back.get(target, set())):
                linked.labels[target] = _own_label(page.blocks[target], label)
    ends = page.ends()
    for note in linked.labels:
        linked.rest.update(_following(page, note, ends.get(note, 0), linked))
    found: dict[int, list[tuple[Link, int]]] = {}
    for index, link, target in leads:
        is_body = index not in linked.labels and index not in linked.rest
        if is_body and target in linked.labels and _label(page.blocks[index], link):
            found.setdefault(index, []).append((link, target))
    for index, links in found.items():
        linked.markers[index] = _clusters(page.blocks[index].text, links, linked)
        linked.targets[index] = links[0][1]
    for note in [*linked.labels, *linked.rest]:
        linked.texts[note] = note_text(page, note, linked)
    return linked


def _target(link: Link, page: Page) -> int | None:
    """The block that a link within the page leads to."""
    _, sign, name = link.href.partition("#")
    spans = page.ids.get(name) or page.ids.get(unquote(name)) if sign else None
    return spans[0] if spans and spans[0] < len(page.blocks) else None


def _label(block: Block, link: Link) -> str | None:
    """The label that a link shows, if it shows one."""
    shown = lowered(block.text[link.start : link.end]).strip()
    if grouped := _GROUPED.fullmatch(shown):
        return grouped[1]
    if found := _SHOWS_LABEL.fullmatch(shown):
        return str(int(found[1])) if found[1].isdigit() else found[1]
    if link.is_reference and 0 < len(shown) <= 20:
        return shown.strip("[]()") or None
    return None


def _is_note(page: Page, index: int, link: Link, target: int, label: str, back: set[int]) -> bool:
    """Whether what a link leads to is a note, and the link its marker."""
    block, note = page.blocks[index], page.blocks[target]
    if note.kind in ("heading", "caption") or (target < index and not link.is_reference):
        return False
    if link.is_reference:
        return True
    if _NO_NOTE.search(block.text[max(0, link.start - 14) : link.start]) and not _stands_out(
        block.text, link
    ):
        return False
    name = link.href.partition("#")[2]
    if index in back or _NAMES_NOTE.match(name) or "notes" in note.marks:
        return True
    return _opens_with(note, label) and (_stands_out(block.text, link) or name.endswith(label))


def _stands_out(text: str, link: Link) -> bool:
    """Whether a link is set apart from the words: raised, in brackets, or a sign."""
    shown = text[max(0, link.start - 1) : link.end].strip()
    return any(character in RAISED + SIGNS + "[(" for character in shown)


def _opens_with(note: Block, label: str) -> bool:
    return note.number == label or bool(_leading(label).match(note.text))


def _leading(label: str) -> re.Pattern[str]:
    """A label at the beginning of its note, in any of the usual shapes."""
    shapes = f"{re.escape(label)}|{re.escape(raised(label))}"
    return re.compile(rf"\s*[\[(⁽]?\s?(?:{shapes})(?!\w)\s?[\])⁾]?[.:)]?\s*")


def _own_label(note: Block, label: str) -> str:
    """The label that a note bears itself, else the one that its first marker shows."""
    text = lowered(_JUMP.sub("", note.text))
    own = re.match(rf"\s*(?:[\[(](\d{{1,3}}|[{SIGNS}]{{1,4}})[\])]|(\d{{1,3}})[.)]\s)", text)
    if own and label.isdigit() == bool((own[1] or own[2]).isdigit()):
        return own[1] or own[2]
    return label


def _following(page: Page, note: int, end: int, linked: Linked) -> range:
    """The blocks after a note's first that are the note's too, `end` being its id's."""
    first = page.blocks[note]
    stop = note + 1
    is_label = bool(_leading(linked.labels[note]).fullmatch(first.text))
    while stop < len(page.blocks) and stop not in linked.labels:
        same_item = first.item and page.blocks[stop].item == first.item
        beside = is_label and (stop == note + 1 or "notes" in page.blocks[stop].marks)
        if page.blocks[stop].kind == "heading" or not (stop < end or same_item or beside):
            break
        stop += 1
    return range(note + 1, stop)


def _clusters(text: str, links: list[tuple[Link, int]], linked: Linked) -> list[Found]:
    """The markers of a block: links side by side are one, with the brackets around them."""
    clusters: list[tuple[int, int, list[str]]] = []
    for link, target in links:
        label = linked.labels[target]
        if clusters and _SEPARATORS.fullmatch(between := text[clusters[-1][1] : link.start]):
            start, _, labels = clusters[-1]
            if between.strip() in ("-", "–", "⁻"):
                label_range = labels_in(f"{labels[-1]}-{label}")
                clusters[-1] = (start, link.end, labels[:-1] + (label_range or [label]))
            else:
                clusters[-1] = (start, link.end, [*labels, label])
        else:
            clusters.append((link.start, link.end, [label]))
    return [(_with_brackets(text, start, end), labels) for start, end, labels in clusters]


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened by the brackets that stand around it."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    pair = before.strip()[-1:] + after.strip()[:1]
    if pair in ("[]", "()", "⁽⁾"):
        start = text.rindex(pair[0], 0, start)
        end = text.index(pair[1], end) + 1
    return start, end


def note_text(page: Page, index: int, linked: Linked) -> str:
    """A note's text without its label and back-links, with the addresses it links to."""
    block = page.blocks[index]
    text = block.text
    label = linked.labels.get(index)
    addresses = []
    for link in sorted(block.links, key=lambda link: -link.start):
        if "#" in link.href and _is_back(link, block, index, page, linked):
            text = f"{text[: link.start]} {text[link.end :]}"
        elif _ADDRESS.match(link.href):
            addresses.append(link.href)
    text = _JUMP.sub("", " ".join(text.split())).strip(_ARROWS)
    text = _EMPTY_BRACKETS.sub("", text)
    if label is not None and (leading := _leading(label).match(text)):
        text = text[leading.end() :]
    text = text.lstrip(_ARROWS + ",;.:")
    for address in dict.fromkeys(reversed(addresses)):
        if _SCHEME.sub("", address) not in text.replace(" ", ""):
            text = f"{text} <{address}>"
    return text.strip()


def _is_back(link: Link, block: Block, index: int, page: Page, linked: Linked) -> bool:
    """Whether a link of a note leads back to its marker, and not to another note."""
    target = _target(link, page)
    if target in linked.labels or not _BACK.fullmatch(
        lowered(block.text[link.start : link.end]).strip()
    ):
        return False
    if target is None:  # its marker isn't there: only where back-links stand
        return not block.text[: link.start].strip(" [(") or not block.text[link.end :].strip(" ]).")
    return target < index
