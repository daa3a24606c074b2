"""A language model may join an answer's sentences; what it makes up never gets through."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tipqa.answer import Answer, answer
from tipqa.cli import app
from tipqa.compose import Composed, Composer
from tipqa.embed import HashedWords
from tipqa.errors import QueryError
from tipqa.rerank import SharedWords
from tipqa.search import Index, open_index
from tipqa.tokens import count_tokens
from tipqa_api import create_app

QUESTION = "How many fish farms did the labour inspectorate visit?"
TRUE = "The labour inspectorate visited 240 fish farms in Norway during the year [1]."
MODELS = {
    "honest": TRUE,
    "mostly-honest": f"{TRUE} It stopped work at 12 of the fish farms [1]. "
    "The inspectorate visited 240 farms [1]. The King of Norway went with it [1].",
    "number": "The labour inspectorate visited 420 fish farms during the year [1].",
    "number-in-words": "The labour inspectorate visited ninety fish farms during the year [1].",
    "name": "The labour inspectorate visited 240 fish farms in Bergen during the year [1].",
    "date": "The labour inspectorate visited 240 fish farms in March of the year [1].",
    "quotation": "The labour inspectorate visited 240 “model fish farms” during the year [1].",
    "denial": "The labour inspectorate never visited the 240 fish farms during the year [1].",
    "unsupported": "Cod are cheap and plentiful wherever boats land [1].",
    "no-passage": "The labour inspectorate visited 240 fish farms during the year.",
    "passage-that-is-not-there": "The labour inspectorate visited 240 fish farms [7].",
    "no-text": "",
}
LIES = sorted(MODELS.keys() - {"honest", "mostly-honest"})


class StandIn(BaseHTTPRequestHandler):
    """Speaks OpenAI's protocol and streams; what it says goes by the model's name."""

    asked: list[dict[str, object]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        model = body["model"]
        if model == "refuses":
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if model == "gibberish":
            self.wfile.write(b"data: {not json\n\n")
            return
        if model == "stalls":
            self.tell("The labour ")
            time.sleep(3)
            return
        if model == "trickles":
            for _ in range(40):
                self.tell("and ")
                time.sleep(0.1)
            return
        if model == "goes-on":
            for _ in range(1000):
                self.tell(f"{TRUE} ")
        text = MODELS.get(model, TRUE)
        for start in range(0, len(text), 7):
            self.tell(text[start : start + 7])
        if model != "breaks-off":
            self.tell("", "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def tell(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        try:
            self.wfile.write(f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n".encode())
            self.wfile.flush()
        except OSError:
            pass  # the other side has hung up

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    StandIn.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def index(index_folder: Path) -> Index:
    return open_index(index_folder, HashedWords(), SharedWords())


@pytest.fixture(scope="module")
def given(index: Index) -> Answer:
    found = answer(index, QUESTION)
    assert found.sentences
    return found


def composed(url: str, model: str, index: Index, given: Answer, **settings: float) -> Composed:
    return Composer(url, model, **settings).compose(index, QUESTION, given)  # type: ignore[arg-type]


def test_a_sentence_that_its_passages_hold_stays(url: str, index: Index, given: Answer) -> None:
    """In the model's words, with the ids of its passages in place of its numbers."""
    found = composed(url, "honest", index, given)
    assert [s.text for s in found.sentences] == [TRUE.replace(" [1]", "")]
    assert found.sentences[0].passages == (given.sentences[0].passage.id,)
    assert (found.dropped, found.why) == (0, None)


def test_a_sentence_that_fails_is_dropped_and_counted(
    url: str, index: Index, given: Answer
) -> None:
    """One lie of four: the others stay."""
    found = composed(url, "mostly-honest", index, given)
    assert len(found.sentences) == 3
    assert found.dropped == 1
    assert "King" not in str(found.sentences)


@pytest.mark.parametrize("model", LIES)
def test_a_lie_leaves_the_answer_as_found(
    url: str, index: Index, given: Answer, model: str
) -> None:
    """A made-up number, name, date, quotation or denial; no passage; or nothing at all."""
    found = composed(url, model, index, given)
    assert found.sentences == ()
    assert found.why


@pytest.mark.parametrize(
    "model", ["refuses", "gibberish", "stalls", "trickles", "breaks-off", "goes-on"]
)
def test_a_model_that_fails_leaves_the_answer_as_found(
    url: str, index: Index, given: Answer, model: str
) -> None:
    """Within its patience, with one line that says why."""
    start = time.monotonic()
    found = composed(url, model, index, given, patience=1.0)
    assert time.monotonic() - start < 3
    assert found.sentences == ()
    assert found.why
    assert "\n" not in found.why


def test_nobody_there_leaves_the_answer_as_found(index: Index, given: Answer) -> None:
    """An address where nothing listens."""
    found = composed("http://127.0.0.1:9/v1", "honest", index, given)
    assert found.sentences == ()
    assert found.why


def test_what_is_sent_fits_the_models_room(url: str, index: Index, given: Answer) -> None:
    """Question and quotations are cut to the budget, whole sentences at a time."""
    for room in (900, 4000):
        composed(url, "honest", index, given, context=room)
        sent = " ".join(m["content"] for m in StandIn.asked[-1]["messages"])  # type: ignore[attr-defined]
        assert count_tokens([sent])[0] <= room - 600
        assert "visited 240 fish farms during the year." in sent
    composed(url, "honest", index, given, context=720)
    assert "240" not in str(StandIn.asked[-1]["messages"])


def test_it_is_off_until_it_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address and a model, asking for it is an error that names them."""
    for name in ("TIPQA_LLM_URL", "TIPQA_LLM_MODEL", "TIPQA_LLM_KEY", "TIPQA_LLM_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(QueryError, match="TIPQA_LLM_URL and TIPQA_LLM_MODEL"):
        Composer.configured()
    monkeypatch.setenv("TIPQA_LLM_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("TIPQA_LLM_MODEL", "m")
    assert Composer.configured() == Composer("http://127.0.0.1:9/v1", "m")
    monkeypatch.setenv("TIPQA_LLM_CONTEXT", "few")
    with pytest.raises(QueryError, match='"few"'):
        Composer.configured()


def test_http_and_command_line_give_it_where_asked(
    url: str, index: Index, index_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`compose=true` and `--compose`; without them the field is null and nothing is sent."""
    monkeypatch.setenv("TIPQA_LLM_URL", url)
    monkeypatch.setenv("TIPQA_LLM_MODEL", "honest")
    with TestClient(create_app(index)) as client:
        before = len(StandIn.asked)
        assert client.get("/v1/ask", params={"q": QUESTION}).json()["composed"] is None
        assert len(StandIn.asked) == before
        told = client.post("/v1/ask", json={"q": QUESTION, "compose": True}).json()["composed"]
    assert told["text"] == TRUE.replace(" [1]", "")
    options = ["--index", str(index_folder), "--encoder", "hashed-words"]
    run = CliRunner().invoke(
        app, ["ask", QUESTION, *options, "--reranker", "shared-words", "--compose"]
    )
    assert run.exit_code == 0, run.output
    assert "Joined by honest" in run.output


def test_it_streams(url: str, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer as found first, each sentence that stands, then the whole."""
    monkeypatch.setenv("TIPQA_LLM_URL", url)
    monkeypatch.setenv("TIPQA_LLM_MODEL", "mostly-honest")
    with TestClient(create_app(index)) as client:
        told = client.get("/v1/ask/stream", params={"q": QUESTION})
        monkeypatch.delenv("TIPQA_LLM_URL")
        not_set_up = client.get("/v1/ask/stream", params={"q": QUESTION}).text
    assert "event: error" in not_set_up
    assert "TIPQA_LLM_URL" in not_set_up
    assert told.headers["content-type"].startswith("text/event-stream")
    events = [
        dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
        for event in told.text.strip().split("\n\n")
    ]
    assert [event["event"] for event in events] == ["answer", *3 * ["sentence"], "composed"]
    assert json.loads(events[0]["data"])["status"] == "answered"
    assert json.loads(events[-1]["data"])["dropped"] == 1
