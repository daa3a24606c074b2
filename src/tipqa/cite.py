"""Passages with their references: numbered from 1, whatever the notes were called."""

from __future__ import annotations

from dataclasses import dataclass

from tipqa.types import Note, Passage, Scope, Span


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence, and the references it rests on: (number, scope), ascending."""

    span: Span
    text: str
    references: tuple[tuple[int, Scope], ...]


def numbered(passage: Passage) -> tuple[list[NumberedSentence], list[Note]]:
    """Number a passage's notes from 1, in the order its sentences come to rest on them.

    Returns:
        The sentences, and the notes: reference n is the note at n - 1. A sentence that
        rests on the profile alone has no reference.
    """
    numbers: dict[str, int] = {}
    notes: list[Note] = []
    sentences = []
    for start, end in passage.sentences:
        references: dict[int, Scope] = {}
        for citation in passage.citations:
            if citation.sentence != (start, end):
                continue
            if citation.note.id not in numbers:
                notes.append(citation.note)
                numbers[citation.note.id] = len(notes)
            references[numbers[citation.note.id]] = citation.scope
        ascending = tuple(sorted(references.items()))
        sentences.append(NumberedSentence((start, end), passage.text[start:end], ascending))
    return sentences, notes
