"""The times of a crontab line for APScheduler, whose own reading of such a line is not cron's.

Its week begins on Monday with 0, it wants day of the month *and* day of the week to match where cron wants either, and a time that
comes twice as clocks go back is two times.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

from catalog.config.cron import next_time


class CronTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The times that five fields name on the clocks of a zone, each up to `jitter` seconds later."""

    def __init__(self, text: str, zone: tzinfo, jitter: int = 0) -> None:
        self.text, self.zone, self.jitter = text, zone, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first time after the previous one; where there is none, or the clock was set back, the first from now on."""
        start = now
        if previous_fire_time is not None and previous_fire_time <= now:
            start = previous_fire_time.astimezone(UTC) + timedelta(microseconds=1)
        following: datetime | None = self._apply_jitter(next_time(self.text, self.zone, start), self.jitter, now)
        return following
