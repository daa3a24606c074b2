"""The gold set: what each sentence of each document rests on, link by link."""

from __future__ import annotations

from pathlib import Path

import pytest

from links import documents, measure, table


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_document_is_read_as_expected(path: Path) -> None:
    """Sentences, links, sources and unresolved labels are the expected ones, and no others."""
    assert measure(path).wrong == []


def test_the_set_spans_the_formats() -> None:
    """A dozen documents of each at least, a hundred in all."""
    names = [path.suffix for path in documents()]

    assert len(names) >= 100
    assert min(names.count(suffix) for suffix in (".md", ".txt", ".html", ".pdf")) >= 20


def test_the_table_counts_ambiguous_documents_apart() -> None:
    """Its rows are the formats, all, and those with two readings."""
    rows = table([measure(path) for path in documents() if path.name.startswith("no-notes")])

    assert [row.split()[:2] for row in rows[1:]] == [
        ["md", "1"], ["html", "1"], ["pdf", "1"], ["all", "3"],
    ]  # fmt: skip
