"""The table `observations` of the database, kept up with the journals: only those that have grown are read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from catalog.journal import Found
from catalog.memory_tables import Observation
from catalog.observations import Observations
from catalog.schema import to_arrow

if TYPE_CHECKING:
    import duckdb

MOST_FILES = 500  # whose rows are in memory at once

_JOURNALS = pa.schema(
    [(name, pa.string()) for name in ("file", "stamp", "repo", "partition")] + [("at", pa.timestamp("us"))]
)
_VISITED = pa.schema([("repo", pa.string()), ("partition", pa.string()), ("read_at", pa.timestamp("us"))])


def remember(connection: duckdb.DuckDBPyConnection, observations: Observations, found: Mapping[str, Found]) -> None:
    """Brings `observations` up to date; `found` says when each repository was read last."""
    now = observations.stamps()
    before = _before(connection)
    _forget(connection, [file for file, stamp in before.items() if now.get(file) != stamp])
    changed = sorted(file for file, stamp in now.items() if before.get(file) != stamp)
    for start in range(0, len(changed), MOST_FILES):
        _add(connection, observations, {file: now[file] for file in changed[start : start + MOST_FILES]})
    _date(connection, found)


def _before(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The journals that the table is made of, and how far each had grown."""
    connection.register("rows", _JOURNALS.empty_table())
    connection.execute("create table if not exists internal.journals as from rows")
    connection.unregister("rows")
    return dict(connection.execute("select file, stamp from internal.journals").fetchall())


def _forget(connection: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    if files:
        connection.execute(
            "delete from observations where repo in "
            "(select repo from internal.journals where file in (select unnest($1)))",
            [files],
        )
        connection.execute("delete from internal.journals where file in (select unnest($1))", [files])


def _add(connection: duckdb.DuckDBPyConnection, observations: Observations, stamps: Mapping[str, str]) -> None:
    memories = [observations.remember(file) for file in stamps]
    rows = pa.concat_tables(to_arrow(Observation, memory.rows(), repo=memory.repo) for memory in memories)
    _insert(connection, "insert into observations from rows", rows.combine_chunks())
    journals = (
        (file, stamp, memory.repo, memory.partition, _naive(memory.at))
        for (file, stamp), memory in zip(stamps.items(), memories, strict=True)
    )
    _insert(connection, "insert into internal.journals from rows", _table(_JOURNALS, journals))


def _date(connection: duckdb.DuckDBPyConnection, found: Mapping[str, Found]) -> None:
    """A visit that led to the rows of the journal's last line saw what that line left."""
    visited = ((repo, each.partition, _naive(each.read_at)) for repo, each in found.items())
    _insert(
        connection,
        "update observations o set last_seen = j.seen from ("
        "select j.repo, greatest(v.read_at, j.at) as seen "
        "from internal.journals j left join rows v on v.repo = j.repo and v.partition = j.partition"
        ") j where o.repo = j.repo and o.ended_at is null and o.last_seen <> j.seen",
        _table(_VISITED, visited),
    )


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, rows: pa.Table) -> None:
    connection.register("rows", rows)
    connection.execute(statement)
    connection.unregister("rows")


def _table(schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


def _naive(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=None)
