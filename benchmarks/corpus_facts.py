"""Profiles in our own words, held against the shared profiles that they were made from.

    .venv/bin/python benchmarks/corpus_facts.py ../shared/data/profiles corpus/

Takes some seconds. A profile names the one it was made from in its front matter, as in
`source_profile: dol-2021/ghana.md`; files that name none are passed over. Prints what it
finds as `file:line: what`, then a summary; exit 1 where anything was found.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tipqa import readers
from tipqa.corpus import corpus_files, find
from tipqa.types import Note, Paragraph, Profile

Finding = tuple[int | None, str]  # line and what is wrong there
RUN = 9
_IN_NAMES = 7  # a run with that many of its words in names is a name
_PARAGRAPHS = range(12, 26)
_SAME_NOTE = 0.9  # how many of a note's words stand in the note that it follows
_PRIVATE = {"embassy reporting", "correspondence"}

_NOTE = re.compile(r"^\[\^[^\]\s]+\]:", re.MULTILINE)
_PARENTHESES = re.compile(r"\(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\)")
_MARKER = re.compile(rf"\[\^[^\]\s]+\]:?|{_PARENTHESES.pattern}")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+(?:\s\S*[/_.]\S+)*")
_WORD = re.compile(r"[^\W_](?:[\w'’&./-]*[^\W_])?")
_NUMBER = re.compile(
    r"(?:[$€£¥]\s?)?\d[\d,]*(?:\.\d+)?(?:\s?%|[\s-]+per\s?cent\b|[\s-]+(?:thousand|million|billion)\b)?"
)
_SPELLED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_VALUES = {word: str(value) for value, word in enumerate(_SPELLED, start=2)}
_VALUES |= {
    word: str(10 * value)
    for value, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), start=3)
}
_AMOUNTS = {"half", "dozen", "dozens", "hundred", "hundreds", "thousand", "thousands", "twice"}
# Between capitalised words: a name that holds one of the first is one name ("Ministry of
# Labor"); the second join several names, or a name and what it's about.
_OF = {"of", "for", "against", "de", "du", "des", "del", "da", "do", "dos", "la"}
_JOINING = _OF | set("the and or on in to by with at from under et y e le les al el a".split())


@dataclass(frozen=True, slots=True)
class Original:
    """A shared profile: as its reader sees it, and all of its words but for addresses."""

    profile: Profile
    words: str
    numbers: frozenset[str]


def plain(text: str) -> str:
    """Without markers and addresses, in one sort of apostrophe, `U.S.` as `US`."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    text = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", "") + " ", text)
    return _MARKER.sub(" ", _ADDRESS.sub(" ", text))


def folded(text: str) -> str:
    """Words only, in small letters, between single spaces, `'s` taken off."""
    words = re.findall(r"[^\W_]+", re.sub(r"'s?\b|'", "", plain(text)).casefold())
    return f" {' '.join(words)} "


def numbers(text: str) -> Iterator[str]:
    """Numbers as written, with currency, `%`, `million` …; years among them."""
    for found in _NUMBER.finditer(plain(text)):
        number = re.sub(r"[\s-]*per\s?cent", "%", found[0]).rstrip(",")
        yield re.sub(r"[\s-]+", " ", number).replace(" %", "%").replace("$ ", "$")


def spelled(text: str) -> Iterator[str]:
    for word in folded(text).split():
        if word in _VALUES or word in _AMOUNTS:
            yield word


def names(sentence: str, inside: frozenset[str]) -> Iterator[str]:
    """Runs of capitalised words, joined by `of` and the like.

    Args:
        sentence: without markers.
        inside: words that stand capitalised inside a sentence of this profile. One that
            only begins sentences is no name, unless it is all capitals.
    """
    name: list[str] = []
    end = 0
    for place, (word, start, stop) in enumerate(_words(sentence)):
        apart = sentence[end:start].strip()
        if place == 0 and word.casefold() not in inside and not _is_acronym(word):
            end = stop
            continue
        if name and apart:
            yield _trimmed(name)
            name = []
        if word[0].isupper() and len(word) > 1:
            name.append(word)
        elif name and (word in _OF or (word == "the" and name[-1] in _OF)):
            name.append(word)
        elif name:
            yield _trimmed(name)
            name = []
        end = stop
    if name:
        yield _trimmed(name)


def _trimmed(name: Sequence[str]) -> str:
    last = max(place for place, word in enumerate(name) if word[0].isupper())
    return " ".join(name[: last + 1])


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word[:2].isupper()


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as written, and where they stand; `US-funded` is `US` here."""
    words = _WORD.finditer(text.replace("’", "'"))
    return [(re.sub(r"^([A-Z]\w*)(?:-[a-z]+)+$", r"\1", m[0]), *m.span()) for m in words]


def sentences(profile: Profile) -> Iterator[tuple[int | None, str, list[Note]]]:
    """Line, text and notes of each sentence."""
    for paragraph in profile.paragraphs:
        for span in paragraph.sentences:
            notes = [c.note for c in paragraph.citations if c.sentence == span]
            yield paragraph.line, plain(paragraph.text[slice(*span)]).strip(), notes


def original(path: Path) -> Original:
    text = path.read_text(encoding="utf-8")
    return Original(readers.read(path), folded(text), frozenset({*numbers(text), *spelled(text)}))


def facts(ours: Profile, theirs: Original) -> Iterator[Finding]:
    """Numbers, years and names that the shared profile doesn't have, or not together."""
    said = list(sentences(ours))
    inside = frozenset(
        word.casefold() for _, text, _ in said for word, *_ in _words(text)[1:] if word[0].isupper()
    )
    country = folded(ours.info.country_name or "").rstrip()
    near = _stretches(theirs.profile)
    for line, text, notes in said:
        told = set(numbers(text))
        unknown = told - theirs.numbers
        unknown |= {w for w in spelled(text) if not {w, _VALUES.get(w, w)} & theirs.numbers}
        for number in sorted(unknown):
            yield line, f'number "{number}" is not in the shared profile: {text}'
        told -= unknown | {number for note in notes for number in numbers(note.text)}
        if not any(told <= there for there in near):
            yield line, f"numbers stand far apart in the shared profile: {text}"
        for name in names(text, inside):
            parts = [folded(part).strip() for part in re.split(r" of the |'s ", name)]
            whole = folded(name).rstrip().removesuffix(f" of{country}").strip()
            if not (_is_said(whole, theirs.words) or all(_is_said(p, theirs.words) for p in parts)):
                yield line, f'name "{name}" is not in the shared profile: {text}'


def _stretches(profile: Profile) -> list[set[str]]:
    """The numbers of each three paragraphs that follow each other."""
    told = [set(numbers(p.text)) for p in profile.paragraphs]
    return [set().union(*told[place : place + 3]) for place in range(max(1, len(told) - 2))]


def _is_said(name: str, words: str) -> bool:
    """In any case, in the singular or the plural."""
    return any(f" {form} " in words for form in (name, f"{name}s", name.removesuffix("s")))


def sources(ours: Profile, theirs: Original) -> Iterator[Finding]:
    """Sentences without a note, notes that aren't the shared profile's, and numbers under others.

    A number must stand in a paragraph that bears the note's marker there.
    """
    followed = {note.id: same_notes(note, theirs.profile) for note in ours.notes}
    for note in ours.notes:
        if is_the_profile(note, ours):
            continue
        same = followed[note.id]
        if not same:
            yield note.line, f"no note of the shared profile reads so: {note.text}"
        elif not any(s.url for s in note.sources) and (
            any(s.kind in _PRIVATE for s in note.sources)
            or any("source on file" in n.text.lower() for n in same)
        ):
            yield note.line, f"is not public; cite the shared profile itself: {note.text}"
        for address in re.findall(r"https?://\S+", note.text) if same else ():
            if wrong := _wrong_address(address.rstrip("."), same):
                yield note.line, wrong
    for address in re.findall(r"https?://[^\s'\"\],]+", str(ours.info.extra.get("related", ""))):
        if wrong := _wrong_address(address, theirs.profile.notes):
            yield 1, wrong
    for line, text, notes in sentences(ours):
        if not notes:
            yield line, f"rests on no note: {text}"
        elif not any(is_the_profile(note, ours) for note in notes):
            labels = {n.label for note in notes for n in followed[note.id]}
            about = [p.text for p in theirs.profile.paragraphs if labels & _labels(p)]
            there = set(numbers(" ".join([*about, *(note.text for note in notes)])))
            for number in numbers(text):
                if number in theirs.numbers and number not in there:
                    yield line, f'number "{number}" stands under other notes there: {text}'


def _labels(paragraph: Paragraph) -> set[str]:
    """Of the notes that it cites, those in plain parentheses, as `(33,81)`, too."""
    plain_ones = re.findall(r"\d+", " ".join(_PARENTHESES.findall(paragraph.text)))
    return {*plain_ones, *(citation.label for citation in paragraph.citations)}


def _wrong_address(address: str, followed: Sequence[Note]) -> str | None:
    """What is wrong with an address, held against the notes as written and as read.

    They break addresses by spaces. What follows `:~:text=` is where in a page to look.
    """
    squeezed = address.replace("%20", "")
    if not any(squeezed in "".join(note.text.replace("%20", "").split()) for note in followed):
        return f"the address isn't the shared note's: {address}"
    read = [(s.url or "").partition("#:~:")[0] for note in followed for s in note.sources]
    longer = [url for url in read if url.startswith(address) and len(url) > len(address)]
    if longer and address not in read:
        return f"the address goes on in the shared note: {longer[0]}"
    return None


def is_the_profile(note: Note, ours: Profile) -> bool:
    """Whether it is the Department of Labor's own report, published the year after its edition."""
    wanted = (
        rf"US Department of Labor\. {ours.info.edition} Findings on the Worst Forms of Child Labor:"
        rf" [^.]+\. {(ours.info.edition or 0) + 1}\.(?: https?://\S+)?"
    )
    return re.fullmatch(wanted, note.text) is not None


def same_notes(note: Note, theirs: Profile) -> list[Note]:
    """The shared notes that hold nearly all of a note's words, and all of its numbers."""
    wanted = set(folded(note.text).split())
    figures = {word for word in wanted if word[0].isdigit()}

    def holds(words: set[str]) -> bool:
        return figures <= words and len(wanted & words) >= _SAME_NOTE * len(wanted)

    return [other for other in theirs.notes if wanted and holds(set(folded(other.text).split()))]


def runs(ours: Sequence[Profile], folder: Path) -> Iterator[tuple[str, Finding]]:
    """Runs of words that stand in the text of any shared profile too, names aside."""
    wanted: dict[tuple[str, ...], list[tuple[str, int | None]]] = {}
    for profile in ours:
        for paragraph in profile.paragraphs:
            told = _marked(plain(paragraph.text))
            for start in range(len(told) - RUN + 1):
                piece = told[start : start + RUN]
                if sum(in_name for _, in_name in piece) < _IN_NAMES:
                    place = (profile.info.file, paragraph.line)
                    wanted.setdefault(tuple(word for word, _ in piece), []).append(place)
    for path in find(folder):
        for block in path.read_text(encoding="utf-8").partition("\n---\n")[2].splitlines():
            if block and not _NOTE.match(block):
                words = folded(block).split()
                for run in zip(*(words[start:] for start in range(RUN)), strict=False):
                    for file, line in wanted.pop(run, ()):
                        there = path.relative_to(folder)
                        yield file, (line, f'{RUN} words as in {there}: "{" ".join(run)}"')


def _marked(text: str) -> list[tuple[str, bool]]:
    """The folded words of a text, each with whether it is part of a name.

    A name goes from a capitalised word to a capitalised word, with joining words and
    numbers between them.
    """
    words = _words(text)
    capitals = [place for place, (word, *_) in enumerate(words) if word[0].isupper()]
    named = set(capitals)
    for here, then in pairwise(capitals):
        between = words[here + 1 : then]
        if len(between) <= 3 and all(w in _JOINING or w[0].isdigit() for w, *_ in between):
            named |= set(range(here, then))
    return [
        (part, place in named)
        for place, (word, *_) in enumerate(words)
        for part in folded(word).split()
    ]


def judge(folder: Path, paths: Iterable[Path]) -> tuple[list[Profile], list[str]]:
    """The profiles that name the shared profile they follow, and what is wrong with them."""
    ours = [readers.read(path, file=str(path)) for path, _ in corpus_files(list(paths))]
    ours = [profile for profile in ours if "source_profile" in profile.info.extra]
    found: list[tuple[str, Finding]] = []
    for profile in ours:
        file = profile.info.file
        path = folder / str(profile.info.extra["source_profile"])
        if not path.is_file():
            found.append((file, (1, f"source_profile: there is no {path}")))
            continue
        theirs = original(path)
        about = (profile.info.country, profile.info.edition)
        if about != (theirs.profile.info.country, theirs.profile.info.edition):
            found.append((file, (1, f"{path} is of another country or edition")))
        if len(profile.paragraphs) not in _PARAGRAPHS:
            found.append((file, (1, f"has {len(profile.paragraphs)} paragraphs, not 12 to 25")))
        found += [(file, one) for one in facts(profile, theirs)]
        found += [(file, one) for one in sources(profile, theirs)]
    found += runs(ours, folder)
    found.sort(key=lambda one: (one[0], one[1][0] or 0))
    return ours, list(dict.fromkeys(f"{file}:{line or 1}: {what}" for file, (line, what) in found))


def main() -> int:
    ours, found = judge(Path(sys.argv[1]), map(Path, sys.argv[2:]))
    print(*found, sep="\n", end="\n" if found else "")
    said = [text for profile in ours for _, text, _ in sentences(profile)]
    told = sum(len(list(numbers(text))) + len(list(spelled(text))) for text in said)
    print(
        f"{len(ours)} profiles, {sum(len(p.paragraphs) for p in ours)} paragraphs, "
        f"{len(said)} sentences, {told} numbers, {sum(len(p.notes) for p in ours)} notes; "
        f"{len(found)} findings"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
