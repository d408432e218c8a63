"""The list without scripts: its first rows, with links to the pages of teams where there are more."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from catalog.database import database
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.registry import Event
from sites import urls
from sites.build import build
from sites.pages import LISTED
from support.catalog_files import repository, write_catalog
from support.small_catalog import day, event
from support.visited_worlds import CHURN, visited_catalog

ONE, OTHER = "git.example/acme/ads", "git.example/risk/churn"


TEAMS = {
    "git.example/acme/risk/churn": "acme/risk",
    "local/try/churn": "try",
    "localhost/try/churn": "try",
    "acme/churn": "acme",
    "acme/risk/churn": "acme/risk",
    "host:80/churn": "",
    "git.example/churn": "",
    "git.example": "",
    "plain": "",
}


@pytest.mark.parametrize(("repo", "team"), TEAMS.items())
def test_the_team_of_a_repository(repo, team):
    assert urls.team_of(repo) == team


def test_sql_names_the_same_teams(empty_catalog_file):
    with closing(database.connect(empty_catalog_file)) as connection:
        answer = connection.execute("select repo, internal.team_of(repo) from unnest(?) t(repo)", [[*TEAMS]])
        assert dict(answer.fetchall()) == TEAMS


@pytest.mark.parametrize(
    ("repos", "host"),
    [
        ([ONE, OTHER], "git.example/"),
        ([ONE], "git.example/"),
        (["local/try/churn", "local/try/ads"], "local/"),
        ([ONE, "gitlab.example/acme/ads"], ""),
        ([ONE, "acme/churn"], ""),
        (["plain"], ""),
        ([], ""),
    ],
)
def test_the_host_that_all_repositories_share(repos, host):
    assert urls.shared_host(repos) == host


def links(page: Path, start: str) -> list[str]:
    return re.findall(f'href="({re.escape(start)}[^"]*)"', page.read_text("utf-8"))


@pytest.mark.slow
def test_the_page_of_repositories_without_a_folder_is_linked(tmp_path):
    rows = {"plain": {Event: [event("m@v1.0.0", "1" * 40, day(1))]}}
    file = write_catalog(tmp_path / "c.duckdb", rows, {Repo: [repository("plain", "https://git.example/x.git")]})
    build(file, tmp_path / "site", title="x")
    assert links(tmp_path / "site/teams.html", "teams/") == [urls.team("")]


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as the page shows", "one more"])
def test_each_team_has_a_page_and_a_long_list_leads_there(tmp_path, beyond):
    events = [event(f"m{number}@v1.0.0", "1" * 40, day(1)) for number in range(LISTED - 1 + beyond)]
    rows = {ONE: {Event: events}, OTHER: {Event: [event("churn@v1.0.0", "2" * 40, day(2))]}}
    inventory = {Repo: [repository(name, "https://git.example/x.git") for name in rows]}
    site = tmp_path / "site"
    file = write_catalog(tmp_path / "c.duckdb", rows, inventory)
    build(file, site, title="x")
    pages = {path.name: len({*links(path, "../models/")}) for path in site.glob("teams/*")}
    assert (len(links(site / "models.html", "models/")), links(site / "models.html", "teams/"), pages) == (
        (LISTED, ["teams/acme.html", "teams/risk.html"], {"acme.html": LISTED, "risk.html": 1})
        if beyond
        else (LISTED, [], {"acme.html": LISTED - 1, "risk.html": 1})
    )
    if beyond:
        (site / "teams/risk.html").unlink()
        assert (build(file, site, title="x").written, (site / "teams/risk.html").exists()) == (1, True)


# The lists that name the repository of each row.
OF_LISTS = ("activity/2024-01.html", "models.html", "repos.html", "stages.html", "teams/acme.html")


def names_in(site: Path, repo: str) -> dict[str, set[str]]:
    """By which of its names a repository stands in each list."""
    ends = {repo, repo.partition("/")[2]}
    return {
        page: {text.strip("· ") for text in re.findall(r">([^<>]+)<", (site / page).read_text("utf-8"))} & ends
        for page in OF_LISTS
    }


@pytest.mark.slow
def test_lists_name_the_host_where_repositories_have_several(tmp_path):
    """A repository of another host changes the lists of those teams, too, that have none of it."""
    site = tmp_path / "site"
    by_hosts = {}
    for number, repos in enumerate(([ONE, OTHER], [ONE, OTHER, "gitlab.example/x/y"], [ONE, OTHER])):
        (tmp_path / str(number)).mkdir()
        file = visited_catalog(tmp_path / str(number) / "c.duckdb", dict.fromkeys(repos, CHURN[:2]))
        build(file, site, title="x")
        by_hosts.setdefault(len(repos), []).append(names_in(site, ONE))
    short, whole = ({page: {name} for page in OF_LISTS} for name in ("acme/ads", ONE))
    assert by_hosts == {2: [short, short], 3: [whole]}
