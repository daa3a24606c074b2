"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import REPOSITORY
from tipqa.check import RULES
from tipqa.cli import DEFAULT_ENCODER, main
from tipqa.embed import PACKAGED, load_encoder
from tipqa.export import FORMATS, FormatName, take
from tipqa.index import build
from tipqa.search import Index
from tipqa.terminal import print_export


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, index_folder: Path
) -> Run:
    """Run tipqa in this process, on the small index, with the encoder that needs no model."""
    monkeypatch.setenv("TIPQA_ENCODER", "hashed-words")
    monkeypatch.setenv("TIPQA_RERANKER", "none")
    monkeypatch.setenv("TIPQA_INDEX", str(index_folder))

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tipqa", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capsys.readouterr())

    return run


def test_search_shows_passages_with_their_notes(run: Run) -> None:
    """Country, section, text and the note; numbers start at 1 whatever the label was."""
    ended = run("search", "how many fish farms did inspectors visit", "-k", 1)
    assert ended.code == 0
    assert "1. Norway › Inspection, 2024  (norway-2024#p1" in ended.out
    assert "240 fish farms during the year. [1]" in ended.out
    assert "[1] Labour Inspectorate. Annual Report. 2023." in ended.out
    assert "A sentence without a number rests on the profile alone." in ended.out


def test_search_marks_what_is_inherited(run: Run) -> None:
    """A sentence that is covered by a later marker says so."""
    ended = run("search", "penalty for trafficking raised by Parliament", "-k", 1)
    assert "raised the penalty for trafficking to ten years. [↓1] [↓2]" in ended.out
    assert "apply it since May. [1] [2]" in ended.out


def test_search_json_is_the_contract(run: Run) -> None:
    """One document on stdout, with the fields of the contract."""
    ended = run("search", "penalty", "-k", 2, "--country", "NO", "--json")
    document = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert document["query"] == "penalty"
    assert document["index"]["profiles"] == 3
    first = document["results"][0]
    assert first["passage"]["id"] == "norway-2024#p2"
    assert first["passage"]["profile"]["country"] == "NOR"
    assert first["passage"]["section"] == ["Law"]
    assert [(c["label"], c["scope"], c["sentence"]) for c in first["citations"]] == [
        ("1", "inherited", [0, 59]),
        ("2", "inherited", [0, 59]),
        ("1", "direct", [60, 86]),
        ("2", "direct", [60, 86]),
    ]
    assert first["citations"][0]["sources"][0]["url"] == "https://example.org/code"


@pytest.mark.parametrize("name", FORMATS)
def test_search_in_a_format_to_take_along(run: Run, index: Index, name: FormatName) -> None:
    """Just the export on stdout, for the same hits; exit 1 where there are none."""
    ended = run("search", "penalty", "-k", 2, "--format", name)
    assert (ended.code, ended.err) == (0, "")
    how = ("penalty", index.generation.name)
    assert ended.out == FORMATS[name].write(take(index.search("penalty", 2), *how))
    nothing = run("search", "penalty", "--country", "Kenya", "--format", name)
    assert (nothing.code, nothing.out) == (1, FORMATS[name].write(take([], *how)))


def test_nothing_found_is_exit_1(run: Run) -> None:
    """A country without a profile finds nothing; the JSON document is there all the same."""
    ended = run("search", "penalty", "--country", "Kenya", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["results"] == []
    assert "Nothing found" in run("search", "penalty", "--country", "Kenya").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", ""], "the query is empty"),
        (["search", "x" * 100_000], "100,000 characters"),
        (["search", "fish \udcff"], "is not UTF-8"),
        (["search", "fish", "-k", "0"], "-k is 0. Give a number from 1 to 1,000."),
        (["search", "fish", "-k", "100000"], "-k is 100000"),
        (["search", "fish", "-k", "many"], "'-k'"),
        (["search", "fish", "--max-tokens", "0"], "max_tokens is 0"),
        (["search", "fish", "--country", "Narnia"], 'country "Narnia"'),
        (["search", "fish", "--index", "no/such"], "no/such: holds no index"),
        (["search", "fish", "--encoder", "all-MiniLM-L6-v2"], "was built by encoder"),
        (["search", "fish", "--format", "xml"], "'xml' is not one of 'text', 'csv'"),
        (["search", "fish", "--format", "csv", "--json"], "--format goes with neither --json nor"),
        (["search", "--batch", "x", "--format", "csv"], "--format goes with neither --json nor"),
        (["search"], "give either a question or --batch"),
        (["search", "fish", "--batch", "x"], "give either a question or --batch"),
        (["search", "--batch", "no/such"], "no/such: can't be opened"),
        (["search", "fish", "--colour", "red"], "--colour"),
        (["sing"], "sing"),
        (["read", "no/such.md"], "no/such.md: is no file or folder"),
        (["check", "no/such"], "no/such: is no file or folder"),
        (["index", "no/such"], "no/such: is no file or folder"),
        (["index", "x", "--edition", "12"], "--edition"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(run: Run, arguments: list[str], told: str) -> None:
    """Whatever is wrong, stderr has one line that names it, stdout nothing."""
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert told in ended.err


def test_broken_files_are_one_line_and_exit_2(run: Run, tmp_path: Path) -> None:
    """A folder with a broken file builds nothing; the line names file and remedy."""
    for name, data, told in (
        ("empty.md", b"", "empty.md: is empty"),
        ("binary.md", b"\x7fELF\0\0", "binary.md:1: is binary"),
        ("latin.md", b"caf\xe9", "latin.md:1: is not UTF-8"),
        ("front.md", b'---\ntitle: "x\n---\nText.', "front.md:"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(data)
        ended = run("index", folder, "--index", tmp_path / "i")
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
        assert told in ended.err
    assert run("search", "x", "--index", tmp_path / "i").code == 2


def test_a_readme_is_no_profile(run: Run, corpus: Path, tmp_path: Path) -> None:
    """A shell's *.md names it too: it is passed over, and alone it is an error."""
    readme = corpus / "README.md"
    ended = run("index", readme, corpus / "chile.md", "--index", tmp_path / "i")
    assert "1 profile, 1 passage" in ended.out
    for command in ("index", "check", "read"):
        assert "is no profile" in run(command, readme).err


def test_batch_keeps_the_order_and_the_wrong_ones(run: Run, tmp_path: Path) -> None:
    """One JSON document a line; a bad line has its error in its place."""
    file = tmp_path / "questions"
    file.write_bytes(
        b'fish farms\n\n{"question": "penalty", "id": 7}\n{"query": "x"}\n{bad\n\xff\nbegging\n\n'
    )
    ended = run("search", "--batch", file, "-k", 1)
    documents = [json.loads(line) for line in ended.out.splitlines()]
    found = [d["results"][0]["passage"]["id"] if "results" in d else d["error"] for d in documents]
    assert ended.code == 0
    assert found[0] == "norway-2024#p1"
    assert found[1].startswith("the query is empty")
    assert found[2] == "norway-2024#p2"
    assert found[3].startswith(f"{file}:4: is no JSON object")
    assert found[4].startswith(f"{file}:5: is no JSON object")
    assert found[5].startswith(f"{file}:6: is not UTF-8")
    assert len(found) == 7
    assert "4 of 7 questions are wrong" in ended.err


def test_index_then_search(run: Run, corpus: Path, tmp_path: Path) -> None:
    """Build, build again, and be told of files that are skipped."""
    folder = tmp_path / "i"
    ended = run("index", corpus, "--index", folder)
    assert ended.code == 0
    assert "3 profiles, 5 passages; 5 embedded" in ended.out
    assert "flaws in the files" in ended.out
    assert "nothing has changed" in run("index", corpus, "--index", folder).out

    other = Path(shutil.copytree(corpus, tmp_path / "other"))
    (other / "broken.md").write_bytes(b"\0")
    ended = run("index", other, "--index", folder, "--skip-unreadable", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["embedded"] == 0
    assert "skipped" in ended.err
    assert "broken.md:1: is binary" in ended.err


def test_a_changed_corpus_is_told(run: Run, corpus: Path, tmp_path: Path) -> None:
    """It answers, and says that it is stale."""
    own = Path(shutil.copytree(corpus, tmp_path / "corpus"))
    run("index", own, "--index", tmp_path / "i")
    (own / "chile.md").unlink()
    ended = run("search", "vineyards", "--index", tmp_path / "i", "--json")
    assert json.loads(ended.out)["index"]["stale"] is True
    assert "has changed since" in run("search", "vineyards", "--index", tmp_path / "i").err


def test_check_lists_flaws_by_line(run: Run, corpus: Path) -> None:
    """file:line: code message, then the counts; exit 1 where there is a warning."""
    ended = run("check", corpus)
    assert ended.code == 1
    place = corpus / "atlantis.md"
    assert f'{place}:3: unknown-country "Atlantis"' in ended.out
    assert f'{place}:7: unresolved-marker marker "x" in paragraph 1' in ended.out
    assert f"{corpus / 'norway.md'}:15: uncited-paragraph" in ended.out
    assert ended.out.endswith("3 files: 0 errors, 2 warnings, 3 notices\n")
    assert re.search(r"norway\.md +0 +0 +2 ", ended.out)
    assert run("check", corpus / "norway.md").code == 0


def test_check_explains_its_codes(run: Run) -> None:
    """Each code has a level and a remedy; an unknown one names those there are."""
    for code, (level, _) in RULES.items():
        ended = run("check", "--explain", code)
        assert ended.code == 0
        assert ended.out.startswith(f"{code} ({level}): ")
    assert "unresolved-marker" in run("check", "--explain", "nonsense").err


def test_check_reads_on_past_an_unreadable_file(run: Run, tmp_path: Path) -> None:
    """It is an error in the list, and the other file is still looked at."""
    (tmp_path / "a.md").write_bytes(b"\xff")
    (tmp_path / "b.md").write_text("---\ncountry: Chile\nedition: 2020\n---\nGrapes.[^4]")
    ended = run("check", tmp_path, "--json")
    document = json.loads(ended.out)
    assert ended.code == 1
    assert document["counts"] == {"error": 1, "warning": 1, "notice": 1}
    assert [f["code"] for f in document["findings"]] == [
        "unreadable", "unresolved-marker", "uncited-paragraph",
    ]  # fmt: skip


def test_read_shows_a_profile(run: Run, corpus: Path) -> None:
    """As text for people and as the contract's document; flaws are no failure."""
    ended = run("read", corpus / "atlantis.md", "--json")
    document = json.loads(ended.out)
    assert ended.code == 0
    assert document["profile"]["country"] is None
    assert document["profile"]["country_name"] == "Atlantis"
    assert document["paragraphs"][0]["sentences"] == [{"span": [0, 45], "citations": []}]
    assert {p["code"] for p in document["problems"]} == {"unknown-country", "unresolved-marker"}
    told = run("read", corpus / "norway.md").out
    assert "Courts apply it since May. [1] [2]" in told
    assert "3: Labour Inspectorate. Annual Report. 2023." in told


def test_terminal_is_not_obeyed(run: Run, tmp_path: Path) -> None:
    """Control characters of a file don't reach the terminal."""
    file = tmp_path / "chile-2020.md"
    file.write_text("Clear \x1b[2J the [bold]screen[/bold] \x07now.")
    out = run("read", file).out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]screen[/bold]" in out


def test_terminal_does_not_obey_an_export(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signs that a file keeps are not sent to a terminal."""
    print_export("\ufeffa\x1b[2J\r\nb\n")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_export("\ufeffa\x1b[2J\r\nb\n")
    assert capsys.readouterr().out == "\ufeffa\x1b[2J\r\nb\na\N{REPLACEMENT CHARACTER}[2J\nb\n"


@pytest.mark.parametrize("command", ["", "read", "check", "index", "search", "serve"])
def test_help_has_an_example(run: Run, command: str) -> None:
    """Each command's help ends with a line to try."""
    ended = run(*filter(None, [command]), "--help")
    assert ended.code == 0
    assert f"Example: tipqa {command}".strip() in ended.out


def test_the_default_encoder_is_the_packaged_one() -> None:
    """The command line names it without loading what knows it."""
    assert DEFAULT_ENCODER == PACKAGED


def test_what_a_terminal_cannot_show_is_escaped(index_folder: Path) -> None:
    """No traceback, and JSON stays JSON."""
    environment = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "TIPQA_ENCODER": "hashed-words",
        "TIPQA_INDEX": str(index_folder),
    }
    command = [sys.executable, "-c", "from tipqa.cli import main; main()", "search", "penalty –"]
    told = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert b"\\u2193" in told
    told = subprocess.run([*command, "--json"], env=environment, capture_output=True, check=True)
    assert json.loads(told.stdout)["query"] == "penalty –"


def test_eval_saves_a_run_and_compares_another(run: Run, tmp_path: Path) -> None:
    """What --json prints is what --compare reads; the same index gains nothing."""
    questions, saved = tmp_path / "questions.jsonl", tmp_path / "run.json"
    gold = [{"file": "norway.md", "quote": "240 fish farms"}]
    row = {"question": "fish farms", "type": "number", "answerable": True, "gold": gold}
    other = {"question": "cocoa", "type": "off-topic", "answerable": False}
    questions.write_text(f"{json.dumps(row)}\n{json.dumps(other)}\n")
    ended = run("eval", questions, "--json")
    saved.write_text(ended.out)
    document = json.loads(ended.out)
    assert document["number"]["MRR@10"] == {"mean": 1, "interval": [1, 1], "n": 1}
    assert [row["question"] for row in document["questions"]] == ["fish farms", "cocoa"]

    gained = json.loads(run("eval", questions, "--json", "--compare", saved).out)["gained"]
    assert gained["all"]["nDCG@10"] == {"mean": 0, "interval": [0, 0], "n": 1}
    shown = run("eval", questions, "--compare", saved).out
    assert "nDCG@10" in shown and "answerable or not" in shown
    assert "number 1 +0.000 [+0.000, +0.000]" in " ".join(shown.split())
    assert "is no run" in run("eval", questions, "--compare", questions).err


def test_version(run: Run) -> None:
    """Just the number."""
    assert run("--version").out == "0.1.0\n"


def test_every_code_that_can_be_told_is_explained() -> None:
    """No reader tells of a flaw that check can't explain, and none is explained in vain."""
    source = REPOSITORY / "src" / "tipqa"
    text = "".join(path.read_text("utf-8") for path in source.rglob("*.py"))
    told = set(
        re.findall(r'(?:Problem|Finding)\([^"]*?(?:f?"[^"]*"[^"]*?)??"([a-z]+(?:-[a-z]+)+)"', text)
    )
    assert told | {"unreadable"} == set(RULES)


@pytest.mark.model
def test_what_is_slow_to_load_is_not_loaded(corpus: Path, tmp_path: Path) -> None:
    """Once an index is built, torch is needed no more; a search needs no readers either."""
    own, folder = tmp_path / "corpus", tmp_path / "i"
    shutil.copytree(corpus, own)
    build([own], folder, load_encoder())
    (own / "chile.md").write_text("---\ncountry: Chile\nedition: 2022\n---\nGrapes.")
    questions = tmp_path / "questions.jsonl"
    gold = [{"file": "norway.md", "quote": "240 fish farms"}]
    asked = {"question": "Who visits fish farms?", "answerable": True, "gold": gold}
    questions.write_text(json.dumps(asked))
    code = (
        "import sys; from tipqa.cli import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, *{name.partition('.')[0] for name in sys.modules})"
    )
    for arguments, unneeded in (
        (["search", "grapes"], {"tipqa.readers", "fastapi", "filelock"}),
        (["index", str(own)], {"fastapi"}),
        (["search", "grapes", "--json"], {"tipqa.readers", "fastapi", "rich"}),
        (["eval", str(questions)], {"tipqa.readers", "fastapi"}),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code, *arguments,
             "--index", str(folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        loaded = set(ran.stdout.splitlines()[-1].split())
        assert "onnxruntime" in loaded
        assert not loaded & {*unneeded, "torch", "transformers", "sentence_transformers"}
    files = list(folder.glob("generations/*/encoder.onnx"))
    assert len(files) == 2 and files[0].samefile(files[1])


def test_search_tells_what_it_did_with_the_question(run: Run) -> None:
    """A name put right and a country without a profile, on stderr and in the document."""
    ended = run("search", "fish farms in Norwey and Kenya", "--explain")
    assert "searched for: fish farms in Norway and Kenya" in ended.err
    assert "no profile is about Kenya." in ended.err
    assert re.search(r"score: dense 0\.\d+, lexical \d\.\d+, mixed", ended.out)
    document = json.loads(run("search", "fish farms in Norwey and Kenya", "--json").out)
    assert document["searched"] == "fish farms in Norway and Kenya"
    assert document["coverage"] == {"no_profile": ["Kenya"]}
    assert "explain" not in document["results"][0]


def test_modes_of_a_search(run: Run) -> None:
    """Words alone find nothing that lacks them; a mode or reranker that isn't there is an error."""
    alone = ("search", "quokka", "--no-rerank", "--mode")
    assert run(*alone, "lexical").code == 1
    assert run(*alone, "dense").code == 0
    assert run(*alone, "psychic").code == 2
    ended = run("search", "fish", "--reranker", "nowhere")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert 'reranker "nowhere": no model.onnx' in ended.err


def test_ask(run: Run) -> None:
    """Sentences with their notes; --json as over HTTP; --batch one document a line."""
    question = "How many fish farms did the labour inspectorate visit?"
    ended = run("ask", question)
    assert ended.code == 0
    assert "The labour inspectorate visited 240 fish farms during the year. [1]" in ended.out
    assert "[1] Labour Inspectorate. Annual Report. 2023." in ended.out
    document = json.loads(run("ask", question, "--json").out)
    assert document["answer"][0]["passage"] in [r["passage"]["id"] for r in document["results"]]
    refused = run("ask", "How many visas does Kenya give?")
    assert refused.code == 1
    assert "The profiles do not say." in refused.out
    assert "Kenya: there is no profile" in refused.out
    assert run("ask").code == 2


def test_ask_batch(run: Run, tmp_path: Path) -> None:
    """In order, with an error in the place of a wrong question."""
    file = tmp_path / "questions.txt"
    file.write_text("Who visited fish farms?\n\n?\n", encoding="utf-8")
    ended = run("ask", "--batch", file)
    first, *others = [json.loads(line) for line in ended.out.splitlines()]
    assert first["query"] == "Who visited fish farms?"
    assert all("error" in other for other in others)
