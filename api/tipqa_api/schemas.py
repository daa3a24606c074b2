"""What comes in, checked; what goes out, described for OpenAPI."""

from __future__ import annotations

import json
from importlib import resources
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tipqa.export import FORMATS, FormatName
from tipqa.search import LONGEST_QUERY, MOST_HITS, Mode
from tipqa.types import KINDS

Span = tuple[int, int]
PassageId = Annotated[
    str, Path(alias="id", openapi_examples={"a passage": {"value": "cambodia-2005#p3"}})
]
ProfileId = Annotated[
    str, Path(alias="id", openapi_examples={"a profile": {"value": "cambodia-2005"}})
]
SourceId = Annotated[str, Path(alias="id", description="As in the citations of a passage.")]


def _none_if_empty(value: object) -> object:
    """An empty field of a form is a field not filled in."""
    return None if isinstance(value, str) and not value.strip() else value


MaybeText = Annotated[str | None, BeforeValidator(_none_if_empty)]
MaybeNumber = Annotated[int | None, BeforeValidator(_none_if_empty)]


Format = Annotated[
    Literal["json", FormatName], Field(description="Anything but json is sent as a file.")
]


class NoQuery(BaseModel):
    """No parameter: one that isn't known is an error here and below, not left aside."""

    model_config = ConfigDict(extra="forbid")


class FormatQuery(NoQuery):
    """One document, or a file to take along."""

    format: Format = "json"


class _Filtered(BaseModel):
    """Filters, as every question takes them."""

    q: str = Field(description="A question or a few words.", examples=["who shelters the victims"])
    k: int = Field(10, description=f"How many hits, 1 to {MOST_HITS}.")
    country: list[str] = Field([], description="Name or ISO code; repeatable.", examples=[["KHM"]])
    region: MaybeText = Field(None, examples=["Asia"])
    year_from: MaybeNumber = Field(None, description="The first edition.", examples=[2005])
    year_to: MaybeNumber = Field(None, description="The last edition.", examples=[2005])
    publisher: MaybeText = Field(
        None, description="Part of the name of a source's publisher.", examples=["State"]
    )
    section: MaybeText = Field(
        None, description="Part of a section's title.", examples=["Government"]
    )
    source: MaybeText = Field(None, description="The id of a source to rest on.")


class AskQuery(NoQuery, _Filtered):
    """The parameters of a question; the same as a body of JSON."""

    compose: bool = Field(
        False,
        description="Join the sentences by the language model that the server knows.",
    )


class SearchQuery(FormatQuery, _Filtered):
    """The parameters of a search."""

    max_tokens: MaybeNumber = Field(
        None, description="Only hits whose passages fit this budget (cl100k_base)."
    )
    mode: Mode = Field("hybrid", description="dense: the encoder alone; lexical: words alone.")
    rerank: bool = Field(True, description="Have the reranker put the first hits in order.")
    explain: bool = Field(False, description="Say what each score is made of.")


class SuggestQuery(NoQuery):
    """What someone has typed so far."""

    q: str = Field(max_length=LONGEST_QUERY, examples=["traf"])
    k: int = Field(8, ge=1, le=50)


class PageQuery(BaseModel):
    """What the address of a page may say; what isn't known is left aside, as trackers add it."""

    page: int = Field(1, ge=1, le=100_000)


class ProfilesPageQuery(BaseModel):
    """What a list of profiles is narrowed by."""

    country: MaybeText = None
    region: MaybeText = None
    year: MaybeNumber = None


class SourcesPageQuery(PageQuery):
    """What a list of sources is narrowed by; `q` holds words of a title or publisher."""

    q: Annotated[MaybeText, Field(max_length=LONGEST_QUERY)] = None
    publisher: MaybeText = None
    year: MaybeNumber = None
    kind: MaybeText = None


class Page(NoQuery):
    """Which part of a long list."""

    limit: int = Field(100, ge=1, le=MOST_HITS)
    offset: int = Field(0, ge=0)


class SourceQuery(Page, FormatQuery):
    """A page of what rests on a source, or the source alone to take along."""


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProfileInfo(_Out):
    id: str
    title: str
    country: str | None = Field(description="ISO 3166-1 alpha-3.")
    country_name: str | None
    edition: int | None
    url: str | None
    file: str


class ShortSource(_Out):
    id: str
    publisher: str | None
    title: str
    year: int | None
    url: str | None
    kind: str | None = Field(description=f"One of: {', '.join(KINDS)}; or null.")


class CitedSource(ShortSource):
    locator: str | None = Field(description="The page or article that the note points to.")


class Source(ShortSource):
    date: str | None
    accessed: str | None
    place: str | None
    primary: bool | None = Field(description="First-hand, not told by others.")


class Citation(_Out):
    label: str
    sentence: Span = Field(description="Offsets into the passage's text, in code points.")
    scope: str = Field(description="direct or inherited")
    note: str
    link: str = Field(description="own, or what the note points to: ibid:7, supra:3, unresolved")
    sources: list[CitedSource]


class Passage(_Out):
    id: str
    text: str
    profile: ProfileInfo
    section: list[str]
    paragraph: int
    tokens: int = Field(description="Of the text, in cl100k_base.")
    sentences: list[Span]


class PassageDocument(_Out):
    passage: Passage
    citations: list[Citation]


class Copy(_Out):
    id: str
    edition: int | None


class Result(PassageDocument):
    rank: int
    score: float = Field(
        description="Higher is better: a probability where the reranker has read the passage, "
        "below 0 where it has not."
    )
    highlights: list[Span]
    also_in: list[Copy] = Field(description="Passages of other profiles that say nearly the same.")
    explain: dict[str, float] | None = Field(None, description="Only where asked for.")


class IndexInfo(_Out):
    generation: str
    profiles: int
    passages: int
    stale: bool | None = Field(description="The corpus has changed since; null: not known.")


class Coverage(_Out):
    no_profile: list[str] = Field(description="Countries asked about that have no profile.")


class Facet(_Out):
    value: str = Field(description="As the filter of this name takes it.")
    name: str
    count: int


class SearchDocument(_Out):
    query: str
    searched: str | None = Field(description="The query with names of countries put right.")
    index: IndexInfo
    took_ms: float
    coverage: Coverage
    total: int = Field(description="Passages that match; what the facets count.")
    facets: dict[str, list[Facet]]
    results: list[Result]


class AnswerSentence(_Out):
    text: str = Field(description="As it stands in its passage.")
    passage: str = Field(description="An id among the results.")
    span: Span
    relation: Literal["answers", "contradicts"] = Field(
        description="contradicts: what the question takes for granted is not so."
    )
    country_name: str | None
    edition: int | None
    vintage: int | None = Field(description="The newest year of a source it rests on.")
    citations: list[Citation]


class Figure(_Out):
    sentence: int = Field(description="Its place in the answer, from 0.")
    text: str
    value: float
    unit: str
    years: list[int]


class AskCoverage(Coverage):
    no_edition: list[int] = Field(description="Years asked about, later than any edition.")


class ComposedSentence(_Out):
    text: str
    passages: list[str] = Field(description="Ids of those it rests on, among the results.")


class ComposedText(_Out):
    text: str = Field(description="Empty where the answer as found stands alone.")
    sentences: list[ComposedSentence]
    dropped: int = Field(description="Sentences of the model's that the passages do not hold.")
    model: str
    why: str | None = Field(description="Why there is no text.")


class AskDocument(_Out):
    query: str
    searched: str | None = Field(description="The query with names of countries put right.")
    index: IndexInfo
    took_ms: float
    status: Literal["answered", "partial", "not_found"]
    confidence: float = Field(description="The probability that the profiles hold the answer.")
    answer: list[AnswerSentence]
    composed: ComposedText | None = Field(
        description="The answer joined by a language model; where that was asked for."
    )
    figures: list[list[Figure]] = Field(description="Numbers for one thing that do not agree.")
    missing: list[str] = Field(description="What the answer leaves open.")
    as_of: int | None
    warnings: list[str]
    coverage: AskCoverage
    results: list[Result]


class SuggestDocument(_Out):
    query: str
    suggestions: list[str]


class ProfilesDocument(_Out):
    total: int
    profiles: list[ProfileInfo]


class FullProfileInfo(ProfileInfo):
    regions: list[str]
    inferred: list[str]
    extra: dict[str, Any] = Field(description="Other front matter, as written.")


class SentenceCitation(_Out):
    label: str
    note: str
    scope: str


class Sentence(_Out):
    span: Span
    citations: list[SentenceCitation]


class Paragraph(_Out):
    number: int
    section: list[str]
    text: str
    line: int | None
    sentences: list[Sentence]


class Note(_Out):
    id: str
    label: str
    text: str
    section: str | None
    link: str
    line: int | None
    sources: list[str]


class ProfileDocument(_Out):
    profile: FullProfileInfo
    paragraphs: list[Paragraph]
    notes: list[Note]
    sources: list[Source]


class CountedSource(Source):
    profiles: int
    passages: int


class SourcesDocument(_Out):
    total: int
    sources: list[CountedSource]


class SourceDocument(_Out):
    source: Source
    total: int
    passages: list[PassageDocument]


class Problem(_Out):
    """RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["k is 0. Give a number from 1 to 1,000."])


def answers(
    model: type[BaseModel], *errors: int, files: bool = False
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its document with a real example, its problems, its files.

    The examples are what the shipped corpus answers; a test holds them to it.
    """
    examples = json.loads(resources.files("tipqa_api").joinpath("examples.json").read_text("utf-8"))
    content = {"application/json": {"example": examples[model.__name__]}}
    if files:
        text = {"schema": {"type": "string"}}
        content |= {form.media_type: text for form in FORMATS.values()}
    return {200: {"model": model, "content": content}} | problems(*errors)


def problems(*errors: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route where something is wrong."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    told = "What is wrong, and what to do"
    return {status: {"description": told, "content": content} for status in (422, *errors)}
