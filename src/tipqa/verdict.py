"""What became of the passages of an answer packet since it was made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz import fuzz

from tipqa.cite import profile_source, reference
from tipqa.documents import passage_document, passage_of
from tipqa.packet import digest
from tipqa.search import Index
from tipqa.types import Citation, Passage

Json = dict[str, Any]
State = Literal["same", "changed", "moved", "gone"]

_ALIKE = 60  # of 100: what is less like a passage is another one


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that is another now: `old` None where it came, `new` None where it went."""

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Resting:
    """A sentence that rests on something else now: the notes with their sources."""

    sentence: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A passage of a packet today.

    Attributes:
        id: its id in the packet.
        state: `same` words in the same place; `moved`, the same words under another id;
            `changed` words; or `gone`.
        now: its id in the index; None where it is gone.
        sentences: those that differ, in their order.
        citations: sentences that rest on other notes or sources, though their words are
            the same.
    """

    id: str
    state: State
    now: str | None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Resting, ...] = ()

    @property
    def same(self) -> bool:
        return self.state == "same" and not self.citations


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a packet's passages, and whether the packet is as it was written."""

    altered: bool
    passages: tuple[Verified, ...]

    @property
    def same(self) -> bool:
        """Whether the packet and each passage are as they were."""
        return not self.altered and all(passage.same for passage in self.passages)


def verify(packet: Json, index: Index) -> Verdict:
    """Hold a packet against an index: does it still give the same passages?

    Words are compared with their white space folded; of citations the note's text, scope
    and sources are, not its label.
    """
    return Verdict(
        packet["sha256"] != digest(packet),
        tuple(verified(passage_of(document), index) for document in packet["passages"]),
    )


def verdict_document(verdict: Verdict) -> Json:
    """What `tipqa packet verify --json` prints."""
    return {
        "same": verdict.same,
        "altered": verdict.altered,
        "passages": [
            {
                "id": found.id,
                "state": found.state,
                "now": found.now,
                "sentences": [{"old": s.old, "new": s.new} for s in found.sentences],
                "citations": [
                    {"sentence": c.sentence, "old": list(c.old), "new": list(c.new)}
                    for c in found.citations
                ],
            }
            for found in verdict.passages
        ],
    }


def verified(old: Passage, index: Index) -> Verified:
    """Hold one passage against an index."""
    store = index.generation.store
    row = store.passage_row(old.id)
    here = next(iter(_told(store.passages([row] if row is not None else []))), None)
    words = _folded(old.text)
    if here and _folded(here.text) == words:
        return Verified(old.id, "same", here.id, (), _rests(old, here))
    found = list(_told(store.passages(store.rows_saying(old.text))))
    found.sort(key=lambda passage: passage.profile.id != old.profile.id)
    if found:
        return Verified(old.id, "moved", found[0].id, (), _rests(old, found[0]))
    near = [*([here] if here else []), *_told(store.passages_of(old.profile.id))]
    alike = [fuzz.ratio(words, _folded(passage.text)) for passage in near]
    if not alike or max(alike) < _ALIKE:
        return Verified(old.id, "gone", None)
    new = near[alike.index(max(alike))]
    return Verified(old.id, "changed", new.id, _differing(old, new), _rests(old, new))


def _told(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Passages with no more to them than their documents tell, as those of a packet are."""
    return (passage_of(passage_document(passage)) for passage in passages)


def _differing(old: Passage, new: Passage) -> tuple[Sentence, ...]:
    before, after = list(_sentences(old)), list(_sentences(new))
    found: list[Sentence] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            gone, come = before[first:last], after[start:end]
            pairs = max(len(gone), len(come))
            gone += [""] * (pairs - len(gone))
            come += [""] * (pairs - len(come))
            found += [Sentence(a or None, b or None) for a, b in zip(gone, come, strict=True)]
    return tuple(found)


def _rests(old: Passage, new: Passage) -> tuple[Resting, ...]:
    """The sentences whose words are the same, and not what they rest on."""
    before, after = _sentences(old), _sentences(new)
    return tuple(
        Resting(words, notes, after[words])
        for words, notes in before.items()
        if words in after and notes != after[words]
    )


def _sentences(passage: Passage) -> dict[str, tuple[str, ...]]:
    """Each sentence in one line, with what it rests on."""
    found: dict[str, tuple[str, ...]] = {}
    alone = reference(profile_source(passage.profile))
    for span in passage.sentences:
        cited = [c for c in passage.citations if c.sentence == span]
        rests = tuple(map(_rested_on, cited)) or (f"the profile alone: {alone}",)
        found[_folded(passage.text[slice(*span)])] = rests
    return found


def _rested_on(citation: Citation) -> str:
    sources = (f"{reference(s)} {s.locator or ''}".strip() for s in citation.note.sources)
    return f"{_folded(citation.note.text)} ({'; '.join([citation.scope, *sources])})"


def _folded(text: str) -> str:
    return " ".join(text.split())
