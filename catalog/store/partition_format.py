"""The file format of a partition: the rows of one repository, table by table, in one small file.

Behind a head (what it is, its length, its checksum) come Arrow IPC streams one after the other, each a table that has rows with
its name in the schema's metadata, compressed as a whole. A dozen Parquet files would hold the same at ten times the cost, and each
would need an fsync of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from catalog.errors import StoreError
from catalog.store.files import read
from catalog.store.partition_header import Damaged, framed, unframed
from catalog.text import encodable

_NAME = b"table"


class DamagedRows(StoreError):
    """A repository's rows cannot be read: they are made again when it is read again."""

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file} {why}; the next crawl reads its repository again")


def pack(tables: Mapping[str, pa.Table]) -> bytes:
    """The bytes of a partition. Equal tables in the same order give equal bytes; a table without rows leaves no trace."""
    sink = pa.BufferOutputStream()
    for name, table in tables.items():
        if table.num_rows:
            _write(sink, name, table)
    raw = sink.getvalue()
    body: bytes = pa.compress(raw, "zstd", asbytes=True)
    return framed(len(raw), body)


def unpack(data: bytes) -> dict[str, pa.Table]:
    """The tables of a partition by name, in their order; Damaged where a single bit is not as it was written."""
    size, body = unframed(data)
    try:
        return dict(_streams(pa.decompress(body, decompressed_size=size, codec="zstd")) if size else ())
    except (pa.ArrowException, OSError, KeyError) as error:
        raise Damaged(str(error)) from error


def load(files: Iterable[Path], shapes: Mapping[str, pa.Schema]) -> dict[str, pa.Table]:
    """The rows of many partitions, one table of each name in the order of the files. DamagedRows for a file that is damaged.

    Rows that an older version wrote come in the shape of today: columns that they lack are null or, where that cannot be, empty.
    """
    by_table: dict[str, list[pa.Table]] = {}
    for file in files:
        for name, part in read_file(file).items():
            if name in shapes:
                by_table.setdefault(name, []).append(shaped(shapes[name], part))
    return {name: pa.concat_tables(parts).combine_chunks() for name, parts in by_table.items()}


def with_repo(tables: Mapping[str, pa.Table], repo: str) -> dict[str, pa.Table]:
    """The tables of a partition, with this name of their repository in the first column."""
    value = pa.scalar(encodable(repo), pa.string())
    return {
        name: table.set_column(0, table.schema.field(0), pa.repeat(value, table.num_rows))
        for name, table in tables.items()
    }


def read_file(file: Path) -> dict[str, pa.Table]:
    """The tables of a partition; DamagedRows where the file cannot be read, or is damaged."""
    try:
        return unpack(read(file))
    except OSError as error:
        raise DamagedRows(file, f"cannot be read: {error.strerror}") from error
    except Damaged as error:
        raise DamagedRows(file, f"is damaged ({error})") from error


def shaped(shape: pa.Schema, part: pa.Table) -> pa.Table:
    """The rows of a table with these columns; what an earlier version did not write, or wrote otherwise, is null or empty."""
    if part.schema.names == shape.names and part.schema.types == shape.types:
        return pa.Table.from_arrays(part.columns, schema=shape)
    columns = []
    for field in shape:
        if field.name in part.schema.names and part.schema.field(field.name).type == field.type:
            columns.append(part[field.name])
        else:
            nothing = None if field.nullable else _empty(field.type)
            columns.append(pa.array([nothing] * part.num_rows, field.type))
    return pa.Table.from_arrays(columns, schema=shape)


def _empty(kind: pa.DataType) -> object:
    if pa.types.is_timestamp(kind):
        return 0
    return {pa.string(): "", pa.int64(): 0, pa.float64(): 0.0, pa.bool_(): False, pa.binary(): b""}.get(kind, [])


def _streams(raw: pa.Buffer) -> Iterator[tuple[str, pa.Table]]:
    reader = pa.BufferReader(raw)
    while reader.tell() < raw.size:
        table = pa.ipc.open_stream(reader).read_all()
        yield table.schema.metadata[_NAME].decode(), table


def _write(sink: pa.BufferOutputStream, name: str, table: pa.Table) -> None:
    """One stream with the rows in one batch, so that equal rows are equal bytes."""
    shape = _shapes.get(name)
    if shape is None or not shape.schema.equals(table.schema):
        shape = _shapes[name] = _shape(name, table.schema)
    for place in shape.required:  # Arrow writes nulls into columns that are not nullable without an error
        if empty := table.column(place).null_count:
            column = f"{name}.{table.schema.names[place]}"
            raise ValueError(f"{column} has no value in {empty} rows, expected one in each")
    with pa.ipc.new_stream(sink, shape.written) as writer:
        writer.write_table(table.combine_chunks())


class _Shape(NamedTuple):
    """What writing a table requires. Cached, because making it costs as much as writing a small table."""

    schema: pa.Schema
    written: pa.Schema
    required: tuple[int, ...]  # the places of columns that are never null


_shapes: dict[str, _Shape] = {}


def _shape(name: str, schema: pa.Schema) -> _Shape:
    """The schema is written without the sentences, which are longer than most tables."""
    fields = [pa.field(field.name, field.type, nullable=field.nullable) for field in schema]
    required = tuple(place for place, field in enumerate(fields) if not field.nullable)
    return _Shape(schema, pa.schema(fields, metadata={_NAME: name.encode()}), required)
