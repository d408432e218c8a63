"""From record classes to Arrow: schemas, tables, and back to rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow as pa

from catalog.schema.record import Column, R, Record, columns
from catalog.text import encodable

# Rows lie in UTC without saying so: the browser build of DuckDB does no time-zone arithmetic.
_ARROW: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us"),
    bytes: pa.binary(),
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[int, ...]: pa.list_(pa.int64()),
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
    """Rows in the order of the table's key. Equal rows are one row: a table is a set.

    Text that no encoding holds, such as the half characters that JSON can escape, is written as visible escapes.
    """
    if table not in _shapes:
        _shapes[table] = _shape_of(table)
    shape = _shapes[table]
    cells = map(shape.cells_of, rows)
    for place in shape.maps:
        cells = map(partial(_with_pairs, place), cells)
    listed = list(cells)
    try:
        return _table(table, shape, listed, repo)
    except UnicodeEncodeError:  # rare: so only then is each text looked at
        return _table(table, shape, [tuple(map(encodable, row)) for row in listed], repo and encodable(repo))


def _table(table: type[Record], shape: _Shape, cells: list[tuple[Any, ...]], repo: str | None) -> pa.Table:
    ordered = _ordered(cells, shape)
    data = [*zip(*ordered, strict=True)] or [()] * len(shape.own)
    arrays = [_array(column.type, values) for column, values in zip(shape.own, data, strict=True)]
    if table.REPO:
        arrays.insert(0, pa.array([repo] * len(ordered), pa.string()))
    return pa.Table.from_arrays(arrays, schema=schema(table))


def from_arrow(table: type[R], data: pa.Table) -> Iterator[R]:
    """The rows of an Arrow table, as `to_arrow` was given them."""
    own = _own(table)
    values = [[_read(c, value) for value in data.column(c.name).to_pylist()] for c in own]
    for row in zip(*values, strict=True) if own else ():
        yield table(**dict(zip([c.name for c in own], row, strict=True)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """What is to be known of a table to take its rows apart."""

    own: tuple[Column, ...]  # that a row has itself
    cells_of: Callable[[Record], tuple[Any, ...]]
    key_of: Callable[[tuple[Any, ...]], Any]
    key: tuple[str, ...]
    maps: tuple[int, ...]  # the places of maps


_shapes: dict[type[Record], _Shape] = {}


def _shape_of(table: type[Record]) -> _Shape:
    own = _own(table)
    names = [column.name for column in own]
    return _Shape(
        own=own,
        cells_of=attrgetter(*names) if len(names) > 1 else _alone(names[0]),
        key_of=itemgetter(*map(names.index, table.KEY)) if table.KEY else lambda _: (),
        key=table.KEY,
        maps=tuple(place for place, column in enumerate(own) if column.type == Mapping[str, str]),
    )


def _alone(name: str) -> Callable[[Record], tuple[Any, ...]]:
    """The cells of a row that has one."""
    return lambda row: (getattr(row, name),)


def _own(table: type[Record]) -> tuple[Column, ...]:
    """The columns that a row has itself."""
    return tuple(c for c in columns(table) if not (table.REPO and c.name == "repo"))


def _with_pairs(place: int, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """A map as sorted pairs, which can be compared and hashed."""
    return (*cells[:place], tuple(sorted(cells[place].items())), *cells[place + 1 :])


def _ordered(cells: list[tuple[Any, ...]], shape: _Shape) -> list[tuple[Any, ...]]:
    """Without repetitions, by the key's columns; where these are equal by all others: the order never depends on that of the input."""
    if len(set(map(shape.key_of, cells))) == len(cells):
        with suppress(TypeError):  # nothing compares with a null
            return sorted(cells, key=shape.key_of)
    places = {column.name: (place, _rank_of(column)) for place, column in enumerate(shape.own)}
    chosen = [places.pop(name) for name in shape.key] + [*places.values()]
    return sorted(dict.fromkeys(cells), key=partial(_ranks, chosen))


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


def _same(cell: Any) -> Any:  # noqa: ANN401 - a cell
    return cell


def _array(kind: Any, cells: tuple[Any, ...]) -> pa.Array:  # noqa: ANN401 - type hints have no common type
    if kind in (str, int) and cells.count(None) == len(cells):  # the quick way to the same bytes
        return pa.nulls(len(cells), _ARROW[kind])
    if kind is float:  # -0.0 equals 0.0, but not its bytes
        cells = tuple(None if cell is None else cell + 0.0 for cell in cells)
    return pa.array(cells, _ARROW[kind])


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
