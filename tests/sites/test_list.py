"""The list of models in a browser: rows, facets, order, address, search and export; from a folder, as from a server."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from catalog.query import Catalog
from support.list_page import asked
from support.search_queries import DEMO

pytestmark = pytest.mark.browser

# What the page leaves to the command line: versions, experiments, addresses.
BEYOND = re.compile(r"is:version|is:experiment|\w@demo\.example")
PHRASE = re.compile(r'(?<![:\w.])"')
MEASURED = re.compile(r"metric\.|param\.|sort:(?!score|updated|created|name|versions)")
DEMO_QUERIES = [case.query for case in DEMO.values() if case.query.strip()]


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Path:
    """The site of the demo."""
    return demo_folder / "output" / "site"


@pytest.fixture
def opened(browser, demo):
    """Opens the list; `complaints` are what the browser said of it."""
    contexts = []

    def open_list(query="", site=demo, **options):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((site / "models.html").as_uri() + query)
        page.locator("#models.live").wait_for()
        return page

    yield open_list
    for context in contexts:
        context.close()


def names(page) -> list[str]:
    return page.locator("#models tbody .nm a").all_inner_texts()


def text(part) -> str:
    return " ".join(part.inner_text().split())


def total(page) -> str:
    return page.locator(".total").inner_text()


def facet(page, name, value):
    return page.locator(f'.facets input[name="{name}"][value="{value}"]')


def address(page) -> str:
    return page.url.partition("models.html")[2]


def test_a_row_shows_the_main_metric_with_what_it_is_against_prod(opened):
    page = opened("?q=ctr")
    page.locator("#models tr").nth(1).wait_for()
    when = page.locator("#models time").inner_text()
    assert text(page.locator("#models tbody tr")) == (
        f"ads/ctr Will this banner be clicked? prod v2.3.0 live-pl v2.2.0 +2 0.7938 auc \u22120.0072 against prod 11 {when}"
    )
    assert (page.locator("#models .spark polyline").count(), page.complaints) == (1, [])


def test_facets_count_what_is_left(opened):
    page = opened()
    before = (total(page), text(facet(page, "stage", "staging").locator("xpath=..")))
    facet(page, "stage", "staging").check()
    facet(page, "type", "model").check()
    counts = {value: facet(page, "team", value).locator("xpath=../b").inner_text() for value in ("vision", "risk")}
    assert (before, total(page), counts, address(page)) == (
        ("40", "staging 5"),
        "5 of 40",
        {"vision": "2", "risk": "1"},
        "?stage=staging&type=model",
    )


@pytest.mark.parametrize(
    ("query", "chips"),
    [("?team=no-such", "Team: no-such"), ("?stage=gone&type=model", "Stage: gone"), ("?state=x", "State: x")],
)
def test_a_value_that_nothing_has_gives_an_empty_list(opened, query, chips):
    page = opened(query)
    shown = (total(page), chips in text(page.locator(".chips.active")), text(page.locator("#none")))
    page.locator("#none button").click()
    assert (shown, total(page), address(page)) == (
        ("0 of 40", True, "No artifact matches these filters. Clear"),
        "40",
        "",
    )


def test_one_value_is_a_facet_where_not_every_row_has_it(opened, site):
    page = opened("?stage=prod", site=site)
    shown = (facet(page, "stage", "prod").count(), total(page).split(" ")[0])
    page.get_by_role("button", name="Remove filter Stage: prod").click()
    assert (shown, facet(page, "stage", "prod").is_visible(), page.complaints) == ((1, "1"), True, [])


def test_what_is_in_no_stage_and_what_is_deprecated(opened):
    page = opened("?stage=")
    none = total(page)
    page.goto(page.url.partition("?")[0] + "?state=deprecated")
    page.locator("#models.live").wait_for()
    assert (none, names(page)) == ("17 of 40", ["forecasting/baseline", "nlp/rules"])


def test_more_values_are_a_click_away_and_found_by_their_text(opened):
    page = opened()
    group = page.locator(".facets fieldset", has=page.get_by_text("Label", exact=True))
    few = group.locator("label").count()
    group.get_by_role("button").click()
    many = group.locator("label").count()
    group.get_by_label("Find a value of Label").fill("onn")
    assert (few, many > 30, group.locator("label span").all_inner_texts()) == (8, True, ["onnx"])


def test_order_and_filters_are_in_the_address_and_kept_on_the_way_back(opened):
    page = opened("?type=dataset")
    page.get_by_role("button", name="Versions").click()
    page.get_by_role("button", name="Versions").click()
    before = (names(page), address(page), page.locator("th[aria-sort]").get_attribute("aria-sort"))
    page.locator("#models .nm a").first.click()
    page.go_back()
    page.locator("#models.live").wait_for()
    assert (names(page), address(page), page.locator("th[aria-sort]").get_attribute("aria-sort")) == before
    assert before[1:] == ("?type=dataset&sort=versions", "ascending")


@pytest.mark.parametrize("column", ["name", "stages", "metric", "versions", "updated", "framework", "owner"])
def test_every_column_sorts_both_ways_with_what_has_no_value_last(opened, column):
    page = opened(f"?sort={column}&columns=stages,metric,versions,updated,framework,owner")
    cells = f"#models tbody tr td:nth-child({['name', 'stages', 'metric', 'versions', 'updated', 'framework', 'owner'].index(column) + 1})"
    texts = page.locator(cells).all_inner_texts()
    empty = [not text.strip() for text in texts]
    page.locator(f'th[data-column="{column}"] button').click()
    other = page.locator(cells).all_inner_texts()
    assert (empty, [not text.strip() for text in other][: empty.count(False)].count(True), texts[0] != other[0]) == (
        sorted(empty), 0, True,
    )  # fmt: skip


def test_two_to_seven_versions_are_compared(opened):
    page = opened("?type=model")
    boxes = page.locator("#models .tick input:enabled")
    boxes.nth(0).check()
    alone = page.get_by_role("link", name="Compare").count()
    for place in range(1, 7):
        boxes.nth(place).check()
    link = page.get_by_role("link", name="Compare").get_attribute("href")
    disabled = page.locator("#models .tick input:not(:checked):enabled").count()
    assert (alone, link.startswith("compare.html?v=demo.example%2Fforecasting%2Fdemand%3Afresh%40v2.0.0&v="), link.count("v="), disabled) == (
        0, True, 7, 0,
    )  # fmt: skip


def test_what_is_shown_is_exported(opened):
    page = opened("?type=dataset&sort=name")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as as_csv:
        page.get_by_role("button", name="CSV").click()
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as as_json:
        page.get_by_role("button", name="JSON").click()
    rows = list(csv.DictReader(Path(as_csv.value.path()).read_text("utf-8").splitlines()))
    records = json.loads(Path(as_json.value.path()).read_text("utf-8"))
    assert ([row["artifact"] for row in rows], rows[0]["repository"], records[1]["versions"]) == (
        [record["artifact"] for record in records],
        "demo.example/data/registry",
        1,
    )


def test_filters_are_a_sheet_on_a_phone(opened):
    page = opened(viewport={"width": 390, "height": 800})
    page.get_by_role("button", name="Filters").click()
    sheet = page.get_by_role("dialog", name="Filters")
    sheet.locator('input[name="stage"][value="staging"]').check()
    text = sheet.get_by_role("button", name="Show").inner_text()
    sheet.get_by_role("button", name="Show").click()
    assert (text, sheet.is_visible(), page.get_by_role("button", name="Filters").inner_text(), total(page)) == (
        "Show 5 results", False, "Filters (1)", "5 of 40",
    )  # fmt: skip


def test_texts_of_strangers_stay_texts(opened, site):
    page = opened(site=site)
    assert (page.locator("#models script, #models img, .facets script").count(), page.complaints) == (0, [])
    shown = page.locator("main").inner_text()
    assert [c for c in "\u202e\u200b\x7f" if c in shown] == []


@pytest.fixture(scope="module")
def of_command_line(demo_folder: Path) -> dict[str, list[object]]:
    """What `catalog search` finds: the first ten, and how much there is."""
    queries = [query for query in DEMO_QUERIES if not BEYOND.search(query)]
    measured = [query for query in queries if MEASURED.search(query)]
    phrases = [query for query in queries if PHRASE.search(query)]
    others = [query for query in queries if not MEASURED.search(query) and query not in phrases]
    queries = [*phrases, *measured, *others[::2], *others[1::4]][
        :90
    ]  # some of each kind: a search takes the command line 60 ms
    with Catalog.open(demo_folder / "output" / "catalog.duckdb") as catalog:
        answers = {query: catalog.search(query, limit=10) for query in queries}
    return {query: [[row["ref"] for row in answer.rows], answer.total] for query, answer in answers.items()}


@pytest.mark.parametrize("way", ["file", "http"])
def test_the_page_finds_what_the_command_line_finds_in_its_order(browser, demo, of_command_line, way):
    beyond = [query for query in DEMO_QUERIES if BEYOND.search(query)]
    answers = asked(browser, demo, way, [*of_command_line, *beyond])
    assert answers == {**of_command_line, **dict.fromkeys(beyond, "ask")}


def test_a_query_is_typed_repaired_and_explained(opened):
    page = opened()
    box = page.get_by_label("Filter the list")
    shown = []
    for query in ("lightg", "fruad", "is:version", "stage:", "churn OR", "demo.example/ads/ctr:ctr#prod"):
        box.fill(query)
        box.press("Enter")
        page.wait_for_timeout(150)
        shown.append((query, total(page), page.locator(".bar ~ .note").inner_text()))
    assert shown == [
        ("lightg", "2 of 40", "Nothing for lightg. Showing results for lightgbm."),
        ("fruad", "1 of 40", "Nothing for fruad. Showing results for fraud."),
        ("is:version", "0 of 40", "This page does not know is:version. Ask catalog search 'is:version'"),
        ("stage:", "0 of 40", "The query cannot be read: column 7: expected a value behind stage:."),
        ("churn OR", "0 of 40", "The query cannot be read: column 9: expected something to find beside OR."),
        (
            "demo.example/ads/ctr:ctr#prod",
            "0 of 40",
            "The query cannot be read: column 1: expected repo:demo.example/ads/ctr name:ctr for the reference demo.example/ads/ctr:ctr#prod.",
        ),
    ]


def test_the_metric_that_is_asked_for_is_shown_and_exported(opened):
    page = opened("?q=metric.map50:>0.8+sort:map50")
    page.locator("#models tbody tr").nth(1).wait_for()
    shown = [text(cell) for cell in page.locator("#models tbody .met").all()]
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    exported = [(row["metric"], row["value"]) for row in json.loads(Path(download.value.path()).read_text())]
    box = page.get_by_label("Filter the list")
    box.fill("matcher")
    box.press("Enter")
    page.locator("#models tbody .met", has_text="latency_ms").wait_for()  # the main one again
    assert (shown, exported, page.complaints) == (
        ["0.9694 mAP50", "0.9639 mAP50"],
        [("mAP50", 0.9694), ("mAP50", 0.9639)],
        [],
    )


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("map50", "map50 is a metric: sort:map50 orders by it, metric.map50:>NUMBER finds by its value."),
        ("seed", "seed is a parameter: param.seed:VALUE finds by its value."),
        ("-map50 foobarx", ""),
    ],
)
def test_a_word_that_names_a_metric_or_parameter_is_explained(opened, demo, query, note):
    """As `catalog search` explains it."""
    page = opened(f"?{urlencode({'q': query})}")
    page.wait_for_function("document.querySelector('#models')?.getAttribute('aria-rowcount') === '1'")
    with Catalog.open(demo.parent / "catalog.duckdb") as catalog:
        answer = catalog.search(query)
    said = page.locator(".bar ~ .note").inner_text()
    assert (said, answer.rows, f"{answer.note}." if answer.note else "") == (note, [], note)


def test_a_metric_that_nothing_has_is_said(opened):
    page = opened("?q=label:nlp+sort:no_such_metric")
    page.locator("#models tbody tr").first.wait_for()
    assert page.locator(".bar ~ .note").inner_text() == "Nothing has a metric no_such_metric."


@pytest.mark.parametrize(
    ("keys", "text", "first", "where"),
    [
        ("/", "churn", "risk/churn", "models/demo.example~risk~churn/churn.html"),
        ("Control+k", "churn@3.4.0", "risk/churn@v3.4.0", "models/demo.example~risk~churn/churn.html#v3.4.0"),
        ("/", "speech/asr", "speech/asr", "models/demo.example~speech~asr/asr.html"),
        ("/", "Repositories", "Repositories", "repos.html"),
    ],
)
def test_every_page_opens_the_search_by_a_key(opened, keys, text, first, where):
    page = opened()
    page.goto(page.url.replace("models.html", "repos/demo.example~data~registry.html"))
    page.keyboard.press(keys)
    page.get_by_role("combobox").fill(text)
    chosen = page.locator('#palette [aria-selected="true"]')
    chosen.filter(has_text=first).wait_for()
    shown = chosen.locator("span").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{where}")
    assert (shown, page.complaints) == (first, [])
