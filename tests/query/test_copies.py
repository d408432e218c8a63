"""A fork beside its parent: told of once in every list, feed and page, and by its own name wherever that is asked for."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from catalog.cli import main
from catalog.database import database
from catalog.database.build import build
from catalog.query import Catalog
from sites.build import build as build_site
from support.changes import base
from support.crawling import visited, wish

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """acme/churn; then ann/churn, its fork, which has the artifacts m and n from it, and lab:x of its own. No forge says so."""
    folder, fork = tmp_path_factory.mktemp("forks"), base()
    urls = {"acme/churn": str(base().write(folder / "acme"))}
    visited(wish(folder, urls))
    fork.tag("lab=x@v1.0.0")
    config = wish(folder, {"ann/churn": str(fork.write(folder / "ann")), **urls})
    visited(config)
    build(config)
    build_site(config.output / "catalog.duckdb", config.output / "site", title="Models")
    return config


@pytest.fixture(scope="module")
def catalog(config):
    with Catalog.open(config.output / "catalog.duckdb") as opened:
        yield opened


EVERYWHERE = [("acme/churn", "m"), ("acme/churn", "n"), ("ann/churn", "lab:x")]
LISTS = {
    "artifacts": (lambda catalog, **of: catalog.artifacts(**of), EVERYWHERE),
    "versions": (lambda catalog, **of: catalog.versions(**of), [EVERYWHERE[0], EVERYWHERE[2]]),
    "history": (lambda catalog, **of: catalog.history(**of), [EVERYWHERE[0], EVERYWHERE[2]]),
}


def told(answer):
    return sorted({(row["repo"], row["artifact"]) for row in answer.rows})


@pytest.mark.parametrize(("ask", "expected"), LISTS.values(), ids=LISTS)
def test_lists_over_all_tell_of_it_once(catalog, ask, expected):
    assert told(ask(catalog)) == expected


@pytest.mark.parametrize(("ask", "expected"), LISTS.values(), ids=LISTS)
def test_a_list_of_the_fork_has_all_that_it_has(catalog, ask, expected):
    assert {artifact for _, artifact in told(ask(catalog, repo="ann/churn"))} == {artifact for _, artifact in expected}


def test_a_stage_has_one_holder(catalog):
    assert told(catalog.at("2030-01-01")) == [("acme/churn", "m")]


@pytest.mark.slow
def test_the_fork_s_coming_is_told_without_its_parent_s_models(catalog):
    assert [(row["kind"], row["id"]) for row in catalog.diff().rows] == [
        ("new_repo", "ann/churn"),
        ("new_artifact", "ann/churn:lab:x"),
        ("new_version", "ann/churn:lab:x"),
    ]


def test_scripts_hear_of_every_tag_and_whose_it_is(catalog):
    found = {(row["repo"], row["artifact"], row["copy_of"]) for row in catalog.events().rows}
    assert found == {("acme/churn", "m", None), ("ann/churn", "m", "acme/churn"), ("ann/churn", "lab:x", None)}


def test_the_site_has_a_page_for_each_model_once_and_both_repositories(config):
    pages = sorted(str(file.relative_to(config.output / "site")) for file in (config.output / "site").rglob("*.html"))
    assert [page for page in pages if "churn" in page] == [
        "models/acme~churn/m.html",
        "models/acme~churn/n.html",
        "models/ann~churn/lab~~x.html",
        "repos/acme~churn.html",
        "repos/ann~churn.html",
    ]


def test_feeds_tell_of_it_once(config):
    feed = json.loads((config.output / "site" / "feeds" / "all.json").read_text())
    assert sorted(item["title"] for item in feed["items"]) == [
        "lab:x v1.0.0 registered",
        "m v1.0.0 registered",
        "m v1.1.0 assigned to prod",
        "m v1.1.0 registered",
    ]


@pytest.mark.slow
def test_the_page_of_a_fork_without_anything_of_its_own_leads_to_its_parent(tmp_path):
    config = wish(tmp_path, {name: str(base().write(tmp_path / name)) for name in ("churn", "fork")})
    visited(config)
    build(config)
    build_site(config.output / "catalog.duckdb", config.output / "site", title="Models")
    page = (config.output / "site" / "repos" / "fork.html").read_text()
    assert '<a href="../repos/churn.html">churn</a>, which tells of them.' in page


@pytest.mark.slow
def test_a_name_means_the_parent_s(config, capsys):
    codes = [main(["show", ref, "-o", "ids", "--catalog", str(config.output / "catalog.duckdb")]) for ref in ("m", "ann/churn:m", "x")]  # fmt: skip
    out = capsys.readouterr().out.split()
    assert (codes, sorted({line.partition("@")[0] for line in out})) == (
        [0, 0, 0],
        ["acme/churn:m", "ann/churn:lab:x", "ann/churn:m"],
    )


def test_all_facts_are_there(config):
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        found = connection.execute("select repo, count(*) from events group by repo order by repo").fetchall()
    assert found == [("acme/churn", 3), ("ann/churn", 4)]
