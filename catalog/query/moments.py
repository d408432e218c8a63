"""Reads dates and times as people write them: `now`, `7d`, `yesterday`, `2026-03`, `2024-05-31`, `2024-05-31T12:00Z`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from catalog.errors import InvalidArgument, Misuse

EXPECTED = "now, yesterday, 7d (or h, w), a month such as 2024-05, a date such as 2024-05-31, or a time such as 2024-05-31T12:00Z"

_AGO = re.compile(r"(?P<number>[0-9]{1,5})(?P<unit>[hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")
Moment = datetime | date | str
_Period = tuple[datetime, datetime]  # its first and its last moment


def between(since: Moment | None, until: Moment | None) -> dict[str, datetime | None]:
    """The first moment of `since` and the last of `until`, for a question in SQL: UTC, without a zone. Misuse where the range is empty."""
    first = None if since is None else beginning(since, "since").replace(tzinfo=None)
    last = None if until is None else moment(until, "until").replace(tzinfo=None)
    if first is not None and last is not None and first > last:
        raise Misuse(f"the range ends before it begins: from {first} to {last} (UTC)")
    return {"since": first, "until": last}


def is_moment(text: str) -> bool:
    """Whether a text is one of these."""
    try:
        moment(text)
    except InvalidArgument:
        return False
    return True


def moment(when: Moment, argument: str = "date", *, expected: str = EXPECTED) -> datetime:
    """A moment in UTC, of a day or a month its last. A time without a zone is UTC; `7d` is seven days before now.

    InvalidArgument, which names the argument that it is, for an invalid date.
    """
    return _period(when, argument, expected)[1]


def beginning(when: Moment, argument: str = "date", *, expected: str = EXPECTED) -> datetime:
    """The same, of a day or a month its first moment."""
    return _period(when, argument, expected)[0]


def _period(when: Moment, argument: str, expected: str) -> _Period:
    try:
        match when:
            case str():
                return _read(when, argument, expected)
            case datetime():
                at = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
                return at, at
            case date():
                return _days(when, when)
    except OverflowError as error:
        raise InvalidArgument(argument, f"'{when}'", "a moment that in UTC is in the years 1 to 9999") from error


def _read(text: str, argument: str, expected: str) -> _Period:
    now = datetime.now(UTC)
    if text == "now":
        return now, now
    if text in ("today", "yesterday"):
        day = now.date() - timedelta(days=text == "yesterday")
        return _days(day, day)
    if ago := _AGO.fullmatch(text):
        at = now - timedelta(**{_UNITS[ago["unit"]]: int(ago["number"])})
        return at, at
    try:
        if month := _MONTH.fullmatch(text):
            first = date(int(month["year"]), int(month["month"]), 1)
            return _days(first, first.replace(day=monthrange(first.year, first.month)[1]))
        return _stated(text, argument, expected)
    except ValueError as error:
        raise InvalidArgument(argument, repr(text), expected) from error


def _stated(text: str, argument: str, expected: str) -> _Period:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _period(datetime.fromisoformat(text), argument, expected)
    return _days(day, day)


def _days(first: date, last: date) -> _Period:
    return datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)
