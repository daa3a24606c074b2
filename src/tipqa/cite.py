"""Sentences with numbered references, and sources in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tipqa.types import Note, Passage, ProfileInfo, Scope, Source, Span

Numbers = dict[tuple[str, str], int]
"""The number of each note, by its profile's id and its own."""


COVERED = "↓ the note stands at a later sentence and covers this one too"
"""What the arrow of an inherited reference means."""


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence, and the references it rests on: (number, scope), ascending."""

    span: Span
    text: str
    references: tuple[tuple[int, Scope], ...]


def numbered(
    passage: Passage, numbers: Numbers | None = None
) -> tuple[list[NumberedSentence], list[Note]]:
    """Number a passage's notes from 1, in the order its sentences come to rest on them.

    Args:
        passage: whose notes to number.
        numbers: those given to passages before it, to go on from; new ones are added.

    Returns:
        The sentences, and the notes that got a number: without `numbers`, reference n is
        the note at n - 1. A sentence that rests on the profile alone has no reference.
    """
    numbers = {} if numbers is None else numbers
    notes: list[Note] = []
    sentences = []
    for start, end in passage.sentences:
        references: dict[int, Scope] = {}
        for citation in passage.citations:
            if citation.sentence != (start, end):
                continue
            key = (passage.profile.id, citation.note.id)
            if key not in numbers:
                notes.append(citation.note)
                numbers[key] = len(numbers) + 1
            references[numbers[key]] = citation.scope
        ascending = tuple(sorted(references.items()))
        sentences.append(NumberedSentence((start, end), passage.text[start:end], ascending))
    return sentences, notes


def profile_source(info: ProfileInfo) -> Source:
    """A profile as a source, for what rests on nothing but the profile."""
    publisher = info.extra.get("publisher")
    return Source(
        id=info.id,
        publisher=publisher if isinstance(publisher, str) and publisher else None,
        title=info.title,
        year=info.edition,
        url=info.url,
        kind="profile",
    )


def reference(source: Source) -> str:
    """A source in one line: "Publisher. Title. Date. address (accessed date)".

    Without a year it says n.d.; a year that ends the title isn't told again.
    """
    year = str(source.year) if source.year else "n.d."
    date = one_line(source.date)
    if date and source.year and year not in date:
        date = f"{year} ({date})"
    title = one_line(source.title)
    when = date or ("" if title.endswith(year) else year)
    parts = [one_line(source.publisher), title, when]
    told = [part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part]
    if source.url:
        told.append(one_line(source.url))
    if source.accessed:
        told.append(f"(accessed {one_line(source.accessed)})")
    return " ".join(told)


def profiles_of(passages: Sequence[Passage]) -> list[Source]:
    """The profiles that some passages are from, each once, as sources."""
    infos = {passage.profile.id: passage.profile for passage in passages}
    return [profile_source(info) for info in infos.values()]


def with_references(passages: Sequence[Passage]) -> str:
    """Passages to copy: each sentence with its numbers, from 1, then the references.

    Notes stand as the profile has them, "ibid." with the source that it means. Last come
    the profiles, which sentences without a number rest on.
    """
    numbers: Numbers = {}
    lines: list[str] = []
    references: list[str] = []
    alone = inherited = False
    for passage in passages:
        sentences, notes = numbered(passage, numbers)
        references += [f"[{n}] {told(note)}" for n, note in enumerate(notes, len(references) + 1)]
        where = " › ".join([passage.profile.title, *passage.section])
        lines += [f"{where} ({passage.id})", " ".join(map(_marked, sentences)), ""]
        alone = alone or any(not s.references for s in sentences)
        inherited = inherited or any(h == "inherited" for s in sentences for _, h in s.references)
    if references:
        lines += [*references, ""]
    if inherited:
        lines += [COVERED, ""]
    if alone:
        lines += ["Sentences without a number rest on the profile alone.", ""]
    if passages:
        lines += ["Taken from:", *map(reference, profiles_of(passages))]
    return "".join(f"{line}\n" for line in lines)


def mark(label: str | int, scope: Scope) -> str:
    """A reference in plain text: "[3]", or "[↓3]" where it is inherited."""
    return f"[{label}]" if scope == "direct" else f"[↓{label}]"


def _marked(sentence: NumberedSentence) -> str:
    return " ".join([sentence.text, *(mark(*reference) for reference in sentence.references)])


def told(note: Note) -> str:
    """A note that can stand without the ones before it."""
    if note.link == "own" or not note.sources:
        return one_line(note.text)
    return f"{one_line(note.text)} ({'; '.join(map(reference, note.sources))})"


def one_line(text: str | None) -> str:
    """A text in one line, without control characters: as references are written."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text or "").split())
