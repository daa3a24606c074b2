"""One query against an index: what matches, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Literal

import numpy as np

from tipqa import countries
from tipqa.asked import Asked, read_within
from tipqa.chunk import context, embedded_text
from tipqa.copies import Copies
from tipqa.fusion import best_first, fused
from tipqa.generation import Generation
from tipqa.lexical import Rows, Truths, telling, words
from tipqa.store import Filters
from tipqa.types import Copy, FloatVector, Passage, Reranker

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")

_NEAREST = 100  # passages that match, whatever their words
_RERANKED = 20  # passages that the reranker reads
_ELSEWHERE = 5  # of these, about other countries than those that were hinted at
CLOSELY = 10  # of these, it reads the sentences one by one
_LONG = 100  # words, of a passage whose sentences are worth that
_SAME, _NEARLY = 0.85, 0.65  # parts of their words that near-copies share
_PHRASED = 200  # passages that are looked through for a phrase
_SORTED = 400  # passages that are put in order at first
_NAME = 10  # words that the name of a source may have


@dataclass(frozen=True, slots=True)
class Heeded:
    """Something that was asked for beside the meaning, and what it adds.

    `mixed` is on the scale of the mixed score, 0 to 1; `odds` on the reranker's log-odds.
    """

    name: str
    mixed: float
    odds: float


_COUNTRY = Heeded("country", 1.0, 2.0)
_EDITION = Heeded("edition", 0.05, 0.5)
_PHRASE = Heeded("phrase", 2.0, 4.0)
_SOURCE = Heeded("source", 1.0, 4.0)


class Ranking:
    """The order of an index for one query.

    Attributes:
        asked: what the query's words tell.
        matches: the passages that pass the filters and hold a telling word of the query
            or are among the nearest, by row.
        no_profile: the countries asked about that no profile is about.
    """

    def __init__(
        self,
        generation: Generation,
        query: str,
        filters: Filters,
        mode: Mode,
        embedded: Callable[[str], FloatVector],
    ) -> None:
        self._store, self._lexicon = generation.store, generation.lexicon
        self._catalog = catalog = generation.catalog
        self._parts: dict[str, FloatVector] = {}
        self._passages: dict[int, Passage] = {}
        self._odds = np.zeros(len(self._lexicon), dtype=np.float32)
        self.asked = Asked(query)
        if mode == "hybrid":
            self.asked = read_within(generation, query)
        text = self.asked.text
        if mode != "lexical":
            self._scores = self._parts["dense"] = generation.cosines(embedded(text))
        if mode != "dense":
            self._scores = self._parts["lexical"] = self._lexicon.scores(telling(text))

        passing = np.ones(len(self._lexicon), dtype=bool)
        if filters != Filters():
            passing[:] = False
            passing[self._store.rows_with(filters)] = True
        profiled = [country for country in self.asked.countries if catalog.has(country)]
        named = [c for c in profiled if self.asked.countries[c] == "named"]
        about = catalog.about(profiled)
        only = bool(named) and self.asked.only and not filters.countries
        only = only and bool((passing & about).any())
        if mode == "hybrid":
            self._scores = fused(self._parts["dense"], self._parts["lexical"])
            self._parts["mixed"] = self._scores
            if only:
                passing &= about
            self._heed(_COUNTRY, about)
            self._edition = catalog.near(self.asked.years)
            self._heed(_EDITION, self._edition)
            self._heed(_SOURCE, self._resting_on(query))
            self._heed(_PHRASE, self._phrased(passing))
        self.matches = self._matching(passing, mode)
        self.no_profile = self._without_profile(profiled)
        self._several = [catalog.about([c]) for c in named] if len(named) > 1 else []
        self._elsewhere = [~about] if profiled and not only else []
        self._folds = mode == "hybrid"
        self._copies = Copies(catalog, self._lexicon, passing)

    def first(self, count: int, reranker: Reranker | None) -> list[tuple[int, float]]:
        """The first rows with their scores, by falling score."""
        order = self._distinct(self._ordered(self.matches))
        leading = list(islice(order, _RERANKED))
        if reranker:
            elsewhere = self._heads(self._elsewhere, _ELSEWHERE)
            heads = self._heads(self._several, _RERANKED - len(elsewhere))
            read = list(dict.fromkeys([*elsewhere, *heads, *leading]))[:_RERANKED]
            scores = self._reranked(read, reranker)
        else:
            read = list(dict.fromkeys([*leading, *self._heads(self._several, 0)]))
            scores = {row: float(self._scores[row]) for row in read}
        read.sort(key=lambda row: (-scores[row], row))
        rows = chain(
            self._each_first(read, scores),
            (row for row in chain(leading, order) if row not in scores),
        )
        if self._folds:
            rows = chain(self._copies.folded(rows, _NEARLY))
        return [
            (row, scores[row] if row in scores else self._unread(row, reranker))
            for row in islice(rows, count)
        ]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of some rows, in their order; each is read once."""
        new = [row for row in rows if row not in self._passages]
        self._passages.update(zip(new, self._store.passages(new), strict=True))
        return [self._passages[row] for row in rows]

    def also_in(self, row: int) -> tuple[Copy, ...]:
        """The near-copies of a passage, the newest first."""
        if not self._folds:
            return ()
        copies = self._copies.of(row, _NEARLY)
        return tuple(Copy(*copy) for copy in self._store.ids(copies)) if copies else ()

    def parts(self, row: int) -> dict[str, float]:
        """What the score of a passage is made of."""
        values = {name: float(values[row]) for name, values in self._parts.items()}
        return {name: round(value, 6) for name, value in values.items() if not np.isnan(value)}

    def _heed(self, what: Heeded, has: FloatVector | Truths) -> None:
        """Count what each passage has of something, from 0 to 1, into its score."""
        if has.any():
            share = has.astype(np.float32)
            self._parts[what.name] = share
            self._scores = self._scores + what.mixed * share
            self._odds = self._odds + what.odds * share

    def _resting_on(self, query: str) -> Truths:
        """Which passages rest on a source of which the query is the title or publisher."""
        resting = np.zeros(len(self._lexicon), dtype=bool)
        if len(words(query)) <= _NAME:
            resting[self._store.rows_named(query)] = True
        return resting

    def _phrased(self, passing: Truths) -> Truths:
        """Which passages hold all phrases, of the best that hold their words."""
        held = np.zeros(len(passing), dtype=bool)
        phrases = [words(phrase) for phrase in self.asked.phrases]
        if phrases:
            rows = self._lexicon.rows_with_all(telling(" ".join(chain(*phrases))))
            rows = best_first(self._scores, rows[passing[rows]], _PHRASED)
            for row, text in zip(rows, self._store.texts(rows.tolist()), strict=True):
                folded = f" {' '.join(words(text))} "
                held[row] = all(f" {' '.join(phrase)} " in folded for phrase in phrases)
        return held

    def _matching(self, passing: Truths, mode: Mode) -> Rows:
        rows = np.flatnonzero(passing)
        if mode == "dense":
            return rows
        matching = passing & (self._parts["lexical"] > 0)
        matching[best_first(self._scores, rows, _NEAREST if mode == "hybrid" else 0)] = True
        return np.flatnonzero(matching)

    def _ordered(self, rows: Rows) -> Iterator[int]:
        """By falling score; sorted as far as anyone wants to know."""
        yield from best_first(self._scores, rows, _SORTED).tolist()
        if len(rows) > _SORTED:
            yield from best_first(self._scores, rows, len(rows))[_SORTED:].tolist()

    def _without_profile(self, profiled: Sequence[str]) -> tuple[str, ...]:
        """A people or capital is told of only where nothing else that was named has one."""
        return tuple(
            countries.by_code()[country.lower()].name
            for country, how in self.asked.countries.items()
            if not self._catalog.has(country) and (how == "named" or not profiled)
        )

    def _heads(self, groups: Sequence[Truths], count: int) -> list[int]:
        """The first of each group, in equal parts of `count`, and at least one."""
        each = max(1, count // max(1, len(groups)))
        rows = [self._ordered(self.matches[group[self.matches]]) for group in groups]
        return list(chain(*(islice(self._distinct(some), each) for some in rows)))

    def _unread(self, row: int, reranker: Reranker | None) -> float:
        """The score of what the reranker has not read: below 0, in the order it had."""
        score = float(self._scores[row])
        return -1 / (2 + score) if reranker else score

    def _distinct(self, rows: Iterator[int]) -> Iterator[int]:
        if not self._folds:
            return rows
        edition = self._edition
        return self._copies.folded(
            rows, _SAME, lambda row: (float(edition[row]), float(self._scores[row]))
        )

    def _reranked(self, rows: Sequence[int], reranker: Reranker) -> dict[int, float]:
        """The probability that each passage answers, as the reranker reads it."""
        passages = dict(zip(rows, self.passages(rows), strict=True))
        query = self.asked.text
        odds = self._parts["reranker"] = np.full_like(self._odds, np.nan)
        odds[list(rows)] = reranker.score(
            query, [embedded_text(passage) for passage in passages.values()]
        )
        closely = sorted(rows, key=lambda row: -odds[row])[:CLOSELY]
        sentences = [
            (row, context(passage) + passage.text[slice(*span)])
            for row, passage in passages.items()
            if row in closely and len(passage.text.split()) > _LONG
            for span in passage.sentences
        ]
        best = reranker.score(query, [text for _, text in sentences])
        for (row, _), score in zip(sentences, best, strict=True):
            odds[row] = max(odds[row], score)
        return {row: _probability(odds[row] + self._odds[row]) for row in rows}

    def _each_first(self, rows: list[int], scores: dict[int, float]) -> list[int]:
        """The rows with the best of each country that was named before all others."""
        best = {next((r for r in rows if about[r]), -1) for about in self._several}
        ordered = sorted(rows, key=lambda row: row not in best)
        for row, following in reversed(list(pairwise(ordered))):  # no score may rise
            scores[row] = max(scores[row], scores[following])
        return ordered


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.float64(odds))))
