"""The data of plots, field by field: CSV, TSV, and the lists of maps in JSON, YAML, TOML and Python.

After `dvc/repo/plots/__init__.py` (`parse`) and `dvc/render/converter/vega.py` (`get_datapoints`) of DVC 3.67.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from math import isfinite
from posixpath import splitext
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.text import quoted
from connectors.dvc.lock import number_text
from connectors.dvc.templates.value_files import load_values
from connectors.dvc.values import Complaints
from connectors.formats.metadata import written

MAX_ROWS = 10_000
MAX_FIELDS = 64
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
SUFFIXES = frozenset((*_DELIMITERS, ".json", ".yaml", ".yml", ".toml", ".py"))

Row = dict[str, Any]


class SeriesField(NamedTuple):
    """A field and its values row by row: as numbers where all are, or absent; otherwise as texts."""

    name: str
    numbers: tuple[float | None, ...] | None
    texts: tuple[str | None, ...] | None


def read_series(file: str, data: bytes, *, header: bool, complaints: Complaints) -> tuple[SeriesField, ...]:
    """The fields in the file's order. Without a `header`, the columns of a table are numbered from 0.

    MetafileError where it is another kind of file; what goes over a bound is left out, with a complaint.
    """
    suffix = splitext(file)[1]
    if suffix in _DELIMITERS:
        rows = _table(data, _DELIMITERS[suffix], header=header)
    elif suffix in SUFFIXES:
        rows = _datapoints(load_values(file, data))
    else:
        message = f"found a file named {quoted(suffix)}, expected CSV, TSV, JSON, YAML, TOML, Python or an image"
        raise MetafileError(message, rule="not-a-plot")
    first_rows = [*islice(rows, MAX_ROWS + 1)]
    if len(first_rows) > MAX_ROWS:
        message = f"found more than {MAX_ROWS:,} rows; those after are left out"
        complaints.append(MetafileError(message, rule="too-many"))
    names = dict.fromkeys(chain.from_iterable(first_rows[:MAX_ROWS]))
    if len(names) > MAX_FIELDS:
        message = f"found {len(names):,} fields; those after the first {MAX_FIELDS} are left out"
        complaints.append(MetafileError(message, rule="too-many"))
    return tuple(_field(name, [row.get(name) for row in first_rows[:MAX_ROWS]]) for name in islice(names, MAX_FIELDS))


def _table(data: bytes, delimiter: str, *, header: bool) -> Iterator[Row]:
    try:
        lines = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        names: list[str] | None = None
        for line in lines:
            if not line:
                continue
            if names is None:
                names = line if header else [str(index) for index in range(len(line))]
                if header:
                    continue
            yield {name: value for name, value in zip(names, line, strict=False) if value}
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error
    except csv.Error as error:
        message = (
            f"not a table: found a field of more than {csv.field_size_limit():,} characters, expected at most that"
        )
        raise MetafileError(message, rule="not-csv") from error


def _datapoints(content: object) -> Iterator[Row]:
    """The maps of all lists that have the same keys throughout; those of several lists side by side."""
    rows: list[Row] = []
    for items in _lists(content):
        if items and all(isinstance(item, dict) for item in items):
            keys = items[0].keys()
            if all(item.keys() == keys for item in items):
                rows += ({} for _ in range(min(len(items), MAX_ROWS + 1) - len(rows)))
                for row, item in zip(rows, items, strict=False):
                    row.update({key if isinstance(key, str) else written(key): value for key, value in item.items()})
    return iter(rows)


def _lists(content: object) -> Iterator[list[Any]]:
    if isinstance(content, list):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            if isinstance(value, list | dict):
                yield from _lists(value)


def _field(name: str, values: Iterable[Any]) -> SeriesField:
    numbers: list[float | None] = []
    for value in values:
        try:
            numbers.append(_number(value))
        except ValueError:
            return SeriesField(name, None, tuple(map(_text, values)))
    return SeriesField(name, tuple(numbers), None)


def _number(value: Any) -> float | None:  # noqa: ANN401 - a value of a table or of JSON
    """The value as a number; None for nothing, and for what is not a finite number. ValueError for anything else."""
    if value is None:
        return None
    if isinstance(value, bool | list | dict) or (isinstance(value, str) and "_" in value):
        raise ValueError
    try:
        number = float(value)
    except (TypeError, OverflowError) as error:
        raise ValueError from error
    return number if isfinite(number) else None


def _text(value: Any) -> str | None:  # noqa: ANN401 - see _number
    match value:
        case None | str():
            return value
        case int() | float() if not isinstance(value, bool):
            return number_text(value)
    return written(value)
