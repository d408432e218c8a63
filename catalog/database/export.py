"""`data/`: one Parquet file for each table and view, sorted, with its documentation inside, and `catalog.json` beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.database.masking import mask_batch
from catalog.database.statements import named
from catalog.errors import StoreError
from catalog.privacy.emails import Mask, hide
from catalog.store import files

ROWS = 100_000  # of a row group
AT_ONCE = 2  # tables: while DuckDB sorts one, another is compressed

_SQL = named("build")


def write(connection: duckdb.DuckDBPyConnection, folder: Path, mask: Mask = hide) -> None:
    """Writes every table and view of the catalog to `folder/<name>.parquet`; the same rows give the same bytes.

    `mask` says what becomes of e-mail addresses.

    `catalog.json` lists them, each on a line: name, kind, comment, columns (name, type, comment), rows, bytes and SHA-256.
    Files of tables that are gone are deleted; a file that would not change is left alone.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        comments: dict[str, dict[str, str | None]] = {}
        for relation, column, comment in connection.execute(_SQL["comments"]).fetchall():
            comments.setdefault(relation, {})[column] = comment
        relations = connection.execute("from relations()").fetchall()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            writing = [
                threads.submit(_write, connection.cursor(), folder, name, kind, comment, comments[name], mask)
                for name, kind, comment in relations
            ]
            listed = [each.result() for each in writing]
        for file in folder.glob("*.parquet"):
            if file.is_file() and file.stem not in {entry["name"] for entry in listed}:
                file.unlink()
        _remove_remains(folder)
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in listed)
        _replace(folder / "catalog.json", f'{{"tables": [\n{lines}\n]}}\n'.encode())
    except (OSError, duckdb.Error, pa.ArrowException) as error:
        raise StoreError(f"cannot write {folder}: {error}") from error


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    kind: str,
    comment: str,
    comments: Mapping[str, str | None],
    mask: Mask,
) -> dict[str, Any]:
    file = folder / f"{name}.parquet"
    temporary_file = files.temporary(file)
    reader = connection.sql(f'select * from "{name}" order by all').to_arrow_reader(ROWS)
    schema = _documented(reader.schema, comment, comments)
    rows = 0
    with files.deleted_on_failure(temporary_file):
        with pq.ParquetWriter(temporary_file, schema, compression="zstd") as out:
            for batch in reader:
                rows += batch.num_rows
                out.write_batch(mask_batch(batch, mask).replace_schema_metadata(None).cast(schema), row_group_size=ROWS)
        data = temporary_file.read_bytes()
        if _holds(file, data):
            temporary_file.unlink()
        else:
            files.clear(file, published=folder)
            files.move(temporary_file, file, durable=False)
    columns = [{"name": f.name, "type": str(f.type), "comment": comments.get(f.name)} for f in schema]
    digest = sha256(data).hexdigest()
    return {
        "name": name,
        "kind": kind,
        "comment": comment,
        "rows": rows,
        "bytes": len(data),
        "sha256": digest,
        "columns": columns,
    }


def _remove_remains(folder: Path) -> None:
    names = {re.sub(r"^\.(.+)\.new$|\.aside-[0-9]+$", r"\1", file.name) for file in folder.iterdir()}
    for name in sorted(names):
        if name.endswith(".parquet") or name == "catalog.json":
            files.remove_remains(folder / name)


def _documented(schema: pa.Schema, comment: str, comments: Mapping[str, str | None]) -> pa.Schema:
    fields = [field.with_metadata({"comment": comments.get(field.name) or ""}) for field in schema]
    return pa.schema(fields, metadata={"comment": comment})


def _replace(file: Path, data: bytes) -> None:
    if not _holds(file, data):
        files.clear(file, published=file.parent)
        files.write(file, data, durable=False)


def _holds(file: Path, data: bytes) -> bool:
    """Whether a file has these bytes; not one that cannot be read."""
    try:
        return file.read_bytes() == data
    except OSError:
        return False
