"""An answer packet tells what became of the passages that it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CHILE, NORWAY
from test_cli import Run, run
from tipqa import packet
from tipqa.answer import answer
from tipqa.documents import passage_document, passage_of
from tipqa.embed import HashedWords
from tipqa.errors import PacketError
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa.verdict import Sentence, Verdict, verify

__all__ = ["run"]
Json = dict[str, Any]
DAY = date(2026, 11, 23)


def made(index: Index) -> Json:
    """A packet that quotes all passages of Norway."""
    passages = index.generation.store.passages_of("norway-2024")
    documents = [(passage_document(passage), index.generation.name) for passage in passages]
    return packet.make(index, "Who visits?", "*x* [1]\n", "x [1]\n", ["One."], documents, DAY)


Later = Callable[[str], Verdict]


@pytest.fixture
def later(index: Index, tmp_path: Path) -> Later:
    """What became of the packet when Norway's profile is another text."""

    def verdict(norway: str) -> Verdict:
        corpus = tmp_path / "corpus"
        corpus.mkdir()
        (corpus / "norway.md").write_text(norway, encoding="utf-8")
        (corpus / "chile.md").write_text(CHILE, encoding="utf-8")
        build([corpus], tmp_path / "index", HashedWords())
        return verify(made(index), open_index(tmp_path / "index", HashedWords()))

    return verdict


def states(verdict: Verdict) -> list[tuple[str, str, str | None]]:
    return [(found.id, found.state, found.now) for found in verdict.passages]


def test_a_packet_is_the_same_in_its_index(index: Index, tmp_path: Path) -> None:
    """Written, read and held against the index that it is from; its bytes are canonical."""
    one = made(index)
    file = tmp_path / "answer.json"
    file.write_bytes(packet.written(one))
    read = packet.load(file)
    assert read == one
    assert packet.written(read) == file.read_bytes()
    assert list(json.loads(file.read_bytes())) == sorted(one)
    verdict = verify(read, index)
    assert verdict.same
    assert states(verdict) == [
        (f"norway-2024#p{n}", "same", f"norway-2024#p{n}") for n in range(1, 4)
    ]
    assert one["index"]["manifest"].startswith(index.generation.name)


def test_a_document_reads_back(index: Index) -> None:
    """A passage of a document has the document again."""
    for row in range(5):
        (passage,) = index.generation.store.passages([row])
        document = passage_document(passage)
        assert passage_document(passage_of(document)) == document


def test_changed_words_stand_beside_the_old(later: Later) -> None:
    """Only the sentences that differ; one that came, one that went."""
    verdict = later(
        NORWAY.replace("at 12 of", "at 15 of").replace(" Courts apply it since May.", "")
    )
    assert states(verdict)[0] == ("norway-2024#p1", "changed", "norway-2024#p1")
    first, second, third = verdict.passages
    assert first.sentences == (
        Sentence("It stopped work at 12 of them.", "It stopped work at 15 of them."),
    )
    assert second.sentences == (Sentence("Courts apply it since May.", None),)
    assert third.same
    assert not verdict.same


def test_moved_words_are_found_under_their_new_id(later: Later) -> None:
    """A paragraph that came before them changes their number alone."""
    verdict = later(
        NORWAY.replace("The labour insp", "Nobody knew of it before.\n\nThe labour insp")
    )
    assert states(verdict) == [
        (f"norway-2024#p{n}", "moved", f"norway-2024#p{n + 1}") for n in range(1, 4)
    ]
    assert not any(found.sentences or found.citations for found in verdict.passages)


def test_what_is_gone_is_gone(later: Later) -> None:
    """The id may be another passage's by now."""
    verdict = later(NORWAY.replace("Nobody keeps count of forced begging.", "Seven ferries sank."))
    assert states(verdict)[2] == ("norway-2024#p3", "gone", None)


def test_a_profile_can_be_gone(later: Later) -> None:
    """With all its passages."""
    verdict = later(NORWAY.replace("edition: 2024", "edition: 2023\nid: other").split("## Insp")[0]
                    + "Nothing.\n")  # fmt: skip
    assert {state for _, state, _ in states(verdict)} == {"gone"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Penal Code. 2023.", "Penal Code. 2024."),
        ("May.[^1][^2]", "May.[^2]"),
        ("ten years.", "ten years.[^2]"),
        ("begging.\n", "begging.[^3]\n"),
        ('title: "Norway: an example, 2024"', 'title: "Norway: another, 2024"'),
    ],
)
def test_other_sources_are_told(later: Later, old: str, new: str) -> None:
    """Where the words are the same and what they rest on is not."""
    assert old in NORWAY
    verdict = later(NORWAY.replace(old, new))
    assert {state for _, state, _ in states(verdict)} == {"same"}
    assert not verdict.same
    rests = [resting for found in verdict.passages for resting in found.citations]
    assert rests
    assert all(resting.old != resting.new for resting in rests)


def test_labels_may_change(later: Later) -> None:
    """A note's number says nothing of its source."""
    assert later(NORWAY.replace("[^3]", "[^8]")).same


@given(st.data())
def test_an_altered_packet_is_known(index: Index, data: st.DataObject) -> None:
    """Whichever of its values was changed."""
    one = json.loads(packet.written(made(index)))
    holder: Any = one
    key: Any = "sha256"
    while isinstance(holder, dict | list):
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        key = data.draw(st.sampled_from([k for k in keys if holder[k] not in ([], {})]))
        if not isinstance(holder[key], dict | list):
            break
        holder = holder[key]
    was = holder[key]
    holder[key] = was + 1 if isinstance(was, int) else f"{was or ''} altered"
    assert verify(one, index).altered


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.pop("answer"), '"answer" is missing'),
        (lambda p: p.update(format="x"), '"format" is "x": '),
        (lambda p: p.update(version=2), '"version" is 2: '),
        (lambda p: p.update(sha256="0"), '"sha256" is "0": '),
        (lambda p: p["passages"][0].pop("citations"), '"passages.0.citations" is missing'),
        (lambda p: p["passages"][0]["passage"].update(text=5), '"passages.0.passage.text" is 5: '),
        (
            lambda p: p["passages"][0]["passage"].update(sentences=[[1]]),
            '"passages.0.passage.sentences.0" is [1]: ',
        ),
        (lambda p: p["passages"][0]["passage"]["profile"].update(x=1), "profile.x"),
    ],
)
def test_a_broken_packet_is_told_in_one_line(
    index: Index, tmp_path: Path, change: Callable[[Json], object], told: str
) -> None:
    """Its place, the value, and what to do."""
    one = json.loads(packet.written(made(index)))
    change(one)
    file = tmp_path / "answer.json"
    file.write_bytes(packet.written(one))
    with pytest.raises(PacketError) as error:
        packet.load(file)
    assert told in str(error.value)
    assert str(error.value).startswith(f"{file}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000, b'"x"', b"1e999", b"NaN"]
)
def test_no_packet_is_told_so(tmp_path: Path, content: bytes) -> None:
    """Whatever the file holds."""
    file = tmp_path / "answer.json"
    file.write_bytes(content)
    with pytest.raises(PacketError, match="Take the file as it was sent"):
        packet.load(file)


def test_an_answer_becomes_a_packet(index: Index) -> None:
    """Its sentences with their numbers, and what is not said is told."""
    question = "How many fish farms did the labour inspectorate visit?"
    given = answer(index, question)
    one = packet.of_answer(index, question, given, DAY)
    assert (one["question"], one["date"]) == (question, "2026-11-23")
    assert bool(one["passages"]) == bool(given.sentences)
    for number, name in enumerate(one["answer"]["references"], start=1):
        assert f"[{number}] {name}" in one["answer"]["text"]
    for sentence in given.sentences:
        assert sentence.text in one["answer"]["text"]
    nothing = answer(index, "Which comets were seen?")
    none = packet.of_answer(index, "Which comets were seen?", nothing, DAY)
    assert nothing.status == "not_found"
    assert none["answer"]["text"].startswith("The profiles do not say.\n")
    assert verify(none, index).same


def test_the_command_line_makes_and_verifies(run: Run, index: Index, tmp_path: Path) -> None:
    """Exit 0 where all is the same, 1 where something changed, 2 for a broken file."""
    file = tmp_path / "answer.json"
    ended = run("packet", "make", "How many fish farms were visited?", "-k", 3, "-o", file)
    assert ended.code in (0, 1)
    assert run("packet", "verify", file).code == 0
    one = made(index)
    file.write_bytes(packet.written(one))
    ended = run("packet", "verify", file)
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "All is the same.")
    one["passages"][0]["passage"]["text"] = one["passages"][0]["passage"]["text"].replace(
        "12", "13"
    )
    file.write_bytes(packet.written(one))
    ended = run("packet", "verify", file)
    assert ended.code == 1
    assert ended.out.splitlines()[:4] == [
        "The packet was altered since it was written: its sha256 is another.",
        "norway-2024#p1: changed",
        "  - It stopped work at 13 of them.",
        "  + It stopped work at 12 of them.",
    ]
    found = json.loads(run("packet", "verify", file, "--json").out)
    assert (found["same"], found["altered"]) == (False, True)
    assert found["passages"][0]["sentences"] == [
        {"old": "It stopped work at 13 of them.", "new": "It stopped work at 12 of them."}
    ]
    file.write_text("{")
    ended = run("packet", "verify", file, "--json")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert run("packet", "verify", tmp_path / "none.json").code == 2
    for command in ("make", "verify"):
        assert "Example: tipqa packet" in " ".join(run("packet", command, "--help").out.split())
