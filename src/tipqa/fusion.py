"""Two scores into one, and scores into an order."""

from __future__ import annotations

import numpy as np

from tipqa.lexical import Rows
from tipqa.types import FloatVector

_DENSE, _LEXICAL = 0.75, 0.25


def fused(dense: FloatVector, lexical: FloatVector) -> FloatVector:
    """The encoder's and the words' scores as one, from 0 to 1.

    Each is stretched to reach from 0 to 1 over all passages of the index, so that a
    filter changes no score.
    """
    mixed: FloatVector = _DENSE * _stretched(dense) + _LEXICAL * _stretched(lexical)
    return mixed


def _stretched(scores: FloatVector) -> FloatVector:
    least, most = scores.min(initial=0), scores.max(initial=0)
    stretched: FloatVector = (scores - least) / max(float(most - least), 1e-9)
    return stretched


def best_first(scores: FloatVector, rows: Rows, count: int) -> Rows:
    """The first `count` of some rows by falling score, ties by row."""
    if not count:
        return rows[:0]
    if count < len(rows):
        least = np.partition(scores[rows], len(rows) - count)[len(rows) - count]
        rows = rows[scores[rows] >= least]
    return rows[np.lexsort((rows, -scores[rows]))][:count]
