"""Dates and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from catalog.errors import InvalidArgument
from catalog.query.moments import beginning, moment

NEAR = timedelta(minutes=1)  # that a test may take


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        pytest.param("2024-05-31", utc(2024, 5, 31), utc(2024, 5, 31, 23, 59, 59, 999999), id="a day"),
        pytest.param(date(2024, 5, 31), utc(2024, 5, 31), utc(2024, 5, 31, 23, 59, 59, 999999), id="a day of Python"),
        pytest.param("2024-02", utc(2024, 2, 1), utc(2024, 2, 29, 23, 59, 59, 999999), id="a month"),
        pytest.param("2023-12", utc(2023, 12, 1), utc(2023, 12, 31, 23, 59, 59, 999999), id="the last month of a year"),
        pytest.param("2024-05-31T12:00", utc(2024, 5, 31, 12), utc(2024, 5, 31, 12), id="a time without a zone is UTC"),
        pytest.param("2024-05-31T12:00+02:00", utc(2024, 5, 31, 10), utc(2024, 5, 31, 10), id="a zone is counted in"),
        pytest.param(
            datetime(2024, 5, 31, 12, tzinfo=timezone(timedelta(hours=2))),
            utc(2024, 5, 31, 10),
            utc(2024, 5, 31, 10),
            id="a time of Python with a zone, too",
        ),
    ],
)
def test_a_period_has_a_first_and_a_last_moment(when, first, last):
    assert (beginning(when), moment(when)) == (first, last)


@pytest.mark.parametrize(
    ("when", "ago"),
    [("now", timedelta()), ("0d", timedelta()), ("12h", timedelta(hours=12)), ("7d", timedelta(days=7)), ("99999h", timedelta(hours=99_999)), ("2w", timedelta(weeks=2))],
)  # fmt: skip
def test_a_time_can_be_counted_back_from_now(when, ago):
    for read in (beginning, moment):
        assert abs(datetime.now(UTC) - ago - read(when)) < NEAR


@pytest.mark.parametrize(("when", "days"), [("today", 0), ("yesterday", 1)])
def test_a_day_can_be_named(when, days):
    before = datetime.now(UTC).date()
    first, last = beginning(when), moment(when)
    assert first.date() + timedelta(days=days) in (before, datetime.now(UTC).date())
    assert last - first == timedelta(days=1) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    "when",
    ["", "tomorrow", "-7d", "7", "7m", "7 d", "100000d", "2024-13", "2024-00", "0000-05", "2024-5", "2024-02-30", "12:00", "\u0667d"],
)  # fmt: skip
def test_what_is_no_moment(when):
    with pytest.raises(InvalidArgument) as raised:
        moment(when)
    assert str(raised.value).startswith(
        f"invalid date {when!r}: expected now, yesterday, 7d (or h, w), a month such as"
    )


@pytest.mark.parametrize("when", ["0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"])
def test_what_no_calendar_of_python_has(when):
    with pytest.raises(InvalidArgument, match="expected a moment that in UTC is in the years 1 to 9999"):
        beginning(when)
