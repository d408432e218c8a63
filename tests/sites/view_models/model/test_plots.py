"""The plots of a page: which are drawn, of which versions, and from which of their points."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from sites.view_models.model import plots
from sites.view_models.model.model_data import LONG_TITLE, _plots
from sites.view_models.registry import foremost
from support.catalogs import catalog_of, rows_of
from support.worlds import World

CURVE = "step,loss,auc\n0,3,0.5\n1,2,0.7\n2,1,0.9\n"
PAIRS = json.dumps([{"real": "a", "said": "a"}, {"real": "b", "said": "a"}, {"real": "b", "said": "b"}])
FILES = {
    ".dvc/config": "",
    "dvc.yaml": "artifacts: {m: {path: m.bin}}\n",
    "c.csv": CURVE,
    "d.csv": CURVE,
    "pairs.json": PAIRS,
    "gains.csv": "what,gain\nage,3\nplan,1\n",
    "plain.tsv": "1\t5\n2\t6\n",
    "x.png": b"\x89PNG\r\n\x1a\n1",
    "x.svg": "<svg></svg>",
}


def drawn(*versions):
    """The plots of an artifact whose versions have these definitions; the first of several is in production."""
    world = World()
    for number, definition in enumerate(versions):
        world.commit(FILES | {"dvc.yaml": FILES["dvc.yaml"] + f"plots:\n{definition}"})
        world.tag(f"m@v1.{number}.0")
        if number == 0 and len(versions) > 1:
            world.tag("m#prod")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    columns = connection.execute("from internal.site_assignments()")
    names = [column[0] for column in columns.description]
    staged = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in columns.fetchall()]
    return plots.read(connection, SimpleNamespace(assignments={("r", "m"): staged})).get(("r", "m"))


def told(found):
    return (
        [(figure.title, figure.axes, figure.names, bool(figure.drawing)) for figure in found.figures] if found else []
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param("- c.csv\n", [("c.csv", "auc over the rows", [], True)], id="the last field, over the rows"),
        pytest.param(
            "- c.csv: {x: step, y: loss, x_label: Step, y_label: Loss, title: Training}\n",
            [("Training", "Loss over Step", [], True)],
            id="as it is stated",
        ),
        pytest.param(
            "- both: {x: step, y: {c.csv: [loss, auc]}}\n",
            [("both", "auc over step", ["auc", "loss"], True)],
            id="two fields of a file",
        ),
        pytest.param(
            "- both: {x: step, y: {c.csv: loss, d.csv: loss}}\n",
            [("both", "loss over step", ["c.csv: loss", "d.csv: loss"], True)],
            id="a field of two files",
        ),
        pytest.param(
            "- c.csv: {x: step, y: loss}\n- again: {x: step, y: {c.csv: loss}}\n",
            [("again", "loss over step", [], True)],
            id="what looks the same, once",
        ),
        pytest.param("- c.csv: {x: nothing}\n", [], id="a field that is not there"),
        pytest.param(
            "- pairs.json: {template: confusion, x: real, y: said}\n",
            [("pairs.json", "said over real", [], True)],
            id="a confusion matrix",
        ),
        pytest.param(
            "- gains.csv: {template: bar_horizontal_sorted, x: gain, y: what}\n",
            [("gains.csv", "gain of each what", [], True)],
            id="bars",
        ),
        pytest.param("- plain.tsv: {header: false}\n", [("plain.tsv", "1 over the rows", [], True)], id="no header"),
        pytest.param("- x.png\n- x.svg\n", [("x.png", "", [], False)], id="images, but no programs"),
    ],
)
def test_what_is_drawn(definition, expected):
    assert told(drawn(definition)) == expected


@pytest.mark.slow
def test_the_latest_version_is_beside_the_one_in_production():
    found = drawn("- c.csv: {x: step, y: auc}\n", "- c.csv: {x: step, y: auc}\n- d.csv: {x: step, y: loss}\n")
    lines = [re.findall('polyline class="([^"]*)"', figure.drawing) for figure in found.figures]
    assert (found.version, found.beside, lines) == ("v1.1.0", "v1.0.0 in prod", [["ref", "l0"], ["l0"]])


def staged(stage, rank, version):
    return SimpleNamespace(stage=stage, rank=rank, version=version)


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        pytest.param(
            [("dev", 0, "v3"), ("staging", 1, "v2"), ("prod", 2, "v1")], "v1", id="repos.toml ends with production"
        ),
        pytest.param([("staging", None, "v2"), ("production", None, "v1")], "v1", id="repos.toml names no stages"),
        pytest.param([("qa", 1, "v2"), ("shadow", 0, "v1")], "v1", id="nothing is in production"),
    ],
)
def test_the_foremost_stage(assignments, expected):
    assert foremost([staged(*each) for each in assignments]).version == expected


@pytest.mark.slow
def test_a_long_series_is_thinned_out_to_its_last_point():
    world = World()
    rows = "step,loss\n" + "".join(f"{step},{step}\n" for step in range(1_000))
    world.commit(FILES | {"dvc.yaml": FILES["dvc.yaml"] + "plots: [long.csv: {x: step}]\n", "long.csv": rows})
    world.tag("m@v1.0.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    (xs,) = connection.execute("select xs from internal.site_plots()").fetchone()
    assert (len(xs), xs[-1], xs[1] - xs[0]) == (59, 999.0, 17.0)


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are drawn", "one more"])
def test_an_artifact_has_so_many_plots(beyond):
    definition = "".join(
        f"- p{number}: {{x: step, y: {{c.csv: loss}}, title: Plot {number}, y_label: L{number}}}\n"
        for number in range(plots.MOST + beyond)
    )
    assert [figure.title for figure in drawn(definition).figures] == [f"Plot {number}" for number in range(plots.MOST)]


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3], ids=["as many as a query asks for", "one more"])
def test_images_are_read_some_at_a_time(monkeypatch, count):
    monkeypatch.setattr(plots, "IMAGES_AT_ONCE", 2)  # fifty plots of an artifact are not shown
    images = {f"{number}.png": FILES["x.png"] + bytes([number]) for number in range(count)}
    world = World()
    world.commit(FILES | images | {"dvc.yaml": FILES["dvc.yaml"] + f"plots: [{', '.join(images)}]\n"})
    world.tag("m@v1.0.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    shown = plots.read(connection, SimpleNamespace(assignments={}))["r", "m"]
    found = plots.images(connection, plots.paths(shown))
    assert sorted(data for _, data in found) == [*images.values()]


def images_of(found):
    return {version: [*images.values()] for (version, _), images in found.images.items()}


@pytest.mark.slow
def test_each_version_has_its_own_images_once():
    twice = "- x.png\n- again.png: {title: The same}\n- c.csv\n"
    world = World()
    for number, definition in enumerate(["- c.csv\n", "- x.png: {title: Rows}\n", twice]):
        same = {"again.png": FILES["x.png"]}
        world.commit(FILES | same | {"dvc.yaml": FILES["dvc.yaml"] + f"plots:\n{definition}", "n": str(number)})
        world.tag(f"m@v1.{number}.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    found = plots.read(connection, SimpleNamespace(assignments={}))["r", "m"]
    paths = {path for images in found.images.values() for path in images}
    assert (images_of(found), paths) == ({"v1.1.0": ["Rows"], "v1.2.0": ["The same"]}, {*plots.paths(found)})


@pytest.mark.parametrize("length", [LONG_TITLE, LONG_TITLE + 1])
def test_the_title_of_an_image_has_a_bounded_length(length):
    of_versions = {("v1.0.0", "c"): {"plots/x.png": "t" * length}}
    data = _plots(plots.Plots("", "", [], images=of_versions), SimpleNamespace(version="v1.0.0", commit="c"))
    assert [(path, len(title)) for path, title in data["images"]] == [("plots/x.png", LONG_TITLE)]


@pytest.mark.slow
def test_a_version_has_its_images_where_the_latest_one_has_no_plots():
    world = World()
    for number, definition in enumerate(["plots: [x.png]\n", ""]):
        world.commit(FILES | {"dvc.yaml": FILES["dvc.yaml"] + definition})
        world.tag(f"m@v1.{number}.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    found = plots.read(connection, SimpleNamespace(assignments={}))["r", "m"]
    assert (found.figures, images_of(found)) == ([], {"v1.0.0": ["x.png"]})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "versions"),
    [
        pytest.param(6, ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0", "v1.4.0", "v1.5.0"], id="as many as are read"),
        pytest.param(
            9,
            ["v1.1.0", "v1.3.0", "v1.4.0", "v1.5.0", "v1.6.0", "v1.7.0", "v1.8.0"],
            id="more, of which one is in a stage",
        ),
    ],
)
def test_the_highest_versions_have_numbers_and_those_in_stages(count, versions):
    world = World()
    for number in range(count):
        world.commit(FILES | {"dvc.yaml": FILES["dvc.yaml"] + "plots: [c.csv]\n", "d.csv": f"x\n{number}\n"})
        world.tag(f"m@v1.{number}.0")
        if number == 1:
            world.tag("m#prod")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    read = connection.execute("select version from internal.site_plots() order by version").fetchall()
    assert [version for (version,) in read] == versions


@pytest.mark.parametrize(
    ("template", "order"),
    [("bar_horizontal", ["age", "plan", "zip"]), ("bar_horizontal_sorted", ["zip", "age", "plan"])],
)
def test_bars_are_in_the_order_of_the_template(template, order):
    row = plots.PlotRow(**dict.fromkeys(plots.PlotRow._fields) | {"template": template})
    assert plots._bars(row, ["zip", "age", "plan"], [3.0, 2.0, 1.0])[0] == order


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are drawn", "one more"])
def test_the_longest_bars_are_drawn(beyond):
    row = plots.PlotRow(**dict.fromkeys(plots.PlotRow._fields) | {"template": "bar_horizontal"})
    words = [f"f{number}" for number in range(9, 1 - beyond, -1)]
    counts = [float(number) for number in range(len(words), 0, -1)]
    assert plots._bars(row, words, counts) == (words[7::-1], counts[7::-1])


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are read", "one more"])
def test_the_longest_bars_are_read(beyond):
    count = 150 + beyond
    bars = "what,gain\n" + "".join(f"f{number:03},{number}\n" for number in range(count))
    world = World()
    definition = "plots:\n- bars.csv: {template: bar_horizontal_sorted, x: gain, y: what}\n"
    world.commit(FILES | {"bars.csv": bars, "dvc.yaml": FILES["dvc.yaml"] + definition})
    world.tag("m@v1.0.0")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    ((words,),) = connection.execute("select words from internal.site_plots()").fetchall()
    assert words == [f"f{number:03}" for number in range(count - 1, beyond - 1, -1)]
