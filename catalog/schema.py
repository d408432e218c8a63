"""From record classes to Arrow: schemas, tables, and back to rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from catalog.record import Column, Record, columns

# Rows lie in UTC without saying so: the browser build of DuckDB does no time-zone arithmetic.
_ARROW: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us"),
    tuple[str, ...]: pa.list_(pa.string()),
    Mapping[str, str]: pa.map_(pa.string(), pa.string()),
}


_schemas: dict[type[Record], pa.Schema] = {}


def schema(table: type[Record]) -> pa.Schema:
    """The Arrow schema of a table; the sentences of table and columns are in its metadata under `comment`."""
    if table not in _schemas:
        fields = [
            pa.field(c.name, _ARROW[c.type], nullable=c.nullable, metadata={"comment": c.doc}) for c in columns(table)
        ]
        _schemas[table] = pa.schema(fields, metadata={"comment": comment(table)})
    return _schemas[table]


def comment(table: type[Record]) -> str:
    """The table's sentence."""
    return " ".join((table.__doc__ or "").split())


def to_arrow(table: type[Record], rows: Iterable[Record], *, repo: str | None = None) -> pa.Table:
    """Rows in the order of the table's key. Equal rows are one row: a table is a set."""
    wanted = schema(table)
    names = [name for name in wanted.names if not (table.REPO and name == "repo")]
    unique: dict[tuple[Any, ...], Record] = {_hashable(row, names): row for row in rows}
    ordered = [unique[key] for key in sorted(unique, key=lambda key: _order(key, names, table.KEY))]
    data = {name: [_stored(getattr(row, name)) for row in ordered] for name in names}
    if table.REPO:
        data["repo"] = [repo] * len(ordered)
    return pa.table(data, schema=wanted)


def from_arrow(table: type[Record], data: pa.Table) -> Iterator[Record]:
    """The rows of an Arrow table, as `to_arrow` was given them."""
    own = [c for c in columns(table) if not (table.REPO and c.name == "repo")]
    values = [[_read(c, value) for value in data.column(c.name).to_pylist()] for c in own]
    for row in zip(*values, strict=True) if own else ():
        yield table(**dict(zip([c.name for c in own], row, strict=True)))


def _stored(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, Mapping):
        return sorted(value.items())
    return value


def _read(column: Column, value: Any) -> Any:  # noqa: ANN401 - a cell
    if value is None:
        return None
    if column.type is datetime:
        return value.replace(tzinfo=UTC)
    if column.type == tuple[str, ...]:
        return tuple(value)
    if column.type == Mapping[str, str]:
        return dict(value)
    return value


def _hashable(row: Record, names: list[str]) -> tuple[Any, ...]:
    cells = (getattr(row, name) for name in names)
    return tuple(tuple(sorted(cell.items())) if isinstance(cell, Mapping) else cell for cell in cells)


def _order(cells: tuple[Any, ...], names: list[str], key: tuple[str, ...]) -> tuple[Any, ...]:
    """The key's columns first; then all others, so that the order never depends on who came first."""
    by_name = dict(zip(names, cells, strict=True))
    rest = [name for name in names if name not in key]
    return tuple((by_name[n] is not None, "" if by_name[n] is None else by_name[n]) for n in (*key, *rest))
