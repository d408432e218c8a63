"""catalog.duckdb: made from partitions and the SQL beside this file, swapped in whole, opened read-only by all others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from catalog.errors import NotFound, StoreError
from catalog.scripts import Statement, statements

if TYPE_CHECKING:
    import pyarrow as pa

# DuckDB 1.4 and later read this, and so does its browser build; small blocks suit range requests.
# A change rewrites the row groups that it touches, so these are small too.
STORAGE = "storage_version 'v1.4.0', block_size 16384, row_group_size 16384"
MOST_CHANGED = 0.25  # of the repositories: beyond that a new file is quicker, and smaller
MOST_FILES = 200  # partitions in one statement: their rows are in memory at once
MOST_AGE = 50  # rebuilds in place, each of which leaves some dead space behind

_LOCKED = (
    "set enable_external_access = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set lock_configuration = true",
)


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Opens a catalog read-only, without access to files, network, extensions or settings. NotFound where there is none."""
    if not path.is_file():
        raise NotFound(f"{path}: no catalog here; `catalog crawl` makes one")
    try:
        connection = _open(path)
        for setting in _LOCKED:
            connection.execute(setting)
    except duckdb.Error as error:
        raise StoreError(
            f"{path} is not a catalog that DuckDB {duckdb.__version__} can open ({error}); if it was one, delete it and run `catalog build`"
        ) from error
    return connection


Grow = Callable[[duckdb.DuckDBPyConnection], None]


def build(
    path: Path,
    tables: Mapping[str, pa.Schema],
    partitions: Mapping[str, Path],
    whole: Mapping[str, pa.Table],
    grow: Mapping[str, Grow] | None = None,
) -> bool:
    """Makes the database and swaps it in; True where it could start from the last one and change only what changed.

    `tables`: name → schema of those that partitions fill; `partitions`: repository → file; `whole`: name → rows of all others.
    `grow`: of the others those whose rows are not replaced: each brings its table up to date itself.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        recipe = _recipe(tables, whole)
        changes = _changes(path, recipe, partitions)
        if changes is not None:
            shutil.copyfile(path, beside)
        with closing(duckdb.connect()) as connection:
            connection.execute(f"attach '{_quoted(beside)}' as made ({STORAGE})")
            connection.execute("use made")
            connection.execute("set temp_directory = $1", [f"{beside}.tmp"])
            connection.execute("set memory_limit = '512MB'")  # 100,000 versions want more than half of it
            connection.execute("begin")
            if changes is None:
                _create(connection, tables, whole, recipe)
            _replace(connection, {name: table for name, table in whole.items() if name not in (grow or {})})
            for bring_up_to_date in (grow or {}).values():
                bring_up_to_date(connection)
            _fill(connection, tables, partitions, changes)
            _keep(connection, changes)
            connection.execute("commit")
            connection.execute("use memory")
            connection.execute("checkpoint made")
            connection.execute("detach made")
        _sync(beside)
        beside.replace(path)
    except (duckdb.Error, OSError, StoreError) as error:
        with suppress(OSError):
            beside.unlink()
        raise StoreError(f"cannot build {path}: {error}") from error
    return changes is not None


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """Opens the file that is there now.

    `duckdb.connect(path)` would share what this process opened under that name before: with its settings locked, and after a
    swap with the rows of the file that is gone.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set temp_directory = $1", [f"{path}.tmp"])
        connection.execute("set memory_limit = '4GB'")
        # Without the type, a file of another program makes DuckDB look for an extension.
        connection.execute(f"attach '{_quoted(path)}' as catalog (read_only, type duckdb)")
        connection.execute("use catalog")
        connection.execute("detach memory")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _recipe(tables: Mapping[str, pa.Schema], whole: Mapping[str, pa.Table]) -> str:
    """What the shape of the database depends on: when it differs, nothing of the last one is used."""
    shapes = [
        f"{name} {schema.to_string()}" for name, schema in (*tables.items(), *((n, t.schema) for n, t in whole.items()))
    ]
    # The vocabulary of stages decides conclusions about every repository.
    rows = [str(table.to_pylist()) for name, table in whole.items() if name == "stage_names"]
    made = [f"{s.name}{s.parameters} {s.kept} {s.doc} {s.notes} {s.body}" for s in statements()]
    return blake2b("\n".join([STORAGE, duckdb.__version__, *shapes, *rows, *made]).encode(), digest_size=16).hexdigest()


def _changes(path: Path, recipe: str, partitions: Mapping[str, Path]) -> tuple[set[str], set[str]] | None:
    """Which repositories to take out of the last database and which to put in; None where it is better made from nothing."""
    if not path.is_file():
        return None
    try:
        with closing(_open(path)) as connection:
            last = connection.execute("select recipe, age from internal.making").fetchone()
            before = dict(connection.execute("select repo, file from internal.partitions").fetchall())
    except duckdb.Error:
        return None  # another program's file, or damaged: it is replaced
    if last is None or last[0] != recipe or last[1] >= MOST_AGE:
        return None
    now = {repo: file.name for repo, file in partitions.items()}
    out = {repo for repo, file in before.items() if now.get(repo) != file}
    into = {repo for repo, file in now.items() if before.get(repo) != file}
    return None if len(out | into) > MOST_CHANGED * len(now) else (out, into)


def _create(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Schema], whole: Mapping[str, pa.Table], recipe: str
) -> None:
    shapes = {**{name: table.schema for name, table in whole.items()}, **tables}
    for name, schema in shapes.items():
        connection.register("empty", schema.empty_table())
        connection.execute(f'create table "{name}" as from empty')  # this drops NOT NULL
        connection.unregister("empty")
        for field in schema:
            if not field.nullable:
                connection.execute(f'alter table "{name}" alter "{field.name}" set not null')
            _comment(connection, f'column "{name}"."{field.name}"', _comment_of(field))
        _comment(connection, f'table "{name}"', _comment_of(schema))
    known = {field.name: _comment_of(field) for schema in shapes.values() for field in schema}
    connection.execute("create schema kept")
    for made in statements():
        _make(connection, made, known)
    connection.execute("create schema internal")
    connection.execute("create table internal.making as select $1::varchar as recipe, 0 as age", [recipe])
    connection.execute("create table internal.partitions (repo varchar, file varchar)")


def _make(connection: duckdb.DuckDBPyConnection, made: Statement, known: dict[str, str]) -> None:
    """Makes a view or macro. A column without a note of its own means what it means wherever it was first explained."""
    if made.parameters:
        connection.execute(f"create macro {made.name}{made.parameters} as table {made.body}")
        _comment(connection, f"macro table {made.name}", made.doc)
    else:
        if made.kept:
            connection.execute(f"create table kept.{made.name} as from ({made.body}) limit 0")
        connection.execute(f"create view {made.name} as " + (f"from kept.{made.name}" if made.kept else made.body))
        _comment(connection, f"view {made.name}", made.doc)
        for (name,) in connection.execute(f"select column_name from (describe {made.name})").fetchall():
            if name in known or name in made.notes:
                _comment(connection, f'column {made.name}."{name}"', made.notes.get(name) or known[name])
    for name, note in made.notes.items():
        known.setdefault(name, note)


def _comment_of(shape: pa.Schema | pa.Field) -> str:
    return str(shape.metadata[b"comment"].decode())


def _fill(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pa.Schema],
    partitions: Mapping[str, Path],
    changes: tuple[set[str], set[str]] | None,
) -> None:
    out, into = changes if changes is not None else (set(), set(partitions))
    for name in tables if out else ():
        connection.execute(f'delete from "{name}" where repo in (select unnest($1))', [sorted(out)])
    from catalog.partition import load  # noqa: PLC0415 - with pyarrow, which only a build needs

    files = [partitions[repo] for repo in sorted(into)]
    for start in range(0, len(files), MOST_FILES):
        for name, rows in load(files[start : start + MOST_FILES], tables).items():
            connection.register("rows", rows)
            connection.execute(f'insert into "{name}" from rows')
            connection.unregister("rows")
    connection.execute("delete from internal.partitions where repo in (select unnest($1))", [sorted(out)])
    rows = [(repo, partitions[repo].name) for repo in sorted(into)]
    if rows:
        connection.execute(
            "insert into internal.partitions select unnest($1), unnest($2)", [list(c) for c in zip(*rows, strict=True)]
        )
    connection.execute("update internal.making set age = age + 1")


def _keep(connection: duckdb.DuckDBPyConnection, changes: tuple[set[str], set[str]] | None) -> None:
    """Works out the kept views, top to bottom, for what was put in."""
    out, into = (sorted(repos) for repos in (changes if changes is not None else ((), ())))
    # Constants, unlike a subquery, are pushed down to the tables.
    chosen = f" where repo in ({', '.join('?' for _ in into)})" if into else ""
    for made in statements():
        if not made.kept:
            continue
        if made.anew:
            connection.execute(f"delete from kept.{made.name}")
            connection.execute(f"insert into kept.{made.name} {made.body}")
            continue
        connection.execute(f"delete from kept.{made.name} where repo in (select unnest($1))", [out])
        if into or changes is None:
            connection.execute(f"insert into kept.{made.name} from ({made.body}){chosen}", into)


def _replace(connection: duckdb.DuckDBPyConnection, whole: Mapping[str, pa.Table]) -> None:
    for name, table in whole.items():
        connection.register("rows", table)
        connection.execute(f'delete from "{name}"')
        connection.execute(f'insert into "{name}" from rows')
        connection.unregister("rows")


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str) -> None:
    connection.execute(f"comment on {what} is '{_quoted(text)}'")  # this statement takes no parameters


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
