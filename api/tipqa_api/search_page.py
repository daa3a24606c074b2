"""The search page: an answer first, then passages; and what was found, to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from tipqa import countries
from tipqa.answer import Answer, answer
from tipqa.asked import read_within
from tipqa.catalog import Facet
from tipqa.choice import AnswerSentence
from tipqa.cite import NumberedSentence, Numbers, numbered, with_references
from tipqa.errors import QueryError
from tipqa.export import FormatName, take
from tipqa.search import LONGEST_QUERY, Found, Index, make_filters
from tipqa.store import Filters
from tipqa.types import Hit, Note, Passage, Span
from tipqa_api import linked_data, pages, safety
from tipqa_api.addresses import base
from tipqa_api.files import SHOWN, file
from tipqa_api.problems import NotFound
from tipqa_api.schemas import Format, MaybeNumber, MaybeText
from tipqa_desk.database import Desk
from tipqa_desk.missing import count

_HITS = 10  # on a page
_PAGES = 20
_BY_YEAR = 100  # of the nearest passages, that are put in order by edition
_TAKEN = 100  # passages of a list that is taken along
_COPIED = 100  # passages that are copied at once
_SURE = ((0.9, "very likely"), (0.75, "likely"), (0.0, "possibly"))
_NARROWED = {"country": "Country", "edition": "Edition", "publisher": "Source’s publisher",
             "section": "Section"}  # fmt: skip
_ORDERS = {"relevance": "Nearest first", "newest": "Newest edition", "oldest": "Oldest edition"}
_OFFERED: tuple[FormatName, ...] = ("bibtex", "ris", "csl", "csv", "text")


class Asked(BaseModel):
    """What the address of a page may hold; what isn't known is left aside, as trackers add it."""

    q: str = ""
    country: list[str] = []
    region: MaybeText = None
    edition: MaybeNumber = None
    year_from: MaybeNumber = None
    year_to: MaybeNumber = None
    publisher: MaybeText = None
    section: MaybeText = None
    source: MaybeText = None
    order: Literal["relevance", "newest", "oldest"] = "relevance"
    page: int = Field(1, ge=1, le=_PAGES)

    def filters(self, index: Index) -> Filters:
        """Raises: QueryError: one of them can't be meant."""
        return make_filters(
            index,
            country=self.country,
            region=self.region,
            year_from=self.edition or self.year_from,
            year_to=self.edition or self.year_to,
            publisher=self.publisher,
            section=self.section,
            source=self.source,
        )

    def parameters(self, **other: Any) -> dict[str, Any]:
        """As they stand in an address, with some of them changed; None leaves one out."""
        found = {**self.model_dump(exclude_defaults=True, exclude={"page"}), **other}
        return {name: value for name, value in found.items() if value not in (None, "", [])}


@dataclass(frozen=True, slots=True)
class Told:
    """A passage, or a sentence of an answer, with its notes numbered for the page."""

    sentences: list[NumberedSentence]
    notes: list[tuple[int, Note]]

    @classmethod
    def of(cls, passage: Passage, numbers: Numbers | None = None) -> Told:
        before = len(numbers or ())
        sentences, notes = numbered(passage, numbers)
        return cls(sentences, list(enumerate(notes, start=before + 1)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow the list: its values with counts, and which one is chosen."""

    name: str
    shown: str
    chosen: str | None
    facets: Sequence[Facet]


def install_search_page(app: FastAPI, index: Index, desk: Desk | None) -> None:
    """Add the pages on which one asks and copies; a desk takes what they do not answer."""

    @app.get("/", include_in_schema=False)
    @app.get("/search", include_in_schema=False)
    def search(request: Request, asked: Annotated[Asked, Query()]) -> HTMLResponse:
        if asked.q.strip():
            return _results(index, asked, desk)
        return _start(index, asked, here=base(request))

    @app.get("/copy", include_in_schema=False)
    def copy(
        passage: Annotated[list[str], Query()] = [],  # noqa: B006
        format: Annotated[Format | None, Query()] = None,
    ) -> Response:
        return _copy(index, passage, format)

    @app.get("/help", include_in_schema=False)
    def help() -> HTMLResponse:
        return pages.page("help.html", hotlines=safety.hotlines())


def _start(
    index: Index,
    asked: Asked,
    wrong: str | None = None,
    status: int = 200,
    *,
    here: str | None = None,
) -> HTMLResponse:
    page = pages.page(
        "home.html",
        asked=asked,
        query=asked.q[:LONGEST_QUERY],
        longest=LONGEST_QUERY,
        wrong=wrong,
        counts=index.generation.manifest["counts"],
        editions=index.generation.catalog.editions,
        kept={},
        linked=linked_data.site(here) if here else None,
    )
    page.status_code = status
    return page


def _results(index: Index, asked: Asked, desk: Desk | None) -> HTMLResponse:
    try:
        filters = asked.filters(index)
        given, found = _found(index, asked, filters)
    except QueryError as error:
        return _start(index, asked, str(error), 422)
    numbers: Numbers = {}
    hits = _in_order(found.hits, asked)
    first = (asked.page - 1) * _HITS
    own = safety.own_danger(asked.q)
    help_in = read_within(index.generation, found.searched or asked.q).countries if own else ()
    more = len(hits) > first + _HITS and asked.page < _PAGES
    page = pages.page(
        "search.html",
        asked=asked,
        query=asked.q,
        longest=LONGEST_QUERY,
        answer=given,
        told=[(s, Told.of(_alone(s), numbers)) for s in given.sentences] if given else [],
        sure=next(word for least, word in _SURE if given.confidence >= least) if given else "",
        hits=[
            (hit, Told.of(hit.passage), _marked(hit, given)) for hit in hits[first : first + _HITS]
        ],
        ranks={hit.passage.id: hit.rank for hit in hits[first : first + _HITS]},
        found=found,
        missing=given.missing[len(given.coverage.no_profile) :] if given else (),
        no_profile=found.no_profile,
        there=_there(index) if given and given.status == "not_found" else (),
        editions=index.generation.catalog.editions,
        choices=_choices(asked, filters, found.facets),
        orders=_ORDERS,
        narrowed=_narrowed(index, asked, filters),
        kept=_kept(asked),
        before=_address(asked, page=asked.page - 1) if asked.page > 1 else None,
        after=_address(asked, page=asked.page + 1) if more else None,
        answered=_address(asked, order=None),
        files={name: _taken(asked, name) for name in _OFFERED},
        shown_files=SHOWN,
        most_taken=min(_TAKEN, found.total),
        counts=index.generation.manifest["counts"],
        generation=index.generation.name,
        own=own,
        inquire="/inquire?" + urlencode({"q": asked.q}) if desk else None,
        hotlines=safety.hotlines_of(help_in),
    )  # fmt: skip
    if desk and given and not own:
        page.background = BackgroundTask(count, desk, index, asked.q, given, filters)
    return page


def _found(index: Index, asked: Asked, filters: Filters) -> tuple[Answer | None, Found]:
    """An answer on the first page of the nearest, and what was found."""
    if asked.page == 1 and asked.order == "relevance":
        given = answer(index, asked.q, _HITS + 1, filters)
        return given, given.found
    most = _BY_YEAR if asked.order != "relevance" else asked.page * _HITS + 1
    return None, index.find(asked.q, most, filters)


def _in_order(hits: Sequence[Hit], asked: Asked) -> list[Hit]:
    if asked.order == "relevance":
        return list(hits)
    sign = -1 if asked.order == "newest" else 1
    return sorted(hits, key=lambda hit: sign * (hit.passage.profile.edition or 0))


def _alone(sentence: AnswerSentence) -> Passage:
    """The passage of a sentence with that sentence only."""
    return replace(
        sentence.passage, sentences=(sentence.span,), citations=tuple(sentence.citations)
    )


def _marked(hit: Hit, given: Answer | None) -> set[Span]:
    """The sentences of a hit that matter: the answer's, else those that share most words."""
    answering = {s.span for s in given.sentences if s.passage.id == hit.passage.id} if given else {}
    return set(answering or hit.highlights)


def _there(index: Index) -> list[str]:
    """The countries that there are profiles of."""
    profiles = index.generation.store.profiles()
    return list(dict.fromkeys(info.name for info in profiles))


def _choices(asked: Asked, filters: Filters, facets: Mapping[str, Sequence[Facet]]) -> list[Choice]:
    chosen: dict[str, str | None] = {
        "country": next(iter(sorted(filters.countries)), None),
        "edition": str(asked.edition) if asked.edition else None,
        "publisher": asked.publisher,
        "section": asked.section,
    }
    return [
        Choice(name, shown, chosen[name], facets.get(name, ())) for name, shown in _NARROWED.items()
    ]


def _narrowed(index: Index, asked: Asked, filters: Filters) -> list[tuple[str, str, str]]:
    """What the list is narrowed by: the name, the value, and the address without it."""
    codes = sorted(filters.countries)
    found = []
    for code in codes:
        rest = [other for other in codes if other != code]
        found.append(("Country", countries.name_of(code), _address(asked, country=rest)))
    for field, shown in (
        ("edition", "Edition"), ("year_from", "Edition from"), ("year_to", "Edition to"),
        ("region", "Region"), ("publisher", "Publisher"), ("section", "Section"),
    ):  # fmt: skip
        value = getattr(asked, field)
        if value is not None:
            found.append((shown, str(value), _address(asked, **{field: None})))
    source = index.generation.store.source(filters.source) if filters.source else None
    if source:
        found.append(("Source", source.title, _address(asked, source=None)))
    return found


def _kept(asked: Asked) -> dict[str, Any]:
    """What the form has no field for, and keeps."""
    kept = asked.parameters()
    more = {"country": asked.country[1:]} if len(asked.country) > 1 else {}
    return {n: kept[n] for n in ("region", "year_from", "year_to", "source") if n in kept} | more


def _address(asked: Asked, **other: Any) -> str:
    return f"/search?{urlencode(asked.parameters(**other), doseq=True)}"


def _taken(asked: Asked, format: str) -> str:
    """The address of the list as a file."""
    years = {"year_from": asked.edition, "year_to": asked.edition} if asked.edition else {}
    found = asked.parameters(edition=None, order=None, k=_TAKEN, format=format, **years)
    return f"/v1/search?{urlencode(found, doseq=True)}"


def _copy(index: Index, ids: Sequence[str], format: Format | None) -> Response:
    store = index.generation.store
    rows = {identity: store.passage_row(identity) for identity in ids[:_COPIED]}
    unknown = [identity for identity, row in rows.items() if row is None]
    if unknown:
        raise NotFound(f'There is no passage "{unknown[0]}" here. Search for it again.')
    passages = store.passages([row for row in rows.values() if row is not None])
    if format and format != "json":
        return file(format, take(passages), "tipqa-passages")
    chosen = [("passage", passage.id) for passage in passages]
    page = pages.page(
        "copy.html",
        passages=passages,
        text=with_references(passages).strip(),
        files={name: "/copy?" + urlencode([*chosen, ("format", name)]) for name in _OFFERED},
        shown_files=SHOWN,
    )
    page.status_code = 200 if passages else 422
    return page
