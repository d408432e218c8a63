"""How partitions are loaded: some repositories at a time, each by itself."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest

from catalog.database import database, load, rebuild
from catalog.database.load import MOST_BYTES
from catalog.database.statements import Statement
from catalog.store.partitions import Store
from database.test_database import TABLES, WHOLE, write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * 500, [500], id="five hundred files"),
        pytest.param([1] * 501, [500, 1], id="one file more"),
        pytest.param([2 << 20, 1], [2], id="two megabytes, and whatever comes next"),
        pytest.param([(2 << 20) + 1, 1], [1, 1], id="a byte more"),
        pytest.param([1 << 20, (1 << 20) + 1, 1], [2, 1], id="two files that are a byte more together"),
        pytest.param([(2 << 20) + 1, 1, 1, 1], [1, 3], id="each part is measured anew"),
    ],
)
def test_how_many_partitions_are_in_memory_at_once(tmp_path, sizes, parts):
    files = {f"r{number:03}": tmp_path / f"r{number:03}" for number in range(len(sizes))}
    for file, size in zip(files.values(), sizes, strict=True):
        with file.open("wb") as out:
            out.truncate(size)
    found = list(load._parts(files))
    assert (MOST_BYTES, [len(part) for part in found], [repo for part in found for repo in part]) == (
        2 << 20,
        parts,
        list(files),
    )


@pytest.mark.slow
def test_what_one_part_has_no_other_sees(tmp_path, monkeypatch):
    """A bound of one repository, since of five hundred even the smallest take long."""
    store = Store(tmp_path / "rows")
    partitions = {f"r{number}": write(store, number, number % 3) for number in range(4)}
    found = []
    for most in (500, 1):
        monkeypatch.setattr(load, "MOST_FILES", most)
        rebuild.rebuild(tmp_path / "catalog.duckdb", TABLES, partitions, WHOLE)
        with closing(database.connect(tmp_path / "catalog.duckdb")) as connection:
            queries = {made.name: f"from {made.name} order by all" for made in load._incremental()}
            found.append({name: connection.execute(query).fetchall() for name, query in queries.items()})
        (tmp_path / "catalog.duckdb").unlink()
    together, alone = found
    assert alone == together


def test_a_model_reads_nothing_of_the_database_that_is_loaded(monkeypatch):
    """Even where a table there has the name of what it reads."""
    facts = dict.fromkeys(("parameters", "doc"), "")
    model = Statement(
        name="model", body="from others", materialized="incremental", key=None, notes={}, sources={}, **facts
    )
    monkeypatch.setattr(load, "statements", lambda: iter([model]))
    with closing(duckdb.connect()) as connection:
        connection.execute("attach ':memory:' as staging")
        connection.execute("use staging")
        connection.execute("create table others as select 1 as number")
        with pytest.raises(duckdb.CatalogException, match="others does not exist"):
            load.load_rows(connection, {}, [{}], {})
