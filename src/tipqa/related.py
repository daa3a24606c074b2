"""Profiles and passages that are near to a profile in meaning, from other countries."""

from __future__ import annotations

import numpy as np

from tipqa.catalog import Catalog
from tipqa.types import FloatMatrix, ProfileInfo

_AT_ONCE = 1 << 16  # passages; their scores with all of a profile's stay some MB


class Related:
    """What is near to what, by the vectors that are there already.

    Args:
        catalog: of n passages.
        vectors: of unit length, shape (n, d).
    """

    def __init__(self, catalog: Catalog, vectors: FloatMatrix) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._centres = self._centred()

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
        catalog = self._catalog
        _, other = catalog.strangers(profile)
        number = next(n for n, info in enumerate(catalog.profiles) if info.id == profile)
        scores = self._centres @ self._centres[number]
        found: dict[str, ProfileInfo] = {}
        for near in np.argsort(-scores, kind="stable"):
            info = catalog.profiles[near]
            if other[near]:
                found.setdefault(info.country_name or info.id, info)
            if len(found) == k:
                break
        return list(found.values())

    def passages(self, profile: str, k: int) -> list[tuple[int, int]]:
        """The passages nearest to single passages of a profile, at most one of a country.

        Returns:
            Rows: a passage of the profile, and the one that is near to it; nearest first.
        """
        catalog = self._catalog
        own = catalog.of(profile)
        other, _ = catalog.strangers(profile)
        barred = np.where(other, 0, -np.inf).astype(np.float32)
        nearest = np.zeros(len(own), dtype=np.int64)
        scores = np.full(len(own), -np.inf, dtype=np.float32)
        for start in range(0, len(self._vectors), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            cosines = self._vectors[own] @ self._vectors[part].T
            cosines += barred[part]
            best = cosines.argmax(axis=1)
            found = cosines[np.arange(len(own)), best]
            nearest = np.where(found > scores, best + start, nearest)
            scores = np.maximum(found, scores)
        pairs: dict[str, tuple[int, int]] = {}
        for place in np.argsort(-scores, kind="stable"):
            info = catalog.profiles[catalog.of_passages[nearest[place]]]
            if np.isfinite(scores[place]):
                pair = (int(own[place]), int(nearest[place]))
                pairs.setdefault(info.country_name or info.id, pair)
        return list(pairs.values())[:k]
