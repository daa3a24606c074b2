"""Query → ranked Hits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from tipqa import countries
from tipqa.embed import SentenceEncoder, embed, load_encoder
from tipqa.errors import QueryError
from tipqa.generation import Generation
from tipqa.store import Filters
from tipqa.types import Encoder, Hit, Passage, Span

MOST_HITS = 1000
LONGEST_QUERY = 2000
"""In characters; an encoder sees far less of it."""

_COMMON = frozenset(
    "a about an and any are as at be been by can did do does for from get had has have how i in "
    "is it its many much of on or that the their there they this to was were what when where "
    "which who whom whose why will with".split()
)


@dataclass(frozen=True, slots=True)
class Index:
    """An open generation with its encoder. Safe to use from several threads."""

    generation: Generation
    encoder: Encoder

    def search(
        self,
        query: str,
        k: int = 10,
        filters: Filters | None = None,
        max_tokens: int | None = None,
    ) -> list[Hit]:
        """Find the passages nearest in meaning to a query.

        Args:
            query: a question or a few words, up to LONGEST_QUERY characters.
            k: how many hits, 1 to MOST_HITS; fewer passages give fewer.
            filters: what a passage must have; applied before scoring, so a hit that
                passes is never lost to one that doesn't.
            max_tokens: hits from the first on, as long as their passages' tokens
                (cl100k_base) add up to no more.

        Returns:
            By falling score (cosine similarity, -1 to 1), ties by place in the corpus.

        Raises:
            QueryError: the query is empty or too long, or a number is out of range.
        """
        query = checked_query(query)
        check_range("k", k, 1, MOST_HITS)
        if max_tokens is not None:
            check_range("max_tokens", max_tokens, 1, 10_000_000)
        rows, scores = self._nearest(query, k, filters or Filters())
        hits = [
            Hit(rank, float(score), passage, _highlights(query, passage))
            for rank, (score, passage) in enumerate(
                zip(scores, self.generation.store.passages(rows), strict=True), start=1
            )
        ]
        if max_tokens is None:
            return hits
        spent = np.cumsum([hit.passage.tokens for hit in hits])
        return hits[: int(np.searchsorted(spent, max_tokens, side="right"))]

    def warm(self) -> None:
        """Load the model now, so that the first question doesn't wait for it."""
        embed(["a question"], self.encoder, "query")

    def _nearest(self, query: str, k: int, filters: Filters) -> tuple[list[int], list[float]]:
        index = self.generation.faiss
        parameters = None
        candidates = index.ntotal
        if filters != Filters():
            rows = np.asarray(self.generation.store.rows_with(filters), dtype=np.int64)
            parameters = faiss.SearchParameters()
            parameters.sel = faiss.IDSelectorBatch(rows)
            candidates = len(rows)
        if not candidates:
            return [], []
        vector = embed([query], self.encoder, "query")
        # FAISS gives id -1 for "no more": never ask for more than there are.
        scores, ids = index.search(vector, min(k, candidates), params=parameters)
        order = np.lexsort((ids[0], -scores[0]))
        return ids[0][order].tolist(), scores[0][order].tolist()


def open_index(folder: Path | str = "index", encoder: Encoder | None = None) -> Index:
    """Open the current generation of an index to search it.

    Args:
        folder: where `tipqa index` built it.
        encoder: the one it was built with; the packaged one by default.

    Raises:
        GenerationError: there is no index, or it doesn't fit the encoder.
        EncoderError: the encoder can't be loaded.
    """
    encoder = encoder or load_encoder()
    generation = Generation.open(Path(folder), encoder)
    if generation.encoder_file and isinstance(encoder, SentenceEncoder):
        encoder = encoder.run_from(generation.encoder_file)
    return Index(generation, encoder)


def checked_query(query: str) -> str:
    """The query with white space folded.

    Raises:
        QueryError: it is empty or too long.
    """
    if len(query) > LONGEST_QUERY:
        raise QueryError(
            f"the query has {len(query):,} characters. Ask with {LONGEST_QUERY:,} or fewer."
        )
    if any("\ud800" <= character <= "\udfff" for character in query):
        raise QueryError("the query is not UTF-8 text. Give it as UTF-8.")
    folded = " ".join(query.split())
    if not any(character.isalnum() for character in folded):
        raise QueryError("the query is empty. Ask a question or give a few words.")
    return folded


def check_range(name: str, value: int, least: int, most: int) -> None:
    """Raises: QueryError: the value is not between `least` and `most`."""
    if not least <= value <= most:
        raise QueryError(f"{name} is {value}. Give a number from {least} to {most:,}.")


def make_filters(
    index: Index,
    *,
    country: Sequence[str] = (),
    region: str | None = None,
    year_from: int | None = None,
    year_to: int | None = None,
    publisher: str | None = None,
    section: str | None = None,
    source: str | None = None,
) -> Filters:
    """Turn what a user typed into filters.

    Args:
        index: what is to be searched; knows which names it holds.
        country: names or codes; a passage's profile must be about one of them.
        region: a part of the world, as "Africa" or "South-Eastern Asia".
        year_from, year_to: the first and last edition.
        publisher: part of a name; a sentence must rest on a source of such a publisher.
        section: part of a section's title.
        source: the id of a source that a sentence must rest on.

    Raises:
        QueryError: a country, region or source that isn't known, or years the wrong
            way round.
    """
    wanted = set()
    for name in map(str.strip, country):
        if not name:
            continue
        found = countries.lookup(name)
        if found:
            wanted.add(found.code)
        elif name.casefold() in index.generation.store.country_names():
            wanted.add(name.casefold())
        else:
            raise QueryError(
                f'country "{name}" is no name or ISO code of a country. Try "Cambodia" or "KHM".'
            )
    found_region = countries.find_region(region) if region else None
    if region and not found_region:
        raise QueryError(
            f'region "{region}" is not known. Regions are: {", ".join(countries.known_regions())}.'
        )
    if year_from is not None and year_to is not None and year_from > year_to:
        raise QueryError(f"year_from is {year_from}, after year_to, {year_to}. Swap them.")
    source = source or None
    if source is not None and index.generation.store.source(source) is None:
        raise QueryError(f'source "{source}" is no id of a source in this index.')
    return Filters(
        countries=frozenset(wanted),
        region=found_region,
        year_from=year_from,
        year_to=year_to,
        publisher=publisher or None,
        section=section or None,
        source=source,
    )


def _highlights(query: str, passage: Passage) -> tuple[Span, ...]:
    """The sentence that shares most words with the query; none where none does."""
    words = _words(query)
    shared = [len(words & _words(passage.text[a:b])) for a, b in passage.sentences]
    most = max(shared, default=0)
    return (passage.sentences[shared.index(most)],) if most else ()


def _words(text: str) -> set[str]:
    return {
        re.sub(r"(?:'s|’s|s)$", "", word)
        for word in re.findall(r"[^\W_]+(?:['’]s)?", text.casefold())
    } - _COMMON
