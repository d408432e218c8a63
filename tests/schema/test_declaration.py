"""Declaring a table: what can be none is refused where it is declared."""

from __future__ import annotations

import duckdb
import pytest

from catalog.schema.record import RESERVED, Record, column, record

EXPECTED = "expected at most 63 of a-z, 0-9 and _, a letter first, and no reserved word of SQL"


def declare(table="runs", *, key=("name",), lives="repository", names=("name",)):
    cells = {name: column("A cell.") for name in names}
    return record(table, key=key, lives=lives)(
        type("Run", (Record,), {"__annotations__": dict.fromkeys(names, str), **cells})
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param({"table": "my runs"}, "invalid name 'my runs' in table 'my runs': " + EXPECTED, id="a name with a space"),
        pytest.param({"table": "Runs"}, "invalid name 'Runs' in table 'Runs': " + EXPECTED, id="a name in upper case"),
        pytest.param({"names": ("name", "_x")}, "invalid name '_x' in table 'runs': " + EXPECTED, id="a column with an underscore first"),
        pytest.param({"table": "table"}, "invalid name 'table' in table 'table': " + EXPECTED, id="a word of SQL"),
        pytest.param({"table": "r" * 64}, f"invalid name '{'r' * 64}' in table '{'r' * 64}': " + EXPECTED, id="64 characters"),
        pytest.param({"key": ("id",)}, "table 'runs' has the key 'id', expected one of name", id="a key that is no column"),
        pytest.param({"names": ("name", "repo")}, "table 'runs' declares the column 'repo', expected none: the store adds it", id="a column that the store adds"),
        pytest.param({"key": ("name", "name")}, "table 'runs' has the key name, name, expected each column once", id="a key that repeats a column"),
        pytest.param({"key": "name"}, "table 'runs' has the key 'name', expected a tuple of columns", id="a key that is a text"),
        pytest.param({"key": (), "lives": "revision", "names": ("commit",)}, "table 'runs' has no key, expected one: only a repository can have a single row", id="of a revision, without a key"),
        pytest.param({"key": (), "names": ()}, "table 'runs' has no column, expected at least one", id="without columns"),
        pytest.param({"lives": "forever"}, "table 'runs' lives 'forever', expected one of repository, revision, content, crawl", id="a lifetime that there is not"),
        pytest.param({"lives": "revision"}, "table 'runs' lives with a revision, expected a column 'commit'", id="of a revision, without its commit"),
        pytest.param({"lives": "content"}, "table 'runs' lives with a content, expected a column 'content'", id="of a content, without its name"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(table, message):
    with pytest.raises(ValueError, match="table") as refused:
        declare(**table)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"lives": "revision", "names": ("name", "commit")},
        {"lives": "crawl", "names": ("name", "repo")},
        {"key": ()},
    ],
    ids=["of a repository", "of a revision", "of the crawl, with repositories", "without a key"],
)
def test_what_is_a_table(table):
    assert declare(**table).TABLE == "runs"


def test_a_name_may_have_63_characters():
    assert declare("r" * 63).TABLE == "r" * 63


def test_the_reserved_words_are_those_of_duckdb():
    rows = (
        duckdb.connect()
        .execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'")
        .fetchall()
    )
    assert {word for (word,) in rows} <= RESERVED
