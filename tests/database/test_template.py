"""The form of the file in which a catalog is made, as the file itself states it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.database import template


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "staging.duckdb"


@pytest.fixture
def staging(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that writes to a new file."""
    with closing(duckdb.connect()) as connection:
        template.attach(connection, path)
        yield connection


def test_blocks_are_small(staging):
    rows = staging.execute("select database_name, block_size from pragma_database_size()").fetchall()
    assert dict(rows)["staging"] == 16_384


def test_the_oldest_duckdb_that_reads_it_is_1_4(staging):
    rows = staging.execute("select database_name, tags from duckdb_databases()").fetchall()
    assert dict(rows)["staging"]["storage_version"].startswith("v1.4.")


@pytest.mark.parametrize(
    ("rows", "groups"),
    [pytest.param(16_384, 1, id="as many rows as a group has"), pytest.param(16_385, 2, id="one row more")],
)
def test_row_groups_are_small(staging, rows, groups):
    staging.execute("create table numbers as select range as number from range(?)", [rows])
    query = "select count(distinct row_group_id) from pragma_storage_info('numbers')"
    assert staging.execute(query).fetchall() == [(groups,)]


def test_a_file_of_another_program_needs_no_extension(path):
    path.write_bytes(b"SQLite format 3\0" + bytes(4096))
    with (
        closing(duckdb.connect()) as connection,
        pytest.raises(duckdb.IOException, match="not a valid DuckDB database"),
    ):
        template.attach(connection, path)
