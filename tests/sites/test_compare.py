"""The page that compares versions: which references it takes, what it says of the others, and its controls."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from catalog.errors import Ambiguous, NotFound
from catalog.query import Catalog
from support.browser import opened

pytestmark = pytest.mark.browser

CHURN = "demo.example/risk/churn:churn"
FULL = f"{CHURN}@v3.4.0"
HEADS = "heads => heads.map(head => [...head.querySelectorAll('a, small')].slice(0, 2).map(each => each.textContent))"


@pytest.fixture(scope="module")
def output(demo_folder):
    return demo_folder / "output"


@pytest.fixture
def compared(browser, output):
    """Opens the comparison of references."""
    return lambda *refs, **options: opened(
        browser, f"{(output / 'site/compare.html').as_uri()}?{urlencode([('v', ref) for ref in refs])}", **options
    )


@pytest.mark.parametrize(
    "ref",
    [
        "churn#prod",
        "churn#production",
        "churn",
        "churn@latest",
        "churn@greatest",
        "churn:churn@v1.0.0",
        "risk/churn:churn@v1.0.0",
        FULL,
        f"{CHURN}#production",
    ],
)
def test_a_reference_means_what_it_means_for_the_command(compared, output, ref):
    with Catalog.open(output / "catalog.duckdb") as catalog:
        artifact, _, version = catalog.reference(ref).rpartition("@")
    with compared(ref) as page:
        page.locator(".cmp").wait_for()
        assert (page.locator(".cmp thead th").evaluate_all(HEADS), page.complaints) == ([[version, artifact]], [])


def test_the_beginning_of_a_commit_is_a_reference(compared, output):
    with Catalog.open(output / "catalog.duckdb") as catalog:
        (row,) = catalog.sql("""select "commit" from versions where artifact = 'churn' and version = 'v1.0.0'""").rows
    with compared(f"churn@{row['commit'][:12]}") as page:
        page.locator(".cmp").wait_for()
        assert page.locator(".cmp thead th").evaluate_all(HEADS) == [["v1.0.0", CHURN]]


@pytest.mark.parametrize("ref", ["churn#nope", "churn@v9.9.9", f"{CHURN}@v9.9.9"])
def test_a_reference_of_no_version_says_which_there_are(compared, output, ref):
    with Catalog.open(output / "catalog.duckdb") as catalog, pytest.raises(NotFound) as error:
        catalog.reference(ref)
    with compared(ref) as page:
        said = page.locator("#compare .notice span").inner_text()
    words, told = (text.replace(",", "").split() for text in (said.replace('"', "'"), str(error.value)))
    assert sorted(words) == sorted(told)  # the order of stages may differ


def test_an_unknown_artifact_is_said(compared):
    with compared("none such@v1.0.0") as page:
        assert page.locator("#compare .notice span").inner_text() == (
            'no artifact "none such@v1.0.0" in this catalog: expected artifact, artifact@version or artifact#stage'
        )


def test_a_name_of_several_artifacts_offers_them(compared, output):
    with Catalog.open(output / "catalog.duckdb") as catalog, pytest.raises(Ambiguous) as error:
        catalog.reference("model@v1.0.0")
    with compared("model@v1.0.0", FULL) as page:
        said = page.locator("#compare .notice span").inner_text()
        buttons = page.locator("#compare .notice .btn")
        offered = buttons.all_inner_texts()
        buttons.first.click()
        page.locator("#compare .notice").wait_for(state="detached")
        assert (said, offered, page.url.partition("?")[2]) == (
            f'"model@v1.0.0" names {len(offered) - 1} artifacts, expected one',
            [*error.value.candidates, "Remove"],
            urlencode([("v", error.value.candidates[0]), ("v", FULL)]),
        )


def test_a_reference_that_failed_can_be_removed(compared):
    with compared("churn@v9.9.9", FULL, "nope") as page:
        page.get_by_role("button", name="Remove churn@v9.9.9").click()
        page.get_by_role("button", name="Remove nope").click()
        page.wait_for_function("!document.querySelector('#compare .notice')")
        assert (page.url.partition("?")[2], page.locator(".cmp thead a").all_inner_texts()) == (
            urlencode({"v": FULL}),
            ["v3.4.0"],
        )


def test_the_buttons_of_a_version_look_like_buttons(compared):
    with compared("churn@v3.4.0", "churn@v1.0.0") as page:
        buttons = page.locator(".cmp thead th").last.locator("button")
        shown = buttons.evaluate_all(
            "buttons => buttons.map(each => [each.textContent, getComputedStyle(each).borderTopWidth, each.getBoundingClientRect().height])"
        )
        baseline, remove = (buttons.nth(place).bounding_box() for place in range(2))
    assert shown == [["Baseline", "1px", 24], ["Remove", "1px", 24]]
    assert (remove["x"] >= baseline["x"] + baseline["width"] + 4) or (remove["y"] > baseline["y"])


@pytest.mark.parametrize("width", [390, 320])
def test_a_reference_can_be_read_while_it_is_typed_on_a_narrow_screen(compared, width):
    with compared(FULL, "churn@v1.0.0", "nope", viewport={"width": width, "height": 900}) as page:
        box = page.get_by_label("Reference of a version").bounding_box()
        wide = page.evaluate("document.documentElement.scrollWidth")
    assert (box["width"] >= 200, wide) == (True, width)
