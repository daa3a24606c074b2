"""The examples of the API's description are what the shipped corpus answers.

After a change of the corpus: TIPQA_WRITE_EXAMPLES=1 pytest tests/test_examples.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from conftest import REPOSITORY
from tipqa.embed import load_encoder
from tipqa.index import build
from tipqa.rerank import load_reranker
from tipqa.search import open_index
from tipqa_api import create_app, schemas

EXAMPLES = REPOSITORY / "api" / "tipqa_api" / "examples.json"


@pytest.mark.model
def test_examples_are_what_the_shipped_corpus_answers(tmp_path: Path) -> None:
    """Each example comes back from a server over corpus/cambodia-2005.md, word for word."""
    encoder = load_encoder()
    build([REPOSITORY / "corpus" / "cambodia-2005.md"], tmp_path, encoder)
    client = TestClient(create_app(open_index(tmp_path, encoder, load_reranker())))

    def get(path: str) -> dict[str, Any]:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    search = get("/v1/search?q=who+shelters+the+victims&k=1")
    source = search["results"][0]["citations"][0]["sources"][0]["id"]
    found = {
        "SearchDocument": search,
        "AskDocument": get("/v1/ask?q=How+many+trafficking+suspects+were+arrested+in+2004%3F&k=2"),
        "SuggestDocument": get("/v1/suggest?q=traf&k=3"),
        "PassageDocument": get("/v1/passages/cambodia-2005%23p4"),
        "ProfilesDocument": get("/v1/profiles"),
        "ProfileDocument": get("/v1/profiles/cambodia-2005"),
        "SourcesDocument": get("/v1/sources"),
        "SourceDocument": get(f"/v1/sources/{source}?limit=1"),
    }
    if os.environ.get("TIPQA_WRITE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    kept = json.loads(EXAMPLES.read_text("utf-8"))
    for name in ("SearchDocument", "AskDocument"):
        for document in (kept[name], found[name]):
            document["took_ms"] = 0  # differs by machine, and so may the last digits of a score
            document["index"]["generation"] = ""
            for scored in document["results"]:
                scored["score"] = pytest.approx(scored["score"], abs=1e-3)
    for document in (kept["AskDocument"], found["AskDocument"]):
        document["confidence"] = pytest.approx(document["confidence"], abs=1e-2)
    assert kept == found


def test_documents_are_as_described() -> None:
    """Each example has exactly the fields that the description names."""
    for name, document in json.loads(EXAMPLES.read_text("utf-8")).items():
        getattr(schemas, name).model_validate(document)
