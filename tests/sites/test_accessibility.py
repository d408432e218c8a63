"""axe-core has no complaint of any kind of page: in both themes, wide and narrow, with what can be unfolded open."""

from __future__ import annotations

from itertools import product

import pytest

from support.browser import opened
from support.frontend import package
from support.site_pages import THEMES, WIDTHS, address, shown_pages

pytestmark = pytest.mark.browser

# A theme changes colours alone: the dark one is asked only of these.
RUN = """(colours) => axe.run(colours ? { runOnly: { type: "rule", values: ["color-contrast"] } }
    : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))]))"""
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


def test_axe_has_no_complaint_of_any_page_in_both_themes_wide_and_narrow(browser, demo_folder):
    axe = package("axe-core", "axe.min.js").read_text("utf-8")
    complaints = {}
    for kind, file in shown_pages(demo_folder / "output" / "site").items():
        with opened(browser, address(kind, file), bypass_csp=True, reduced_motion="reduce") as page:
            page.evaluate(OPEN)
            page.evaluate(axe)
            for width, theme in product(WIDTHS, THEMES):
                page.set_viewport_size({"width": width, "height": WIDTHS[width]})
                page.emulate_media(color_scheme=theme)
                if violations := page.evaluate(RUN, theme == "dark"):
                    complaints[kind, width, theme] = violations
    assert complaints == {}
