"""Marker styles: which signs in a document's text point to its notes.

One sign means many things: "(2)" is a note, a list number or a part of an article. So the
style is chosen once for a document, by which style's signs name the labels of its notes,
and within the style the words around a sign tell what it can't be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tipqa.types import Span

Found = tuple[Span, list[str]]

SIGNS = "*†‡§¶"
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED_LETTERS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
_LETTERS = "abcdefghijklmnoprstuvwxyz"
_TO_RAISED = str.maketrans(f"0123456789-–−(){_LETTERS}", f"{RAISED}⁻⁻⁻⁽⁾{_RAISED_LETTERS}")
_FROM_RAISED = str.maketrans(f"{RAISED}⁻{_RAISED_LETTERS}", f"0123456789-{_LETTERS}")

GROUPED = r"(?:[Nn]ote|nb|fn|n)\s?\d{1,3}"
_ITEM = rf"(?:\d{{1,3}}|{GROUPED}|[a-z]{{1,4}}|[{SIGNS}]{{1,4}})"
_NUMBERS = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
_BRACKET = re.compile(rf"\[\s?({_ITEM}(?:\s*[,;–-]\s*{_ITEM})*)\s?\]")
_CARET = re.compile(r"\[\^([^\s\[\]^]+)\]")
_PARENTHESIS = re.compile(rf"\(\s?({_NUMBERS})\s?\)")
_NUMBER_UP = rf"[{RAISED}]{{1,3}}"
_LETTER_UP = rf"(?:[ⁱᵛˣ]{{2,5}}|[{_RAISED_LETTERS}])"  # roman numerals have several
_SUPERSCRIPT = re.compile(
    rf"(?<!⁻)⁽?({_NUMBER_UP}(?:(?:\s?[,;˒]\s?|[⁻–-]){_NUMBER_UP})*(?![{RAISED}])"
    rf"|{_LETTER_UP}(?:\s?[,;]\s?{_LETTER_UP})*(?![{_RAISED_LETTERS}]))⁾?"
)
_LETTER = r"(?:[ivx]{2,5}|[a-pr-z])"
_RAISABLE = re.compile(
    rf"\s?\(?[-–−]?(?:\d{{1,3}}(?:\s?[,;–-]\s?\d{{1,3}})*,?|{_LETTER}(?:, ?{_LETTER})*)\)?\s?"
)
_PAGE = re.compile(r"\s*:\s*\d[\d\s,–-]*")
_GLUED = re.compile(
    r"(?:(?<=[^\W\d_][.?!,;:”\"’)])|(?<=[^\W\d_][.?!,][”\"’)])"
    r"|(?<=[^\W\d_][”\"’)][.?!,;:])|(?<=\b(?:19|20)\d\d[.,]))"
    r"(\d{1,3}(?:[,–-]\d{1,3})*)(?=[”\"’)]*(?:\s|$))"
)
_BETWEEN = re.compile(r"\s?[,;]\s?")
_SIGN = re.compile(r"(?P<sign>\*{1,4}|†{1,4}|‡{1,4}|§{1,4}|¶{1,4})(?!\w)")
_EMPHASIS = re.compile(r"(?<![^\s(“\"])(\*{1,3})(?=[^\s*])[^*\n]{0,200}(?<=[^\s*])\1(?![\w*])")

# Before "(1)", with or without more of the like between: "Article 3", "sections 5(a)".
_LEGAL = re.compile(
    r"\b(?:articles?|arts?\.?|sections?|secs?\.?|sub-?sections?|paragraphs?|paras?\.?|rules?|"
    r"regulations?|clauses?|schedules?|chapters?|parts?|annex|appendix|table|figure|nos?\.|"
    r"titles?|orders?|amendments?|items?|points?|steps?|phases?)\s+"
    r"(?=[\w.\-/]*\d|(?-i:[IVXLC]+\b|[A-Z]\b))[\w.\-/]{1,12}(?<!\.)"
    r"(?:(?:\s?\(\w{1,4}\))*(?:,| and| or|, and)\s\d+\s?|(?:\(\w{1,4}\))+|(?:\s\(\w{1,4}\))*\s?)$"
    r"|\b(?:sub-?sections?|paragraphs?|clauses?|(?-i:Annex|Appendix))\s$|§+\s?\d*\s?$",
    re.IGNORECASE,
)
# After these words a list number may come, never a note.
_OPENS = re.compile(
    r"(?:^|[:,;–—-](?=\s)|\b(?:and|or|to|by|of|are|is|was|were|includ\w+|namely|as|for|in|with|"
    r"that|be|the|a|an|either|from|on|at|into|than)(?=\s))\s*$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?<!\d)\d{1,3}$|\d[.,]\d+$")
_WORD = re.compile(r"([A-Za-z]+)\s?$")
_AGE = re.compile(r"\b(?:aged?|ages|between)\s*$", re.IGNORECASE)
_UNIT = re.compile(r"(?:^|[\s\d/(])(?:[kcdmµ]?m|ft|mi|yd|ha|sq)$")
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}


@dataclass(frozen=True, slots=True)
class Style:
    """The forms that a document's markers take, and the labels its notes have."""

    forms: tuple[str, ...]
    labels: frozenset[str]


def choose_style(texts: Iterable[str], labels: Iterable[str]) -> Style:
    """Choose the style of a document: the forms whose marks name most of its notes.

    Numbers, letters and signs are chosen for one by one, since a list of numbered notes
    may begin with a "*". Of equals the less doubtful form is taken. Where no mark names a
    note, numbers in brackets count: they have hardly another meaning.

    Args:
        texts: the running text, piece by piece, without the notes.
        labels: those of the note list.
    """
    known = frozenset(labels)
    pieces = list(texts)
    chosen = ["caret"]
    for kind, forms in _FORMS_OF.items():
        wanted = {label for label in known if kind_of(label) == kind}
        best, most = "", 0
        for form in forms if wanted else ():
            style = Style((form,), known)
            named = {label for text in pieces for _, found in find(text, style) for label in found}
            if len(named & wanted) > most:
                best, most = form, len(named & wanted)
        if not best and kind == "number":
            best = "bracket"
        if best and best not in chosen:
            chosen.append(best)
    return Style(tuple(chosen), known)


def find(text: str, style: Style) -> list[Found]:
    """The marks of a text that are markers, in the form that `notes.take_out` takes.

    A mark of the style whose label has no note is a marker all the same, unless it may
    as well be something else.

    Returns:
        In order and apart: the span of each, and the labels that it names.
    """
    found = [mark for form in style.forms for mark in _FINDERS[form](text, style.labels)]
    apart: list[Found] = []
    for (start, end), labels in sorted(found, key=lambda mark: mark[0]):
        before, named = apart[-1] if apart else ((0, 0), [])
        if apart and _BETWEEN.fullmatch(text, before[1], start):  # "[2],[3]"
            apart[-1] = ((before[0], end), [*named, *labels])
        elif apart and len(labels) == 1 and text[before[1] : start] in ("-", "–"):  # "[2]-[4]"
            spanned = labels_in(f"{named[-1]}-{labels[0]}") or [named[-1], *labels]
            apart[-1] = ((before[0], end), [*named[:-1], *spanned])
        elif start >= before[1]:
            apart.append(((start, end), labels))
    return apart


def kind_of(label: str) -> str:
    """What a label is made of: "number", "sign" or "letter"."""
    if label.isascii() and label.isdigit():
        return "number"
    return "sign" if all(character in SIGNS for character in label) else "letter"


def labels_in(inside: str) -> list[str]:
    """The labels that "3", "3,5", "3-6" or "a; b" names; none where the range is absurd."""
    labels: list[str] = []
    for part in re.split(r"\s*[,;˒]\s*", inside):
        first, *last = re.split(r"\s*[–-]\s*", part)
        if kind_of(first) == "number" and all(kind_of(end) == "number" for end in last):
            upto = int(last[-1]) if last else int(first)
            if upto - int(first) > _LONGEST_RANGE:
                return []
            labels += [str(n) for n in range(int(first), upto + 1)] or [first, *last]
        elif last and len(first) == len(last[-1]) == 1 and first <= last[-1]:
            labels += [chr(n) for n in range(ord(first), ord(last[-1]) + 1)]
        else:
            labels += [first, *last]
    return labels


def raised(text: str) -> str:
    """Raised digits, dashes and single letters as Unicode has them: "3-5" → "³⁻⁵"."""
    return text.translate(_TO_RAISED)


def superscript(content: str, before: str) -> str:
    """Raised text as superscripts, where these may be labels or powers; else as it stands.

    A page that is raised after a marker, ": 14", is the source's and goes.

    Args:
        content: the text between the raising and the lowering.
        before: the character before it: "1st" is no marker.
    """
    if _PAGE.fullmatch(content):
        return ""
    is_label = _RAISABLE.fullmatch(content) and not (content.isalpha() and before.isdigit())
    return raised(content) if is_label else content


def lowered(text: str) -> str:
    """Superscript digits and letters as plain ones: "³⁻⁵" → "3-5"."""
    return text.translate(_FROM_RAISED)


_LONGEST_RANGE = 60
_NEAR = 32
_FURTHEST_UNKNOWN = 9
"""How far past the last note a number in parentheses may lie to be meant as a marker."""


def _brackets(text: str, known: frozenset[str]) -> Iterable[Found]:
    for match in _BRACKET.finditer(text):
        labels = labels_in(match[1])
        letters = [label for label in labels if kind_of(label) != "number"]
        if not labels or _is_amount(match[1], labels, known):
            continue
        if letters and _is_an_editors(text, match):
            continue
        if all(label in known or _is_next(label, known) for label in letters):
            yield match.span(), labels


def _is_next(label: str, known: frozenset[str]) -> bool:
    """Whether a label without a note is one more sign, or a letter not far past the last."""
    _, letter, signs, groups = _last(known)
    if kind_of(label) == "sign":
        return signs
    return label.rstrip("0123456789 ") in groups or (len(label) == 1 and ord(label) <= letter + 3)


@lru_cache(maxsize=16)
def _last(known: frozenset[str]) -> tuple[int, int, bool, frozenset[str]]:
    """The highest number, the last letter as its code point, whether there are signs, groups."""
    kinds = {label: kind_of(label) for label in known}
    return (
        max((int(label) for label in known if kinds[label] == "number"), default=0),
        max((ord(x) for x in known if kinds[x] == "letter" and len(x) == 1), default=-9),
        "sign" in kinds.values(),
        frozenset(x.rstrip("0123456789 ") for x in known if re.fullmatch(GROUPED, x)),
    )


def _is_an_editors(text: str, match: re.Match[str]) -> bool:
    """A letter in brackets that is of the sentence: "[a]ll", "took [a] boat"."""
    before = text[max(0, match.start() - 1) : match.start()]
    after = text[match.end() : match.end() + 2]
    return after[:1].isalpha() or (
        match[1] in ("a", "i") and before == " " and bool(re.match(" [a-z]", after))
    )


def _carets(text: str, known: frozenset[str]) -> Iterable[Found]:
    for match in _CARET.finditer(text):
        yield match.span(), [match[1]]


def _parentheses(text: str, known: frozenset[str]) -> Iterable[Found]:
    matches = list(_PARENTHESIS.finditer(text))
    listed = _list_numbers(text, matches)
    furthest = _last(known)[0] + _FURTHEST_UNKNOWN
    for match in matches:
        labels = labels_in(match[1])
        near = labels and all(0 < int(label) <= furthest for label in labels)
        amount = _is_amount(match[1], labels, known)
        if near and not (match.start() in listed or amount or _is_part_of_words(text, match)):
            yield match.span(), labels


def _is_part_of_words(text: str, match: re.Match[str]) -> bool:
    """A part of a law, an age, or a number told twice: "3(1)", "aged (12)", "two (2)"."""
    before = text[max(0, match.start() - _NEAR) : match.start()]
    word = _WORD.search(before[-12:])
    if word and str(_NUMBER_WORDS.get(word[1].lower())) == match[1]:
        return True
    after_number = before[-1:].isdigit() and _AMOUNT.search(before)  # and no year
    return bool(after_number or _LEGAL.search(before) or _AGE.search(before))


def _list_numbers(text: str, matches: Sequence[re.Match[str]]) -> set[int]:
    """Where a "(1)" opens a part of a list in the text: "to (1) find and (2) help"."""
    before_words = {
        match.start(): int(match[1])
        for match in matches
        if match[1].isdigit() and re.match(r"\s*\w", text[match.end() : match.end() + 3])
    }
    listed = {start for start in before_words if _OPENS.search(text[max(0, start - 20) : start])}
    following: tuple[int, int] | None = None
    for start, number in reversed(before_words.items()):  # "must (1) find and (2) help"
        if following and following[0] in listed and following[1] == number + 1:
            listed.add(start)
        following = (start, number)
    return listed


def _is_amount(inside: str, labels: Sequence[str], known: frozenset[str]) -> bool:
    """Whether this is one number, as "12,000", and no two labels that are known."""
    return bool(re.search(r"\d,\d{3}\b", inside)) and not known.issuperset(labels)


def _superscripts(text: str, known: frozenset[str]) -> Iterable[Found]:
    for match in _SUPERSCRIPT.finditer(text):
        labels = labels_in(lowered(match[1]))
        letters = [label for label in labels if kind_of(label) == "letter"]
        if not labels or _is_power(text, match, known):
            continue
        if all(label in known or _is_next(label, known) for label in letters):
            yield match.span(), labels


def _is_power(text: str, match: re.Match[str], known: frozenset[str]) -> bool:
    """Whether this is a power: "10²", "km²", "5 m³"."""
    before = text[max(0, match.start() - 8) : match.start()]
    if match[1] in "²³" and _UNIT.search(before):
        return True
    base = re.search(r"(?<![\d.,$€£])(\d+)$", before)
    if not base or len(base[1]) >= 4:
        return False  # straight after a year stands a note
    return base[1] == "10" or not known.issuperset(labels_in(lowered(match[1])))


def _glued(text: str, known: frozenset[str]) -> Iterable[Found]:
    """Numbers that were raised before the text lost its type: "the lake.3 Many …"."""
    for match in _GLUED.finditer(text):
        labels = labels_in(match[1])
        if labels and known.issuperset(labels):
            yield match.span(), labels


def _signs(text: str, known: frozenset[str]) -> Iterable[Found]:
    emphasis = [match.span() for match in _EMPHASIS.finditer(text)]
    at = 0
    for match in _SIGN.finditer(text):
        start, end = match.span()
        while at < len(emphasis) and emphasis[at][1] < end:
            at += 1
        if at < len(emphasis) and emphasis[at][0] <= start < emphasis[at][1]:
            continue
        before, after = text[max(0, start - 2) : start], text[end : end + 2]
        if not before.strip() or (re.search(r"\d\s?$", before) and re.match(r"\s?\d", after)):
            continue  # a list's bullet, or "2 * 3"
        if before[-1].isspace() and (after[:1] not in ("", " ", "\n") and after[0] not in ".,;:)”"):
            continue
        apart = before[-1].isspace() and before[0] not in '.?!”"’)'
        if match["sign"][0] in "§¶" and (apart or re.match(r"\s?\d", after)):
            continue  # "§ 5" names a part of a law
        yield match.span(), [match["sign"]]


_FINDERS: dict[str, Callable[[str, frozenset[str]], Iterable[Found]]] = {
    "bracket": _brackets,
    "caret": _carets,
    "superscript": _superscripts,
    "parenthesis": _parentheses,
    "glued": _glued,
    "sign": _signs,
}
_FORMS_OF = {
    "number": ("bracket", "superscript", "parenthesis", "glued"),
    "letter": ("bracket", "superscript"),
    "sign": ("sign", "bracket"),
}
