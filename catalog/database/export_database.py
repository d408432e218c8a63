"""`data/catalog.<digest>.duckdb`: the catalog as a database to publish, without e-mail addresses, that `--catalog URL` downloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import file_digest
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.database import search_index
from catalog.database.masking import mask_batch
from catalog.database.rebuild import configure, delete_leftovers, detach
from catalog.database.statements import named
from catalog.database.template import attach, quoted, recipe, stored_columns
from catalog.privacy.emails import Mask
from catalog.store import files

ROWS = 20_000  # that are in memory at once
_HASH = 16  # digits of the checksum in the file's name

_SQL = named("build")


def write(
    connection: duckdb.DuckDBPyConnection, folder: Path, shapes: Mapping[str, pa.Schema], mask: Mask
) -> tuple[str, int, str]:
    """Writes the database of a catalog with these tables; its name, bytes and SHA-256.

    It is made of rows, not of a copy: a copy has what was deleted in its free blocks, and the words of addresses in its index. Tables, views and macros
    are copied by DuckDB: their statements would take 1.5 s of processor time, this takes 0.02.
    """
    temporary_file = files.temporary(folder / "catalog.duckdb")
    with files.deleted_on_failure(temporary_file):
        delete_leftovers(temporary_file)
        with closing(duckdb.connect()) as target:
            configure(target, temporary_file)
            attach(target, temporary_file)
            ((source,),) = connection.execute(_SQL["path"]).fetchall()
            target.execute(f"attach '{quoted(source)}' as source (type duckdb, read_only)")
            target.execute("copy from database source to staging (schema)")
            target.execute("detach source")
            search_index.add_fields(target)
            target.execute(_SQL["begin"], ["", recipe(shapes)])
            for schema, table in connection.execute(_SQL["stored"]).fetchall():
                stored = stored_columns(shapes[table]) if table in shapes else "*"
                query = f'select {stored} from {schema}."{table}" order by all'  # noqa: S608 - names of this program
                rows = connection.cursor().sql(query).to_arrow_reader(ROWS)
                masked = pa.RecordBatchReader.from_batches(rows.schema, _masked(rows, mask))
                target.from_arrow(masked).insert_into(f"{schema}.{table}")
            search_index.update(target, None)
            detach(target)
        with temporary_file.open("rb") as content:
            digest = file_digest(content, "sha256").hexdigest()
        file = folder / f"catalog.{digest[:_HASH]}.duckdb"
        size = temporary_file.stat().st_size
        files.clear(file, published=folder)
        files.move(temporary_file, file, durable=False)
    return file.name, size, digest


def _masked(rows: pa.RecordBatchReader, mask: Mask) -> Iterator[pa.RecordBatch]:
    return (mask_batch(batch, mask) for batch in rows)
