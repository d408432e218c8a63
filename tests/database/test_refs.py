"""Every view that speaks of versions has their names, which every command takes; macros that only commands call are not among those of people."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from catalog.database.database import connect
from catalog.database.statements import statements
from catalog.query import Catalog
from support.macro_calls import calls, prepare

ROOT = Path(__file__).parents[2]
VIEWS = [made.name for made in statements() if not made.parameters]
MACROS = [
    made for made in statements() if made.parameters and not made.scalar and not made.name.startswith("internal.")
]
OF_PEOPLE = [made.name for made in statements() if made.parameters and not made.name.startswith("internal.")]
OF_A_VERSION = {"repo", "artifact", "version"}


@pytest.fixture(scope="module")
def demo(demo_folder):
    with Catalog.open(demo_folder / "output") as catalog:
        yield catalog


@pytest.mark.slow
def test_every_view_with_versions_has_their_names(demo):
    columns = {view: {row["name"] for row in demo.sql("from column_comments($view)", view=view).rows} for view in VIEWS}
    of_versions = [view for view in VIEWS if columns[view] >= OF_A_VERSION]
    assert (len(of_versions) > 20, [view for view in of_versions if "ref" not in columns[view]]) == (True, [])


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
def test_what_a_view_has_as_name_means_that_version(view, demo):
    columns = {row["name"] for row in demo.sql("from column_comments($view)", view=view).rows}
    if not columns >= OF_A_VERSION:
        pytest.skip("not about versions")
    rows = demo.sql(f"select distinct ref, repo, artifact, version from {view} order by all").rows
    assert {row["ref"]: row["ref"] and demo.reference(row["ref"]) for row in rows} == {
        row["ref"]: row["version"] and f"{row['repo']}:{row['artifact']}@{row['version']}" for row in rows
    }


@pytest.mark.slow
def test_every_table_with_versions_has_their_names(demo):
    tables = [row["name"] for row in demo.sql("from relations() where kind = 'table'").rows]
    columns = {
        name: {row["name"] for row in demo.sql("from column_comments($name)", name=name).rows} for name in tables
    }
    of_versions = {name for name in tables if columns[name] >= OF_A_VERSION}
    assert of_versions == {"events", "observations"}  # of an observation, `ref` is Git's
    rows = demo.sql("select ref, repo || ':' || artifact || '@' || version as name from events").rows
    assert [row["ref"] for row in rows] == [row["name"] for row in rows]
    assert {row["ref"] is None for row in rows} == {True, False}


@pytest.mark.slow
def test_every_macro_with_versions_has_their_names(demo_folder):
    with closing(connect(demo_folder / "output" / "catalog.duckdb")) as connection:
        prepare(connection)
        asked = {made.name: next(calls(connection, made)) for made in MACROS}
        columns = {
            name: [column for column, *_ in connection.execute(f"describe from {call}", values).fetchall()]
            for name, (call, values) in asked.items()
        }
    with_versions = {name for name in columns if {*columns[name]} >= OF_A_VERSION}
    without_all = {name for name in with_versions if "ref" not in columns[name]}
    assert (
        {"assignments_at", "known_events_at", "stages_at", "stages_known_at", "version_of", "versions_at"}
        - with_versions,
        without_all,
    ) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        "versions_at($t)",
        "assignments_at($t)",
        "stages_at($t)",
        "known_events_at(1)",
        "stages_known_at($t, 1)",
        "version_of('churn#prod')",
    ],
)
def test_the_name_that_a_macro_has_is_that_of_the_version(demo, call):
    given = {"t": datetime(2026, 3, 1)} if "$t" in call else {}  # noqa: DTZ001 - macros take UTC without a zone
    rows = demo.sql(f"select ref, repo || ':' || artifact || '@' || version as name from {call}", **given).rows
    assert ([row["ref"] for row in rows], rows != []) == ([row["name"] for row in rows], True)


@pytest.mark.slow
def test_show_takes_the_name_of_every_kind_of_version(demo):
    query = "select min(ref) as ref from versions group by registered, active, is_latest, stages = [] order by all"
    refs = [row["ref"] for row in demo.sql(query).rows]
    assert [demo.show(ref).one()["ref"] for ref in refs] == refs


def test_the_page_for_people_has_their_macros_and_no_other():
    page = (ROOT / "docs" / "sql.md").read_text("utf-8")
    table = page.split("## Macros", 1)[1].split("## Questions", 1)[0].split("| --- |", 1)[1]
    assert sorted({*re.findall(r"`(\w+)[`(]", table)} - {"internal"}) == sorted(OF_PEOPLE)


def test_the_reference_page_has_each_once_and_leads_to_it():
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    headings = re.findall(r"^### (\w+) \((view|macro)\)$", page, re.MULTILINE)
    links = re.findall(r"\[`(\w+)`\]\(#\1-(view|macro)\)", page)
    expected = sorted([*((view, "view") for view in VIEWS), *((macro, "macro") for macro in OF_PEOPLE)])
    assert (sorted(headings), sorted(links)) == (expected, expected)
