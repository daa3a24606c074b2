"""A profile as its page shows it: headings, paragraphs, marks of notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tipqa.types import Note, Paragraph, Passage, Profile, Scope, Source, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the space before it.

    `notes` are the places, from 1, of the notes that it rests on, and how: where it bears a
    marker, or is the last of some in a row that rest on the same. `alone`: it is the last of
    some in a row that rest on the profile alone.
    """

    before: str
    text: str
    notes: tuple[tuple[int, Scope], ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences of a paragraph that are one passage; `anchor` where the paragraph has several."""

    anchor: str | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    anchor: str
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph, and the headings that stand before it."""

    number: int
    headings: tuple[Heading, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note, and the numbers of the paragraphs that bear its marker."""

    note: Note
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """All of it; `alone` where no sentence names a source."""

    paragraphs: tuple[ShownParagraph, ...]
    notes: tuple[ShownNote, ...]
    sources: tuple[Source, ...]
    alone: bool

    @property
    def headings(self) -> list[Heading]:
        return [heading for paragraph in self.paragraphs for heading in paragraph.headings]

    @property
    def some_alone(self) -> bool:
        """Whether a sentence is marked as resting on the profile alone."""
        return any(sentence.alone for sentence in self._sentences())

    @property
    def some_inherited(self) -> bool:
        """Whether a mark's note stands at a later sentence."""
        return any("inherited" in dict(s.notes).values() for s in self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        for paragraph in self.paragraphs:
            for part in paragraph.parts:
                yield from part.sentences


def shown(profile: Profile, passages: Sequence[Passage]) -> ShownProfile:
    """Put a profile into the order of its page.

    Args:
        profile: whole.
        passages: its own, in the order of its text.
    """
    places = {note.id: place for place, note in enumerate(profile.notes, start=1)}
    alone = not any(paragraph.citations for paragraph in profile.paragraphs)
    cut: dict[int, list[Passage]] = {}
    for passage in passages:
        cut.setdefault(passage.paragraph, []).append(passage)
    headings = _headings(profile.paragraphs)
    return ShownProfile(
        tuple(
            ShownParagraph(p.number, above, _parts(p, cut.get(p.number, []), places, alone))
            for p, above in zip(profile.paragraphs, headings, strict=True)
        ),
        tuple(
            ShownNote(
                note,
                tuple(
                    p.number
                    for p in profile.paragraphs
                    if any(c.note.id == note.id and c.scope == "direct" for c in p.citations)
                ),
            )
            for note in profile.notes
        ),
        profile.sources,
        alone,
    )


def _headings(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[Heading, ...]]:
    """For each paragraph, the titles of its sections that weren't told yet."""
    before: tuple[str, ...] = ()
    told = 0
    for paragraph in paragraphs:
        path = paragraph.section
        same = 0
        while same < min(len(path), len(before)) and path[same] == before[same]:
            same += 1
        new = []
        for depth in range(same, len(path)):
            told += 1
            new.append(Heading(f"s{told}", min(depth + 2, 6), path[depth]))
        before = path
        yield tuple(new)


def _parts(
    paragraph: Paragraph, passages: Sequence[Passage], places: Mapping[str, int], alone: bool
) -> tuple[Part, ...]:
    sentences = _sentences(paragraph, places, alone)
    if len(passages) < 2:
        return (Part(None, tuple(sentences.values())),)
    return tuple(
        Part(
            passage.id.rpartition("#")[2],
            tuple(
                sentence
                for (start, end), sentence in sentences.items()
                if passage.span[0] <= start and end <= passage.span[1]
            ),
        )
        for passage in passages
    )


def _sentences(
    paragraph: Paragraph, places: Mapping[str, int], alone: bool
) -> dict[Span, Sentence]:
    resting: dict[Span, dict[int, Scope]] = {span: {} for span in paragraph.sentences}
    for citation in paragraph.citations:
        resting[citation.sentence][places[citation.note.id]] = citation.scope
    following = [*(set(notes) for notes in list(resting.values())[1:]), None]
    found = {}
    end = 0
    for (span, notes), after in zip(resting.items(), following, strict=True):
        last = set(notes) != after or "direct" in notes.values()
        found[span] = Sentence(
            paragraph.text[end : span[0]],
            paragraph.text[slice(*span)],
            tuple(notes.items()) if last else (),
            last and not notes and not alone,
        )
        end = span[1]
    return found
