"""Named questions: those of the package all answer, and a folder adds its own."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.errors import Exit, InvalidArgument, Misuse, NotFound
from catalog.query import Catalog
from catalog.query.cookbook import cookbook
from catalog.query.saved_queries import MOST_BYTES, saved_queries, saved_query

PAGE = Path(__file__).parents[2] / "docs" / "sql.md"
QUERIES = saved_queries(None)
NOTHING_IN_THE_DEMO = {"rewritten-tags"}  # of one crawl


@pytest.fixture(scope="module")
def catalog(demo_folder):
    with Catalog.open(demo_folder / "output") as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_each_answers_with_rows(catalog, name):
    query = QUERIES[name]
    answer = catalog.sql(query.text, **query.filled({}))
    assert (len(answer) > 0) is (name not in NOTHING_IN_THE_DEMO)
    assert query.question.endswith("?")


def test_the_page_is_in_step():
    assert PAGE.read_text("utf-8") == cookbook(), "run: python -m catalog.query.cookbook docs/sql.md"
    assert len(QUERIES) >= 25


@pytest.mark.slow
def test_the_commands_of_the_page_run(demo_folder, capsys):
    for line in re.findall(r"^catalog (queries .*)$", PAGE.read_text("utf-8"), re.MULTILINE):
        assert main([*shlex.split(line), "--catalog", str(demo_folder / "output")]) == 0, line
    capsys.readouterr()


def test_a_folder_adds_questions_and_replaces_some(tmp_path):
    (tmp_path / "mine.sql").write_text("-- Who?\n-- who: Ann B\nselect $who as name\n")
    (tmp_path / "behind.sql").write_text("-- Ours?\nselect 1\n")
    (tmp_path / "notes.txt").write_text("no query")
    queries = saved_queries(tmp_path)
    assert set(queries) - set(QUERIES) == {"mine"}
    assert (queries["mine"].question, queries["mine"].parameters) == ("Who?", {"who": "Ann B"})
    assert (queries["behind"].text, queries["behind"].file) == ("-- Ours?\nselect 1\n", str(tmp_path / "behind.sql"))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        pytest.param("a.sql", b"select $x", "{}/a.sql: $x has no value: expected a line `-- x: VALUE` at the beginning", id="a parameter without a value"),
        pytest.param("A b.sql", b"select 1", "{}/A b.sql: its name is no name of a query: ", id="a name that is none"),
        pytest.param("a.sql", b"\xff", "{}/a.sql: found bytes that are not UTF-8, expected text", id="bytes that are no text"),
        pytest.param("a.sql", b"-" * (MOST_BYTES + 1), "{}/a.sql: has 100,001 bytes, expected at most 100,000", id="a file that is too long"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_query_is_named(tmp_path, name, text, sentence):
    (tmp_path / name).write_bytes(text)
    with pytest.raises(Misuse) as raised:
        saved_queries(tmp_path)
    assert str(raised.value).startswith(sentence.format(tmp_path))


def test_a_file_of_the_longest_length_is_one(tmp_path):
    (tmp_path / "a.sql").write_bytes(b"-" * MOST_BYTES)
    assert "a" in saved_queries(tmp_path)


def test_an_unknown_name_is_answered_with_what_is_near():
    with pytest.raises(NotFound, match=r"no query 'behnd': did you mean behind\?"):
        saved_query("behnd", None)


@pytest.mark.parametrize(("given", "sentence"), [({"stag": "x"}, "invalid parameter 'stag': expected one of stage")])
def test_an_unknown_parameter_is_refused(given, sentence):
    with pytest.raises(InvalidArgument, match=sentence):
        QUERIES["in-stage"].filled(given)


def test_the_command_lists_and_answers(demo_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "mine.sql").write_text("-- Mine?\n-- who: Ann\nselect $who as name\n")
    catalog = ("--catalog", str(demo_folder / "output"))
    assert main(["queries", "-o", "json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["mine"] == {
        "name": "mine",
        "question": "Mine?",
        "parameters": {"who": "Ann"},
        "file": "queries/mine.sql",
    }
    assert main(["queries", "mine", "-p", "who=Bob", "-o", "csv", *catalog]) == 0
    assert capsys.readouterr().out == "name\r\nBob\r\n"
    assert main(["queries", "mine", "--show-sql"]) == 0
    assert capsys.readouterr().out == "-- Mine?\n-- who: Ann\nselect $who as name\n"
    assert main(["queries", "-p", "a=b"]) == Exit.CONFIG
    assert "expected the NAME of a query" in capsys.readouterr().err
