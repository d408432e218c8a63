"""DVC itself judges how a repository's own template of a plot is filled in: what it gives to Vega, anchor by anchor and row by row."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dvc.render.match import match_defs_renderers
from dvc.repo import Repo
from dvc_render.vega import OPTIONAL_ANCHOR_RANGES
from dvc_render.vega_templates import TEMPLATES

from sites.view_models.model import plots
from support.catalogs import catalog_of, rows_of
from support.frontend import WORKSHOP, answer
from support.worlds import World

DATA = "<DVC_METRIC_DATA>"
VERSIONS = ("v1.1.0", "v1.0.0")
OWN: dict[str, Any] = {
    "every anchor": {
        "data": {"values": DATA},
        "title": {"text": "<DVC_METRIC_TITLE>: <DVC_METRIC_Y_LABEL> over <DVC_METRIC_X_LABEL>"},
        "width": "<DVC_METRIC_PLOT_WIDTH>",
        "height": "<DVC_METRIC_PLOT_HEIGHT>",
        "params": ["<DVC_METRIC_ZOOM_AND_PAN>"],
        "transform": [
            {"loess": "<DVC_METRIC_Y>", "on": "<DVC_METRIC_X>", "groupby": "<DVC_METRIC_GROUP_BY>"},
            {"impute": "n", "groupby": "<DVC_METRIC_GROUP_BY_X>", "key": "<DVC_METRIC_X>", "value": 0},
            {"impute": "n", "groupby": "<DVC_METRIC_GROUP_BY_Y>", "key": "<DVC_METRIC_Y>", "value": 0},
            {"calculate": "<DVC_METRIC_PIVOT_FIELD>", "as": "pivot"},
            {"calculate": "datum['<DVC_METRIC_Y>'] + datum.loss + datum['a.b']", "as": "sum"},
        ],
        "mark": "line",
        "encoding": {
            "x": {"field": "<DVC_METRIC_X>", "title": "<DVC_METRIC_X_LABEL>"},
            "y": {"field": "<DVC_METRIC_Y>", "title": "<DVC_METRIC_Y_LABEL>"},
            "color": "<DVC_METRIC_COLOR>",
            "row": "<DVC_METRIC_ROW>",
            "column": "<DVC_METRIC_COLUMN>",
            "shape": "<DVC_METRIC_SHAPE>",
            "strokeDash": "<DVC_METRIC_STROKE_DASH>",
            "tooltip": "<DVC_METRIC_TOOLTIP>",
            "order": {"field": "step"},
            "detail": ["<DVC_METRIC_COLOR>", ["<DVC_METRIC_COLOR>"], "x <DVC_METRIC_X>"],
        },
    },
    "the anchors of DVC 1": {
        "data": {"values": DATA},
        "title": "<DVC_METRIC_TITLE>",
        "mark": {"type": "line"},
        "encoding": {
            "x": {"field": "<DVC_METRIC_X>", "title": "<DVC_METRIC_X_LABEL>"},
            "y": {"field": "<DVC_METRIC_Y>", "title": "<DVC_METRIC_Y_LABEL>"},
            "color": {"field": "rev", "type": "nominal"},
            "detail": [{"field": "a\\.b"}, {"field": "loss"}, {"field": "step"}],
        },
    },
    "an anchor within text alone": {
        "data": {"values": DATA},
        "mark": "bar",
        "transform": [{"filter": "<DVC_METRIC_PIVOT_FIELD> != 'loss'"}, {"filter": "datum.step + datum['a.b']"}],
    },
}
THEIRS = {template.DEFAULT_NAME: template.DEFAULT_CONTENT for template in TEMPLATES}
PLOTS = {
    "a field over another": "p.json: {x: step, y: loss, title: T, template: own}",
    "a field over the rows": "p.json: {y: loss, title: T, template: own}",
    "the last field": "p.json: {title: T, template: own}",
    "a field with a dot": "p.json: {x: step, y: a.b, title: T, template: own}",
    "with labels": "p.json: {x: step, y: loss, x_label: Step, y_label: <DVC_METRIC_X>, title: <DVC_METRIC_Y>, template: own}",
    "two fields": "both: {x: step, y: {p.json: [loss, a.b]}, title: T, template: own}",
    "two files": "both: {x: step, y: {d/p.json: loss, d/q.json: loss}, title: T, template: own}",
    "two files and fields": "both: {x: step, y: {d/p.json: loss, d/q.json: a.b}, title: T, template: own}",
    "an axis from another file": "both: {x: {d/q.json: step}, y: {p.json: loss}, title: T, template: own}",
    "axes of two names": "both: {x: {d/p.json: step, d/q.json: loss}, y: {d/p.json: loss, d/q.json: a.b}, title: T, template: own}",
}


def files_of(number: int, plot: str, template: Any) -> dict[str, str]:
    rows = [{"step": step, "a.b": number * step, "loss": number / (step + 1)} for step in range(1, 4)]
    data = json.dumps(rows)
    others = json.dumps([{"step": row["step"] + 2, "a.b": -row["a.b"], "loss": row["loss"] + 7} for row in rows])
    dvc = {".dvc/config": "", ".dvc/plots/own.json": json.dumps(template)}
    return {
        **dvc,
        "p.json": data,
        "d/p.json": data,
        "d/q.json": others,
        "dvc.yaml": f"artifacts: {{m: {{path: m}}}}\nplots:\n- {plot}\n",
    }


def theirs(path: Path) -> list[dict[str, Any]]:
    """What `dvc plots diff` gives to Vega for both versions."""
    with Repo(str(path)) as repo:
        data = repo.plots.show(revs=[*VERSIONS])
        renderers = match_defs_renderers(data=data, templates_dir=repo.plots.templates_dir)
        return [each.renderer.get_filled_template(strict=False) for each in renderers]


def ours(world: World, tmp_path: Path) -> Any:
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    shown = plots.read(connection, SimpleNamespace(assignments={}), with_numbers=True)["r", "m"]
    assert shown.numbers
    given = json.loads(shown.numbers.data.removeprefix(b'S("plots",').removesuffix(b");\n"))
    file = tmp_path / "plots.json"
    file.write_text(json.dumps({"plots": given, "palette": OPTIONAL_ANCHOR_RANGES["color"]}))
    return answer(WORKSHOP / "test" / "filled.mjs", str(file))


def common_fields(specifications: list[dict[str, Any]]) -> set[str]:
    """The fields that all rows have: we leave out those that a template does not name."""
    return set.intersection(*(set(row) for each in specifications for row in each["data"]["values"]))


def comparable(specifications: list[dict[str, Any]], names: set[str] | None = None) -> list[dict[str, Any]]:
    """Specifications with all fields of their rows, or with these, in an order of their own."""

    def cells(row: dict[str, Any]) -> str:
        kept = {key: cell for key, cell in row.items() if names is None or key in names}
        return str(sorted((key, float(cell) if isinstance(cell, int) else cell) for key, cell in kept.items()))

    return [{**each, "data": sorted(map(cells, each["data"]["values"]))} for each in specifications]


def both(plot: str, template: Any, tmp_path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is given to Vega of a plot in two versions: by us, and by DVC."""
    world = World()
    for number, version in enumerate(reversed(VERSIONS), 1):
        commit = world.commit(files_of(number, plot, template))
        world.refs[f"refs/tags/{version}"] = commit
        world.tag(f"m@{version}")
    subprocess.run(["git", "clone", "--quiet", str(world.write(tmp_path / "bare")), str(tmp_path / "tree")], check=True)
    expected = [{key: value for key, value in each.items() if key != "$schema"} for each in theirs(tmp_path / "tree")]
    return ours(world, tmp_path), expected


@pytest.mark.slow
@pytest.mark.parametrize("template", OWN.values(), ids=OWN)
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_template_that_names_all_fields_is_filled_in_as_dvc_does(plot: str, template: Any, tmp_path: Path) -> None:
    found, expected = both(plot, template, tmp_path)
    assert comparable(found) == comparable(expected)


@pytest.mark.slow
@pytest.mark.parametrize("template", THEIRS.values(), ids=THEIRS)
@pytest.mark.parametrize("plot", ["a field over another", "two files and fields"])
def test_a_copy_of_dvc_s_template_is_filled_in_as_dvc_does(plot: str, template: Any, tmp_path: Path) -> None:
    found, expected = both(PLOTS[plot], template, tmp_path)
    names = common_fields(found)
    assert comparable(found, names) == comparable(expected, names)
