"""Whose the metrics, parameters and plots of a commit are, and which version is best."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.schema.tables.dvc import Output, Param
from catalog.schema.tables.git import Commit, History, Revision, Tag
from catalog.schema.tables.metrics import Experiment, MeasureFile, Metric, Plot
from catalog.schema.tables.registry import Annotation, Event
from support.catalogs import asked, catalog_of
from support.small_catalog import C1, C2, event

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


def registered(*tags: str, commit: str = C1) -> tuple[Event, ...]:
    return tuple(event(tag, commit, NEW_YEAR) for tag in tags)


def annotated(artifact: str, file: str, target: str, *, dvc_root: str | None = "") -> Annotation:
    return Annotation(
        commit=C1,
        file=file,
        source=file.rpartition("/")[2],
        artifact=artifact,
        path=target.removeprefix(file.rpartition("/")[0]).lstrip("/"),
        type=None,
        description=None,
        labels=(),
        meta={},
        dvc_root=dvc_root,
        target=target,
    )


def made(path: str, lock: str, *, dvc_root: str = "") -> Output:
    return Output(
        commit=C1,
        metafile=lock,
        pipeline_stage="train",
        dvc_root=dvc_root,
        path=path,
        hash_kind="md5",
        hash="a" * 32,
        size=1,
        files=None,
        is_folder=False,
        executable=False,
        cached=True,
        pushed=True,
        remote=None,
        version_id=None,
        etag=None,
        role="out",
        type=None,
        description=None,
        labels=(),
        meta={},
    )


def named(file: str, metafile: str | None, *, role: str = "metrics", dvc_root: str | None = "", **other: Any) -> MeasureFile:  # fmt: skip
    row: dict[str, Any] = {"commit": C1, "pipeline_stage": None, "status": "ok", "blob": None, "hash": None}
    return MeasureFile(**row | {"role": role, "file": file, "metafile": metafile, "dvc_root": dvc_root, "size": None} | other)  # fmt: skip


def metric(file: str, name: str = "acc", number: float = 0.5, *, commit: str = C1) -> Metric:
    return Metric(
        commit=commit, dvc_root="", file=file, name=name, number=float(number), text=str(number), kind="number"
    )


def param(file: str, name: str, value: float, metafile: str | None, *, locked: bool = False, stage: str | None = None) -> Param:  # fmt: skip
    return Param(
        commit=C1,
        dvc_root="",
        metafile=metafile,
        pipeline_stage=stage,
        file=file,
        name=name,
        number=value,
        text=str(value),
        kind="number",
        locked=locked,
    )


def metric_files(rows: dict, artifact: str = "m") -> list[str]:
    query = "select distinct file from version_metrics where artifact = ? order by file"
    return [row["file"] for row in asked(catalog_of({"r": rows}), query, artifact)]


CASES = [
    pytest.param(
        "m@v1.0.0",
        [annotated("m", "dvc.yaml", "m.pkl")],
        [],
        [named("a.json", "dvc.yaml"), named("b.json", "sub/dvc.yaml")],
        ["a.json"],
        id="those that the dvc.yaml names in which the artifact is annotated",
    ),
    pytest.param(
        "m@v1.0.0",
        [annotated("m", "dvc.yaml", "sub/m.pkl")],
        [made("sub/m.pkl", "sub/dvc.lock")],
        [named("a.json", "other/dvc.yaml"), named("b.json", "sub/dvc.yaml")],
        ["b.json"],
        id="those of the pipeline that makes it",
    ),
    pytest.param(
        "m@v1.0.0",
        [annotated("m", "dvc.yaml", "sub/m.pkl")],
        [made("sub/m.pkl", "sub/dvc.lock")],
        [named("a.json", "dvc.yaml"), named("b.json", "sub/dvc.yaml")],
        ["a.json", "b.json"],
        id="both",
    ),
    pytest.param(
        "m@v1.0.0",
        [annotated("m", "artifacts.yaml", "m.pkl", dvc_root="")],
        [],
        [named("a.json", "x/dvc.yaml"), named("b.json", "y/dvc.yaml", dvc_root="y")],
        ["a.json"],
        id="where neither names any, all of the same DVC project",
    ),
    pytest.param(
        "m@v1.0.0",
        [],
        [],
        [named("x/a.json", "x/dvc.yaml", dvc_root="x"), named("x/b.json", "x/y/dvc.yaml", dvc_root="x")],
        ["x/a.json", "x/b.json"],
        id="all of the only project, where nothing is known of the artifact",
    ),
    pytest.param(
        "m@v1.0.0",
        [],
        [],
        [named("x/a.json", "x/dvc.yaml", dvc_root="x"), named("y/b.json", "y/dvc.yaml", dvc_root="y")],
        [],
        id="none, where several projects could be meant",
    ),
    pytest.param(
        "y=m@v1.0.0",
        [],
        [],
        [named("x/a.json", "x/dvc.yaml", dvc_root="x"), named("y/b.json", "y/dvc.yaml", dvc_root="y")],
        ["y/b.json"],
        id="those of the folder in the artifact's name",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("tag", "annotations", "outputs", "files", "expected"), CASES)
def test_whose_metrics(tag, annotations, outputs, files, expected):
    rows = {
        Event: registered(tag),
        Annotation: annotations,
        Output: outputs,
        MeasureFile: files,
        Metric: [metric(file.file) for file in files],
    }
    assert metric_files(rows, tag.partition("@")[0].replace("=", ":")) == expected


def test_metrics_are_those_of_the_versions_own_commit():
    rows = {
        Event: (*registered("m@v1.0.0"), *registered("m@v2.0.0", commit=C2)),
        MeasureFile: [named("a.json", "dvc.yaml"), named("a.json", "dvc.yaml", commit=C2)],
        Metric: [metric("a.json", number=0.5), metric("a.json", number=0.6, commit=C2)],
    }
    query = "select version, number from version_metrics order by version"
    assert [tuple(row.values()) for row in asked(catalog_of({"r": rows}), query)] == [("v1.0.0", 0.5), ("v2.0.0", 0.6)]


def test_params_are_the_files_or_else_what_the_stage_ran_with():
    rows = {
        Event: registered("m@v1.0.0"),
        MeasureFile: [named("params.yaml", None, role="params")],
        Param: [
            param("params.yaml", "lr", 0.1, None),
            param("params.yaml", "lr", 0.2, "dvc.lock", locked=True, stage="train"),
            param("other.yaml", "depth", 4, "dvc.lock", locked=True, stage="train"),
            param("elsewhere.yaml", "depth", 5, "sub/dvc.lock", locked=True, stage="train"),
        ],
    }
    query = "select file, name, number, locked, pipeline_stage from version_params order by all"
    assert [tuple(row.values()) for row in asked(catalog_of({"r": rows}), query)] == [
        ("other.yaml", "depth", 4.0, True, "train"),
        ("params.yaml", "lr", 0.1, False, None),
    ]


# What the file says, what the stage ran with, and what is shown: a star marks what is from the lock.
RUN_PARAMS = {
    "a place in a list": (["layers"], ["layers.0"], ["layers"]),
    "a value at a place in a list in a map": (["m.layers"], ["m.layers.-1.units"], ["m.layers"]),
    "a value that is a map now": (["t.a"], ["t"], ["t.a"]),
    "a map that is a value now": (["t"], ["t.a"], ["t"]),
    "a pattern in a map": (["t.a"], ["t.*"], ["t.a"]),
    "a pattern for the names of the file": (["lr"], ["l?"], ["lr"]),
    "a dot before the name": (["lr"], [".lr"], ["lr"]),
    "names that the file does not have": (["lr"], ["depth", "lrs.a"], ["depth*", "lr", "lrs.a*"]),
    "patterns, where nothing of the file was read": ([], ["l?", "t.*"], ["l?*", "t.**"]),
}


@pytest.fixture(scope="module")
def run_params() -> list[dict[str, Any]]:
    """Those of all cases, each of which is a repository of one catalog."""
    repos = {
        case: {
            Event: registered("m@v1.0.0"),
            MeasureFile: [named("params.yaml", None, role="params")],
            Param: [
                *(param("params.yaml", name, 1, None) for name in current),
                *(param("params.yaml", name, 2, "dvc.lock", locked=True, stage="train") for name in ran_with),
            ],
        }
        for case, (current, ran_with, _) in RUN_PARAMS.items()
    }
    return asked(catalog_of(repos), "select repo, name || if(locked, '*', '') as name from version_params order by all")


@pytest.mark.parametrize("case", RUN_PARAMS)
def test_what_a_stage_ran_with_is_not_shown_beside_what_the_file_says(run_params, case):
    _, _, shown = RUN_PARAMS[case]
    assert [row["name"] for row in run_params if row["repo"] == case] == shown


def test_plots_are_found_as_metrics_are():
    def plot(metafile):
        row = dict.fromkeys(("pipeline_stage", "x", "x_file", "x_label", "y_label", "title", "template", "content"))
        return Plot(**row, commit=C1, dvc_root="", metafile=metafile, plot="roc", file="roc.csv", kind="series", y=())

    rows = {
        Event: registered("m@v1.0.0"),
        MeasureFile: [named("roc.csv", file, role="plots") for file in ("dvc.yaml", "sub/dvc.yaml")],
        Plot: [plot("dvc.yaml"), plot("sub/dvc.yaml")],
    }
    assert asked(catalog_of({"r": rows}), "select metafile, plot from version_plots") == [
        {"metafile": "dvc.yaml", "plot": "roc"}
    ]


def compared(values: dict[str, list[tuple[str, str, float]]], *, baseline: int = 1) -> list[tuple]:
    """Versions with metrics (file, name, number), beside each other: name, values, differences, best."""
    commits = {version: str(place) * 40 for place, version in enumerate(values, 1)}
    rows = {
        Event: [row for version, commit in commits.items() for row in registered(f"m@{version}", commit=commit)],
        Annotation: [replace(annotated("m", "dvc.yaml", "m.pkl"), commit=commit) for commit in commits.values()],
        MeasureFile: [
            named(file, "dvc.yaml", commit=commits[version]) for version, found in values.items() for file, _, _ in found
        ],
        Metric: [metric(*one, commit=commits[version]) for version, found in values.items() for one in found],
    }  # fmt: skip
    query = """
        select name, list(number order by place), list(delta order by place), list(best order by place), any_value(differs)
        from internal.list_compared(?, ?, ?, ?, ?) where what = 'metric' group by name order by name
    """
    lists = (["r"] * len(values), ["m"] * len(values), list(commits), list(commits.values()))
    return [tuple(row.values()) for row in asked(catalog_of({"r": rows}), query, *lists, baseline)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            [("a", "acc", 0.5)],
            [("a", "acc", 0.75)],
            ("acc", [0.5, 0.75], [0.0, 0.25], [False, True], True),
            id="higher is better",
        ),
        pytest.param(
            [("a", "loss", 0.5)],
            [("a", "loss", 0.75)],
            ("loss", [0.5, 0.75], [0.0, 0.25], [True, False], True),
            id="lower is better",
        ),
        pytest.param(
            [("a", "rows", 1)],
            [("a", "rows", 2)],
            ("rows", [1.0, 2.0], [0.0, 1.0], [None, None], True),
            id="nobody knows",
        ),
        pytest.param(
            [("a", "seed", 9007199254740992)],
            [("a", "seed", 9007199254740993)],
            ("seed", [2.0**53] * 2, [0.0, 0.0], [None, None], True),
            id="whole numbers that no double tells apart",
        ),
        pytest.param(
            [("a", "seed", 10**16)],
            [("a", "seed", 1e16)],
            ("seed", [1e16] * 2, [0.0, 0.0], [None, None], False),
            id="one number in two notations",
        ),
        pytest.param(
            [("a", "acc", 1)],
            [("a", "acc", 1)],
            ("acc", [1.0, 1.0], [0.0, 0.0], [None, None], False),
            id="equal: none is best",
        ),
        pytest.param(
            [("a", "acc", 0.5)],
            [("b", "acc", 0.75)],
            ("acc", [0.5, 0.75], [0.0, 0.25], [False, True], True),
            id="one name in two files is one thing",
        ),
        pytest.param(
            [("a", "acc", 0.5)],
            [],
            ("acc", [0.5, None], [0.0, None], [None, None], True),
            id="only one has it",
        ),
    ],
)
def test_versions_beside_each_other(first, second, expected):
    assert compared({"v1.0.0": first, "v2.0.0": second}) == [expected]


@pytest.mark.slow
def test_a_name_that_a_version_has_twice_is_told_with_its_file():
    found = compared({"v1.0.0": [("a", "acc", 0.5), ("b", "acc", 0.25)], "v2.0.0": [("a", "acc", 0.75)]})
    assert [row[:2] for row in found] == [("a:acc", [0.5, 0.75]), ("b:acc", [0.25, None])]


@pytest.mark.slow
def test_differences_count_from_the_baseline():
    found = compared({"v1.0.0": [("a", "acc", 0.5)], "v2.0.0": [("a", "acc", 0.75)]}, baseline=2)
    assert found[0][2] == [-0.25, 0.0]


@pytest.mark.parametrize(
    ("history", "on_branch", "detached"),
    [
        pytest.param(True, True, False, id="a branch reaches what it began from"),
        pytest.param(True, False, True, id="no branch does"),
        pytest.param(False, False, None, id="the history ends before"),
    ],
)
def test_whether_an_experiment_is_detached(history, on_branch, detached):
    who = {"author": "Cy", "author_email": "cy@example.com", "authored_at": NEW_YEAR, "committed_at": NEW_YEAR}
    experiment = Experiment(
        ref="refs/exps/11/1/bee", name="bee", baseline=C1, commit=C2, parents=(C1,), message="", **who
    )
    rows = {
        Event: registered("m@v1.0.0", "n@v1.0.0"),
        History: [History(commits=1, complete=history)],
        Commit: [Commit(commit=C1, parents=(), summary="", **who)] if on_branch else [],
        Experiment: [experiment],
        Metric: [metric("a.json", commit=C2)],
    }
    query = "select name, detached, was_read, metrics, versions from internal.list_experiments(['r'])"
    assert asked(catalog_of({"r": rows, "other": rows}), query) == [
        {"name": "bee", "detached": detached, "was_read": False, "metrics": 1, "versions": ["r:m@v1.0.0", "r:n@v1.0.0"]}
    ]


def test_releases_are_tags_without_a_registry_whose_commits_were_read():
    who = {"author": "Cy", "author_email": "cy@example.com", "authored_at": NEW_YEAR, "committed_at": NEW_YEAR}
    rows = {
        Event: registered("m@v1.0.0"),
        Revision: [
            Revision(commit=C1, reasons=("release", "tag"), summary="one", signed=None, **who),
            Revision(commit=C2, reasons=("tip",), summary="two", signed=None, **who),
        ],
        Tag: [
            Tag(tag=tag, oid=commit, annotated=tag == "m@v1.0.0", commit=commit)
            for tag, commit in (("m@v1.0.0", C1), ("baseline", C1), ("v2", C2), ("tree", None))
        ],
        Metric: [metric("a.json"), metric("a.json", commit=C2)],
    }
    query = "select tag, annotated, summary, metrics from internal.list_releases(['r'])"
    assert asked(catalog_of({"r": rows, "other": rows}), query) == [
        {"tag": "baseline", "annotated": False, "summary": "one", "metrics": 1}
    ]


@pytest.mark.slow
def test_a_file_that_two_metafiles_name_is_listed_once_where_it_cannot_be_read():
    files = [named("a.json", f"{folder}/dvc.yaml", status="bad") for folder in ("x", "y")]
    catalog = catalog_of({"r": {Event: registered("m@v1.0.0"), MeasureFile: files}})
    queries = (
        "select file from internal.list_unread('r', 'm', null, null, 'metrics')",
        "select file from internal.site_unread()",
    )
    assert [asked(catalog, query) for query in queries] == [[{"file": "a.json"}]] * 2
