"""Parses numbers and dates of the query language as `search_number` and `search_start` of `sql/search/values.sql` do."""

from __future__ import annotations

import math
import re
from datetime import date, time

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d))?Z?)?)?)?",
    re.ASCII,
)


def is_number(text: str) -> bool:
    """Whether a text is a finite number: `5`, `-0.5`, `1e-3`."""
    return bool(_NUMBER.fullmatch(text)) and math.isfinite(float(text))


def is_date(text: str) -> bool:
    """Whether a text is a year, a month, a day, or a minute or second in UTC: `2026`, `2026-01`, `2026-01-31T12:00`."""
    match = _DATE.fullmatch(text)
    if not match:
        return False
    try:
        date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
        time(int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        return False
    return True
