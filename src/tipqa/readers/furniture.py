"""The frame of a page around its text: logos, menus, search boxes, sign-up lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tipqa import dates

_NOTES_HEADING = re.compile(
    r"(?:(?:[IVXL]+|\d{1,3}|[A-Z])[.):]\s+)?(?:list of )?"
    r"(?:(?:foot\s?|end\s?|source )?notes?(?: (?:and|&) (?:references|sources|citations))?"
    r"|(?:references?|sources|works|literature)(?: (?:cited|list|notes|(?:and|&) notes|consulted))?"
    r"|citations|(?:select(?:ed)? )?bibliography"
    r"|fu(?:ß|ss)noten|endnoten|anmerkungen|(?:quellen|literatur)(?:verzeichnis|angaben)?"
    r"|notas(?: al pie| a pie de página| finales| de rodapé)?|refer[eê]ncias|fuentes|fontes"
    r"|bibliogra(?:f[ií]a|phie)|références|notes de (?:bas de page|fin)|notes et références"
    r"|note|fonti|riferimenti|further reading|external links"
    r"|noten|bronnen|noter|kilder|källor|przypisy|źródła|kaynakça|kaynaklar|(?:dip)?notlar"
    r"|примечания|сноски|источники|примітки|джерела)"
    r"(?: bibliogr[aá]ficas| bibliographiques)?"
    r"(?: (?:for|of|to|in) this (?:section|chapter|part|page|profile|report|article|country))?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:;][)\]”’\"']*$")
# What only a page's frame says, wherever it stands.
_FRAME = re.compile(
    r"\([^()]*\b(?:logo|image|photo|icon|picture|banner)\b[^()]*\)$|click here\b"
    r"|skip to (?:main |the )?content|all rights reserved|©"
    r"|(?:sign up|subscribe) (?:for|to) our\b|(?:accept|use[sd]?) (?:all )?cookies\b"
    r"|^(?:share|print|e-?mail) this\b|^(?:follow us|back to top)\b",
    re.IGNORECASE,
)
# What a page's frame says in whole sentences, which a report hardly does.
_FRAME_SENTENCES = re.compile(
    r"\b(?:contact us|(?:our|monthly|weekly) newsletter|"
    r"search (?:(?:the|this|our) )?(?:entirety|(?:web)?site|archive)|log ?in to|last updated|"
    r"official (?:web)?site of)\b",
    re.IGNORECASE,
)
# What a page's frame says in a few words, and a report may say too.
_FRAME_WORDS = re.compile(
    r"\b(?:search|newsletter|sign(?:ed)? (?:up|in)|log ?in|subscribe|contact us|menu|home ?page|"
    r"inquir\w+|enquir\w+|related|share this|print this|e-?mail this|follow us|privacy|"
    r"terms of use|last updated|back to top|donate|site ?map|copyright)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(  # where and when, or in which volume
    rf"(?:[^\d|·•]{{1,40}}[,|·•–—-]\s*)?{dates.DATE}(?:\s*[,|·•–—-].*)?|(?i:vol(?:\.|ume) \d).*"
)
_WORD = re.compile(r"[^\W_]")
_CAPTION = re.compile(r"(?:Table|Figure|Chart|Box)\s+\w+(?: \(\w+\))?\s*[.:–—-]")
_BYLINE = re.compile(  # "By Jane Doe", "Published: 3 May 2014", "Author: Jane Doe"
    r"(?:(?:written|prepared|compiled|researched|edited|published|issued) )?by:? "
    r"(?-i:(?:the )?[A-Z])[^.?!]*(?:\b[A-Z]\.[^.?!]*)*"
    r"|(?:authors?|editors?|prepared (?:by|for)): .*"
    r"|(?:(?:(?:last |first )?(?:updated|revised|published|posted|reviewed|modified)|date|as of)"
    rf"(?: on| in)?:? )?(?:{dates.DATE}|(?<=[ed:] ){dates.YEAR})\.?",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3}")
_BETWEEN_BYLINES = re.compile(r"\s*[|·•\n]\s*|\s[–—-]\s")
_MOST_WORDS_OF_A_HEADING = 12
_MOST_WORDS_OF_A_BYLINE = 20
_MOST_WORDS = 40


def is_frame(text: str) -> bool:
    """Whether a text, which bears no marker, is furniture wherever it stands."""
    return _is_small(text) and bool(_FRAME.search(text) or not _WORD.search(text))


def is_frame_around(text: str) -> bool:
    """Whether a text, which bears no marker, is furniture before or after the prose."""
    around = _FRAME_WORDS if is_short_line(text) else _FRAME_SENTENCES
    return is_frame(text) or (_is_small(text) and bool(around.search(text)))


def is_short_line(text: str) -> bool:
    """A few words that end no sentence, as a heading or an entry of a menu."""
    few = len(text.split()) <= _MOST_WORDS_OF_A_HEADING
    return few and not ends_sentence(text)


def ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text))


def bylines(lines: Sequence[str]) -> int:
    """How many of the lines under a title are short ones that end with a name or a date."""
    short = next((n for n, line in enumerate(lines[:4]) if not is_short_line(line)), 4)
    return max((n for n, line in enumerate(lines[:short], 1) if is_byline(line)), default=0)


def is_notes_heading(text: str) -> bool:
    return bool(_NOTES_HEADING.fullmatch(text.strip(" :.")))


def title_words(text: str) -> str:
    """The words of a title, or of one that says whose notes follow: "Notes to Chapter 1"."""
    words = re.sub(r"^notes (?:to|for|on) ", "", " ".join(text.casefold().split()))
    return " ".join(re.findall(r"\w+", words))


def is_title_of(text: str, title: str) -> bool:
    """Whether a line is a title, or one whose part's number it tells: "Part II: The South"."""
    words = title_words(text)
    numbered = re.fullmatch(r"(?:part|chapter|section) \w+", title)
    return words == title or (numbered is not None and words.startswith(f"{title} "))


def is_byline(text: str) -> bool:
    """Whether a line under a title tells who wrote the text, or when, and no more."""
    if len(text.split()) > _MOST_WORDS_OF_A_BYLINE:
        return False
    if is_short_line(text) and _DATELINE.fullmatch(text):
        return True
    others = [x for x in _BETWEEN_BYLINES.split(text.strip()) if not _BYLINE.fullmatch(x)]
    named = len(others) < 2 and all(map(_PERSON.fullmatch, others))
    return named and bool(_BYLINE.search(text))


def is_caption(text: str) -> bool:
    """Whether a text opens as "Table 2. …" does, the caption of a table beside it."""
    return bool(_CAPTION.match(text))


def is_title_case(text: str) -> bool:
    """Whether each word of four letters or more begins with a capital."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= 4]
    return text[:1].isupper() and all(word[0].isupper() for word in words)


def _is_small(text: str) -> bool:
    return len(text.split()) <= _MOST_WORDS
