"""The cells of the board of stages: all stages of an artifact are in its row, and what is gone says why, and leads to what is left of it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import duckdb
import pytest

from catalog.query import Catalog
from sites.build import build
from sites.view_models.stage_board import COLUMNS
from support.browser import opened
from support.visited_worlds import all_of, assign, delete, register, visited_catalog
from support.worlds import START

DAY = 86_400
MOST_OTHERS = 8  # of stages.js: stages without a column in a cell
WIDTHS = [1440, 820, 390]


def put(artifact, stages, version="v1.0.0", at=20):
    """A version in many stages."""
    return all_of(*(assign(artifact, f"stage-{number:02}", version, at + number) for number in stages))


def deployed(artifact, others):
    """An artifact that has a version in each of the stages that have columns, and in so many others."""
    return all_of(register(artifact, "v1.0.0", 10), put(artifact, range(COLUMNS + others)))


# `seven` comes to another version in one of its other stages, and the tag of another one is deleted; all tags of `past` are deleted.
WIDE = (
    all_of(
        deployed("seven", 7),
        deployed("nine", MOST_OTHERS + 1),
        deployed("ten", MOST_OTHERS + 2),
        register("past", "v1.0.0", 5),
        assign("past", "stage-00", "v1.0.0", 6),
    ),
    all_of(register("seven", "v2.0.0", DAY), assign("seven", "stage-09", "v2.0.0", DAY + 1)),
    all_of(delete("seven#stage-14#34"), delete("past@v1.0.0"), delete("past#stage-00#6")),
    register("nine", "v2.0.0", 3 * DAY),
)
OLD = (
    all_of(register("o", "v1.0.0", 5), assign("o", "stage-00", "v1.0.0", 25)),
    *[all_of()] * 3,
)  # taken out in the last crawl
REPO, REMOVED = "git.example/acme/wide", "git.example/risk/old"


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """A catalog of artifacts in many stages, and its site."""
    folder = tmp_path_factory.mktemp("wide")
    file = visited_catalog(folder / "catalog.duckdb", {REPO: WIDE, REMOVED: OLD}, {REMOVED: 4})
    build(file, folder / "site", title="x")
    return folder


def address(folder, query=""):
    return (folder / "site/stages.html").as_uri() + query


# Of each row its name, the texts of what is in its cell of other stages, and what of that is beyond the row or cut.
OTHERS = """rows => rows.map((row) => {
  const { top, bottom, right } = row.getBoundingClientRect(), parts = [...row.querySelectorAll('.others .other, .others button')];
  const texts = parts.map((part) => part.textContent.trim());
  const isCut = (part) => { const own = part.getBoundingClientRect(); return own.top < top || own.bottom > bottom || own.right > right; };
  const isShort = (part) => [part, ...part.querySelectorAll('*')].some((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline');
  return [row.querySelector('.name > a, .name > span').textContent, texts, parts.filter((part) => isCut(part) || isShort(part)).map((part) => part.textContent)];
})"""
ROWS = "#board tbody tr:not(.team)"


def others(page):
    return {name: (texts, cut) for name, texts, cut in page.locator(ROWS).evaluate_all(OTHERS)}


def in_stages(*numbers):
    return [f"stage-{number:02} v1.0.0" for number in numbers]


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_all_stages_without_a_column_are_in_the_cell_of_other_stages(browser, wide, width):
    """Up to a bound and one more; beyond it, a button takes the place of the rest."""
    with opened(browser, address(wide), viewport={"width": width, "height": 2000}) as page:
        page.locator("#board.live").wait_for()
        assert others(page) == {
            "nine": (in_stages(*range(8, 17)), []),
            "past": ([], []),
            "seven": (["stage-08 v1.0.0", "stage-09 v2.0.0", *in_stages(10, 11, 12, 13), "stage-14 v1.0.0"], []),
            "ten": ([*in_stages(*range(8, 16)), "+2 stages"], []),
            "o": ([], []),
        }


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_key_opens_the_cell_and_closes_it(browser, wide, width):
    with opened(browser, address(wide), viewport={"width": width, "height": 2000}) as page:
        button = page.get_by_role("button", name="+2 stages")
        said = button.get_attribute("title")
        button.press("Enter")
        after = others(page)["ten"]
        page.keyboard.press("Enter")  # the button that closes it has the focus
        assert (said, after, others(page)["ten"]) == (
            "stage-16 v1.0.0, stage-17 v1.0.0",
            ([*in_stages(*range(8, 18)), "Fewer stages"], []),
            ([*in_stages(*range(8, 16)), "+2 stages"], []),
        )


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_cell_of_other_stages_says_what_was_there_before(browser, wide, width):
    query = "?list=changed&since=2024-01-01T12:00"
    with opened(browser, address(wide, query), viewport={"width": width, "height": 2000}) as page:
        page.locator(".board.noted").wait_for()
        (name, (texts, cut)), *rest = others(page).items()
        (was,) = page.locator(".others small").all()
        assert (name, texts[1], cut, rest, was.is_visible()) == ("seven", "stage-09 v2.0.0was v1.0.0", [], [], True)


@pytest.mark.browser
def test_a_version_says_why_it_is_struck_out(browser, wide):
    with opened(browser, address(wide)) as page:
        page.locator("#board.live").wait_for()
        reasons = page.locator(f"{ROWS} s").evaluate_all(
            "all => all.map(each => [each.closest('tr').querySelector('.name > *').textContent, each.textContent, each.title])"
        )
    assert sorted(reasons) == [
        ["o", "v1.0.0", "Its repository is in the catalog no more"],
        ["past", "v1.0.0", "The tag was deleted or rewritten"],
        ["seven", "v1.0.0", "The tag was deleted or rewritten"],
    ]


# In each crawl another version is in the stage, and the tag of the one before is deleted; in the last one, the stage is empty.
AGAIN = (
    all_of(*(register("m", f"v{number}.0.0", number) for number in (1, 2, 3)), assign("m", "prod", "v1.0.0", 11)),
    all_of(delete("m#prod#11"), assign("m", "prod", "v2.0.0", 12)),
    all_of(delete("m#prod#12"), assign("m", "prod", "v3.0.0", 13)),
    delete("m#prod#13"),
)


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_of_several_that_are_struck_out_the_others_are_counted(browser, tmp_path, width):
    build(visited_catalog(tmp_path / "catalog.duckdb", {REPO: AGAIN}), tmp_path / "site", title="x")
    with opened(browser, address(tmp_path), viewport={"width": width, "height": 2000}) as page:
        page.locator("#board.live").wait_for()
        row = page.locator(ROWS)
        (struck, rest), box = row.locator("s, s + i").all(), row.bounding_box()
        reason = "The tag was deleted or rewritten"
        names = [struck.inner_text(), *(line.partition(": ") for line in rest.get_attribute("title").splitlines())]
        assert (
            sorted([names[0], *(name for name, _, _ in names[1:])]),
            {why for _, _, why in names[1:]},
            rest.inner_text(),
        ) == (
            ["v1.0.0", "v2.0.0", "v3.0.0"],
            {reason},
            "+2",
        )
        assert all(
            part.bounding_box()["y"] + part.bounding_box()["height"] <= box["y"] + box["height"]
            for part in (struck, rest)
        )


@pytest.mark.browser
@pytest.mark.parametrize("query", ["", "?rows=teams", "?at=2024-01-01T00:00:08", "?known=1"])
def test_the_count_is_that_of_the_command_line(browser, wide, query):
    """What is struck out, and in no stage otherwise, is counted beside it."""
    at = datetime(2024, 1, 1, 0, 0, 8, tzinfo=UTC) if "at=" in query else START.replace(year=2025)
    with Catalog.open(wide / "catalog.duckdb") as catalog:
        rows = catalog.at(at, known_at=1 if "known" in query else None).rows
    count = len({(row["repo"], row["artifact"]) for row in rows})
    with opened(browser, address(wide, query)) as page:
        page.wait_for_function("document.querySelector('#controls [role=status]').textContent")
        said = page.locator("#controls [role=status]").inner_text()
        button = page.locator("#controls .chip", has_text="All").locator("b").inner_text()
        struck = page.locator(ROWS).evaluate_all("rows => rows.filter(row => !row.querySelector('td b')).length")
    more = f"; {struck} more struck out" if struck else ""
    assert (said.split(" ")[0], button, more in said, "more struck out" in said) == (
        str(count),
        str(count),
        True,
        struck > 0,
    )


@pytest.mark.browser
def test_what_is_gone_leads_to_the_page_that_says_so(browser, wide):
    with opened(browser, address(wide)) as page:
        page.locator("#board.live").wait_for()
        titles = []
        for name in ("past", "o"):
            page.locator(".name").get_by_role("link", name=name, exact=True).click()
            titles.append((page.locator("h1").inner_text(), page.title()))
            page.go_back()
            page.locator("#board.live").wait_for()
        assert (titles, page.complaints) == ([("past", "past is gone · x"), ("o", "o is gone · x")], [])


def test_of_an_artifact_that_is_gone_the_data_say_which_page_it_has(wide):
    with closing(duckdb.connect(str(wide / "catalog.duckdb"), read_only=True)) as connection:
        pages = connection.execute(
            "select distinct artifact, page from internal.site_stage_periods() order by all"
        ).fetchall()
    assert pages == [("nine", "present"), ("o", "removed"), ("past", "gone"), ("seven", "present"), ("ten", "present")]
