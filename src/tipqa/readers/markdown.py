"""Markdown with YAML front matter, `[^n]` markers and `[^n]: …` notes.

markdown-it-py reads the blocks and the emphasis, links and entities in them; markers and
notes are two rules of ours on top of it, since its footnote plug-in renumbers the notes
and drops those that no marker points to.
"""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from tipqa.notes import Marker, RawNote, take_out
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.types import LeftOut, Span

_MARKER = re.compile(r"\[\^([^\s\[\]^]+)\]")
_NOTE = re.compile(_MARKER.pattern + r":[ \t]*(.*)")
_ENDS_NOTE = re.compile(r"#{1,6}\s|[-*+]\s|\d{1,3}[.)]\s|>|\||```|~~~")
_CAPTION = re.compile(r"(?:Table|Figure|Chart|Box)\s+\w+\s*[.:–—-]")


def read(text: str, path: Path) -> Draft:
    """Take a Markdown file apart.

    Raises:
        CorpusError: the front matter can't be read.
    """
    front = front_matter(text, path)
    lines = text.split("\n")
    body = "\n" * front.length + "\n".join(lines[front.length :])
    draft = Draft(front)
    headings: list[tuple[int, str]] = []
    tokens = _parser().parse(body)
    for index, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "note":
            draft.notes.append(RawNote(token.info, token.content, line))
        elif token.type in ("table_open", "fence", "hr") and token.map:
            draft.left_out += _lines_of(lines, *token.map)
        elif token.type == "inline" and tokens[index - 1].type == "heading_open":
            level = int(tokens[index - 1].tag[1])
            title = _rendered(token, line, draft)[0]
            if level == 1 and not headings and not draft.paragraphs and not draft.title:
                draft.title = title
                if front.values.get("title", title) != title:
                    draft.left_out.append(LeftOut(line, title))
                continue
            headings = [heading for heading in headings if heading[0] < level]
            headings.append((level, title))
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            rendered, markers = _rendered(token, line, draft)
            if _is_caption(tokens, index, rendered):
                draft.left_out += _lines_of(lines, *(token.map or (line - 1, line)))
            elif rendered:
                section = tuple(title for _, title in headings)
                draft.paragraphs.append(RawParagraph(line, section, rendered, tuple(markers)))
            elif markers:
                draft.left_out.append(LeftOut(line, token.content))
    return draft


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    parser.enable("table")
    # An indented line is a paragraph here, not code, and one over "---" is no heading.
    parser.disable(["code", "lheading"])
    parser.block.ruler.before(
        "reference", "note", _note, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("link", "marker", _marker)
    return parser


def _note(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Block rule: `[^label]: text`, with further lines that are indented or just go on."""

    def text_of(line: int) -> str:
        return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]

    start = _NOTE.match(text_of(first))
    if not start:
        return False
    if silent:
        return True
    parts = [start[2]]
    line = first + 1
    while line < end:
        text = text_of(line)
        indented = state.sCount[line] - state.blkIndent >= 2
        if not text.strip():
            goes_on = line + 1 < end and text_of(line + 1).strip()
            if not goes_on or state.sCount[line + 1] - state.blkIndent < 2:
                break
        elif _NOTE.match(text) or (_ENDS_NOTE.match(text) and not indented):
            break
        parts.append(text)
        line += 1
    token = state.push("note", "", 0)
    token.info = start[1]
    token.content = " ".join(" ".join(parts).split())
    token.map = [first, line]
    state.line = line
    return True


def _marker(state: StateInline, silent: bool) -> bool:
    """Inline rule: `[^label]`."""
    found = _MARKER.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("marker", "", 0)
        token.content = found[0]
        token.info = found[1]
    state.pos = found.end()
    return True


def _rendered(token: Token, line: int, draft: Draft) -> tuple[str, list[Marker]]:
    """The text of a block as a reader sees it, and its markers; images are left out."""
    text = ""
    found: list[tuple[Span, list[str]]] = []
    for child in token.children or []:
        if child.type == "marker":
            found.append(((len(text), len(text) + len(child.content)), [child.info]))
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "image":
            draft.left_out.append(LeftOut(line, f"(image) {child.content}".strip()))
        elif child.type in ("text", "text_special", "code_inline"):
            text += child.content
    return take_out(text, found)


def _is_caption(tokens: list[Token], index: int, text: str) -> bool:
    """A paragraph "Table 2. …" just before or after a table."""
    around = [tokens[n].type for n in (index - 2, index + 2) if 0 <= n < len(tokens)]
    beside_table = "table_close" in around[:1] or "table_open" in around[-1:]
    return beside_table and bool(_CAPTION.match(text))


def _lines_of(lines: list[str], start: int, end: int) -> list[LeftOut]:
    return [
        LeftOut(number, lines[number - 1].strip())
        for number in range(start + 1, end + 1)
        if lines[number - 1].strip()
    ]
