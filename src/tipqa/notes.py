"""Markers → notes: what each sentence of a paragraph rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tipqa.types import Citation, Note, Span

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width space, …
_BETWEEN_MARKERS = re.compile(r"[\s,;]*")
_SPACED_POINT = re.compile(r"\s+(?=[.,;](?:\s|$))")
_ENDS_SENTENCE = re.compile(r"[.?!][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker taken out of a text; `at` is the offset in the marker-free text where it stood.

    `scope`: of the note it names, where that is not the paragraph's.
    """

    at: int
    label: str
    scope: int | None = None


def take_out(text: str, found: Sequence[tuple[Span, Sequence[str]]]) -> tuple[str, list[Marker]]:
    """Take markers out of a text and say where they stood.

    Args:
        text: running text with its markers.
        found: the span of each marker and the labels it names, in order.

    Returns:
        The text without markers, trimmed, white space folded to single spaces, and
        the markers. A space before a marker goes with it where the marker stood before
        white space, punctuation or the end; so does one between it and a point: "it [1] .".
    """
    out = ""
    markers: list[Marker] = []
    position = 0
    for (start, end), labels in found:
        gap = text[position:start]
        if not (markers and _BETWEEN_MARKERS.fullmatch(gap)):
            out = _fold(out, _apart(out, gap) if markers else gap)
        if end == len(text) or text[end].isspace() or text[end] in ".,;:!?)]}”’\"'":
            out = out.rstrip(" ")
        markers += [Marker(len(out), label) for label in labels]
        spaced = _SPACED_POINT.match(text, end)
        position = spaced.end() if spaced else end
    out = _fold(out, _apart(out, text[position:]) if markers else text).rstrip(" ")
    return out, [Marker(min(m.at, len(out)), m.label) for m in markers]


def _apart(before: str, piece: str) -> str:
    """What follows a marker; apart from the sentence before it where only the marker was."""
    glued = piece[:1].isalnum() and _ENDS_SENTENCE.search(before)
    return f" {piece}" if glued else piece


def _fold(before: str, piece: str) -> str:
    folded = re.sub(r"\s+", " ", _UNSEEN.sub("", piece))
    if (not before or before.endswith(" ")) and folded.startswith(" "):
        folded = folded[1:]
    return before + folded


def cite(
    text: str,
    sentences: Sequence[Span],
    markers: Sequence[Marker],
    notes: Mapping[str | tuple[int, str], Note],
) -> tuple[tuple[Citation, ...], tuple[str, ...]]:
    """Say what each sentence rests on.

    A sentence that bears a marker rests on its note (direct). Where a marker stands at
    the end of its sentence, the marker-less sentences before it, back to the previous
    marker, rest on it too (inherited). A marker without a note gives nothing, and
    still ends what an earlier sentence can inherit.

    Args:
        text: a paragraph without markers.
        sentences: its sentences.
        markers: its markers, in order.
        notes: by label; those of markers with a scope of their own by scope and label.

    Returns:
        The citations in sentence order, and the labels that have no note.
    """
    borne: list[list[Marker]] = [[] for _ in sentences]
    for marker in markers:
        borne[_bearer(text, sentences, marker.at)].append(marker)

    citations: list[Citation] = []
    unresolved: list[str] = []
    inheriting: list[Span] = []
    for span, own in zip(sentences, borne, strict=True):
        if not own:
            inheriting.append(span)
            continue
        closing = {_key(m) for m in own if not _has_words(text[m.at : span[1]])}
        labels = {_key(m): m.label for m in own}
        unresolved += [label for key, label in labels.items() if key not in notes]
        named = [(key, label, notes[key]) for key, label in labels.items() if key in notes]
        for earlier in inheriting:
            citations += [
                Citation(earlier, label, "inherited", note)
                for key, label, note in named
                if key in closing
            ]
        citations += [Citation(span, label, "direct", note) for _, label, note in named]
        inheriting = []
    return tuple(citations), tuple(unresolved)


def _key(marker: Marker) -> str | tuple[int, str]:
    return marker.label if marker.scope is None else (marker.scope, marker.label)


def _bearer(text: str, sentences: Sequence[Span], at: int) -> int:
    """The sentence that holds the last visible character before a marker, or the first."""
    last_visible = len(text[:at].rstrip()) - 1
    bearer = 0
    for index, (start, _) in enumerate(sentences):
        if start <= last_visible:
            bearer = index
    return bearer


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
