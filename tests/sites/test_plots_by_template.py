"""Plots that a repository's own template draws: what the page hands to it, and that a hostile one runs, loads and sends nothing."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catalog.schema.tables.inventory import Repo
from sites import site_settings
from sites.build import build
from sites.render import assets
from sites.view_models.model import plots
from sites.view_models.model.plot_data import plot_file
from sites.view_models.model.plots import VEGA, PlotRow
from support.browser import opened
from support.catalog_files import repository, write_catalog
from support.catalogs import catalog_of, rows_of
from support.frontend import BUNDLE
from support.worlds import World

NAME = "github.com/acme/m"
PAGE = "models/github.com~acme~m/m.html"
EVIL = "https://evil.example/x"
DATA = {"values": "<DVC_METRIC_DATA>"}
X, Y = {"field": "<DVC_METRIC_X>"}, {"field": "<DVC_METRIC_Y>"}
TICKS: dict[str, Any] = {"data": DATA, "mark": "tick", "encoding": {"x": Y, "y": {"field": "rev"}}}


def world_of(template: object, plot: str = "p.csv: {x: step, y: loss, template: mine}", data: str = "") -> World:
    world = World()
    files = {
        ".dvc/config": "",
        ".dvc/plots/mine.json": json.dumps(template),
        "dvc.yaml": f"artifacts: {{m: {{path: m.bin}}}}\nplots:\n- {plot}\n",
    }
    for number in range(2):
        world.commit({**files, "p.csv": data or f"step,loss,kind\n0,{number},a\n1,3,b\n"})
        world.tag(f"m@v1.{number}.0")
        if number == 0:
            world.tag("m#prod")
    return world


def read(world: World) -> plots.Plots:
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    return plots.read(connection, SimpleNamespace(assignments={}), with_numbers=True)["r", "m"]


def plot_of(found: plots.Plots) -> Any:
    assert found.numbers
    (plot,) = json.loads(found.numbers.data.removeprefix(b'S("plots",').removesuffix(b");\n"))
    return plot


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "names"),
    [
        pytest.param(TICKS, {"step", "loss"}, id="the axes"),
        pytest.param(TICKS | {"title": "kind of"}, {"step", "loss"}, id="a word that begins as a field"),
        pytest.param(TICKS | {"encoding": {"x": {"field": "kind"}}}, {"step", "loss", "kind"}, id="a field"),
        pytest.param(TICKS | {"transform": [{"filter": "datum.kind"}]}, {"step", "loss", "kind"}, id="a member"),
        pytest.param(TICKS | {"transform": [{"filter": "datum['kind']"}]}, {"step", "loss", "kind"}, id="an index"),
        pytest.param(TICKS | {"transform": [{"filter": 'datum["kind"]'}]}, {"step", "loss", "kind"}, id="in quotes"),
    ],
)
def test_a_template_is_given_the_fields_that_it_names(template, names):
    plot = plot_of(read(world_of(template)))
    assert [set(series["fields"]) for series in plot["series"]] == [names, names]
    assert plot["own"]["template"] == template


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are given", "one more"])
def test_a_template_is_given_so_many_fields(beyond):
    names = [f"f{number}" for number in range(8 + beyond)]
    data = ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"
    template = TICKS | {"encoding": {"tooltip": [{"field": name} for name in names]}}
    plot = plot_of(read(world_of(template, f"p.csv: {{x: f0, y: {names[-1]}, template: mine}}", data)))
    assert [*plot["series"][0]["fields"]] == [*names[:7], names[-1]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "step", "values"),
    [pytest.param(300, [0, 1], 300, id="as many as are given"), pytest.param(301, [0, 2], 151, id="one more")],
)
def test_a_template_is_given_so_many_rows(rows, step, values):
    data = "step,loss\n" + "".join(f"{number},{number}\n" for number in range(rows))
    series = plot_of(read(world_of(TICKS, data=data)))["series"][0]
    assert (series["step"], len(series["fields"]["loss"]), series["fields"]["loss"][-1]) == (step, values, rows - 1)


@pytest.mark.slow
def test_a_plot_of_words_that_only_the_template_draws_has_a_figure_where_there_is_vega():
    found = read(world_of(TICKS, "p.csv: {x: step, y: kind, template: mine}"))
    assert ([(figure.title, figure.drawing) for figure in found.figures], plot_of(found)["series"][0]["ys"]) == (
        [("p.csv", "")],
        [],
    )


@pytest.mark.parametrize("template", ["{", "[]", "[" * 100_000, ""])
def test_a_template_that_the_store_has_wrong_is_none(template):
    unsaid = dict.fromkeys(PlotRow._fields) | {"version": "v1", "plot": "p", "file": "f", "field": "y"}
    row = PlotRow(**unsaid | {"xs": [1.0], "ys": [1.0], "own_template": template})
    file = plot_file([[row]], {})
    assert file
    assert b'"own"' not in file.data


@pytest.fixture
def site_of(monkeypatch, tmp_path):
    """Builds the site of a model whose plot has this template."""
    if not BUNDLE.is_file():
        pytest.skip("needs the bundle of Vega: make frontend")
    others = {path: data for path, data in assets().items() if not path.startswith("static/vendor/")}
    monkeypatch.setattr(site_settings, "assets", lambda: {**others, VEGA: BUNDLE.read_bytes()})

    def build_of(template: object, **world: str) -> Path:
        made = world_of(template, **world)
        rows = {NAME: rows_of(made.listing(), made.objects)}
        catalog = write_catalog(tmp_path / "c.duckdb", rows, {Repo: [repository(NAME)]})
        build(catalog, tmp_path / "site", title="x")
        return tmp_path / "site"

    return build_of


def zoomed(page: Any) -> Any:
    figure = page.locator("figure[data-plot]").first
    figure.get_by_role("button", name="Zoom", exact=True).click()
    figure.locator(".plot-bar [role=status]").get_by_text("emplate").wait_for()
    return figure


@pytest.mark.browser
def test_a_plot_is_drawn_by_its_template(browser, site_of):
    with opened(browser, (site_of(TICKS) / PAGE).as_uri()) as page:
        figure = zoomed(page)
        ticks = figure.locator(".vega path[aria-roledescription='tick']").count()
        buttons = figure.get_by_role("button").count()
        remark = figure.locator(".plot-bar [role=status]").inner_text()
        assert (ticks, buttons, remark, page.complaints) == (4, 1, "Drawn by the repository\u2019s template mine.", [])


@pytest.mark.browser
def test_the_panel_and_the_comparison_are_drawn_by_it_too(browser, site_of):
    site = site_of(TICKS)
    with opened(browser, f"{(site / PAGE).as_uri()}#v1.0.0") as page:
        page.get_by_role("button", name="Show plots").click()
        panel = page.locator("[id='v1.0.0'] + tr.panel .vega path[aria-roledescription='tick']")
        panel.first.wait_for()
        versions = "&v=".join(f"github.com/acme/m:m%40v1.{number}.0" for number in range(2))
        counts = [panel.count()]
        page.goto(f"{(site / 'compare.html').as_uri()}?v={versions}")
        both = page.locator("#compare .vega path[aria-roledescription='tick']")
        both.first.wait_for()
        assert ([*counts, both.count()], page.complaints) == ([2, 4], [])


@pytest.mark.browser
def test_a_template_that_the_crawl_refuses_leaves_the_plot_to_ours(browser, site_of):
    with opened(browser, (site_of({"data": {"url": EVIL}, "mark": "tick"}) / PAGE).as_uri()) as page:
        figure = page.locator("figure[data-plot]").first
        figure.get_by_role("button", name="Zoom", exact=True).click()
        figure.locator(".vega path[aria-roledescription='line mark']").first.wait_for()
        assert page.complaints == []


ENDLESS = {"a sequence without end", "what Vega-Lite does not know"}
SPREAD = {"expr": f"'u' + 'rl({EVIL})'"}
# Templates that the crawl refuses or changes, or cannot know: as if a store had them whole.
HOSTILE: dict[str, Any] = {
    "data at an address": TICKS | {"layer": [{"data": {"url": EVIL}, "mark": "tick"}]},
    "data in an address": TICKS | {"data": {"url": "data:text/csv,a%0A1"}, "mark": "tick"},
    "a lookup at an address": TICKS | {"transform": [{"lookup": "rev", "from": {"data": {"url": EVIL}, "key": "a", "fields": ["b"]}}]},
    "an image": TICKS | {"mark": {"type": "image", "url": EVIL, "width": 9, "height": 9}},
    "an image in a field": TICKS | {"mark": "image", "encoding": {"x": X, "y": Y, "url": {"value": EVIL}}},
    "links": TICKS | {"mark": {"type": "tick", "href": "javascript:window.ran=1"}, "encoding": {"x": X, "href": {"value": EVIL}}},
    "colours at an address": TICKS | {"mark": {"type": "bar", "fill": f"url({EVIL}#a)", "stroke": SPREAD, "cursor": f"url({EVIL}), auto"}},
    "a font at an address": TICKS | {"config": {"axis": {"labelFont": f"x; src: url({EVIL})"}}, "title": {"text": "<img src=x onerror=window.ran=1>", "font": SPREAD}},
    "options of an editor": TICKS | {"usermeta": {"embedOptions": {"loader": {"baseURL": EVIL}, "defaultStyle": "x", "actions": True}}},
    "controls": TICKS | {"params": [{"name": "a", "value": 1, "bind": {"input": "image", "src": EVIL, "autofocus": "", "onfocus": "window.ran=1", "style": f"background:url({EVIL})"}}]},
    "a control elsewhere": TICKS | {"params": [{"name": "a", "value": "<b>", "bind": {"element": "h1"}}]},
    "expressions": TICKS | {
        "transform": [
            {"calculate": "datum.constructor.constructor('window.ran=1')()", "as": "a"},
            {"calculate": "({}).toString.constructor('window.ran=1')", "as": "b"},
            {"calculate": "event.view.eval('window.ran=1')", "as": "c"},
        ]
    },
    "events of the page": TICKS | {"params": [{"name": "a", "select": {"type": "point", "on": "window:keydown!", "clear": "h1:click!"}}], "config": {"events": {"selector": True, "window": True, "timer": True}}},
    "a sequence without end": TICKS | {"transform": [{"calculate": "length(sequence(0, 1e9))", "as": "a"}]},
    "what Vega-Lite does not know": TICKS | {"mark": {"type": "none"}, "encoding": []},
    "a prototype": TICKS | {"__proto__": {"data": {"url": EVIL}}, "encoding": {"x": X, "__proto__": {"href": {"value": EVIL}}}},
}  # fmt: skip


@pytest.mark.browser
def test_a_hostile_template_runs_loads_and_sends_nothing(browser, site_of):
    site = site_of(TICKS)
    (numbers,) = site.glob("plots/*.js")
    text, wrong, refused, blocked = numbers.read_text(), {}, set(), []
    ours = json.dumps(TICKS, separators=(",", ":")).replace("<", "\\u003c")
    assert ours in text
    with opened(browser, (site / PAGE).as_uri()) as page:
        page.on("requestfailed", lambda request: request.failure == "csp" and blocked.append(request.url))
        for name, template in HOSTILE.items():
            numbers.write_text(text.replace(ours, json.dumps(template).replace("<", "\\u003c")))
            page.reload()
            figure = zoomed(page)
            remark = figure.locator(".plot-bar [role=status]").inner_text()
            refused |= {name} if "cannot be drawn" in remark else set()
            for mark in figure.locator(".vega svg path, .vega svg image").all()[:3]:
                mark.dispatch_event("click")
            page.keyboard.press("a")
            page.wait_for_timeout(50)
            links = figure.locator("[href]").count()
            asked = [each for each in page.complaints if each.startswith(("http:", "https:", "data:"))]
            asked = asked[len(blocked) :]  # what the policy of the page stopped is not sent
            if asked or links or page.evaluate("window.ran") or not page.url.startswith((site / PAGE).as_uri()):
                wrong[name] = (asked, links, page.url)
            page.complaints.clear()
            blocked.clear()
    assert (wrong, ENDLESS - refused, refused == {*HOSTILE}) == ({}, set(), False)
