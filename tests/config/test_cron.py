"""Five fields of crontab(5): the times that Debian's cron makes of them, and what it would not read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.config.cron import parse, zone_of

START = datetime(2024, 2, 1, tzinfo=UTC)  # a Thursday


def times(text, count, zone="UTC", start=START):
    trigger, found, moment = parse(text).trigger(zone_of(zone)), [], start.astimezone(zone_of(zone))
    while len(found) < count:
        moment = trigger.get_next_fire_time(None, moment)
        found.append(moment)
        moment += timedelta(microseconds=1)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0 3 * * *", ["Thu 1 03:00", "Fri 2 03:00", "Sat 3 03:00"], id="every night"),
        pytest.param("0 3 * * 0", ["Sun 4 03:00", "Sun 11 03:00", "Sun 18 03:00"], id="0 is Sunday"),
        pytest.param("0 3 * * 7", ["Sun 4 03:00", "Sun 11 03:00", "Sun 18 03:00"], id="7 is Sunday too"),
        pytest.param("0 3 * * 1", ["Mon 5 03:00", "Mon 12 03:00", "Mon 19 03:00"], id="1 is Monday"),
        pytest.param("0 3 * * 5-7", ["Fri 2 03:00", "Sat 3 03:00", "Sun 4 03:00"], id="a week's end that ends in 7"),
        pytest.param("0 3 * * Mon-FRI", ["Thu 1 03:00", "Fri 2 03:00", "Mon 5 03:00"], id="names of days, in any case"),
        pytest.param("0 0 * mar *", ["Fri 1 00:00", "Sat 2 00:00", "Sun 3 00:00"], id="names of months"),
        pytest.param(
            "0 0 13 * 5", ["Fri 2 00:00", "Fri 9 00:00", "Tue 13 00:00"], id="two fields for days: either is enough"
        ),
        pytest.param(
            "0 0 */10 * 1", ["Mon 11 00:00", "Mon 1 00:00", "Mon 1 00:00"], id="unless one begins with a star: both"
        ),
        pytest.param(
            "0 0 */15 * *", ["Thu 1 00:00", "Fri 16 00:00", "Fri 1 00:00"], id="steps of days begin with the first"
        ),
        pytest.param("*/25 5 * * *", ["Thu 1 05:00", "Thu 1 05:25", "Thu 1 05:50"], id="steps of minutes"),
        pytest.param(
            "0,30 9-17/8 * * *", ["Thu 1 09:00", "Thu 1 09:30", "Thu 1 17:00"], id="lists, and steps in a range"
        ),
        pytest.param("0 0 29 2 *", ["Thu 29 00:00", "Tue 29 00:00", "Sun 29 00:00"], id="a day of leap years"),
    ],
)
def test_the_times_are_those_of_cron(text, expected):
    assert [f"{found:%a} {found.day} {found:%H:%M}" for found in times(text, 3)] == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("daily", "the fields are 1", id="a word"),
        pytest.param("@daily", "the fields are 1", id="a nickname"),
        pytest.param("0 0 3 * * *", "the fields are 6", id="seconds"),
        pytest.param("61 * * * *", "minute '61' is no number from 0 to 59", id="a minute too late"),
        pytest.param("* 24 * * *", "hour '24' is no number from 0 to 23", id="an hour too late"),
        pytest.param("* * 0 * *", "day of the month '0' is no number from 1 to 31", id="a day too early"),
        pytest.param("* * * 13 *", "month '13' is no number from 1 to 12, or name such as jan", id="a month too late"),
        pytest.param(
            "* * * * 8", "day of the week '8' is no number from 0 to 7, or name such as sun", id="a day too late"
        ),
        pytest.param("* * last * *", "day of the month 'last' is no number from 1 to 31", id="a word of APScheduler"),
        pytest.param("* * * * fri-mon", "day of the week 'fri-mon' has a range that falls", id="a range that falls"),
        pytest.param("*/0 * * * *", "minute '*/0' is no number,", id="a step of nothing"),
        pytest.param(
            "5/15 * * * *", "minute '5/15' is no number,", id="steps without an end, which crons read differently"
        ),
        pytest.param("1,, * * * *", "minute '1,,' is no number,", id="an empty part"),
        pytest.param("٣ * * * *", "minute '٣' is no number,", id="digits of another script"),
        pytest.param("* * 30 feb *", "day '30' never comes in month 'feb'", id="a day that never comes"),
    ],
)
def test_what_cron_would_not_read_is_refused(text, complaint):
    with pytest.raises(ValueError, match=r"is|are|has|never") as caught:
        parse(text)
    assert str(caught.value).startswith(complaint)


@given(st.text(alphabet="0123456789*/-, @LW#?junfrisatx\t", max_size=30))
def test_garbage_is_refused_in_words(text):
    try:
        parse(text).trigger(UTC)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - what is no garbage may pass


def some(low, high):
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    return st.one_of(st.just("*"), number.map(str), ranges, ranges.map("{}/2".format), st.just("*/3"))


@given(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 7))
def test_between_two_times_no_minute_is_named(minute, hour, day, month, weekday):
    text = f"{minute} {hour} {day} {month} {weekday}"
    cron = parse(text)

    def named(moment):
        days = (moment.day in cron.days, moment.isoweekday() % 7 in cron.weekdays)
        right = all(days) if any(cron.starred) else any(days)
        return right and moment.month in cron.months and moment.hour in cron.hours and moment.minute in cron.minutes

    found = times(text, 4)
    wrong = [
        first for first, last in pairwise(found) if not named(first) or any(named(m) for m in between(first, last))
    ]
    assert wrong == []


def between(first, last):
    """Some minutes between two: all of the next hours, and the same minute of later hours."""
    minutes = [first + timedelta(minutes=number) for number in range(1, 200)]
    hours = [first + timedelta(hours=number) for number in range(1, 24 * 40)]
    return [moment for moment in (*minutes, *hours) if moment < last]


def test_the_clock_is_that_of_the_time_zone():
    start = datetime(2024, 3, 29, 12, tzinfo=UTC)
    assert [f"{found.astimezone(UTC):%d %H:%M}" for found in times("0 4 * * *", 3, "Europe/Berlin", start)] == [
        "30 03:00",
        "31 02:00",
        "01 02:00",
    ]


@pytest.mark.parametrize("name", ["Berlin", "Europe", "../UTC", "/etc/localtime", "", "a\0b"], ids=repr)
def test_a_time_zone_that_is_none(name):
    with pytest.raises(ValueError, match="no time zone is called"):
        zone_of(name)
