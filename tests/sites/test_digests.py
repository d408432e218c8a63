"""Which files of the site are made again, by what changed."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites import urls
from sites.data.page_inputs import PageInputs, PageInputsRow
from sites.data.rows import CrawlRow
from sites.digests import digests

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it
ROW = PageInputsRow(
    repo="a", file="1.rows", url="https://a", outcome="read", stale=False, message=None, read_at=None, left_at=None, left_because=None,
    copy_of=None, assigned=[], artifacts=["m"], news=[{"artifact": "m", "stages": ["prod"]}], events=1, duplicates=None, gone_tags=None, first_versions=None, users=None, has_lineage=True,
    about=None, links=None, is_searched=True,
)  # fmt: skip
CRAWL = CrawlRow(crawl=1, started_at=NOON, seconds=1.0, new=1, changed=0, fresh=0, failed=0, received=0)
FEEDS = {"feeds/repos/a.xml": ["a"], "feeds/repos/b.xml": ["b"], "feeds/all.xml": ["a", "b"]}
OF_A = {"models/a/m.html", "models/a/m.js", "lineage/a.js", "repos/a.html", "feeds/repos/a.xml", "index/texts/a.js"}
OF_B = {"models/b/m.html", "models/b/m.js", "lineage/b.js", "repos/b.html", "feeds/repos/b.xml", "index/texts/b.js"}
LISTS = {
    "index.html",
    "models.html",
    "datasets.html",
    "lineage.html",
    "teams.html",
    "people.html",
    "repos.html",
    "status.html",
    "models/names.js",
}
TEAM = {urls.team("")}  # of both
PLAIN = {"404.html", "about.html", "compare.html", "crawl.html", "licences.html", "static/site.css"}
ALL = {*OF_A, *OF_B, *LISTS, *TEAM, *PLAIN, "feeds/all.xml", "as-of.js"}


def made(row=ROW, crawls=(CRAWL,), recipe="1", settings=("x", None)):
    inputs = PageInputs(recipe=recipe, repositories=[row, ROW._replace(repo="b")], crawls=[*crawls])
    return digests(inputs, FEEDS, ["static/site.css"], settings)


def changed(**given):
    before, after = made().files, made(**given).files
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


OTHER = {
    "file": "2.rows", "url": "https://b", "outcome": "gone", "stale": True, "message": "no answer", "read_at": NOON, "left_at": NOON,
    "left_because": "renamed to b", "copy_of": "b", "assigned": [{"artifact": "m", "stage": "prod"}], "events": 2, "duplicates": 1, "gone_tags": 1, "first_versions": 1,
    "users": 1, "has_lineage": False, "about": 1, "is_searched": False,
}  # fmt: skip


GRAPH = {"lineage/a.js"}  # which follows from less than a page does


@pytest.mark.parametrize("name", OTHER)
def test_whatever_changes_of_a_repository_makes_its_files_and_those_of_all(name):
    graph = GRAPH if name in ("file", "has_lineage") else set()
    assert changed(row=ROW._replace(**{name: OTHER[name]})) == OF_A - GRAPH | graph | LISTS | TEAM | {"feeds/all.xml"}


def test_what_leads_to_other_graphs_makes_the_graph():
    assert changed(row=ROW._replace(links=1)) == GRAPH


def test_every_input_has_a_case():
    assert {*OTHER, "links", "repo", "artifacts", "news"} == {*PageInputsRow._fields}


def test_an_artifact_more_has_a_page_more():
    assert changed(row=ROW._replace(artifacts=["m", "n"])) == OF_A | LISTS | TEAM | {
        "feeds/all.xml",
        "models/a/n.html",
        "models/a/n.js",
    }


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        pytest.param({"crawls": ()}, {"as-of.js", "status.html"}, id="a crawl"),
        pytest.param({"recipe": "2"}, ALL, id="the views of the database"),
        pytest.param({"settings": ("y", None)}, ALL, id="the configuration"),
        pytest.param({}, set(), id="nothing"),
    ],
)
def test_what_changes_of_the_catalog(given, paths):
    assert changed(**given) == paths


def test_the_page_of_a_team_follows_from_whether_the_team_has_a_feed():
    rows = [ROW._replace(repo="acme/a"), *(ROW._replace(repo=repo, artifacts=[]) for repo in ("acme/c", "other/d"))]
    inputs = PageInputs(recipe="1", repositories=rows, crawls=[])
    of_c, page = {"feeds/teams/acme.xml": ["acme/c"]}, urls.team("acme")
    digest, without, with_another = (
        digests(inputs, feeds, [], ("x", None)).pages[page]
        for feeds in (of_c, {}, of_c | {"feeds/teams/other.xml": ["other/d"]})
    )
    assert (digest != without, digest == with_another) == (True, True)


def test_the_rows_of_a_file_are_those_of_its_repository():
    assert [made().repos_of([path]) for path in ("models/b/m.html", "feeds/repos/b.xml", "models.html")] == [
        {"b"}, {"b"}, set(),
    ]  # fmt: skip
