"""What `dvc.yaml` and `dvc.lock` say, where one of them is old, absent or broken, and how far templates may go."""

import pytest

from catalog.schema.tables.dvc import Dataset, Dependency, Metafile, Output, Param, PipelineStage
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


def formats(files):
    return {row.file: row.format for row in rows(files, Metafile)}


LOCKED = [("dvc.lock", "s", "o", B)]


@pytest.mark.parametrize(
    ("files", "kept", "found"),
    [
        pytest.param({"dvc.yaml": STAGES, "dvc.lock": LOCK}, LOCKED, [], id="both are there"),
        pytest.param({"dvc.yaml": STAGES, "dvc.lock": OLD_LOCK}, LOCKED, [], id="the lock is that of DVC 1"),
        pytest.param({"dvc.yaml": STAGES}, [("dvc.yaml", "s", "o", None)], [], id="there is no lock"),
        pytest.param({"dvc.lock": LOCK}, [], [], id="a lock alone is not read"),
        pytest.param(
            {"dvc.yaml": "<<<<<<< HEAD\n" + STAGES, "dvc.lock": LOCK},
            LOCKED,
            [("not-yaml", "dvc.yaml")],
            id="the pipeline is in conflict",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "dvc.lock": "a: ["},
            [("dvc.yaml", "s", "o", None)],
            [("not-yaml", "dvc.lock")],
            id="the lock is no YAML",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "dvc.lock": ""},
            [("dvc.yaml", "s", "o", None)],
            [("wrong-type", "dvc.lock")],
            id="the lock is empty",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "dvc.lock": LOCK.replace("2.0", "3.7")},
            [("dvc.yaml", "s", "o", None)],
            [("unknown-schema", "dvc.lock: schema")],
            id="the lock is of the future",
        ),
        pytest.param(
            {"dvc.yaml": STAGES, "dvc.lock": LOCK.replace(B, "../x")},
            [("dvc.lock", "s", "o", None)],
            [("bad-hash", "dvc.lock: stages.s.outs.o.md5")],
            id="the lock has a bad hash",
        ),
        pytest.param(
            {"dvc.yaml": "stages: {s: 7}", "dvc.lock": LOCK},
            LOCKED,
            [("wrong-type", "dvc.yaml: stages.s")],
            id="a stage is no map",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n", "dvc.lock": LOCK}, [], [("refused-by-dvc", "dvc.yaml: stages")], id="no stages"
        ),
        pytest.param(
            {"dvc.yaml": "stages: []", "dvc.lock": LOCK},
            [],
            [("wrong-type", "dvc.yaml: stages")],
            id="stages that are a list",
        ),
        pytest.param(
            {"dvc.yaml": STAGES.replace("[o]", "[o, 7, ../x]"), "dvc.lock": LOCK},
            LOCKED,
            [("wrong-type", "dvc.yaml: stages.s.outs[1]"), ("outside", "dvc.yaml: stages.s.outs.../x.path")],
            id="outputs that are no paths",
        ),
        pytest.param(
            {"dvc.yaml": STAGES.replace("[o]", "['${no}']"), "dvc.lock": LOCK},
            LOCKED,
            [("template", "dvc.yaml: stages.s.outs")],
            id="outputs that cannot be resolved",
        ),
        pytest.param(
            {"dvc.yaml": STAGES.replace("cmd: c", "cmd: ${no}"), "dvc.lock": LOCK},
            LOCKED,
            [("template", "dvc.yaml: stages.s.cmd")],
            id="a command that cannot be resolved",
        ),
        pytest.param(
            {"dvc.yaml": STAGES + "    wdir: ${no}\n", "dvc.lock": LOCK},
            [],
            [("template", "dvc.yaml: stages.s.wdir")],
            id="a working directory that cannot be resolved",
        ),
        pytest.param(
            {"dvc.yaml": STAGES + "foo: 1\nplots: {a: {x: y}}\n", "dvc.lock": LOCK},
            LOCKED,
            [],
            id="keys of another age",
        ),
    ],
)
def test_what_cannot_be_read_of_the_one_is_taken_from_the_other(files, kept, found):
    assert (outputs(files), problems(files)) == (kept, found)


def test_a_locked_stage_is_read_whole():
    world = World()
    commit = world.commit(
        {
            "p/.dvc/config": "",
            "p/dvc.yaml": STAGES.replace("cmd: c", "cmd: [new, one]\n    wdir: w\n    desc: D"),
            "p/dvc.lock": LOCK,
        }
    )
    nothing = {"size": None, "files": None}
    stage = {"commit": commit, "pipeline_stage": "s"}
    locked = {"metafile": "p/dvc.lock", **stage}
    said = {
        "dvc_root": "p",
        "is_folder": False,
        "executable": False,
        "cached": True,
        "pushed": True,
        "remote": None,
        "version_id": None,
        "etag": None,
    }
    plain = {"role": "out", "type": None, "description": None, "labels": (), "meta": {}}
    assert [row for row in read_revision(world.revision()) if not isinstance(row, Metafile)] == [
        PipelineStage(
            file="p/dvc.yaml",
            command="new\none",
            locked_command="c",
            wdir="p/w",
            frozen=False,
            always_changed=False,
            description="D",
            **stage,
        ),
        Output(path="p/w/o", hash_kind="md5-dos2unix", hash=B, **locked, **nothing, **said, **plain),
        Dependency(path="p/w/d", hash_kind="md5-dos2unix", hash=A, tracked_by="nothing", **locked, **nothing),
        Param(
            file="p/w/params.yaml",
            name="lr",
            number=0.1,
            text="0.1",
            kind="number",
            dvc_root="p",
            locked=True,
            **locked,
        ),
    ]


def test_the_ages_of_formats():
    files = {
        "a/dvc.yaml": STAGES,
        "a/dvc.lock": OLD_LOCK,
        "b/dvc.yaml": "stages:\n  s:\n    cmd: c\n    live: {log: {summary: true}}\n",
        "b/dvc.lock": LOCK,
        "c/dvc.yaml": "artifacts: {}\n",
        "c/dvc.lock": LOCK.replace(f"md5: {B}", f"hash: md5, md5: {B}"),
        "new.dvc": "outs: [{path: x, hash: md5}]",
        "older.dvc": "outs: [{path: x}]",
        "oldest.dvc": "cmd: c\nouts: [{path: x}]",
    }
    assert formats(files) == {
        "a/dvc.yaml": None,
        "a/dvc.lock": "1.0",
        "b/dvc.yaml": "2.0",
        "b/dvc.lock": "2.0",
        "c/dvc.yaml": "3",
        "c/dvc.lock": "3",
        "new.dvc": "3",
        "older.dvc": None,
        "oldest.dvc": "0",
    }


def test_live_metrics_of_dvc_2_are_a_folder_of_plots_and_a_summary_that_is_no_output():
    files = {
        "dvc.yaml": "stages:\n  s:\n    cmd: c\n    live:\n      log: {cache: false}\n      quiet: {summary: false}\n"
    }
    assert [(row.path, row.role, row.cached) for row in rows(files, Output)] == [
        ("log", "plot", False),
        ("quiet", "plot", True),
    ]


DATASETS = "datasets:\n- {name: d, type: dvc, url: 'https://me:pw@h/r', path: x, rev: main}\n- {name: c, type: dc, url: 'dc://c'}\n- {name: u, type: url, url: '${where}'}\n- {name: broken}\n"
DATASET_LOCK = (
    "schema: '2.0'\ndatasets:\n- {name: d, type: dvc, url: 'https://me:pw@h/r', path: x, rev: main, rev_lock: abc}\n"
    "- {name: c, type: dc, url: 'dc://c', version: 3, created_at: 2024-01-01}\n- {name: u, type: url, url: s3://old, meta: {version_id: v}}\n"
)


def test_datasets_are_locked_where_the_lock_means_the_same():
    files = {"params.yaml": "where: s3://b/k\n", "dvc.yaml": DATASETS, "dvc.lock": DATASET_LOCK}
    found = [
        (row.name, row.type, row.url, row.path, row.rev, row.rev_lock, row.version) for row in rows(files, Dataset)
    ]
    assert found == [
        ("d", "dvc", "https://h/r", "x", "main", "abc", None),
        ("c", "dc", "dc://c", None, None, None, "3"),
        ("u", "url", "s3://b/k", None, None, None, None),
    ]
    assert problems(files) == [("wrong-type", "dvc.yaml: datasets[3].type")]


VALUES = (
    "{i: 7, f: 1e-3, n: .nan, big: 1"
    + "0" * 400
    + ", b: false, t: x, d: 2024-01-01, none: null, l: [1, {a: 2}], m: {}, deep: {er: {x: 1}}, 5: five}"
)


def test_parameters_are_numbers_where_they_can_be():
    lock = "schema: '2.0'\nstages:\n  s:\n    cmd: c\n    params: {params.yaml: " + VALUES + "}\n"
    found = rows({"dvc.yaml": STAGES, "dvc.lock": lock}, Param)
    assert [(row.name, row.number, row.text, row.kind) for row in found] == [
        ("i", 7.0, "7", "number"),
        ("f", 0.001, "0.001", "number"),
        ("n", None, "NaN", "number"),
        ("big", None, "1" + "0" * 400, "number"),
        ("b", None, "false", "bool"),
        ("t", None, "x", "text"),
        ("d", None, "2024-01-01", "text"),
        ("none", None, None, "null"),
        ("l", None, '[1,{"a":2}]', "list"),
        ("m", None, "{}", "map"),
        ("deep.er.x", 1.0, "1", "number"),
        ("5", None, "five", "text"),
    ]


def test_the_rows_of_a_commit_do_not_depend_on_what_was_read_before():
    world = World()
    first = world.commit({".dvc/config": "", "dvc.yaml": STAGES, "dvc.lock": LOCK, "m.dvc": "outs: [{path: m}]"})
    second = world.commit({"x": "y"})
    found = [[*read_revision(world.revision(commit))] for commit in (first, second, first)]
    assert found[0] == found[2]
    assert {row.commit for row in found[1]} == {second}
