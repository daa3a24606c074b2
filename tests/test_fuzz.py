"""Whatever bytes a file holds, it is read or refused, and soon.

500 inputs a reader here; more by: TIPQA_FUZZ=25000 pytest tests/test_fuzz.py
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tipqa import readers
from tipqa.errors import CorpusError

EXAMPLES = int(os.environ.get("TIPQA_FUZZ", "500"))
SECONDS = 1.0  # for a file of up to 100 kB, and these are far smaller

SHARED = (
    "\n~\n\n~ ~Police came.~In 2004, 12 ran.~[1]~(1,4-6)~¹~*~†~1 A. B. 2004.\n~[2] C. D.\n~Ibid.~"
    "http://a.org/b- c~\u200f~\x00~é~’"
)
PIECES = {
    ".md": "---\n~title: x\n~edition: 2004\n~&a [*a]\n~# ~## ~> ~- ~2014. ~[^1]~[^1]: A. B.\n~[^~"
    "](http://x)~[~![~`~```\n~|a|b|\n|-|-|\n~<!--~-->~<b>~&amp;~\\~===\n~    ~\t",
    ".txt": "Notes\n~References\n~1. ~(a) ~- ~(logo image)~Sign up for our news",
    ".html": "<html>~<body>~<p>~</p>~<sup>~</sup>~<a href='#fn1'>~</a>~<ol>~<li id='fn1'>~</li>~"
    "<table><tr><td>~</table>~<script>~<!--~-->~&lt;~&#xD800;~<!DOCTYPE x [<!ENTITY a 'b'>]>~&a;~"
    "<br>~<h2>~</h2>~<div id='_ftn1'>~<meta charset=utf-16>~<nav>~<base href=x>~"
    "<?xml version='1.0' encoding='latin-1'?>",
    ".pdf": "%PDF-1.7\n~1 0 obj\n~<</Type/Catalog/Pages 2 0 R>>~endobj\n~stream\n~endstream\n~"
    "trailer~xref\n~startxref\n~%%EOF~<</Kids[2 0 R]/Count 1/Type/Pages>>~BT (x) Tj",
}


@pytest.mark.parametrize("ending", PIECES)
def test_any_file_is_read_or_refused(ending: str, tmp_path: Path) -> None:
    """Random bytes, and the format's own pieces in any order; only a CorpusError comes out."""
    pieces = st.sampled_from(f"{SHARED}~{PIECES[ending]}".split("~")).map(str.encode)
    files = st.one_of(
        st.lists(pieces, max_size=60).map(b"".join),
        st.lists(st.one_of(pieces, st.binary(max_size=8)), max_size=40).map(b"".join),
        st.binary(max_size=400),
    )
    path = tmp_path / f"file{ending}"

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(files)
    def read(data: bytes) -> None:
        path.write_bytes(data)
        # Once more where it was slow: this machine may have been busy.
        assert _seconds_to_read(path) < SECONDS or _seconds_to_read(path) < SECONDS

    read()


def _seconds_to_read(path: Path) -> float:
    start = time.process_time()
    try:
        profile = readers.read(path)
    except CorpusError as error:
        assert str(path) in str(error)
    else:
        assert profile.paragraphs
        for paragraph in profile.paragraphs:
            held = "".join(paragraph.text[slice(*span)] for span in paragraph.sentences)
            assert "".join(held.split()) == "".join(paragraph.text.split())
    return time.process_time() - start
