"""Plots that a repository's own template draws: what the page hands to it, and that a hostile one runs, loads and sends nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catalog.schema.tables.inventory import Repo
from connectors.metrics import plot_templates
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


def test_the_crawl_and_the_page_allow_the_same_controls():
    source = (Path(site_settings.__file__).parent / "frontend" / "vega.mjs").read_text("utf-8")
    stated = dict(re.findall(r"^const (CONTROLS|CONTROL_KEYS) = \[(.*)\];$", source, re.MULTILINE))
    allowed = {"CONTROLS": plot_templates._INPUTS, "CONTROL_KEYS": plot_templates._INPUT_KEYS}
    assert {name: sorted(re.findall(r"'(\w+)'", words)) for name, words in stated.items()} == {
        name: sorted(words) for name, words in allowed.items()
    }


def world_of(
    template: object,
    plot: str = "p.csv: {x: step, y: loss, template: mine}",
    data: str = "",
    before: object = None,
    name: str = "mine",
) -> World:
    """Two versions of a model with a plot; the first of them has the template `before`, where that is stated."""
    world = World()
    files = {
        ".dvc/config": "",
        f".dvc/plots/{name}.json": json.dumps(template),
        "dvc.yaml": f"artifacts: {{m: {{path: m.bin}}}}\nplots:\n- {plot}\n",
    }
    for number in range(2):
        own = {} if number or before is None else {f".dvc/plots/{name}.json": json.dumps(before)}
        world.commit({**files, **own, "p.csv": data or f"step,loss,kind\n0,{number},a\n1,3,b\n"})
        world.tag(f"m@v1.{number}.0")
        if number == 0:
            world.tag("m#prod")
    return world


def read(world: World, *, with_numbers: bool = True) -> plots.Plots:
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    return plots.read(connection, SimpleNamespace(assignments={}), with_numbers=with_numbers)["r", "m"]


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
@pytest.mark.parametrize(("rows", "fields"), [(300, 2), (301, None), (299, None)], ids=["as many", "more", "fewer"])
def test_a_template_draws_nothing_of_axes_with_other_numbers_of_rows(rows, fields):
    """As DVC, which refuses them; the plot is drawn by ours, of the rows that both have."""
    world = World()
    along = "step\n" + "".join(f"{number}\n" for number in range(rows))
    up = "loss\n" + "".join(f"{number}\n" for number in range(300))
    dvc = "artifacts: {m: {path: m.bin}}\nplots:\n- p: {x: {x.csv: step}, y: {y.csv: loss}, template: mine}\n"
    files = {".dvc/config": "", ".dvc/plots/mine.json": json.dumps(TICKS), "dvc.yaml": dvc}
    world.commit({**files, "x.csv": along, "y.csv": up})
    world.tag("m@v1.0.0")
    plot = plot_of(read(world))
    (series,) = plot["series"]
    assert ("own" in plot, len(series["fields"]) if "fields" in series else None) == (fields is not None, fields)
    assert series["xs"] == series["ys"][: len(series["xs"])]


@pytest.mark.slow
def test_fields_of_two_files_with_the_same_bytes_are_given_once():
    names = [f"f{number}" for number in range(8)]
    data = ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"
    template = TICKS | {"encoding": {"tooltip": [{"field": name} for name in names]}}
    world = World()
    dvc = "artifacts: {m: {path: m.bin}}\nplots:\n- p: {x: {x.csv: f0}, y: {y.csv: f7}, template: mine}\n"
    files = {".dvc/config": "", ".dvc/plots/mine.json": json.dumps(template), "dvc.yaml": dvc}
    world.commit({**files, "x.csv": data, "y.csv": data})
    world.tag("m@v1.0.0")
    assert [*plot_of(read(world))["series"][0]["fields"]] == names


@pytest.mark.slow
@pytest.mark.parametrize(("with_numbers", "figures"), [(True, ["p", "q"]), (False, ["p"])], ids=["zoomed", "pictures"])
def test_two_templates_draw_the_same_data_in_two_figures(with_numbers, figures):
    world = World()
    same = "x: step, y: {p.csv: loss}"
    files = {
        ".dvc/config": "",
        ".dvc/plots/mine.json": json.dumps(TICKS),
        ".dvc/plots/other.json": json.dumps(TICKS | {"mark": "bar"}),
        "dvc.yaml": f"artifacts: {{m: {{path: m.bin}}}}\nplots:\n- p: {{{same}, template: mine}}\n- q: {{{same}, template: other}}\n- r: {{{same}, template: mine}}\n",
        "p.csv": "step,loss\n0,1\n1,3\n",
    }
    world.commit(files)
    world.tag("m@v1.0.0")
    found = read(world, with_numbers=with_numbers)
    assert [figure.title for figure in found.figures] == figures


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "versions"),
    [(TICKS, {"v1.0.0", "v1.1.0"}), (TICKS | {"mark": "bar"}, {"v1.1.0"})],
    ids=["the same template", "another template"],
)
def test_words_have_a_plot_in_the_panels_of_versions_with_their_template(before, versions):
    found = read(world_of(TICKS, "p.csv: {x: step, y: kind, template: mine}", before=before))
    assert found.numbers
    assert found.numbers.versions == versions


@pytest.mark.slow
def test_a_version_with_another_template_is_marked():
    plot = plot_of(read(world_of(TICKS, before=TICKS | {"mark": "bar"})))
    assert [(series["of"], series.get("other_template")) for series in plot["series"]] == [
        ("v1.1.0", None),
        ("v1.0.0", True),
    ]


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

    def build_of(template: object, **world: Any) -> Path:
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
def test_the_remark_of_a_thinned_plot_says_how_many_rows_are_drawn(browser, site_of):
    data = "step,loss\n" + "".join(f"{number},{number}\n" for number in range(301))
    with opened(browser, (site_of(TICKS, data=data) / PAGE).as_uri()) as page:
        remark = zoomed(page).locator(".plot-bar [role=status]").text_content()
        assert remark == "Drawn by the repository\u2019s template mine, from one of every 2 rows."


@pytest.mark.browser
@pytest.mark.parametrize(
    ("before", "marks"),
    [
        pytest.param(TICKS, {"tick"}, id="the same template"),
        pytest.param(TICKS | {"mark": "bar"}, {"line mark"}, id="another template"),
        pytest.param("none", {"line mark"}, id="no template that can be drawn"),
    ],
)
def test_the_panel_of_a_version_is_drawn_by_that_version_s_template_alone(browser, site_of, before, marks):
    with opened(browser, f"{(site_of(TICKS, before=before) / PAGE).as_uri()}#v1.0.0") as page:
        page.get_by_role("button", name="Show plots").click()
        drawn = page.locator("[id='v1.0.0'] + tr.panel .vega path[aria-roledescription]")
        drawn.first.wait_for()
        kinds = {mark.get_attribute("aria-roledescription") for mark in drawn.all()}
        assert (kinds & {"tick", "bar", "line mark"}, page.complaints) == (marks, [])


@pytest.mark.browser
def test_a_comparison_is_drawn_by_the_template_of_the_first_version(browser, site_of):
    site = site_of(TICKS, before=TICKS | {"mark": "bar"})
    kinds = {}
    for first, second in ((0, 1), (1, 0)):
        versions = f"?v=github.com/acme/m:m%40v1.{first}.0&v=github.com/acme/m:m%40v1.{second}.0"
        with opened(browser, (site / "compare.html").as_uri() + versions) as page:
            drawn = page.locator("#compare .vega path[aria-roledescription]")
            drawn.first.wait_for()
            found = {mark.get_attribute("aria-roledescription") for mark in drawn.all()}
            kinds[f"v1.{first}.0"] = found & {"tick", "bar", "line mark"}
    assert kinds == {"v1.0.0": {"line mark"}, "v1.1.0": {"tick"}}


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


NOT_DRAWN = {"expressions", "a sequence without end", "what Vega-Lite does not know"}
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
    "an element of the page": TICKS | {"params": [{"name": "a", "value": "<b>", "bind": {"element": "h1"}}]},
    "a control elsewhere": TICKS | {"params": [{"name": "a", "value": "<b>", "bind": {"input": "text", "element": "h1"}}]},
    "a control of no kind": TICKS | {"params": [{"name": "a", "bind": {"id": "search", "class": "x", "autofocus": ""}}]},
    "a control of a field that is not there": TICKS | {"params": [{"name": "a", "select": {"type": "point", "fields": ["rev"]}, "bind": {"autofocus": {"input": "text"}}}]},
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


# What a page is without the figure that is zoomed, and the attributes of the controls of that figure.
REST = "figure => { const key = figure.dataset.plot; const body = document.body.cloneNode(true); body.querySelector(`figure[data-plot='${key}']`).remove(); return body.innerHTML; }"
CONTROLS = (
    "figure => [...figure.querySelectorAll('.vega input, .vega select')].flatMap(each => each.getAttributeNames())"
)


@pytest.mark.browser
def test_a_hostile_template_runs_loads_and_sends_nothing(browser, site_of):
    site = site_of(TICKS)
    (numbers,) = site.glob("plots/*.js")
    text, wrong, not_drawn, blocked = numbers.read_text(), {}, set(), []
    ours = json.dumps(TICKS, separators=(",", ":")).replace("<", "\\u003c")
    assert ours in text
    with opened(browser, (site / PAGE).as_uri()) as page:
        page.on("requestfailed", lambda request: request.failure == "csp" and blocked.append(request.url))
        for name, template in HOSTILE.items():
            numbers.write_text(text.replace(ours, json.dumps(template).replace("<", "\\u003c")))
            page.reload()
            before = page.locator("figure[data-plot]").first.evaluate(REST)
            figure = zoomed(page)
            remark = figure.locator(".plot-bar [role=status]").inner_text()
            not_drawn |= {name} if "cannot be drawn" in remark else set()
            for mark in figure.locator(".vega svg path, .vega svg image").all()[:3]:
                mark.dispatch_event("click")
            page.keyboard.press("a")
            page.wait_for_timeout(50)
            links = figure.locator("[href]").count()
            is_changed = figure.evaluate(REST) != before
            attributes = {*figure.evaluate(CONTROLS)} - {"type", "name"}
            asked = [each for each in page.complaints if each.startswith(("http:", "https:", "data:"))]
            asked = asked[len(blocked) :]  # what the policy of the page stopped is not sent
            is_elsewhere = page.evaluate("window.ran") or not page.url.startswith((site / PAGE).as_uri())
            if asked or links or is_changed or attributes or is_elsewhere:
                wrong[name] = (asked, links, is_changed, attributes, page.url)
            page.complaints.clear()
            blocked.clear()
    assert (wrong, not_drawn) == ({}, NOT_DRAWN)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("bounds", "is_drawn"),
    [
        pytest.param("0, 100000", True, id="as long as may be"),
        pytest.param("0, 100001", False, id="one more"),
        pytest.param("100001", False, id="one more from 0"),
        pytest.param("100001, 0, -1", False, id="one more downwards"),
        pytest.param("0, 200000, 2", True, id="as long as may be, in steps"),
        pytest.param("0, 1, 0", False, id="no step"),
    ],
)
def test_a_template_makes_sequences_of_so_many_numbers(browser, site_of, bounds, is_drawn):
    template = TICKS | {"transform": [{"calculate": f"length(sequence({bounds}))", "as": "a"}]}
    with opened(browser, (site_of(template) / PAGE).as_uri()) as page:
        remark = zoomed(page).locator(".plot-bar [role=status]").inner_text()
        assert ("cannot be drawn" not in remark, remark.startswith("Drawn by")) == (is_drawn, is_drawn)


@pytest.mark.browser
def test_the_remark_of_a_template_that_cannot_be_drawn_is_a_sentence(browser, site_of):
    plot = "p.csv: {x: step, y: loss, template: scatter_jitter}"  # which ours draws without a remark of zooming
    template = TICKS | {"transform": [{"calculate": "length(sequence(100001))", "as": "a"}]}
    with opened(browser, (site_of(template, plot=plot, name="scatter_jitter") / PAGE).as_uri()) as page:
        remark = zoomed(page).locator(".plot-bar [role=status]").text_content()
        assert remark == "The repository\u2019s own template cannot be drawn. Click a version to single it out."


@pytest.mark.browser
def test_a_control_of_a_template_stands_below_its_plot(browser, site_of):
    bind = {"input": "range", "min": 0, "max": 9, "step": 1}
    template = TICKS | {
        "params": [{"name": "a", "value": 3, "bind": bind}],
        "mark": {"type": "tick", "size": {"expr": "a"}},
    }
    with opened(browser, (site_of(template) / PAGE).as_uri()) as page:
        control = zoomed(page).locator(".vega form input")
        stated = {name: control.get_attribute(name) for name in ("type", "min", "max", "step")}
        assert (stated, control.input_value()) == ({"type": "range", "min": "0", "max": "9", "step": "1"}, "3")
