"""Query → ranked Hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tipqa.catalog import Facet
from tipqa.embed import SentenceEncoder, embed, load_encoder
from tipqa.filters import LONGEST_QUERY, check_range, checked_query, make_filters
from tipqa.generation import Generation, current_name
from tipqa.lexical import stems, telling, words
from tipqa.ranking import MODES, Mode, Ranking
from tipqa.rerank import load_reranker
from tipqa.store import Filters
from tipqa.types import Encoder, Hit, Passage, Reranker, Span

__all__ = [
    "LONGEST_QUERY",
    "MODES",
    "MOST_HITS",
    "Found",
    "Index",
    "Mode",
    "check_range",
    "checked_query",
    "make_filters",
    "open_index",
]
MOST_HITS = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives.

    Attributes:
        hits: by falling score.
        total: how many passages match: they pass the filters and hold a telling word of
            the query, or are among the nearest.
        no_profile: countries that the query names and no profile is about.
        searched: the query, where names of countries in it were put right; else None.
    """

    hits: list[Hit]
    total: int
    no_profile: tuple[str, ...]
    searched: str | None
    _facets: Callable[[], Mapping[str, Sequence[Facet]]]

    @property
    def facets(self) -> Mapping[str, Sequence[Facet]]:
        """By filter: how many of the matches have each of its values, most first."""
        return self._facets()


@dataclass(frozen=True, slots=True)
class Index:
    """An open generation with its models. Safe to use from several threads."""

    generation: Generation
    encoder: Encoder
    reranker: Reranker | None = None

    def search(
        self,
        query: str,
        k: int = 10,
        filters: Filters | None = None,
        max_tokens: int | None = None,
        *,
        mode: Mode = "hybrid",
        rerank: bool = True,
        explain: bool = False,
    ) -> list[Hit]:
        """Find the passages that answer a query best: the hits of `find`."""
        return self.find(
            query, k, filters, max_tokens, mode=mode, rerank=rerank, explain=explain
        ).hits

    def find(
        self,
        query: str,
        k: int = 10,
        filters: Filters | None = None,
        max_tokens: int | None = None,
        *,
        mode: Mode = "hybrid",
        rerank: bool = True,
        explain: bool = False,
    ) -> Found:
        """Find the passages that answer a query best, and what else there is to say.

        Args:
            query: a question or a few words, up to LONGEST_QUERY characters.
            k: how many hits, 1 to MOST_HITS; fewer matches give fewer.
            filters: what a passage must have; applied before scoring, so a hit that
                passes is never lost to one that doesn't.
            max_tokens: hits from the first on, as long as their passages' tokens
                (cl100k_base) add up to no more.
            mode: "hybrid" mixes the encoder's scores with BM25 and heeds the countries,
                years and phrases of the query; "dense" and "lexical" are one of the two
                alone, as it is.
            rerank: have the reranker, where there is one, put the first in order.
            explain: say what each score is made of.

        Returns:
            Hits by falling score, ties by place in the corpus. What the reranker has
            read has its probability, 0 to 1, and what it has not a score below 0;
            without it, dense scores are cosines, lexical ones BM25, hybrid ones a mix
            of both from 0 to 1, and more for what is asked for by name.

        Raises:
            QueryError: the query is empty or too long, or a number is out of range.
        """
        query = checked_query(query)
        check_range("k", k, 1, MOST_HITS)
        if max_tokens is not None:
            check_range("max_tokens", max_tokens, 1, 10_000_000)
        ranking = Ranking(
            self.generation,
            query,
            filters or Filters(),
            mode,
            lambda text: embed([text], self.encoder, "query")[0],
        )
        order = ranking.first(k, self.reranker if rerank else None)
        passages = ranking.passages([row for row, _ in order])
        hits = [
            Hit(
                rank,
                score,
                passage,
                _highlights(ranking.asked.text, passage),
                ranking.also_in(row),
                ranking.parts(row) if explain else None,
            )
            for rank, ((row, score), passage) in enumerate(
                zip(order, passages, strict=True), start=1
            )
        ]
        if max_tokens is not None:
            spent = np.cumsum([hit.passage.tokens for hit in hits])
            hits = hits[: int(np.searchsorted(spent, max_tokens, side="right"))]
        return Found(
            hits,
            len(ranking.matches),
            ranking.no_profile,
            ranking.asked.text if ranking.asked.text != query else None,
            lambda: self.generation.catalog.facets(ranking.matches),
        )

    def suggest(self, typed: str, k: int = 8) -> list[str]:
        """What a few letters may be the beginning of, the likeliest first."""
        return self.generation.suggestions.starting(typed, k)

    @property
    def current_name(self) -> str | None:
        """The name of the generation that is current by now, which may be another one."""
        return current_name(self.generation.folder)

    def reopened(self) -> Index:
        """The current generation by the same models.

        Raises:
            GenerationError: it doesn't fit them, or is damaged.
        """
        return replace(self, generation=Generation.open(self.generation.folder, self.encoder))

    def warm(self, rerank: bool = True) -> None:
        """Load what a first question would wait for, the reranker where it is to be used."""
        self.find("a question", 1, rerank=False)
        if rerank and self.reranker:
            self.reranker.score("a question", ["an answer"])

    def warm_all(self) -> None:
        """Load what a server's first visitors would wait for."""
        self.suggest("a")
        self.warm()
        _ = self.find("a question", 1, rerank=False).facets
        self.generation.look()
        _ = self.generation.related


def open_index(
    folder: Path | str = "index",
    encoder: Encoder | None = None,
    reranker: Reranker | None = None,
) -> Index:
    """Open the current generation of an index to search it.

    Args:
        folder: where `tipqa index` built it.
        encoder: the one it was built with.
        reranker: puts the first hits in order; without one, the mixed scores do. Where
            neither is given, both are the packaged ones.

    Raises:
        GenerationError: there is no index, or it doesn't fit the encoder.
        EncoderError: a model can't be loaded.
    """
    if encoder is None:
        encoder, reranker = load_encoder(), reranker or load_reranker()
    generation = Generation.open(Path(folder), encoder)
    if generation.encoder_file and isinstance(encoder, SentenceEncoder):
        encoder = encoder.run_from(generation.encoder_file)
    return Index(generation, encoder, reranker)


def _highlights(query: str, passage: Passage) -> tuple[Span, ...]:
    """The sentence that shares most words with the query; none where none does."""
    asked = set(stems(telling(query)))
    found = [words(passage.text[start:end]) for start, end in passage.sentences]
    known = list({word for sentence in found for word in sentence})
    meant = {word for word, stem in zip(known, stems(known), strict=True) if stem in asked}
    shared = [len(meant.intersection(sentence)) for sentence in found]
    most = max(shared, default=0)
    return (passage.sentences[shared.index(most)],) if most else ()
