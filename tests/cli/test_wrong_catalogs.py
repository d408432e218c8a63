"""A path that is no catalog: every command that reads one ends with the same sentence and exit code."""

from __future__ import annotations

import duckdb
import pytest
from typer.main import get_command

from catalog.cli.app import app

NOT_A_CATALOG = "{} is not a catalog: expected a catalog.duckdb, as `catalog build` writes it to the output folder"


def _foreign(path, database):
    del database
    path.write_text("[[repo]]\nurl = 'https://git.example/acme/churn'\n")


def _empty(path, database):
    del database
    path.touch()


def _folder(path, database):
    del database
    path.mkdir()


def _missing(path, database):
    del path, database


def _other_program(path, database):
    del database
    with duckdb.connect(str(path)) as other:
        other.execute("create table something as select 1")


def _truncated(path, database):
    path.write_bytes(database.read_bytes()[:100_000])


def _future_format(path, database):
    data = bytearray(database.read_bytes())
    data[12:20] = (9999).to_bytes(8, "little")
    path.write_bytes(data)


def _future_catalog(path, database):
    """How it was made stands where it does today; all else has another name."""
    with duckdb.connect(str(path)) as future:
        future.execute(f"attach '{database}' as today (read_only)")
        future.execute("create schema internal")
        future.execute("create table internal.making as from today.internal.making")


PATHS = [
    pytest.param(_foreign, 3, NOT_A_CATALOG, id="a file of another kind"),
    pytest.param(_empty, 3, NOT_A_CATALOG, id="an empty file"),
    pytest.param(_other_program, 3, NOT_A_CATALOG, id="a database of another program"),
    pytest.param(_folder, 3, "{} is a folder without a catalog.duckdb: give the path of a catalog", id="a folder"),
    pytest.param(_missing, 3, "{}: no catalog here; `catalog crawl` makes one", id="nothing"),
    pytest.param(_truncated, 1, "{} is not a catalog that DuckDB ", id="the beginning of a catalog"),
    pytest.param(_future_format, 1, "{} is not a catalog that DuckDB ", id="a database of a future DuckDB"),
    pytest.param(_future_catalog, 1, "{} was made by another version of catalog ", id="a future catalog"),
]
COMMANDS = {
    "search": ["churn"],
    "facets": [],
    "show": ["churn"],
    "queries": ["behind"],
    "mcp": [],
    "stats": [],
    "open": ["churn"],
    "resolve": ["churn"],
    "get": ["churn"],
    "ls": ["models"],
    "history": ["churn"],
    "at": ["now"],
    "diff": [],
    "events": [],
    "metrics": ["churn"],
    "params": ["churn"],
    "compare": ["churn", "churn"],
    "report": ["churn"],
    "experiments": [],
    "lineage": ["churn"],
    "identify": ["1234567"],
    "annotate": ["churn", "--label", "x"],
    "register": ["churn"],
    "assign": ["churn@v1.0.0", "--stage", "prod"],
    "unassign": ["churn#prod"],
    "promote": ["churn", "staging", "prod"],
    "rollback": ["churn#prod"],
    "deregister": ["churn@v1.0.0"],
    "deprecate": ["churn"],
    "status": [],
}


def test_every_command_that_reads_a_catalog_is_tried():
    """But `sql`, which asks a database of any program."""
    commands = get_command(app()).commands
    reading = {name for name, command in commands.items() if "--catalog" in [o for p in command.params for o in p.opts]}
    assert reading - set(COMMANDS) == {"sql"}


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("make", "code", "says"), PATHS)
def test_what_is_no_catalog(run, tmp_path, database, make, code, says):
    make(tmp_path / "path", database)
    found, out, err = run("show", "--catalog", "path")
    assert (found, out, err.startswith(f"catalog: {says.format('path')}")) == (code, "", True)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "code", "says"), PATHS)
def test_every_command_says_so(run, tmp_path, database, make, code, says):
    make(tmp_path / "path", database)
    ends = {name: run(name, "--catalog", "path", *words) for name, words in COMMANDS.items()}
    assert {name: (found, out) for name, (found, out, _) in ends.items()} == dict.fromkeys(COMMANDS, (code, ""))
    assert [err for *_, err in ends.values() if not err.startswith(f"catalog: {says.format('path')}")] == []


@pytest.mark.parametrize("command", [("show",), ("status",)])
def test_a_repos_toml_that_is_named_and_not_there(run, monkeypatch, command):
    """Of the usual name it may be missing: then output/catalog.duckdb is read."""
    monkeypatch.setenv("CATALOG_CONFIG", "nowhere.toml")
    assert run(*command) == (2, "", "catalog: nowhere.toml: no such file; `catalog init` makes one\n")
