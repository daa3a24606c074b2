"""What was asked and not found: counted without words, shown only in groups."""

from __future__ import annotations

import csv
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import select

from conftest import REPOSITORY
from tipqa import countries
from tipqa.answer import answer
from tipqa.embed import PACKAGED, HashedWords, load_encoder
from tipqa.errors import QueryError
from tipqa.evaluate import mean
from tipqa.export import safe_cell
from tipqa.questions import load_questions
from tipqa.search import Index
from tipqa.store import Filters
from tipqa_desk.accounts import Staff
from tipqa_desk.database import Desk, open_desk
from tipqa_desk.missing import (
    FEWEST,
    OTHER,
    Group,
    count,
    country_of,
    csv_text,
    fold,
    groups,
    tables,
    topic_of,
    topics,
)
from tipqa_desk.models import Asked, now
from tipqa_desk.settings import Settings

NOWHERE = "Who shelters victims in Peru?"  # no profile is about Peru
CODES = sorted(country.code for country in countries.known_countries())
KEYS = [topic.key for topic in topics()]


def counted(desk: Desk) -> dict[tuple[str, str], int]:
    with desk.session() as session:
        rows = session.scalars(select(Asked)).all()
        assert {row.month for row in rows} <= {now().strftime("%Y-%m")}
        return {(row.country, row.topic): row.count for row in rows}


def fill(desk: Desk, cells: dict[tuple[str, str, str], int]) -> None:
    with desk.session() as session:
        for (month, country, topic), many in cells.items():
            session.add(Asked(month=month, country=country, topic=topic, count=many))


def test_what_is_not_found_is_counted_by_country_and_topic(desk: Desk, index: Index) -> None:
    """One more in its cell for each question, and nothing for one that has its answer."""
    for words in (NOWHERE, "Which shelters for victims has Peru?"):
        assert answer(index, words).status == "not_found"
        count(desk, index, words, answer(index, words))
    found = "How many fish farms did the labour inspectorate visit in Norway?"
    assert answer(index, found).status == "answered"
    count(desk, index, found, answer(index, found))

    assert counted(desk) == {("PER", "victims"): 2}


def test_the_same_words_count_once_an_hour(desk: Desk, index: Index, tmp_path: Path) -> None:
    """A page that is looked at again counts no second time; at another desk it does."""
    found = answer(index, NOWHERE)
    for words in (NOWHERE, NOWHERE, f"  {NOWHERE.upper()} "):
        count(desk, index, words, found)
    assert sum(counted(desk).values()) == 1
    other = open_desk(Settings(desk=tmp_path / "other"))
    count(other, index, NOWHERE, found)
    assert sum(counted(other).values()) == 1
    other.close()


def test_no_word_of_a_question_is_kept(desk: Desk, index: Index, caplog) -> None:
    """Neither the database nor the log holds any, whether counting works or fails."""
    words = "Does Peru shelter xylophonists quizzically?"
    found = answer(index, words)
    count(desk, index, words, found)
    desk.engine.dispose()
    for file in desk.settings.desk.rglob("*"):
        assert not file.is_file() or b"xylophonist" not in file.read_bytes().lower()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE asked")

    count(desk, index, f"{words} And who pays?", found)

    assert "could not be counted: " in caplog.text
    assert "xylophonist" not in caplog.text.lower()


@pytest.mark.parametrize(
    ("question", "filters", "code"),
    [
        ("Who shelters victims in Norway?", None, "NOR"),
        ("How do Norway and Peru shelter victims?", None, "PER"),
        ("How do Norway and Chile shelter victims?", None, ""),
        ("How do Bolivia and Peru shelter victims?", None, ""),
        ("Who shelters Peruvian victims?", None, "PER"),
        ("Who organizes begging in Atlantis?", None, ""),
        ("Who shelters victims?", None, ""),
        ("Who shelters victims?", Filters(countries=frozenset({"CHL"})), "CHL"),
        ("Who shelters victims?", Filters(countries=frozenset({"CHL", "NOR"})), ""),
        ("Who shelters victims in Peru?", Filters(countries=frozenset({"CHL"})), "PER"),
    ],
)
def test_the_country_is_the_one_that_is_meant(index, question, filters, code) -> None:
    """By the words, else by the filter; of several the one without a profile, else none."""
    assert country_of(index, question, filters) == code


def test_topics_fit_their_column_and_none_is_there_twice() -> None:
    """10 to 16 topics, and one for what is of none."""
    assert len(set(KEYS)) == len(KEYS) and KEYS[-1] == OTHER
    assert 10 <= len(KEYS) - 1 <= 16
    assert all(len(key) <= 32 for key in KEYS)
    assert all(topic.phrases for topic in topics()[:-1])


def test_a_question_like_no_topic_is_of_another() -> None:
    """Likeness is by the encoder's vectors; what shares no word has none by hashed words."""
    assert topic_of(HashedWords(), "labour inspectors and inspections") == "inspection"
    assert topic_of(HashedWords(), "a bassoon and a cello") == OTHER


@pytest.mark.model
def test_topics_are_told_by_the_real_encoder() -> None:
    """Of questions written for this, 9 in 10; and few questions on the field are of none."""
    encoder = load_encoder(PACKAGED)
    lines = (REPOSITORY / "tests/relevance/topics.tsv").read_text(encoding="utf-8").splitlines()
    written = [line.split("\t") for line in lines]
    assert {key for key, _ in written} == set(KEYS)
    right = [float(topic_of(encoder, question) == key) for key, question in written]
    assert mean(right).mean >= 0.9  # 54 of 57

    asked = load_questions(REPOSITORY / "tests/relevance/questions.jsonl")
    of_none = {
        off: mean([float(topic_of(encoder, one.question) == OTHER) for one in asked
                   if (one.type == "off-topic") == off]).mean
        for off in (True, False)
    }  # fmt: skip
    assert of_none[False] <= 0.15  # 0.11
    assert of_none[True] >= 0.75


cells_of_a_month = st.dictionaries(
    st.tuples(st.sampled_from(["", *CODES[:6]]), st.sampled_from(KEYS)),
    st.integers(1, 12) | st.integers(1, 4),
    max_size=60,
)
nearly_full = st.fixed_dictionaries(  # a country that was asked about under each topic
    {("NOR", key): st.sampled_from([4, 4, 5, 9]) for key in KEYS}
)


@given(cells_of_a_month | nearly_full)
def test_groups_are_of_five_or_more_and_do_not_overlap(cells) -> None:
    """Each cell is in one group or in none; a group is the sum of its cells, and not small."""
    left = dict(cells)
    for country, topic, many in sorted(fold(cells), key=lambda g: (g[0] is None) + (g[1] is None)):
        assert many >= FEWEST
        if country is not None and topic is not None:
            assert left.pop((country, topic)) == many
    for country, topic, many in fold(cells):
        if (country is None) != (topic is None):
            inside = [c for c in left if country in (None, c[0]) and topic in (None, c[1])]
            if topic is not None:  # those of a country that stands together are told there
                together = {c for c, t, _ in fold(cells) if c is not None and t is None}
                inside = [c for c in inside if c[0] not in together]
            assert sum(left.pop(cell) for cell in inside) == many
    rest = [many for country, topic, many in fold(cells) if country is None and topic is None]
    assert sum(rest) == (sum(left.values()) if sum(left.values()) >= FEWEST else 0)


@given(cells_of_a_month | nearly_full)
def test_no_small_cell_follows_from_what_is_shown(cells) -> None:
    """For each cell under five there is a month in which it is another and all shown is equal.

    So even who knows all numbers that are shown, and by which rule, can't tell the cell:
    sums and differences of shown numbers can't either, as all are sums of these groups.
    """
    shown = fold(cells)
    together = {country for country, topic, _ in shown if country is not None and topic is None}
    unasked = [code for code in CODES if all(country != code for country, _ in cells)]
    for (country, topic), many in cells.items():
        if many >= FEWEST:
            continue
        if country in together:
            others = [k for k in KEYS if k != topic and cells.get((country, k), 0) < FEWEST - 1]
            elsewhere = cells | {
                (country, topic): many - 1,
                (country, others[0]): cells.get((country, others[0]), 0) + 1,
            }
        else:  # asked of countries that were not asked about
            of_it = [c for c, n in cells.items() if c[0] == country and n < FEWEST]
            elsewhere = {cell: n for cell, n in cells.items() if cell not in of_it}
            for (_, key), code in zip(of_it, unasked, strict=False):
                elsewhere[code, key] = cells[country, key]
        assert elsewhere.get((country, topic), 0) != many
        assert fold({cell: n for cell, n in elsewhere.items() if n}) == shown


@given(st.lists(cells_of_a_month, max_size=4))
def test_every_table_is_of_whole_groups(months) -> None:
    """Each of the three tables parts the same groups, so their sums are one."""
    found = [
        Group(f"2026-0{n}", *one) for n, cells in enumerate(months, start=1) for one in fold(cells)
    ]
    for rows in (tables(found).topics, tables(found).countries, tables(found).months):
        assert sum(many for _, many in rows) == sum(one.count for one in found)
        assert all(many >= FEWEST for _, many in rows)
        assert len(dict(rows)) == len(rows)


def test_a_month_is_shown_by_itself_and_once_it_is_over(desk: Desk) -> None:
    """A longer range adds whole groups; the month that runs adds none, nor can be asked for."""
    this = now().strftime("%Y-%m")
    fill(desk, {
        ("2020-01", "PER", "law"): 4, ("2020-01", "CHL", "law"): 2, ("2020-02", "PER", "law"): 3,
        ("2020-03", "PER", "law"): 9, (this, "PER", "law"): 50,
    })  # fmt: skip
    with desk.session() as session:
        assert groups(session, "2020-01", "2020-02") == [Group("2020-01", None, "law", 6)]
        longer = groups(session, "2020-01", "9999-12")
        assert longer == [
            Group("2020-01", None, "law", 6),
            Group("2020-03", "PER", "law", 9),
        ]
        assert groups(session, this, this) == []
        with pytest.raises(QueryError, match=r'"2020-1" is no month\. Give one'):
            groups(session, "2020-1", "2020-02")


def test_counting_at_once_loses_nothing(desk: Desk, index: Index) -> None:
    """Threads that count in one cell add up."""
    found = answer(index, NOWHERE)
    with ThreadPoolExecutor(4) as pool:
        for n in range(40):
            pool.submit(count, desk, index, f"{NOWHERE} {n}", found)
    assert Counter(counted(desk)).total() == 40


def test_the_table_has_a_row_for_each_group_and_runs_nothing() -> None:
    """As CSV with a byte order mark; what a spreadsheet would run has an apostrophe before it."""
    text = csv_text([Group("2026-01", "PER", "law", 6), Group("2026-01", None, "=1+1", 7)])
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head == ["month", "country", "country_name", "topic", "topic_name", "count"]
    assert rows == [
        ["2026-01", "PER", "Peru", "law", "Laws and penalties", "6"],
        ["2026-01", "", "Several countries, each with few", "'=1+1", "'=1+1", "7"],
    ]
    assert [safe_cell(sign) for sign in ("=", "+1", "-1", "@a", 6)] == [
        "'=", "'+1", "'-1", "'@a", 6,
    ]  # fmt: skip


@pytest.mark.parametrize("found", [[], [Group("2026-01", "PER", "law", 1234)]])
def test_the_page_says_what_is_counted(found) -> None:
    """With its tables, or without any where there is nothing to show."""
    pages = Environment(
        loader=PackageLoader("tipqa_api"), autoescape=True, undefined=StrictUndefined
    )
    page = pages.get_template("desk/missing.html").render(
        groups=found, tables=tables(found), fewest=FEWEST, month_from="2026-01",
        month_to='2026-02"<', leave_for="https://example.org",
        staff=Staff(1, "Edda", "editor", "token"),
    )  # fmt: skip
    assert ("1,234" in page) == ("<table>" in page) == ("format=csv" in page) == bool(found)
    assert ("There is nothing to show" in page) == (not found)
    assert "in groups of 5 questions or more" in page
    assert '2026-02"<' not in page
