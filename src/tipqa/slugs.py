"""Ids that a person can read."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str, longest: int = 80) -> str:
    """Lower-case Latin letters and digits joined by hyphens: "Côte d'Ivoire" → cote-d-ivoire.

    Returns:
        At most `longest` characters, cut between words; empty where no such letter is.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    while len(words) > 1 and len("-".join(words)) > longest:
        words.pop()
    return "-".join(words)[:longest]
