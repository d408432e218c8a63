"""An interval as SQL has it: months, days and time apart, because months have no fixed length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

_SECOND = 1_000_000  # microseconds
_MINUTE, _HOUR = 60 * _SECOND, 3600 * _SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """An interval with months, which `timedelta` cannot hold. As text it is a duration of ISO 8601: `P1Y2M3DT4H5.5S`."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    @classmethod
    def of(cls, value: timedelta) -> Self:
        """The same interval without months; a negative one counts back in days and in time."""
        forward = abs(value)
        time = forward // timedelta(microseconds=1) - forward.days * 24 * _HOUR
        sign = 1 if value == forward else -1
        return cls(days=sign * forward.days, microseconds=sign * time)

    def __str__(self) -> str:
        parts = (self.months, self.days, self.microseconds)
        if any(part < 0 for part in parts) and all(part <= 0 for part in parts):
            return f"-{Interval(months=-self.months, days=-self.days, microseconds=-self.microseconds)}"
        years, months = _divided(self.months, 12)
        date = f"{_counted(years, 'Y')}{_counted(months, 'M')}{_counted(self.days, 'D')}"
        time = _time(self.microseconds)
        return f"P{date}{'T' if time else ''}{time}" if date or time else "PT0S"


def _time(microseconds: int) -> str:
    hours, rest = _divided(microseconds, _HOUR)
    minutes, rest = _divided(rest, _MINUTE)
    sign = "-" if rest < 0 else ""
    seconds, fraction = divmod(abs(rest), _SECOND)
    digits = f"{seconds}.{fraction:06d}".rstrip("0").rstrip(".")
    return f"{_counted(hours, 'H')}{_counted(minutes, 'M')}" + (f"{sign}{digits}S" if rest else "")


def _divided(number: int, by: int) -> tuple[int, int]:
    """Quotient and remainder, both with the sign of the number."""
    sign = -1 if number < 0 else 1
    quotient, rest = divmod(abs(number), by)
    return sign * quotient, sign * rest


def _counted(number: int, unit: str) -> str:
    return f"{number}{unit}" if number else ""
