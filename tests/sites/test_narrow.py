"""Lists on narrow screens: every cell of a row is in sight, under its heading, and nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.browser import opened

pytestmark = pytest.mark.browser

PAGES = (
    "people.html",
    "datasets.html",
    "status.html",
    "teams.html",
    "repos.html",
    "activity/2025-03.html",
    "index.html",
)
WIDTHS = (820, 640, 390, 320)

# What is out of sight: boxes that scroll, and cells that are hidden or reach beyond the screen.
LOST = """() => [
  ...[document.documentElement, ...document.querySelectorAll('.card')].filter((box) => box.scrollWidth > box.clientWidth + 1),
  ...[...document.querySelectorAll('tbody tr > *')].filter((cell) => cell.textContent.trim()
    && (!cell.checkVisibility() || cell.getBoundingClientRect().right > innerWidth || cell.getBoundingClientRect().left < 0)),
].map((element) => element.outerHTML.slice(0, 80))"""
LABELS = """() => [...document.querySelectorAll('table[data-filter]')].map((table) => [
  [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent),
  [...table.tBodies[0].rows[0].cells].slice(1).map((cell) => getComputedStyle(cell, '::before').content.slice(1, -1))])"""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_cell_of_a_list_is_out_of_sight(browser, demo_folder, scripts):
    lost = {}
    for name in PAGES:
        address = (Path(demo_folder) / "output" / "site" / name).as_uri()
        with opened(browser, address, java_script_enabled=scripts) as page:
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if found := page.evaluate(LOST):
                    lost[name, width] = found
    assert lost == {}


@pytest.mark.parametrize("name", PAGES[:2])
def test_each_cell_has_the_label_of_its_heading(browser, demo_folder, name):
    address = (Path(demo_folder) / "output" / "site" / name).as_uri()
    with opened(browser, address, viewport={"width": 390, "height": 900}) as page:
        ((heads, labels),) = page.evaluate(LABELS)
    assert labels == heads


# Gives the first stage of the list a long name: whether it leaves to the artifact's name a third of the row, or what the date leaves, and stays within the row.
LONG_STAGE = """() => {
  const pill = document.querySelector('.activity td:nth-child(4) .pill'), row = pill.closest('tr');
  const before = row.cells[2].getBoundingClientRect().width;
  pill.textContent = 'a-stage-of-many-letters-'.repeat(3).slice(0, 60);
  return [row.cells[2].getBoundingClientRect().width >= Math.min(before, row.clientWidth / 3), pill.getBoundingClientRect().right <= row.getBoundingClientRect().right];
}"""


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("name", ["activity.html", "activity/2025-03.html"])
def test_a_long_name_of_a_stage_leaves_room_for_that_of_the_artifact(browser, demo_folder, name, width):
    address = (Path(demo_folder) / "output/site" / name).as_uri()
    with opened(browser, address, viewport={"width": width, "height": 900}) as page:
        page.locator(".activity td:nth-child(4) .pill").first.wait_for()
        assert page.evaluate(LONG_STAGE) == [True, True]


@pytest.mark.parametrize("width", [820, 390])
def test_a_row_of_a_team_names_what_is_in_each_stage(browser, demo_folder, width):
    """As many names as its cells have on a wide screen; no row is cut off, and none is above another."""
    address = (Path(demo_folder) / "output/site/stages.html").as_uri() + "?rows=teams"
    with opened(browser, address, viewport={"width": width, "height": 2000}) as page:
        page.locator("#board.live tbody tr").first.wait_for()
        names = page.locator("#board td:not(.name) small")
        seen = [names.nth(place).is_visible() for place in range(names.count())]
        cut = page.locator("#board tbody tr").evaluate_all(
            "rows => rows.filter((row, place) => row.scrollHeight > row.clientHeight + 1 || (place && rows[place - 1].getBoundingClientRect().bottom > row.getBoundingClientRect().top + 1)).length"
        )
    assert (all(seen), len(seen) > 1, cut) == (True, True, 0)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_board_without_scripts_scrolls_by_itself(browser, demo_folder, width):
    address = (Path(demo_folder) / "output/site/stages.html").as_uri()
    with opened(browser, address, java_script_enabled=False, viewport={"width": width, "height": 900}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width
