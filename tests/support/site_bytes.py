"""Everything that the folder of a site tells whoever has it: the bytes of each file, and what is in those that are compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def readable(site: Path) -> dict[str, bytes]:
    """By path; what was decompressed, by path and ", read"."""
    contents = {}
    for file in sorted(file for file in site.rglob("*") if file.is_file()):
        path = file.relative_to(site).as_posix()
        contents[path] = path.encode() + b"\n" + file.read_bytes()
        if file.suffix == ".parquet":
            contents[f"{path}, read"] = repr(pq.read_table(file).to_pylist()).encode()
        elif file.suffix == ".gz":
            contents[f"{path}, read"] = gzip.decompress(file.read_bytes())
        elif file.suffix == ".duckdb":
            contents[f"{path}, read"] = _rows(file)
    return contents


def _rows(file: Path) -> bytes:
    with duckdb.connect(file, read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        rows = [connection.execute(f'from "{schema}"."{table}"').fetchall() for schema, table in names]
    return repr(rows).encode()


def holding(site: Path, *texts: str) -> list[str]:
    """Where one of these texts is, in any case."""
    needles = [text.lower().encode() for text in texts]
    return [path for path, content in readable(site).items() if any(needle in content.lower() for needle in needles)]
