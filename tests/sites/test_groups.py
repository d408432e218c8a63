"""Datasets, teams and people on pages: the answers of `models_using`, `list_teams` and `list_people`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from catalog.query import Catalog
from catalog.text import plural
from sites import urls
from support.browser import opened

from .conftest import parse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Path:
    return demo_folder / "output"


@pytest.fixture(scope="module")
def catalog(demo):
    with Catalog.open(demo / "catalog.duckdb") as opened:
        yield opened


def cells(demo: Path, page: str) -> list[list[str]]:
    """The texts of the cells of a page's first table."""
    body = (demo / "site" / page).read_text("utf-8").partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [" ".join(parse(f"<main>{cell}</main>").text()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in body.split("<tr")[1:]
    ]


def test_the_list_of_datasets_counts_what_models_using_has(demo, catalog):
    shown = {row[0].split()[0]: (row[5], row[6]) for row in cells(demo, "datasets.html")}
    told = {}
    for dataset in catalog.sql("select id, artifact from original_artifacts where type = 'dataset'").rows:
        counted = [
            len(catalog.sql(f"select distinct repo, artifact from models_using($id, {stage})", id=dataset["id"]).rows)
            for stage in ("'prod'", "null")
        ]
        told[dataset["artifact"]] = tuple(map(str, counted))
    assert (shown, len(shown)) == (told, 5)


def test_the_list_of_teams_is_that_of_list_teams(demo, catalog):
    told = catalog.sql("select team, repos, artifacts, in_stages from list_teams(null)").rows
    assert [[row[0], *row[2:5]] for row in cells(demo, "teams.html")] == [
        [str(cell) for cell in row.values()] for row in told
    ]


def test_the_list_of_people_is_that_of_list_people(demo, catalog):
    question = "select registrations, assignments, artifacts, owns from list_people(null) order by events desc, person"
    told = [[str(cell) for cell in row.values()] for row in catalog.sql(question).rows]
    assert [row[1:5] for row in cells(demo, "people.html")] == told
    assert "@demo.example" not in (demo / "site" / "people.html").read_text("utf-8")


def test_the_feed_of_a_team_has_what_happened_in_its_repositories(demo, catalog):
    question = "select internal.team_of(repo) as team, least(count(*), 50) as events from resolved_events group by team"
    events = {row["team"]: row["events"] for row in catalog.sql(question).rows}
    linked = {}
    for team in events:
        page = (demo / "site" / urls.team(team)).read_text("utf-8")
        (feed,) = re.findall(r'<a href="\.\./(feeds/teams/[^"]*)[.]xml">Feed</a>', page)
        linked[team] = len(json.loads((demo / "site" / f"{feed}.json").read_text("utf-8"))["items"])
    assert (linked, len(linked) > 5) == (events, True)


def test_the_list_of_people_leads_to_the_feed_of_each_who_tagged(demo, catalog):
    linked = re.findall(r'<a href="(feeds/people/[^"]*)">Atom</a>', (demo / "site" / "people.html").read_text("utf-8"))
    (tagged,) = catalog.sql("select count(distinct author) as people from resolved_events where author <> ''").rows
    assert (len(set(linked)), all((demo / "site" / path).is_file() for path in linked)) == (tagged["people"], True)


@pytest.mark.browser
def test_the_list_of_people_and_the_page_of_a_team_lead_to_all_that_they_did(browser, demo, catalog):
    site = demo / "site"
    links = re.findall('href="(activity.html[?][^"]*)"', (site / "people.html").read_text("utf-8"))
    (of_team, *_) = re.findall(r'href="\.\./(activity.html[?][^"]*)"', (site / urls.team("risk")).read_text("utf-8"))
    people = len(
        catalog.sql(
            "select distinct author from resolved_events semi join original_artifacts using (repo, artifact)"
        ).rows
    )
    assert (len(links), of_team) == (people, "activity.html?team=risk")
    counted = "select count(*) as entries from internal.site_activity() where "
    (by_first,) = catalog.sql(f"{counted} author = $name", name=unquote(links[0].partition("person=")[2])).rows
    (by_team,) = catalog.sql(f"{counted} starts_with(repo, 'demo.example/risk/')").rows
    for link, wanted in ((links[0], by_first), (of_team, by_team)):
        with opened(browser, f"{site.as_uri()}/{link}") as page:
            page.wait_for_function("performance.getEntriesByName('activity-complete').length")
            assert page.locator("main p[role=status]").first.inner_text() == f"{wanted['entries']} entries"


def test_the_page_of_a_team_says_how_complete_its_artifacts_are(demo):
    page = parse((demo / "site" / urls.team("risk")).read_text("utf-8")).text()
    tiles = page[page.index("Completeness") + 1 : page.index("Of the latest version of each artifact in use.")]
    assert tiles == [
        "Model card", "1 of 1", "all", "Licence", "0 of 1", "missing: churn", "Owner", "1 of 1", "all", "Metrics", "1 of 1", "all",
    ]  # fmt: skip
    assert page[page.index("Stages") + 1 :][:2] == [
        "Artifact prod staging dev",
        "churn prod v3.4.0 staging v3.5.0 dev v3.5.0-rc.1",
    ]
    assert plural(1, "artifact") in page[2]


def test_home_names_repositories_and_leads_to_the_lists_of_the_board(demo, catalog):
    rows = cells(demo, "index.html")
    repos = {row["artifact"]: row["repo"] for row in catalog.sql("select artifact, repo from artifacts").rows}
    names = [row[0].split()[0] for row in rows]
    assert [row[0] for row in rows] == [f"{name} {repos[name].removeprefix('demo.example/')}" for name in names] != []
    home = (demo / "site/index.html").read_text("utf-8")
    assert {*re.findall(r'href="(stages\.html\?[^"]*)"', home)} == {"stages.html?list=behind", "stages.html?list=old"}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "query"), [("repos.html", "demo.example/risk/churn"), ("datasets.html", "demo.example/data/registry")]
)
def test_a_filter_finds_a_repository_by_its_full_name(browser, demo, path, query):
    with opened(browser, f"{(demo / 'site' / path).as_uri()}?q={query}") as page:
        names = page.locator("tbody tr:visible").evaluate_all("rows => rows.map((row) => row.dataset.name)")
    assert {*names} == {query}
