"""The lists of all profiles and of all sources."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import groupby
from typing import Annotated, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from tipqa.search import Index
from tipqa.types import ProfileInfo, Source
from tipqa_api import linked_data, pages, schemas
from tipqa_api.addresses import base
from tipqa_api.narrowing import Listing

_AT_ONCE = 50  # sources on a page
_FEW = 12  # choices that are shown without being asked for
_PUBLISHERS = 60  # those with most sources
_LETTERS_FROM = 40  # countries from which on the list has letters to jump to
Value = TypeVar("Value", bound=Hashable)


def install_lists(app: FastAPI, index: Index) -> None:
    """Add the two pages."""

    @app.get("/profiles", include_in_schema=False)
    def profiles(
        request: Request, asked: Annotated[schemas.ProfilesPageQuery, Query()]
    ) -> HTMLResponse:
        return _profiles(index, base(request), asked)

    @app.get("/sources", include_in_schema=False)
    def sources(
        request: Request, asked: Annotated[schemas.SourcesPageQuery, Query()]
    ) -> HTMLResponse:
        return _sources(index, base(request), asked)


def _profiles(index: Index, here: str, asked: schemas.ProfilesPageQuery) -> HTMLResponse:
    infos = index.generation.store.profiles()
    sizes = index.generation.catalog.sizes()
    listing = Listing("/profiles", asked.model_dump())

    def left(*choices: str) -> list[ProfileInfo]:
        """What some of the choices leave."""
        return [
            i
            for i in infos
            if ("country" not in choices or asked.country in (None, i.country_name, i.country))
            and ("region" not in choices or asked.region in (None, *i.regions))
            and ("year" not in choices or asked.year in (None, i.edition))
        ]

    some = left("country", "region", "year")
    regions = _counted(region for info in left("country", "year") for region in info.regions)
    years = _counted(info.edition for info in left("country", "region"))
    countries = [
        (name, those, sum(sizes[info.id] for info in those), _letter(name))
        for name, those in (
            (name, list(those)) for name, those in groupby(some, lambda info: info.name)
        )
    ]
    letters = sorted({letter for _, _, _, letter in countries})
    return pages.page(
        "profiles.html",
        total=len(some),
        countries=countries,
        letters=letters if len(countries) >= _LETTERS_FROM else [],
        chosen=listing.chosen,
        regions=listing.choices("region", sorted(regions.items())),
        years=listing.choices("year", sorted(years.items(), reverse=True)),
        few=_FEW,
        canonical=here + listing.address(),
        linked=linked_data.dataset(index, here),
    )


def _sources(index: Index, here: str, asked: schemas.SourcesPageQuery) -> HTMLResponse:
    words = (asked.q or "").casefold().split()
    found = [counted for counted in index.generation.store.sources() if _holds(counted[0], words)]
    listing = Listing("/sources", asked.model_dump(exclude={"page"}))

    def left(*choices: str) -> list[tuple[Source, int, int]]:
        """What some of the choices leave."""
        wanted = {name: listing.query[name] for name in choices if listing.query[name] is not None}
        return [f for f in found if all(getattr(f[0], n) == value for n, value in wanted.items())]

    some = left("publisher", "year", "kind")
    publishers = _counted(source.publisher for source, _, _ in left("year", "kind"))
    years = _counted(source.year for source, _, _ in left("publisher", "kind"))
    kinds = _counted(source.kind for source, _, _ in left("publisher", "year"))
    start = (asked.page - 1) * _AT_ONCE
    return pages.page(
        "sources.html",
        total=len(some),
        start=start,
        sources=some[start : start + _AT_ONCE],
        query=listing.query,
        chosen=listing.chosen,
        publishers=listing.choices("publisher", publishers.most_common(), _PUBLISHERS),
        years=listing.choices("year", sorted(years.items(), reverse=True)),
        kinds=listing.choices("kind", kinds.most_common()),
        few=_FEW,
        turn=listing.turn(asked.page, len(some), _AT_ONCE),
        canonical=here + listing.address(asked.page),
    )


def _holds(source: Source, words: Iterable[str]) -> bool:
    text = f"{source.title} {source.publisher or ''}".casefold()
    return all(word in text for word in words)


def _counted(values: Iterable[Value | None]) -> Counter[Value]:
    return Counter(value for value in values if value is not None)


def _letter(name: str) -> str:
    first = unicodedata.normalize("NFKD", name)[:1].upper()
    return first if first.isascii() and first.isalpha() else "#"
