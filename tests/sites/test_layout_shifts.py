"""Nothing moves while a page is loaded, however late its style sheets, scripts, fonts, images and data come."""

from __future__ import annotations

import pytest

from support.layout_shifts import late, moved
from support.site_pages import KINDS, QUERIES, REDIRECTS, pages_of

pytestmark = pytest.mark.browser

# Pages whose kind has another one in the list, or that are asked for something.
OTHERS = {
    "a dataset": "models/demo.example~data~registry/customers~~customers.html",
    "a small dataset": "models/demo.example~data~registry/images~~shelves.html",
    "experiments": "repos/demo.example~search~ranker.html",
    "problems": "repos/demo.example~labs~broken.html",
    "a repository that was never read": "repos/demo.example~labs~lost.html",
    "a comparison of nothing": "compare.html",
    "the lineage of nothing": "lineage.html",
    "models that are asked for": "models.html?stage=prod&q=churn",
    "stages at a date": "stages.html?at=2025-01-01",
    "activity of a stage": "activity.html?stage=prod",
}


@pytest.fixture(scope="module")
def demo(demo_folder):
    """The address of the demo's site."""
    with late(demo_folder / "output/site") as address:
        yield address


@pytest.mark.parametrize("kind", sorted({*KINDS} - {*REDIRECTS}))
def test_nothing_moves_in_a_page_of_each_kind(browser, demo, demo_folder, kind):
    site = demo_folder / "output/site"
    path = pages_of(site)[kind].relative_to(site).as_posix()
    assert moved(browser, f"{demo}/{path}{QUERIES.get(kind, '')}") == {}


@pytest.mark.parametrize("page", OTHERS)
def test_nothing_moves_in_other_pages(browser, demo, page):
    assert moved(browser, f"{demo}/{OTHERS[page]}") == {}
