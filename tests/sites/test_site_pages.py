"""How much of a catalog a page shows: at the bound all of it, and one beyond it a count of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.database import database
from sites import list_pages
from sites.data import facts as data
from sites.data.groups import GroupRows
from sites.data.rows import ProblemRow
from sites.render import Renderer
from sites.site_pages import SitePages
from sites.view_models.feeds import Feeds

CHURN = ("github.com/acme/churn", "churn")


@pytest.fixture(scope="module")
def connection(catalog_file: Path) -> Iterator[data.Connection]:
    with closing(database.connect(catalog_file)) as opened:
        yield opened


@pytest.fixture(scope="module")
def facts(connection: data.Connection) -> data.Facts:
    return data.read(connection)


@pytest.fixture
def site(connection: data.Connection) -> Callable[[data.Facts], SitePages]:
    return lambda facts: SitePages(facts, {}, Feeds([], "x", None), Renderer("x"), None, GroupRows(connection))


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are listed", "one more"])
def test_the_problems_on_the_page_of_the_status(site, facts, beyond):
    count = list_pages.MOST_PROBLEMS + beyond
    problems = [ProblemRow(CHURN[0], "rule", f"{number}", "message", None, "fix") for number in range(count)]
    found = site(replace(facts, problems={CHURN[0]: problems})).lists._status()
    shown = [line for group in found["groups"] for kind in group.kinds for line in kind.problems]
    assert (len(shown), found["problem_count"]) == (list_pages.MOST_PROBLEMS, count)


@pytest.mark.parametrize(("was_read", "said"), [(True, True), (False, False)], ids=["read before", "never read"])
def test_only_a_repository_that_was_read_has_older_entries(site, facts, was_read, said):
    lost = [row if was_read else row._replace(read_at=None) for row in facts.repositories]
    ((_, page),) = site(replace(facts, repositories=lost)).pages({"models.html"})
    assert (b"its entries are older" in page) == said
