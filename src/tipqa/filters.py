"""What a user typed → a query and filters that can be meant."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Protocol

from tipqa import countries
from tipqa.errors import QueryError
from tipqa.generation import Generation
from tipqa.store import Filters

LONGEST_QUERY = 2000
"""In characters; an encoder sees far less of it."""


class Opened(Protocol):
    """An open index."""

    @property
    def generation(self) -> Generation: ...


def checked_query(query: str) -> str:
    """The query with white space folded.

    Raises:
        QueryError: it is empty or too long.
    """
    if len(query) > LONGEST_QUERY:
        raise QueryError(
            f"the query has {len(query):,} characters. Ask with {LONGEST_QUERY:,} or fewer."
        )
    if any("\ud800" <= character <= "\udfff" for character in query):
        raise QueryError("the query is not UTF-8 text. Give it as UTF-8.")
    folded = " ".join(query.split())
    if not any(character.isalnum() for character in folded):
        raise QueryError("the query is empty. Ask a question or give a few words.")
    return folded


def check_range(name: str, value: int, least: int, most: int) -> None:
    """Raises: QueryError: the value is not between `least` and `most`."""
    if not least <= value <= most:
        raise QueryError(f"{name} is {value}. Give a number from {least} to {most:,}.")


def make_filters(
    index: Opened,
    *,
    country: Sequence[str] = (),
    region: str | None = None,
    year_from: int | None = None,
    year_to: int | None = None,
    publisher: str | None = None,
    section: str | None = None,
    source: str | None = None,
) -> Filters:
    """Turn what a user typed into filters.

    Args:
        index: what is to be searched; knows which names it holds.
        country: names or codes; a passage's profile must be about one of them.
        region: a part of the world, as "Africa" or "South-Eastern Asia".
        year_from, year_to: the first and last edition.
        publisher: part of a name; a sentence must rest on a source of such a publisher.
        section: part of a section's title.
        source: the id of a source that a sentence must rest on.

    Raises:
        QueryError: a country, region or source that isn't known, or years the wrong
            way round.
    """
    store = index.generation.store
    wanted = find_countries(country, store.country_names())
    found_region = countries.find_region(region) if region else None
    if region and not found_region:
        raise QueryError(
            f'region "{region}" is not known. Regions are: {", ".join(countries.known_regions())}.'
        )
    if year_from is not None and year_to is not None and year_from > year_to:
        raise QueryError(f"year_from is {year_from}, after year_to, {year_to}. Swap them.")
    source = source or None
    if source is not None and store.source(source) is None:
        raise QueryError(f'source "{source}" is no id of a source in this index.')
    return Filters(
        countries=wanted,
        region=found_region,
        year_from=year_from,
        year_to=year_to,
        publisher=publisher or None,
        section=section or None,
        source=source,
    )


def find_countries(names: Sequence[str], known: Set[str]) -> frozenset[str]:
    """Codes of countries, or else names that profiles have, as `Filters` holds them.

    Args:
        names: names or codes, as typed; empty ones do not count.
        known: the names that profiles have, in lower case.

    Raises:
        QueryError: a country isn't known.
    """
    wanted = set()
    for name in filter(None, map(str.strip, names)):
        found = countries.lookup(name)
        if found:
            wanted.add(found.code)
        elif name.casefold() in known:
            wanted.add(name.casefold())
        else:
            raise QueryError(
                f'country "{name}" is no name or ISO code of a country. Try "Cambodia" or "KHM".'
            )
    return frozenset(wanted)
