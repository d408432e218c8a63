"""Which metrics, parameters and plots are a version's, from rows: each case is a repository of one catalog, and all have the same commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.metrics import Plot
from spec.test_measures import annotated, made, metric, named, param, registered
from support.catalogs import asked, catalog_of
from support.small_catalog import C1, C2

MODEL = registered("m@v1.0.0")
OF_ROOT = annotated("m", "dvc.yaml", "m.pkl")  # a path at which nothing is
ELSEWHERE = annotated("m", "artifacts.yaml", "m.pkl")
IN_GIT = replace(ELSEWHERE, in_git="file", blob="g")
X, Y = ({"metafile": f"{root}/dvc.yaml", "dvc_root": root} for root in "xy")


def also(*tags: str, commit: str = C1) -> list[Record]:
    """More versions, whose tag objects are others at each commit."""
    return [replace(row, oid=f"{row.oid[:30]}{commit[:10]}") for row in registered(*tags, commit=commit)]


def at(commit: str, *rows: Any) -> list[Record]:
    return [replace(row, commit=commit) for row in rows]


def plot(file: str, metafile: str = "dvc.yaml", name: str = "roc") -> Plot:
    facts = dict.fromkeys(("pipeline_stage", "x", "x_file", "x_label", "y_label", "title", "template", "content"))
    return Plot(**facts, commit=C1, dvc_root="", metafile=metafile, plot=name, file=file, kind="series", y=())


def locked(file: str, name: str, value: float, metafile: str = "dvc.lock", stage: str = "s", **more: Any) -> Param:
    return replace(param(file, name, value, metafile, locked=True, stage=stage), **more)


Cases = dict[str, tuple[Iterable[Record], list[str]]]
# What each case finds for v1.0.0 of `m` at the first commit: the role, the file, who names it, why it is the version's, its status.
FILES: Cases = {
    "named where it is annotated": (
        [*MODEL, OF_ROOT, named("a", "dvc.yaml"), named("b", "sub/dvc.yaml")],
        ["metrics a dvc.yaml named ok"],
    ),
    "named by the pipeline that makes it": (
        [*MODEL, ELSEWHERE, made("m.pkl", "sub/dvc.lock"), named("a", "dvc.yaml"), named("b", "sub/dvc.yaml")],
        ["metrics b sub/dvc.yaml named ok"],
    ),
    "named by both": (
        [*MODEL, OF_ROOT, made("m.pkl", "sub/dvc.lock"), named("a", "dvc.yaml"), named("b", "sub/dvc.yaml"), named("c", "c.dvc")],
        ["metrics a dvc.yaml named ok", "metrics b sub/dvc.yaml named ok"],
    ),
    "of the same project": (
        [*MODEL, IN_GIT, named("a", "sub/dvc.yaml"), named("b", **X)],
        ["metrics a sub/dvc.yaml project ok"],
    ),
    "of the same project, and nothing is at its path": (
        [*MODEL, ELSEWHERE, named("a", "sub/dvc.yaml"), named("b", **X)],
        ["metrics a sub/dvc.yaml project ok, of the project"],
    ),
    "of the same project in a folder": (
        [*MODEL, replace(IN_GIT, dvc_root="x"), named("a", "dvc.yaml"), named("b", **X), named("c", "x/y/dvc.yaml", dvc_root="x")],
        ["metrics b x/dvc.yaml project ok", "metrics c x/y/dvc.yaml project ok"],
    ),
    "of the only project": (
        [*MODEL, replace(IN_GIT, dvc_root="y"), named("a", **X), named("b", "x/y/dvc.yaml", dvc_root="x")],
        ["metrics a x/dvc.yaml only ok", "metrics b x/y/dvc.yaml only ok"],
    ),
    "of two other projects": ([*MODEL, replace(IN_GIT, dvc_root="z"), named("a", **X), named("b", **Y)], []),
    "of a project, and of none": ([*MODEL, replace(IN_GIT, dvc_root="z"), named("a", **X), named("b", "dvc.yaml", dvc_root=None)], []),
    "of no project": (
        [*MODEL, replace(IN_GIT, dvc_root=None), named("a", "sub/dvc.yaml", dvc_root=None)],
        ["metrics a sub/dvc.yaml only ok"],
    ),
    "two projects at another commit": (
        [*MODEL, replace(IN_GIT, dvc_root="z"), named("a", **X), *at(C2, named("a", **X), named("b", **Y))],
        ["metrics a x/dvc.yaml only ok"],
    ),
    "annotated nowhere": (
        [*MODEL, made("m.pkl", "sub/dvc.lock"), named("a", "sub/dvc.yaml")],
        ["metrics a sub/dvc.yaml only ok, of the project"],
    ),
    "annotated nowhere, and the root names them": (
        [*MODEL, named("a", "dvc.yaml"), named("b", "sub/dvc.yaml")],
        ["metrics a dvc.yaml named ok, of the project"],
    ),
    "annotated nowhere, and the folder in its name has them": (
        [*registered("y:m@v1.0.0"), named("a", "dvc.yaml"), named("b", **Y)],
        ["metrics b y/dvc.yaml named ok, of the project"],
    ),
    "another artifact is annotated": (
        [*MODEL, annotated("n", "dvc.yaml", "m.pkl"), named("a", "dvc.yaml")],
        ["metrics a dvc.yaml named ok, of the project"],
    ),
    "annotated at another version, and the root names them": (
        [*MODEL, *also("m@v2.0.0", commit=C2), *at(C2, OF_ROOT), named("a", "dvc.yaml")],
        ["metrics a dvc.yaml named ok"],
    ),
    "annotated at another version": (
        [*MODEL, *also("m@v2.0.0", commit=C2), *at(C2, OF_ROOT), named("a", "sub/dvc.yaml")],
        ["metrics a sub/dvc.yaml only ok, of the project"],
    ),
    "of another commit": ([*MODEL, OF_ROOT, *at(C2, named("a", "dvc.yaml"))], []),
    "of the commit that a tag of a tag leads to": (
        [replace(*MODEL, revision=C2), *at(C2, OF_ROOT, named("a", "dvc.yaml"))],
        ["metrics a dvc.yaml named ok"],
    ),
    "each role by itself": (
        [*MODEL, OF_ROOT, named("a", "dvc.yaml"), named("p", "sub/dvc.yaml", role="params"), named("q", **X, role="params")],
        ["metrics a dvc.yaml named ok", "params p sub/dvc.yaml project ok, of the project"],
    ),
    "each artifact by itself": (
        [*MODEL, *also("n@v1.0.0"), IN_GIT, annotated("n", "sub/dvc.yaml", "n.pkl"), named("a", "sub/dvc.yaml")],
        ["metrics a sub/dvc.yaml project ok", "n@v1.0.0 1 metrics a sub/dvc.yaml named ok"],
    ),
    "each commit by itself": (
        [*MODEL, *also("m@v1.0.0", commit=C2), IN_GIT, *at(C2, replace(IN_GIT, file="dvc.yaml")), named("a", "sub/dvc.yaml"),
         *at(C2, named("a", "dvc.yaml"))],
        ["m@v1.0.0 2 metrics a dvc.yaml named ok", "metrics a sub/dvc.yaml project ok"],
    ),
    "a file that two pipeline stages name": (
        [*MODEL, OF_ROOT, named("a", "dvc.yaml", pipeline_stage="s"), named("a", "dvc.yaml", pipeline_stage="t", status="missing")],
        ["metrics a dvc.yaml named ok"],
    ),
    "parameters that DVC reads unasked": (
        [*MODEL, OF_ROOT, named("params.yaml", None, role="params"), named("x/params.yaml", None, role="params", dvc_root="x")],
        ["params params.yaml dvc.yaml named ok"],
    ),
    "those of a project in a folder": (
        [*MODEL, annotated("m", "x/dvc.yaml", "m.pkl"), named("params.yaml", None, role="params", dvc_root=None),
         named("x/params.yaml", None, role="params", dvc_root="x")],
        ["params x/params.yaml x/dvc.yaml named ok"],
    ),
    "parameters that only locks have": (
        [*MODEL, OF_ROOT, locked("p", "lr", 1), locked("q", "lr", 1, "x/dvc.lock"), param("r", "lr", 1, "dvc.yaml")],
        ["params p dvc.yaml named"],
    ),
    "files and locks in no project": (
        [*MODEL, replace(IN_GIT, dvc_root=None), named("a", "sub/dvc.yaml", dvc_root=None), locked("p", "lr", 1, "x/dvc.lock", dvc_root=None)],
        ["metrics a sub/dvc.yaml only ok", "params p x/dvc.yaml only"],
    ),
    "those of locks in no project": (
        [*MODEL, replace(IN_GIT, dvc_root="z"), locked("p", "lr", 1, "x/dvc.lock", dvc_root=None), named("a", **X)],
        [],
    ),
    "a file and a lock have them": (
        [*MODEL, OF_ROOT, locked("p", "lr", 1), named("p", "dvc.yaml", role="params", status="missing")],
        ["params p dvc.yaml named missing"],
    ),
}  # fmt: skip
# The values of v1.0.0 at the first commit.
VALUES: Cases = {
    "metrics of a file that two name": (
        [*MODEL, OF_ROOT, made("m.pkl", "sub/dvc.lock"), named("a", "dvc.yaml"), named("a", "sub/dvc.yaml"), metric("a")],
        ["metric a acc 0.5"],
    ),
    "metrics of other files and commits": (
        [*MODEL, OF_ROOT, named("a", "dvc.yaml"), metric("a"), metric("b"), metric("a", "loss", commit=C2)],
        ["metric a acc 0.5"],
    ),
    "a file of metrics that is only a plot here": (
        [*MODEL, OF_ROOT, named("a", "dvc.yaml", role="plots"), named("a", "sub/dvc.yaml"), named("b", "dvc.yaml"), metric("a"), metric("b")],
        ["metric b acc 0.5"],
    ),
    "a file goes before the lock": (
        [*MODEL, OF_ROOT, named("p", "dvc.yaml", role="params"), param("p", "lr", 1, "dvc.yaml", stage="s"), locked("p", "lr", 2)],
        ["param p lr 1.0 s"],
    ),
    "the whole file before a pipeline stage": (
        [*MODEL, OF_ROOT, named("p", "dvc.yaml", role="params"), param("p", "lr", 1, "dvc.yaml"), param("p", "lr", 2, "dvc.yaml", stage="s")],
        ["param p lr 1.0"],
    ),
    "of two pipeline stages the first by name": (
        [*MODEL, OF_ROOT, locked("p", "lr", 2, stage="b"), locked("p", "lr", 1, stage="a"), locked("p", "lr", 3, stage="c")],
        ["param p lr 1.0 a locked"],
    ),
    "of two metafiles the first by name": (
        [*MODEL, OF_ROOT, made("m.pkl", "b/dvc.lock"), locked("p", "lr", 2, "b/dvc.lock"), locked("p", "lr", 1, stage="s")],
        ["param p lr 2.0 s locked"],
    ),
    "each name of each file": (
        [*MODEL, OF_ROOT, locked("p", "lr", 1), locked("p", "depth", 2), locked("q", "lr", 3), locked("q", "lr", 4, "a/dvc.lock")],
        ["param p depth 2.0 s locked", "param p lr 1.0 s locked", "param q lr 3.0 s locked"],
    ),
    "each version of each artifact": (
        [*MODEL, *also("m@v2.0.0", "n@v1.0.0"), *also("m@v1.0.0", commit=C2), locked("p", "lr", 1), *at(C2, locked("p", "lr", 1))],
        ["m@v1.0.0 2 param p lr 1.0 s locked", "m@v2.0.0 1 param p lr 1.0 s locked", "n@v1.0.0 1 param p lr 1.0 s locked",
         "param p lr 1.0 s locked"],
    ),
    "what a lock in a folder has": (
        [*MODEL, ELSEWHERE, made("m.pkl", "sub/dvc.lock"), locked("p", "lr", 1, "sub/dvc.lock")],
        ["param p lr 1.0 s locked"],
    ),
    "the parameters that DVC reads unasked": (
        [*MODEL, OF_ROOT, named("params.yaml", None, role="params"), param("params.yaml", "lr", 1, None)],
        ["param params.yaml lr 1.0"],
    ),
    "those of a project that is in a folder": (
        [*MODEL, annotated("m", "x/dvc.yaml", "m.pkl"), named("x/p.yaml", None, role="params", dvc_root="x"),
         replace(param("x/p.yaml", "lr", 1, None), dvc_root="x")],
        ["param x/p.yaml lr 1.0"],
    ),
    "those of no project": (
        [*MODEL, replace(IN_GIT, dvc_root=None), named("p.yaml", None, role="params", dvc_root=None),
         replace(param("p.yaml", "lr", 1, None), dvc_root=None)],
        ["param p.yaml lr 1.0"],
    ),
    "a file of parameters that is only a plot here": (
        [*MODEL, OF_ROOT, named("p", "dvc.yaml", role="plots"), param("p", "lr", 1, "dvc.yaml")],
        [],
    ),
    "plots of the metafile that names them for it": (
        [*MODEL, OF_ROOT, named("p", "dvc.yaml", role="plots"), named("p", "sub/dvc.yaml", role="plots"), plot("p"), plot("p", "sub/dvc.yaml", "sub"),
         plot("q", name="other"), *at(C2, plot("p", name="later"))],
        ["plot p roc"],
    ),
    "a plot's file that is only one of metrics here": ([*MODEL, OF_ROOT, named("p", "dvc.yaml"), plot("p")], []),
}  # fmt: skip
CASES = FILES | VALUES
FIRST = f"(artifact = 'm' or artifact = 'y:m') and version = 'v1.0.0' and commit = '{C1}'"
SHOWN = {
    "version_measure_files": "role, file, metafile, belongs, if(of_project, concat(status, ', of the project'), status)",
    "version_metrics": "'metric', file, name, number",
    "version_params": "'param', file, name, number, pipeline_stage, if(locked, 'locked', null)",
    "version_plots": "'plot', file, plot",
}


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """What all cases show, with the version and the commit where these are others than the first."""
    repos: dict[str, dict[type[Record], list[Record]]] = {
        case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)} for case, (rows, _) in CASES.items()
    }  # fmt: skip
    connection = catalog_of(repos)
    found: dict[str, list[str]] = {case: [] for case in CASES}
    for view, columns in SHOWN.items():
        which = f"if({FIRST}, null, artifact || '@' || version || ' ' || commit[1])"
        for row in asked(
            connection, f"select repo, concat_ws(' ', {which}, {columns}) as shown from {view} order by all"
        ):
            if row["repo"] in (FILES if view == "version_measure_files" else VALUES):
                found[row["repo"]].append(row["shown"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_which_measures_are_a_version_s(rows, case):
    assert rows[case] == CASES[case][1]
