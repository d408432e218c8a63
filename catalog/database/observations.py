"""Loads the table `observations` from the journals; only journals that have grown are read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from catalog.database.statements import named
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables.observations import Observation
from catalog.store.observations import Observations

if TYPE_CHECKING:
    import duckdb

MOST_FILES = 100  # whose rows are in memory at once

_SQL = named("build")


def load_observations(connection: duckdb.DuckDBPyConnection, observations: Observations) -> None:
    """Brings `observations` up to date."""
    now = observations.stamps()
    before = dict(connection.execute(_SQL["journals"]).fetchall())
    gone = [file for file, stamp in before.items() if now.get(file) != stamp]
    if gone:
        connection.execute(_SQL["delete_observations"], [gone])
        connection.execute(_SQL["delete_journals"], [gone])
    changed = sorted(file for file, stamp in now.items() if before.get(file) != stamp)
    for start in range(0, len(changed), MOST_FILES):
        _add(connection, observations, {file: now[file] for file in changed[start : start + MOST_FILES]})


def _add(connection: duckdb.DuckDBPyConnection, observations: Observations, stamps: Mapping[str, str]) -> None:
    timelines = {file: timeline for file in stamps if (timeline := observations.load_readable(file)) is not None}
    rows = (to_arrow(Observation, timeline.rows(), repo=timeline.repo) for timeline in timelines.values())
    table = pa.concat_tables([schema(Observation).empty_table(), *rows])
    connection.from_arrow(table.combine_chunks()).insert_into("main.observations")
    files = [*timelines]  # one that cannot be read is tried again
    read = [files, [stamps[file] for file in files], [timelines[file].repo for file in files]]
    connection.execute(_SQL["record_journals"], read)
