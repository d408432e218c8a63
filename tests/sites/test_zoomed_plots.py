"""Plots that can be zoomed: the file of numbers, pages with and without the bundle of Vega, and Vega itself in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sites import site_settings
from sites.build import build
from sites.render import assets
from sites.view_models.model.plot_data import MOST_CHARACTERS, MOST_SERIES, plot_file
from sites.view_models.model.plots import VEGA, PlotRow
from support.browser import opened
from support.dvc_run import PNG
from support.frontend import BUNDLE

MODEL = "models/github.com~acme~churn/churn.html"
STUB = b"globalThis.VegaPlots = { draw: () => Promise.reject(new Error('a stub')) };\n"


def row(**stated):
    blank = dict.fromkeys(PlotRow._fields)
    return PlotRow(
        **{
            **blank,
            "version": "v1.0.0",
            "commit": "c",
            "plot": "p",
            "file": "p.csv",
            "field": "y",
            "x": "x",
            "is_latest": True,
            **stated,
        }
    )


def values(*plots, stages=()):
    file = plot_file(plots, dict(stages))
    return json.loads(file.data.removeprefix(b'S("plots",').removesuffix(b");\n"))


def test_lines_keep_their_numbers_and_say_of_which_version_they_are():
    line = row(xs=[0.0, 1.0], ys=[2.5, float("nan")], y_label="Loss")
    assert values([line], [], stages=[(("v1.0.0", "c"), ["prod", "dev"])]) == [
        {
            "title": "p",
            "template": "linear",
            "x": "x",
            "y": "Loss",
            "series": [
                {"of": "v1.0.0", "version": "v1.0.0 prod dev", "name": "y", "xs": [0.0, 1.0], "ys": [2.5, None]}
            ],
        },
        None,
    ]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param(None, {"words": ["a"], "counts": [3.0]}, id="bars"),
        pytest.param(["b"], {"words": ["a"], "others": ["b"], "counts": [3.0]}, id="pairs of a matrix"),
    ],
)
def test_words_keep_their_counts(others, expected):
    (plot,) = values([row(words=["a"], others=others, counts=[3.0], template="t")])
    assert plot["series"] == [{"of": "v1.0.0", "version": "v1.0.0", "name": "y", **expected}]


def test_a_plot_of_images_alone_has_no_file():
    assert plot_file([[], []], {}) is None


@pytest.mark.parametrize("lines", [MOST_SERIES, MOST_SERIES + 1])
def test_a_plot_has_a_bounded_number_of_lines(lines):
    (plot,) = values([row(xs=[0.0], ys=[1.0], field=f"y{number}") for number in range(lines)])
    assert len(plot["series"]) == MOST_SERIES


def test_lines_of_the_latest_version_and_of_those_in_stages_come_first():
    line = {"xs": [0.0], "ys": [1.0], "is_latest": False}
    rows = [row(version=version, **line) for version in ("v1", "v2")] + [
        row(version="v3", **line | {"is_latest": True})
    ]
    (plot,) = values(rows, stages=[(("v2", "c"), ["prod"])])
    assert [(each["of"], each.get("other")) for each in plot["series"]] == [("v2", None), ("v3", None), ("v1", True)]
    assert plot_file([rows], {}).versions == {"v1", "v2", "v3"}


@pytest.mark.parametrize("length", [MOST_CHARACTERS, MOST_CHARACTERS + 1])
def test_a_name_has_a_bounded_length(length):
    (plot,) = values([row(xs=[0.0], ys=[1.0], field="y" * length)])
    assert len(plot["series"][0]["name"]) == MOST_CHARACTERS


def test_a_file_of_numbers_is_a_script_whatever_names_say():
    file = plot_file([[row(xs=[0.0], ys=[1.0], field="</script>\u2028\u202e'")]], {})
    assert (b"<" in file.data, file.data.isascii(), b"\\u202e" in file.data) == (False, True, True)


def numbers_of(site: Path) -> Path:
    """The file that the model's page names."""
    (name,) = re.findall(r'data-numbers="../../(plots/[0-9a-f]{24}\.js)"', (site / MODEL).read_text("utf-8"))
    return site / name


@pytest.fixture
def with_assets(monkeypatch, catalog_file, tmp_path):
    """Builds the site in the test's folder with the bundle that is given, or without one. Each file that is made is counted once."""

    def build_with(bundle: bytes | None) -> Path:
        counts: list[tuple[int, int]] = []
        others = {path: data for path, data in assets().items() if not path.startswith("static/vendor/")}
        static = others if bundle is None else {**others, VEGA: bundle}
        monkeypatch.setattr(site_settings, "assets", lambda: static)
        build(catalog_file, tmp_path, title="x", progress=lambda *count: counts.append(count))
        assert counts == [(number, len(counts)) for number in range(1, len(counts) + 1)]
        return tmp_path

    return build_with


@pytest.mark.slow
def test_a_site_without_the_bundle_has_pictures_only(with_assets):
    site = with_assets(None)
    html = (site / MODEL).read_text("utf-8")
    assert ("plots.js" in html, "data-numbers" in html, "<polyline" in html, [*site.glob("plots/*.js")]) == (
        False,
        False,
        True,
        [],
    )


@pytest.mark.slow
def test_a_site_with_the_bundle_has_a_file_of_numbers_beside_the_pictures(with_assets):
    site = with_assets(STUB)
    html = (site / MODEL).read_text("utf-8")
    file = numbers_of(site)
    plots = json.loads(file.read_bytes().removeprefix(b'S("plots",').removesuffix(b");\n"))
    shown = [plot and [(each["version"], len(each["ys"])) for each in plot["series"]] for plot in plots]
    named = f'"plots":"{file.relative_to(site)}"' in (site / MODEL).with_suffix(".js").read_text("utf-8")
    assert (html.count(" data-plot="), "<polyline" in html, named, shown) == (
        1,
        True,
        True,
        [[("v1.1.0", 2), ("v1.0.0 prod", 2)], None],
    )


@pytest.mark.slow
def test_a_file_of_numbers_that_was_deleted_is_made_again(with_assets):
    site = with_assets(STUB)
    file = numbers_of(site)
    before = file.read_bytes()
    file.unlink()
    with_assets(STUB)
    assert file.read_bytes() == before


@pytest.mark.browser
def test_a_plot_that_cannot_be_loaded_leaves_its_picture(browser, with_assets):
    with opened(browser, (with_assets(STUB) / MODEL).as_uri()) as page:
        page.get_by_role("button", name="Zoom", exact=True).first.click()
        page.get_by_text("could not be loaded").wait_for()
        assert (page.locator("figure[data-plot] > svg:visible").count(), page.complaints) == (1, [])


@pytest.fixture
def with_vega(with_assets):
    """The site with the real bundle."""
    if not BUNDLE.is_file():
        pytest.skip("needs the bundle of Vega: make frontend")
    return with_assets(BUNDLE.read_bytes())


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_vega_draws_both_versions_under_the_page_s_policy(browser, with_vega, theme):
    with opened(browser, (with_vega / MODEL).as_uri(), color_scheme=theme) as page:
        figure = page.locator("figure[data-plot]").first
        before = page.locator("script[src*='static/vendor/vega']").count()
        figure.get_by_role("button", name="Zoom", exact=True).click()
        figure.locator(".vega svg").wait_for()
        lines = figure.locator(".vega path[aria-roledescription='line mark']").count()
        ends = figure.locator(".vega .role-axis-label text")
        unzoomed = ends.all_inner_texts()
        figure.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(100)
        zoomed = ends.all_inner_texts()
        figure.get_by_role("button", name="Reset").click()
        page.wait_for_timeout(200)
        after = ends.all_inner_texts()
        figure.get_by_role("button", name="Zoom", exact=True).click()
        closed = (figure.locator(".vega svg").count(), figure.locator("> svg:visible").count())
    assert (lines, zoomed != unzoomed, after == unzoomed, closed, before, page.complaints) == (
        2,
        True,
        True,
        (0, 1),
        0,
        [],
    )


@pytest.mark.browser
def test_the_comparison_has_the_plots_of_its_versions_in_one(browser, with_vega):
    versions = "&v=".join(f"github.com/acme/churn:churn%40{version}" for version in ("v1.1.0", "v1.0.0"))
    with opened(browser, f"{(with_vega / 'compare.html').as_uri()}?v={versions}") as page:
        figure = page.locator("#compare figure")
        figure.locator(".vega svg").wait_for()
        shown = (
            figure.locator("figcaption").all_inner_texts(),
            figure.locator(".vega .role-legend-label text").all_text_contents(),
        )
        assert (*shown, page.complaints) == (["How it <learned>"], ["v1.1.0", "v1.0.0"], [])


@pytest.mark.browser
def test_the_panel_of_a_version_has_its_plots(browser, with_vega):
    with opened(browser, f"{(with_vega / MODEL).as_uri()}#v1.0.0") as page:
        page.get_by_role("button", name="Show plots").click()
        panel = page.locator("[id='v1.0.0'] + tr.panel")
        panel.locator(".vega svg").wait_for()
        lines = panel.locator(".vega path[aria-roledescription='line mark']").count()
        assert (panel.locator("figcaption").all_inner_texts(), lines, page.complaints) == (
            ["plots/rows.png", "How it <learned>"],
            1,
            [],
        )


@pytest.mark.browser
def test_the_panel_of_a_version_has_its_own_images(browser, with_assets):
    site = with_assets(None)
    with opened(browser, f"{(site / MODEL).as_uri()}#v1.0.0") as page:
        figure = page.locator("[id='v1.0.0'] + tr.panel figure")
        figure.first.wait_for()
        sources = [image.get_attribute("src") for image in figure.locator("img").all()]
        data = [(site / MODEL).parent.joinpath(source or "").read_bytes() for source in sources]
        titles = figure.locator("figcaption").all_inner_texts()
        assert (data, titles, page.complaints) == ([PNG + bytes([1])], ["plots/rows.png"], [])


@pytest.mark.browser
def test_plots_read_without_scripts(browser, with_assets):
    with opened(browser, (with_assets(STUB) / MODEL).as_uri(), java_script_enabled=False) as page:
        assert (page.locator(".plots figure > svg:visible").count(), page.locator("figure button").count()) == (1, 0)
