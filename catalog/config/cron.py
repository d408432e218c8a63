"""Five fields of crontab(5), as Debian's cron means them: their check, and the next time that they name.

cronsim reads the fields and finds the times, also where clocks change. It takes more than crontab(5) defines (seconds, `L`, `5#2`) or
than all crons read alike (`5/15`): that is refused here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from catalog.text import quoted

EXAMPLE = 'five fields of crontab(5), such as "0 3 * * *"'

_FIELDS = (
    ("minute", "from 0 to 59"),
    ("hour", "from 0 to 23"),
    ("day of the month", "from 1 to 31"),
    ("month", "from 1 to 12 (or name such as jan)"),
    ("day of the week", "from 0 to 7 (or name such as sun)"),
)
_VALUE = r"[0-9]{1,9}|[A-Za-z]{3}"
_PART = re.compile(rf"\*(?:/[0-9]{{1,9}})?|(?P<first>{_VALUE})(?:-(?P<last>{_VALUE})(?P<step>/[0-9]{{1,9}})?)?")
_ANY_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def check(text: str) -> None:
    """ValueError says which of five fields is wrong."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"there {'is' if len(fields) == 1 else 'are'} {len(fields)}")
    for place, (name, values) in enumerate(_FIELDS):
        if not (all(_is_portable(place, part) for part in fields[place].split(",")) and _reads(place, fields[place])):
            raise ValueError(
                f"invalid {name} {quoted(fields[place])}: expected a number {values}, range (1-5), star, steps (*/15, 1-9/2), or a list of these"
            )
    try:
        CronSim(text, _ANY_MOMENT)
    except CronSimError:
        raise ValueError(f"invalid day {quoted(fields[2])}: no month {quoted(fields[3])} has it") from None


def next_time(text: str, zone: tzinfo, moment: datetime) -> datetime | None:
    """The first time at or after a moment, on the clocks of a zone; None where there is none within 50 years."""
    start = moment.astimezone(UTC)
    before = (start - timedelta(microseconds=1)).astimezone(zone)  # cronsim's first time comes after this one's second
    # In an hour that comes twice, cronsim may begin with a time of the first pass.
    return next((time for time in CronSim(text, before) if time >= start), None)


def zone_of(name: str) -> tzinfo:
    """A time zone by its name in the tz database; ValueError where there is none of that name."""
    if name == "UTC":
        return UTC  # also where the machine has no tz database
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"invalid time zone {quoted(name)}: expected a name of the tz database") from error


def _is_portable(place: int, part: str) -> bool:
    match = _PART.fullmatch(part)
    if match is None:
        return False
    # To cronsim `5-5/15` is `5/15`. A range that can be read backwards has one number.
    return not (match["step"] and _reads(place, f"{match['last']}-{match['first']}"))


def _reads(place: int, field: str) -> bool:
    """Whether cronsim reads a field in this place of five."""
    fields = ["*"] * len(_FIELDS)
    fields[place] = field
    try:
        CronSim(" ".join(fields), _ANY_MOMENT)
    except CronSimError:
        return False
    return True
