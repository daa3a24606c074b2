"""Web addresses in running text, joined again where line breaks split them."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:https?://\s?|(?<![\w/.@])www\.)[^\s<>\"]+")
_PIECE = re.compile(r" ([^\s<>\"]+)")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|html?|aspx?|php)\b", re.IGNORECASE)
_SPACED_NAME = re.compile(  # " Sector Plan 2019.pdf": a file's name with spaces in it
    r"(?: [^\s.;:“”]+){0,9} [^\s;:“”]*\.(?:pdf|docx?|xlsx?|pptx?)\b", re.IGNORECASE
)
# What only an address holds: signs between letters, several slashes, a number in base 16.
_ONLY_ADDRESS = re.compile(
    r"\w[=&%_?]+\w|\w:+\w*\d|/.*/|^(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]+$"
)
_OPEN_END = re.compile(r"(?:[-_=&?,~#+]|%(?:[0-9a-fA-F]{2})?)$")


def take_address(text: str) -> tuple[str | None, str, str]:
    """The first web address of a text, and what stands before and after it.

    An address goes on over a space where a line break has put it, as in "http://www.
    state.gov/j/tip/ rls/index.htm"; a space within a file's name becomes %20. An address
    of a local file is none. After an archive's address the archived one is part of it.

    Args:
        text: white space folded to single spaces.
    """
    text = re.sub(r"\bfile:///\S+", "", text)
    found = _URL.search(text)
    if not found:
        return None, text, ""
    url, end = found[0].replace(" ", ""), found.end()
    while piece := _PIECE.match(text, end):
        spaced = _SPACED_NAME.match(text, end)
        if _goes_on(url, piece[1], last=piece.end() == len(text)):
            url += piece[1]
        elif spaced and not _FILE.search(url):
            url += "%20" + "%20".join(spaced[0].split())
            piece = spaced
        else:
            break
        end = piece.end()
    if "web.archive.org" not in url:
        url = re.split(r"(?<=[\w/.])(?=https?://)", url)[0]  # the same one again
    url = url.rstrip(".,;'’”*")
    while url.endswith((")", "]")) and not re.search(r"[(\[]", url):
        url = url[:-1].rstrip(".,;")
    return url, text[: found.start()].rstrip("<"), text[end:].lstrip("> ")


def _goes_on(url: str, piece: str, last: bool) -> bool:
    """Whether an address goes on with the piece after a space, where a line was broken.

    It does after a sign that addresses don't end with, or where the piece is nothing that
    other text could hold.
    """
    if url.endswith(",") and piece.isalpha():
        return False
    if _OPEN_END.search(url) or re.match(r"[/&=?_:%#]\w", piece):
        return re.search(r"\w", piece) is not None
    if _ONLY_ADDRESS.search(piece):
        return "://" not in piece
    small = piece[0].islower()
    if _FILE.search(piece) and not _FILE.search(url) and url[-1].isalnum() and small:
        return True
    like_address = re.search(r"[/_=&?%]|\w[.:-]\w|\d", piece) is not None
    if re.fullmatch(r"(?:\w+://)?[^/]*\.", url):  # within the host's name
        return small or piece[0].isdigit()
    if url.endswith("/"):
        return like_address or (last and re.fullmatch(r"[\w-]+\.?", piece) is not None)
    if url.endswith(":"):
        return like_address
    if url.endswith("."):
        if re.match(r"(?:html?|pdf|aspx?|php|ashx|docx?|org|com|net|gov|int)\b", piece):
            return True
        return small and re.search(r"[/?&=]|\w\.\w", piece) is not None
    return False
