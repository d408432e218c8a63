"""Loads the rows of repositories and their materialized views into the database, and deletes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def take_out(connection: duckdb.DuckDBPyConnection, tables: Iterable[str], repos: Iterable[str]) -> None:
    """Deletes the rows of some repositories, and what followed from them."""
    gone = sorted(repos)
    places = ", ".join("?" * len(gone))  # constants are found faster than what a query gives
    for name in (*tables, *(f"materialized.{made.name}" for made in _incremental()), "internal.partitions"):
        connection.execute(f"delete from {name} where repo in ({places})", gone)


def put_in(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, pa.Schema],
    parts: Iterable[Mapping[str, pa.Table]],
    shared: Mapping[str, pa.Table],
) -> None:
    """Adds rows, all of a repository in one part, by the names of their tables; and what follows from them and from `shared` rows.

    That follows from a repository's rows alone, so it takes the time and the memory that a part wants, whatever the catalog holds.
    """
    with closing(connection.cursor()) as batch:
        batch.execute("use memory")  # where no tables are: the models see what is registered here, and nothing else
        for name, rows in {**{name: shape.empty_table() for name, shape in tables.items()}, **shared}.items():
            batch.register(name, rows)
        for made in _macros():
            batch.execute(macro(made, temporary=True))
        # In one transaction, a row group is written when it is full. DuckDB 2.0 does not find such rows before they are committed:
        # nothing may be read here that was put in here.
        connection.execute("begin")
        for rows in parts:
            for name, shape in tables.items():
                if name in rows:  # not by a registered name: the transaction would hold the rows to its end
                    connection.from_arrow(rows[name]).insert_into(f"main.{name}")
                batch.register(name, rows.get(name, shape.empty_table()))
            for made in _incremental():
                batch.execute(f"create or replace temp table {made.name} as {made.body}")
                found = batch.table(f"temp.main.{made.name}").to_arrow_table()
                connection.from_arrow(found).insert_into(f"materialized.{made.name}")
        connection.execute("commit")


def load_in_parts(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path], tables: Mapping[str, pa.Schema]
) -> Iterator[Mapping[str, pa.Table]]:
    """The rows of partitions, some repositories at a time; which these were is noted."""
    from catalog.store.partition_format import load  # with pyarrow, which only a build needs

    ordered = connection.execute(_SQL["in_order"], [list(files)]).fetchall() if files else []
    for repos in _parts({repo: files[repo] for (repo,) in ordered}):
        yield load([files[repo] for repo in repos], tables)
        connection.execute(_SQL["note_partitions"], [repos, [files[repo].name for repo in repos]])


def work_out_anew(connection: duckdb.DuckDBPyConnection) -> None:
    """Works out the few conclusions that follow from all repositories together."""
    for made in statements():
        if made.materialized == "full":
            connection.execute(f"delete from materialized.{made.name}")
            connection.execute(f"insert into materialized.{made.name} {made.body}")


def _incremental() -> Iterator[Statement]:
    return (made for made in statements() if made.materialized == "incremental")


def _macros() -> Iterator[Statement]:
    """Those that incremental models may use: the ones declared before the last of them."""
    last = list(_incremental())[-1]
    return (made for made in takewhile(lambda made: made is not last, statements()) if made.parameters)


def _parts(files: Mapping[str, Path]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for repo, file in files.items():
        if part and (len(part) == MOST_FILES or size > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(repo)
        size += file.stat().st_size
    if part:
        yield part
