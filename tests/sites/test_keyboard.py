"""The list, the search, the comparison and the page of a model by the keyboard alone: Tab comes to each control, which shows it; then keys operate it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.browser import opened

pytestmark = pytest.mark.browser

CHURN = "demo.example/risk/churn:churn"
PAGES = {
    "list": "models.html",
    "model": "models/demo.example~risk~churn/churn.html",
    "comparison": f"compare.html?v={CHURN}%40v3.4.0&v={CHURN}%23prod",
}
READY = {"list": "#models.live", "model": "#versions input", "comparison": ".cmp"}
MOST = 250  # presses of a key to come around a page

# Notes what the focus comes to, and whether a reader sees it there.
WATCH = """() => {
  window.named = (each) => each.href || each.getAttribute('aria-label') || `${each.tagName} ${each.name} ${each.value} ${each.innerText}`; // rows are drawn anew
  window.reached = new Set(); window.unseen = [];
  addEventListener('focusin', ({ target }) => {
    window.reached.add(window.named(target));
    const seen = [target, target.parentElement, target.nextElementSibling].some((each) => {
      const style = each && getComputedStyle(each);
      return style && ((style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none');
    });
    if (!seen || !target.matches(':focus-visible')) window.unseen.push(target.outerHTML.slice(0, 100));
  });
}"""
# Whether the focus has left the page, once rows that came into sight are drawn: they are in a frame after that of the key.
FRAME = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(
  () => resolve(document.activeElement === document.body)))))"""
MISSED = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }) && !window.reached.has(window.named(each)))
  .map((each) => each.outerHTML.slice(0, 100))"""


@pytest.fixture
def on(browser, demo_folder):
    """Opens a page of the demo's site when its controls are there."""
    contexts = []

    def open_page(name):
        context = opened(browser, f"{(Path(demo_folder) / 'output' / 'site').as_uri()}/{PAGES[name]}")
        contexts.append(context)
        page = context.__enter__()
        page.locator(READY[name]).first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page) -> str:
    """The name of what has the focus."""
    return page.evaluate(
        "(e => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.tagName)(document.activeElement)"
    ).strip()


@pytest.mark.parametrize("name", PAGES)
def test_tab_comes_to_every_control_and_shows_where_it_is(on, name):
    page = on(name)
    page.evaluate(WATCH)
    for _ in range(MOST):
        press(page, "Tab")
        if page.evaluate(FRAME):
            break
    assert (page.evaluate(MISSED), page.evaluate("window.unseen")) == ([], [])


def test_tab_comes_to_each_row_of_the_list_however_fast_keys_come(on):
    """Rows are drawn as they come into sight: in a frame after that of the key, of which none may come before the next key."""
    page = on("list")
    page.locator("#models tbody tr").first.wait_for()
    rows = page.locator("#models").get_attribute("aria-rowcount")
    page.evaluate("""() => {
      const body = document.querySelector('#models tbody');
      window.places = new Set();
      body.addEventListener('focusin', ({ target }) => window.places.add(target.closest('tr').ariaRowIndex));
      window.requestAnimationFrame = () => 0;
      for (const kind of ['scroll', 'resize']) addEventListener(kind, (event) => event.stopImmediatePropagation(), { capture: true });
    }""")
    page.locator("#models tbody input:enabled, #models tbody a").first.focus()
    press(page, *["Tab"] * MOST)
    assert page.evaluate("window.places.size") == int(rows) - 1


def test_the_list_is_filtered_sorted_and_arranged(on):
    page = on("list")
    page.locator('.facets input[name="stage"][value="staging"]').focus()
    press(page, "Space")
    filtered = page.locator(".total").inner_text()
    page.get_by_role("button", name="Versions").focus()
    press(page, "Enter")
    order = page.locator("th[aria-sort]").get_attribute("aria-sort")
    kept = focused(page)
    page.locator("#models .tick input:enabled").first.focus()
    press(page, "Space")
    ticked = page.locator("#models .tick input").first.is_checked()
    assert (filtered, order, kept, ticked, page.complaints) == ("5 of 40", "descending", "Versions", True, [])


def test_a_menu_of_the_list_opens_and_escape_gives_the_focus_back(on):
    page = on("list")
    page.locator("summary", has_text="Columns").focus()
    press(page, "Enter", "Tab", "Space")
    chosen = (page.locator("details[open] input").first.is_checked(), page.url.partition("?")[2].partition("=")[0])
    press(page, "Escape")
    assert (chosen, page.locator(".bar details[open]").count(), focused(page)) == ((False, "columns"), 0, "Columns")


def test_the_search_opens_moves_leads_and_closes(on):
    page = on("list")
    page.get_by_label("Filter the list").focus()
    press(page, "Control+k")
    page.keyboard.type("churn")
    page.locator('#palette [aria-selected="true"]', has_text="risk/churn").wait_for()
    places = []
    for key in ("ArrowDown", "ArrowUp", "ArrowUp"):
        press(page, key)
        every = page.locator("#palette [role=option]").evaluate_all(
            "all => all.map(each => each.getAttribute('aria-selected'))"
        )
        places.append(every.index("true") - (len(every) if every.index("true") > 1 else 0))
    press(page, "Escape")
    back = (page.locator("dialog[open]").count(), focused(page))
    press(page, "Control+k")
    page.keyboard.type("churn@3.4.0")
    page.locator('#palette [aria-selected="true"]', has_text="v3.4.0").wait_for()
    press(page, "Enter")
    page.wait_for_url("**/churn.html#v3.4.0")
    assert (places, back, page.complaints) == ([1, 0, -1], (0, "Filter the list"), [])


def test_a_model_is_measured_filtered_and_compared(on):
    page = on("model")
    box = page.locator("#versions .tick input, #versions input[type=checkbox]")
    page.get_by_label("Filter versions").focus()
    page.keyboard.type("v3.4")
    shown = page.locator("#versions tbody tr:visible").count()
    press(page, *["Backspace"] * 4)
    for place in range(2):
        box.nth(place).focus()
        press(page, "Space")
    page.get_by_role("link", name="Compare 2 versions").focus()
    press(page, "Enter")
    page.locator(".cmp").wait_for()
    assert (shown > 0, page.locator(".cmp thead a").count(), page.complaints) == (True, 2, [])


def test_the_comparison_is_narrowed_and_grows(on):
    page = on("comparison")
    rows = page.locator(".cmp tbody tr").count()
    page.get_by_label("Changed parameters and inputs only").focus()
    press(page, "Space")
    more = page.locator(".cmp tbody tr").count()
    page.locator("main input:not([type=checkbox])").first.focus()
    page.keyboard.type(f"{CHURN}@v3.3.0")
    press(page, "Enter")
    page.locator(".cmp thead a").nth(2).wait_for()
    assert (more > rows, page.locator(".cmp thead a").count(), page.complaints) == (True, 3, [])
