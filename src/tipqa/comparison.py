"""Two wordings of a profile, or two editions of a country: which sentences changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tipqa.alignment import Pair, folded, reworded, same
from tipqa.cite import reference
from tipqa.types import Citation, Profile, ProfileInfo, Source, Span

Kind = Literal["words", "sources", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a profile, word for word, its span in its paragraph, what it rests on."""

    paragraph: int
    section: tuple[str, ...]
    span: Span
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """What became of a sentence.

    `words`: it is worded otherwise, or has another number. `sources`: its words are the
    same, but it rests on other sources. `new` has no `old`, `gone` has no `new`.
    """

    kind: Kind
    old: Sentence | None
    new: Sentence | None


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """The sentences of a paragraph that changed, in the order of the new text.

    `old` and `new` are its numbers in the two; `old` is None where no sentence of it was
    there before, `new` where none is left.
    """

    section: tuple[str, ...]
    old: int | None
    new: int | None
    changes: tuple[SentenceChange, ...]


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """A profile beside what it was, or an edition beside an earlier one.

    `unchanged` counts the sentences with the same words and sources, wherever they stand.
    """

    old: ProfileInfo
    new: ProfileInfo
    paragraphs: tuple[ParagraphChange, ...]
    unchanged: int

    @property
    def counts(self) -> Counter[Kind]:
        return Counter(change.kind for p in self.paragraphs for change in p.changes)


def compare(old: Profile, new: Profile) -> ProfileChange:
    """Compare two profiles sentence by sentence; what was only moved has not changed."""
    before, after = sentences(old), sentences(new)
    pairs: list[Pair] = []
    ways: tuple[tuple[Callable[..., list[Pair]], Callable[[Sentence], object]], ...] = (
        (same, lambda sentence: (folded(sentence.text), _rests_on(sentence, _id))),
        (same, lambda sentence: folded(sentence.text)),
        (reworded, lambda sentence: sentence.text),
    )
    for find, key in ways:
        held_old, held_new = {a for a, _ in pairs}, {b for _, b in pairs}
        left_old = [place for place in range(len(before)) if place not in held_old]
        left_new = [place for place in range(len(after)) if place not in held_new]
        found = find([key(before[n]) for n in left_old], [key(after[n]) for n in left_new])
        pairs += [(left_old[a], left_new[b]) for a, b in found]
    kinds = {(a, b): _kind(before[a], after[b]) for a, b in pairs}
    unchanged = sum(kind is None for kind in kinds.values())
    return ProfileChange(old.info, new.info, _paragraphs(before, after, kinds), unchanged)


def _kind(old: Sentence, new: Sentence) -> Kind | None:
    if folded(old.text) != folded(new.text):
        return "words"
    # An id may be another one since the notes of other profiles spell the source otherwise.
    if all(_rests_on(old, key) != _rests_on(new, key) for key in (_id, reference)):
        return "sources"
    return None


def _id(source: Source) -> str:
    return source.id


def _rests_on(sentence: Sentence, key: Callable[[Source], str]) -> frozenset[str]:
    """The sources of a sentence; of a note that names none, its text."""
    notes = [citation.note for citation in sentence.citations]
    named = {key(source) for note in notes for source in note.sources}
    return frozenset(named | {folded(note.text) for note in notes if not note.sources})


def sentences(profile: Profile) -> list[Sentence]:
    """The sentences of a profile, in the order of its text."""
    return [
        Sentence(
            paragraph.number,
            paragraph.section,
            span,
            paragraph.text[slice(*span)],
            tuple(c for c in paragraph.citations if c.sentence == span),
        )
        for paragraph in profile.paragraphs
        for span in paragraph.sentences
    ]


def _paragraphs(
    before: Sequence[Sentence], after: Sequence[Sentence], kinds: Mapping[Pair, Kind | None]
) -> tuple[ParagraphChange, ...]:
    """The changes by paragraph of the new text.

    A sentence that is gone stands in the paragraph that most others of its old one went
    to, behind the one it followed; where they all are gone, in a paragraph of its own
    behind the one it came after.
    """
    became = {a: b for a, b in kinds}
    went = _mostly((before[a].paragraph, after[b].paragraph) for a, b in kinds)
    came = _mostly((after[b].paragraph, before[a].paragraph) for a, b in kinds)
    # By place: the paragraph of the new text, whether one of the old text follows it, and
    # which; within it the same for sentences.
    placed: list[tuple[tuple[int, int], tuple[int, int], SentenceChange]] = []
    for (a, b), kind in kinds.items():
        if kind is not None:
            change = SentenceChange(kind, before[a], after[b])
            placed.append(((after[b].paragraph, 0), (b, -1), change))
    for b in sorted(set(range(len(after))) - set(became.values())):
        change = SentenceChange("new", None, after[b])
        placed.append(((after[b].paragraph, 0), (b, -1), change))
    last_paragraph = 0
    last = {}
    for a, sentence in enumerate(before):
        home = went.get(sentence.paragraph)
        last_paragraph = home or last_paragraph
        if a in became:
            last[sentence.paragraph] = became[a]
            continue
        change = SentenceChange("gone", sentence, None)
        group = (home, 0) if home else (last_paragraph, sentence.paragraph)
        placed.append((group, (last.get(sentence.paragraph, -1), a), change))
    grouped: dict[tuple[int, int], list[SentenceChange]] = {}
    for group, _, change in sorted(placed, key=lambda one: one[:2]):
        grouped.setdefault(group, []).append(change)
    return tuple(
        ParagraphChange(
            section=_section(changes),
            old=gone or came.get(number),
            new=None if gone else number,
            changes=tuple(changes),
        )
        for (number, gone), changes in grouped.items()
    )


def _section(changes: Sequence[SentenceChange]) -> tuple[str, ...]:
    """The new text's, where there is one."""
    sentences = [change.new for change in changes] + [change.old for change in changes]
    return next(sentence.section for sentence in sentences if sentence is not None)


def _mostly(pairs: Iterable[Pair]) -> dict[int, int]:
    """What each first is paired with most often; of equals the first."""
    counts: dict[int, Counter[int]] = {}
    for a, b in pairs:
        counts.setdefault(a, Counter())[b] += 1
    return {a: max(sorted(found), key=found.__getitem__) for a, found in counts.items()}
