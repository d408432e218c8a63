"""Five fields of crontab(5), as Debian's cron means them: which times they name, and when the next one is.

APScheduler's own reading of a crontab line differs: its week begins on Monday with 0, it wants day of the month *and* day of the
week to match where cron wants either, and it knows words that no other cron does. So the fields are read here, and given to it as
lists of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

EXAMPLE = 'five fields of crontab(5), such as "0 3 * * *"'

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cron:
    """The times that five fields name. `starred` says which of the two fields for days begins with a star."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    starred: tuple[bool, bool]

    def trigger(self, zone: tzinfo, jitter: int = 0) -> BaseTrigger:
        """The same for APScheduler, which adds up to `jitter` seconds to each time."""
        from apscheduler.triggers.combining import OrTrigger  # noqa: PLC0415 - only who schedules needs it
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - as above

        common = {
            "minute": _list(self.minutes),
            "hour": _list(self.hours),
            "month": _list(self.months),
            "timezone": zone,
        }
        day, weekday = _list(self.days), ",".join(_WEEK[number] for number in sorted(self.weekdays))
        if any(self.starred):
            return CronTrigger(**common, day=day, day_of_week=weekday, jitter=jitter)
        # crontab(5): where both fields are restricted, one of them is enough.
        return OrTrigger([CronTrigger(**common, day=day), CronTrigger(**common, day_of_week=weekday)], jitter=jitter)


def parse(text: str) -> Cron:
    """Reads five fields; ValueError says what is wrong with which."""
    fields = text.split()
    if len(fields) != 5:  # noqa: PLR2004 - crontab(5) has five fields
        raise ValueError(f"the fields are {len(fields)}")
    minute, hour, day, month, weekday = fields
    cron = Cron(
        minutes=_values("minute", minute, 0, 59),
        hours=_values("hour", hour, 0, 23),
        days=_values("day of the month", day, 1, 31),
        months=_values("month", month, 1, 12, _MONTHS),
        weekdays=frozenset(
            number % 7 for number in _values("day of the week", weekday, 0, 7, _WEEK)
        ),  # Sunday is 0 and 7
        starred=(day.startswith("*"), weekday.startswith("*")),
    )
    if any(cron.starred) and min(cron.days) > max(_LONGEST[number] for number in cron.months):
        raise ValueError(f"day {day!r} never comes in month {month!r}")
    return cron


def zone_of(name: str) -> tzinfo:
    """A time zone by its name in the tz database; ValueError where there is none of that name."""
    if name == "UTC":
        return UTC  # also where the machine has no tz database
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error


def _values(what: str, field: str, low: int, high: int, names: Sequence[str] = ()) -> frozenset[int]:
    """The numbers that a field means; `names` are those of the numbers from `low` on."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        step = int(match["step"] or 1) if match else 0
        # What 5/15 means differs from cron to cron.
        if match is None or step < 1 or (match["step"] and match["first"] and not match["last"]):
            raise ValueError(
                f"{what} {field!r} is no number, range (1-5), star, steps (*/15, 1-9/2), nor a list of these"
            )
        first, last = low, high
        if match["first"]:
            first = _number(what, match["first"], low, high, names)
            last = _number(what, match["last"], low, high, names) if match["last"] else first
        if first > last:
            raise ValueError(f"{what} {field!r} has a range that falls")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(what: str, word: str, low: int, high: int, names: Sequence[str]) -> int:
    if word.lower() in names:
        return low + names.index(word.lower())
    if word.isdigit() and low <= int(word) <= high:
        return int(word)
    raise ValueError(
        f"{what} {word!r} is no number from {low} to {high}" + (f", or name such as {names[0]}" if names else "")
    )


def _list(values: frozenset[int]) -> str:
    return ",".join(map(str, sorted(values)))
