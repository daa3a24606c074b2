"""HTTP: the documents of the contract, problem documents, and one page."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import httpx2
import pytest
from fastapi.testclient import TestClient

from tipqa.embed import HashedWords
from tipqa.export import FORMATS, FormatName, Taken, take
from tipqa.index import build
from tipqa.search import Index, open_index
from tipqa_api import create_app
from tipqa_api.safety import LEAVE_FOR


@pytest.fixture(scope="module")
def client(index: Index) -> TestClient:
    return TestClient(create_app(index))


def test_search(client: TestClient) -> None:
    """The same document that the command line prints."""
    answer = client.get("/v1/search", params={"q": "fish farms", "k": 2, "country": ["NO", "CL"]})
    document = answer.json()
    assert answer.status_code == 200
    assert [r["rank"] for r in document["results"]] == [1, 2]
    best = document["results"][0]
    assert best["passage"]["id"] == "norway-2024#p1"
    assert best["citations"][0]["note"] == "Labour Inspectorate. Annual Report. 2023."
    start, end = best["citations"][0]["sentence"]
    assert best["passage"]["text"][start:end].startswith("The labour inspectorate visited 240")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_empty_fields_of_a_form_are_no_filters(client: TestClient) -> None:
    """As a browser sends a form that wasn't filled in."""
    answer = client.get("/v1/search?q=fish&country=&region=&year_from=&publisher=&source=")
    assert len(answer.json()["results"]) == 5


def test_what_a_search_says_beside_its_results(client: TestClient) -> None:
    """Facets of all that matches, countries without a profile, and scores by their parts."""
    asked = {"q": "fish farms in Norwegian fjords or Kenya", "explain": "true", "rerank": "false"}
    document = client.get("/v1/search", params=asked).json()
    assert document["coverage"] == {"no_profile": ["Kenya"]}
    assert document["total"] == 5
    assert document["facets"]["edition"][0] == {"value": "2024", "name": "2024", "count": 3}
    assert document["results"][0]["explain"]["country"] == 1
    asked = {"q": "vineyards", "mode": "lexical"}
    assert len(client.get("/v1/search", params=asked).json()["results"]) == 1


def test_suggestions(client: TestClient) -> None:
    """Completions of what was typed; none for what nothing begins with."""
    document = client.get("/v1/suggest?q=nor&k=1").json()
    assert document == {"query": "nor", "suggestions": ["Norway"]}
    assert client.get("/v1/suggest?q=zzz").json()["suggestions"] == []


def test_a_token_budget(client: TestClient) -> None:
    """max_tokens cuts the list."""
    full = client.get("/v1/search?q=fish").json()["results"]
    first = full[0]["passage"]["tokens"]
    assert client.get(f"/v1/search?q=fish&max_tokens={first}").json()["results"] == full[:1]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/v1/search", 422, "q is missing"),
        ("/v1/search?q=", 422, "the query is empty"),
        ("/v1/search?q=%20", 422, "the query is empty"),
        ("/v1/search?q=" + "x" * 50_000, 422, "50,000 characters"),
        ("/v1/search?q=fish&k=0", 422, "k is 0. Give a number from 1 to 1,000."),
        ("/v1/search?q=fish&k=100000", 422, "k is 100000"),
        ("/v1/search?q=fish&k=ten", 422, 'k is "ten"'),
        ("/v1/search?q=fish&format=xml", 422, "format is \"xml\": input should be 'json', 'text',"),
        ("/v1/passages/norway-2024%23p1?format=", 422, 'format is ""'),
        ("/v1/profiles/norway-2024?format=pdf", 422, 'format is "pdf"'),
        ("/v1/profiles/no-such?format=ris", 404, "no-such"),
        ("/v1/sources/no-such?format=CSV", 422, 'format is "CSV"'),
        ("/v1/search?q=fish&contry=NO", 422, 'no parameter "contry"'),
        ("/v1/search?q=fish&country=Narnia", 422, 'country "Narnia"'),
        ("/v1/search?q=fish&year_from=2024&year_to=2020", 422, "2024, after year_to"),
        ("/v1/search?q=fish&source=no-such", 422, 'source "no-such"'),
        ("/v1/passages/norway-2024", 404, "# as %23"),
        ("/v1/passages/norway-2024%23p99", 404, "norway-2024#p99"),
        ("/v1/profiles/no-such", 404, "/v1/profiles lists them"),
        ("/v1/sources/no-such", 404, "/v1/sources lists them"),
        ("/v1/sources?limit=0", 422, "limit"),
        ("/v1/profiles?limit=1", 422, 'no parameter "limit"'),
        ("/v1/profiles/norway-2024?x=1", 422, 'no parameter "x"'),
        ("/v1/passages/norway-2024%23p1?x=1", 422, 'no parameter "x"'),
        ("/v1/nothing", 404, "/v1/nothing"),
    ],
)
def test_errors_are_problem_documents(
    client: TestClient, path: str, status: int, told: str
) -> None:
    """RFC 9457, with one line that names what is wrong; for a browser too."""
    for accept in ("*/*", "text/html"):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        document = answer.json()
        assert set(document) == {"type", "title", "status", "detail"}
        assert document["status"] == status
        assert told in document["detail"]


def test_a_wrong_method_names_the_right_one(client: TestClient) -> None:
    """405 as a problem document, with the Allow header."""
    answer = client.post("/v1/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["detail"] == "POST is not possible here. Use GET."


def test_passages_profiles_and_sources_lead_to_each_other(client: TestClient) -> None:
    """From a hit to its passage, its profile, its source, and back to the passage."""
    hit = client.get("/v1/search?q=vineyards&k=1").json()["results"][0]
    identity = hit["passage"]["id"]
    passage = client.get(f"/v1/passages/{identity.replace('#', '%23')}").json()
    assert passage["passage"] == hit["passage"]
    assert passage["citations"] == hit["citations"]

    profiles = client.get("/v1/profiles").json()
    assert profiles["total"] == 3
    assert [p["id"] for p in profiles["profiles"]] == [
        "atlantis-2023", "chile-2022", "norway-2024",
    ]  # fmt: skip
    profile = client.get(f"/v1/profiles/{hit['passage']['profile']['id']}").json()
    assert profile["paragraphs"][0]["text"] == hit["passage"]["text"]

    source = hit["citations"][0]["sources"][0]["id"]
    assert source in [s["id"] for s in client.get("/v1/sources").json()["sources"]]
    resting = client.get(f"/v1/sources/{source}").json()
    assert [p["passage"]["id"] for p in resting["passages"]] == [identity]
    page = client.get("/v1/sources?limit=1&offset=1").json()
    assert (page["total"], len(page["sources"])) == (4, 1)


def test_head_is_answered_as_get(client: TestClient) -> None:
    """For link checkers and load balancers."""
    for path in ("/", "/healthz", "/v1/search?q=fish"):
        assert client.head(path).status_code == 200


@pytest.mark.parametrize("name", FORMATS)
def test_formats_to_take_along(client: TestClient, index: Index, name: FormatName) -> None:
    """A file with its media type, named after what it holds and never after a question."""
    store = index.generation.store
    passages = store.passages_of("norway-2024")
    source = passages[0].citations[0].note.sources[0]
    for path, file, taken in (
        ("/v1/search?q=secretword+fish&k=2", "tipqa-search", take(index.search("fish", 2))),
        ("/v1/passages/norway-2024%23p1?", "norway-2024-p1", take(passages[:1])),
        ("/v1/profiles/norway-2024?", "norway-2024", None),
        (f"/v1/sources/{source.id}?limit=1", source.id, Taken(None, [source])),
    ):
        answer = client.get(f"{path}&format={name}")
        form = FORMATS[name]
        assert answer.status_code == 200
        assert answer.headers["content-type"] == form.media_type
        disposition = answer.headers["content-disposition"]
        assert disposition == f'attachment; filename="{file}.{form.ending}"'
        told = answer.content.decode()
        if "search" in path:
            assert "norway-2024" in told or name == "text"
        elif taken:
            assert told == form.write(taken)
        else:
            assert all(word in told for word in ("Parliament of Norway", "Yearbook", "2024"))


def test_health(client: TestClient) -> None:
    """Alive, and ready with its index."""
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["index"]["passages"] == 5


def test_metrics_count_routes_not_questions(client: TestClient) -> None:
    """What was asked is in no metric."""
    client.get("/v1/search?q=secretword")
    metrics = client.get("/metrics").text
    assert 'handler="/v1/search"' in metrics
    assert "secretword" not in metrics


def test_the_page_works_without_javascript(client: TestClient) -> None:
    """A form, passages with numbered notes that open by themselves, and no inline script."""
    page = client.get("/").text
    assert '<input id="q" name="q"' in page
    assert "3 profiles, editions 2022 to 2024" in page
    found = client.get("/", params={"q": "how many fish farms"}).text
    assert "<mark>The labour inspectorate visited 240 fish farms during the year.</mark>" in found
    chip = re.search(r'<li id="h1-1"><details><summary>(.*?)</summary>(.*?)</details>', found, re.S)
    assert chip
    assert "Labour Inspectorate</bdi>, 2023" in chip[1]
    assert "Labour Inspectorate. Annual Report. 2023." in chip[2]
    assert "This passage rests on the profile alone" in found
    assert 'href="https://example.org/code"' in found
    for text in (page, found):
        runs = re.sub(r'<script type="application/ld\+json">.*?</script>', "", text)  # data
        assert not re.search(r'<script(?! src="/static/[a-z]+\.js" defer></script>)', runs)
        assert not re.search(r"<style| style=| on\w+=", text)
        linked = set(re.findall(r'(?:src|href)="(https?://[^"]*)', text))
        assert linked <= {"https://example.org/code", "http://testserver/", LEAVE_FOR}


def test_the_page_tells_of_a_bad_question(client: TestClient) -> None:
    """In the page's own words, not as JSON."""
    answer = client.get("/", params={"q": "?!"})
    assert answer.status_code == 422
    assert 'role="alert">The query is empty.' in answer.text
    missing = client.get("/nowhere", headers={"accept": "text/html"})
    assert missing.status_code == 404
    assert "Back to the search" in missing.text


def test_hostile_text_shows_as_text(tmp_path: Path) -> None:
    """Of a file and of a question: nothing of it becomes markup or a link."""
    file = tmp_path / "chile-2020.md"
    file.write_text(
        "# <b>Chile</b>\n\nGangs <script>alert(1)</script> beg.[^1]\n\n"
        '[^1]: javascript:alert(2). <img src=x onerror="alert(3)">. 2020. javascript:alert(4)\n'
    )
    build([file], tmp_path / "i", HashedWords())
    client = TestClient(create_app(open_index(tmp_path / "i", HashedWords())))
    page = client.get("/", params={"q": '"><script>gangs</script>'}).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"<script(?! src=)", page)
    assert "<img" not in page
    assert 'href="javascript' not in page
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_openapi_has_real_examples(client: TestClient) -> None:
    """Each route of the API shows a document; the docs page asks no other host."""
    description = client.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        if path.startswith("/v1/") and not path.endswith("/stream"):  # that is no document
            shown = methods["get"]["responses"]["200"]["content"]["application/json"]["example"]
            assert shown
    docs = client.get("/docs").text
    assert "/swagger/swagger-ui-bundle.js" in docs
    assert "http://" not in docs.replace("http://www.w3.org", "")
    assert "https://" not in docs
    assert client.get("/swagger/swagger-ui-bundle.js").status_code == 200


def test_a_fault_of_ours_is_a_problem_document_too(
    index: Index, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 says nothing of what was asked, and neither does any log; a page has its headers."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secretword")

    client = TestClient(create_app(index))
    monkeypatch.setattr(type(index), "find", broken)
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/v1/search?q=secretword")
        page = client.get("/search?q=secretword", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == "Something here is broken. Try again later."
    assert page.status_code == 500
    assert "Try again in a few minutes" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    told = [r.getMessage() for r in caplog.records if r.name == "tipqa_api"]
    assert told == [f"{path} failed with RuntimeError" for path in ("/v1/search", "/search")]
    ours = [r for r in caplog.records if not r.name.startswith("http")]  # the client logs itself
    assert "secretword" not in "".join(map(logging.Formatter().format, ours))


def test_serve_for_real(index_folder: Path) -> None:
    """`tipqa serve` tells its address, answers, logs no question, and stops when asked to."""
    command = [sys.executable, "-c", "from tipqa.cli import main; main()", "serve", "--port", "0"]
    environment = {
        **os.environ,
        "TIPQA_ENCODER": "hashed-words",
        "TIPQA_RERANKER": "none",
        "TIPQA_INDEX": str(index_folder),
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused_port = subprocess.run(
            [*command[:-1], port], env=environment, capture_output=True, text=True, timeout=60
        )
    assert (refused_port.returncode, len(refused_port.stderr.splitlines())) == (2, 1)
    assert f"can't listen on 127.0.0.1 port {port}" in refused_port.stderr
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        try:
            assert address
            answer = httpx2.get(f"{address[0]}/v1/search", params={"q": "secretword fish"})
            assert answer.json()["results"][0]["passage"]["id"] == "norway-2024#p1"
            with pytest.raises(HTTPError) as refused:  # longer than httpx2 would send
                urlopen(f"{address[0]}/v1/search?q={'y' * 100_000}")
            with refused.value as answered:
                assert "100,000 characters" in json.load(answered)["detail"]
            for path, status in (
                ("/?q=secretword", 200),
                ("/search?q=secretword&order=newest", 200),
                ("/search?q=secretword&page=0", 422),
                ("/search?q=fish&country=secretword", 422),
                ("/v1/suggest?q=secretword", 200),
                ("/copy?passage=secretword", 404),
            ):
                answer = httpx2.get(address[0] + path)
                assert answer.status_code == status
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert "set-cookie" not in answer.headers
        finally:
            process.send_signal(signal.SIGINT)
            said = process.stdout.read()
    assert 'Try: "' in said
    assert "secretword" not in said


def test_the_page_says_what_it_did_with_the_question(client: TestClient) -> None:
    """A name put right, and a country without a profile, are told."""
    page = client.get("/", params={"q": "fish farms in Norwey and Kenya"}).text
    assert "Searched for: fish farms in Norway and Kenya" in page
    assert "There is no profile of Kenya here." in page
