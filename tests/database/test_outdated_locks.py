"""Which locks are out of date, from rows: two commits, two parameter files, and stages that DVC leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.schema.record import Record
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


def param(text: str | None, *, locked: bool, **more: Any) -> Param:
    facts: dict[str, Any] = LOCK | {"dvc_root": "", "file": "params.yaml", "name": "lr", "number": None, "kind": "text"}
    return Param(text=text, locked=locked, **facts | more)


def named(*names: str, **more: Any) -> MeasureFile:
    """What the stage names in a parameter file."""
    facts: dict[str, Any] = {
        "role": "params",
        "file": "params.yaml",
        "status": "ok",
        "blob": None,
        "hash": None,
        "size": None,
    }
    return MeasureFile(names=names, **DEFINED | {"dvc_root": ""} | facts | more)


def unread(rule: str, place: str) -> Problem:
    return Problem(connector="measures", rule=rule, place=place, message="", commit="c")


SAME = [named("lr"), param("1", locked=True), param("1", locked=False)]
ADDED: dict[str, Any] = {"metafile": "d.dvc", "pipeline_stage": None}
OLD = {"file": "s.dvc", "pipeline_stage": "s.dvc"}
OLD_LOCK = {"metafile": "s.dvc", "pipeline_stage": "s.dvc"}
EVERY = [
    dependency("new", None, **DEFINED),
    dependency("d", "1"),
    output("d", "2", **ADDED),
    named("lr"),
    param("1", locked=True),
    param("2", locked=False),
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
    "another commit has another parameter": ([stage(), *SAME, param("2", locked=False, commit="e")], []),
    "another file has another parameter": ([stage(), *SAME, param("2", locked=False, file="more.yaml")], []),
    "another name has another value": ([stage(), *SAME, param("2", locked=False, name="depth")], []),
    "another name that begins alike has another value": ([stage(), *SAME, param("2", locked=False, name="lrs")], []),
    "a parameter is gone from the file": ([stage(), named("lr"), param("1", locked=True)], [(["deleted-params"], ["params.yaml:lr"])]),
    "a parameter is gone from a file that another stage names": (
        [stage(), named("lr", pipeline_stage="t"), param("1", locked=True), param("2", locked=True, pipeline_stage="t")],
        [],
    ),
    "a parameter is gone that the stage names no more": ([stage(), named("depth"), param("1", locked=True), *(param("2", locked=locked, name="depth") for locked in (True, False))], []),
    "a parameter has another value that the stage names no more": ([stage(), param("1", locked=True), param("2", locked=False)], []),
    "a file of parameters is gone": ([stage(), named("lr", status="missing"), param("1", locked=True)], [(["deleted-params"], ["params.yaml"])]),
    "a file of parameters was not read": ([stage(), named("lr", status="lfs"), param("1", locked=True)], []),
    "a file of parameters was not read to its end": ([stage(), named("lr"), param("1", locked=True), unread("too-big", "params.yaml")], []),
    "the files of a commit were not read to their end": ([stage(), named("lr"), param("1", locked=True), unread("too-many", "")], []),
    "another file was not read to its end": (
        [stage(), named("lr"), param("1", locked=True), unread("too-big", "params.yaml.old: lr")],
        [(["deleted-params"], ["params.yaml:lr"])],
    ),
    "a parameter is new": ([stage(), *SAME, named("lr", "depth"), param("2", locked=False, name="depth")], [(["new-params"], ["params.yaml:depth"])]),
    "a parameter is neither in the lock nor in the file": ([stage(), *SAME, named("lr", "depth")], [(["deleted-params"], ["params.yaml:depth"])]),
    "all of a file is named, and holds what it did": ([stage(), named(), *SAME[1:]], []),
    "all of a file is named, and holds another": (
        [stage(), named(), param("1", locked=True), param("1", locked=False, name="depth")],
        [(["deleted-params", "new-params"], ["params.yaml:depth", "params.yaml:lr"])],
    ),
    "a map lacks a value": (
        [stage(), named("t"), *(param("1", locked=locked, name=name) for locked, name in ((True, "t.a"), (True, "t.b"), (False, "t.a")))],
        [(["params"], ["params.yaml:t.b"])],
    ),
    "a place in a list is named": (
        [stage(), named("l.0"), param("1", locked=True, name="l.0"), param("[2]", locked=False, name="l", kind="list")],
        [],
    ),
    "names with a star": ([stage(), named("l*"), param("1", locked=True, name="l*")], []),
    "a number is written differently": (
        [stage(), named("lr"), param("1", locked=True, number=1.0, kind="number"), param("1.0", locked=False, number=1.0, kind="number")],
        [],
    ),
    "a number has become a text": (
        [stage(), named("lr"), param("1", locked=True, number=1.0, kind="number"), param("1", locked=False)],
        [(["params"], ["params.yaml:lr"])],
    ),
    "a parameter has no value any more": (
        [stage(), named("lr"), param("1", locked=True), param(None, locked=False)],
        [(["params"], ["params.yaml:lr"])],
    ),
    "parameters of a frozen stage are gone and new": ([stage(frozen=True), named("lr", "depth"), param("1", locked=True), param("1", locked=False, name="depth")], []),
    "two parameters are other ones": (
        [stage(), named("a", "b"), *(param(text, locked=text == "1", name=name) for name in ("b", "a") for text in "12")],
        [(["params"], ["params.yaml:a", "params.yaml:b"])],
    ),
    "two stages ran with different values": ([stage(), *SAME, param("2", locked=True, pipeline_stage="t")], []),
    "two values are in files, and none in the lock": (
        [stage(), param("1", locked=False), param("2", locked=False, pipeline_stage="t")],
        [],
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


def test_what_is_in_git_and_not_compared_with_its_lock():
    rows = [
        stage(),
        dependency("src", "1.dir", tracked_by="git"),
        dependency("train.py", "1", tracked_by="git", git_hash="1"),
        dependency("data", "2", tracked_by="dvc"),
        dependency("gone", "2", tracked_by="nothing"),
        output("large.json", "3", tracked_by="git"),
        output("m.json", "4", tracked_by="git", git_hash="5"),
        named("lr", file="large.yaml", status="lfs"),
        named("lr", file="missing.yaml", status="missing"),
        named("lr"),
        stage(pipeline_stage="never", locked_command=None),
        named("lr", file="large.yaml", status="lfs", pipeline_stage="never"),
    ]
    repo = {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)}
    found = asked(catalog_of({"r": repo}), "select file, pipeline_stage, paths from uncompared_locks")
    assert found == [{"file": "dvc.yaml", "pipeline_stage": "s", "paths": ["large.json", "large.yaml", "src"]}]
