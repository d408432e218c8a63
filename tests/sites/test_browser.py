"""The site in a browser, from a folder: with scripts and without, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from catalog import __version__
from catalog.query import Catalog
from sites.markdown import RepositoryFiles, render
from sites.view_models.model.metrics import signed
from support.markdown_vectors import VECTORS

pytestmark = pytest.mark.browser

PLACE = RepositoryFiles(
    file="README.md", page=lambda path: f"https://f.example/{path}", raw=lambda path: f"https://f.example/{path}"
)
BELOW_BARS = 112  # pixels from the top of the window, where a section begins: `scroll-padding-top` in site.css
MODEL = "models/github.com~acme~churn/churn.html"


@pytest.fixture
def opened(browser, site):
    """Opens a page of the site; `complaints` are what the browser said of any of them, and what they asked of the network."""
    contexts = []

    def open_page(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith("file:") or page.complaints.append(request.url))
        page.goto((site / path).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("width", [1440, 820, 390])
def test_no_page_complains_or_is_wider_than_the_window(opened, site, width, scripts):
    wrong = []
    one_of_each = {file.parent: file for file in sorted(site.glob("*/**/*.html"))}
    for file in [*site.glob("*.html"), *one_of_each.values()]:
        page = opened(file.relative_to(site), viewport={"width": width, "height": 800}, java_script_enabled=scripts)
        box = page.locator("main").bounding_box()
        clipped = page.locator("body").evaluate("body => body.scrollWidth") if scripts else width
        if page.complaints or not box or box["width"] > width or clipped > width:
            wrong.append((file.name, page.complaints, box, clipped))
        page.context.close()
    assert wrong == []


def test_a_model_reads_without_scripts(opened):
    page = opened(MODEL, java_script_enabled=False)
    names = ("Metrics", "Plots", "How to use it", "Versions", "Lineage and storage", "Card", "History", "Details")
    assert [page.get_by_role("heading", name=name, exact=True).count() for name in names] == [1] * 8


@pytest.mark.parametrize("width", [1440, 390])
def test_a_tab_leads_to_its_section_and_is_marked_there(browser, demo_folder, width):
    (file,) = (demo_folder / "output/site").glob("models/*risk~churn/churn.html")
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(file.as_uri())
    tabs = page.locator(".tabs a")
    places = {}
    for number in range(tabs.count()):
        tabs.nth(number).click()
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        (name,) = page.locator(".tabs a[aria-current]").evaluate_all("tabs => tabs.map((tab) => tab.hash.slice(1))")
        top, left = page.evaluate(
            """name => [document.getElementById(name).getBoundingClientRect().top,
            document.documentElement.scrollHeight - innerHeight - scrollY]""",
            name,
        )
        places[name] = abs(top - BELOW_BARS) < 1 or left < 1
    wanted = [tab.get_attribute("href")[1:] for tab in tabs.all()]
    context.close()
    assert places == dict.fromkeys(wanted, True)
    assert len(wanted) > 5


def test_nothing_waits_for_scripts_that_never_come(opened):
    page = opened("models.html", java_script_enabled=False)
    assert page.locator("button, input, .facets:visible").count() == 0


@pytest.mark.parametrize(
    ("crawled", "quiet"),
    [("2024-06-07T00:00:00Z", False), ("2024-06-09T00:00:00Z", True)],
    ids=["within a week", "later"],
)
def test_the_home_page_says_where_the_last_changes_are_older_than_a_week(opened, site, crawled, quiet):
    page = opened("index.html", java_script_enabled=True)
    last = page.locator("#h-week time").get_attribute("datetime")
    page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => S('as-of', {{ crawled: '{crawled}', crawl: 1, version: '1' }}))"
    )
    page.route("**/as-of*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto((site / "index.html").as_uri())
    assert (last[:10], page.locator("[data-quiet]").is_visible()) == ("2024-06-01", quiet)


def test_the_theme_is_the_system_s_until_clicks_choose_one_and_give_it_back(opened):
    page = opened("index.html", color_scheme="dark")
    states = []
    for _ in range(4):
        page.reload()
        name = page.locator(".top button").get_attribute("aria-label")
        states.append((name, page.evaluate("getComputedStyle(document.body).backgroundColor")))
        page.get_by_role("button", name=name).click()
    dark, light = "rgb(13, 14, 16)", "rgb(255, 255, 255)"
    assert states == [("Theme: system", dark), ("Theme: light", light), ("Theme: dark", dark), ("Theme: system", dark)]


def test_the_fonts_are_those_of_the_site(opened):
    page = opened("index.html")
    page.evaluate("document.fonts.load('14px \"JetBrains Mono\"')")
    loaded = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].map((font) => [font.family, font.status]))"
    )
    until_then = {name.strip('"') for name, _ in loaded if "Inter in" in name}
    fonts = [[name, status] for name, status in loaded if "Inter in" not in name]
    assert (fonts, until_then) == (
        [["Inter", "loaded"], ["JetBrains Mono", "loaded"]],
        {"Inter in Arial", "Inter in DejaVu"},
    )


def test_a_line_is_copied_as_it_is_shown(opened):
    page = opened(MODEL, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="DVC", exact=True).click()
    page.get_by_role("button", name="Copy dvc artifacts get").click()
    page.get_by_role("status").first.wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "dvc artifacts get https://github.com/acme/churn.git churn --rev v1.0.0"


@pytest.mark.parametrize("has_clipboard", [True, False], ids=["from a file", "at a plain address"])
def test_the_text_of_an_issue_is_copied_without_opening_it(opened, has_clipboard):
    page = opened("status.html", permissions=["clipboard-read", "clipboard-write"])
    if not has_clipboard:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    text = page.locator(".issue pre").first.evaluate("pre => pre.textContent")
    page.get_by_role("button", name="Copy as issue text").first.click()
    page.get_by_text("Copied").wait_for()
    page.reload()
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_a_line_is_copied_at_a_plain_address_of_an_intranet(opened):
    page = opened(MODEL, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="DVC", exact=True).click()
    page.get_by_role("button", name="Copy dvc artifacts get").click()
    page.get_by_text("Copied").wait_for()
    page.reload()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "dvc artifacts get https://github.com/acme/churn.git churn --rev v1.0.0"


def test_every_page_says_of_when_it_is(opened):
    said = [
        [holder.inner_text() for holder in opened(path).locator("[data-as-of]").all()] for path in ("index.html", MODEL)
    ]
    assert said == [[f"As of 1 Jun 2024, 12:00 UTC · crawl 1 · catalog {__version__}"]] * 2


def test_without_scripts_every_page_leads_to_the_status(opened):
    page = opened(MODEL, java_script_enabled=False)
    page.get_by_role("link", name="When this was read").click()
    assert page.url.endswith("/status.html")


def test_an_old_link_to_the_crawl_leads_to_the_status(opened):
    page = opened("crawl.html", java_script_enabled=False)
    page.wait_for_url("**/status.html")
    assert page.get_by_role("heading", name="Status").count() == 1


def test_repositories_are_filtered_and_sorted_and_the_address_keeps_it(opened):
    page = opened("repos.html")
    page.get_by_role("button", name="Versions").click()
    page.get_by_role("searchbox").fill("acme")
    page.reload()
    names = page.locator("tbody tr:visible td:first-child").all_inner_texts()
    address, sort = page.url.partition("?")[2], page.locator("[aria-sort]").get_attribute("aria-sort")
    assert (names, address, sort) == (
        ["github.com/acme/churn", "git.acme.example/lost"],
        "sort=-versions&q=acme",
        "descending",
    )


def test_an_age_is_shown_by_the_clock_of_the_reader_and_paper_has_the_date(opened):
    page = opened("index.html")
    time = page.locator(".home td time").first
    age, date = time.inner_text(), time.get_attribute("title")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (age.endswith(" ago"), date, time.inner_text()) == (True, "2024-06-01 12:00:00 UTC", "1 Jun 2024")


def test_a_table_that_scrolls_is_reached_by_the_keyboard_and_one_that_does_not_is_no_stop(opened):
    focusable = ".scroll[tabindex]"
    narrow, wide = (opened(MODEL, viewport={"width": width, "height": 800}) for width in (390, 1440))
    narrow.locator(focusable).first.wait_for()
    assert (narrow.locator(focusable).first.get_attribute("aria-label"), wide.locator(focusable).count()) == (
        "Metrics",
        0,
    )


@pytest.fixture
def server(site) -> Iterator[str]:
    """The site below a folder of a server that shows 404.html for what is not there."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = site / self.path.removeprefix("/below/")
            data, status = (path, 200) if path.is_file() else (site / "404.html", 404)
            self.send_response(status)
            self.send_header("Content-Type", self.guess_type(str(data)))
            self.end_headers()
            self.wfile.write(data.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/below"
        running.shutdown()


@pytest.mark.parametrize("path", ["gone.html", "repos/gone.html", "models/x/gone.html"])
def test_the_404_page_finds_the_site_from_any_folder(browser, server, path):
    page = browser.new_page()
    page.goto(f"{server}/{path}")
    page.locator("[data-as-of] time").wait_for()
    page.get_by_role("link", name="All models").click()
    assert (page.url, page.locator("h1").inner_text()) == (f"{server}/models.html", "Models")
    page.close()


def test_the_404_page_reads_without_scripts_in_a_folder(browser, server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/models/x/gone.html")
    widths = [svg.bounding_box()["width"] for svg in page.locator("svg:visible").all()]
    assert (max(widths), page.get_by_role("heading", name="Nothing here").is_visible()) == (20, True)
    context.close()


def test_the_chart_is_of_the_metric_that_is_chosen(opened):
    page = opened(MODEL)
    page.get_by_role("button", name="rows", exact=True).click()
    page.locator("figure svg[aria-label='rows over 2 versions']").first.wait_for()
    assert (page.locator(".chart circle title").all_text_contents(), page.complaints) == (
        ["v1.0.0 10", "v1.1.0 10"],
        [],
    )


@pytest.mark.parametrize("path", [MODEL, "stages.html", "activity.html", "lineage.html"])
def test_on_paper_a_page_is_dark_on_white_without_navigation_and_as_wide_as_the_sheet(opened, path):
    page = opened(path, viewport={"width": 720, "height": 900}, color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("document.documentElement.dataset.theme = 'dark'; dispatchEvent(new Event('beforeprint'))")
    looks = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    navigation = page.locator("header.top:visible, .tabs:visible, .bar:visible, .picker:visible, #use:visible").count()
    wide = page.evaluate("[...document.querySelectorAll('table')].filter((table) => table.offsetWidth > 720).length")
    folded = page.locator("details:not([open])").count()
    assert (looks, navigation, wide, folded) == (["rgb(255, 255, 255)", "rgb(0, 0, 0)"], 0, 0, 0)


def test_after_printing_folds_are_as_before(opened):
    page = opened(MODEL)
    folds = page.locator("details")
    before = folds.evaluate_all("folds => folds.map(({ open }) => open)")
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    assert (folds.evaluate_all("folds => folds.map(({ open }) => open)"), set(before)) == (before, {True, False})


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as one that is printed", "one row more"])
def test_a_long_fold_stays_closed_on_paper(opened, beyond):
    page = opened("about.html")
    page.evaluate(
        "rows => { document.querySelector('main').innerHTML = `<details><summary>x</summary><ul>${'<li>y</li>'.repeat(rows)}</ul></details>`; }",
        40 + beyond,
    )
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details[open]").count() == 1 - beyond


def test_a_link_to_a_version_opens_its_details(opened):
    page = opened(MODEL)
    page.goto(f"{page.url}#v1.0.0")
    panel = page.locator("[id='v1.0.0'] + tr.panel")
    panel.wait_for()
    assert ("b0de1100000000000000000000000000" in panel.inner_text(), page.complaints) == (True, [])


def test_versions_are_filtered_by_words(opened):
    page = opened(MODEL)
    page.get_by_label("Filter versions").fill("prod first")
    assert page.locator("#versions tbody tr:visible td:first-child > a").all_inner_texts() == ["v1.0.0"]


def test_ticked_versions_are_compared_as_the_command_line_does(opened, catalog_file):
    page = opened(MODEL)
    for version in ("v1.0.0", "v1.1.0"):
        page.get_by_label(f"Compare {version}", exact=True).check()
    page.get_by_role("link", name="Compare 2 versions").click()
    page.locator(".cmp").wait_for()
    page.get_by_label("Changed parameters and inputs only").uncheck()
    page.get_by_text("trees").wait_for()
    shown = page.locator(".cmp tbody tr:not(.part)").evaluate_all(
        """rows => Object.fromEntries(rows.map(row => [row.cells[0].firstChild.textContent, [...row.cells].slice(1).map(cell => [
            cell.firstChild?.textContent ?? '', cell.querySelector('b') !== null, cell.querySelector('.d')?.textContent ?? ''])]))"""
    )
    with Catalog.open(catalog_file) as catalog:
        answer = catalog.compare("churn@v1.0.0", "churn@v1.1.0").rows
    told = {}
    for row in answer:
        if row["what"] != "version":
            delta = signed(row["delta"]) if row["place"] > 1 and row["delta"] is not None else ""
            told.setdefault(row["name"], []).append([row["text"], bool(row["best"]), delta])
    assert ({name: shown[name] for name in told}, sorted(told), page.complaints) == (told, ["auc", "rows", "trees"], [])


def test_nothing_of_a_card_runs_or_loads(browser):
    """Without the policy of the site: the HTML alone must not do anything."""
    context = browser.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for vector in VECTORS:
        page.set_content(f"<!doctype html><div>{render(vector.replace('PAY', 'window.ran=1'), PLACE)}</div>")
        page.evaluate("document.querySelectorAll('a').forEach(a => /^https?:/.test(a.href) || a.click())")
        page.mouse.move(20, 20)
    assert (page.evaluate("window.ran"), [url for url in asked if not url.startswith("about:")]) == (None, [])
    context.close()
