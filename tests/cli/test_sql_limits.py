"""Bounds of `catalog sql`: rows, memory, and a time that holds inside one function of DuckDB, too."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from contextlib import closing
from time import monotonic

import pytest

from catalog.cli.sql_limits import GRACE, OWN, bounded_process, memory_size
from catalog.database.database import FOR_ALL, FOR_ONE, FOR_PART, MAX_SPILL, connect
from catalog.errors import Exit, Misuse
from catalog.query import Catalog
from catalog.query.answer import SqlError
from catalog.query.arguments import MIN_MEMORY

ENDLESS = "select levenshtein(repeat('a', 300000), repeat('b', 300000))"  # DuckDB hears of no interruption meanwhile


@pytest.mark.parametrize("column", ["i", "now()", "interval '1' month"])
def test_an_answer_has_so_many_rows(ask, column):
    query = f"select {column} as value from range(3) t(i)"
    assert len(json.loads(ask("sql", query, "--max-rows", "3", "-o", "json")[1])) == 3
    assert ask("sql", query, "--max-rows", "2") == (
        2,
        "",
        "catalog: the answer has more than 2 rows, the limit max_rows\n",
    )


def test_a_query_without_an_end_ends_with_its_rows(ask):
    began = monotonic()
    assert ask("sql", "from range(100000000000)", "--max-rows", "1000")[0] == Exit.CONFIG
    assert monotonic() - began < 60


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("select repeat('x', 1000000000)", id="one long value"),
        pytest.param("select list(i) from range(1000000000) t(i)", id="one long list"),
        pytest.param("select repeat('x', 1000000) from range(1000) t(i)", id="many values"),
    ],
)
def test_an_answer_needs_so_much_memory(ask, query):
    code, out, err = ask("sql", query, "--max-memory", "256 MiB", "-o", "csv")
    assert (code, out) == (Exit.CONFIG, "")
    assert "max_memory" in err or "max-memory" in err
    assert ask("sql", "select repeat('x', 1000000) as x", "--max-memory", "256 MiB", "-o", "csv")[0] == 0


def test_the_bound_of_the_process_ends_with_the_query():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounded_process(60, 1 << 30):
        assert OWN + (1 << 30) < resource.getrlimit(resource.RLIMIT_DATA)[0] < OWN + (8 << 30)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@pytest.mark.slow
def test_a_query_that_hangs_inside_one_function_is_ended_with_its_process(database):
    command = [sys.executable, "-m", "catalog", "sql", ENDLESS, "--timeout", "0.2", "--catalog", str(database)]
    began = monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "catalog: no answer after 0.2 seconds\n")
    assert monotonic() - began > GRACE


def test_what_python_asks_has_the_same_bounds(database):
    with Catalog.open(database, max_rows=2) as catalog:
        assert len(catalog.sql("from range(2)").rows) == 2
        with pytest.raises(SqlError, match="more than 2 rows, the limit max_rows"):
            catalog.sql("from range(3)")
        assert len(catalog.artifacts().rows) > 2  # a question of ours is bounded by the catalog


@pytest.mark.parametrize(("memory", "shown"), [(FOR_ONE, "4.0 GiB"), (FOR_ALL, "512.0 MiB"), (FOR_PART, "192.0 MiB")])
def test_duckdb_holds_so_much(database, memory, shown):
    with closing(connect(database, max_memory=memory)) as connection:
        assert connection.execute("select current_setting('memory_limit')").fetchall() == [(shown,)]
    with Catalog.open(database, max_memory=memory) as catalog:
        assert catalog.sql("select current_setting('memory_limit') as size").rows == [{"size": shown}]


def test_duckdb_has_so_many_threads(database):
    with closing(connect(database, threads=1)) as connection:
        assert connection.execute("select current_setting('threads')").fetchall() == [(1,)]


def test_the_disk_has_a_bound_too(database):
    with Catalog.open(database) as catalog:
        (setting,) = catalog.sql("select current_setting('max_temp_directory_size') as size").rows
    assert (MAX_SPILL, setting["size"]) == ("8GB", "7.4 GiB")


@pytest.mark.parametrize(
    ("text", "size"),
    [("512 MiB", 512 << 20), ("1GiB", 1 << 30), ("67108864", 64 << 20), ("64 MiB", MIN_MEMORY), ("1024 GiB", 1 << 40)],
)
def test_a_size(text, size):
    assert memory_size(text) == size


@pytest.mark.parametrize(
    "text", ["0", "-1", "much", "1.5 GiB", "1025 GiB", "", pytest.param("9" * 5_000, id="5,000 digits")]
)
def test_no_size(text):
    with pytest.raises(Misuse, match=r"invalid max_memory .*: expected a number of bytes, or a size"):
        memory_size(text)


@pytest.mark.parametrize("text", ["1", "65535 KiB", "67108863"])
def test_too_little_memory_for_any_answer(ask, text):
    assert ask("sql", "select 1", "--max-memory", text) == (
        2,
        "",
        f"catalog: invalid --max-memory '{text}': expected at least 64 MiB\n",
    )


@pytest.mark.parametrize(("name", "least"), [("max_rows", 1), ("max_memory", MIN_MEMORY)])
def test_a_bound_is_at_least_so_much(name, least, database):
    for wrong in (least - 1, 0, -1, "1", 1.5):
        message = f"invalid {name} {wrong!r}: expected a whole number of at least {least:,} or None"
        with pytest.raises(Misuse, match=f"^{re.escape(message)}$"):
            Catalog.open(database, **{name: wrong})
    with Catalog.open(database, **{name: least}) as catalog:
        assert catalog.sql("select 1 as one").rows == [{"one": 1}]
