"""What is exported: the rows of every table and view, in files that are written where their rows changed, and nowhere else."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from catalog.database import export, export_files
from catalog.database.export_parts import ONE_FILE, PART_ROWS
from catalog.database.export_slots import SLOT, SLOTS
from catalog.database.statements import macro, named, statements
from catalog.errors import StoreError
from catalog.privacy.emails import hide
from support.exports import published

TABLE = "create table t (repo varchar, x bigint, who varchar)"
REPOS = 97  # of which the rows of `many` are


@pytest.fixture
def catalog() -> Iterable[duckdb.DuckDBPyConnection]:
    """A catalog of one table without rows."""
    with duckdb.connect() as connection:
        (relations,) = (each for each in statements() if each.name == "relations")
        connection.execute(macro(relations))
        connection.execute(TABLE)
        connection.execute("comment on table t is 'Things.'; comment on column t.repo is 'Whose.'")
        yield connection


def many(catalog: duckdb.DuckDBPyConnection, rows: int) -> None:
    catalog.execute("delete from t")
    catalog.execute(f"insert into t select 'r' || i % {REPOS}, i, 'a@b.example' from range({rows}) s(i)")


def index(folder: Path) -> dict[str, dict[str, object]]:
    return {table["name"]: table for table in json.loads((folder / "catalog.json").read_text())["tables"]}


def paths(folder: Path) -> list[str]:
    return [file["path"] for file in index(folder)["t"]["files"]]


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("rows", "files"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(ONE_FILE, 1, id="as many as a file may have"),
        pytest.param(ONE_FILE + 1, 8, id="one more: halves of halves, until a part has few enough"),
        pytest.param(8 * PART_ROWS, 8, id="as many as the parts may have"),
        pytest.param(8 * PART_ROWS + 1, 16, id="one more than they may have"),
    ],
)
def test_a_table_of_many_rows_is_divided_by_repository(catalog, tmp_path, rows, files):
    many(catalog, rows)
    assert export.write(catalog, tmp_path).changed == len(paths(tmp_path)) == files
    found = catalog.execute(
        "select * from read_parquet(?) order by all", [[str(tmp_path / p) for p in paths(tmp_path)]]
    )
    assert found.fetchall() == catalog.execute("select repo, x, '[e-mail hidden]' from t order by all").fetchall()


@pytest.mark.slow
def test_there_are_no_more_parts_than_slots(catalog, tmp_path):
    rows = SLOTS * PART_ROWS + 1
    catalog.execute(f"insert into t select 'r' || i % 5000, i, '' from range({rows}) s(i)")
    export.write(catalog, tmp_path)
    assert (len(paths(tmp_path)), index(tmp_path)["t"]["rows"]) == (SLOTS, rows)


def test_a_table_that_belongs_to_no_repositories_is_one_file(catalog, tmp_path):
    catalog.execute(
        f"drop table t; create table t as select i as x from range({ONE_FILE + 1}) s(i); comment on table t is ''"
    )
    export.write(catalog, tmp_path)
    assert paths(tmp_path) == ["t.parquet"]


def test_the_index_agrees_with_the_files(catalog, tmp_path):
    many(catalog, ONE_FILE + 1)
    catalog.execute("create view v as from t where x < 3; comment on view v is 'Few things.'")
    export.write(catalog, tmp_path)
    listed = {file["path"]: file for table in index(tmp_path).values() for file in table["files"]}
    found = {path: data for path, data in published(tmp_path).items() if path != "catalog.json"}
    assert {path: (file["bytes"], file["sha256"]) for path, file in listed.items()} == {
        path: (len(data), sha256(data).hexdigest()) for path, data in found.items()
    }
    assert [listed[path]["rows"] for path in listed] == [pq.read_metadata(tmp_path / path).num_rows for path in listed]
    assert {name: (table["kind"], table["rows"]) for name, table in index(tmp_path).items()} == {
        "t": ("table", ONE_FILE + 1),
        "v": ("view", 3),
    }
    assert index(tmp_path)["t"]["columns"][0] == {"name": "repo", "type": "VARCHAR", "comment": "Whose."}


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("change", "made"),
    [
        pytest.param("select 1", 0, id="nothing"),
        pytest.param("update t set x = -1 where x = 0", 1, id="a cell"),
        pytest.param("delete from t where x = 0", 1, id="a row less"),
        pytest.param("insert into t from t where x = 0", 1, id="a row that is there already"),
        pytest.param("delete from t where repo = 'r1'", 1, id="a repository"),
        pytest.param("comment on column t.x is 'How many.'", 8, id="a sentence: it is in every file"),
        pytest.param("alter table t alter x type hugeint", 8, id="a type"),
    ],
)
def test_only_files_whose_rows_changed_are_made(catalog, tmp_path, change, made):
    many(catalog, ONE_FILE + 10)
    export.write(catalog, tmp_path / "data")
    catalog.execute(change)
    assert export.write(catalog, tmp_path / "data").changed == made
    export.write(catalog, tmp_path / "anew")
    assert published(tmp_path / "data") == published(tmp_path / "anew")


@pytest.mark.slow
def test_another_rule_for_addresses_makes_all_files_and_that_is_said(catalog, tmp_path, caplog):
    many(catalog, 3)
    export.write(catalog, tmp_path)
    assert export.write(catalog, tmp_path, str).changed == 1
    assert pq.read_table(tmp_path / "t.parquet")["who"].to_pylist() == ["a@b.example"] * 3
    said = "is of another version, or of another rule for e-mail addresses: all files are made again"
    assert caplog.messages == [f"{tmp_path / export.MANIFEST} {said}"]


def test_other_code_makes_all_files(catalog, tmp_path, monkeypatch):
    export.write(catalog, tmp_path)
    monkeypatch.setattr(export, "SOURCES", export.SOURCES[1:])
    assert export.write(catalog, tmp_path).changed == 1


def loaded(catalog: duckdb.DuckDBPyConnection, rows: int, recipe: str = "recipe", **files: str) -> None:
    """So many rows, of partitions by the names of their repositories, but for those in `files`."""
    many(catalog, rows)
    sql = named("build")
    catalog.execute(
        "create schema if not exists internal; drop table if exists internal.making; drop table if exists internal.partitions"
    )
    for name in ("make_making", "make_partitions"):
        catalog.execute(sql[name])
    catalog.execute(sql["begin"], [recipe, "shape"])
    names = [f"r{number}" for number in range(REPOS)]
    catalog.execute(sql["record_partitions"], [names, [files.get(name, name) for name in names]])


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("files", "recipe", "options", "made"),
    [
        pytest.param({}, "recipe", {}, 0, id="of the same partitions: its rows are not looked at"),
        pytest.param({"r0": "other"}, "recipe", {}, 1, id="of another partition"),
        pytest.param({}, "another", {}, 1, id="by another recipe"),
        pytest.param({}, "recipe", {"check": True}, 1, id="of the same partitions, by a check"),
        pytest.param({}, "recipe", {"single": ()}, 1, id="of a view across repositories"),
    ],
)
def test_rows_are_counted_where_they_may_have_changed(catalog, tmp_path, files, recipe, options, made):
    loaded(catalog, ONE_FILE + 1)
    export.write(catalog, tmp_path, single=["t"])
    loaded(catalog, ONE_FILE + 1, recipe, **files)
    catalog.execute("update t set x = -1 where x = 0")  # a row of r0
    assert export.write(catalog, tmp_path, **{"single": ["t"], **options}).changed == made


@pytest.mark.slow
@pytest.mark.parametrize("rows", [ONE_FILE + 1, 40_000, 5], ids=["as many", "more, in more parts", "few, in one file"])
def test_files_of_rows_that_were_not_counted_are_those_of_an_export_from_nothing(catalog, tmp_path, rows):
    loaded(catalog, ONE_FILE + 1)
    export.write(catalog, tmp_path / "data", single=["t"])
    files = {f"r{number}": str(rows) for number in range(0 if rows != ONE_FILE + 1 else 95, REPOS)}
    loaded(catalog, rows, **files)
    catalog.execute("delete from t where repo = 'r96'")
    for folder in ("data", "anew"):
        export.write(catalog, tmp_path / folder, single=["t"])
    assert published(tmp_path / "data") == published(tmp_path / "anew")


def test_a_slot_is_one_of_those_that_there_are(catalog):
    many(catalog, 5_000)
    assert catalog.execute(f"select min({SLOT}) >= 0, max({SLOT}) < $1 from t", [SLOTS]).fetchall() == [(True, True)]


@pytest.mark.slow
def test_after_any_changes_the_files_are_those_of_an_export_from_nothing(catalog, tmp_path):
    """Also where the table becomes large enough to be divided, and small again."""
    chance = random.Random(5)
    for step, rows in enumerate((5, ONE_FILE + 1, ONE_FILE + 1, 40_000, 40_000, 17_000, 5, 5)):
        many(catalog, rows)
        for repo in chance.sample(range(REPOS), 2):
            catalog.execute("delete from t where repo = $1", [f"r{repo}"])
        export.write(catalog, tmp_path / "data")
        export.write(catalog, tmp_path / str(step))
        assert published(tmp_path / "data") == published(tmp_path / str(step))


def edit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("harm", [Path.unlink, edit], ids=["deleted", "changed"])
def test_a_file_that_somebody_changed_is_made_again_and_named(catalog, tmp_path, caplog, harm):
    many(catalog, ONE_FILE + 1)
    export.write(catalog, tmp_path)
    before, file = published(tmp_path), tmp_path / paths(tmp_path)[3]
    harm(file)
    with caplog.at_level(logging.WARNING):
        assert export.write(catalog, tmp_path).changed == 1
    assert published(tmp_path) == before
    name = file.relative_to(tmp_path).as_posix()
    said = f"{tmp_path}: not as it was built, and made again: {name}"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_copy_with_other_times_is_as_it_was_exported(catalog, tmp_path, caplog):
    many(catalog, ONE_FILE + 1)
    export.write(catalog, tmp_path / "data")
    shutil.copytree(tmp_path / "data", tmp_path / "copy", copy_function=shutil.copyfile)
    for file in (tmp_path / "copy").rglob("*.parquet"):
        os.utime(file, ns=(1, 1))
    with caplog.at_level(logging.WARNING):
        assert export.write(catalog, tmp_path / "copy").changed == 0
    every = {*paths(tmp_path / "copy"), "catalog.json", ".exports.json"}
    assert (caplog.records, export.intact(tmp_path / "copy", every)) == ([], every)


@pytest.mark.parametrize("name", ["t.parquet", "catalog.json"])
def test_a_file_of_the_same_size_is_found_by_its_bytes(catalog, tmp_path, name):
    many(catalog, 3)
    export.write(catalog, tmp_path)
    edit(tmp_path / name)
    assert (export.damaged(tmp_path), name in export.intact(tmp_path, [name])) == ({name}, False)


def test_where_the_manifest_is_damaged_no_file_is_known_to_be_intact(catalog, tmp_path):
    many(catalog, 3)
    export.write(catalog, tmp_path)
    edit(tmp_path / ".exports.json")
    assert (export.damaged(tmp_path), export.intact(tmp_path, ["t.parquet", ".exports.json"])) == (set(), set())


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "text", ["", "{", "00000000 {}", '{"program": 3}'], ids=["empty", "cut", "flipped", "another's"]
)
def test_a_damaged_manifest_costs_an_export_from_nothing(catalog, tmp_path, caplog, text):
    many(catalog, 3)
    export.write(catalog, tmp_path)
    (tmp_path / ".exports.json").write_text(text)
    with caplog.at_level(logging.WARNING):
        assert export.write(catalog, tmp_path).changed == 1
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == ["all files are made again"]
    assert export.write(catalog, tmp_path).changed == 0


def test_files_of_tables_that_are_gone_go_and_nothing_is_left_over(catalog, tmp_path):
    data = tmp_path / "data"
    (data / "t.parquet").mkdir(parents=True)
    for name in (".made.json", "gone.parquet", ".gone.parquet.new", "gone.parquet.aside-1", ".catalog.json.new", "gone/00-0f.parquet",
                 "gone/.10-1f.parquet.new", "mine/notes.txt", "mine.txt"):  # fmt: skip
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_bytes(b"")
    export.write(catalog, data)
    found = {file.relative_to(data).as_posix() for file in data.rglob("*")}
    assert found == {"t.parquet", "catalog.json", ".exports.json", "mine", "mine/notes.txt", "mine.txt"}
    assert (tmp_path / "data-t.parquet.aside-1").is_dir()


def test_a_folder_that_cannot_be_written_is_a_store_error(catalog, tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=r"^cannot write .*data: "):
        export.write(catalog, tmp_path / "data")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many rows as a group has", "one more"])
def test_a_parquet_file_has_groups_of_rows(catalog, tmp_path, monkeypatch, beyond):
    many(catalog, 10)
    monkeypatch.setattr(export_files, "ROWS", 10 - beyond)  # of a real one, a hundred thousand
    export.write(catalog, tmp_path, hide)
    found = pq.read_metadata(tmp_path / "t.parquet")
    groups = [found.row_group(number).num_rows for number in range(found.num_row_groups)]
    assert groups == [10 - beyond] + [1] * beyond


def test_times_of_files_do_not_decide_what_an_export_holds(catalog, tmp_path):
    many(catalog, 3)
    export.write(catalog, tmp_path)
    before = published(tmp_path)
    os.utime(tmp_path / "t.parquet", (1, 1))
    assert (export.write(catalog, tmp_path).changed, published(tmp_path)) == (0, before)
