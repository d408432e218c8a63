"""An interval as a duration of ISO 8601."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query.interval import Interval

HOUR = 3600 * 1_000_000
DURATION = re.compile(
    r"(-)?P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-)?(\d+)(?:\.(\d{1,6}))?S)?)?"
)
parts = st.integers(-(2**31), 2**31 - 1)
intervals = st.builds(Interval, months=parts, days=parts, microseconds=st.integers(-(2**53), 2**53))


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        pytest.param(Interval(), "PT0S", id="nothing"),
        pytest.param(Interval(months=14), "P1Y2M", id="months, the longer ones years"),
        pytest.param(Interval(days=400), "P400D", id="days, which are of no month"),
        pytest.param(Interval(days=3, microseconds=25 * HOUR), "P3DT25H", id="hours, which are of no day"),
        pytest.param(Interval(microseconds=61_500_000), "PT1M1.5S", id="a fraction of a second"),
        pytest.param(Interval(microseconds=1), "PT0.000001S", id="a microsecond"),
        pytest.param(Interval(days=-3, microseconds=-HOUR), "-P3DT1H", id="all of it back"),
        pytest.param(Interval(months=1, days=-1, microseconds=-500_000), "P1M-1DT-0.5S", id="some of it back"),
        pytest.param(Interval.of(timedelta(days=3, hours=4)), "P3DT4H", id="one of Python"),
        pytest.param(Interval.of(-timedelta(days=3, hours=4)), "-P3DT4H", id="one of Python that goes back"),
    ],
)
def test_text(interval, text):
    assert str(interval) == text


@given(intervals)
def test_the_text_has_all_of_it(interval):
    assert read(str(interval)) == interval


@given(st.timedeltas())
def test_an_interval_of_python_is_as_long(value):
    interval = Interval.of(value)
    assert (interval.months, timedelta(days=interval.days, microseconds=interval.microseconds)) == (0, value)


def read(text):
    back, years, months, days, hours, minutes, less, seconds, fraction = DURATION.fullmatch(text).groups()
    sign = -1 if back else 1
    second = int(seconds or 0) * 1_000_000 + int((fraction or "").ljust(6, "0"))
    time = int(hours or 0) * HOUR + int(minutes or 0) * 60_000_000 + (-second if less else second)
    return Interval(
        months=sign * (int(years or 0) * 12 + int(months or 0)), days=sign * int(days or 0), microseconds=sign * time
    )
