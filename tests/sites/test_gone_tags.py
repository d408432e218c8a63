"""Tags that were deleted or rewritten: on the page of their artifact they are struck out, and the page follows from them."""

from __future__ import annotations

import re
from contextlib import closing
from shutil import copyfile, copytree

import duckdb
import pytest

from sites.build import build
from support.visited_worlds import CHURN, OLD, visited_catalog

CHURN_PAGE = "models/git.example~acme~churn/m.html"


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """A catalog whose tags came, went and were rewritten, and its site."""
    folder = tmp_path_factory.mktemp("gone")
    stories = {"git.example/acme/churn": CHURN, "git.example/risk/old": OLD}
    build(visited_catalog(folder / "catalog.duckdb", stories), folder / "site", title="x")
    return folder


def test_each_tag_that_is_gone_has_the_version_that_it_named(visited):
    with closing(duckdb.connect(str(visited / "catalog.duckdb"), read_only=True)) as connection:
        rows = connection.execute(
            "select artifact, event, version, stage, tag, gone_at::varchar, rewritten from internal.site_gone_tags()"
        ).fetchall()
    assert rows == [
        ("m", "assignment", "v2.0.0", "prod", "m#prod#40", "2024-01-04 00:00:00", False),
        ("m", "registration", "v1.0.0", None, "m@v1.0.0", "2024-01-05 00:00:00", True),
    ]


def test_home_says_which_tags_went_in_the_week(visited):
    html = (visited / "site/index.html").read_text("utf-8").partition('id="h-week"')[2].partition("</table>")[0]
    changes = [" ".join(re.sub("<[^>]*>", " ", each).split()) for each in re.findall("<span>(.*?)</span>", html)]
    assert [each for each in changes if each.endswith(("deleted", "rewritten"))] == [
        "m@v1.0.0 rewritten",
        "m#prod#40 deleted",
    ]


def test_a_tag_that_is_gone_is_struck_out_in_the_history_and_in_its_picture(visited):
    html = (visited / "site" / CHURN_PAGE).read_text("utf-8")
    entries = [
        (re.findall("<s>(.*?)</s>", entry), re.sub("<.*?>", "", entry).strip().split(" · ")[-1])
        for entry in re.findall('<li class="s-other gone">(.*?)</li>', html, flags=re.DOTALL)
    ]
    assert (entries, re.findall('class="x" x="[^"]*"><title>(.*?)</title>', html)) == (
        [
            (["v2.0.0"], "m#prod#40 was deleted by 4 Jan 2024"),
            (["v1.0.0"], "m@v1.0.0 was rewritten by 5 Jan 2024"),
        ],
        ["v1.0.0 registered, tag rewritten 1 Jan 2024", "v2.0.0 assigned, tag deleted 1 Jan 2024"],
    )


@pytest.mark.slow
def test_the_page_is_made_again_where_only_what_was_observed_changes(visited, tmp_path):
    """As where the journal of an earlier time is brought back: the repository's own rows are the same."""
    file, site = tmp_path / "catalog.duckdb", tmp_path / "site"
    copytree(visited / "site", site)
    copyfile(visited / "catalog.duckdb", file)
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("delete from observations where ref = 'refs/tags/m#prod#40'")
    build(file, site, title="x")
    build(file, tmp_path / "anew", title="x")
    pages = [(folder / CHURN_PAGE).read_text("utf-8") for folder in (site, tmp_path / "anew")]
    assert (pages[0] == pages[1], pages[0].count("m#prod#40")) == (True, 0)
