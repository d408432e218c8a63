"""Named questions: those of the package all answer, and a folder adds its own."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.cli import main
from catalog.errors import Exit, InvalidArgument, Misuse, NotFound, StoreError
from catalog.query import Catalog
from catalog.query.cookbook import cookbook
from catalog.query.saved_queries import MOST_BYTES, save_search, saved_queries, saved_query
from catalog.query.search.language import parse

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
    answer = catalog.query(name)
    assert (len(answer) > 0) is (name not in NOTHING_IN_THE_DEMO)
    assert answer.values == catalog.sql(query.text, **query.filled({})).values
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
        pytest.param("A b.sql", b"select 1", "{}/A b.sql: its name is not the name of a query: ", id="a name that is none"),
        pytest.param("a.search", b"-- Ours\n\na )", "{}/a.search: invalid query, column 3: found ) without (", id="a search that is wrong"),
        pytest.param("a.search", b"-- Ours\n", "{}/a.search: found no query, expected one of `catalog search`", id="a search of nothing"),
        pytest.param("A.search", b"a", "{}/A.search: its name is not the name of a query: ", id="a name of a search that is none"),
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


def test_two_files_of_one_name_are_refused(tmp_path):
    (tmp_path / "a.search").write_text("a")
    (tmp_path / "a.sql").write_text("select 1")
    with pytest.raises(Misuse, match=r"a\.sql: .*a\.search has the same name, expected one of the two"):
        saved_queries(tmp_path)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)  # root can list every folder
    with pytest.raises(StoreError, match="cannot be read: Permission denied"):
        saved_queries(tmp_path)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        pytest.param("churn  stage:prod\n", "churn stage:prod", id="the query is the question"),
        pytest.param("-- Churn in production\n-- of ours\nchurn\nstage:prod\n", "Churn in production", id="a comment is it"),
    ],
)  # fmt: skip
def test_a_file_may_have_a_search(tmp_path, text, question):
    (tmp_path / "a.search").write_text(text)
    query = saved_query("a", tmp_path)
    assert (query.question, query.search, query.parameters, query.text.split()) == (
        question,
        True,
        {},
        ["churn", "stage:prod"],
    )


@pytest.mark.parametrize(
    ("name", "text", "force", "sentence"),
    [
        pytest.param("old", "b", False, "{}/old.search exists: expected another name, or --force", id="a name that is taken"),
        pytest.param("table", "b", True, "{}/table.sql exists: expected another name", id="the name of a file in SQL"),
        pytest.param("behind", "b", False, "catalog has a query 'behind': expected another name, or --force", id="a name of ours"),
        pytest.param("../x", "b", False, "invalid save '../x': expected a name of small letters, digits, - and _, ", id="another folder"),
        pytest.param("x", "b )", False, "invalid query, column 3: found ) without (", id="a wrong query"),
        pytest.param("x", " ", False, "expected the QUERY to save, found none", id="no query"),
    ],
)  # fmt: skip
def test_what_is_not_saved_leaves_all_as_it_was(tmp_path, name, text, force, sentence):
    (tmp_path / "old.search").write_text("a\n")
    (tmp_path / "table.sql").write_text("select 1\n")
    with pytest.raises(Misuse) as raised:
        save_search(tmp_path, name, text, force=force)
    assert str(raised.value).startswith(sentence.format(tmp_path))
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "old.search": "a\n",
        "table.sql": "select 1\n",
    }


@pytest.mark.parametrize("name", ["old", "behind", "new"])
def test_what_is_saved_by_force_is_listed(tmp_path, name):
    folder = tmp_path / "queries"
    for text in ("a", "b -c"):
        file = save_search(folder, name, f" {text}\n", force=True)
    assert (file, saved_query(name, folder).text, [each.name for each in folder.iterdir()]) == (
        folder / f"{name}.search",
        "b -c",
        [f"{name}.search"],
    )


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "queries").write_text("")
    with pytest.raises(StoreError, match=f"cannot write to {tmp_path}/queries: "):
        save_search(tmp_path / "queries", "x", "a")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["a", "-b", "c*", '"d e"', "OR", "stage:x", "(f g)", "is:version", "\n", "sort:auc", "é"]),
        min_size=1,
    )
)
def test_a_saved_search_is_the_query_that_was_saved(tmp_path, terms):
    text = " ".join(terms)
    try:
        query = parse(text)
        save_search(tmp_path, "x", text, force=True)
    except Misuse:
        return
    assert parse(saved_query("x", tmp_path).text) == query


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
