"""From record classes to Arrow: schemas, tables, and back to rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pyarrow as pa

from catalog.record import Column, R, Record, columns

# Rows lie in UTC without saying so: the browser build of DuckDB does no time-zone arithmetic.
_ARROW: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us"),
    bytes: pa.binary(),
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[str | None, ...]: pa.list_(pa.string()),
    tuple[float | None, ...]: pa.list_(pa.float64()),
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
    own = _own(table)
    cells = map(attrgetter(*(column.name for column in own)), rows)
    for place in (place for place, column in enumerate(own) if column.type == Mapping[str, str]):
        cells = map(partial(_with_pairs, place), cells)
    ordered = _ordered(list(dict.fromkeys(cells)), own, table.KEY)
    data: dict[str, Any] = {"repo": [repo] * len(ordered)} if table.REPO else {}
    for column, values in zip(own, zip(*ordered, strict=True) if ordered else ((),) * len(own), strict=True):
        data[column.name] = [*map(_stored.get(column.type, _same), values)]
    return pa.table(data, schema=schema(table))


def from_arrow(table: type[R], data: pa.Table) -> Iterator[R]:
    """The rows of an Arrow table, as `to_arrow` was given them."""
    own = _own(table)
    values = [[_read(c, value) for value in data.column(c.name).to_pylist()] for c in own]
    for row in zip(*values, strict=True) if own else ():
        yield table(**dict(zip([c.name for c in own], row, strict=True)))


def _own(table: type[Record]) -> tuple[Column, ...]:
    """The columns that a row has itself."""
    return tuple(c for c in columns(table) if not (table.REPO and c.name == "repo"))


def _with_pairs(place: int, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """A map as sorted pairs, which can be compared and hashed."""
    return (*cells[:place], tuple(sorted(cells[place].items())), *cells[place + 1 :])


def _ordered(cells: list[tuple[Any, ...]], own: tuple[Column, ...], key: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """By the key's columns; where these are equal by all others, so that the order never depends on who came first."""
    places = {column.name: (place, _rank_of(column)) for place, column in enumerate(own)}
    chosen = [places[name] for name in key]
    ranked = sorted(cells, key=partial(_ranks, chosen))
    ranks = [_ranks(chosen, row) for row in ranked]
    if all(one != other for one, other in pairwise(ranks)):
        return ranked
    rest = [place for name, place in places.items() if name not in key]
    return sorted(cells, key=partial(_ranks, chosen + rest))


def _ranks(chosen: list[tuple[int, Callable[[Any], Any]]], cells: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(rank(cells[place]) for place, rank in chosen)


def _rank_of(column: Column) -> Callable[[Any], Any]:
    """How cells of a column compare; one that has no nulls is compared as it is."""
    if column.type in (tuple[str | None, ...], tuple[float | None, ...]):
        return _listed_nulls_first
    return _nulls_first if column.nullable else _same


def _nulls_first(cell: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a cell
    return (False,) if cell is None else (True, cell)


def _listed_nulls_first(cells: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a cell
    return (False,) if cells is None else (True, *map(_nulls_first, cells))


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _unsigned_zero(number: float | None) -> float | None:
    """-0.0 equals 0.0, but not its bytes."""
    return None if number is None else number + 0.0


def _same(cell: Any) -> Any:  # noqa: ANN401 - a cell
    return cell


_stored: dict[Any, Callable[[Any], Any]] = {datetime: _naive, float: _unsigned_zero}


def _read(column: Column, value: Any) -> Any:  # noqa: ANN401 - a cell
    if value is None:
        return None
    if column.type is datetime:
        return value.replace(tzinfo=UTC)
    if isinstance(value, list) and column.type != Mapping[str, str]:
        return tuple(value)
    if column.type == Mapping[str, str]:
        return dict(value)
    return value
