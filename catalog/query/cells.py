"""Cells as Python cannot fetch them: times with a zone, nanoseconds, infinite times, years beyond Python's, and months of an interval.

DuckDB needs pytz for the first, rounds the second, gives the largest time for the third, and makes 30 days of a month. All of it is
therefore fetched as DuckDB prints it, and read where Python has a value for it; else the text stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from catalog.query.interval import Interval

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

_NEVER_EXACT = re.compile(r"WITH TIME ZONE|TIMESTAMPTZ|INTERVAL|_NS\b")
_TIMES = re.compile(r"\b(?:DATE|TIME|TIMESTAMP)")
_ODD_TEXT = re.compile(r"\d{5,}-\d\d-\d\d|\d+-\d\d-\d\d \(BC\)|24:00:00")
_EDGES = (1, 9999)  # years that stand for infinity, too
_FINE = re.compile(r"\.\d{7,}")  # Python has microseconds
_INTERVAL = re.compile(
    r"(?:(?P<years>-?\d+) years? ?)?(?:(?P<months>-?\d+) months? ?)?(?:(?P<days>-?\d+) days? ?)?"
    r"(?:(?P<sign>-?)(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d)(?:\.(?P<fraction>\d+))?)?"
)


def inexact(kind: str) -> bool:
    """Whether no value of a column of this type is to be fetched as it is."""
    return bool(_NEVER_EXACT.search(kind))


def has_times(kind: str) -> bool:
    """Whether a column of this type may hold a time that Python has not."""
    return bool(_TIMES.search(kind))


def is_odd(value: Any) -> bool:  # noqa: ANN401 - a cell
    """Whether a fetched cell with times in it may stand for another value."""
    match value:
        case date():  # also a datetime
            return value.year in _EDGES
        case str():
            return bool(_ODD_TEXT.match(value))
        case list() | tuple():
            return any(map(is_odd, value))
        case dict():
            return any(map(is_odd, value)) or any(map(is_odd, value.values()))
        case _:
            return False


def text_type(kind: DuckDBPyType) -> str:  # noqa: PLR0911 - one for each kind of type
    """The type with text in the place of times and intervals. A union with one of them is text as a whole."""
    if _is_read(kind):
        return "varchar"
    children = _children(kind)
    match kind.id:
        case "list":
            return f"{text_type(children['child'])}[]"
        case "array":
            return f"{text_type(children['child'])}[{children['size']}]"
        case "map":
            return f"map({text_type(children['key'])}, {text_type(children['value'])})"
        case "struct" if children:
            return f"struct({_fields(children)})"
        case "tuple":
            return f"tuple({', '.join(text_type(child) for _, child in _pairs(kind))})"
        case "union" if has_times(str(kind)) or inexact(str(kind)):
            return "varchar"
        case _:
            return str(kind)


def read(value: Any, kind: DuckDBPyType) -> Any:  # noqa: ANN401 - a cell
    """A cell that was fetched as `text_type` says; the inverse of it."""
    if value is None or _is_read(kind):
        return value if value is None else _parsed(value, str(kind))
    children = _children(kind)
    match kind.id:
        case "list" | "array":
            return type(value)(read(item, children["child"]) for item in value)
        case "map":
            return {read(key, children["key"]): read(item, children["value"]) for key, item in value.items()}
        case "struct":
            return {name: read(item, children[name]) for name, item in value.items()}
        case "tuple":
            return tuple(read(item, child) for item, (_, child) in zip(value, _pairs(kind), strict=True))
        case _:
            return value


def _children(kind: DuckDBPyType) -> dict[str, Any]:
    """The types inside a type by name, and the size of an array."""
    return dict(_pairs(kind)) if kind.id in ("list", "array", "map", "struct") else {}


def _pairs(kind: DuckDBPyType) -> list[tuple[str, Any]]:
    return kind.children


def _is_read(kind: DuckDBPyType) -> bool:
    return kind.id not in ("list", "array", "map", "struct", "tuple", "union", "enum") and (
        has_times(str(kind)) or inexact(str(kind))
    )


def _fields(children: Mapping[str, Any]) -> str:
    return ", ".join('"' + name.replace('"', '""') + f'" {text_type(child)}' for name, child in children.items())


def _parsed(text: str, kind: str) -> Any:  # noqa: ANN401 - a cell
    if kind == "INTERVAL":
        return _interval(text)
    if _FINE.search(text) or _ODD_TEXT.match(text):
        return text
    try:
        if kind == "DATE":
            return date.fromisoformat(text)
        if kind.startswith("TIMESTAMP"):
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return time.fromisoformat(text)
    except (ValueError, OverflowError):  # `infinity`
        return text


def _interval(text: str) -> timedelta | Interval | str:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        return text
    years, months, days, hours, minutes, seconds = (
        int(match[name] or 0) for name in ("years", "months", "days", "hours", "minutes", "seconds")
    )
    fraction = int((match["fraction"] or "").ljust(6, "0"))
    sign = -1 if match["sign"] else 1
    microseconds = sign * ((hours * 3600 + minutes * 60 + seconds) * 1_000_000 + fraction)
    if years or months:
        return Interval(months=12 * years + months, days=days, microseconds=microseconds)
    try:
        return timedelta(days=days, microseconds=microseconds)
    except OverflowError:
        return Interval(days=days, microseconds=microseconds)
