"""Parameters of named queries: names as everywhere, numbers and times checked, in Python and on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from catalog.cli import main
from catalog.errors import Ambiguous, Exit, InvalidArgument, NotFound
from catalog.query import Catalog
from catalog.query.lists import MOST_DAYS
from catalog.query.query_parameters import INT32, INT64

CHURN = "demo.example/risk/churn:churn"


@pytest.fixture(scope="module")
def catalog(demo_folder):
    with Catalog.open(demo_folder / "output") as opened:
        yield opened


def _echo(folder, name, default, cast=""):
    folder.mkdir(exist_ok=True)
    (folder / "echo.sql").write_text(f"-- What is it?\n-- {name}: {default}\nselect ${name}{cast} as value\n")
    return folder


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        pytest.param("stage", "production", "prod", id="a stage by a name of repos.toml"),
        pytest.param("raw_stage", "production", "production", id="a stage as tags spell it"),
        pytest.param("type", "dataset", "dataset", id="a type"),
        pytest.param("repo", "risk/churn", "demo.example/risk/churn", id="the end of a repository's name"),
        pytest.param("ref", "churn", CHURN, id="an artifact"),
        pytest.param("ref", "churn#production", f"{CHURN}@v3.4.0", id="a version in a stage"),
        pytest.param("dataset", "churn@v3.4.0", f"{CHURN}@v3.4.0", id="a version"),
        pytest.param("artifact", "risk/churn:churn", "churn", id="an artifact, as the column has it"),
        pytest.param("owner", "search/ranking", "@search/ranking", id="an owner without @"),
        pytest.param("owner", "@Search/Ranking", "@search/ranking", id="an owner in other letters"),
        pytest.param("author", "ana ferreira", "Ana Ferreira", id="a person in other letters"),
        pytest.param("metric", "auc", "auc", id="a metric"),
        pytest.param("who", "Ana", "Ana", id="any other name"),
    ],
)  # fmt: skip
def test_a_name_is_resolved(catalog, tmp_path, name, given, value):
    assert catalog.query("echo", _echo(tmp_path, name, "x"), **{name: given}).values == ((value,),)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        pytest.param("stage", "prdo", "no stage 'prdo' in {}; did you mean prod?", id="a stage"),
        pytest.param("raw_stage", "prdo", "no tag in {} has the stage 'prdo'; did you mean prod?", id="a stage of tags"),
        pytest.param("type", "modle", "no type 'modle' in {}; did you mean model?", id="a type"),
        pytest.param("repo", "risk/chrun", "no repository 'risk/chrun' in {}; did you mean demo.example/risk/churn?", id="a repository"),
        pytest.param("ref", "chrun", "no artifact 'chrun' in {}; near: churn", id="an artifact"),
        pytest.param("ref", "churn@v99", f"{CHURN} has no version 'v99', expected one of ", id="a version"),
        pytest.param("ref", "churn#none", f"no version of {CHURN} is in stage 'none', expected one of prod, ", id="what is in no such stage"),
        pytest.param("artifact", "chrun", "no artifact 'chrun' in {}; near: churn", id="an artifact's name"),
        pytest.param("owner", "search/rnking", "no owner 'search/rnking' in {}; did you mean @search/ranking?", id="an owner"),
        pytest.param("author", "Ana Fereira", "no author 'Ana Fereira' in {}; did you mean Ana Ferreira?", id="a person"),
        pytest.param("metric", "acu", "no metric 'acu' in {}; did you mean auc?", id="a metric"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_answered_with_what_is_near(catalog, demo_folder, tmp_path, name, given, sentence):
    with pytest.raises(NotFound) as raised:
        catalog.query("echo", _echo(tmp_path, name, "x"), **{name: given})
    assert str(raised.value).startswith(sentence.format(demo_folder / "output" / "catalog.duckdb"))


def test_an_unknown_default_is_named_as_that(catalog, tmp_path):
    with pytest.raises(NotFound, match=r"did you mean prod\?; stage=prdo is the default of this query"):
        catalog.query("echo", _echo(tmp_path, "stage", "prdo"))


@pytest.mark.parametrize("name", ["ref", "artifact"])
def test_a_name_of_several_is_ambiguous(catalog, tmp_path, name):
    with pytest.raises(Ambiguous, match="'model' names 8 artifacts, expected one") as raised:
        catalog.query("echo", _echo(tmp_path, name, "x"), **{name: "model"})
    assert raised.value.candidates[0] == "demo.example/labs/broken:aliases:model"


@pytest.mark.parametrize(
    ("name", "cast", "given", "expected"),
    [
        ("days", "::int", "abc", f"a whole number from 0 to {MOST_DAYS:,}"),
        ("days", "::int", "", f"a whole number from 0 to {MOST_DAYS:,}"),
        ("days", "::int", "1.5", f"a whole number from 0 to {MOST_DAYS:,}"),
        ("days", "::int", str(MOST_DAYS + 1), f"a whole number from 0 to {MOST_DAYS:,}"),
        ("days", "::int", "-1", f"a whole number from 0 to {MOST_DAYS:,}"),
        ("most", "::int", str(INT32), "a whole number from -2,147,483,648 to 2,147,483,647"),
        ("most", "::bigint", str(INT64), "a whole number from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807"),
        ("most", "::bigint", "9" * 5000, "a whole number from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807"),
        ("least", "::double", "abc", "a number"),
        ("day", "::timestamp", "abc", "now, yesterday, 7d "),
    ],
)
def test_what_is_no_number_or_time_is_one_sentence(catalog, tmp_path, name, cast, given, expected):
    with pytest.raises(InvalidArgument) as raised:
        catalog.query("echo", _echo(tmp_path, name, "1", cast), **{name: given})
    assert str(raised.value).startswith(f"invalid parameter {name} {given!r}: expected {expected}")


@pytest.mark.parametrize(
    ("name", "cast", "given", "value"),
    [
        ("days", "::int", MOST_DAYS, MOST_DAYS),
        ("most", "::int", str(INT32 - 1), INT32 - 1),
        ("most", "::bigint", str(-INT64), -INT64),
        ("least", "::double", 0.5, 0.5),
        ("day", "::timestamp", "2026-03", datetime(2026, 3, 31, 23, 59, 59, 999999, UTC)),
        ("day", "::timestamp", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("day", "::date", date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_numbers_and_times_are_read(catalog, tmp_path, name, cast, given, value):
    assert catalog.query("echo", _echo(tmp_path, name, "1", cast), **{name: given}).values == ((value,),)


@pytest.mark.parametrize(
    ("query", "given", "note"),
    [
        ("in-stage-then", {"day": "1999-01"}, "the first registry tag in this catalog is of 2022-06-20 16:30:00 UTC"),
        ("newest-versions", {"days": 0}, "days are counted back from the last crawl, which began at "),
        ("rewritten-tags", {}, "this catalog's memory begins with crawl 1, "),
    ],
)
def test_nothing_found_says_why(catalog, query, given, note):
    answer = catalog.query(query, **given)
    assert (answer.values, str(answer.note)[: len(note)]) == ((), note)


def test_the_queries_of_a_folder_are_listed_and_answered(catalog, tmp_path):
    (tmp_path / "mine.search").write_text("churn stage:prod\n")
    assert "mine" in {row["name"] for row in catalog.queries(tmp_path)}
    assert catalog.query("mine", tmp_path).values == catalog.search("churn stage:prod", limit=None).values


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("stage=prdo", Exit.NOT_FOUND, "; did you mean prod?\n"),
        ("stag=prod", Exit.CONFIG, "catalog: invalid --parameter 'stag': expected one of stage\n"),
    ],
)
def test_the_command_says_the_same(demo_folder, capsys, words, code, sentence):
    assert main(["queries", "in-stage", "-p", words, "--catalog", str(demo_folder / "output")]) == code
    assert capsys.readouterr().err.endswith(sentence)


def test_the_command_takes_every_name_of_a_stage(demo_folder, capsys):
    shown = []
    for stage in ("prod", "production", "live"):
        assert main(["queries", "in-stage", "-p", f"stage={stage}", "--catalog", str(demo_folder / "output")]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] == shown[2] != ""
