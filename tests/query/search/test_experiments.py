"""`is:experiment`: experiments by name, message, author, metrics and parameters; never among the results of another query."""

from __future__ import annotations

import pytest

from catalog.query import Catalog
from catalog.query.search.terms import QueryError
from support.small_catalog import CHURN, small_catalog
from support.small_facts import TRIED

BEE, CAT = "eager-bee", "lost-cat"


@pytest.fixture(scope="module")
def catalog():
    with Catalog.open(small_catalog()) as opened:
        yield opened


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("query", "names", "reason"),
    [
        pytest.param("", [CAT, BEE], None, id="all, the newest first"),
        pytest.param("bee", [BEE], ("name", "bee"), id="a word of the name"),
        pytest.param("eagerbee", [BEE], ("name", "eager-bee"), id="the name in one word"),
        pytest.param("eag*", [BEE], ("name", "eag"), id="the beginning of a word"),
        pytest.param('"commit experiment"', [CAT, BEE], ("message", "commit experiment"), id="a phrase of the message"),
        pytest.param('"experiment commit"', [], None, id="a phrase in another order"),
        pytest.param("churn -bee", [CAT], ("repo", "churn"), id="a word of the repository, and not another"),
        pytest.param("cy lost", [CAT], ("name", "lost"), id="a word of the author"),
        pytest.param("bee OR lost", [CAT, BEE], ("name", "lost"), id="one or the other"),
        pytest.param("name:lost-*", [CAT], ("name", "lost-cat"), id="a pattern of the name"),
        pytest.param("author:cy@acme.example", [CAT, BEE], ("author", "Cy"), id="the author's address"),
        pytest.param("repo:churn org:acme host:git.example has:metrics", [BEE], ("repo", CHURN), id="what it has, and where"),
        pytest.param("no:metrics", [CAT], None, id="what it does not have"),
        pytest.param("created:2024-01-10", [BEE], None, id="a day"),
        pytest.param("updated:>2024-01-10", [CAT], None, id="after a day"),
        pytest.param("metric.auc:>0", [BEE], None, id="a metric"),
        pytest.param("metric.auc:<0", [], None, id="a metric that is not so"),
        pytest.param("sort:name", [BEE, CAT], None, id="another order"),
        pytest.param("sort:auc", [BEE, CAT], None, id="the order of a metric, without one last"),
        pytest.param("beee", [], None, id="a typo is not repaired"),
    ],
)  # fmt: skip
def test_what_is_found(catalog, query, names, reason):
    answer = catalog.search(f"is:experiment {query}")
    why = answer.rows[0]["why"] if answer.rows else None
    assert ([row["experiment"] for row in answer.rows], why and (why["field"], why["match"])) == (names, reason)


@pytest.mark.slow
def test_in_any_duckdb_shell_the_same_is_found(catalog):
    for query in ("is:experiment", "is:experiment cy eag*", "is:experiment has:metrics metric.auc:>0 -name:lost-*"):
        keys = ("ref", "commit", "experiment", "score", "matched", "metrics")
        shell = catalog.sql("from search($q)", q=query).rows
        asked = catalog.search(query).rows
        assert [[row[key] for key in keys] for row in shell] == [[row[key] for key in keys] for row in asked] != []


def test_a_reference_is_one_that_show_takes_or_none(catalog):
    refs = {row["experiment"]: row["ref"] for row in catalog.search("is:experiment").rows}
    assert (refs, catalog.show(TRIED).one()["commit"]) == ({BEE: TRIED, CAT: None}, TRIED)


@pytest.mark.parametrize("query", ["bee", "lost", "eager-bee", "is:version bee"])
def test_no_other_query_finds_them(catalog, query):
    assert all(row["experiment"] is None for row in catalog.search(query, limit=None).rows)


def test_facets_count_them(catalog):
    rows = [row for row in catalog.facets("is:experiment").rows if row["field"] in ("author", "has", "repo")]
    counts = {(row["field"], row["value"]): row["count"] for row in rows}
    assert (counts["author", "Cy"], counts["repo", CHURN], counts["has", "metrics"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("stage:prod", "column 15: stage:prod is not about experiments, expected one of author, org, ", id="a field"),
        pytest.param("has:card", "column 15: has:card is not about experiments, expected one of metrics, params", id="a thing"),
        pytest.param("is:stale", "column 15: is:stale is not about experiments, expected one of author, ", id="a state"),
        pytest.param("is:version", "column 15: found is:version beside is:experiment, expected one of them", id="versions"),
        pytest.param("sort:versions", "column 15: sort:versions is not about experiments", id="an order"),
        pytest.param("(a is:experiment OR b)", "is:experiment is about the whole query", id="a part of the query"),
    ],
)  # fmt: skip
def test_what_is_not_about_experiments_is_refused(catalog, query, sentence):
    with pytest.raises(QueryError, match=sentence.replace("(", r"\(")):
        catalog.search(f"is:experiment {query}")
