"""Loads the table `observations` from the journals; only journals that have grown are read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from catalog.database.statements import named
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables.observations import Observation
from catalog.store.last_visit import LastVisit
from catalog.store.observations import Observations

if TYPE_CHECKING:
    import duckdb

MOST_FILES = 100  # whose rows are in memory at once

_SQL = named("build")
_JOURNALS = pa.schema(
    [(name, pa.string()) for name in ("file", "stamp", "repo", "partition")]
    + [("at", pa.timestamp("us")), ("crawl", pa.int64())]
)
_VISITED = pa.schema(
    [("repo", pa.string()), ("partition", pa.string()), ("read_at", pa.timestamp("us")), ("crawl", pa.int64())]
)


def load_observations(
    connection: duckdb.DuckDBPyConnection, observations: Observations, last_visits: Mapping[str, LastVisit]
) -> None:
    """Brings `observations` up to date; `last_visits` state when each repository was read last."""
    now = observations.stamps()
    before = dict(connection.execute(_SQL["journals"]).fetchall())
    gone = [file for file, stamp in before.items() if now.get(file) != stamp]
    if gone:
        connection.execute(_SQL["delete_observations"], [gone])
        connection.execute(_SQL["delete_journals"], [gone])
    changed = sorted(file for file, stamp in now.items() if before.get(file) != stamp)
    for start in range(0, len(changed), MOST_FILES):
        _add(connection, observations, {file: now[file] for file in changed[start : start + MOST_FILES]})
    _update_last_seen(connection, last_visits)


def _add(connection: duckdb.DuckDBPyConnection, observations: Observations, stamps: Mapping[str, str]) -> None:
    timelines = {file: timeline for file in stamps if (timeline := observations.load_readable(file)) is not None}
    rows = (to_arrow(Observation, timeline.rows(), repo=timeline.repo) for timeline in timelines.values())
    table = pa.concat_tables([schema(Observation).empty_table(), *rows])
    connection.from_arrow(table.combine_chunks()).insert_into("main.observations")
    journals = (  # a file that cannot be read is tried again
        (file, stamps[file], timeline.repo, timeline.partition, _naive(timeline.at), timeline.crawl)
        for file, timeline in timelines.items()
    )
    connection.from_arrow(_table(_JOURNALS, journals)).insert_into("internal.journals")


def _update_last_seen(connection: duckdb.DuckDBPyConnection, last_visits: Mapping[str, LastVisit]) -> None:
    visited = ((repo, each.partition, _naive(each.read_at), each.read_crawl) for repo, each in last_visits.items())
    connection.register("visited", _table(_VISITED, visited))
    connection.execute(_SQL["date_observations"])
    connection.unregister("visited")


def _table(schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


def _naive(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=None)
