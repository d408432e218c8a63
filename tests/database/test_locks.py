"""A catalog that is open can be read, and nothing else; what is no catalog is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.database import database
from catalog.errors import NotFound, StoreError
from catalog.schema.arrow import schema
from catalog.schema.tables import CRAWL, PARTITION
from support.catalog_files import write_catalog


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of nothing."""
    return write_catalog(tmp_path_factory.mktemp("locked") / "catalog.duckdb", {})


@pytest.fixture
def connection(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(database.connect(path)) as opened:
        yield opened


FORBIDDEN = [
    "create table t as select 1",
    "create table memory.t as select 1",
    "insert into versions values (1)",
    "delete from tags",
    "drop view versions",
    "update internal.making set age = 0",
    "create macro m() as 1",
    "comment on table tags is 'x'",
    "from read_csv('/etc/passwd')",
    "from read_text('/etc/passwd')",
    "from read_blob('/etc/passwd')",
    "from glob('/etc/*')",
    "from sniff_csv('/etc/passwd')",
    "from '/etc/passwd'",
    "from read_parquet('/x.parquet')",
    "from 'http://127.0.0.1:1/x.parquet'",
    "copy tags to '/tmp/catalog-test-must-not-exist.csv'",
    "copy (select 1) to '/dev/stdout'",
    "export database '/tmp/catalog-test-must-not-exist'",
    "import database '/tmp'",
    "attach '/tmp/other.duckdb'",
    "attach 'http://127.0.0.1:1/x.duckdb'",
    "install httpfs",
    "load httpfs",
    "load '/tmp/x.duckdb_extension'",
    "update extensions",
    "set threads = 1",
    "set enable_external_access = true",
    "set global lock_configuration = false",
    "reset enable_external_access",
    "pragma enable_profiling",
    "call enable_logging()",
    "create secret (type s3)",
]


@pytest.mark.one_in(9)
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_catalog_refuses(connection, statement):
    with pytest.raises(duckdb.Error):
        connection.execute(statement).fetchall()


def test_there_is_no_catalog(tmp_path):
    with pytest.raises(NotFound, match=r"catalog\.duckdb: no catalog here; `catalog crawl` makes one$"):
        database.connect(tmp_path / "catalog.duckdb")


GARBAGE = [
    pytest.param(b"not a database", id="text"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"SQLite format 3\0" + bytes(4080), id="another program's database"),
]


@pytest.mark.parametrize("data", GARBAGE)
def test_a_file_that_is_no_catalog_is_named_and_what_to_do(tmp_path, data):
    (tmp_path / "catalog.duckdb").write_bytes(data)
    with pytest.raises(
        NotFound,
        match=r"catalog\.duckdb is not a catalog: expected a catalog\.duckdb, as `catalog build` writes it to the output folder$",
    ):
        database.connect(tmp_path / "catalog.duckdb")


def test_a_damaged_catalog_is_replaced_by_a_build(tmp_path):
    (tmp_path / "catalog.duckdb").write_bytes(bytes(8) + b"DUCK" + bytes(5000))
    with pytest.raises(
        StoreError,
        match=r"(?s)catalog\.duckdb is not a catalog that DuckDB .* can open .*; `catalog build` replaces it$",
    ):
        database.connect(tmp_path / "catalog.duckdb")


# What the catalog says about itself.


@pytest.mark.slow
def test_everything_is_explained(connection):
    silent = connection.execute("select name from relations() where comment is null or comment = ''").fetchall()
    for name, *_ in connection.execute("from relations()").fetchall():
        silent += connection.execute(
            "select $1 || '.' || name from column_comments($1) where coalesce(comment, '') = ''", [name]
        ).fetchall()
    silent += connection.execute(
        "select function_name from duckdb_functions() where schema_name = 'main' and not internal and coalesce(comment, description, '') = ''"
    ).fetchall()
    assert silent == []


def test_columns_that_must_hold_something_are_not_null(connection):
    found = connection.execute(
        "select table_name, column_name, is_nullable from duckdb_columns() "
        "where schema_name = 'main' and table_name in (select name from relations() where kind = 'table')"
    ).fetchall()
    stated = {(table.TABLE, field.name, field.nullable) for table in (*PARTITION, *CRAWL) for field in schema(table)}
    assert set(found) == stated | {("events", "ref", True)}  # which the database derives


def test_no_time_has_a_zone_and_nothing_is_of_type_json(connection):
    types = connection.execute("select distinct data_type from duckdb_columns() where not internal").fetchall()
    assert [name for (name,) in types if "ZONE" in name or "JSON" in name] == []
