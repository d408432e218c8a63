"""The registry in numbers, and the page of a version."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

from catalog.cli.summary import query_parameters
from catalog.errors import Exit
from catalog.query import Catalog
from catalog.query.lists import MOST_DAYS
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.registry import Event
from support.catalog_files import repository, write_catalog
from support.small_catalog import C1, CHURN, day, event


def test_what_is_counted(ask):
    code, out, _ = ask("stats", "-o", "csv", "--days", "10000")
    counted = {row["measure"]: (row["value"], row["total"]) for row in csv.DictReader(io.StringIO(out))}
    assert code == 0
    assert counted["registered artifacts"] == ("4.0", "")  # old is deprecated
    assert counted["in the stage"] == ("2.0", "4")
    assert counted["in the stage for longer than the days"] == ("0.0", "2")
    assert counted["behind the latest version"] == ("1.0", "2")
    assert counted["in the stage without a metric"] == ("1.0", "2")
    assert counted["promotions in the days"] == ("2.0", "")


def test_of_one_repository_and_another_stage(ask):
    code, out, _ = ask("stats", "-o", "csv", "--repo", "acme/churn", "--stage", "staging", "--days", "1")
    counted = {row["measure"]: (row["value"], row["total"]) for row in csv.DictReader(io.StringIO(out))}
    assert (code, counted["in the stage"], counted["promotions in the days"]) == (0, ("1.0", "1"), ("0.0", ""))
    assert counted["in the stage for longer than the days"] == ("1.0", "1")


def test_each_row_states_its_stage_and_days(ask):
    stated = {
        tuple(row[name] for name in ("stage", "raw_stage", "days"))
        for row in json.loads(ask("stats", "--raw-stage", "production", "--days", "1", "-o", "json")[1])
    }
    assert stated == {("prod", "production", 1)}


def test_the_table_states_its_stage_and_days(ask):
    code, out, _ = ask("stats", "--stage", "staging", "--days", "90")
    lines = [re.split(r"  +", line) for line in out.splitlines()]
    assert (code, lines[3:5], lines[8][0], lines[11][0]) == (
        0,
        [
            ["in staging", "1 of 4", "catalog queries in-stage -p 'stage=staging'"],
            ["in staging for longer than 90 days", "0 of 1", "-"],
        ],
        "promotions in 90 days",
        "median hours from commit to staging, in 90 days",
    )


CHURNS = {"the small catalog": CHURN, "the demo": "demo.example/risk/churn"}
ASKED = [
    pytest.param({}, id="as it is"),
    pytest.param({"days": 1}, id="since yesterday"),
    pytest.param({"days": 10_000}, id="of all days"),
    pytest.param({"stage": "staging", "days": 90}, id="another stage"),
    pytest.param({"raw_stage": "production"}, id="a name of tags"),
    pytest.param({"repo": "{churn}"}, id="one repository"),
]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("of", ["the small catalog", "the demo"])
def test_a_named_query_has_the_rows_that_are_counted(request, database, asked, of):
    file = database if of == "the small catalog" else request.getfixturevalue("demo_folder") / "output"
    asked = {name: CHURNS[of] if value == "{churn}" else value for name, value in asked.items()}
    with Catalog.open(file) as catalog:
        named = [row for row in catalog.stats(**asked) if row["query"]]
        parameters = [query_parameters(row) for row in named]
        rows = [len(catalog.query(row["query"], **given)) for row, given in zip(named, parameters, strict=True)]
    assert rows == [row["value"] for row in named]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({}, ["in-stage", "stale-prod", "behind", "without-owner", "without-metrics", "rollbacks"]),
        ({"stage": "staging"}, ["in-stage", "without-owner", "without-metrics", "rollbacks"]),
        ({"repo": CHURN, "days": 1}, ["rollbacks"]),
    ],
    ids=["of production", "of another stage", "of a part of it"],
)
def test_the_queries_that_are_named(database, asked, named):
    with Catalog.open(database) as catalog:
        assert [row["query"] for row in catalog.stats(**asked) if row["query"]] == named


@pytest.mark.parametrize(("days", "code"), [(MOST_DAYS, 0), (MOST_DAYS + 1, Exit.CONFIG), (0, Exit.CONFIG)])
def test_how_far_to_look_back(ask, days, code):
    assert ask("stats", "--days", str(days))[0] == code


def test_a_stage_that_is_not_there_is_named(ask):
    assert ask("stats", "--stage", "nowhere")[0] == Exit.NOT_FOUND


@pytest.fixture(scope="module")
def with_pages(tmp_path_factory):
    """The repository of churn, on a forge that is known."""
    pages = {"page": "https://github.com/acme/churn", "commit_pages": "https://github.com/acme/churn/commit/"}
    events = [event("churn@v1.0.0", C1, day(2)), event("churn#prod#1", C1, day(3))]
    file = tmp_path_factory.mktemp("pages") / "catalog.duckdb"
    return write_catalog(file, {CHURN: {Event: events}}, {Repo: [repository(CHURN, **pages)]})


PAGE = f"https://github.com/acme/churn/commit/{C1}"


@pytest.mark.slow
def test_the_address_of_the_page_is_printed(run, with_pages):
    assert run("open", "churn#prod", "--print", "--catalog", with_pages) == (0, f"{PAGE}\n", "")


@pytest.mark.slow
def test_a_browser_opens_the_page(with_pages, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    command = [sys.executable, "-m", "catalog", "open", "churn#prod", "--catalog", str(with_pages)]
    said = subprocess.run(
        command, env=os.environ | {"BROWSER": str(browser)}, capture_output=True, text=True, check=True
    )
    assert ((tmp_path / "opened").read_text(), said.stdout, said.stderr) == (f"{PAGE}\n", "", f"opened {PAGE}\n")


def test_a_version_without_a_page(ask):
    code, out, err = ask("open", "acme/churn:churn#prod")
    assert (code, out) == (Exit.NOT_FOUND, "")
    assert f"{CHURN}:churn@v1.0.0 has no page: the forge of https://{CHURN} is not known by its host" in err
