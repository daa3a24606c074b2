"""The HTTP face of tipqa: a search page and a JSON API."""

from __future__ import annotations

from tipqa_api.app import create_app as create_app
