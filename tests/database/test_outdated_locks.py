"""Which locks are out of date or not compared, from rows: two commits, two files, and stages that DVC leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.schema.record import Record, replace
from catalog.schema.tables.dvc import Dependency, Output, Param, PipelineStage
from catalog.schema.tables.metrics import MeasureFile
from catalog.schema.tables.problems import Problem
from support.catalogs import asked, catalog_of

LOCK: dict[str, Any] = {"commit": "c", "metafile": "dvc.lock", "pipeline_stage": "s"}
DEFINED = LOCK | {"metafile": "dvc.yaml"}


def stage(**more: Any) -> PipelineStage:
    facts: dict[str, Any] = {
        "commit": "c", "file": "dvc.yaml", "pipeline_stage": "s", "command": "run", "locked_command": "run", "wdir": "", "frozen": False,
        "always_changed": False, "description": None,
    }  # fmt: skip
    return PipelineStage(**facts | more)


def output(path: str, digest: str | None, **more: Any) -> Output:
    facts: dict[str, Any] = LOCK | {
        "dvc_root": "", "hash_kind": "md5", "size": 1, "files": None, "is_folder": False, "executable": False, "cached": True, "pushed": True,
        "remote": None, "version_id": None, "etag": None, "role": "out", "type": None, "description": None, "labels": (), "meta": {},
    }  # fmt: skip
    return Output(path=path, hash=digest, **facts | more)


def dependency(path: str, digest: str | None, **more: Any) -> Dependency:
    return Dependency(path=path, hash=digest, **LOCK | {"hash_kind": "md5", "size": 1, "files": None} | more)


def param(**more: Any) -> Param:
    facts: dict[str, Any] = LOCK | {
        "dvc_root": "",
        "file": "params.yaml",
        "name": "lr",
        "number": None,
        "text": "1",
        "kind": "text",
        "locked": True,
    }
    return Param(**facts | more)


COMPARED = ("modified_names", "new_names", "deleted_names", "uncompared_names")


def named(**more: Any) -> MeasureFile:
    """What the stage names in a parameter file, and how it differs from the lock."""
    facts: dict[str, Any] = {
        "role": "params",
        "file": "params.yaml",
        "status": "ok",
        "blob": None,
        "hash": None,
        "size": None,
        "names": ("lr",),
    }
    differences = dict.fromkeys(COMPARED, ()) if more.get("status", "ok") == "ok" else {}
    return MeasureFile(**DEFINED | {"dvc_root": ""} | facts | differences | more)


def unread(place: str) -> Problem:
    return Problem(connector="measures", rule="too-many", place=place, message="", commit="c")


def fault(place: str) -> Problem:
    return Problem(connector="metafiles", rule="wrong-type", place=place, message="", commit="c")


ADDED: dict[str, Any] = {"metafile": "d.dvc", "pipeline_stage": None}
OLD = {"file": "s.dvc", "pipeline_stage": "s.dvc"}
OLD_LOCK = {"metafile": "s.dvc", "pipeline_stage": "s.dvc"}
EVERY = [
    dependency("new", None, **DEFINED),
    dependency("d", "1"),
    output("d", "2", **ADDED),
    named(modified_names=("lr",)),
]
CASES: dict[str, tuple[list[Record], list[tuple[list[str], list[str]]]]] = {
    "inputs, content and parameters are other ones": ([stage(), *EVERY], [(["changed", "inputs", "params"], ["d", "new", "params.yaml:lr"])]),
    "DVC leaves a frozen stage alone, whatever its inputs are": ([stage(frozen=True), *EVERY], []),
    "the command of a frozen stage is another": ([stage(frozen=True, command="other")], [(["command"], [])]),
    "an output of a frozen stage is not in the lock": ([stage(frozen=True), output("o", None, **DEFINED)], [(["outputs"], ["o"])]),
    "an output of a frozen stage has other content in Git": ([stage(frozen=True), output("o", "1", git_hash="2")], [(["results"], ["o"])]),
    "an input and an output have other content in Git": (
        [stage(), dependency("i", "1", git_hash="2"), output("o", "1", git_hash="2")],
        [(["changed", "results"], ["i", "o"])],
    ),
    "an input is gone": ([stage(), dependency("i", "1", tracked_by="nothing")], [(["deleted-inputs"], ["i"])]),
    "an output in Git is gone": ([stage(), output("o", "1", tracked_by="nothing")], [(["deleted-outputs"], ["o"])]),
    "an input and an output of a frozen stage are gone": (
        [stage(frozen=True), dependency("i", "1", tracked_by="nothing"), output("o", "1", tracked_by="nothing")],
        [(["deleted-outputs"], ["o"])],
    ),
    "Git or DVC has the inputs": ([stage(), dependency("i", "1", tracked_by="git"), dependency("j", "1", tracked_by="dvc")], []),
    "content in Git is the same": ([stage(), dependency("i", "1", git_hash="1"), output("o", "1", git_hash="1")], []),
    "another commit has other content": ([stage(), dependency("d", "1"), output("d", "2", **ADDED | {"commit": "e"})], []),
    "another path has other content": ([stage(), dependency("d", "1"), output("e", "2", **ADDED)], []),
    "the content of an output is not known": ([stage(), dependency("d", "1"), output("d", None, **ADDED)], []),
    "parameters are the same": ([stage(), named()], []),
    "another stage has another parameter": ([stage(), named(), stage(pipeline_stage="t"), named(pipeline_stage="t", modified_names=("lr",))], [(["params"], ["params.yaml:lr"])]),
    "parameters of two files are other ones, new and gone": (
        [stage(), named(modified_names=("a", "t.b"), new_names=("c",), deleted_names=("d",)), named(file="more.yaml", modified_names=("a",))],
        [(["deleted-params", "new-params", "params"], ["more.yaml:a", "params.yaml:a", "params.yaml:c", "params.yaml:d", "params.yaml:t.b"])],
    ),
    "a file of parameters is gone": ([stage(), named(status="missing", deleted_names=("",))], [(["deleted-params"], ["params.yaml"])]),
    "a file of parameters was not read": ([stage(), named(status="lfs")], []),
    "a pattern leads to several values": ([stage(), named(uncompared_names=("t.*",))], []),
    "parameters of a frozen stage are other ones, gone and new": (
        [stage(frozen=True), named(modified_names=("a",), new_names=("b",), deleted_names=("c",))], []
    ),
    "an output of the lock, which does not lie in Git": ([stage(), output("o", "1")], []),
    "a stage of DVC 0.x, whose file is its lock": (
        [stage(**OLD), output("o", "1", **OLD_LOCK), dependency("i", "1", **OLD_LOCK)],
        [],
    ),
    "an input has other content in Git, and than the output that it is": (
        [stage(), dependency("d", "1", git_hash="2"), output("d", "2", **ADDED)],
        [(["changed"], ["d"])],
    ),
    "the command is not known": ([stage(command=None)], []),
    "a dataset is not locked": ([stage(), dependency("ds://d", None, **DEFINED)], []),
    "the lock has an input and an output without a hash": (
        [stage(), dependency("i", None), output("o", None), output("p", None, cached=False)],
        [(["inputs", "outputs"], ["i", "o", "p"])],
    ),
    "the lock of a frozen stage has an input and an output without a hash": (
        [stage(frozen=True), dependency("i", None), output("o", None)],
        [(["outputs"], ["o"])],
    ),
    "the lock has a dataset, a version in the cloud, and a folder whose files are listed": (
        [stage(), dependency("ds://d", None), output("o", None, version_id="1"), output("p", None, is_folder=True)],
        [],
    ),
    "it never ran": ([stage(locked_command=None), *EVERY], []),
}  # fmt: skip


@pytest.fixture(scope="module")
def locks() -> list[dict[str, Any]]:
    """Those of all cases, each of which is a repository of one catalog."""
    repos = {
        case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)}
        for case, (rows, _) in CASES.items()
    }
    return asked(catalog_of(repos), "select repo, reasons, what from outdated_locks")


@pytest.mark.parametrize("case", CASES)
def test_why_a_lock_is_out_of_date(locks, case):
    _, found = CASES[case]
    assert [(lock["reasons"], lock["what"]) for lock in locks if lock["repo"] == case] == found


UNCOMPARED: dict[str, tuple[list[Record], list[tuple[list[str], list[str]]]]] = {
    "content in Git that is a folder, or was not read": (
        [
            stage(),
            dependency("src", "1.dir", tracked_by="git"),
            dependency("train.py", "1", tracked_by="git", git_hash="1"),
            dependency("data", "2", tracked_by="dvc"),
            output("data", "2", **ADDED),
            dependency("gone", "2", tracked_by="nothing"),
            output("large.json", "3", cached=False, tracked_by="git"),
            output("m.json", "4", cached=False, tracked_by="git", git_hash="5"),
        ],
        [(["large.json", "src"], ["content", "folder"])],
    ),
    "files of parameters that were not read": (
        [stage(), *(named(file=f"{status}.yaml", status=status) for status in ("lfs", "in-dvc", "bad"))],
        [(["bad.yaml", "in-dvc.yaml", "lfs.yaml"], ["bad", "in-dvc", "lfs"])],
    ),
    "a file of parameters that is gone": ([stage(), named(status="missing", deleted_names=("",), uncompared_names=())], []),
    "parameters that are compared": ([stage(), named(modified_names=("lr",))], []),
    "patterns that lead to several values, and a folder": (
        [stage(), named(uncompared_names=("t.*", "u.*")), named(file="p/a.yaml", uncompared_names=("",))],
        [(["p/a.yaml", "params.yaml:t.*", "params.yaml:u.*"], ["unclear", "unclear", "unclear"])],
    ),
    "a file after as many as are read": (
        [stage(), named(), param(), param(file="more.yaml"), param(file="more.yaml", name="depth"), unread("")],
        [(["more.yaml"], ["too-many"])],
    ),
    "a file that the stage names no more": ([stage(), named(), param(file="more.yaml")], []),
    "a file that the stage names no more, where another file has too many rows": (
        [stage(), named(), param(file="more.yaml"), unread("roc.csv")],
        [],
    ),
    "a file that is no parameter file": ([stage(), named(role="metrics", names=None, status="lfs")], []),
    "the inputs of a frozen stage, but not what it made": (
        [stage(frozen=True), dependency("src", "1.dir", tracked_by="git"), output("large.json", "3", cached=False, tracked_by="git"), named(status="bad")],
        [(["large.json"], ["content"])],
    ),
    "a definition that is not valid": ([stage(command=None), fault("dvc.yaml")], [(["dvc.yaml"], ["definition"])]),
    "a definition of another stage that is not valid": ([stage(), fault("dvc.yaml: stages.st.cmd")], []),
    "parameters that could not be resolved": ([stage(), fault("dvc.yaml: stages.s.params")], [(["dvc.yaml"], ["definition"])]),
    "a stage of a group that is not valid": (
        [stage(pipeline_stage="g@x"), fault("dvc.yaml: stages.g.params")], [(["dvc.yaml"], ["definition"])]
    ),
    "a lock that is not valid": ([stage(locked_command=None), fault("dvc.lock")], [(["dvc.lock"], ["lock"])]),
    "a stage that is not valid in the lock": ([stage(locked_command=None), fault("dvc.lock: stages.s")], [(["dvc.lock"], ["lock"])]),
    "a definition that is not valid, of a stage that never ran": ([stage(locked_command=None), fault("dvc.yaml: stages.s.cmd")], []),
    "a secret in the definition": ([stage(), replace(fault("dvc.yaml"), connector="privacy")], []),
    "a stage that never ran": ([stage(locked_command=None), named(status="bad")], []),
    "a path twice": ([stage(), dependency("a", "1", tracked_by="git"), output("a", "1", cached=False, tracked_by="git")], [(["a"], ["content"])]),
    "part of a folder that DVC tracks, and what DVC tracks without a hash": (
        [
            stage(),
            dependency("data/a.csv", "1", tracked_by="dvc"),
            output("data", "2.dir", **ADDED),
            dependency("never-made", "1", tracked_by="dvc"),
            output("never-made", None, **ADDED),
        ],
        [(["data/a.csv", "never-made"], ["no-hash", "no-hash"])],
    ),
    "DVC tracks it with a hash at another commit only": (
        [stage(), dependency("data", "1", tracked_by="dvc"), output("data", "1", **ADDED | {"commit": "e"})],
        [(["data"], ["no-hash"])],
    ),
    "behind a filter": (
        [
            stage(),
            dependency("a", "1", tracked_by="filter"),
            dependency("b", "1", tracked_by="filter", git_hash="1"),
            output("c", "1", cached=False, tracked_by="filter"),
        ],
        [(["a", "c"], ["filter", "filter"])],
    ),
    "outside of the repository": (
        [stage(), dependency("s3://b/in", "1"), output("s3://b/out", "1", cached=False), output("model", "1")],
        [(["s3://b/in", "s3://b/out"], ["outside", "outside"])],
    ),
    "inputs without a hash": ([stage(), dependency("s3://b/in", None), dependency("ds://d", None)], []),
}  # fmt: skip


@pytest.fixture(scope="module")
def uncompared() -> list[dict[str, Any]]:
    """Those of all cases, each of which is a repository of one catalog."""
    repos = {
        case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)}
        for case, (rows, _) in UNCOMPARED.items()
    }
    return asked(catalog_of(repos), "select repo, file, pipeline_stage, paths, reasons from uncompared_locks")


@pytest.mark.parametrize("case", UNCOMPARED)
def test_what_is_not_compared_with_its_lock(uncompared, case):
    _, expected = UNCOMPARED[case]
    found = [row for row in uncompared if row["repo"] == case]
    assert [(row["paths"], row["reasons"]) for row in found] == expected
    assert {(row["file"], row["pipeline_stage"]) for row in found} <= {("dvc.yaml", "s"), ("dvc.yaml", "g@x")}
