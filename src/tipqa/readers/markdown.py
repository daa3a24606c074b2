"""Markdown with YAML front matter, `[^n]` markers and `[^n]: …` notes.

markdown-it-py reads the blocks and the emphasis, links and entities in them; markers and
notes are rules of ours on top of it, since its footnote plug-in renumbers the notes and
drops those that no marker points to.
"""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from tipqa.errors import CorpusError
from tipqa.links import RawNote
from tipqa.notes import Marker, take_out
from tipqa.readers import furniture
from tipqa.readers.draft import Draft, RawParagraph
from tipqa.readers.front_matter import front_matter
from tipqa.types import LeftOut, Span

_LABEL = r"[^\s\[\]^]+"
_MARKER = re.compile(rf"(?<!\\)\[\^({_LABEL})\]")
# While emphasis and links are read, markers stand in brackets that mean nothing to them.
_HIDDEN = re.compile(rf"⁅\^({_LABEL})⁆")
_NOTE = re.compile(rf"\[\^({_LABEL})\]:[ \t]*(.*)")
_YEAR_ITEM = re.compile(r"\d{4}[.)]")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FORMATTING = re.compile(r"</?(?:sup|sub|b|i|em|strong|u|small)>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_UNDERLINED = re.compile(r"^( {0,3}[^\s#>].*)\n=+[ \t]*$", re.MULTILINE)
_DEEPEST = 100  # what lies deeper, the parser would drop


def read(text: str, path: Path) -> Draft:
    """Take a Markdown file apart.

    Raises:
        CorpusError: the front matter can't be read, or a text is nested too deep.
    """
    front = front_matter(text, path)
    lines = text.split("\n")
    draft = Draft(front)
    tokens = _parser().parse(
        _plainer("\n" * front.length + "\n".join(lines[front.length :]), draft)
    )
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise CorpusError(path, None, f"is nested {_DEEPEST} deep. Flatten its quotes and lists.")
    headings: list[tuple[int, str, int]] = []  # level, title, line: those that are open
    bare: dict[int, str] = {}  # by line: those with nothing under them yet
    for index, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "note":
            draft.notes.append(RawNote(token.info, token.content, line))
        elif token.type in ("table_open", "fence", "hr") and token.map:
            draft.left_out += _lines_of(lines, *token.map)
        elif token.type != "inline":
            continue
        elif tokens[index - 1].type == "heading_open":
            level = int(tokens[index - 1].tag[1])
            title, markers = _rendered(token, line, draft)
            if markers:  # a note on a heading stands for no sentence
                draft.left_out.append(LeftOut(line, lines[line - 1].lstrip("# ")))
            if level == 1 and not headings and not draft.paragraphs and not draft.title:
                draft.title = title
                if front.values.get("title", title) != title:
                    draft.left_out.append(LeftOut(line, title))
            elif title:
                headings = [heading for heading in headings if heading[0] < level]
                headings.append((level, title, line))
                bare[line] = title
        elif tokens[index - 1].type == "paragraph_open":
            rendered, markers = _rendered(token, line, draft)
            if _is_caption(tokens, index, rendered) or (markers and not rendered):
                draft.left_out += _lines_of(lines, *(token.map or (line - 1, line)))
            elif rendered:
                section = tuple(title for _, title, _ in headings)
                draft.paragraphs.append(RawParagraph(line, section, rendered, tuple(markers)))
                for _, _, used in headings:
                    bare.pop(used, None)
    draft.left_out += [LeftOut(line, title) for line, title in bare.items()]
    return draft


def _plainer(body: str, draft: Draft) -> str:
    """Without comments, and titles that are underlined as other headings; lines stay."""

    def leave_out(comment: re.Match[str]) -> str:
        line = body.count("\n", 0, comment.start()) + 1
        draft.left_out.append(LeftOut(line, " ".join(comment[0].split())))
        return "\n" * comment[0].count("\n")

    return _UNDERLINED.sub(r"# \1\n", _COMMENT.sub(leave_out, body))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
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
    token = state.push("note", "", 0)
    token.info = start[1]
    token.content = " ".join(" ".join(parts).split())
    token.map = [first, line]
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
            token.content = _BREAK.sub("\n", _FORMATTING.sub("", token.content))
            token.content = _MARKER.sub(r"⁅^\1⁆", token.content)


def _rendered(token: Token, line: int, draft: Draft) -> tuple[str, list[Marker]]:
    """The text of a block as a reader sees it, and its markers; images are left out."""
    text = ""
    found: list[tuple[Span, list[str]]] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "image":
            shown = _HIDDEN.sub(r"[^\1]", child.content)
            draft.left_out.append(LeftOut(line, f"(image) {shown}".strip()))
        elif child.type == "code_inline":
            text += _HIDDEN.sub(r"[^\1]", child.content)
        elif child.type in ("text", "text_special"):
            for marker in _HIDDEN.finditer(child.content):
                start, end = marker.span()
                found.append(((len(text) + start, len(text) + end), [marker[1]]))
            text += child.content
    return take_out(text, found)


def _is_caption(tokens: list[Token], index: int, text: str) -> bool:
    """A paragraph "Table 2. …" just before or after a table."""
    around = [tokens[n].type for n in (index - 2, index + 2) if 0 <= n < len(tokens)]
    beside_table = "table_close" in around[:1] or "table_open" in around[-1:]
    return beside_table and furniture.is_caption(text)


def _lines_of(lines: list[str], start: int, end: int) -> list[LeftOut]:
    return [
        LeftOut(number, lines[number - 1].strip())
        for number in range(start + 1, end + 1)
        if lines[number - 1].strip()
    ]
