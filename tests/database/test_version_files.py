"""Which output a version is, from rows: each case is a repository of one catalog, and all have the same commits, paths and artifacts."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Remote
from database.test_lineage_steps import added, made
from database.test_lineage_versions import imported, version
from support.catalogs import asked, catalog_of


def remote(name: str = "box", root: str = "", commit: str = "c", **more: Any) -> Remote:
    facts: dict[str, Any] = {
        "url": f"https://{name}.example", "scheme": "https", "is_default": True, "endpoint_url": None, "region": None,
        "version_aware": False, "worktree": False, "anonymous": False, "secrets": (),
    }  # fmt: skip
    return Remote(commit=commit, dvc_root=root, remote=name, **facts | more)


POINTER: dict[str, Any] = {"in_git": "file", "blob": "g"}
# Of each version: its number, its status, the output and its hash, and the remote.
CASES: dict[str, tuple[list[Record], list[str]]] = {
    "an output": ([added(), remote(), *version()], ["v1.0.0 ok out@h box"]),
    "an output of another hash": ([added(content="i"), *version()], ["v1.0.0 no-remote out@i"]),
    "an output without a hash": ([added(content=None), *version()], ["v1.0.0 never-locked out"]),
    "no output": ([added("other"), remote(), *version()], ["v1.0.0 not-tracked"]),
    "an output of another commit": ([added(commit="b"), *version()], ["v1.0.0 not-tracked"]),
    "versions of two commits": (
        [added(), remote(), *version(), added(content="i", commit="b"), *version(number=2, commit="b")],
        ["v1.0.0 ok out@h box", "v2.0.0 no-remote out@i"],
    ),
    "a remote of another commit": ([added(), remote(commit="b"), *version()], ["v1.0.0 no-remote out@h"]),
    "a remote of another project": ([added(), remote(root="sub"), *version()], ["v1.0.0 no-remote out@h"]),
    "a remote that is not the default": ([added(), remote(is_default=False), *version()], ["v1.0.0 no-remote out@h"]),
    "a remote that the output names": (
        [added(remote="box"), remote(is_default=False), remote("other"), *version()],
        ["v1.0.0 ok out@h box"],
    ),
    "the nearest of two folders above": (
        [added("d", "d.dir", is_folder=True), added("d/e", "e.dir", is_folder=True), *version("d/e/out")],
        ["v1.0.0 no-remote d/e@e.dir"],
    ),
    "a locked output goes before another": ([made(content=None), added(content="i"), *version()], ["v1.0.0 no-remote out@i"]),
    "of two projects that of the annotation's file": (
        [added(content="i", metafile="a.dvc", dvc_root="x"), added(metafile="b.dvc"), *version()],
        ["v1.0.0 no-remote out@h"],
    ),
    "of two other projects the deeper one": (
        [added(metafile="a.dvc", dvc_root="x"), added(content="i", metafile="b.dvc", dvc_root="xy"), *version(dvc_root=None)],
        ["v1.0.0 no-remote out@i"],
    ),
    "of two metafiles the first by name": (
        [added(content="i", metafile="b.dvc"), added(metafile="a.dvc"), *version()],
        ["v1.0.0 no-remote out@h"],
    ),
    "a .dvc file stands for its output": ([added(), *version("out.dvc", **POINTER)], ["v1.0.0 no-remote out@h"]),
    "but not for two": (
        [added(), added("other", metafile="out.dvc"), *version("out.dvc", **POINTER)],
        ["v1.0.0 in-git"],
    ),
    "nor one of another commit": ([added(commit="b"), *version("out.dvc", **POINTER)], ["v1.0.0 in-git"]),
    "a .dvc file that is not there": ([added(), *version("out.dvc")], ["v1.0.0 not-tracked"]),
    "a file in Git goes before an output above it": (
        [added("d", "d.dir", is_folder=True), *version("d/out", **POINTER)],
        ["v1.0.0 in-git"],
    ),
    "two artifacts of a commit": (
        [added(), added("other", "i"), *version(), *version("other", artifact="n")],
        ["v1.0.0 no-remote other@i", "v1.0.0 no-remote out@h"],
    ),
    "an import": ([added(), imported("repo"), *version()], ["v1.0.0 ok out@h"]),
    "an import of another commit": ([added(), imported("repo", "b"), *version()], ["v1.0.0 no-remote out@h"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    repos = {case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)} for case, (rows, _) in CASES.items()}  # fmt: skip
    return asked(
        catalog_of(repos),
        "select repo, concat_ws(' ', version, status, output || coalesce('@' || hash, ''), remote) as shown from version_files order by all",
    )


@pytest.mark.parametrize("case", CASES)
def test_which_output_a_version_is(found, case):
    assert [row["shown"] for row in found if row["repo"] == case] == CASES[case][1]
