"""Pages of results: cursors bring every row once and in order, and are good for one query of one catalog."""

from __future__ import annotations

import shutil
from contextlib import closing

import duckdb
import pytest

from catalog.errors import InvalidArgument
from catalog.query import Catalog
from catalog.query.cursors import cursor_at
from support.small_catalog import small_catalog

QUERIES = ("", "churn", "is:version", "sort:name", "acme OR seg", "chrun")


@pytest.fixture(scope="module")
def catalog():
    with Catalog.open(small_catalog()) as opened:
        yield opened


@pytest.mark.one_in(6)
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("query", QUERIES)
def test_pages_are_the_whole_answer(catalog, query, size):
    whole = catalog.search(query, limit=None)
    rows, cursor = [], None
    while not rows or cursor:
        page = catalog.search(query, limit=size, cursor=cursor)
        assert (page.total, page.begin, page.note) == (whole.total, len(rows), whole.note)
        rows, cursor = rows + page.rows, page.next_cursor
    assert (rows, whole.next_cursor) == (whole.rows, None)


def test_a_cursor_of_the_same_query_written_otherwise_is_good(catalog):
    cursor = catalog.search("churn has:metrics OR acme", limit=1).next_cursor
    assert catalog.search("(churn AND has:metrics)  OR acme", limit=1, cursor=cursor).begin == 1


OTHER = "expected the next_cursor of the same question, and it is of another one"
WRONG = [
    pytest.param("", "expected the next_cursor of an earlier answer", id="nothing"),
    pytest.param("1-x", "expected the next_cursor of an earlier answer", id="no cursor"),
    pytest.param("1-{}-{}".format("0" * 12, "0" * 12), OTHER, id="of another query"),
    pytest.param("{}-{}-{}".format("9" * 16, "0" * 12, "0" * 12), "of an earlier answer", id="too far"),
]


@pytest.mark.parametrize(("cursor", "sentence"), WRONG)
def test_what_is_no_cursor_of_this_query_is_refused(catalog, cursor, sentence):
    with pytest.raises(InvalidArgument, match=sentence):
        catalog.search("", cursor=cursor)


def test_a_cursor_whose_row_was_changed_is_refused(catalog):
    _, _, rest = cursor_at(catalog.sql, "search ", 1).partition("-")
    with pytest.raises(InvalidArgument, match=OTHER):
        catalog.search("", cursor=f"2-{rest}")


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param("update crawls set crawl = crawl + 1", id="a crawl came"),
        pytest.param("update internal.making set recipe = 'x'", id="the vocabulary changed"),
        pytest.param("insert into internal.partitions values ('git.example/new', '1')", id="a repository came"),
    ],
)
def test_a_cursor_of_another_state_of_the_catalog_is_refused(catalog, tmp_path, change):
    cursor = catalog.search("", limit=1).next_cursor
    other = shutil.copyfile(small_catalog(), tmp_path / "catalog.duckdb")
    with closing(duckdb.connect(str(other))) as connection:
        connection.execute(change)
    with Catalog.open(other) as changed, pytest.raises(InvalidArgument, match="which has changed since: ask again"):
        changed.search("", cursor=cursor)
