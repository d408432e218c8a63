"""The plots of `catalog report`: images of the repository and drawings of data as files, which the report shows by relative paths."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import cmarkgfm
import pytest

from catalog.cli.report_markdown import render
from catalog.cli.report_plots import MOST_IMAGES, count_left_out, count_plots, report_plots, write
from catalog.query import Catalog
from catalog.query.labels import OF_PROJECT
from catalog.query.report import MOST_PLOTS, VersionReport
from catalog.schema.tables.inventory import Repo
from sites.svg.figures import COLOURS
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.storage import catalog
from support.worlds import World

PNG = b"\x89PNG\r\n\x1a\n"
CURVE = "step,loss,auc,a,b,c\n0,3,0.5,1,1,1\n1,{0},0.7,{0},3,4\n"
PAIRS = json.dumps([{"real": "a", "said": "a"}, {"real": "b", "said": "{}"}])
FILES = {
    ".dvc/config": "",
    ".dvc/plots/own.json": '{"data": {"values": "<DVC_METRIC_DATA>"}, "mark": "bar"}',
    "c.csv": CURVE.format(2),
    "pairs.json": PAIRS.replace("{}", "a"),
    "gains.csv": "what,gain\nage,3\nplan,1\n",
}
CHANGED = {"c.csv": CURVE.format(1), "pairs.json": PAIRS.replace("{}", "b"), "gains.csv": "what,gain\nage,3\nplan,2\n"}
LOSS = "- c.csv: {x: step, y: loss, title: Loss}\n"
DOTS = "- c.csv: {template: scatter, x: step, y: loss}\n"
FIVE = "- c.csv: {x: step, y: [loss, auc, a, b, c]}\n"
FOUR = "- c.csv: {x: step, y: [loss, auc, a, b]}\n"
CONFUSION = "- pairs.json: {template: confusion, x: real, y: said}\n"
BARS = "- gains.csv: {template: bar_horizontal, x: gain, y: what}\n"


def world_of(plots, changes=None, *, before=None, files=None):
    """A repository with one version, or two; `before`: the plots of the first, where they are others; `files`: more files of it."""
    world = World()
    for number, (change, stated) in enumerate(((FILES | (files or {}), before or plots), (changes, plots))):
        if change is not None:
            world.commit(change | {"dvc.yaml": f"artifacts: {{m: {{path: m.bin}}}}\nplots:\n{stated}"})
            world.tag(f"m@v1.{number}.0")
    return world


def reported(plots, changes=None, **first):
    """The report on the second of two versions against the first, or on one alone."""
    worlds = {"git.example/r": world_of(plots, changes, **first)}
    return catalog(worlds).report("m@latest", against=None if changes is None else "v1.0.0")


def texts(picture):
    return [each.text for each in ET.fromstring(picture.data).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plots", "changes", "expected"),
    [
        pytest.param(LOSS, None, [("loss over step", None, "", "")], id="lines of a version alone"),
        pytest.param(LOSS, CHANGED, [("loss over step", None, "dashed", "")], id="lines over those of the base"),
        pytest.param(LOSS, {}, [("loss over step", None, "", "looks the same")], id="equal lines"),
        pytest.param(DOTS, CHANGED, [("loss over step", None, "grey", "")], id="dots over those of the base"),
        pytest.param(CONFUSION, CHANGED, [("said over real", "said over real", "", "")], id="a matrix beside that of the base"),
        pytest.param(CONFUSION, {}, [("said over real", None, "", "looks the same")], id="equal matrices"),
        pytest.param(BARS, CHANGED, [("gain of each what", "gain of each what", "", "")], id="bars beside those of the base"),
        pytest.param(LOSS + "- again: {x: step, y: {c.csv: loss}}\n", CHANGED, [("loss over step", None, "dashed", "")], id="what looks the same, once"),
        pytest.param("- c.csv: {x: step, y: nothing}\n", CHANGED, [], id="a field that is not there"),
        pytest.param("- nothing.csv\n", CHANGED, [], id="a file that is not there"),
        pytest.param("- c.csv: {template: own, x: step, y: loss}\n", CHANGED, [("loss over step", None, "dashed", "")], id="numbers with a template of the repository"),
        pytest.param("- gains.csv: {template: own, x: gain, y: what}\n", CHANGED, [], id="words that only a template of the repository draws"),
    ],
)  # fmt: skip
def test_how_plots_of_data_are_shown(plots, changes, expected):
    answer = reported(plots, changes)
    shown = report_plots(answer)
    assert [
        (each.axes, each.before and texts(each.before)[-1], each.base_look, each.remark) for each in shown
    ] == expected
    assert (count_plots(answer), count_left_out(answer)) == (len(expected), 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        pytest.param("step,loss\n0,nan\n1,nan\n", ("", None, ["loss over step"]), id="no point"),
        pytest.param("step,loss\n0,\n1,3\n", ("grey", None, ["loss over step", "v1.1.0", "v1.0.0"]), id="one point"),
        pytest.param("step,loss\n0,4\n1,3\n", ("dashed", None, ["loss over step", "v1.1.0", "v1.0.0"]), id="a line"),
    ],
)
def test_the_lines_of_the_base_are_named_where_it_has_some(loss, expected):
    answer = reported(LOSS, {"c.csv": CURVE.format(1)}, files={"c.csv": loss})
    (plot,) = report_plots(answer)
    captions = texts(plot.picture)
    assert (plot.base_look, plot.before, captions[captions.index("loss over step") :]) == expected
    about = render(answer, [plot], PurePosixPath()).partition("### Plots\n\n")[2].splitlines()[0]
    assert about == "`Loss`: `loss over step`" + (f"; {plot.base_look}: `v1.0.0`" if plot.base_look else "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plots", "changes", "captions"),
    [
        pytest.param(LOSS, None, ["loss over step"], id="one line needs no legend"),
        pytest.param(LOSS, CHANGED, ["loss over step", "v1.1.0", "v1.0.0"], id="one line of each version"),
        pytest.param(FOUR, None, ["a over step", "a", "auc", "b", "loss"], id="as many lines as colours"),
        pytest.param(FOUR, {"c.csv": "step,loss,auc,a,b\n0,3,nan,1,1\n1,1,nan,2,3\n"}, ["a over step", "a", "b", "loss", "v1.0.0"], id="a line without a point"),
        pytest.param(FIVE, CHANGED, ["a over step", "a", "auc", "b", "c", "1 more line is not drawn", "v1.0.0"], id="one more"),
    ],
)  # fmt: skip
def test_what_a_drawing_says_below_itself(plots, changes, captions):
    (plot,) = report_plots(reported(plots, changes))
    shown = texts(plot.picture)
    assert (shown[shown.index(captions[0]) :], COLOURS) == (captions, 4)


@pytest.mark.slow
def test_a_plot_that_the_base_defines_otherwise_is_beside_it():
    (plot,) = report_plots(reported(CONFUSION, CHANGED, before="- pairs.json: {template: confusion_normalized, x: real, y: said}\n"))  # fmt: skip
    assert (plot.before is not None, plot.base_look) == (True, "")


@pytest.mark.slow
def test_a_report_with_every_kind_of_plot(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = "- x.png\n"
    answer = reported(LOSS + CONFUSION + image, CHANGED | {"x.png": PNG + b"2"}, before=LOSS + CONFUSION)
    shown, folder = report_plots(answer), PurePosixPath("my plots")
    write(shown, folder)
    plots = render(answer, shown, folder).partition("### Plots\n\n")[2]
    png, loss, pairs = shown
    assert plots == (
        f"`x.png`\n\n![Plot 1](./my%20plots/{png.picture.name})\n\n"
        f"`Loss`: `loss over step`; dashed: `v1.0.0`\n\n![Plot 2](./my%20plots/{loss.picture.name})\n\n"
        "`pairs.json`: `said over real`\n\n| `v1.0.0` | `v1.1.0` |\n| --- | --- |\n"
        f"| ![Plot 3, before](./my%20plots/{pairs.before.name}) | ![Plot 3](./my%20plots/{pairs.picture.name}) |\n"
    )
    files = {file.name: file.read_bytes() for file in Path("my plots").iterdir()}
    assert files == {each.name: each.data for each in (png.picture, loss.picture, pairs.picture, pairs.before)}


@pytest.mark.slow
def test_the_same_numbers_are_the_same_files():
    assert report_plots(reported(LOSS + BARS, CHANGED)) == report_plots(reported(LOSS + BARS, CHANGED))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("beyond", "remark"),
    [
        pytest.param(0, [], id="as many as are drawn"),
        pytest.param(1, ["1 more plot is not shown."], id="one more"),
        pytest.param(2, ["2 more plots are not shown."], id="two more"),
    ],
)
def test_so_many_plots_are_drawn(beyond, remark):
    """The first by their names, in whatever order they are stated, and however many images there are."""
    names = [f"p{number:02}" for number in range(MOST_PLOTS + beyond)]
    images = {f"{number:02}.png": PNG + bytes([number]) for number in range(MOST_IMAGES)}
    plots = "".join(f"- {name}: {{x: step, y: {{c.csv: loss}}, y_label: {name}}}\n" for name in reversed(names))
    answer = reported("".join(f"- {name}\n" for name in images) + plots, files=images)
    shown, left_out = report_plots(answer), count_left_out(answer)
    assert [plot.plot for plot in shown] == [*images, *names[:MOST_PLOTS]]
    assert (answer.more_plots, answer.base_more_plots, left_out, count_plots(answer)) == (beyond, 0, beyond, len(shown))
    lines = render(answer, shown, PurePosixPath(), plots_left_out=left_out).splitlines()
    assert [line for line in lines if "not shown" in line] == remark


@pytest.mark.slow
def test_the_plots_of_the_base_that_are_left_out_are_counted():
    many = "".join(f"- p{number:02}: {{x: step, y: {{c.csv: loss}}}}\n" for number in range(MOST_PLOTS + 3))
    answer = reported(LOSS, CHANGED, before=many)
    assert (answer.more_plots, answer.base_more_plots, count_left_out(answer)) == (0, 3, 0)


@pytest.mark.slow
def test_a_report_without_pictures_counts_no_plots():
    answer = reported(LOSS)
    assert "### Plots" not in render(answer, [], PurePosixPath())
    assert render(answer, [], PurePosixPath(), plots_left_out=1).endswith("### Plots\n\n1 more plot is not shown.\n")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_so_many_images_are_shown(beyond):
    row = {"title": None, "data": b"", "media_type": "image/png", "file": "f"}
    images = [row | {"plot": f"p{n}", "content": f"{n:040}"} for n in range(MOST_IMAGES + beyond)]
    odd = [row | {"plot": "s", "content": "1" * 40, "media_type": "image/svg+xml"}, row | {"plot": "n", "content": "../x"}]  # fmt: skip
    none = {"stage": None, "replaced": False, "compared": [], "inputs": [], "plots": [], "base_plots": []}
    answer = VersionReport(version={}, base=None, images=odd + images, base_images=[], **none)
    shown = [each.picture.name for each in report_plots(answer)]
    assert shown == [f"{image['content']}.png" for image in images[:MOST_IMAGES]]
    assert (count_plots(answer), count_left_out(answer)) == (MOST_IMAGES, beyond)


@pytest.mark.slow
def test_the_pictures_are_files_that_the_report_shows(run, demo_folder):
    database = demo_folder / "output" / "catalog.duckdb"
    words = ("report", "shelves:detector@latest", "--against", "v1.2.0", "--catalog", database)
    assert run(*words)[2] == "(2 plots: --plots FOLDER writes pictures)\n"
    code, out, err = run(*words, "--plots", "my plots")
    html = cmarkgfm.github_flavored_markdown_to_html(out)
    files = [Path(unescape(source).replace("%20", " ")) for source in re.findall('<img src="([^"]*)"', html)]
    with Catalog.open(database) as opened:
        stored = [row["data"] for row in opened.sql("from images where data is not null").rows]
    assert (code, err, [file.suffix for file in files]) == (0, "", [".png", ".png", ".svg"])
    assert all(file.read_bytes() in stored for file in files[:2])
    assert sorted(Path("my plots").iterdir()) == sorted(files)


@pytest.mark.slow
def test_a_folder_that_takes_no_pictures_is_one_sentence(run, demo_folder):
    Path("taken").write_text("mine")
    database = demo_folder / "output" / "catalog.duckdb"
    words = ("report", "shelves:detector@latest", "--plots", "taken/plots", "--catalog", database)
    assert run(*words) == (1, "", "catalog: cannot write to taken/plots: Not a directory\n")


@pytest.mark.slow
def test_json_has_the_path_of_each_picture(run, demo_folder):
    database = demo_folder / "output" / "catalog.duckdb"
    words = ("report", "ranker@latest", "--against", "v2.1.0", "-o", "json", "--catalog", database)
    bare, plots = (json.loads(run(*words, *more)[1])["plots"] for more in ((), ("--plots", "p")))
    assert {each["path"] for each in bare} == {None}
    assert [{**each, "path": None} for each in plots] == bare
    by_plot = {}
    for each in plots:
        by_plot.setdefault(each["plot"], []).append(each["path"])
    assert {plot: len(set(paths)) for plot, paths in by_plot.items()} == {"ROC": 1, "plots/importance.csv": 2, "plots/markets.json": 2, "plots/ndcg.tsv": 1}  # fmt: skip
    assert {path for paths in by_plot.values() for path in paths} == {str(file) for file in Path("p").iterdir()}


@pytest.mark.slow
def test_json_has_the_path_of_a_plot_that_the_base_draws_of_another_file(run, tmp_path):
    world = world_of("- p: {x: step, y: {d.csv: loss}}\n", {"d.csv": CURVE.format(1)}, before="- p: {x: step, y: {c.csv: loss}}\n")  # fmt: skip
    database = write_catalog(
        tmp_path / "catalog.duckdb",
        {"git.example/r": rows_of(world.listing(), world.objects)},
        {Repo: [repository("git.example/r")]},
    )
    code, out, _ = run("report", "m@latest", "--against", "v1.0.0", "--plots", "p", "-o", "json", "--catalog", database)
    plots = json.loads(out)["plots"]
    (file,) = Path("p").iterdir()
    assert (code, [(each["file"], each["path"]) for each in plots]) == (0, [("c.csv", str(file)), ("d.csv", str(file))])


@pytest.mark.slow
@pytest.mark.parametrize("of_project", [True, False])
def test_plots_of_the_project_are_said_to_be(of_project):
    answer = reported(LOSS, CHANGED)
    answer = replace(answer, plots=[row | {"of_project": of_project} for row in answer.plots])
    last = render(answer, report_plots(answer), PurePosixPath()).splitlines()[-1]
    assert (last == f"Some plots are {OF_PROJECT}.") == of_project
