"""Five fields of crontab(5): the times that Debian's cron makes of them, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.config.cron import check, next_time, zone_of

START = datetime(2024, 2, 1, tzinfo=UTC)  # a Thursday


def times(text, count, zone="UTC", start=START):
    check(text)
    found, moment = [], start
    while len(found) < count:
        moment = next_time(text, zone_of(zone), moment)
        found.append(moment)
        moment = moment.astimezone(UTC) + timedelta(microseconds=1)
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
        pytest.param("daily", "there is 1", id="a word"),
        pytest.param("@daily", "there is 1", id="a nickname"),
        pytest.param("0 0 3 * * *", "there are 6", id="seconds"),
        pytest.param(
            "61 * * * *",
            "invalid minute '61': expected a number from 0 to 59, range (1-5), star, steps (*/15, 1-9/2), or a list of these",
            id="a minute too late",
        ),
        pytest.param("* 24 * * *", "invalid hour '24': expected a number from 0 to 23", id="an hour too late"),
        pytest.param("* * 0 * *", "invalid day of the month '0': expected a number from 1 to 31", id="a day too early"),
        pytest.param(
            "* * * 13 *",
            "invalid month '13': expected a number from 1 to 12 (or name such as jan), range",
            id="a month too late",
        ),
        pytest.param(
            "* * * * 8",
            "invalid day of the week '8': expected a number from 0 to 7 (or name such as sun), range",
            id="a day too late",
        ),
        pytest.param(
            "* * last * *",
            "invalid day of the month 'last': expected a number from 1 to 31",
            id="a word of APScheduler",
        ),
        pytest.param(
            "* * L * *", "invalid day of the month 'L': expected a number from 1 to 31", id="a word of cronsim"
        ),
        pytest.param("* * * * 5#2", "invalid day of the week '5#2': expected a number", id="a sign of cronsim"),
        pytest.param(
            "* * * * fri-mon", "invalid day of the week 'fri-mon': expected a number", id="a range that falls"
        ),
        pytest.param("*/0 * * * *", "invalid minute '*/0': expected a number", id="a step of nothing"),
        pytest.param(
            "5/15 * * * *",
            "invalid minute '5/15': expected a number",
            id="steps without an end, which crons read differently",
        ),
        pytest.param(
            "* * * * mon-1/2", "invalid day of the week 'mon-1/2': expected a number", id="steps in a range of one"
        ),
        pytest.param(
            "0000000001 * * * *", "invalid minute '0000000001': expected a number", id="a number of ten digits"
        ),
        pytest.param("1,, * * * *", "invalid minute '1,,': expected a number", id="an empty part"),
        pytest.param("٣ * * * *", "invalid minute '٣': expected a number", id="digits of another script"),
        pytest.param("* * 30 feb *", "invalid day '30': no month 'feb' has it", id="a day that never comes"),
    ],
)
def test_what_cron_would_not_read_is_refused(text, complaint):
    with pytest.raises(ValueError, match=r"^there (is|are) \d+$|^invalid ") as caught:
        check(text)
    assert str(caught.value).startswith(complaint)


@given(st.text(alphabet="0123456789*/-, @LW#?junfrisatx\t", max_size=30))
def test_garbage_is_refused_in_words(text):
    try:
        check(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - what is no garbage may pass
    else:
        assert next_time(text, UTC, START) >= START


def some(low, high):
    """A field, and the numbers that it names."""
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(
        st.just(("*", {*range(low, high + 1)})),
        st.just(("*/3", {*range(low, high + 1, 3)})),
        number.map(lambda one: (str(one), {one})),
        ranges.map(lambda pair: (f"{pair[0]}-{pair[1]}", {*range(pair[0], pair[1] + 1)})),
        ranges.filter(lambda pair: pair[0] < pair[1]).map(
            lambda pair: (f"{pair[0]}-{pair[1]}/2", {*range(pair[0], pair[1] + 1, 2)})
        ),
        st.tuples(number, number).map(lambda pair: (f"{pair[0]},{pair[1]}", {*pair})),
    )


@given(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 7))
def test_between_two_times_no_minute_is_named(minute, hour, day, month, weekday):
    weekdays, starred = {number % 7 for number in weekday[1]}, any(field[0].startswith("*") for field in (day, weekday))

    def named(moment):
        days = (moment.day in day[1], moment.isoweekday() % 7 in weekdays)
        right = all(days) if starred else any(days)
        return right and moment.month in month[1] and moment.hour in hour[1] and moment.minute in minute[1]

    found = times(" ".join(field[0] for field in (minute, hour, day, month, weekday)), 4)
    wrong = [
        first for first, last in pairwise(found) if not named(first) or any(named(m) for m in between(first, last))
    ]
    assert wrong == []


def between(first, last):
    """Some minutes between two: all of the next hours, and the same minute of later hours."""
    minutes = [first + timedelta(minutes=number) for number in range(1, 200)]
    hours = [first + timedelta(hours=number) for number in range(1, 24 * 40)]
    return [moment for moment in (*minutes, *hours) if moment < last]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        pytest.param("0 4 * * *", (3, 29, 12), ["30 03:00", "31 02:00", "01 02:00"], id="the clock of the time zone"),
        pytest.param(
            "30 2 * * *", (3, 29, 12), ["30 01:30", "31 01:00", "01 00:30"], id="a time that is left out: at once"
        ),
        pytest.param(
            "30 2 * * *", (10, 26, 12), ["27 00:30", "28 01:30", "29 01:30"], id="a time that comes twice: once"
        ),
        pytest.param("30 2 * * *", (10, 27, 1, 10), ["28 01:30", "29 01:30"], id="once, also from its second hour on"),
        pytest.param(
            "*/30 * * * *", (10, 27, 0, 20), ["27 00:30", "27 01:00", "27 01:30"], id="every half hour stays that"
        ),
    ],
)
def test_when_clocks_change(text, start, expected):
    """Moments are UTC; in Berlin, 02:00 to 03:00 is left out on 31 March and comes twice on 27 October."""
    found = times(text, len(expected), "Europe/Berlin", datetime(2024, *start, tzinfo=UTC))
    assert [f"{moment.astimezone(UTC):%d %H:%M}" for moment in found] == expected


@pytest.mark.parametrize("name", ["Berlin", "Europe", "../UTC", "/etc/localtime", "", "a\0b"], ids=repr)
def test_a_time_zone_that_is_none(name):
    with pytest.raises(ValueError, match="invalid time zone"):
        zone_of(name)
