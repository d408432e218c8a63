"""The database to publish: the rows of the catalog, without e-mail addresses, named by its bytes."""

from __future__ import annotations

import json
import re
from contextlib import closing
from hashlib import sha256

import pytest

from catalog.database import database, export
from catalog.database.shapes import all_shapes
from catalog.privacy.emails import hide, masked
from catalog.query import Catalog
from support.small_catalog import small_catalog

pytestmark = pytest.mark.slow


def exported(folder, mask=hide):
    """The database that the small catalog's export has, by its entry in the index."""
    with closing(database.connect(small_catalog())) as connection:
        export.write(connection, folder, mask, shapes=all_shapes())
    return folder / json.loads((folder / "catalog.json").read_text())["database"]["path"]


def test_it_has_the_rows_of_the_catalog_without_addresses(tmp_path):
    with Catalog.open(exported(tmp_path)) as found, Catalog.open(small_catalog()) as whole:
        for (relation,) in whole.sql("select name from relations()").values:
            rows = [tuple(masked(cell, hide) for cell in row) for row in whole.sql(f'from "{relation}"').values]
            assert sorted(map(repr, found.sql(f'from "{relation}"').values)) == sorted(map(repr, rows)), relation


OBJECTS = (
    "select table_name, column_name, data_type, comment from duckdb_columns() where database_name = current_database() and not internal",
    "select schema_name, view_name, sql, comment from duckdb_views() where database_name = current_database() and not internal",
    "select schema_name, function_name, function_type, parameters, macro_definition, comment from duckdb_functions() where database_name = current_database() and not internal",
    "select schema_name, table_name, sql, comment from duckdb_tables() where database_name = current_database() and not internal",
)


@pytest.mark.parametrize("question", OBJECTS, ids=["columns", "views", "macros", "tables"])
def test_it_has_the_definitions_of_the_catalog(tmp_path, question):
    with Catalog.open(exported(tmp_path)) as found, Catalog.open(small_catalog()) as whole:
        expected = definitions(whole, question)
        assert (definitions(found, question), len(expected) > 20) == (expected, True)


def definitions(catalog, question):
    """What a catalog says of its objects; DuckDB prints the columns that `exclude` names in any order."""
    texts = (repr(row) for row in catalog.sql(question).values)
    return sorted(
        re.sub(r"EXCLUDE \(([^)]*)\)", lambda names: str(sorted(names[1].split(", "))), text) for text in texts
    )


def test_it_has_the_fields_of_the_query_language(tmp_path):
    question = "from search_index.fields order by place"
    with Catalog.open(exported(tmp_path)) as found, Catalog.open(small_catalog()) as whole:
        assert found.sql(question).values == whole.sql(question).values != ()


def test_what_a_killed_build_left_is_replaced(tmp_path):
    (tmp_path / ".catalog.duckdb.new").write_bytes(b"half of it")
    with Catalog.open(exported(tmp_path)) as found:
        assert found.search("churn").values != ()
    assert list(tmp_path.glob(".catalog*")) == []


@pytest.mark.parametrize(
    ("mask", "holds"), [pytest.param(hide, False, id="hidden"), pytest.param(str, True, id="shown")]
)
def test_no_byte_of_it_is_of_an_address_that_is_hidden(tmp_path, mask, holds):
    assert (b"ann@acme.example" in exported(tmp_path, mask).read_bytes()) is holds


def test_the_index_states_its_bytes(tmp_path):
    file = exported(tmp_path)
    data, entry = file.read_bytes(), json.loads((tmp_path / "catalog.json").read_text())["database"]
    assert entry == {"path": file.name, "bytes": len(data), "sha256": sha256(data).hexdigest()}
    assert re.fullmatch(f"catalog.{entry['sha256'][:16]}.duckdb", file.name)


def test_the_same_rows_leave_it_alone_and_others_replace_it(tmp_path):
    first = exported(tmp_path)
    made = first.stat().st_mtime_ns
    again = exported(tmp_path)
    assert (again, again.stat().st_mtime_ns) == (first, made)
    other = exported(tmp_path, str)
    assert (list(tmp_path.glob("*.duckdb")), other != first) == ([other], True)


def test_what_it_finds_is_what_the_catalog_finds(tmp_path):
    with Catalog.open(exported(tmp_path)) as found, Catalog.open(small_catalog()) as whole:
        assert found.search("churn").values == whole.search("churn").values != ()


def test_without_a_wish_for_it_there_is_none(tmp_path):
    exported(tmp_path)
    with closing(database.connect(small_catalog())) as connection:
        export.write(connection, tmp_path)
    assert (list(tmp_path.glob("*.duckdb")), "database" in json.loads((tmp_path / "catalog.json").read_text())) == (
        [],
        False,
    )
