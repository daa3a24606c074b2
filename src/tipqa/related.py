"""Profiles and passages that are near to a profile in meaning, from other countries."""

from __future__ import annotations

import numpy as np

from tipqa.catalog import Catalog
from tipqa.types import FloatMatrix, ProfileInfo

_AT_ONCE = 16  # passages of a profile, whose scores with all others are held at once
_BESIDE = 10  # countries that a passage's nearest one is held against


class Related:
    """What is near to what, by the vectors that are there already.

    Args:
        catalog: of n passages.
        vectors: of unit length, shape (n, d).
    """

    def __init__(self, catalog: Catalog, vectors: FloatMatrix) -> None:
        self._catalog = catalog
        self._vectors = vectors
        numbers = {kin: number for number, kin in enumerate(dict.fromkeys(catalog.kin))}
        self._kin = np.array([numbers[kin] for kin in catalog.kin], dtype=np.int64)
        self._centres = self._centred()
        cited = catalog.cited()
        self._cited = cited if cited.any() else np.ones(len(vectors), dtype=bool)
        kin = self._kin[catalog.of_passages]
        order = np.argsort(kin, kind="stable")
        self._rows = order[self._cited[order]]
        self._countries, self._starts = np.unique(kin[self._rows], return_index=True)

    def _centred(self) -> FloatMatrix:
        """A unit vector for each profile: how its passages differ from all, in the mean."""
        catalog = self._catalog
        shape = (len(catalog.profiles), self._vectors.shape[1])
        sums = np.zeros(shape, dtype=np.float32)
        order = np.argsort(catalog.of_passages, kind="stable")
        numbers, starts = np.unique(catalog.of_passages[order], return_index=True)
        for number, rows in zip(numbers, np.split(order, starts[1:]), strict=True):
            sums[number] = self._vectors[rows].mean(axis=0)
        sums -= sums.mean(axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray(sums / np.maximum(lengths, 1e-9), dtype=np.float32)

    def profiles(self, profile: str, k: int) -> list[ProfileInfo]:
        """The profiles nearest to one as a whole, each country's nearest one, nearest first."""
        number = self._catalog.number(profile)
        found: dict[int, ProfileInfo] = {}
        for near in np.argsort(-(self._centres @ self._centres[number]), kind="stable"):
            if self._kin[near] != self._kin[number]:
                found.setdefault(int(self._kin[near]), self._catalog.profiles[near])
        return list(found.values())[:k]

    def passages(self, profile: str, k: int) -> list[tuple[int, int]]:
        """The passages that are nearest to single ones of a profile, one of a country.

        What all profiles say in like words tells nothing: the nearest passage counts by how
        much nearer it is than the nearest ones of the next countries. Passages that rest on
        no source are left out, where others do.

        Returns:
            Rows: a passage of the profile, and the one that is near to it; the best first.
        """
        own = self._catalog.of(profile)
        own = own[self._cited[own]] if self._cited[own].any() else own
        home = self._kin[self._catalog.number(profile)]
        if not np.any(self._countries != home):
            return []
        at_home = np.where(self._kin[self._catalog.of_passages[self._rows]] == home, -np.inf, 0)
        pairs = []
        for start in range(0, len(own), _AT_ONCE):
            some = own[start : start + _AT_ONCE]
            cosines = (self._vectors[some] @ self._vectors.T)[:, self._rows]
            by_country = np.maximum.reduceat(cosines, self._starts, axis=1)
            by_country = by_country[:, self._countries != home]
            nearest = -np.sort(-by_country, axis=1)[:, : 1 + _BESIDE]
            others = nearest[:, 1:].mean(axis=1) if nearest.shape[1] > 1 else 0
            cosines += at_home
            best = self._rows[cosines.argmax(axis=1)]
            pairs += list(zip(nearest[:, 0] - others, some, best, strict=True))
        found: dict[int, tuple[int, int]] = {}
        for _, row, near in sorted(pairs, key=lambda pair: -pair[0]):
            country = int(self._kin[self._catalog.of_passages[near]])
            found.setdefault(country, (int(row), int(near)))
        return list(found.values())[:k]
