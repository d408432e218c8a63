"""The table of experiments in a browser: an order within each baseline's group, a count of experiments alone, and one arrow in a heading."""

from __future__ import annotations

import pytest

from support.browser import opened

pytestmark = pytest.mark.browser

RANKER = "repos/demo.example~search~ranker.html"
FIRST, SECOND = "ranker@v2.2.0", "254fcdc"


@pytest.fixture(scope="module")
def address(demo_folder):
    return (demo_folder / "output/site" / RANKER).as_uri()


def names(page):
    return page.locator("#experiments tbody tr:visible td:first-child").all_inner_texts()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", [FIRST, "tidy-otter", "bold-heron", "fuzzy-mole", SECOND, "lost-lynx"]),
        ("?sort=-ndcg@10.es", [FIRST, "tidy-otter", "fuzzy-mole", "bold-heron", SECOND, "lost-lynx"]),
        ("?sort=ndcg@10.es", [SECOND, "lost-lynx", FIRST, "bold-heron", "fuzzy-mole", "tidy-otter"]),
        ("?sort=-name", [FIRST, "tidy-otter", "fuzzy-mole", "bold-heron", SECOND, "lost-lynx"]),
        ("?sort=when&q=mole", [FIRST, "fuzzy-mole"]),
    ],
    ids=["as published", "best first", "least first", "by name", "filtered"],
)
def test_a_baseline_stays_above_its_experiments(browser, address, asked, shown):
    with opened(browser, address + asked) as page:
        assert (names(page), page.complaints) == (shown, [])


@pytest.mark.parametrize(
    ("asked", "counted"),
    [("", "4"), ("?q=mole", "1 of 4"), ("?q=ranker@v2", "3 of 4"), ("?q=nothing", "0 of 4")],
    ids=["all", "one", "those of a baseline", "none"],
)
def test_the_count_is_of_experiments_as_the_heading_is(browser, address, asked, counted):
    with opened(browser, address + asked) as page:
        assert page.locator("#experiments .bar [role=status]").inner_text() == counted


def test_a_heading_has_the_arrow_of_the_order_or_that_of_the_metric(browser, address):
    arrows = """[...document.querySelectorAll('#experiments th[data-key]')].map((head) => [
        head.innerText.trim(), getComputedStyle(head.querySelector('button'), '::after').content.replaceAll(/["\\s]/g, '')])"""
    with opened(browser, address) as page:
        page.get_by_role("button", name="ndcg@10.es").click()
        assert (page.evaluate(arrows)[:3], page.url.partition("?")[2]) == (
            [["ndcg@10.de ↑", "none"], ["ndcg@10.es", "↓"], ["ndcg@10.nl ↑", "none"]],
            "sort=-ndcg%4010.es",
        )
