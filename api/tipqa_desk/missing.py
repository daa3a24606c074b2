"""What was asked and not found: by month, country and topic, without anyone's words."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import yaml
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tipqa import countries
from tipqa.answer import Answer
from tipqa.asked import read_within, without_countries
from tipqa.embed import embed
from tipqa.errors import QueryError
from tipqa.export import safe_cell
from tipqa.search import Index
from tipqa.store import Filters
from tipqa.types import Encoder, FloatMatrix
from tipqa_desk.database import Desk
from tipqa_desk.models import Asked, now

FEWEST = 5  # questions in a group that is shown
OTHER = "other"
_NEAR = 0.3  # a cosine: under it a question is of no topic (tests/test_missing.py measures it)
_ONCE = parse("1/hour")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that may be asked about; each phrase is a way to put it."""

    key: str
    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of a month: FEWEST or more of them, and in no other group.

    Attributes:
        month: as 2026-11.
        country: an alpha-3 code; empty for questions that name no one country; None where
            several countries are folded together.
        topic: its key; None where several topics are.
        count: of questions, each once.
    """

    month: str
    country: str | None
    topic: str | None
    count: int

    @property
    def country_name(self) -> str:
        if self.country is None:
            return "Several countries, each with few"
        return countries.name_of(self.country) if self.country else "No one country named"

    @property
    def topic_name(self) -> str:
        if self.topic is None:
            return "Several topics, each with few"
        return next((one.name for one in topics() if one.key == self.topic), self.topic)


@cache
def topics() -> tuple[Topic, ...]:
    """The topics of topics.yaml in their order, the last one for what is of none."""
    text = resources.files("tipqa_desk").joinpath("topics.yaml").read_text(encoding="utf-8")
    found = [Topic(one["key"], one["name"], tuple(one["phrases"])) for one in yaml.safe_load(text)]
    return (*found, Topic(OTHER, "Other", ()))


def count(
    desk: Desk, index: Index, question: str, answer: Answer, filters: Filters | None = None
) -> None:
    """Count a question that the profiles don't answer, or answer in part only.

    The same words count once an hour, so that a page which is looked at again doesn't. For
    this a digest of them is held that long, in memory alone, by a key that is the desk's.
    Whatever goes wrong is logged without words: the visitor's page does not fail for it.
    Questions that read as one's own danger are not to be given here.

    Args:
        desk, index: in which it is counted; in which it was asked.
        question: as asked. It is not kept.
        answer: what was answered; nothing is counted where it is whole.
        filters: by which it was narrowed; they tell the country where the words don't.
    """
    if answer.status == "answered":
        return
    try:
        if not _lately().hit(_ONCE, _digest(desk, question)):
            return
        country = country_of(index, answer.found.searched or question, filters)
        _add(desk, country, topic_of(index.encoder, question))
    except Exception as error:  # of whatever kind; its text might hold words
        _log.warning("What was not found could not be counted: %s", type(error).__name__)


def country_of(index: Index, question: str, filters: Filters | None = None) -> str:
    """The code of the one country that a question is about; empty where there isn't one.

    Of several, the one that has no profile.
    """
    asked = read_within(index.generation, question).countries
    found = [country for country, how in asked.items() if how == "named"] or list(asked)
    if not found and filters:
        found = sorted(filters.countries)
    has_profile = index.generation.catalog.has
    found = [country for country in found if not has_profile(country)] or found
    one = found[0] if len(found) == 1 else ""
    return one if one.lower() in countries.by_code() and len(one) == 3 else ""


def topic_of(encoder: Encoder, question: str) -> str:
    """The key of the topic whose phrase is nearest to a question; OTHER where none is near."""
    keys, phrases = _directions(encoder)  # type: ignore[arg-type]  # hashed by which it is
    near = phrases @ embed([without_countries(question) or question], encoder, "query")[0]
    nearest = int(np.argmax(near))
    return keys[nearest] if near[nearest] >= _NEAR else OTHER


def groups(session: Session, month_from: str, month_to: str) -> list[Group]:
    """What was asked and not found in some months, as far as it can be told of nobody.

    A month is grouped by itself and once it is over. So neither two ranges of months nor
    a page of yesterday and one of today differ by less than a group.

    Raises:
        QueryError: a month isn't written as 2026-11.
    """
    for month in (month_from, month_to):
        if not _MONTH.fullmatch(month):
            raise QueryError(f'"{month[:20]}" is no month. Give one as in 2026-11.')
    wanted = (
        select(Asked.month, Asked.country, Asked.topic, Asked.count)
        .where(Asked.month.between(month_from, month_to), Asked.month < _this_month())
        .order_by(Asked.month)
    )
    months: defaultdict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for month, country, topic, many in session.execute(wanted):
        months[month][country, topic] = many
    return [Group(month, *one) for month, cells in months.items() for one in fold(cells)]


def fold(cells: Mapping[tuple[str, str], int]) -> list[tuple[str | None, str | None, int]]:
    """Put the cells of a month in groups of FEWEST or more, each cell in one at the most.

    A cell of (country, topic) with so many stands for itself. Of the others those of a
    country go together, else those of a topic, else all that are left; what is too few
    even so is not told. Groups do not overlap, and no other sums are given, so nothing is
    left over when some are subtracted from others.

    Returns:
        (country, topic, count); None for several.
    """
    found = [(country, topic, many) for (country, topic), many in cells.items() if many >= FEWEST]
    shown = Counter(country for country, _, _ in found)
    few = {cell: many for cell, many in cells.items() if 0 < many < FEWEST}
    of_topics = {topic for _, topic in cells} | {one.key for one in topics()}
    folded: list[tuple[str | None, str | None, int]] = list(found)
    for country, many in _sums(few, lambda cell: cell[0]).items():
        # Were all as many as one of few can be, each of them would be told.
        most = (FEWEST - 1) * (len(of_topics) - shown[country])
        if FEWEST <= many < most:
            folded.append((country, None, many))
            few = {cell: n for cell, n in few.items() if cell[0] != country}
    for topic, many in _sums(few, lambda cell: cell[1]).items():
        if many >= FEWEST:
            folded.append((None, topic, many))
            few = {cell: n for cell, n in few.items() if cell[1] != topic}
    if sum(few.values()) >= FEWEST:
        folded.append((None, None, sum(few.values())))
    return sorted(folded, key=lambda one: (-one[2], one[0] or "~", one[1] or "~"))


@dataclass(frozen=True, slots=True)
class Tables:
    """Sums of groups, each as (name, count), the highest first; months by time."""

    topics: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    months: list[tuple[str, int]]


def tables(found: Sequence[Group]) -> Tables:
    """The groups by topic, by country and by month; each sum is of whole groups."""
    by_topic, by_country, by_month = Counter[str](), Counter[str](), Counter[str]()
    for one in found:
        by_topic[one.topic_name] += one.count
        by_country[one.country_name] += one.count
        by_month[one.month] += one.count
    return Tables(_highest(by_topic), _highest(by_country), sorted(by_month.items()))


def csv_text(found: Collection[Group]) -> str:
    """One row a group, as tipqa.export writes a table: what would be run as a formula is not."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(["month", "country", "country_name", "topic", "topic_name", "count"])
    for one in found:
        row = (one.month, one.country, one.country_name, one.topic, one.topic_name, one.count)
        writer.writerow([safe_cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def _highest(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _sums(
    cells: Mapping[tuple[str, str], int], key: Callable[[tuple[str, str]], str]
) -> dict[str, int]:
    sums = Counter[str]()
    for cell in sorted(cells):
        sums[key(cell)] += cells[cell]
    return sums


def _this_month() -> str:
    return now().strftime("%Y-%m")


def _add(desk: Desk, country: str, topic: str) -> None:
    """One more in a cell, in one statement, however many processes count."""
    statement: postgresql.Insert | sqlite.Insert = sqlite.insert(Asked)
    if desk.engine.dialect.name == "postgresql":
        statement = postgresql.insert(Asked)
    counted = statement.values(month=_this_month(), country=country, topic=topic, count=1)
    with desk.session() as session:
        session.execute(
            counted.on_conflict_do_update(
                index_elements=["month", "country", "topic"], set_={"count": Asked.count + 1}
            )
        )


@cache
def _lately() -> FixedWindowRateLimiter:
    """What was counted within the hour."""
    return FixedWindowRateLimiter(MemoryStorage())


def _digest(desk: Desk, question: str) -> str:
    words = " ".join(question.casefold().split())
    return hmac.new(desk.secret, words.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=2)
def _directions(encoder: Encoder) -> tuple[list[str], FloatMatrix]:
    """The topics' phrases: the key of each, and unit vectors, one row each."""
    phrases = [(topic.key, phrase) for topic in topics() for phrase in topic.phrases]
    return [key for key, _ in phrases], embed([text for _, text in phrases], encoder, "query")
