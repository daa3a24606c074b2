"""The blocks of a Markdown file, and their text as a reader sees it.

markdown-it-py reads the blocks and the emphasis, links and entities in them; `[^n]` markers
and `[^n]: …` notes are rules of ours on top of it, since its footnote plug-in renumbers the
notes and drops those that no marker points to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from tipqa.readers.markers import SIGNS, superscript

_LABEL = r"[^\s\[\]^]+"
_MARKER = re.compile(rf"(?<!\\)\[\^({_LABEL})\]")
# While emphasis and links are read, markers stand in brackets that mean nothing to them.
HIDDEN = re.compile(rf"⁅\^({_LABEL})⁆")
_NOTE = re.compile(rf"\[\^({_LABEL})\]:[ \t]*(.*)")
_YEAR_ITEM = re.compile(r"\d{4}[.)]")
_RAISED = re.compile(
    r"<sup(?:\s[^<>]{0,200})?>([^<>\n]{0,40})</sup>|(?<=\S)\^(\d[\d,; –-]{0,20})\^", re.IGNORECASE
)
_BETWEEN_RAISED = re.compile(r"</sup>\s?<sup(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_ANCHOR = re.compile(r"</?a(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_FORMATTING = re.compile(
    r"</?(?:sup|sub|b|i|em|strong|u|small|span|font)(?:\s[^<>]{0,300})?>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SHOWS_LABEL = re.compile(rf"\d{{1,3}}|[a-z]{{1,4}}|[{SIGNS}]{{1,4}}")
_LINKED = re.compile(r"\[([^\[\]\n]+)\]\[([^\[\]\n]{1,4})\]")
_SHOWS_WAY_BACK = re.compile(r"[↑↩↵⏎⤴←^\ufe0e\ufe0f ]+")
_ADDRESS = re.compile(r"https?://\S+$")
DEEPEST = 100  # what lies deeper, the parser would drop

Kind = Literal["heading", "text", "note", "definition", "table", "fence", "rule", "image"]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands from line `line` to before `end`, counted from 1.

    `text` has its markers in hidden brackets and its lines parted by line ends. `label` is
    that of a note or of a link's definition; `head` what opens a list's item, as "1. ";
    `fresh` is false where a block goes on with the item before it; `addresses` are those
    that its links lead to. `level` is a heading's; `plain` a note's text without emphasis.
    """

    kind: Kind
    line: int
    end: int
    text: str = ""
    label: str = ""
    head: str = ""
    fresh: bool = True
    addresses: tuple[str, ...] = ()
    level: int = 0
    plain: str = ""


def read_blocks(body: str) -> tuple[list[Block], bool]:
    """The blocks of a text in order, and whether it's nested too deep to be read whole."""
    environment: dict[str, Any] = {}
    tokens = _parser().parse(body, environment)
    of_words = {m[2].upper() for m in _LINKED.finditer(body) if not _SHOWS_LABEL.fullmatch(m[1])}
    links = {
        label: reference["href"]
        for label, reference in environment.get("references", {}).items()
        if _SHOWS_LABEL.fullmatch(label.lower()) and label not in of_words
    }
    found = list(_blocks(tokens, links))
    for label, href in links.items():
        first, end = environment["references"][label]["map"]
        found.append(Block("definition", first + 1, end + 1, f"<{href}>", label.lower()))
    too_deep = any(token.level >= DEEPEST - 1 for token in tokens)
    return sorted(found, key=lambda block: block.line), too_deep


def _blocks(tokens: list[Token], links: dict[str, str]) -> Iterator[Block]:
    heads: list[str] = []  # of the items that are open, until a block has them
    numbers: list[int] = []
    used: list[bool] = []
    for index, token in enumerate(tokens):
        first, end = token.map or (0, 0)
        line, end = first + 1, end + 1
        if token.type in ("ordered_list_open", "bullet_list_open"):
            numbers.append(0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            if token.info.isdigit():  # "1." before each item is counted on
                numbers[-1] = max(int(token.info), numbers[-1] + (int(token.info) == numbers[-1]))
            heads.append(f"{numbers[-1]}{token.markup} " if token.info else f"{token.markup} ")
            used.append(False)
        elif token.type == "list_item_close":
            heads.pop()
            used.pop()
        elif token.type == "inline" and tokens[index - 1].type == "note_open":
            text, addresses, _ = _rendered(token, links)
            plain = HIDDEN.sub(_shown, text) + "".join(f" <{address}>" for address in addresses)
            opening = tokens[index - 1]
            yield Block("note", line, end, opening.content, opening.info, plain=plain)
        elif token.type == "table_open":
            yield Block("table", line, end, "\n".join(_rows(tokens[index:], links)))
        elif token.type == "fence":
            yield Block("fence", line, end)
        elif token.type == "hr":
            yield Block("rule", line, end)
        elif token.type == "inline" and tokens[index - 1].type == "heading_open":
            text, _, images = _rendered(token, links)
            yield from (Block("image", line, end, shown) for shown in images)
            yield Block("heading", line, end, text, level=int(tokens[index - 1].tag[1]))
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            text, addresses, images = _rendered(token, links)
            yield from (Block("image", line, end, shown) for shown in images)
            fresh = not used or not used[-1]
            head = heads[-1] if heads and fresh else ""
            if used:
                used[-1] = True
            yield Block("text", line, end, text, "", head, fresh, addresses)


def _rows(tokens: list[Token], links: dict[str, str]) -> Iterator[str]:
    """The rows of a table that opens, line by line, their cells side by side."""
    cells: list[str] = []
    for token in tokens:
        if token.type == "inline":
            cells.append(_rendered(token, links)[0])
        elif token.type == "tr_close":
            yield " ".join(cells)
            cells = []
        elif token.type == "thead_close":
            yield ""  # the line of dashes
        elif token.type == "table_close":
            return


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable("table")
    # An indented line is a paragraph here, not code, and one over "---" is no heading.
    parser.disable(["code", "lheading"])
    ends = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.before("reference", "note", _note, {"alt": [*ends, "list"]})
    parser.block.ruler.at("list", _list, {"alt": ends})
    parser.core.ruler.before("inline", "markers", _hide_markers)
    return parser


def _note(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Block rule: `[^label]: text`, with further lines that are indented."""

    def text_of(line: int) -> str:
        return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]

    def indented(line: int) -> bool:
        return line < end and bool(text_of(line)) and state.sCount[line] - state.blkIndent >= 2

    start = _NOTE.match(text_of(first))
    if not start or silent:
        return bool(start)
    parts = [start[2]]
    line = first + 1
    while indented(line) or (line < end and not text_of(line) and indented(line + 1)):
        parts.append(text_of(line))
        line += 1
    opening = state.push("note_open", "", 1)
    opening.info = start[1]
    opening.content = " ".join(" ".join(parts).split())
    token = state.push("inline", "", 0)
    token.content = opening.content
    token.children = []
    token.map = [first, line]
    state.push("note_close", "", -1)
    state.line = line
    return True


def _list(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Block rule: CommonMark's lists, but "2014. The law …" is a sentence after a year."""
    start = state.bMarks[first] + state.tShift[first]
    return not _YEAR_ITEM.match(state.src, start) and list_block(state, first, end, silent)


def _hide_markers(state: StateCore) -> None:
    """Core rule, before emphasis and links are read; HTML's own formatting goes too."""
    for token in state.tokens:
        if token.type == "inline":
            content = _BETWEEN_RAISED.sub(",", _ANCHOR.sub("", token.content))
            content = _RAISED.sub(
                lambda m: superscript(m[1] or m[2] or "", m.string[m.start() - 1 : m.start()]),
                content,
            )
            content = _BREAK.sub("\n", _FORMATTING.sub("", content))
            token.content = _MARKER.sub(r"⁅^\1⁆", content)


def _rendered(token: Token, links: dict[str, str]) -> tuple[str, tuple[str, ...], list[str]]:
    """The text of a block as a reader sees it, what its links lead to, what its images show.

    A link within the file that shows a label is a marker, in brackets even if it has none.
    """
    text = ""
    images = []
    addresses: list[str] = []
    opened: list[tuple[int, str]] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif child.type == "image":
            images.append(f"(image) {HIDDEN.sub(_shown, child.content)}".strip())
        elif child.type == "code_inline":
            text += HIDDEN.sub(_shown, child.content)
        elif child.type in ("text", "text_special"):
            text += child.content
        elif child.type == "link_open":
            opened.append((len(text), str(child.attrs.get("href", ""))))
        elif child.type == "link_close":
            start, href = opened.pop()
            shown = text[start:]
            within = href.startswith("#") or links.get(shown.upper()) == href
            if within and _SHOWS_LABEL.fullmatch(shown) and text[start - 1 : start] != "[":
                text = f"{text[:start]}[{shown}]"
            elif href.startswith("#") and _SHOWS_WAY_BACK.fullmatch(shown):
                text = text[:start].rstrip(" ")
            elif _ADDRESS.match(href) and href not in text:
                addresses.append(href)
    return text, tuple(addresses), images


def _shown(marker: re.Match[str]) -> str:
    return f"[^{marker[1]}]"
