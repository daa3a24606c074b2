"""`tipqa newsletter`: what it prints, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desks import make_desk
from newsletters import URL, Corpus, sign_off, subscribe_many
from tipqa.cli import main
from tipqa_desk.database import Desk
from tipqa_desk.models import Message

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path / "desk")
    yield desk
    desk.close()


@pytest.fixture
def changing(corpus: Path, tmp_path: Path) -> Corpus:
    return Corpus(corpus, tmp_path)


@pytest.fixture
def run(
    desk: Desk,
    changing: Corpus,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run `tipqa newsletter` in this process, on the desk and the index of the test."""
    monkeypatch.setenv("TIPQA_DESK", str(desk.settings.desk))
    monkeypatch.setenv("TIPQA_INDEX", str(changing.index))
    monkeypatch.setenv("TIPQA_URL", URL)
    monkeypatch.setenv("TIPQA_NEWSLETTER_RATE", "100000")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tipqa", "newsletter", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *capsys.readouterr()

    return run


def test_an_issue_is_built_and_sent(run: Run, desk: Desk, changing: Corpus) -> None:
    """Each step says what it did; what is not to be done is told in one line."""
    code, out, _ = run("build", "--month", "2026-10")
    assert (code, out) == (
        0,
        "The issue of 2026-10 tells of 3 countries. Edit it at /desk/newsletter/2026-10.\n",
    )
    code, _, err = run("build", "--month", "2026-10")
    assert code == 2 and err.startswith("tipqa: there is an issue of 2026-10") and "--anew" in err
    code, _, err = run("send")
    assert code == 2 and "second reader" in err and err.count("\n") == 1
    changing.change()
    code, out, _ = run("build", "--month", "2026-11", "--json")
    assert json.loads(out) == {"month": "2026-11", "made": True, "countries": ["Norway", "Peru"]}
    subscribe_many(desk, 3)
    sign_off(desk, "2026-11")
    code, out, _ = run("send")
    assert (code, out) == (0, "The issue of 2026-11: 3 mails sent, of 3.\n")
    assert len(list(desk.mail_folder.iterdir())) == 3


def test_nothing_new_is_told(run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1; with a short issue, or none, as it is set."""
    run("build", "--month", "2026-10")
    code, out, _ = run("build", "--month", "2026-11")
    assert code == 1 and "says that nothing is new" in out
    monkeypatch.setenv("TIPQA_NEWSLETTER_WHEN_NOTHING", "none")
    code, out, _ = run("build", "--month", "2026-12")
    assert code == 1 and "there is no issue" in out
    monkeypatch.setenv("TIPQA_NEWSLETTER_WHEN_NOTHING", "long")
    code, _, err = run("build", "--month", "2026-12")
    assert code == 2 and "TIPQA_NEWSLETTER_WHEN_NOTHING" in err


def test_what_did_not_arrive_is_listed(run: Run, desk: Desk) -> None:
    """Exit 1; the address is shown in full only where that is asked for."""
    run("build", "--month", "2026-10")
    emails = subscribe_many(desk, 2)
    sign_off(desk, "2026-10")
    run("send")
    with desk.session() as session:
        message = session.get(Message, 1)
        assert message
        message.state, message.fault = "failed", f"550 <{emails[0]}> unknown"
    code, out, _ = run("send", "--month", "2026-10")
    assert code == 1
    assert "1: failed, to s…@example.org: 550 <s…@example.org> unknown" in out
    assert emails[0] in run("send", "--month", "2026-10", "--addresses")[1]
    document = json.loads(run("send", "--month", "2026-10", "--json")[1])
    assert document["counts"] == {"failed": 1, "sent": 1}
    assert document["unsent"][0]["to"] == "s…@example.org"


@pytest.mark.parametrize("command", ["build", "send"])
def test_each_command_has_help_with_an_example(run: Run, command: str) -> None:
    """As all of them do."""
    code, out, _ = run(command, "--help")
    assert code == 0 and "Example: tipqa newsletter" in out
