"""How likely it is that what was found answers: a small head over the evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tipqa.evidence import Evidence

WEIGHTS = "answers.json"
"""What `benchmarks/train_answers.py` wrote, beside this file."""


READING = "reading"
"""The feature that the reader tells: the log-odds that the best sentences answer."""


@dataclass(frozen=True, slots=True)
class Head:
    """Log-odds as a weighted sum of features.

    `threshold` is the least probability, 0 to 1, of what is given as an answer.
    """

    weights: Mapping[str, float]
    bias: float
    threshold: float

    def confidence(self, features: Mapping[str, float]) -> float:
        """The probability, 0 to 1, that the best sentences answer."""
        odds = self.bias + sum(w * features[name] for name, w in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


@dataclass(frozen=True, slots=True)
class Heads:
    """One head for where a reader tells what it reads, one for where there is none."""

    full: Head
    plain: Head

    def of(self, evidence: Evidence) -> tuple[float, Head]:
        """The probability that a question is answered, and the head that tells it."""
        if evidence.reading is None:
            return self.plain.confidence(evidence.features), self.plain
        features = {**evidence.features, READING: evidence.reading}
        return self.full.confidence(features), self.full


@cache
def shipped() -> Heads:
    """The heads that the package comes with."""
    read = json.loads(resources.files("tipqa").joinpath(WEIGHTS).read_text(encoding="utf-8"))
    return Heads(*(Head(**read[name]) for name in ("full", "plain")))
