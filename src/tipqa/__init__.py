"""Semantic search over country profiles on human trafficking, each sentence with its sources."""

from __future__ import annotations

__version__ = "0.1.0"
