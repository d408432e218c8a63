"""The points in time of questions about memory: numbers of crawls, and dates, which mean crawls whatever the machine's clock said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.errors import Misuse, NotFound
from catalog.query import Catalog
from catalog.query.time_range import _LONGEST, _MOST_NAMED, Memory, crawl_range, joined, suspect_clocks
from catalog.schema.tables.inventory import Crawl
from catalog.schema.tables.observations import Observation
from support.catalogs import asked, catalog_of

MAY = datetime(2024, 5, 1, tzinfo=UTC)
AHEAD, BACK = 3650, -9


def day(number: float) -> datetime:
    return MAY + timedelta(days=number)


def crawl_row(number: int, at: datetime) -> Crawl:
    return Crawl(crawl=number, started_at=at, seconds=60, new=0, changed=0, fresh=0, failed=0, received=0)


def crawled(*days: float) -> Catalog:
    """A catalog after crawls on these days of May by the machine's clock, of a minute each."""
    rows = [crawl_row(number, day(at)) for number, at in enumerate(days, 1)]
    return Catalog(catalog_of({}, {Crawl: rows}), Path("catalog.duckdb"))


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
    [
        pytest.param(None, None, (2, 3), id="until now"),
        pytest.param(1, None, (1, 3), id="from a crawl"),
        pytest.param(None, 2, (1, 2), id="until a crawl"),
        pytest.param(None, 1, (0, 1), id="until the first crawl"),
        pytest.param(None, "2024-05-02", (0, 1), id="until a date"),
        pytest.param(None, "2024-04-01", (0, 0), id="until before the first crawl"),
        pytest.param(0, 1, (0, 1), id="from before the first crawl"),
        pytest.param("2024-05-02", "now", (1, 3), id="from a date"),
    ],
)
def test_a_range_begins_by_default_before_its_last_crawl(since, until, crawls):
    start, end = crawl_range(memory(1, 2, 3), since, until)
    assert (start.crawl, end.crawl) == crawls


@pytest.mark.parametrize(
    ("range_", "crawls"),
    [
        pytest.param({"since": "2024-05-02"}, (0, 3), id="since a day: its beginning"),
        pytest.param({"since": "2024-05"}, (0, 3), id="since a month: its beginning"),
        pytest.param({"since": 2}, (2, 3), id="since a crawl"),
        pytest.param({"until": "2024-05-02"}, (0, 1), id="until a day: its end"),
        pytest.param({"since": 1, "until": 2}, (1, 2), id="between crawls"),
    ],
)
def test_a_range_of_days_has_them_whole(range_, crawls):
    first, last = crawl_range(memory(1, 2, 3), None, None, **range_)
    assert (first.crawl, last.crawl) == crawls


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(Misuse, match=r"^the range ends before it begins: from crawl 3 to crawl 1$"):
        crawl_range(memory(1, 2, 3), 3, 1)


def test_the_answer_names_the_crawl_of_a_date():
    note = "2024-05-03 12:00:00 UTC means crawl 2, which had ended by 2024-05-03 00:01:00 UTC"
    assert memory(1, 2, 3).crawl(day(2.5)).note == note


@pytest.mark.parametrize(
    ("suspects", "named"),
    [
        pytest.param(0, None, id="none"),
        pytest.param(1, "the clock was suspect in crawl 3", id="one"),
        pytest.param(_MOST_NAMED, "the clock was suspect in crawl 3, 4, 5, 6, 7", id="as many as are named"),
        pytest.param(_MOST_NAMED + 1, "the clock was suspect in crawl 3, 4, 5, 6, 7 and 1 more", id="one more"),
    ],
)
def test_the_answer_says_where_a_clock_was_suspect(suspects, named):
    days = (1, 2, *(AHEAD + number for number in range(suspects)), 4)
    assert suspect_clocks(memory(*days).crawl(day(2.5)).suspects) == named


@pytest.mark.parametrize(
    ("days", "begins"),
    [
        pytest.param((1, 2), "crawl 1, 2024-05-02 00:01:00 UTC", id="a clock that nothing contradicts"),
        pytest.param((1, AHEAD, 3), "crawl 1, 2024-05-02 00:01:00 UTC", id="a later crawl is suspect"),
        pytest.param((AHEAD, 2), "crawl 1, 2024-05-03 00:00:00 UTC; the clock was suspect in crawl 1", id="the first crawl is suspect"),
    ],
)  # fmt: skip
def test_where_memory_begins_a_suspect_clock_is_said_to_be_one(days, begins):
    assert memory(*days).start() == f"this catalog's memory begins with {begins}"


@pytest.mark.parametrize(
    ("seen", "later", "at", "suspect"),
    [
        pytest.param(1, (2,), 1, False, id="before the crawls that are left"),
        pytest.param(3, (2,), 2, True, id="after a crawl that is left"),
        pytest.param(3, (), 3, False, id="no crawl is left"),
    ],
)
def test_memory_may_begin_with_a_crawl_of_which_only_observations_are_left(seen, later, at, suspect):
    seen_at = day(seen)
    observation = Observation(
        ref="refs/heads/main",
        oid="a" * 40,
        revision=None,
        unseen_at=None,
        first_seen=seen_at,
        last_seen=seen_at,
        ended_at=None,
        first_crawl=1,
        ended_crawl=None,
    )
    crawls = [crawl_row(number, day(each)) for number, each in enumerate(later, 2)]
    connection = catalog_of({"host/o/r": {Observation: [observation]}}, {Crawl: crawls})
    assert asked(connection, "from internal.memory_start()") == [
        {"crawl": 1, "at": day(at).replace(tzinfo=None), "suspect": suspect}
    ]


BEGINS = "this catalog's memory begins with crawl 1, 2024-05-02 00:01:00 UTC"
NOTHING = f"{BEGINS}: before that it knew nothing; `catalog history` lists what today's tags say of earlier times"
MEANT = "2024-05-03 23:59:59 UTC means crawl 2, which had ended by 2024-05-03 00:01:00 UTC"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ask", "note"),
    [
        pytest.param(lambda catalog: catalog.at("2024-05-09"), None, id="at, by today's tags"),
        pytest.param(lambda catalog: catalog.at("2024-05-09", known_at="2024-04-09"), NOTHING, id="at, before memory begins"),
        pytest.param(lambda catalog: catalog.at("2024-05-09", known_at="2024-05-03"), MEANT, id="at, as known at a date"),
        pytest.param(lambda catalog: catalog.at("2024-05-09", known_at=1), None, id="at, as known after a crawl"),
        pytest.param(lambda catalog: catalog.diff(), "0 changes from crawl 2 to crawl 3", id="diff of the last crawl"),
        pytest.param(lambda catalog: catalog.diff(until=1), "0 changes from before the first crawl to crawl 1", id="diff of the first crawl"),
        pytest.param(lambda catalog: catalog.diff(until="2024-04-09"), NOTHING, id="diff, until before memory begins"),
        pytest.param(lambda catalog: catalog.diff("2024-04-09", 2), f"0 changes from before the first crawl to crawl 2; {NOTHING}", id="diff, before memory begins"),
        pytest.param(lambda catalog: catalog.diff("2024-04-09", "2024-05-03"), f"0 changes from before the first crawl to crawl 2; {MEANT}; {NOTHING}", id="diff, to a date"),
        pytest.param(lambda catalog: catalog.events(), BEGINS, id="events from the beginning"),
    ],
)  # fmt: skip
def test_an_answer_says_what_its_rows_cannot(ask, note):
    assert ask(crawled(1, 2, 3)).note == note


ALL = "0 changes from crawl 1 to crawl 3"
SUSPECT = "the clock was suspect in crawl 2"
LATE = "2024-05-05 23:59:59 UTC means crawl 3, which had ended by 2024-05-04 00:01:00 UTC"
EARLY = "2024-05-02 23:59:59 UTC means crawl 1, which had ended by 2024-05-02 00:01:00 UTC"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ask", "note"),
    [
        pytest.param(lambda catalog: catalog.at("2024-05-09", known_at="2024-05-02"), f"{EARLY}; {SUSPECT}", id="at, as known then"),
        pytest.param(lambda catalog: catalog.diff("2024-05-02", "2024-05-05"), f"{ALL}; {EARLY}; {LATE}; {SUSPECT}", id="between dates"),
        pytest.param(lambda catalog: catalog.diff(1, 3), f"{ALL}; {SUSPECT}", id="between crawls"),
        pytest.param(lambda catalog: catalog.diff(2, 3), "0 changes from crawl 2 to crawl 3", id="after it"),
    ],
)  # fmt: skip
def test_a_range_with_a_suspect_clock_says_so(ask, note):
    assert ask(crawled(1, AHEAD, 3)).note == note


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edges", "note"),
    [
        pytest.param((2, 4), "0 changes from crawl 2 to crawl 4", id="after both that are suspect"),
        pytest.param((1, 3), "0 changes from crawl 1 to crawl 3; the clock was suspect in crawl 2", id="with one of them"),
        pytest.param((2, 3), "0 changes from crawl 2 to crawl 3", id="from it on"),
    ],
)  # fmt: skip
def test_a_clock_that_was_set_back_makes_those_before_it_suspect(edges, note):
    assert crawled(1, 2, BACK, 4).diff(*edges).note == note


@pytest.mark.slow
def test_a_catalog_that_remembers_nothing_says_nothing():
    assert (crawled().events().note, crawled().diff("2024-05-01").note) == (None, None)


def test_notes_are_joined_each_once():
    assert (joined("a", None, "b", "a"), joined(None)) == ("a; b", None)
