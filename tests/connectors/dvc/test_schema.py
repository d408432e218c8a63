"""Files that DVC refuses: what can be read of them stays, and one problem of each says what DVC finds."""

from __future__ import annotations

import pytest

from catalog.schema.tables.dvc import Output
from catalog.schema.tables.problems import Problem
from connectors.dvc.metafiles import read_revision
from support.worlds import World

STAGES = "stages: {s: {cmd: c, outs: [o]}}\n"


def read(files):
    world = World()
    world.commit({".dvc/config": ""} | files)
    rows = [*read_revision(world.revision())]
    problems = [(row.rule, row.place, row.message) for row in rows if isinstance(row, Problem)]
    return [row.path for row in rows if isinstance(row, Output)], problems


@pytest.mark.parametrize(
    ("files", "place", "fault"),
    [
        ({"dvc.yaml": STAGES + "foo: 1\nbar: 2\n"}, "dvc.yaml: foo", "found an unknown key"),
        ({"dvc.yaml": "stages: {s: {outs: [o]}}"}, "dvc.yaml: stages.s", "found no cmd"),
        (
            {"dvc.yaml": "stages: {a@b: {cmd: c, outs: [o]}}"},
            "dvc.yaml: stages.a@b",
            "found the name of a stage with @, which DVC keeps for groups",
        ),
        (
            {"dvc.yaml": STAGES + "plots: [{p: {y: {f: }}}]"},
            "dvc.yaml: plots[0].p.y.f",
            "found nothing, expected a list",
        ),
        (
            {"dvc.yaml": STAGES, "dvc.lock": "schema: 2.0\nstages: {}"},
            "dvc.lock: schema",
            "found 2.0, expected the text '2.0'",
        ),
        (
            {"dvc.yaml": STAGES, "dvc.lock": "s: {outs: [{path: o}]}"},
            "dvc.lock: s",
            "found no cmd",
        ),
        ({"m.dvc": "outs: [{path: o, md5: }]\nfoo: 1"}, "m.dvc: foo", "found an unknown key"),
        ({"m.dvc": "outs: [{path: o, remote: 1}]"}, "m.dvc: outs[0].remote", "found 1, expected text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_dvc_refuses_is_read_and_reported(files, place, fault):
    assert read(files) == (["o"], [("refused-by-dvc", place, f"{fault}: DVC 3 refuses this file")])


def test_a_value_of_another_type_says_it_already():
    assert read({"dvc.yaml": "stages: {s: {cmd: c, outs: [o], frozen: 1}}\nfoo: 1"}) == (
        ["o"],
        [("wrong-type", "dvc.yaml: stages.s.frozen", "found 1, expected true or false")],
    )


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"m.dvc": "cmd: c\nouts: [{path: o, metric: {type: raw}}]"}, id="a file of DVC 0"),
        pytest.param({"dvc.yaml": STAGES + "plots: {p: {x: y}}"}, id="a pipeline of DVC 2"),
        pytest.param({"dvc.yaml": STAGES, "dvc.lock": "s: {cmd: c, outs: [{path: o, md5: }]}"}, id="a lock of DVC 1"),
    ],
)
def test_what_an_older_dvc_wrote_is_no_fault(files):
    assert read(files) == (["o"], [])
