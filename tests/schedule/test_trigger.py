"""The times of a crontab line as APScheduler asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalog.config.cron import zone_of
from catalog.schedule.trigger import CronTrigger

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
NIGHT = datetime(2024, 6, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("previous", "now", "expected"),
    [
        pytest.param(None, NOON, NIGHT, id="the first one"),
        pytest.param(None, NIGHT, NIGHT, id="the first one may be now"),
        pytest.param(NIGHT, NIGHT, NIGHT + DAY, id="the next one"),
        pytest.param(NIGHT, NIGHT + 9 * DAY, NIGHT + DAY, id="one that was missed: APScheduler makes up for it"),
        pytest.param(NIGHT + 9 * DAY, NOON, NIGHT, id="the clock was set back: from now on"),
    ],
)
def test_the_time_after_the_previous_one(previous, now, expected):
    assert CronTrigger("0 3 * * *", UTC).get_next_fire_time(previous, now) == expected


def test_a_time_that_comes_twice_is_one_time():
    trigger, first = CronTrigger("30 2 * * *", zone_of("Europe/Berlin")), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert trigger.get_next_fire_time(first, first) == first + timedelta(hours=25)


def test_jitter_delays_by_its_seconds_at_most():
    trigger = CronTrigger("0 3 * * *", UTC, jitter=5)
    delays = {(trigger.get_next_fire_time(None, NOON) - NIGHT).total_seconds() for _ in range(50)}
    assert (len(delays) > 1, min(delays) >= 0, max(delays) <= 5) == (True, True, True)
