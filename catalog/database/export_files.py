"""Writes parts of tables and views as Parquet files, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.database.export_parts import Part, Relation
from catalog.database.export_slots import SLOT
from catalog.database.masking import mask_batch
from catalog.privacy.emails import Mask
from catalog.store import files

ROWS = 100_000  # of a row group


def write_parts(
    connection: duckdb.DuckDBPyConnection, folder: Path, relation: Relation, parts: Sequence[Part], mask: Mask
) -> Iterator[tuple[Part, int, str]]:
    """Writes these parts of a relation; yields each with its bytes and SHA-256. A file that would not change is left alone."""
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
        for part, batches in [(parts[0], reader)] if parts[0].is_whole else _divided(reader, parts):
            masked = (mask_batch(batch, mask).replace_schema_metadata(None).cast(schema) for batch in batches)
            yield part, *_write(folder / part.file, schema, masked, folder)


def _divided(reader: pa.RecordBatchReader, parts: Iterable[Part]) -> Iterator[tuple[Part, Iterator[pa.RecordBatch]]]:
    """The rows of each part, in batches that depend on nothing but the part. They come in the order of their slots."""
    part_of = {slot: part for part in parts for slot in part.slots}
    runs = ((part_of[slot], run) for batch in reader for slot, run in _runs(batch))
    for part, runs_of_part in groupby(runs, key=itemgetter(0)):
        table = pa.Table.from_batches([run for _, run in runs_of_part]).combine_chunks()
        yield part, iter(table.to_batches(ROWS))


def _runs(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of each slot; a batch is in their order."""
    encoded, rows, start = pc.run_end_encode(batch.column(0)), batch.remove_column(0), 0
    for slot, end in zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True):
        yield slot, rows.slice(start, end - start)
        start = end


def _write(file: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], published: Path) -> tuple[int, str]:
    temporary_file = files.temporary(file)
    file.parent.mkdir(exist_ok=True)
    with files.deleted_on_failure(temporary_file):
        with pq.ParquetWriter(temporary_file, schema, compression="zstd") as out:
            for batch in batches:
                out.write_batch(batch, row_group_size=ROWS)
        data = temporary_file.read_bytes()
        if holds(file, data):
            temporary_file.unlink()
        else:
            files.clear(file, published=published)
            files.move(temporary_file, file, durable=False)
    return len(data), sha256(data).hexdigest()


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
