"""The last database: whether it is as it was built, and the rows that it alone still has.

Beside `catalog.duckdb` lies `.catalog.duckdb.sum`: the checksums of the database that was built last, and of the one before it. One
that is neither is damaged, or was changed by another program; DuckDB would notice only what it happens to read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import duckdb

from catalog.database.statements import named
from catalog.database.template import quoted, stored_columns
from catalog.store import files

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 1 << 20  # bytes
_SQL = named("build")


class SavedRows(NamedTuple):
    """The rows of a repository, and the name of the partition that they are from."""

    partition: str
    rows: Mapping[str, pa.Table]


def is_as_built(path: Path) -> bool:
    """Whether the last database is as it was built. True also where there is none, and where an earlier version built it."""
    try:
        sums = files.read(_sums(path)).decode("ascii", "replace").split()
    except OSError:
        return True
    try:
        return not path.is_file() or _checksum(path) in sums
    except OSError:
        return False


def sealed(path: Path) -> str:
    """The checksum of the database that was built last; empty where it cannot be told."""
    try:
        return _sums(path).read_text("ascii", "replace").partition("\n")[0]
    except OSError:
        return ""


def has(path: Path, checksum: str) -> bool:
    """Whether there is a database that has this checksum; it is read."""
    return checksum != "" and current(path) == checksum


def current(path: Path) -> str:
    """The checksum of the database that is there, which is read; empty where there is none that can be read."""
    try:
        return _checksum(path)
    except OSError:
        return ""


def seal(path: Path, temporary_file: Path, last: str) -> None:
    """Writes the checksum of a database before it replaces the last one: whichever is there after a crash is as it was built.

    `last`: the checksum of that; empty where it is not as it was built, or there is none.
    """
    file = _sums(path)
    sums = [_checksum(temporary_file), *([last] if last else [])]
    files.clear(file)
    files.write(file, "".join(f"{each}\n" for each in sums), durable=False)


def saved_rows(
    path: Path, current_recipe: str, tables: Mapping[str, pa.Schema], repos: Collection[str]
) -> dict[str, SavedRows]:
    """The rows of these repositories in the last database; none where it has other tables, or cannot be read."""
    if not path.is_file():
        return {}
    with suppress(duckdb.Error), closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{quoted(path)}' as last (read_only, type duckdb)")
        connection.execute("use last")
        recipe = connection.execute(_SQL["making"]).fetchone()
        if recipe is None or recipe[0] != current_recipe:
            return {}
        known = dict(connection.execute(_SQL["partitions"]).fetchall())
        return {
            repo: SavedRows(
                known[repo],
                {
                    name: connection.sql(f'from "{name}" where repo = $1', params=[repo])
                    .project(stored_columns(shape))
                    .to_arrow_table()
                    for name, shape in tables.items()
                },
            )
            for repo in sorted(repos)
            if repo in known
        }
    return {}


def load_saved(
    connection: duckdb.DuckDBPyConnection, saved: Mapping[str, SavedRows]
) -> Iterator[Mapping[str, pa.Table]]:
    """These rows as parts of a new database, recorded under the partitions that they are from: the next build replaces them."""
    for repo, each in saved.items():
        yield each.rows
        connection.execute(_SQL["record_partitions"], [[repo], [each.partition]])


def _sums(path: Path) -> Path:
    return path.with_name(f".{path.name}.sum")


def _checksum(path: Path) -> str:
    checksum = 0
    with files.opened(path) as file:
        while piece := file.read(_CHUNK):
            checksum = crc32(piece, checksum)
    return f"{checksum:08x}-{path.stat().st_size}"
