"""Notes that a person read: what is read out of them, and which name one source."""

from __future__ import annotations

import runpy

import pytest

from conftest import REPOSITORY
from tipqa.evaluate import mean
from written import shared

FLOORS = {
    "publisher": 0.95,
    "year": 0.95,
    "url": 0.95,
    "pairs, precision": 0.99,
    "pairs, recall": 0.90,
}


@pytest.fixture(scope="module")
def findings():
    """Every label, judged by the benchmark's own command."""
    profiles = shared("profiles")
    return runpy.run_path(str(REPOSITORY / "benchmarks" / "sources.py"))["judge"](profiles)


@pytest.mark.parametrize("name", FLOORS)
def test_what_a_person_read_is_read(findings, name):
    """Each measure stays at its floor or above, over all labels, and has labels to rest on."""
    right = [float(one[2]) for one in findings if one[0] == name]
    assert len(right) >= 200
    assert mean(right).mean >= FLOORS[name]
