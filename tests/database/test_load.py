"""How partitions are loaded: some repositories at a time, each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from catalog.database import database, load, rebuild
from catalog.database.load import MOST_BYTES
from catalog.database.statements import Statement
from catalog.schema.arrow import schema
from catalog.schema.tables.git import Branch
from catalog.store.partitions import PartitionKey, Store
from database.test_database import TABLES, WHOLE, write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * 500, [500], id="five hundred files"),
        pytest.param([1] * 501, [500, 1], id="one file more"),
        pytest.param([0] * 3, [3], id="a few small files"),
        pytest.param([2 << 20, 1], [2], id="two megabytes, and whatever comes next"),
        pytest.param([(2 << 20) + 1, 1], [1, 1], id="a byte more"),
        pytest.param([1 << 20, (1 << 20) + 1, 1], [2, 1], id="two files that are a byte more together"),
        pytest.param([(2 << 20) + 1, 1, 1, 1], [1, 3], id="each part is measured anew"),
        pytest.param([(2 << 20) + 1, 2 << 20, 1], [1, 2], id="from nothing"),
        pytest.param([(2 << 20) + 1, (2 << 20) + 1, 1], [1, 1, 1], id="and from no less"),
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


def statement(name: str, body: str, parameters: str = "", **more: Any) -> Statement:
    return Statement(name=name, body=body, parameters=parameters, doc="", key=None, notes={}, sources={}, **more)


MODELS = (
    statement("doubled", "2 * a_number", "(a_number)", scalar=True),
    statement("doubles", "select repo, doubled(number) * factor as number from facts, factors", materialized="incremental"),
    statement("shown", "from doubles"),
    statement("same", "a_number", "(a_number)", scalar=True),
    statement("greatest", "select repo, same(max(number)) as number from doubles group by repo", materialized="incremental"),
    statement("of_all", "from nothing_that_a_part_has", "()"),
    statement("total", "select sum(number)::integer as number from main.shown", materialized="full"),
)  # fmt: skip
SHAPE = pa.schema([("repo", pa.string()), ("number", pa.int32())])
FACTS = {"facts": SHAPE, "others": SHAPE}


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that is loaded, of two tables and three materialized views."""
    monkeypatch.setattr(load, "statements", lambda: iter(MODELS))
    with closing(duckdb.connect()) as connection:
        connection.execute("attach ':memory:' as staging")
        connection.execute("use staging")
        connection.execute("create schema materialized")
        connection.execute("create schema internal")
        for name in (*FACTS, "materialized.doubles", "materialized.greatest", "internal.partitions"):
            column = "file varchar" if name == "internal.partitions" else "number integer"
            connection.execute(f"create table {name} (repo varchar, {column})")
        connection.execute("create table materialized.total (number integer)")
        connection.execute("create view main.shown as from materialized.doubles")
        yield connection


def numbers(*rows: tuple[str, int]) -> pa.Table:
    return pa.Table.from_pylist([{"repo": repo, "number": number} for repo, number in rows], SHAPE)


def content(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    names = (*FACTS, "materialized.doubles", "materialized.greatest", "materialized.total", "internal.partitions")
    return {name.rpartition(".")[2]: connection.execute(f"from {name} order by all").fetchall() for name in names}


def test_each_part_is_added_with_what_follows_from_it_and_from_what_all_share(staging):
    parts = [
        {"facts": numbers(("b", 1), ("b", 2)), "others": numbers(("b", 0))},
        {"others": numbers(("c", 9))},
        {"facts": numbers(("a", 3))},
    ]
    load.load_rows(staging, FACTS, parts, {"factors": pa.table({"factor": [10]})})
    load.load_rows(staging, FACTS, [{"facts": numbers(("d", 4))}], {"factors": pa.table({"factor": [100]})})
    assert content(staging) == {
        "facts": [("a", 3), ("b", 1), ("b", 2), ("d", 4)],
        "others": [("b", 0), ("c", 9)],
        "doubles": [("a", 60), ("b", 20), ("b", 40), ("d", 800)],
        "greatest": [("a", 60), ("b", 40), ("d", 800)],
        "total": [],
        "partitions": [],
    }


def test_what_follows_from_all_is_made_anew(staging):
    for number in (1, 2):
        load.load_rows(staging, FACTS, [{"facts": numbers(("a", number))}], {"factors": pa.table({"factor": [1]})})
        load.materialize_full(staging)
    assert content(staging)["total"] == [(6,)]


def test_the_rows_of_some_repositories_go_from_every_table(staging):
    rows = [(repo, 1) for repo in "abcd"]
    load.load_rows(staging, FACTS, [dict.fromkeys(FACTS, numbers(*rows))], {"factors": pa.table({"factor": [1]})})
    staging.execute("insert into internal.partitions select repo, 'f' from facts")
    load.delete_rows(staging, FACTS, {"d", "a", "other"})
    left = [("b", 1), ("c", 1)]
    double = [("b", 2), ("c", 2)]
    files = [("b", "f"), ("c", "f")]
    expected = {"facts": left, "others": left, "doubles": double, "greatest": double, "total": [], "partitions": files}
    assert content(staging) == expected


def test_parts_are_repositories_whose_rows_lie_together_but_for_those_that_cannot_be_read(
    staging, tmp_path, monkeypatch
):
    """In parts of two: at least one has a damaged partition, and of one all are damaged."""
    monkeypatch.setattr(load, "MOST_FILES", 2)
    branch = Branch(branch="main", commit="c", is_default=True)
    store, key = Store(tmp_path), PartitionKey(refs="0", readers="0")
    files = {f"r{number}": store.write(f"r{number}", key, {Branch: [branch]}) for number in range(7)}
    order = [
        repo for (repo,) in staging.execute("select unnest($1) as repo order by hash(repo)", [[*files]]).fetchall()
    ]
    damaged = {order[1], order[4], order[5]}
    for repo in damaged:
        files[repo].write_bytes(files[repo].read_bytes()[:-1])
    told: list[str] = []
    shapes = {Branch.TABLE: schema(Branch)}
    parts = [
        [row["repo"] for name in part for row in part[name].to_pylist()]
        for part in load.load_in_parts(staging, files, shapes, told.append)
    ]
    assert (parts, [sentence.partition(" ")[0] for sentence in told], content(staging)["partitions"]) == (
        [order[:1], order[2:4], [], order[6:]],
        [str(files[repo]) for repo in order if repo in damaged],
        sorted((repo, file.name) for repo, file in files.items() if repo not in damaged),
    )


def test_without_partitions_there_is_no_part(staging):
    assert list(load.load_in_parts(staging, {}, {}, print)) == []


def test_a_model_reads_nothing_of_the_database_that_is_loaded(monkeypatch):
    """Even where a table there has the name of what it reads."""
    model = statement("model", "from others", materialized="incremental")
    monkeypatch.setattr(load, "statements", lambda: iter([model]))
    with closing(duckdb.connect()) as connection:
        connection.execute("attach ':memory:' as staging")
        connection.execute("use staging")
        connection.execute("create table others as select 1 as number")
        with pytest.raises(duckdb.CatalogException, match="others does not exist"):
            load.load_rows(connection, {}, [{}], {})
