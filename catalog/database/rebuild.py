"""Rebuilds catalog.duckdb from partitions in a copy, which replaces the old file once it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from catalog.database import last_build, search_index
from catalog.database.load import delete_rows, load_in_parts, load_rows, materialize_full
from catalog.database.statements import named
from catalog.database.template import attach, recipe, write_template
from catalog.errors import StoreError
from catalog.store import files
from catalog.store.partition_header import is_intact, privacy_in

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CHANGED = 0.25  # of the repositories: beyond that a new file is quicker, and smaller
# Repositories: so few are changed in place in any catalog. One of three: 1.1 s of processor time in place of 3.1 s, as the statements of an
# empty catalog take longer than the rows of a small one.
FEW_CHANGED = 4
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
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    """Makes the database and swaps it in; True where it could start from the last one and change only what changed.

    `tables`: name → schema of those that partitions fill; `partitions`: repository → file; `crawl_tables`: name → rows of all others.
    `updaters`: of the others those whose rows are not replaced: each function brings its table up to date. `tell` gets a sentence where
    the last database is damaged, and for each partition that is.
    """
    request = _Request(path, tables, partitions, crawl_tables, updaters or {}, tell)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _make_or_anew(request)
    except (duckdb.Error, OSError, StoreError) as error:
        with suppress(OSError):
            files.temporary(path).unlink()
        raise StoreError(f"cannot build {path}: {error}") from error


def refresh(path: Path, crawl_tables: Mapping[str, pa.Table]) -> None:
    """Replaces the rows of these tables in a copy of the database, which is as it was built, and swaps it in; nothing else is worked out.

    duckdb.Error for a database that cannot be changed, StoreError where the disk fails.
    """
    temporary_file = files.temporary(path)
    try:
        delete_leftovers(temporary_file)
        with files.deleted_on_failure(temporary_file), closing(duckdb.connect()) as connection:
            configure(connection, temporary_file)
            shutil.copyfile(path, temporary_file)
            attach(connection, temporary_file)
            connection.execute("begin")
            _replace(connection, crawl_tables)
            connection.execute("commit")
            detach(connection)
        _swap_in(temporary_file, path, last_build.sealed(path))  # known: 100 MB take a tenth of a second to read
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error}") from error


class _Request(NamedTuple):
    """What is to be made: see `rebuild`."""

    path: Path
    tables: Mapping[str, pa.Schema]
    partitions: Mapping[str, Path]
    crawl_tables: Mapping[str, pa.Table]
    updaters: Mapping[str, Updater]
    tell: Callable[[str], None]


def _make_or_anew(request: _Request) -> bool:
    """Makes the database from the last one; from nothing, where that is damaged."""
    reason = "is not as it was built"
    if last_build.is_as_built(request.path):
        try:
            return _make(request, from_last=True)
        except duckdb.Error as error:
            if not request.path.is_file():
                raise
            reason = f"cannot be updated ({' '.join(str(error).split())})"
    request.tell(f"{request.path} {reason}: it is built anew")
    return _make(request, from_last=False)


def _make(request: _Request, *, from_last: bool) -> bool:
    temporary_file = files.temporary(request.path)
    shapes = {**{name: table.schema for name, table in request.crawl_tables.items()}, **request.tables}
    current_recipe = _recipe(shapes, request.crawl_tables)
    delete_leftovers(temporary_file)
    with closing(duckdb.connect()) as connection:
        configure(connection, temporary_file)
        changes = (
            _copy_last(connection, request.path, temporary_file, current_recipe, request.partitions)
            if from_last
            else None
        )
        if changes is None:
            write_template(temporary_file, shapes)
            attach(connection, temporary_file)
            connection.execute(_SQL["begin"], [current_recipe, recipe(shapes)])
        _replace(
            connection, {name: table for name, table in request.crawl_tables.items() if name not in request.updaters}
        )
        for bring_up_to_date in request.updaters.values():
            bring_up_to_date(connection)
        _load(connection, request, changes, current_recipe)
        detach(connection)
    _swap_in(temporary_file, request.path, last_build.current(request.path) if from_last else "")
    return changes is not None


def detach(connection: duckdb.DuckDBPyConnection) -> None:
    """Writes what is in memory to the file that `attach` opened, and closes it."""
    connection.execute("use memory")
    connection.execute("checkpoint staging")
    connection.execute("detach staging")


def _swap_in(temporary_file: Path, path: Path, last: str) -> None:
    last_build.seal(path, temporary_file, last)
    files.clear(path)
    files.move(temporary_file, path)


def delete_leftovers(temporary_file: Path) -> None:
    """Deletes the temporary files that a killed build left."""
    for left in (temporary_file, temporary_file.with_name(f"{temporary_file.name}.wal")):
        left.unlink(missing_ok=True)


def _load(
    connection: duckdb.DuckDBPyConnection, request: _Request, changes: Changes | None, current_recipe: str
) -> None:
    """Brings the repositories' rows and what is derived from them up to date; with None, of all of them."""
    deleted, loaded = (
        (changes.deleted, changes.loaded) if changes else (frozenset[str](), frozenset(request.partitions))
    )
    damaged = frozenset(repo for repo in loaded if not is_intact(request.partitions[repo]))
    saved = (
        last_build.saved_rows(request.path, current_recipe, request.tables, damaged) if damaged and not changes else {}
    )
    for repo in sorted(damaged):
        remainder = (
            "those of the last build stay" if repo in saved or repo in deleted else "the catalog has none of them"
        )
        request.tell(f"{repo}: its rows in the store are damaged: {remainder} until the next crawl reads it again")
    deleted, loaded = deleted - damaged, loaded - damaged
    if deleted:
        delete_rows(connection, request.tables, deleted)
    parts = chain(
        last_build.load_saved(connection, saved),
        load_in_parts(connection, {repo: request.partitions[repo] for repo in loaded}, request.tables, request.tell),
    )
    load_rows(connection, request.tables, parts, {name: request.crawl_tables[name] for name in VOCABULARY})
    materialize_full(connection)
    search_index.update(connection, None if changes is None else deleted | loaded)
    if changes is not None:
        connection.execute(_SQL["increment_age"])


def configure(connection: duckdb.DuckDBPyConnection, temporary_file: Path) -> None:
    """Sets the bounds of a connection that writes a catalog to this file."""
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
    if len(deleted | loaded) > max(MOST_CHANGED * len(now), FEW_CHANGED):
        return None
    # Free blocks of a copy have what was deleted, so also what is withheld from now on.
    if any(privacy_in(before[repo]) != privacy_in(now[repo]) for repo in deleted & loaded):
        return None
    return Changes(deleted=deleted, loaded=loaded)


def _replace(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    for name, table in tables.items():
        connection.register("rows", table)
        connection.execute(f'delete from "{name}"')
        connection.execute(f'insert into "{name}" from rows')
        connection.unregister("rows")
