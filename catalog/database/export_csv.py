"""`data/*.csv.gz`: the rows of an export as compressed CSV, for programs that read no Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from catalog.text import FORMULA, SIGNED_NUMBER

SUFFIX = ".csv.gz"


class CsvFile:
    """Batches as the lines of a file. Nested values are JSON, times ISO 8601, bytes hexadecimal; an absent value is nothing, and an empty text `""`."""

    def __init__(self, writer: pa_csv.CSVWriter, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds the rows of a batch."""
        self._writer.write_batch(pa.RecordBatch.from_arrays(list(map(_flat, batch.columns)), schema=self._schema))


@contextmanager
def opened(file: Path, schema: pa.Schema) -> Iterator[CsvFile]:
    """A file for batches of this schema; the same rows give the same bytes."""
    flat = pa.schema([(field.name, pa.string() if _is_text(field.type) else field.type) for field in schema])
    with (
        file.open("wb") as raw,
        GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as compressed,
        pa_csv.CSVWriter(compressed, flat) as writer,
    ):
        yield CsvFile(writer, flat)


def _is_text(kind: pa.DataType) -> bool:
    """Whether values of this type become texts: the others are numbers, and true or false."""
    return not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _flat(column: pa.Array) -> pa.Array:
    if not _is_text(column.type):
        return column
    if pa.types.is_nested(column.type):
        cells = column.to_pylist(maps_as_pydicts="lossy")
        return pa.array([None if cell is None else _json(cell) for cell in cells], pa.string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return pa.array([None if cell is None else cell.hex() for cell in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(column.type):
        moments = column.cast(pa.timestamp("us", "UTC")) if column.type.tz else column
        suffix = "Z" if column.type.tz else ""
        text = pc.strftime(moments, format=f"%Y-%m-%dT%H:%M:%S{suffix}")
        return pc.replace_substring_regex(text, rf"\.0+{suffix}$", suffix)
    text = column.cast(pa.string())
    is_formula = pc.and_(
        pc.match_substring_regex(text, f"^{FORMULA}"), pc.invert(pc.match_substring_regex(text, f"^{SIGNED_NUMBER}$"))
    )
    if pc.any(is_formula).as_py():
        return pc.if_else(is_formula, pc.binary_join_element_wise("'", text, ""), text)
    return text


def _json(cell: Any) -> str:  # noqa: ANN401 - a nested value
    return json.dumps(cell, ensure_ascii=False, default=str)
