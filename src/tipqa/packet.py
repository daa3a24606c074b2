"""An answer with all that it rests on, in one file that can be held against a later index.

A packet is a JSON object, written with sorted keys as UTF-8:

    format      "tipqa answer packet"
    version     1
    date        the day it was made, as 2026-11-23
    question    as it may be told to anyone: no personal data of who asked
    answer      markdown    the answer with its quotations and numbered references
                text        the same as plain text
                references  each reference in one line, in the order of their numbers
    passages    those that the answer quotes, each as /v1/passages/ID has it ("passage",
                "citations" with their notes and sources), and "generation", the name of
                the index it was taken from
    index       generation  the name of the index when the packet was made
                manifest    the sha256 of its manifest, which has the sha256 of its files
    sha256      of the packet without this field, written in the same way

What else stands in it is kept, and part of what is hashed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tipqa.answer import Answer
from tipqa.cite import COVERED, as_markdown, mark, profiles_of, reference, resting
from tipqa.documents import passage_document
from tipqa.errors import PacketError
from tipqa.files import sha256_of
from tipqa.generation import MANIFEST
from tipqa.search import Index

Json = dict[str, Any]

FORMAT = "tipqa answer packet"
VERSION = 1


_Span = Annotated[list[int], Field(min_length=2, max_length=2)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Profile(_Read):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    title: str
    country: str | None
    country_name: str | None
    edition: int | None
    url: str | None
    file: str


class _Passage(_Read):
    id: str
    text: str
    profile: _Profile
    section: list[str]
    paragraph: int
    tokens: int
    sentences: list[_Span]


class _Source(_Read):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    publisher: str | None
    title: str
    year: int | None
    url: str | None
    kind: str | None
    locator: str | None


class _Citation(_Read):
    label: str
    sentence: _Span
    scope: Literal["direct", "inherited"]
    note: str
    link: str = "own"
    sources: list[_Source]


class _Quoted(_Read):
    passage: _Passage
    citations: list[_Citation]
    generation: str


class _Answer(_Read):
    markdown: str
    text: str
    references: list[str]


class _Index(_Read):
    generation: str
    manifest: str


class _Packet(_Read):
    format: Literal["tipqa answer packet"]
    version: Literal[1]
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    question: str
    answer: _Answer
    passages: list[_Quoted]
    index: _Index
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def make(
    index: Index,
    question: str,
    markdown: str,
    text: str,
    references: Sequence[str],
    passages: Iterable[tuple[Json, str]],
    day: date,
) -> Json:
    """A packet.

    Args:
        index: the one that is current.
        question: without personal data.
        markdown, text: the answer.
        references: in the order of their numbers.
        passages: what is quoted, as `passage_document` gave it, each with the name of the
            generation it was taken from.
        day: when it is made.
    """
    generation = index.generation
    packet = {
        "format": FORMAT,
        "version": VERSION,
        "date": day.isoformat(),
        "question": question,
        "answer": {"markdown": markdown, "text": text, "references": list(references)},
        "passages": [{**document, "generation": name} for document, name in passages],
        "index": {
            "generation": generation.name,
            "manifest": sha256_of(generation.place / MANIFEST),
        },
    }
    return {**packet, "sha256": digest(packet)}


def of_answer(index: Index, question: str, answer: Answer, day: date) -> Json:
    """A packet of what `ask` answers: its sentences, each with its references and profile."""
    passages = {s.passage.id: s.passage for s in answer.sentences}
    numbers: dict[str, int] = {}
    text, markdown, inherited = [], [], False
    for sentence in answer.sentences:
        rests = resting(sentence.passage, [sentence.span])
        inherited = inherited or "inherited" in rests.values()
        marks = [mark(numbers.setdefault(n, len(numbers) + 1), scope) for n, scope in rests.items()]
        behind = " ".join([*marks, f"({sentence.passage.profile.title})"])
        text.append(f"{sentence.text} {behind}")
        markdown.append(f"> {as_markdown(sentence.text)} {as_markdown(behind)}")
    told = [] if answer.sentences else ["The profiles do not say."]
    told += [f"Left open: {part}" for part in answer.missing]
    told += answer.warnings
    told += [f"[{number}] {name}" for name, number in numbers.items()]
    if inherited:
        told.append(COVERED)
    if passages:
        told += ["Taken from:", *map(reference, profiles_of(list(passages.values())))]
    return make(
        index,
        question,
        "\n\n".join([*markdown, *map(as_markdown, told)]) + "\n",
        "\n\n".join([*text, *told]) + "\n",
        list(numbers),
        [(passage_document(passage), index.generation.name) for passage in passages.values()],
        day,
    )


def written(packet: Json) -> bytes:
    """A packet as it stands in its file."""
    return (
        json.dumps(packet, ensure_ascii=False, sort_keys=True, indent=1).encode(errors="replace")
        + b"\n"
    )


def load(path: Path) -> Json:
    """Read a packet.

    Raises:
        PacketError: it can't be read, or isn't one; names place, value and remedy.
    """
    try:
        packet = json.loads(path.read_bytes())
    except OSError as error:
        raise PacketError(f"{path}: {error.strerror}. Give the file of a packet.") from error
    except json.JSONDecodeError as error:
        raise PacketError(
            f"{path}:{error.lineno}: is no JSON: {error.msg}. Take the file as it was sent."
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise PacketError(f"{path}: is no JSON in UTF-8. Take the file as it was sent.") from error
    try:
        _Packet.model_validate(packet)
    except ValidationError as error:
        raise PacketError(f"{path}: {_first(error)}. Take the file as it was sent.") from error
    known: Json = packet
    return known


def digest(packet: Json) -> str:
    """The sha256 of a packet, its own left out."""
    body = {key: value for key, value in packet.items() if key != "sha256"}
    return hashlib.sha256(written(body)).hexdigest()


def _first(error: ValidationError) -> str:
    """The first thing that is wrong with a file: its place, its value, what it should be."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "the file"
    if first["type"] == "missing":
        return f'"{place}" is missing'
    shown = json.dumps(first["input"], ensure_ascii=False)
    return f'"{place}" is {shown if len(shown) <= 60 else shown[:60] + "…"}: {first["msg"]}'
