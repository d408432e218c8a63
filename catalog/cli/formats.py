"""The formats of `-o`, each escaped for the program that reads it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from catalog.query.interval import Interval
from catalog.text import as_cell, escape_json, visible

if TYPE_CHECKING:
    from catalog.query.answer import Row

Ids = Callable[["Row"], Iterable[str]]  # what `-o ids` writes of a row

# The json module has no decimals. Until it has written all, one is text between half a surrogate pair: no text that is Unicode has that.
_HALF = "\ud800"
_DECIMAL = re.compile(f'"{_HALF}([^"]*){_HALF}"')
_MARKDOWN = re.compile(r"[\\`*\[\]<>|&]")


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MD = "md"
    PARQUET = "parquet"
    IDS = "ids"


def to_json(value: Any, *, indent: int | None = 2) -> str:  # noqa: ANN401 - whatever an answer holds
    """JSON with the keys in the order of the columns, times and intervals as ISO 8601, times in UTC, and every digit of a number."""
    text = json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
    return escape_json(_DECIMAL.sub(r"\1", text)) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - whatever an answer holds, one line for each kind
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124 - JSON has no nan
        case datetime():
            return _iso(value)
        case date() | clock():
            return value.isoformat()
        case Decimal():
            return f"{_HALF}{value:f}{_HALF}" if value.is_finite() else str(value)
        case timedelta():
            return str(Interval.of(value))
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case bytes():
            return value.hex()
        case _:
            return str(value)


def _iso(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def jsonl(_columns: Sequence[str], rows: Sequence[Row]) -> str:
    """One JSON object for each row."""
    return "".join(to_json(row, indent=None) for row in rows)


def comma(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """CSV as RFC 4180 has it. A text that a spreadsheet would calculate, which a number is not, gets a `'` before it."""
    return _separated(columns, rows, ",", "\r\n")


def tab(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The same with tabs."""
    return _separated(columns, rows, "\t", "\n")


def _separated(columns: Sequence[str], rows: Sequence[Row], delimiter: str, end: str) -> str:
    lines: list[str] = []
    # Lines end in CR LF here, whatever they end in afterwards: else a lone CR in a cell would not be quoted.
    writer = csv.writer(SimpleNamespace(write=lines.append), delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([as_cell(name) for name in columns])
    writer.writerows([_flat(row[name]) for name in columns] for row in rows)
    return "".join(line.removesuffix("\r\n") + end for line in lines)


def _flat(value: Any) -> Any:  # noqa: ANN401 - a cell
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case str():
            return as_cell(value)
        case Decimal() | list() | tuple() | Mapping():
            return _DECIMAL.sub(r"\1", json.dumps(_plain(value), ensure_ascii=False))
        case _:
            return as_cell(str(_plain(value)))


def markdown(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A table of GitHub's Markdown: nothing in a cell is markup."""
    lines = [[_marked(name) for name in columns], ["---"] * len(columns)]
    lines += [[_marked(str(_unguarded(row[name]))) for name in columns] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _unguarded(value: Any) -> Any:  # noqa: ANN401 - a cell
    return value if isinstance(value, str) else _flat(value)


def _marked(text: str) -> str:
    return _MARKDOWN.sub(lambda match: f"\\{match[0]}", visible(text))


def ids(columns: Sequence[str], rows: Sequence[Row], of: Ids | None = None) -> str:
    """What each row is about, once: as `of` says, else a reference where there is one, or else the first column."""
    names = of or (lambda row: [_name(columns, row)])
    return "".join(f"{visible(name)}\n" for name in dict.fromkeys(name for row in rows for name in names(row)))


def _name(columns: Sequence[str], row: Row) -> str:
    if row.get("ref"):
        return str(row["ref"])
    if row.get("repo") and row.get("artifact"):
        return f"{row['repo']}:{row['artifact']}" + (f"@{row['version']}" if row.get("version") else "")
    return str(row["id"] if row.get("id") else row[columns[0]])


WRITERS: Mapping[Format, Callable[[Sequence[str], Sequence[Row]], str]] = {
    Format.JSONL: jsonl,
    Format.CSV: comma,
    Format.TSV: tab,
    Format.MD: markdown,
    Format.IDS: ids,
}
