"""Passages of one country that say nearly the same in several profiles of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tipqa.catalog import Catalog
from tipqa.lexical import Lexicon, Rows, Truths
from tipqa.types import FloatVector


class Copies:
    """Which of the passages that pass some filters are copies of each other."""

    def __init__(self, catalog: Catalog, lexicon: Lexicon, passing: Truths) -> None:
        self._catalog, self._lexicon, self._passing = catalog, lexicon, passing
        self._known: dict[int, tuple[Rows, FloatVector]] = {}

    def of(self, row: int, alike: float) -> list[int]:
        """The passages that share at least such a part of their words with one."""
        if row not in self._known:
            others = self._catalog.elsewhere(row)
            others = others[self._passing[others]]
            self._known[row] = others, self._lexicon.alike(row, others)
        rows, shares = self._known[row]
        found: list[int] = rows[shares >= alike].tolist()
        return found

    def folded(
        self,
        rows: Iterable[int],
        alike: float,
        better: Callable[[int], tuple[float, ...]] | None = None,
    ) -> Iterator[int]:
        """Some rows in their order, without those that an earlier one is a copy of.

        Where `better` is given, the copy that has most of it stands in for the first.
        """
        covered: set[int] = set()
        for row in rows:
            if row in covered:
                continue
            copies = [copy for copy in self.of(row, alike) if copy not in covered]
            chosen = max([row, *copies], key=better) if better else row
            covered |= {row, *copies, chosen, *self.of(chosen, alike)}
            yield chosen
