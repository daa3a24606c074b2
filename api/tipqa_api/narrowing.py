"""A long list, narrowed by choices and cut into pages; its address says how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """Values to narrow a list by: each with how many it leaves, and that list's address.

    `total` counts those that aren't shown, too.
    """

    shown: list[tuple[str, int, str]]
    total: int


@dataclass(frozen=True, slots=True)
class Turn:
    """The number of a page, of how many, and the addresses of the ones beside it."""

    page: int
    last: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list at a path; `query` has each choice that there is, None where it isn't made."""

    path: str
    query: Mapping[str, Value] = field(default_factory=dict)

    def address(self, page: int = 1, *, but: Mapping[str, Value] | None = None) -> str:
        """Of one of its pages, with some choices made otherwise; a first page has no number."""
        choices = {**self.query, **(but or {}), "page": page if page > 1 else None}
        given = {name: value for name, value in choices.items() if value is not None}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def choices(
        self, name: str, counted: Sequence[tuple[str | int, int]], most: int | None = None
    ) -> Choices:
        """What there is to choose, of it no more than `most`; nothing where that is done."""
        if self.query[name] is not None:
            return Choices([], 0)
        shown = [(str(v), count, self.address(but={name: v})) for v, count in counted[:most]]
        return Choices(shown, len(counted))

    @property
    def chosen(self) -> list[tuple[str, str, str]]:
        """What it is narrowed by: the name, the value, and the address without it."""
        return [
            (name, str(value), self.address(but={name: None}))
            for name, value in self.query.items()
            if value is not None
        ]

    def turn(self, page: int, total: int, at_once: int) -> Turn:
        """From a page of `at_once` things of `total` to those beside it."""
        last = max(1, -(-total // at_once))
        return Turn(
            page,
            last,
            self.address(min(page - 1, last)) if page > 1 else None,
            self.address(page + 1) if page < last else None,
        )
