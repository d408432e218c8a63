"""Versions whose model, parameters and metrics are of different runs."""

from __future__ import annotations

from hashlib import md5

import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import World

MODEL = "3e2b31c72181b87149ff995e7202c0e3"
PIPELINE = (
    "stages:\n  train: {cmd: t, deps: [train.py], params: [lr], outs: [m]}\n"
    "  test: {cmd: e, deps: [m], metrics: [m.json: {cache: false}]}\n"
    "  report: {cmd: r, deps: [notes.md], outs: [report]}\n"
    "artifacts:\n  m: {path: m}\n"
)


def entry(path: str, text: str) -> str:
    return f"{{path: {path}, hash: md5, md5: {md5(text.encode()).hexdigest()}, size: {len(text)}}}"


def run(accuracy: float = 0.5, lr: int = 1) -> dict[str, str]:
    """What a run of the whole pipeline leaves behind."""
    metrics = f'{{"acc": {accuracy}}}'
    made = f"{{path: m, hash: md5, md5: {MODEL}, size: 100}}"
    return {
        ".dvc/config": "",
        "dvc.yaml": PIPELINE,
        "params.yaml": f"lr: {lr}\n",
        "train.py": "train",
        "notes.md": "notes",
        "m.json": metrics,
        "dvc.lock": f"schema: '2.0'\nstages:\n  train:\n    cmd: t\n    deps: [{entry('train.py', 'train')}]\n"
        f"    params: {{params.yaml: {{lr: {lr}}}}}\n    outs: [{made}]\n"
        f"  test:\n    cmd: e\n    deps: [{made}]\n    outs: [{entry('m.json', metrics)}]\n"
        f"  report:\n    cmd: r\n    deps: [{entry('notes.md', 'notes')}]\n    outs: [{{path: report, hash: md5, md5: {MODEL}, size: 1}}]\n",
    }


FOLDER = f"{{path: src, md5: {MODEL}.dir, size: 1, nfiles: 1}}"
IN_FOLDER = {
    "src/a": "",
    "dvc.yaml": PIPELINE.replace("[train.py]", "[src, train.py]"),
    "dvc.lock": run(0.6)["dvc.lock"].replace("deps: [{path: train.py", f"deps: [{FOLDER}, {{path: train.py"),
}


def catalog(*commits: dict[str, str]):
    """Each commit is a version: v1.0.0, v2.0.0, ..."""
    world = World()
    for number, files in enumerate(commits, 1):
        world.commit(files)
        world.tag(f"m@v{number}.0.0")
    return catalog_of({"r": rows_of(world.listing(), world.objects)})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        pytest.param({}, None, id="one run"),
        pytest.param({"m.json": '{"acc": 0.9}'}, ["m.json"], id="metrics of another run"),
        pytest.param({"params.yaml": "lr: 2\n"}, ["params.yaml:lr"], id="parameters of another run"),
        pytest.param({"train.py": "train better"}, ["train.py"], id="code of another run"),
        pytest.param({"notes.md": "more notes"}, None, id="another stage has nothing to do with it"),
        pytest.param(
            {"dvc.yaml": PIPELINE.replace("cmd: t,", "cmd: t -v,")},
            None,
            id="another command alone leaves parameters and metrics as they were",
        ),
    ],
)
def test_what_is_not_of_the_run_that_made_a_version(changes, what):
    connection = catalog(run() | changes)
    (version,) = asked(connection, "select commit from versions")
    (row,) = asked(connection, "from internal.show_version('r', 'm', 'v1.0.0', ?)", version["commit"])
    assert (row["mixed"], row["other_inputs"]) == (what, what == ["train.py"])


@pytest.mark.slow
def test_code_of_another_run_leaves_metrics_and_model_of_one_run():
    connection = catalog(run(0.5), run(0.9) | {"train.py": "train better"}, run(0.6) | IN_FOLDER)
    commits = [row["commit"] for row in asked(connection, "select commit from versions order by version")]
    compared = asked(
        connection,
        "select name, text, best from internal.list_compared(['r', 'r', 'r'], ['m', 'm', 'm'], ['v1.0.0', 'v2.0.0', 'v3.0.0'], ?, 1) "
        "where name in ('runs', 'acc') order by name, place",
        commits,
    )
    assert [tuple(row.values()) for row in compared] == [
        *(("acc", "0.5", False), ("acc", "0.9", True), ("acc", "0.6", False)),
        *(("runs", None, None), ("runs", "other inputs", None), ("runs", "not all compared", None)),
    ]
    assert [row["best"] for row in asked(connection, "select best from internal.site_metrics()")] == ["v2.0.0"]
    (shown,) = asked(connection, "select made_by from internal.show_version('r', 'm', 'v3.0.0', ?)", commits[2])
    assert (shown["made_by"]["not_compared"], shown["made_by"]["why_not_compared"]) == (["src"], ["folder"])


@pytest.mark.slow
def test_the_best_metric_is_of_the_run_that_made_its_version():
    connection = catalog(run(0.5), run(0.5) | {"m.json": '{"acc": 0.9}'}, run(0.6))
    commits = [row["commit"] for row in asked(connection, "select commit from versions order by version")]
    compared = asked(
        connection,
        "select name, text, best from internal.list_compared(['r', 'r', 'r'], ['m', 'm', 'm'], ['v1.0.0', 'v2.0.0', 'v3.0.0'], ?, 1) "
        "where name in ('runs', 'acc') order by name, place",
        commits,
    )
    assert [tuple(row.values()) for row in compared] == [
        *(("acc", "0.5", False), ("acc", "0.9", False), ("acc", "0.6", True)),
        *(("runs", None, None), ("runs", "different", None), ("runs", None, None)),
    ]
    assert [row["best"] for row in asked(connection, "select best from internal.site_metrics()")] == ["v3.0.0"]


@pytest.mark.slow
def test_versions_of_one_run_each_are_compared_without_a_word_of_runs():
    connection = catalog(run(0.5), run(0.6))
    commits = [row["commit"] for row in asked(connection, "select commit from versions order by version")]
    query = "select name from internal.list_compared(['r', 'r'], ['m', 'm'], ['v1.0.0', 'v2.0.0'], ?, 1) where name = 'runs'"
    assert asked(connection, query, commits) == []
