"""Writes parts of tables and views as files of Parquet, and of CSV where that is wanted, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.database import export_csv
from catalog.database.export_parts import Part, Relation
from catalog.database.export_slots import SLOT
from catalog.database.masking import mask_batch
from catalog.privacy.emails import Mask
from catalog.store import files

ROWS = 100_000  # of a row group


class WrittenFile(NamedTuple):
    """A file by its path in the folder."""

    path: str
    bytes: int
    sha256: str


def write_parts(
    connection: duckdb.DuckDBPyConnection, folder: Path, relation: Relation, parts: Sequence[Part], mask: Mask
) -> Iterator[tuple[Part, list[WrittenFile]]]:
    """Writes these parts of a relation; yields each with its files. A file that would not change is left alone."""
    if not parts:
        return
    if parts[0].is_whole:
        select = f'select * from "{relation.name}" order by all'
    else:
        slots = ", ".join(str(slot) for part in parts for slot in part.slots)
        select = f'select {SLOT} as slot, * from "{relation.name}" where {SLOT} in ({slots}) order by all'
    with closing(connection.cursor()) as cursor:
        reader = cursor.sql(select).to_arrow_reader(ROWS)
        schema = _documented(reader.schema, relation)
        # Masked before they are divided: a call of Arrow takes about as long for few rows as for many.
        masked = (mask_batch(batch, mask) for batch in reader)
        for part, batches in [(parts[0], masked)] if parts[0].is_whole else _divided(masked, parts):
            documented = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in batches)
            yield part, list(_write(folder, part.files, schema, documented))


def _divided(
    batches: Iterable[pa.RecordBatch], parts: Iterable[Part]
) -> Iterator[tuple[Part, Iterator[pa.RecordBatch]]]:
    """The rows of each part, in batches that depend on nothing but the part. They come in the order of their slots."""
    part_of = {slot: part for part in parts for slot in part.slots}
    runs = (run for batch in batches for run in _runs(batch, part_of))
    for part, runs_of_part in groupby(runs, key=itemgetter(0)):
        table = pa.Table.from_batches([run for _, run in runs_of_part]).combine_chunks()
        yield part, iter(table.to_batches(ROWS))


def _runs(batch: pa.RecordBatch, part_of: Mapping[int, Part]) -> Iterator[tuple[Part, pa.RecordBatch]]:
    """The rows of each part; a batch is in the order of their slots."""
    encoded, rows, start = pc.run_end_encode(batch.column(0)), batch.remove_column(0), 0
    ends = zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True)
    # Not of each slot: to put 32 pieces of each column together again takes as long as writing them.
    for part, ends_of_part in groupby(ends, key=lambda slot_and_end: part_of[slot_and_end[0]]):
        *_, (_, end) = ends_of_part
        yield part, rows.slice(start, end - start)
        start = end


def _write(
    folder: Path, paths: Sequence[str], schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[WrittenFile]:
    """Writes the same rows to each file, in the format that its name says."""
    temporary_files = {path: files.temporary(folder / path) for path in paths}
    (folder / paths[0]).parent.mkdir(exist_ok=True)
    with ExitStack() as deletions:
        for temporary_file in temporary_files.values():
            deletions.enter_context(files.deleted_on_failure(temporary_file))
        with ExitStack() as open_files:
            parquet = pq.ParquetWriter(temporary_files[paths[0]], schema, compression="zstd")
            open_files.enter_context(parquet)
            csv = [open_files.enter_context(export_csv.opened(temporary_files[path], schema)) for path in paths[1:]]
            for batch in batches:
                parquet.write_batch(batch, row_group_size=ROWS)
                for file in csv:
                    file.write(batch)
        for path, temporary_file in temporary_files.items():
            yield _moved(temporary_file, folder, path)


def _moved(temporary_file: Path, folder: Path, path: str) -> WrittenFile:
    """Puts a file where it belongs, unless these bytes are there."""
    data = temporary_file.read_bytes()
    if holds(folder / path, data):
        temporary_file.unlink()
    else:
        files.clear(folder / path, published=folder)
        files.move(temporary_file, folder / path, durable=False)
    return WrittenFile(path, len(data), sha256(data).hexdigest())


def holds(file: Path, data: bytes) -> bool:
    """Whether a file has these bytes; not one that cannot be read."""
    try:
        return files.read(file) == data
    except OSError:
        return False


def _documented(schema: pa.Schema, relation: Relation) -> pa.Schema:
    """The columns of the relation as Arrow has them, each with its sentence."""
    fields = [schema.field(name).with_metadata({"comment": comment or ""}) for name, _, comment in relation.columns]
    return pa.schema(fields, metadata={"comment": relation.comment})
