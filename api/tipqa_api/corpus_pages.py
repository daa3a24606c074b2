"""The pages of single profiles and sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from tipqa.search import Index
from tipqa.store import Filters
from tipqa.types import Passage, ProfileInfo
from tipqa_api import linked_data, pages, schemas
from tipqa_api.addresses import base, host, web
from tipqa_api.files import SHOWN
from tipqa_api.narrowing import Listing
from tipqa_api.problems import NotFound
from tipqa_api.profile_view import shown

_RELATED_PROFILES, _RELATED_PASSAGES = 6, 6
_AT_ONCE = 50  # passages of a source on a page


def install_corpus_pages(app: FastAPI, index: Index) -> None:
    """Add the pages; each links to its JSON."""

    @app.get("/profiles/{id}", include_in_schema=False)
    def profile(request: Request, identity: schemas.ProfileId) -> HTMLResponse:
        return _profile(index, base(request), identity)

    @app.get("/sources/{id}", include_in_schema=False)
    def source(
        request: Request,
        identity: schemas.SourceId,
        asked: Annotated[schemas.PageQuery, Query()],
    ) -> HTMLResponse:
        return _source(index, base(request), identity, asked.page)


def _page(template: str, **values: Any) -> HTMLResponse:
    return pages.page(template, web=web, host=host, formats=SHOWN, **values)


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


def _source(index: Index, here: str, identity: str, page: int) -> HTMLResponse:
    store = index.generation.store
    found = store.source(identity)
    if found is None:
        raise NotFound(f'There is no source "{identity}". /sources lists them.')
    rows = store.rows_with(Filters(source=identity))
    listing = Listing(f"/sources/{identity}")
    start = (page - 1) * _AT_ONCE
    passages = store.passages(rows[start : start + _AT_ONCE])
    return _page(
        "source.html",
        source=found,
        total=len(rows),
        start=start,
        end=start + len(passages),
        profiles=_by_profile(passages, identity),
        turn=listing.turn(page, len(rows), _AT_ONCE),
        canonical=here + listing.address(page),
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
