"""Notes → sources: a note names sources by its own text, or points to another note."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tipqa import countries, dates
from tipqa.publishers import folded, leading_publisher, may_be_name, may_be_publisher
from tipqa.sources import parse_source
from tipqa.types import Note, Source


@dataclass(frozen=True, slots=True)
class RawNote:
    """A note as a reader found it.

    `scope` counts the lists of notes where labels begin again in each section, else 0.
    `plain` is the text without emphasis and the like, where it's written with these.
    """

    label: str
    text: str
    line: int
    scope: int = 0
    plain: str = ""

    @property
    def shown(self) -> str:
        return self.plain or self.text


_SEE = r"(?:(?:but )?see(?: also)?,?\s+|cf\.,?\s+|as in\s+|same as(?: in)?\s+)"
_NOTE = r"(?:(?:foot|end)?notes?|nn?\.|nn?(?=\s\d)|fnn?\.?)"
_LABELS = r"([*†‡§]+|\w{1,4}(?:(?:\s?[–,-]\s?|\s+(?:and|&)\s+)\d{1,3})*)(?!\w)"
_IBID = re.compile(
    rf"{_SEE}?(?:ibid(?:em)?|ibíd(?:em)?|idem|ebd|ebenda|same(?: source)?(?: as)? above)(?!\w)"
    rf"|{_SEE}?id(?:\.(?=\W|$)|,? at (?=\d))",
    re.IGNORECASE,
)
_SUPRA = re.compile(
    rf"\b(?:supra|infra|above|below),?\s+(?:at\s+)?{_NOTE}\s*{_LABELS}"
    rf"|\(nn?\.?\s?(\d{{1,3}})\)|^{_SEE}{_NOTE}\s*{_LABELS}|^{_NOTE}\s*{_LABELS},?\s+(?:above|below|supra|infra)",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:supra|above|ibid|id\.|op\.?\s?cit)", re.IGNORECASE)
_OP_CIT = re.compile(
    rf",?\s*\b(?:op\.?|loc\.?|ob\.?|a\.\s?a\.)\s?(?:cit\.?|O\.)(?:,?\s*(?:{_NOTE}\s*{_LABELS})?)",
    re.IGNORECASE,
)
_LOCATOR = re.compile(
    r"(?:\bat|\bpp?\.|\bpages?|\barts?\.|\barticles?|\bparas?\.|§§?)\s?\d+(?:\s?[–-]\s?\d+)?",
    re.IGNORECASE,
)
# Where one reference ends and another may begin. Not within brackets or quotes.
_BETWEEN = re.compile(
    r";\s+(?:and\s+)?|(?<=[.\]])\s+(?=[Ss]ee(?: also|,? e\.g\.)?:?\s)|,?\s+and\s+(?=[A-Z])"
)
_ENDED = re.compile(  # what a whole reference ends with
    rf"(?:(?<!\d[–-])(?<!\d[–-] ){dates.YEAR}|n\. ?d\.?|on file\]?|https?://\S+|\d\)"
    r"|\b(?:pp?|arts?|articles?|paras?|ch|sec)\.?\s?\d+(?:[–-]\d+)?)[\])”\"’.,]*$",
    re.IGNORECASE,
)
_STARTS_WITH_YEAR = re.compile(rf"{dates.YEAR}\s+[^\W\d]{{2,}}\s+[^\W\d]{{2,}}")
_PERSON = re.compile(  # "Doe, J.", "Doe, Jane", "Jane Doe,"
    r"[A-Z][\w'’-]+, (?:[A-Z]\.|[A-Z][\w'’-]+[.,] )|[A-Z][\w'’-]+(?: [A-Z][\w.'’-]*){1,2}[.,:] "
)
_GOES_ON = re.compile(  # what goes on with the reference before it
    r"(?:published|adopted|amended|accessed|cited|entered|enacted|available|translated|vol|no|"
    r"report no|revised|updated|submitted|approved|effective|p|pp|page|art|article|section|ch)\b",
    re.IGNORECASE,
)


def resolve_notes(raw_notes: Sequence[RawNote]) -> tuple[Note, ...]:
    """Give each note of a list its id and the sources it names.

    "Ibid." takes the sources of the note before it; "supra note 3", "op. cit." and "see
    note 4" those of the note they name, which may stand later; "—. Report. 2010." is by
    the publisher of the note before it. Where there is no such note, `link` is
    `unresolved` and nothing is taken.
    """
    notes: list[Note] = []
    by_label: dict[str, Note] = {}
    later: list[int] = []
    for number, raw in enumerate(raw_notes, start=1):
        before = notes[-1] if notes else None
        link, sources = _resolve(raw, before, by_label, notes)
        if link == "unresolved" and not _EARLIER.search(raw.shown) and _SUPRA.search(raw.shown):
            later.append(number - 1)
        note = Note(f"n{number}", raw.label, raw.text, sources, link, line=raw.line)
        notes.append(note)
        by_label.setdefault(raw.label, note)
        by_label.setdefault(re.sub(r"^(?:note|nb|fn|n) ?(?=\d)", "", raw.label.lower()), note)
    for place in later:  # "see note 12 below"
        others = {label: note for label, note in by_label.items() if note is not notes[place]}
        link, sources = _resolve(raw_notes[place], None, others, [])
        if link.startswith("supra:"):
            link = link.replace("supra", "infra")
            notes[place] = replace(notes[place], link=link, sources=sources)
    return tuple(notes)


def _resolve(
    raw: RawNote, before: Note | None, by_label: Mapping[str, Note], earlier: Sequence[Note]
) -> tuple[str, tuple[Source, ...]]:
    """How a note was linked, and to what."""
    links: list[str] = []
    sources: list[Source] = []
    for part in split_references(raw.shown):
        link, found = _resolve_part(part, raw, before, by_label, earlier)
        links.append(link if found or link == "own" else "unresolved")
        sources += found
    pointing = [link for link in links if link != "own"]
    if "unresolved" in pointing or not links:
        link = "unresolved"
    else:
        link = pointing[0] if pointing else "own"
    return link, tuple({source.id: source for source in sources}.values())


def _resolve_part(
    part: str,
    raw: RawNote,
    before: Note | None,
    by_label: Mapping[str, Note],
    earlier: Sequence[Note],
) -> tuple[str, Sequence[Source]]:
    if same := _IBID.match(part):
        return _as_before(before, part[same.end() :])
    cited = _OP_CIT.search(part)
    supra = _SUPRA.search(part)
    named = next((group for m in (supra, cited) if m for group in m.groups() if group), None)
    if named:
        pointer = supra or cited
        assert pointer is not None
        notes = [by_label[label] for label in _labels(named) if label in by_label]
        if len(notes) < len(_labels(named)):
            return "unresolved", ()
        found = tuple(source for note in notes for source in note.sources)
        link = f"supra:{','.join(note.label for note in notes)}"
        return link, _at(_meant(found, part[: pointer.start()]), part[pointer.end() :])
    if cited and not any(character.isalnum() for character in part[: cited.start()]):
        return _as_before(before, part[cited.end() :])
    if cited:
        own = [note for note in earlier if note.link == "own"]
        for note in [*reversed(own), *reversed(earlier)]:
            meant = _named(note.sources, part[: cited.start()])
            if meant:
                return f"supra:{note.label}", _at(meant[:1], part[cited.end() :])
        return "unresolved", ()
    return "own", (parse_source(part, _author_before(raw, before)),)


def _as_before(before: Note | None, after: str) -> tuple[str, Sequence[Source]]:
    """The sources of the note before, at what stands after the pointer."""
    return f"ibid:{before.label if before else ''}", _at(before.sources if before else (), after)


def split_references(text: str) -> list[str]:
    """The references of a note, each as written: "US DOS, …, 2005; ILO, …, 2006" has two.

    A semicolon, "and" or "see also" parts references only where what stands before it
    ends as a reference does and what follows begins one of its own; else, as before a
    place or a date, it is part of the reference.
    """
    parts: list[str] = []
    start = 0
    for between in _BETWEEN.finditer(text):
        before, after = text[start : between.start()], text[between.end() :]
        if before.count("(") > before.count(")") or before.count("“") > before.count("”"):
            continue
        strict = "and" in between[0] and ";" not in between[0]
        if _begins_reference(after, strict) and _is_whole(before, after):
            parts.append(before)
            start = between.end()
    last = text[start:]
    return [*parts, last] if last.strip() else parts


def _is_whole(before: str, after: str) -> bool:
    if any((_points(before), _ENDED.search(before.rstrip()), _STARTS_WITH_YEAR.match(before))):
        return True
    undated = not re.search(dates.YEAR, before) and not re.search(dates.YEAR, after.split(";")[0])
    return (
        undated and leading_publisher(before) is not None and leading_publisher(after) is not None
    )


def _begins_reference(after: str, strict: bool) -> bool:
    if _points(after):
        return not strict
    own = re.sub(r"^See(?: also)?:?\s+", "", after.split("; ")[0])
    if _GOES_ON.match(own) or not (own[:1].isupper() or own[:1].isdigit() or own[:1] in '“"‘'):
        return re.match(r"see\b", own, re.IGNORECASE) is not None
    if _STARTS_WITH_YEAR.match(own):
        return True
    if re.match(dates.DATE, own):
        return False
    if leading_publisher(own):
        return True
    if strict:
        return False
    publisher, *title_of = re.split(r"[.,:]\s+(?=[“\"\w])", own, maxsplit=1)
    title = "".join(title_of)
    title = re.split(r"https?://", title)[0]
    title = re.sub(rf"{dates.DATE}|{dates.YEAR}", "", title, flags=re.IGNORECASE)
    words = re.findall(r"[^\W\d]{2,}", title)
    dated = re.search(rf"{dates.YEAR}|https?://|n\.d\.", own)
    if may_be_publisher(publisher):
        return bool(dated and words)
    enough = len(words) >= 2 or (may_be_name(publisher) and _is_word(title))
    return bool(dated and enough and (may_be_name(publisher) or _PERSON.match(own)))


def _is_word(title: str) -> bool:
    """Whether a piece of one word can be a title: "Visas", but not "DC" or "Kenya"."""
    word = title.strip(' .,:;()[]“”"‘’*_')
    return len(word) >= 4 and not word.isupper() and countries.lookup(word) is None


def _points(part: str) -> bool:
    """Whether a part points to another note."""
    return bool(_IBID.match(part) or _SUPRA.match(part) or _OP_CIT.search(part.split(";")[0])
                or re.match(r"[^.;]{0,60}\bsupra\b", part))  # fmt: skip


def _labels(written: str) -> list[str]:
    """The labels of "3", "3, 5", "3 and 5" or "3–5"."""
    span = re.fullmatch(r"(\d+)\s?[–-]\s?(\d+)", written)
    if span and int(span[1]) < int(span[2]) <= int(span[1]) + 50:
        return [str(number) for number in range(int(span[1]), int(span[2]) + 1)]
    return re.findall(r"\w+|[*†‡§]+", re.sub(r"\band\b", " ", written))


def _meant(sources: Sequence[Source], named: str) -> Sequence[Source]:
    """Of several sources the ones that a short form names: "ILO, supra note 3"."""
    return (_named(sources, named) if len(sources) > 1 else ()) or sources


def _named(sources: Sequence[Source], short: str) -> Sequence[Source]:
    """The sources whose publisher and title have the words of a short form."""
    short = re.sub(rf"^\W*{_SEE}", "", short, flags=re.IGNORECASE)
    known = leading_publisher(f"{short.strip(' ,.;')} x")
    wanted = set(folded(f"{known[0]} {known[1].removesuffix('x')}" if known else short).split())
    wanted -= {"see", "also", "cf", "in", "the", "and"}
    return [
        source
        for source in sources
        if wanted and wanted <= set(folded(f"{source.publisher or ''} {source.title}").split())
    ]


def _at(sources: Sequence[Source], after: str) -> Sequence[Source]:
    """Sources with the page or article that a pointer names: "Ibid., p. 5"."""
    locator = _LOCATOR.search(after)
    return [replace(source, locator=locator[0] if locator else None) for source in sources]


def _author_before(raw: RawNote, before: Note | None) -> str | None:
    """Who published what the note before names, where it's the very one before."""
    if before is None or not before.sources:
        return None
    if raw.label.isdigit() and before.label.isdigit() and int(raw.label) != int(before.label) + 1:
        return None  # notes are missing between them
    return before.sources[-1].publisher
