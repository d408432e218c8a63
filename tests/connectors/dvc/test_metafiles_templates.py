"""How far the templates of a pipeline may go, and what is left where they cannot be resolved."""

import pytest

from catalog.schema.tables.dvc import Output, PipelineStage
from catalog.schema.tables.problems import Problem
from connectors.dvc.metafiles import read_revision
from support.worlds import World

A, B = "3e2b31c72181b87149ff995e7202c0e3", "c260024d5469c601d1559d9cdaa12ddb"
LOCK = f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps: [{{path: d, md5: {A}}}]\n    params: {{params.yaml: {{lr: 0.1}}}}\n    outs: [{{path: o, md5: {B}}}]\n"
OLD_LOCK = f"s:\n  cmd: c\n  deps: [{{path: d, md5: {A}}}]\n  params: {{params.yaml: {{lr: 0.1}}}}\n  outs: [{{path: o, md5: {B}}}]\n"
STAGES = "stages:\n  s:\n    cmd: c\n    deps: [d]\n    outs: [o]\n"


def rows(files, table):
    world = World()
    world.commit({".dvc/config": ""} | files)
    return [row for row in read_revision(world.revision()) if isinstance(row, table)]


def problems(files):
    return [(row.rule, row.place) for row in rows(files, Problem)]


def outputs(files):
    return [(row.metafile, row.pipeline_stage, row.path, row.hash) for row in rows(files, Output)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("definition", "params", "most", "found"),
    [
        pytest.param(
            "foreach: ${many}\n    do: {cmd: 'c ${item}', outs: ['${item}.x']}",
            "many: [" + ",".join(map(str, range(49_000))) + "]",
            7_000,
            [("too-big", "dvc.yaml: stages.s")],
            id="foreach over many items",
        ),
        pytest.param(
            "foreach: ${many}\n    do: {cmd: c}",
            "many: [" + ",".join(["1"] * 200_000) + "]",
            0,
            [("template", "dvc.yaml: params.yaml"), ("template", "dvc.yaml: stages.s.foreach")],
            id="foreach over more than a file may hold",
        ),
        pytest.param(
            "matrix: {a: ["
            + ",".join(map(str, range(1000)))
            + "], b: ["
            + ",".join(map(str, range(1000)))
            + "]}\n    cmd: c",
            "",
            8_000,
            [("too-big", "dvc.yaml: stages.s")],
            id="a matrix of a million",
        ),
        pytest.param(
            "foreach: [1, 2]\n    do: {cmd: c, outs: ['${item.x}']}",
            "",
            2,
            [("template", "dvc.yaml: stages.s.outs")],
            id="items that are not what they are taken for",
        ),
        pytest.param(
            "foreach: 7\n    do: {cmd: c}",
            "",
            0,
            [("template", "dvc.yaml: stages.s.foreach")],
            id="foreach of a number",
        ),
        pytest.param("foreach: [1]", "", 0, [("wrong-type", "dvc.yaml: stages.s.do")], id="foreach that does nothing"),
        pytest.param(
            "matrix: {a: 7}\n    cmd: c",
            "",
            0,
            [("template", "dvc.yaml: stages.s.matrix")],
            id="a matrix with an axis that is not a list",
        ),
        pytest.param(
            "cmd: ${__class__.__init__}",
            "",
            1,
            [("template", "dvc.yaml: stages.s.cmd")],
            id="a template names values, never Python",
        ),
        pytest.param(
            "cmd: c ${a}\n    vars: [gone.yaml, {a: 1}]",
            "",
            1,
            [("template", "dvc.yaml: stages.s.vars[0]")],
            id="a file of variables that is absent",
        ),
    ],
)
def test_templates_stay_within_bounds(definition, params, most, found):
    files = {"params.yaml": params, "dvc.yaml": f"stages:\n  s:\n    {definition}\n"}
    expanded = len(rows(files, PipelineStage))
    assert (expanded <= most, bool(expanded) == bool(most), problems(files)) == (True, True, found)


def test_a_group_that_cannot_be_expanded_is_taken_from_the_lock():
    files = {
        "dvc.yaml": "stages:\n  s:\n    foreach: ${gone}\n    do: {cmd: c}\n",
        "dvc.lock": LOCK.replace("  s:", "  s@x:") + "  other:\n    cmd: c\n",
    }
    assert outputs(files) == [("dvc.lock", "s@x", "o", B)]
