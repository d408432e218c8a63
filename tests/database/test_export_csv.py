"""Exported files as CSV: the same rows as Parquet, in the same parts, and nothing that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from catalog.database import database, export
from catalog.database.export_parts import ONE_FILE
from catalog.database.statements import macro, statements
from support.exports import published
from support.small_catalog import small_catalog

ROW = r"""
insert into t values (
    'r', null, '', 'a "quoted", text' || chr(10) || 'of two lines', ['x', null], map {'k': 'a@b.example'}, {'n': 1, 't': timestamp '2024-06-01 12:00:00'},
    timestamptz '2024-06-01 12:00:00Z', true, 0.1, '\xFF\x00'::blob
)
"""
TABLE = """
create table t (
    repo varchar, nothing varchar, empty varchar, words varchar, list varchar[], map map(varchar, varchar), struct struct(n integer, t timestamp), moment timestamptz,
    flag boolean, number double, bytes blob
)
"""


@pytest.fixture
def catalog() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        (relations,) = (each for each in statements() if each.name == "relations")
        connection.execute(macro(relations))
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"{TABLE}; comment on table t is 'Things.'")
        yield connection


def text(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode()


def index(folder: Path) -> dict[str, dict[str, object]]:
    return {table["name"]: table for table in json.loads((folder / "catalog.json").read_text())["tables"]}


def test_a_row_of_every_kind(catalog, tmp_path):
    catalog.execute(ROW)
    export.write(catalog, tmp_path, csv=True)
    assert text(tmp_path / "t.csv.gz") == (
        '"repo","nothing","empty","words","list","map","struct","moment","flag","number","bytes"\n'
        '"r",,"","a ""quoted"", text\nof two lines","[""x"", null]","{""k"": ""[e-mail hidden]""}",'
        '"{""n"": 1, ""t"": ""2024-06-01 12:00:00""}","2024-06-01T12:00:00Z",true,0.1,"ff00"\n'
    )


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("+x", "'+x"), ("-x", "'-x"), ("\tx", "'\tx"), ("-1.5e3", "-1.5e3"), ("x=1", "x=1"), ("", "")],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_is_text(catalog, tmp_path, cell, shown):
    catalog.execute("insert into t (repo, words) values ('r', ?)", [cell])
    export.write(catalog, tmp_path, csv=True)
    (row,) = csv.DictReader(text(tmp_path / "t.csv.gz").splitlines())
    assert row["words"] == shown


def test_the_index_states_each_file_in_both_formats(catalog, tmp_path):
    catalog.execute(f"insert into t (repo, number) select 'r' || i % 97, i from range({ONE_FILE + 1}) s(i)")
    export.write(catalog, tmp_path, csv=True)
    table = index(tmp_path)["t"]
    stems = [[file["path"].partition(".")[0] for file in table[kind]] for kind in ("files", "csv")]
    stated = {file["path"]: (file["bytes"], file["sha256"]) for kind in ("files", "csv") for file in table[kind]}
    found = {path: (len(data), sha256(data).hexdigest()) for path, data in published(tmp_path).items()}
    rows = [len(text(tmp_path / file["path"]).splitlines()) - 1 for file in table["csv"]]
    assert (stems[0] == stems[1], len(stems[0]), stated) == (
        True,
        8,
        {p: found[p] for p in found if p != "catalog.json"},
    )
    assert rows == [file["rows"] for file in table["csv"]] == [file["rows"] for file in table["files"]]


def test_only_parts_whose_rows_changed_are_made(catalog, tmp_path):
    catalog.execute(f"insert into t (repo, number) select 'r' || i % 97, i from range({ONE_FILE + 1}) s(i)")
    export.write(catalog, tmp_path / "data", csv=True)
    before = {file: file.stat().st_ino for file in (tmp_path / "data").rglob("*.*z")}
    catalog.execute("update t set number = -1 where number = 0")
    assert export.write(catalog, tmp_path / "data", csv=True).changed == 1
    export.write(catalog, tmp_path / "anew", csv=True)
    assert sum(file.stat().st_ino != inode for file, inode in before.items()) == 1
    assert published(tmp_path / "data") == published(tmp_path / "anew")


def test_one_that_was_edited_is_made_again_and_it_goes_when_it_is_not_wanted(catalog, tmp_path, caplog):
    export.write(catalog, tmp_path, csv=True)
    whole = published(tmp_path)
    (tmp_path / "t.csv.gz").write_bytes(b"mine")
    assert (export.write(catalog, tmp_path, csv=True).changed, published(tmp_path)) == (1, whole)
    assert caplog.messages == [f"{tmp_path}: not as it was built, and made again: t.csv.gz"]
    export.write(catalog, tmp_path)
    assert (sorted(published(tmp_path)), "csv" in index(tmp_path)["t"]) == (["catalog.json", "t.parquet"], False)


@pytest.mark.slow
def test_every_table_and_view_of_a_catalog_has_its_rows_as_csv(tmp_path):
    with closing(database.connect(small_catalog())) as connection:
        export.write(connection, tmp_path, csv=True)
    wrong = []
    for name, table in index(tmp_path).items():
        rows = [
            row for file in table["csv"] for row in csv.reader(text(tmp_path / file["path"]).splitlines(keepends=True))
        ]
        parquet = [pq.read_metadata(tmp_path / file["path"]) for file in table["files"]]
        expected = ([column["name"] for column in table["columns"]], sum(each.num_rows for each in parquet))
        if (rows[0], len(rows) - len(table["csv"])) != expected:
            wrong.append(name)
    assert wrong == []
