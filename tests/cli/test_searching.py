"""`catalog search` and `catalog facets`: what they print for a person, and how they end."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.cli import finding, main
from catalog.cli.finding import LIMIT, VALUES, joined, term
from catalog.cli.query_arguments import for_typer, sql_for_typer
from catalog.query.answer import Answer
from catalog.query.search.compile import _EVERYTHING
from catalog.query.search.language import parse
from support.small_catalog import CHURN, VISION

TABLE = """\
artifact  stages                       latest  metrics   found in       type  repository
churn     prod v1.0.0, staging v2.0.0  v2.0.0  auc 0.93  name: [churn]  -     git.example/acme/churn
churn     -                            v0.1.0  -         name: [churn]  -     git.example/acme/vision
"""


@pytest.mark.slow
def test_a_table_says_where_it_was_found(ask):
    assert ask("search", "churn") == (0, TABLE, "")


def test_a_limit_says_how_much_there_is(ask):
    code, out, err = ask("search", "-n", "1", "-o", "ids")
    cursor = err.split()[-3]
    assert (code, out.splitlines(), err) == (
        0,
        [f"{VISION}:seg:mask"],
        f"showing 1 of 4; --limit N shows more, --cursor {cursor} what follows\n",
    )


@pytest.mark.parametrize(("size", "said"), [(1, "number 2"), (2, "2 to 3")])
def test_a_cursor_goes_on(ask, size, said):
    first = json.loads(ask("search", "-n", "1", "-o", "json")[1])
    code, out, err = ask("search", "-n", size, "-o", "ids", "--cursor", first[0]["next_cursor"])
    assert (code, len(out.splitlines()), err.partition(";")[0]) == (0, size, f"showing {said} of 4")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "tsv", "md"])
def test_every_structured_format_has_the_cursor(ask, output):
    _, out, err = ask("search", "-n", "1", "-o", output)
    cursor = err.split()[-3]
    assert (out.count(cursor), "next_cursor" in out) == (1, True)


def test_a_cursor_of_another_query_is_refused_in_one_sentence(ask):
    (row,) = json.loads(ask("search", "-n", "1", "-o", "json")[1])
    assert ask("search", "churn", "--cursor", row["next_cursor"]) == (
        2,
        "",
        f"catalog: invalid --cursor '{row['next_cursor']}': expected the next_cursor of the same question, and it is of another one\n",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param(["churn", "stage:production"], [f"{CHURN}:churn"], id="a stage by an alias"),
        pytest.param(["churn", "-has:metrics"], [f"{VISION}:churn"], id="a negation that looks like options"),
        pytest.param(["-org:acme", "-is:registered"], [], id="a negation that begins with -o"),
        pytest.param(["churn", "-name:churn"], [], id="a negation that begins with -n"),
        pytest.param(["is:version", "stage:staging"], [f"{CHURN}:churn@v2.0.0"], id="a version"),
        pytest.param(["is:deprecated"], [f"{VISION}:old"], id="what is deprecated"),
        pytest.param(["mask seg"], [f"{VISION}:seg:mask"], id="words of one argument in any order"),
        pytest.param(["acme", "seg mask"], [f"{VISION}:seg:mask"], id="a phrase without its quotation marks"),
        pytest.param(['"mask seg"'], [], id="a phrase whose words come in another order"),
        pytest.param(["--", "-has:metrics", "churn"], [f"{VISION}:churn"], id="a query behind --"),
    ],
)
def test_ids_are_references(ask, terms, expected):
    code, out, _ = ask("search", "-o", "ids", *terms)
    assert (code, out.splitlines()) == (0, expected)


def test_json_has_every_column(ask):
    code, out, _ = ask("search", "churn", "has:metrics", "-o", "json")
    (row,) = json.loads(out)
    assert (code, list(row), row["ref"], row["stages"], row["why"]) == (
        0,
        [
            "ref", "repo", "artifact", "version", "commit", "type", "description", "labels", "stages", "latest", "metrics",
            "created_at", "updated_at", "score", "matched", "experiment", "note", "why", "next_cursor",
        ],
        f"{CHURN}:churn",
        {"prod": "v1.0.0", "staging": "v2.0.0"},
        {"field": "name", "before": "", "match": "churn", "after": ""},
    )  # fmt: skip


@pytest.mark.one_in(6)
@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "tsv", "md", "ids"])
def test_nothing_found_is_no_error(ask, output):
    code, out, err = ask("search", "type:nothing", "-o", output)
    assert (code, "git.example" in out, err) == (0, False, "nothing has type:nothing\n")


def test_nothing_found_names_what_is_near(ask):
    assert ask("search", "stage:prdo") == (0, "", "nothing found\nnothing has stage:prdo, near: prod\n")


@pytest.mark.parametrize(
    ("query", "note"),
    [
        pytest.param(
            "auc", "auc is a metric: sort:auc orders by it, metric.auc:>NUMBER finds by its value\n", id="a metric"
        ),
        pytest.param(
            "AUC", "AUC is a metric: sort:AUC orders by it, metric.AUC:>NUMBER finds by its value\n", id="in capitals"
        ),
        pytest.param("uc", "", id="an end that is no component"),
        pytest.param("-auc xyzzy", "", id="what is not wanted"),
    ],
)
def test_a_word_that_names_a_metric_is_explained(ask, query, note):
    assert ask("search", "--", query) == (0, "", f"nothing found\n{note}")


def test_a_typo_is_repaired_and_said(ask):
    code, out, err = ask("search", "chrun", "-o", "ids")
    assert (code, set(out.splitlines()), err) == (
        0,
        {f"{CHURN}:churn", f"{VISION}:churn"},
        "nothing for chrun; showing churn\n",
    )


@pytest.mark.slow
def test_parquet_holds_the_columns_of_json(capfdbinary, database, tmp_path):
    assert main(["search", "churn", "-o", "parquet", "--catalog", str(database)]) == 0
    file = tmp_path / "found.parquet"
    file.write_bytes(capfdbinary.readouterr().out)
    assert pq.read_schema(file).names[-3:] == ["note", "why", "next_cursor"]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param(
            "stge:prod",
            "catalog: invalid query, column 1: unknown field 'stge', did you mean stage?; quote it to search for the text\n",
            id="an unknown field",
        ),
        pytest.param("a b)", "catalog: invalid query, column 4: found ) without (\n", id="unbalanced"),
        pytest.param("-", "catalog: invalid query, column 1: expected a word or field right behind -\n", id="- alone"),
        pytest.param(
            "metric.auc:>high",
            "catalog: invalid query, column 13: found 'high', expected a number behind metric.auc:>\n",
            id="a comparison with text",
        ),
    ],
)
def test_a_wrong_query_is_refused_in_one_sentence(ask, query, message):
    assert ask("search", query) == (2, "", message)


def test_a_search_that_is_saved_is_listed_and_answers(ask, run, tmp_path):
    assert run("search", "churn", "-has:metrics", "--save", "unmeasured")[:2] == (0, "queries/unmeasured.search\n")
    assert (tmp_path / "queries" / "unmeasured.search").read_text() == "churn -has:metrics\n"
    assert '"question": "churn -has:metrics"' in run("queries", "-o", "jsonl")[1]
    assert ask("queries", "unmeasured", "-q") == (0, f"{VISION}:churn\n", "")
    assert "internal.search_words" in ask("queries", "unmeasured", "--show-sql")[1]


@pytest.mark.parametrize(("shape", "said"), [(["-n", "1"], True), (["-n", "1", "--sort", "ref"], True), ([], False)])
def test_a_saved_search_shows_all_or_says_how_much(ask, run, shape, said):
    run("search", "churn", "--save", "x")
    code, _, err = ask("queries", "x", *shape)
    assert (code, err) == (0, "the first 1 of 2 rows: --limit\n" if said else "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["a", "--save", "x", "-f"], 0, "", id="-f is an option beside --save"),
        pytest.param(["a", "--save=x"], 2, "catalog: queries/x.search exists: expected another name, or --force\n", id="a name that is taken"),
        pytest.param(["a", "--save", "y", "--explain"], 2, "catalog: --save keeps the query alone: expected no --explain or --cursor beside it\n", id="beside --explain"),
        pytest.param(["a", "--force"], 2, "catalog: --force is about --save: expected --save NAME beside it\n", id="--force alone"),
        pytest.param(["a", "--save", "Y"], 2, "catalog: invalid --save 'Y': expected a name of small letters, digits, - and _, such as churn-in-prod\n", id="no name"),
    ],
)  # fmt: skip
def test_how_saving_ends(run, arguments, code, said):
    run("search", "b", "--save", "x")
    ended, _, err = run("search", *arguments)
    assert (ended, err.endswith(said)) == (code, True)


def test_explain_shows_the_sql_and_its_values(ask):
    code, out, err = ask("search", "o'brien", "--explain")
    assert (code, "from internal.search_words($words)" in out, "'brien'" in out, err) == (0, True, False, "")


def test_facets_count_the_values_of_fields(ask):
    code, out, _ = ask("facets", "churn", "--field", "stage", "-o", "jsonl")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (
        0,
        [{"field": "stage", "value": "prod", "count": 1}, {"field": "stage", "value": "staging", "count": 1}],
    )


@pytest.mark.slow
def test_facets_say_what_was_counted_instead(ask):
    code, out, err = ask("facets", "chrun", "--field", "stage", "-o", "ids")
    assert (code, out, err) == (0, "stage:prod\nstage:staging\n", "nothing for chrun; showing churn\n")


@pytest.mark.slow
def test_facets_say_what_is_near(ask):
    assert ask("facets", "stage:prdo", "-o", "json") == (0, "[]\n", "nothing has stage:prdo, near: prod\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("prod", "label:prod", id="a word"),
        pytest.param("@acme/ml-team", "label:@acme/ml-team", id="a team"),
        pytest.param("to do", 'label:"to do"', id="a space"),
        pytest.param(">5", 'label:">5"', id="what looks like a comparison"),
        pytest.param('5" (new)', 'label:"5* (new)"', id="a quotation mark"),
    ],
)
def test_a_facet_is_a_term_of_a_query(value, expected):
    assert term("label", value) == expected
    found = parse(expected).node
    assert (found.name, found.operator, found.value) == ("label", "=", value.replace('"', "*"))


def test_facets_of_an_unknown_field_are_refused(ask):
    code, out, err = ask("facets", "--field", "colour")
    assert (code, out, err.startswith("catalog: invalid --field 'colour': expected one of stage, type, ")) == (
        2,
        "",
        True,
    )


@pytest.mark.slow
def test_a_table_of_facets_shows_the_commonest_values(ask):
    code, out, _ = ask("facets")
    assert (code, out.splitlines()[0].split()) == (0, ["field", "value", "count"])


@pytest.mark.parametrize(
    ("count", "said"),
    [(VALUES, ""), (VALUES + 1, "type: 10 of 11 values; --field type shows all\n")],
    ids=["as many as a table has", "one more"],
)
def test_a_table_of_facets_shows_so_many_values(capsys, count, said):
    values = tuple(("type", f"t{number}", 1) for number in range(count))
    finding._put_commonest(Answer(columns=("field", "value", "count"), values=values, _arrow=pa.Table.from_pydict))
    out, err = capsys.readouterr()
    assert (len(out.splitlines()), err) == (1 + VALUES, said)


def test_a_search_without_a_limit_has_one(run):
    assert f"[default: {LIMIT}]" in " ".join(run("search", "--help")[1].split())


def test_a_misspelt_command_is_named(run):
    code, _, err = run("serach")
    assert (code, "Did you mean 'search'?" in err) == (2, True)


@pytest.mark.parametrize(
    ("terms", "query"),
    [
        ([], ""),
        (["a b"], "a b"),
        (["a", "b c"], 'a "b c"'),
        (["a", 'label:"b c"'], 'a label:"b c"'),
        (["a", "(b OR c)"], "a (b OR c)"),
    ],
)
def test_arguments_are_one_query(terms, query):
    assert joined(terms) == query


def test_typer_reads_no_term_as_an_option():
    assert for_typer(["a", "-owner:x", "--limit", "5", "-o", "json", "-ojson", "--explain"]) == [
        "--limit", "5", "-o", "json", "-ojson", "--explain", "--", "a", "-owner:x",
    ]  # fmt: skip


@pytest.mark.parametrize("save", [["--save", "x"], ["--save=x"]])
def test_f_is_an_option_beside_save_alone(save):
    assert (for_typer(["a", *save, "-f"]), for_typer(["a", "-f"])) == ([*save, "-f", "--", "a"], ["--", "a", "-f"])


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        pytest.param(["select 1", "-o", "json"], ["select 1", "-o", "json"], id="no comment"),
        pytest.param(["-- a\nselect 1", "-o", "json"], ["-o", "json", "--", "-- a\nselect 1"], id="a comment first"),
        pytest.param(
            ["-o", "json", "--a=b\nselect 1"], ["-o", "json", "--", "--a=b\nselect 1"], id="behind the options"
        ),
        pytest.param(["-p", "--a\nb", "select $x"], ["-p", "--a\nb", "select $x"], id="an option's value"),
        pytest.param(
            ["--parameter=x=a\nb", "select $x"], ["--parameter=x=a\nb", "select $x"], id="an option with its value"
        ),
        pytest.param(
            ["-o", "json", "--", "-- a\nselect 1"], ["-o", "json", "--", "-- a\nselect 1"], id="separated already"
        ),
    ],
)
def test_a_statement_that_begins_with_a_comment_is_no_option(arguments, read):
    assert sql_for_typer(arguments) == read


def test_a_statement_may_begin_with_a_comment(ask):
    assert ask("sql", "-- a comment\nselect 1 as a")[:2] == (0, "a\n1\n")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("limit", [f"{_EVERYTHING}", f"{_EVERYTHING + 1}", "99999999999999999999"])
def test_a_limit_may_be_beyond_every_catalog(ask, limit):
    code, out, err = ask("search", "churn", "-o", "ids", "-n", limit)
    assert (code, len(out.splitlines()), err) == (0, 2, "")


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("sort", "note"),
    [
        pytest.param("auk", "cannot sort by auk: no artifact has such a metric, near: auc\n", id="a metric misspelt"),
        pytest.param(
            "updatd", "cannot sort by updatd: no artifact has such a metric, near: updated\n", id="an order misspelt"
        ),
        pytest.param("auc", "", id="a metric"),
    ],
)
def test_a_sort_by_nothing_is_said(ask, sort, note):
    code, out, err = ask("search", f"churn sort:{sort}", "-o", "ids")
    assert (code, len(out.splitlines()), err) == (0, 2, note)
