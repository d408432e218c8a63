"""Where a plot's template is looked for, and what is stored of it: DVC's own lookup is the judge."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from dvc_render.vega_templates import TemplateNotFoundError, get_template

from catalog.crawl.ancestry import Past
from catalog.crawl.extract import extract_rows
from catalog.crawl.previous import PreviousRows
from catalog.git.snapshot import Snapshot
from catalog.schema.tables.metrics import Plot, PlotTemplate
from catalog.schema.tables.problems import Problem
from connectors.metrics import own_templates
from connectors.metrics.measures import read_revision
from connectors.metrics.plot_templates import DATA
from support.catalogs import rows_of
from support.worlds import World

CONFIG = {".dvc/config": ""}


def template(name):
    return json.dumps({"data": {"values": DATA}, "mark": "line", "title": name}, separators=(",", ":"))


def rows(files, table):
    world = World()
    world.commit(files)
    return [row for row in read_revision(world.revision()) if isinstance(row, table)]


def files_of(*paths, plot="", folder=""):
    return {
        f"{folder}.dvc/config": "",
        f"{folder}dvc.yaml": f"plots: [p.csv: {{{plot}}}]\n",
        f"{folder}p.csv": "a\n1\n",
    } | {path: template(path) for path in paths}


# The name that a plot states, and the files of a repository.
LOOKUPS = {
    "a name": ("mine", [".dvc/plots/mine.json"]),
    "the name of a file": ("mine.json", [".dvc/plots/mine.json"]),
    "a name without a suffix before one with": ("mine", [".dvc/plots/mine", ".dvc/plots/mine.json"]),
    "another suffix": ("mine.vl", [".dvc/plots/mine.json"]),
    "a folder": ("a/mine", [".dvc/plots/a/mine.json"]),
    "a path from the project": ("looks/mine.json", ["looks/mine.json"]),
    "a path from the project, without its suffix": ("looks/mine", ["looks/mine.json"]),
    "both": ("looks/mine.json", ["looks/mine.json", ".dvc/plots/looks/mine.json"]),
    "a path upwards": ("../../mine.json", ["mine.json"]),
    "one of DVC's": ("scatter", []),
    "one in place of DVC's": ("scatter", [".dvc/plots/scatter.json"]),
    "in place of the one that DVC takes unasked": (None, [".dvc/plots/linear.json"]),
    "none at all": (None, []),
    "one that is nowhere": ("gone", [".dvc/plots/mine.json"]),
    "a suffix after one of DVC's": ("scatter.json", []),
}


@pytest.mark.parametrize(("name", "paths"), LOOKUPS.values(), ids=LOOKUPS)
def test_a_template_is_the_one_that_dvc_finds(name, paths, tmp_path, monkeypatch):
    (tmp_path / ".dvc/plots").mkdir(parents=True)
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(template(path))
    monkeypatch.chdir(tmp_path)
    try:
        theirs = get_template(name, str(Path(os.curdir, ".dvc/plots").absolute())).content.get("title")
    except TemplateNotFoundError:
        theirs = "no-template"
    files = files_of(*paths, plot="" if name is None else f"template: {name}")
    ours = [json.loads(row.template)["title"] for row in rows(files, PlotTemplate)]
    ours += [row.rule for row in rows(files, Problem)]
    assert ours == ([theirs] if isinstance(theirs, str) else [])


def test_a_plot_names_the_content_of_its_template():
    files = files_of(".dvc/plots/mine.json", plot="template: mine")
    (stored,) = rows(files, PlotTemplate)
    assert [(row.template, row.template_content) for row in rows(files, Plot)] == [("mine", stored.content)]


def test_equal_templates_are_stored_once():
    both = {
        ".dvc/plots/other.json": template("t"),
        ".dvc/plots/mine.json": template("t"),
        "dvc.yaml": "plots: [p.csv: {template: mine}, q: {y: {p.csv: a}, template: other}]\n",
    }
    assert len(rows(files_of() | both, PlotTemplate)) == 1


def test_a_project_in_a_folder_has_templates_of_its_own():
    files = files_of(".dvc/plots/mine.json", "sub/.dvc/plots/mine.json", plot="template: mine", folder="sub/")
    assert ["sub/" in row.template for row in rows(files, PlotTemplate)] == [True]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({".dvc/plots/mine.json": "{"}, [(".dvc/plots/mine.json", "not-json")], id="no JSON"),
        pytest.param(
            {".dvc/plots/mine.json": '{"mark": "line", "data": {"url": "https://evil.example"}}'},
            [(".dvc/plots/mine.json: data", "bad-plot-template")],
            id="what a page must not load",
        ),
        pytest.param({".dvc/plots/mine.json/x": "a folder"}, [("dvc.yaml", "no-template")], id="a folder"),
    ],
)
def test_a_template_that_cannot_be_drawn_is_a_problem_and_the_plot_stays(files, expected):
    files = files_of(plot="template: mine") | files
    assert [(row.place, row.rule) for row in rows(files, Problem)] == expected
    assert [(row.template, row.template_content, row.content is not None) for row in rows(files, Plot)] == [
        ("mine", None, True)
    ]


def test_a_path_out_of_the_repository_is_not_followed():
    assert [row.rule for row in rows(files_of(plot="template: ../../../etc/passwd"), Problem)] == ["no-template"]


def test_an_image_has_no_template():
    files = {**CONFIG, ".dvc/plots/linear.json": "{", "dvc.yaml": "plots: [p.png]\n", "p.png": b"\x89PNG\r\n\x1a\n"}
    assert rows(files, Problem) == []


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are read", "one more"])
def test_a_revision_has_so_many_templates(monkeypatch, beyond):
    monkeypatch.setattr(own_templates, "MAX_TEMPLATES", 3)
    names = [f"t{number}" for number in range(3 + beyond)]
    plots = ", ".join(f"{name}: {{y: {{p.csv: a}}, template: {name}}}" for name in names)
    files = files_of(*(f".dvc/plots/{name}.json" for name in names)) | {"dvc.yaml": f"plots: [{plots}]\n"}
    found = (len(rows(files, PlotTemplate)), [row.rule for row in rows(files, Problem)], len(rows(files, Plot)))
    assert found == (3, ["too-many"] * beyond, 3 + beyond)


def test_a_template_has_room_by_another_name_too(monkeypatch):
    monkeypatch.setattr(own_templates, "MAX_TEMPLATES", 1)
    named = ["mine", "beyond", "mine.json"]
    plots = ", ".join(f"p{place}: {{y: {{p.csv: a}}, template: {name}}}" for place, name in enumerate(named))
    files = files_of(".dvc/plots/mine.json", ".dvc/plots/beyond.json") | {"dvc.yaml": f"plots: [{plots}]\n"}
    given = {row.template: row.template_content is not None for row in rows(files, Plot)}
    assert given == {"mine": True, "beyond": False, "mine.json": True}


def test_a_number_that_is_too_large_costs_the_template_alone():
    huge = template("t").replace('"title":"t"', f'"width":{10**400}')
    files = files_of(plot="template: mine") | {".dvc/plots/mine.json": huge}
    assert ([row.rule for row in rows(files, Problem)], len(rows(files, Plot))) == (["bad-plot-template"], 1)


def test_a_template_stays_when_its_revision_is_not_read_again():
    world = World()
    world.commit(files_of(".dvc/plots/mine.json", plot="template: mine"))
    world.tag("m@v1.0.0")
    first = rows_of(world.listing(), world.objects)
    snapshot = Snapshot(world.listing(), world.objects, lambda _: True)
    past = Past(tips=(world.tip(),), limit=10, known={})
    again = extract_rows(snapshot, past.walk(world.objects), (), PreviousRows(rows=first))
    assert (len(first[PlotTemplate]), again[PlotTemplate]) == (1, first[PlotTemplate])
