"""Pages of what is there to read: profiles, sources, and the lists of both."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from tipqa.export import FormatName
from tipqa.search import Index
from tipqa.store import Filters
from tipqa.types import Passage, ProfileInfo, Source
from tipqa_api import linked_data, pages, schemas
from tipqa_api.addresses import base, host, web
from tipqa_api.problems import NotFound
from tipqa_api.profile_view import shown

_RELATED_PROFILES, _RELATED_PASSAGES = 6, 6
_AT_ONCE = 50  # sources, or passages of a source, on one page
_FEW = 12  # choices that are shown without being asked for
_LETTERS_FROM = 40  # countries from which on the list has letters to jump to
FORMATS_SHOWN: dict[FormatName, str] = {
    "text": "Text",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl": "CSL-JSON",
    "csv": "CSV",
    "jsonl": "JSON Lines",
}
_PUBLISHERS = 60  # those with most sources


@dataclass(frozen=True, slots=True)
class Choices:
    """Values to narrow a list by: each with how many it leaves, and that list's address."""

    shown: list[tuple[str, int, str]]
    total: int


def install_corpus_pages(app: FastAPI, index: Index) -> None:
    """Add the pages; each links to its JSON."""

    @app.get("/profiles", include_in_schema=False)
    def profiles(
        request: Request, asked: Annotated[schemas.ProfilesPageQuery, Query()]
    ) -> HTMLResponse:
        return _profiles(index, base(request), asked)

    @app.get("/profiles/{id}", include_in_schema=False)
    def profile(request: Request, identity: schemas.ProfileId) -> HTMLResponse:
        return _profile(index, base(request), identity)

    @app.get("/sources", include_in_schema=False)
    def sources(
        request: Request, asked: Annotated[schemas.SourcesPageQuery, Query()]
    ) -> HTMLResponse:
        return _sources(index, base(request), asked)

    @app.get("/sources/{id}", include_in_schema=False)
    def source(
        request: Request,
        identity: schemas.SourceId,
        asked: Annotated[schemas.PageQuery, Query()],
    ) -> HTMLResponse:
        return _source(index, base(request), identity, asked.page)


def _page(template: str, **values: Any) -> HTMLResponse:
    return pages.page(template, web=web, host=host, few=_FEW, formats=FORMATS_SHOWN, **values)


def _profile(index: Index, here: str, identity: str) -> HTMLResponse:
    generation = index.generation
    store = generation.store
    found = store.profile(identity)
    if found is None:
        raise NotFound(f'There is no profile "{identity}". /profiles lists them.')
    info = found.info
    pairs = generation.related.passages(identity, _RELATED_PASSAGES)
    own = store.passages([row for row, _ in pairs])
    near = store.passages([row for _, row in pairs])
    return _page(
        "profile.html",
        info=info,
        profile=shown(found, store.passages_of(identity)),
        links=_links(info),
        language=_language(info),
        editions=[
            other
            for other in store.profiles()
            if info.country_name and other.country_name == info.country_name
        ],
        near_profiles=generation.related.profiles(identity, _RELATED_PROFILES),
        near_passages=list(zip(own, near, strict=True)),
        since=generation.history[identity][1][:10],
        canonical=f"{here}/profiles/{identity}",
        linked=linked_data.profile(found, here, generation.history[identity][1]),
    )


def _links(info: ProfileInfo) -> list[tuple[str, str]]:
    """The web addresses in a profile's front matter, and what each is called there."""
    extra = [(name, str(value)) for name, value in info.extra.items()]
    found = [(name, web(value)) for name, value in [("original", info.url or ""), *extra]]
    return [(name.replace("_", " ").capitalize(), url) for name, url in found if url]


def _language(info: ProfileInfo) -> str | None:
    """The language of a profile, where its front matter names it as BCP 47 does."""
    told = str(info.extra.get("language", ""))
    return told if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", told) else None


def _profiles(index: Index, here: str, asked: schemas.ProfilesPageQuery) -> HTMLResponse:
    catalog = index.generation.catalog
    infos = index.generation.store.profiles()
    has: dict[str, Mapping[str, frozenset[Hashable]]] = {
        "country": {i.id: frozenset([i.country_name, i.country]) for i in infos},
        "region": {info.id: frozenset(info.regions) for info in infos},
        "year": {info.id: frozenset([info.edition]) for info in infos},
    }
    query: dict[str, Any] = {
        "country": asked.country, "region": asked.region, "year": asked.year,
    }  # fmt: skip

    def left(*names: str) -> list[ProfileInfo]:
        """What some of the choices leave."""
        wanted = [name for name in names if query[name] is not None]
        return [i for i in infos if all(query[name] in has[name][i.id] for name in wanted)]

    some = left("country", "region", "year")
    regions = _counted(region for info in left("country", "year") for region in info.regions)
    years = _counted(info.edition for info in left("country", "region"))
    countries = [
        (name, list(those)) for name, those in groupby(some, lambda i: i.country_name or i.title)
    ]
    sizes = catalog.sizes()
    return _page(
        "profiles.html",
        total=len(some),
        countries=[
            (name, those, sum(sizes[info.id] for info in those), _letter(name))
            for name, those in countries
        ],
        letters=sorted({_letter(name) for name, _ in countries})
        if len(countries) >= _LETTERS_FROM
        else [],
        chosen=_chosen("/profiles", query),
        regions=_choices("/profiles", query, "region", sorted(regions.items())),
        years=_choices("/profiles", query, "year", sorted(years.items(), reverse=True)),
        canonical=f"{here}/profiles{_asked(query)}",
        linked=linked_data.dataset(index, here),
    )


def _sources(index: Index, here: str, asked: schemas.SourcesPageQuery) -> HTMLResponse:
    query: dict[str, Any] = {
        "q": asked.q, "publisher": asked.publisher, "year": asked.year, "kind": asked.kind,
    }  # fmt: skip
    words = (asked.q or "").casefold().split()
    found = [
        (source, profiles, passages)
        for source, profiles, passages in index.generation.store.sources()
        if _holds(source, words)
    ]

    def left(*names: str) -> list[tuple[Source, int, int]]:
        wanted = [name for name in names if query[name] is not None]
        return [f for f in found if all(getattr(f[0], name) == query[name] for name in wanted)]

    some = left("publisher", "year", "kind")
    publishers = _counted(source.publisher for source, _, _ in left("year", "kind"))
    years = _counted(source.year for source, _, _ in left("publisher", "kind"))
    kinds = _counted(source.kind for source, _, _ in left("publisher", "year"))
    start = (asked.page - 1) * _AT_ONCE
    return _page(
        "sources.html",
        total=len(some),
        start=start,
        sources=some[start : start + _AT_ONCE],
        query=query,
        chosen=_chosen("/sources", query),
        publishers=_choices("/sources", query, "publisher", publishers.most_common()),
        years=_choices("/sources", query, "year", sorted(years.items(), reverse=True)),
        kinds=_choices("/sources", query, "kind", kinds.most_common()),
        turn=_turn("/sources", query, asked.page, len(some)),
        canonical=f"{here}/sources{_asked(query, asked.page)}",
    )


def _source(index: Index, here: str, identity: str, page: int) -> HTMLResponse:
    store = index.generation.store
    found = store.source(identity)
    if found is None:
        raise NotFound(f'There is no source "{identity}". /sources lists them.')
    rows = store.rows_with(Filters(source=identity))
    start = (page - 1) * _AT_ONCE
    passages = store.passages(rows[start : start + _AT_ONCE])
    return _page(
        "source.html",
        source=found,
        total=len(rows),
        start=start,
        profiles=_by_profile(passages, identity),
        turn=_turn(f"/sources/{identity}", {}, page, len(rows)),
        canonical=f"{here}/sources/{identity}{_asked({}, page)}",
        linked=linked_data.source(found, here),
    )


def _by_profile(passages: Iterable[Passage], source: str) -> list[tuple[Any, ...]]:
    """Each profile with its passages, and the note where all of them have the same."""
    found: list[tuple[Any, ...]] = []
    for _, those in groupby(passages, lambda passage: passage.profile.id):
        shown = [(passage, *_resting(passage, source)) for passage in those]
        notes = {note for _, _, named in shown for note in named}
        found.append((shown[0][0].profile, shown, notes.pop() if len(notes) == 1 else None))
    return found


def _resting(passage: Passage, source: str) -> tuple[list[tuple[str, bool]], list[str]]:
    """A passage's sentences, whether each rests on a source, and the notes that name it."""
    named = [c for c in passage.citations if any(s.id == source for s in c.note.sources)]
    resting = {citation.sentence for citation in named}
    sentences = [(passage.text[slice(*span)], span in resting) for span in passage.sentences]
    return sentences, list(dict.fromkeys(citation.note.text for citation in named))


def _holds(source: Source, words: Iterable[str]) -> bool:
    text = f"{source.title} {source.publisher or ''}".casefold()
    return all(word in text for word in words)


def _counted(values: Iterable[Any]) -> Counter[Any]:
    return Counter(value for value in values if value is not None)


def _letter(name: str) -> str:
    first = unicodedata.normalize("NFKD", name)[:1].upper()
    return first if first.isascii() and first.isalpha() else "#"


def _asked(query: Mapping[str, Any], page: int = 1) -> str:
    """A query as the end of an address; a first page needs no number."""
    given = {name: value for name, value in query.items() if value is not None}
    given |= {"page": page} if page > 1 else {}
    return f"?{urlencode(given)}" if given else ""


def _choices(
    path: str, query: Mapping[str, Any], name: str, counted: Sequence[tuple[Any, int]]
) -> Choices:
    """None where the choice is made."""
    if query[name] is not None:
        return Choices([], 0)
    shown = [
        (str(value), count, path + _asked({**query, name: value}))
        for value, count in counted[: _PUBLISHERS if name == "publisher" else None]
    ]
    return Choices(shown, len(counted))


def _chosen(path: str, query: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a list is narrowed by: the name, the value, and the address without it."""
    return [
        (name, str(value), path + _asked({**query, name: None}))
        for name, value in query.items()
        if value is not None
    ]


def _turn(path: str, query: Mapping[str, Any], page: int, total: int) -> dict[str, Any]:
    """The number of a page of a list, of how many, and where the ones beside it are."""
    last = max(1, -(-total // _AT_ONCE))
    before = path + _asked(query, min(page - 1, last)) if page > 1 else None
    after = path + _asked(query, page + 1) if page < last else None
    return {"page": page, "last": last, "before": before, "after": after}
