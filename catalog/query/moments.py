"""Reads dates and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from catalog.errors import InvalidArgument

EXPECTED = "now, a date such as 2024-05-31, or a time such as 2024-05-31T12:00Z"


def moment(when: datetime | date | str, argument: str = "date", *, expected: str = EXPECTED) -> datetime:
    """A moment in UTC. A bare date is the end of its day; a time without a zone is UTC; `now` is now.

    InvalidArgument, which names the argument that it is, for an invalid date.
    """
    if isinstance(when, str):
        return moment(_read(when, argument, expected), argument)
    if not isinstance(when, datetime):
        return datetime.combine(when, time.max, UTC)
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError as error:
        raise InvalidArgument(argument, f"'{when}'", "a moment that in UTC is in the years 1 to 9999") from error


def _read(text: str, argument: str, expected: str) -> datetime | date:
    if text == "now":
        return datetime.now(UTC)
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise InvalidArgument(argument, repr(text), expected)
