"""A catalog in memory: rows of snapshots in a DuckDB without a file, with the views and macros of `catalog/database/sql`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import pyarrow as pa

from catalog.crawl.ancestry import Past
from catalog.crawl.extract import extract_rows
from catalog.crawl.previous import PreviousRows
from catalog.database import search_index
from catalog.database.statements import Statement, macro, named, statements
from catalog.database.template import attach, create_view
from catalog.git.objects import Objects
from catalog.git.snapshot import RefListing, Snapshot
from catalog.plugins.connector import Connector, installed
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.record import Record
from catalog.schema.tables import TABLES
from support.once import once


def rows_of(
    listing: RefListing, objects: Objects, connectors: tuple[Connector, ...] | None = None
) -> Mapping[Any, Any]:
    """All rows of one repository, as the crawl would make them."""
    connectors = installed() if connectors is None else connectors
    snapshot = Snapshot(listing, objects, lambda path: any(c.wants_file(path) for c in connectors))
    past = Past(tips=tuple(ref.oid for ref in listing.branches()), limit=10_000, known={})
    return extract_rows(snapshot, past.walk(objects), connectors, PreviousRows(rows={}))


def catalog_of(
    repos: Mapping[str, Mapping[type[Record], Iterable[Record]]],
    whole: Mapping[type[Record], Iterable[Record]] | None = None,
    *,
    stored: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A catalog that holds the given rows: repository → table → rows; `whole` fills the tables of no repository.

    Making views and macros takes a second, so there is one catalog, and each call empties it of what the last one put in.
    `stored`: its materialized views are tables, as in the file of a build. That takes 0.3 s more for each catalog, and `changes_between`,
    the largest question, is planned in 0.1 s instead of 0.4 s.
    """
    connection, names = _empty(stored=stored), {table.TABLE for table in TABLES}
    for (name,) in connection.execute("select table_name from duckdb_tables() where estimated_size > 0").fetchall():
        if name in names:
            connection.execute(f'delete from "{name}"')
    for table in TABLES:
        parts = [to_arrow(table, found[table], repo=repo) for repo, found in repos.items() if found.get(table)]
        if not table.REPO and whole and whole.get(table):
            parts = [to_arrow(table, whole[table])]
        if parts:
            connection.register("given", pa.concat_tables(parts))
            connection.execute(f'insert into "{table.TABLE}" from given')
            connection.unregister("given")
    for view in _materialized() if stored else ():
        connection.execute(f"delete from materialized.{view.name}")
        connection.execute(f"insert into materialized.{view.name} {view.body}")
    return connection


def _materialized() -> Iterator[Statement]:
    return (statement for statement in statements() if statement.materialized)


@cache
def _empty(*, stored: bool) -> duckdb.DuckDBPyConnection:
    name = "empty-stored-catalog" if stored else "empty-catalog"
    made = once(name, lambda folder: _make(folder / "empty.duckdb", stored=stored)) / "empty.duckdb"
    own = Path(mkdtemp(dir=made.parent)) / made.name
    shutil.copyfile(made, own)
    connection = duckdb.connect()
    attach(connection, own)
    connection.execute("detach memory")  # else cursors would ask that
    return connection


def _make(path: Path, *, stored: bool) -> None:
    with closing(duckdb.connect()) as connection:
        attach(connection, path)
        for table in TABLES:
            connection.register("given", schema(table).empty_table())
            connection.execute(f'create table "{table.TABLE}" as from given')
            connection.unregister("given")
        connection.execute("create schema internal")
        for name in ("make_making", "make_partitions", "make_journals"):
            connection.execute(named("build")[name])
        search_index.make(connection)
        connection.execute("create schema stubs")
        for made in statements():
            if made.parameters:
                connection.execute(macro(made))
            else:
                _stub(connection, made)
        for made in statements():
            if not made.parameters:
                create_view(connection, made.name, made.body)
        for view in _materialized() if stored else ():
            connection.execute("create schema if not exists materialized")
            connection.execute(f"create table materialized.{view.name} as from ({view.body}) limit 0")
            create_view(connection, view.name, f"from materialized.{view.name}")
        connection.execute("use memory")
        connection.execute("detach staging")


def _stub(connection: duckdb.DuckDBPyConnection, view: Statement) -> None:
    """An empty table behind the view, while macros are made: DuckDB binds each of them, views of views and all, which takes seconds."""
    create_view(connection, view.name, view.body)
    connection.execute(f"create table stubs.{view.name} as from {view.name} limit 0")
    connection.execute(f"create or replace view {view.name} as from stubs.{view.name}")


def asked(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[dict[str, Any]]:
    """The answer to a query as dicts."""
    cursor = connection.execute(query, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
