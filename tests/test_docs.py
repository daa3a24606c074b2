"""What the README says is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

import tipqa
from conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAIN = "from tipqa.cli import main; main()"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.M | re.S)


def test_the_two_commands_are_in_the_makefile() -> None:
    """`make serve` and `make test`, as the README names them."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make (\w+)", README, flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_every_command_shown_is_one() -> None:
    """Each tipqa line's command and options are in that command's own help."""
    shown = [
        line.removeprefix("$ ").removeprefix(".venv/bin/")
        for block in blocks("sh")
        for line in block.splitlines()
        if "tipqa " in line
    ]
    assert len(shown) >= 5
    for line in shown:
        words = shlex.split(line, comments=True)[1:]
        command = takewhile(re.compile(r"[a-z]+").fullmatch, words)  # "desk user add"
        told = subprocess.run(
            [sys.executable, "-c", MAIN, *command, "--help"],
            capture_output=True, text=True, env={"COLUMNS": "200"}, check=True,
        ).stdout  # fmt: skip
        for option in (word for word in words[1:] if re.match(r"--?[a-z]", word)):
            assert option in told, line


def test_the_python_shown_runs(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public names are there, and the example prints what it says."""
    (example,) = blocks("python")
    example = example.replace('open_index("index")', "open_index(FOLDER, tipqa.HashedWords())")
    exec(example, {"FOLDER": index_folder, "tipqa": tipqa})
    for name in tipqa.__all__:
        assert getattr(tipqa, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        tipqa.nonsense  # noqa: B018


def test_the_picture_of_the_modules_is_complete() -> None:
    """Each module stands in the README's list, and nothing that isn't there."""
    listed = set(re.findall(r"^  (\w+)(?:\.py|/) ", README, flags=re.M))
    folder = REPOSITORY / "src" / "tipqa"
    there = {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert listed == there - {"__init__"}


@pytest.mark.model
def test_the_answer_shown_is_the_answer(tmp_path: Path) -> None:
    """The README's question brings the README's passage, word for word."""
    (shown,) = (block for block in blocks("text") if ", score " in block)
    command = shlex.split(
        next(line for block in blocks("sh") for line in block.splitlines() if "-k 1" in line)
    )[1:]
    for arguments in (["index", str(REPOSITORY / "corpus")], command):
        ran = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments, "--index", str(tmp_path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    told, shown = (re.sub(r"score [\d.]+", "score", text).split() for text in (ran.stdout, shown))
    assert told == shown


def test_the_changelog_has_this_version() -> None:
    """A version that is out is told of."""
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {tipqa.__version__}" in changelog
