"""Loads the rows of repositories and their materialized views into the database, and deletes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.database.statements import Statement, macro, named, statements

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MOST_FILES, MOST_BYTES = 500, 2 << 20  # of partitions whose rows are in memory at once

_SQL = named("build")


def delete_rows(connection: duckdb.DuckDBPyConnection, tables: Iterable[str], repos: Iterable[str]) -> None:
    """Deletes the rows of some repositories, and the rows derived from them."""
    deleted = sorted(repos)
    places = ", ".join("?" * len(deleted))  # a filter by constants is faster than one by a subquery
    for name in (*tables, *(f"materialized.{statement.name}" for statement in _incremental()), "internal.partitions"):
        connection.execute(f"delete from {name} where repo in ({places})", deleted)


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pa.Schema],
    parts: Iterable[Mapping[str, pa.Table]],
    shared: Mapping[str, pa.Table],
) -> None:
    """Adds rows, all of a repository in one part, by the names of their tables; and what is derived from them and from `shared` rows.

    That depends on a repository's rows alone, so its time and memory depend on the part, not on the size of the catalog.
    """
    # A cursor begins in `memory`, which has no tables: the models read what is registered there, and nothing else.
    with closing(connection.cursor()) as batch:
        for name, rows in {**{name: shape.empty_table() for name, shape in tables.items()}, **shared}.items():
            batch.register(name, rows)
        batch.execute("create schema if not exists internal")  # in `memory`, too
        for statement in _macros():
            batch.execute(macro(statement, again=True))
        # In one transaction, a row group is written when it is full. DuckDB 2.0 does not find such rows before they are committed:
        # nothing may be read here that was put in here.
        connection.execute("begin")
        for rows in parts:
            for name, shape in tables.items():
                if name in rows:  # not by a registered name: the transaction would hold the rows to its end
                    connection.from_arrow(rows[name]).insert_into(f"main.{name}")
                batch.register(name, rows.get(name, shape.empty_table()))
            for statement in _incremental():
                batch.execute(f"create or replace temp table {statement.name} as {statement.body}")
                result = batch.table(f"temp.main.{statement.name}").to_arrow_table()
                connection.from_arrow(result).insert_into(f"materialized.{statement.name}")
        connection.execute("commit")


def load_in_parts(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, Path],
    tables: Mapping[str, pa.Schema],
    tell: Callable[[str], None],
) -> Iterator[Mapping[str, pa.Table]]:
    """The rows of partitions, some repositories at a time, which are then recorded in `internal.partitions`.

    `tell` gets a sentence for each partition whose rows cannot be read, though its checksum fits: it has none.
    """
    from catalog.store.partition_format import DamagedRows, load  # with pyarrow, which only a build needs

    ordered = connection.execute(_SQL["order_repositories"], [list(files)]).fetchall() if files else []
    for part in _parts({repo: files[repo] for (repo,) in ordered}):
        repos, rows = part, None
        while rows is None:
            try:
                rows = load([files[repo] for repo in repos], tables)
            except DamagedRows as damaged:
                tell(str(damaged))
                repos = [repo for repo in repos if files[repo] != damaged.file]
        yield rows
        connection.execute(_SQL["record_partitions"], [repos, [files[repo].name for repo in repos]])


def materialize_full(connection: duckdb.DuckDBPyConnection) -> None:
    """Recomputes the few views that depend on all repositories together."""
    for statement in statements():
        if statement.materialized == "full":
            connection.execute(f"delete from materialized.{statement.name}")
            connection.execute(f"insert into materialized.{statement.name} {statement.body}")


def _incremental() -> Iterator[Statement]:
    return (statement for statement in statements() if statement.materialized == "incremental")


def _macros() -> Iterator[Statement]:
    """Those that incremental models may use: the ones declared before the last of them."""
    last = list(_incremental())[-1]
    return (
        statement
        for statement in takewhile(lambda statement: statement is not last, statements())
        if statement.parameters
    )


def _parts(files: Mapping[str, Path]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for repo, file in files.items():
        if len(part) == MOST_FILES or size > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(repo)
        size += file.stat().st_size
    if part:
        yield part
