"""The points in time of questions about memory: numbers of crawls, and dates, which mean crawls whatever the machine's clock said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.errors import Misuse, NotFound
from catalog.query import Catalog
from catalog.query.time_range import _LONGEST, _MOST_NAMED, Memory, crawl_range, joined
from catalog.schema.tables.inventory import Crawl
from support.catalogs import asked, catalog_of

MAY = datetime(2024, 5, 1, tzinfo=UTC)
AHEAD, BACK = 3650, -9


def day(number: float) -> datetime:
    return MAY + timedelta(days=number)


def crawled(*days: float) -> Catalog:
    """A catalog after crawls on these days of May by the machine's clock, of a minute each."""
    rows = [
        Crawl(crawl=number, started_at=day(at), seconds=60, new=0, changed=0, fresh=0, failed=0, received=0)
        for number, at in enumerate(days, 1)
    ]
    return Catalog(catalog_of({}, {Crawl: rows}), Path("catalog.duckdb"), None)


def memory(*days: float) -> Memory:
    return Memory(crawled(*days)._ask)


MINUTE = 1 / 24 / 60


@pytest.mark.parametrize(
    ("days", "when", "crawl"),
    [
        pytest.param((1, 2, 3), 0.5, 0, id="before the first"),
        pytest.param((1, 2, 3), 2, 1, id="as a crawl begins"),
        pytest.param((1, 2, 3), 2 + MINUTE / 2, 1, id="while it goes on"),
        pytest.param((1, 2, 3), 2 + MINUTE, 2, id="as it has ended"),
        pytest.param((1, 2, 3), 99, 3, id="after the last"),
        pytest.param((1, 2, AHEAD, 4), 3.5, 2, id="a clock years ahead: before the next crawl nobody knows"),
        pytest.param((1, 2, AHEAD, 4), 4, 3, id="a clock years ahead: it had ended when the next began"),
        pytest.param((1, 2, AHEAD, 4), 99, 4, id="a clock years ahead: it is in no way the latest"),
        pytest.param((1, 2, AHEAD), 99, 2, id="a clock years ahead, of the last crawl"),
        pytest.param((1, 2, BACK, 4), 0, 3, id="a clock days back: those before had ended when it began"),
        pytest.param((1, 2, BACK, 4), 4 + MINUTE, 4, id="a clock days back, and right again"),
    ],
)
def test_a_date_means_the_last_crawl_that_had_surely_ended(days, when, crawl):
    assert memory(*days).crawl(day(when)).crawl == crawl


@pytest.mark.parametrize(
    ("days", "suspects"),
    [((1, 2, 3), []), ((1, 1, 1), []), ((1, AHEAD, 3), [2]), ((1, 2, BACK, 4), [1, 2]), ((1, AHEAD, AHEAD + 1, 4), [2, 3])],
)  # fmt: skip
def test_a_crawl_is_suspect_whose_time_lies_after_that_of_a_later_one(days, suspects):
    rows = asked(crawled(*days)._connection, "select crawl from crawl_times where suspect order by crawl")
    assert [row["crawl"] for row in rows] == suspects


@pytest.mark.parametrize("edge", [2, "2", "0000002", day(2.5), "2024-05-03T12:00", date(2024, 5, 3)], ids=str)
def test_a_crawl_is_meant_by_its_number_or_by_a_date(edge):
    assert memory(1, 2, 3).crawl(edge).crawl == 2


def test_a_number_has_so_many_digits_and_what_has_more_is_a_date():
    assert (memory(1, 2).crawl("1".zfill(_LONGEST)).crawl, memory(1, 2).crawl("20240503").crawl) == (1, 2)
    with pytest.raises(Misuse, match="invalid date '00000001'"):
        memory(1, 2).crawl("1".zfill(_LONGEST + 1))


def test_the_number_of_no_crawl_is_not_found():
    with pytest.raises(NotFound, match="unknown crawl 4; `catalog sql 'from crawls'` lists them"):
        memory(1, 2, 3).crawl(4)


def test_now_is_the_last_crawl_whatever_its_clock_said():
    assert (memory(1, 2, AHEAD).crawl("now").crawl, memory().crawl("now").crawl) == (3, 0)


@pytest.mark.parametrize(
    ("since", "until", "crawls"),
    [(None, None, (2, 3)), (1, None, (1, 3)), (None, 2, (2, 2)), (0, 1, (0, 1)), ("2024-05-02", "now", (1, 3))],
)
def test_a_range_is_by_default_that_of_the_last_crawl(since, until, crawls):
    start, end = crawl_range(memory(1, 2, 3), since, until)
    assert (start.crawl, end.crawl) == crawls


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(Misuse, match=r"^the range ends before it begins: from crawl 3 to crawl 1$"):
        crawl_range(memory(1, 2, 3), 3, 1)


def test_the_answer_names_the_crawl_of_a_date():
    note = "2024-05-03 12:00:00 UTC means crawl 2, which had ended by 2024-05-03 00:01:00 UTC"
    assert memory(1, 2, 3).crawl(day(2.5)).note == note


@pytest.mark.parametrize(
    ("suspects", "named"),
    [
        pytest.param(1, "; the clock was suspect in crawl 3", id="one"),
        pytest.param(_MOST_NAMED, "; the clock was suspect in crawl 3, 4, 5, 6, 7", id="as many as are named"),
        pytest.param(_MOST_NAMED + 1, "; the clock was suspect in crawl 3, 4, 5, 6, 7 and 1 more", id="one more"),
    ],
)
def test_the_answer_says_where_a_clock_was_suspect(suspects, named):
    days = (1, 2, *(AHEAD + number for number in range(suspects)), 4)
    note = "2024-05-03 12:00:00 UTC means crawl 2, which had ended by 2024-05-03 00:01:00 UTC"
    assert memory(*days).crawl(day(2.5)).note == note + named


BEGINS = "this catalog's memory begins with crawl 1, 2024-05-02 00:01:00 UTC"
NOTHING = f"{BEGINS}: before that it knew nothing; `catalog history` lists what today's tags say of earlier times"
MEANT = "2024-05-03 23:59:59 UTC means crawl 2, which had ended by 2024-05-03 00:01:00 UTC"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ask", "note"),
    [
        pytest.param(lambda catalog: catalog.stages_at("2024-05-09"), None, id="at, by today's tags"),
        pytest.param(lambda catalog: catalog.stages_at("2024-05-09", known_at="2024-04-09"), NOTHING, id="at, before memory begins"),
        pytest.param(lambda catalog: catalog.stages_at("2024-05-09", known_at="2024-05-03"), MEANT, id="at, as known at a date"),
        pytest.param(lambda catalog: catalog.stages_at("2024-05-09", known_at=1), None, id="at, as known after a crawl"),
        pytest.param(lambda catalog: catalog.diff(), None, id="diff of the last crawl"),
        pytest.param(lambda catalog: catalog.diff("2024-04-09", 2), NOTHING, id="diff, before memory begins"),
        pytest.param(lambda catalog: catalog.diff("2024-04-09", "2024-05-03"), f"{MEANT}; {NOTHING}", id="diff, to a date"),
        pytest.param(lambda catalog: catalog.events(), BEGINS, id="events from the beginning"),
    ],
)  # fmt: skip
def test_an_answer_says_what_its_rows_cannot(ask, note):
    assert ask(crawled(1, 2, 3)).note == note


def test_a_catalog_that_remembers_nothing_says_nothing():
    assert (crawled().events().note, crawled().diff("2024-05-01").note) == (None, None)


def test_notes_are_joined_each_once():
    assert (joined("a", None, "b", "a"), joined(None)) == ("a; b", None)
