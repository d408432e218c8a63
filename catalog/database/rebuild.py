"""Rebuilds catalog.duckdb from partitions in a copy, which replaces the old file once it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from catalog.database import search_index
from catalog.database.load import delete_rows, load_in_parts, load_rows, materialize_full
from catalog.database.statements import named
from catalog.database.template import attach, recipe, write_template
from catalog.errors import StoreError
from catalog.store import files

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CHANGED = 0.25  # of the repositories: beyond that a new file is quicker, and smaller
# Tables on which conclusions about every repository depend: the names of stages, and the directions of metrics.
VOCABULARY = ("stage_names", "metric_directions")
MOST_AGE = 50  # rebuilds in place, each of which leaves some dead space behind

_SQL = named("build")

Updater = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """The repositories whose rows are deleted, and those whose rows are loaded."""

    deleted: frozenset[str] = frozenset()
    loaded: frozenset[str] = frozenset()


def rebuild(
    path: Path,
    tables: Mapping[str, pa.Schema],
    partitions: Mapping[str, Path],
    crawl_tables: Mapping[str, pa.Table],
    updaters: Mapping[str, Updater] | None = None,
) -> bool:
    """Makes the database and swaps it in; True where it could start from the last one and change only what changed.

    `tables`: name → schema of those that partitions fill; `partitions`: repository → file; `crawl_tables`: name → rows of all others.
    `updaters`: of the others those whose rows are not replaced: each function brings its table up to date.
    """
    temporary_file = files.temporary(path)
    updaters = updaters or {}
    shapes = {**{name: table.schema for name, table in crawl_tables.items()}, **tables}
    try:
        _make_room(temporary_file)
        with closing(duckdb.connect()) as connection:
            _configure(connection, temporary_file)
            changes = _begin(connection, path, temporary_file, shapes, _recipe(shapes, crawl_tables), partitions)
            _replace(connection, {name: table for name, table in crawl_tables.items() if name not in updaters})
            for bring_up_to_date in updaters.values():
                bring_up_to_date(connection)
            _load(connection, tables, partitions, crawl_tables, changes)
            connection.execute("use memory")
            connection.execute("checkpoint staging")
            connection.execute("detach staging")
        files.move(temporary_file, path)
    except (duckdb.Error, OSError, StoreError) as error:
        with suppress(OSError):
            temporary_file.unlink()
        raise StoreError(f"cannot build {path}: {error}") from error
    return changes is not None


def _make_room(temporary_file: Path) -> None:
    """Makes the folder, and deletes what a build that was killed has left there."""
    temporary_file.parent.mkdir(parents=True, exist_ok=True)
    for left in (temporary_file, temporary_file.with_name(f"{temporary_file.name}.wal")):
        left.unlink(missing_ok=True)


def _begin(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    temporary_file: Path,
    shapes: Mapping[str, pa.Schema],
    current_recipe: str,
    partitions: Mapping[str, Path],
) -> Changes | None:
    """Opens a copy of the last database, and returns what is to change in it; or with None an empty one."""
    changes = _copy_last(connection, path, temporary_file, current_recipe, partitions)
    if changes is None:
        write_template(temporary_file, shapes)
        attach(connection, temporary_file)
        connection.execute(_SQL["begin"], [current_recipe, recipe(shapes)])
    return changes


def _load(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pa.Schema],
    partitions: Mapping[str, Path],
    crawl_tables: Mapping[str, pa.Table],
    changes: Changes | None,
) -> None:
    """Brings the repositories' rows and what is derived from them up to date; with None, of all of them."""
    deleted, loaded = (changes.deleted, changes.loaded) if changes else (frozenset[str](), frozenset(partitions))
    if deleted:
        delete_rows(connection, tables, deleted)
    parts = load_in_parts(connection, {repo: partitions[repo] for repo in loaded}, tables)
    load_rows(connection, tables, parts, {name: crawl_tables[name] for name in VOCABULARY})
    materialize_full(connection)
    search_index.update(connection, None if changes is None else deleted | loaded)
    if changes is not None:
        connection.execute(_SQL["increment_age"])


def _configure(connection: duckdb.DuckDBPyConnection, temporary_file: Path) -> None:
    connection.execute("set temp_directory = $1", [f"{temporary_file}.tmp"])
    connection.execute("set memory_limit = '320MB'")
    # Rows are compressed once: those of a full row group at once, all others at the end.
    connection.execute("set write_buffer_row_group_count = 1")
    connection.execute("set checkpoint_threshold = '1TB'")


def _recipe(shapes: Mapping[str, pa.Schema], crawl_tables: Mapping[str, pa.Table]) -> str:
    """What the shape of the database depends on: when it differs, nothing of the last one is used."""
    rows = [str(table.to_pylist()) for name, table in crawl_tables.items() if name in VOCABULARY]
    return blake2b("\n".join([recipe(shapes), *rows]).encode(), digest_size=16).hexdigest()


def _copy_last(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    temporary_file: Path,
    current_recipe: str,
    partitions: Mapping[str, Path],
) -> Changes | None:
    """Opens a copy of the last database, and returns what is to change in it; None where a new one is better."""
    if not path.is_file():
        return None
    shutil.copyfile(path, temporary_file)
    try:
        attach(connection, temporary_file)
        changes = _changes(connection, current_recipe, partitions)
    except duckdb.Error:  # another program's file, or damaged: it is replaced
        changes = None
    if changes is None:
        connection.execute("use memory")
        connection.execute("detach database if exists staging")
        temporary_file.unlink()
    return changes


def _changes(
    connection: duckdb.DuckDBPyConnection, current_recipe: str, partitions: Mapping[str, Path]
) -> Changes | None:
    """What is to change in the copy; None where too much differs."""
    last = connection.execute(_SQL["making"]).fetchone()
    before = dict(connection.execute(_SQL["partitions"]).fetchall())
    if last is None or last[0] != current_recipe or last[1] >= MOST_AGE:
        return None
    now = {repo: file.name for repo, file in partitions.items()}
    deleted = frozenset(repo for repo, file in before.items() if now.get(repo) != file)
    loaded = frozenset(repo for repo, file in now.items() if before.get(repo) != file)
    if len(deleted | loaded) > MOST_CHANGED * len(now):
        return None
    return Changes(deleted=deleted, loaded=loaded)


def _replace(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    for name, table in tables.items():
        connection.register("rows", table)
        connection.execute(f'delete from "{name}"')
        connection.execute(f'insert into "{name}" from rows')
        connection.unregister("rows")
