"""A copy of a catalog in which the rows of one repository are replaced: for questions about what was pushed since the last crawl."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from catalog.database.database import is_current
from catalog.database.load import delete_rows, load_in_parts, load_rows, materialize_full
from catalog.database.rebuild import VOCABULARY, configure, detach
from catalog.database.shapes import all_shapes, partition_shapes
from catalog.database.template import attach
from catalog.errors import StoreError
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import Repo


def overlay(path: Path, target: Path, repo: Repo, partition: Path, tell: Callable[[str], None]) -> None:
    """Writes the catalog at `path`, with these rows of one repository, to `target`. Its search index and memory stay as they were.

    StoreError for a catalog of another version of this program, or one that cannot be read; `tell` gets a sentence where the partition cannot.
    """
    try:
        shutil.copyfile(path, target)
        with closing(duckdb.connect()) as connection:
            configure(connection, target)
            attach(connection, target)
            if not is_current(connection, all_shapes()):
                raise StoreError(
                    f"{path} was made by another version of catalog or DuckDB: expected one that `catalog build` of this version makes"
                )
            _replace_repository(connection, repo, partition, tell)
            detach(connection)
    except (duckdb.Error, OSError) as error:
        raise StoreError(f"{path} cannot be copied: {error}") from error


def _replace_repository(
    connection: duckdb.DuckDBPyConnection, repo: Repo, partition: Path, tell: Callable[[str], None]
) -> None:
    tables = partition_shapes()
    delete_rows(connection, tables, [repo.repo])
    shared = {name: connection.table(name).to_arrow_table() for name in VOCABULARY}
    load_rows(connection, tables, load_in_parts(connection, {repo.repo: partition}, tables, tell), shared)
    connection.execute("delete from repos where repo = $1", [repo.repo])
    connection.from_arrow(to_arrow(Repo, [repo])).insert_into("main.repos")
    materialize_full(connection)
