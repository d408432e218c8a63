"""Each column of `version_files`, from rows: each case is a repository of one catalog, and all have the same commits, paths and artifacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Import, Output, OutputFile, Remote
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from database.test_lineage_steps import START, added, revision
from database.test_lineage_versions import annotated, version
from database.test_version_files import POINTER, remote
from spec.test_bytes import A_OBJECT, FOLDER, HTTP, OLD, PLAIN, SHA, STORED, UNKNOWN, A
from support.catalogs import asked, catalog_of
from support.small_catalog import event


def out(path: str = "m.bin", content: str | None = A, **more: Any) -> Output:
    return replace(added(path, content, size=10, hash_kind=content and "md5"), **more)


def box(url: str = HTTP, **more: Any) -> Remote:
    return remote(url=url, **more)


def model(path: str | None = "m.bin", **more: Any) -> list[Record]:
    return version(path, **more)


def of_tip(path: str, **more: Any) -> list[Record]:
    """What a later commit, the tip, says of the artifact."""
    return [replace(revision("tip", 1), reasons=("tip",)), annotated(path, "tip", **more)]


def listed(path: str, content: str | None = "7" * 32, output: str = "d", **more: Any) -> OutputFile:
    facts: dict[str, Any] = {
        "commit": "c",
        "metafile": "d.dvc",
        "size": 7,
        "remote": "box",
        "version_id": None,
        "etag": None,
    }
    return OutputFile(output=output, path=path, hash=content, **facts | more)  # fmt: skip


def imported(**more: Any) -> Import:
    facts: dict[str, Any] = {
        "commit": "c", "metafile": "m.bin.dvc", "path": "m.bin", "kind": "url", "url": "s3://lake/mx/", "source_path": None, "rev": None,
        "rev_lock": None, "query": None, "etag": None, "version_id": None, "partial": False, "version_aware": True,
    }  # fmt: skip
    return Import(**facts | more)


def problem(rule: str, place: str, commit: str | None = "c") -> Problem:
    return Problem(connector="dvc", rule=rule, place=place, message="", commit=commit)


def again(row: Event, commit: str) -> Event:
    """The same version by another tag object, at another commit."""
    return replace(row, commit=commit, oid=commit * 40)


THERE = {"hash_kind": None, "hash": None, "size": None, "url": None, "link": None}
NOWHERE = UNKNOWN | {"status": "not-tracked"}
UNLOCKED = THERE | {"status": "never-locked", "size": 10}
ABSENT = UNKNOWN | {"status": "missing-object"}
BARE = UNKNOWN | {"status": "not-annotated", "path": None, "dvc_root": None, "annotated_at": None, "file": None}
AT_TIP = {"annotated_at": "tip"}
FOUND = {"url": f"{HTTP}/m.bin", "link": f"{HTTP}/m.bin", "status": "cloud-versioned"}
IN_FOLDER = {"path": "d", "output": "d", "metafile": "d.dvc", "is_folder": True}
LISTING = IN_FOLDER | {"status": "cloud-versioned", "url": f"{HTTP}/d", "link": None}
OF_D: dict[str, Any] = {"metafile": "d.dvc", "is_folder": True, "size": None}
SOURCE = {"import_kind": "url", "source_url": "s3://lake/mx/", "remote": None}
S3 = "https://lake.s3.amazonaws.com/m"

Case = tuple[list[Record], dict[str, Any]]
ANNOTATIONS: dict[str, Case] = {
    "a version of a commit": ([out(), box(), *model()], {}),
    "a version by a tag of a tag": (
        [out(), box(), annotated("m.bin", "c"), replace(event("m@v1.0.0", "tag", START), revision="c")],
        {},
    ),
    "dvc.yaml goes before artifacts.yaml": (
        [out(), box(), *model(), annotated("n.bin", "c", file="artifacts.yaml", source="artifacts.yaml")],
        {},
    ),
    "only the tip annotates it": ([out(), box(), *model(None), *of_tip("m.bin")], AT_TIP),
    "the tip annotates another artifact, too": (
        [out(), box(), *model(None), *of_tip("m.bin"), annotated("n.bin", "tip", artifact="n")],
        AT_TIP,
    ),
    "only the tip annotates it, and nothing is there yet": (
        [box(), *model(None), *of_tip("m.bin", dvc_root="p")],
        UNKNOWN | AT_TIP | {"status": "not-annotated", "dvc_root": "p"},
    ),
    "a URL at the commit, and a path at the tip": (
        [out(), box(), *model("s3://lake/m", target=None), *of_tip("m.bin")],
        UNKNOWN | {"status": "external-url", "path": "s3://lake/m", "url": "s3://lake/m", "link": S3},
    ),
    "a URL with credentials": (
        [out(), box(), *model("https://ann:pw@data.example/m?x=1&SIG=s#t", target=None)],
        UNKNOWN | {"status": "external-url"} | dict.fromkeys(("path", "url", "link"), "https://data.example/m"),
    ),
}  # fmt: skip
CHOICE: dict[str, Case] = {
    "other versions of other commits, and other artifacts": (
        [out(), box(), *model(), out("m.bin", OLD, commit="b"), *(again(row, "b") for row in model(None)), annotated("m.bin", "b"),
         *model(number=2), *model(number=3, commit="b"), *model(artifact="n")],
        {},
    ),
    "a .dvc file that several versions name": (
        [out(), box(), *model("m.bin.dvc", **POINTER), *model("m.bin.dvc", number=2, **POINTER), *model("m.bin.dvc", artifact="n", **POINTER),
         again(model(None)[0], "b"), annotated("m.bin.dvc", "b", **POINTER), out(commit="b")],
        {"in_git": "file"},
    ),
    "a .dvc file of another output": (
        [out(), box(), *model("n.dvc", **POINTER)],
        UNKNOWN | {"path": "n.dvc", "status": "in-git", "hash_kind": "git-blob", "hash": "g", "in_git": "file"},
    ),
    "a dvc.yaml stands for no output": (
        [out(metafile="dvc.yaml", pipeline_stage="s"), box(), *model("dvc.yaml", **POINTER)],
        UNKNOWN | {"path": "dvc.yaml", "status": "in-git", "hash_kind": "git-blob", "hash": "g", "in_git": "file"},
    ),
    "a .dvc file goes before the folder that holds it": (
        [out("longer/folder", FOLDER, is_folder=True), out(metafile="longer/folder/x.dvc"), box(), *model("longer/folder/x.dvc", **POINTER)],
        {"in_git": "file", "metafile": "longer/folder/x.dvc"},
    ),
    "of two outputs and no project that in none": (
        [out(metafile="a.dvc", dvc_root="p"), out(dvc_root=None), *model(dvc_root=None)],
        STORED | {"status": "no-dvc-repo", "dvc_root": None},
    ),
    "of two other projects any goes before none": (
        [out(dvc_root="p"), out(metafile="a.dvc", dvc_root=None), *model(dvc_root="q")],
        STORED | {"status": "no-remote", "dvc_root": "p"},
    ),
    "of two pipeline stages the first by name": (
        [out(metafile="dvc.lock", pipeline_stage="a"), out("m.bin", OLD, metafile="dvc.lock", pipeline_stage="b"), box(), *model()],
        {"metafile": "dvc.lock", "pipeline_stage": "a"},
    ),
    "an executable file in a folder": (
        [out("d", FOLDER, is_folder=True, executable=True), box(), *model("d/m.bin")],
        {"path": "d/m.bin", "status": "inside-dir", "output": "d", "metafile": "d.dvc", "hash": FOLDER, "size": None, "link": None}
        | {"url": f"{HTTP}/files/md5/{FOLDER[:2]}/{FOLDER[2:]}"},
    ),
}  # fmt: skip
BELOW: dict[str, Case] = {
    "a folder of outputs, of several versions and artifacts": (
        [out("d/a"), out("d/b", size=5), out("d/unlocked", None), out("x/d/e"), out("d/later", commit="b"), box(), *model("d"),
         *model("d", number=2), *model("d", artifact="n"), again(model(None)[0], "b"), annotated("d", "b")],
        UNKNOWN | {"path": "d", "size": 15, "files": 2, "is_folder": True},
    ),
    "outputs of two projects": (
        [out("d/a", dvc_root="d"), out("d/b", dvc_root=""), *model("d", dvc_root=None)],
        UNKNOWN | {"path": "d", "size": 20, "files": 2, "is_folder": True, "dvc_root": "d"},
    ),
    "outputs of no project": (
        [out("d/a", dvc_root=None), *model("d")],
        UNKNOWN | {"path": "d", "size": 10, "files": 1, "is_folder": True, "status": "no-dvc-repo"},
    ),
    "outputs below a folder in Git": (
        [out("d/a"), *model("d", in_git="folder", blob="g")],
        UNKNOWN | {"path": "d", "status": "in-git", "is_folder": True, "hash_kind": "git-tree", "hash": "g", "in_git": "folder"},
    ),
    "outputs below an output": (
        [out("d/a"), out("d", FOLDER, **OF_D), box(), *model("d")],
        IN_FOLDER | {"hash": FOLDER, "size": None} | dict.fromkeys(("url", "link"), f"{HTTP}/files/md5/{FOLDER[:2]}/{FOLDER[2:]}"),
    ),
    "outputs outside are not below the root": ([out("/srv/m"), *model("", target="")], NOWHERE | {"path": ""}),
}  # fmt: skip
PROBLEMS: dict[str, Case] = {
    "an invalid hash": ([out(content=None), problem("bad-hash", "m.bin.dvc: outs"), *model()], UNLOCKED | STORED | {"status": "bad-hash"}),
    "an invalid hash of another file": ([out(content=None), problem("bad-hash", "x/m.bin.dvc: outs"), *model()], UNLOCKED | STORED),
    "another problem of the file": ([out(content=None), problem("yaml", "m.bin.dvc: outs"), *model()], UNLOCKED | STORED),
    "an invalid hash at another commit": (
        [out(content=None), problem("bad-hash", "m.bin.dvc: outs", "b"), problem("bad-hash", "m.bin.dvc: outs", None), *model()],
        UNLOCKED | STORED,
    ),
    "no dvc.yaml could be fetched": ([problem("missing-object", "dvc.yaml"), *model(None)], BARE | {"status": "missing-object"}),
    "the dvc.yaml of its folder could not": (
        [problem("missing-object", "sub/dvc.yaml"), *model(None, artifact="sub:m")],
        BARE | {"status": "missing-object"},
    ),
    "only that of another folder could not": ([problem("missing-object", "dvc.yaml"), *model(None, artifact="sub:m")], BARE),
    "an artifacts.yaml is too big": ([problem("too-big", "artifacts.yaml"), *model(None)], BARE | {"status": "missing-object"}),
    "another file could not be fetched": ([problem("missing-object", "data.dvc"), *model(None)], BARE),
    "a dvc.yaml that is there, and not valid": ([problem("bad-hash", "dvc.yaml"), *model(None)], BARE),
    "a metafile could not be fetched": ([problem("missing-object", "data.dvc"), *model()], ABSENT),
    "a lock could not be fetched": ([problem("missing-object", "p/dvc.lock"), *model()], ABSENT),
    "another file could not be fetched, which states no output": ([problem("missing-object", "m.dvc.txt"), *model()], NOWHERE),
    "the pipelines are a template": (
        [problem("template", "p/dvc.yaml: stages.s"), *model()],
        UNKNOWN | {"status": "template-error"},
    ),
    "the metrics are a template": ([problem("template", "dvc.yaml: metrics"), *model()], NOWHERE),
    "the pipelines are not valid": ([problem("bad-hash", "dvc.yaml: stages.s"), *model()], NOWHERE),
}  # fmt: skip
LISTED: dict[str, Case] = {
    "a folder without a hash whose files are listed": (
        [out("d", None, **OF_D), listed("d/a"), box(), *model("d")],
        LISTING | {"hash_kind": None, "hash": None, "size": None},
    ),
    "the files of other folders": (
        [out("d", None, **OF_D), listed("d/a", commit="b"), listed("d/a", metafile="e.dvc"), listed("d/b", output="e"), box(), *model("d")],
        UNLOCKED | IN_FOLDER | {"size": None},
    ),
    "one of the files": (
        [out("d", None, **OF_D), listed("d/a"), listed("d/b", version_id="v"), listed("d/a", metafile="e.dvc"),
         listed("d/a", commit="b"), box(), *model("d/a")],
        LISTING | {"path": "d/a", "hash": "7" * 32, "size": 7, "is_folder": False} | dict.fromkeys(("url", "link"), f"{HTTP}/d/a"),
    ),
    "one without a hash": (
        [out("d", FOLDER, **OF_D), listed("d/a", None, version_id="v"), box(), *model("d/a")],
        LISTING | {"path": "d/a", "hash_kind": None, "hash": None, "size": 7, "is_folder": False, "version_id": "v"}
        | dict.fromkeys(("url", "link"), f"{HTTP}/d/a"),
    ),
    "what such a folder does not list": (
        [out("d", None, **OF_D), listed("d/a"), box(), *model("d/b")],
        LISTING | {"path": "d/b", "hash_kind": None, "hash": None, "size": None, "is_folder": False, "url": f"{HTTP}/d/b"},
    ),
    "a file that has the folder's own path": (
        [out("d", FOLDER, **OF_D), listed("d"), box(), *model("d")],
        LISTING | {"hash": FOLDER, "size": None},
    ),
}  # fmt: skip
STORAGE: dict[str, Case] = {
    "a remote that keeps versions": ([out(), box(version_aware=True), *model()], FOUND),
    "a remote that mirrors the working tree": (
        [out(), box("https://data.example/box/", worktree=True), *model()],
        FOUND | dict.fromkeys(("url", "link"), "https://data.example/box/m.bin"),
    ),
    "a version without a hash": ([out(content=None, version_id="v"), box(), *model()], FOUND | {"hash_kind": None, "hash": None, "version_id": "v"}),
    "a version in a plain remote": ([out(version_id="v"), box(), *model()], FOUND | {"version_id": "v"}),
    "a project in a folder": (
        [out("p/m.bin", dvc_root="p"), box(root="p", version_aware=True), *model("p/m.bin", dvc_root="p")],
        FOUND | {"path": "p/m.bin", "output": "p/m.bin", "metafile": "p/m.bin.dvc", "dvc_root": "p"},
    ),
    "a hash of DVC 2": (
        [out(hash_kind="md5-dos2unix"), box(f"{HTTP}/"), *model()],
        {"hash_kind": "md5-dos2unix"} | dict.fromkeys(("url", "link"), f"{HTTP}/{A[:2]}/{A[2:]}"),
    ),
    "a hash of another kind": ([out(hash_kind="etag"), box(), *model()], {"hash_kind": "etag", "url": None, "link": None}),
    "what was never locked has no address": ([out(content=None), box(), *model()], UNLOCKED),
    "a pointer of Git LFS": (
        model(lfs_hash=SHA, lfs_size=12, **POINTER),
        UNKNOWN | {"status": "lfs", "hash_kind": "sha256", "hash": SHA, "size": 12, "in_git": "file"},
    ),
    "a pointer of Git LFS that DVC has, too": (
        [out(), box(), *model(lfs_hash=SHA, lfs_size=12, **POINTER)],
        {"status": "lfs", "hash_kind": "sha256", "hash": SHA, "size": 12, "in_git": "file", "url": None, "link": None},
    ),
    "a source that keeps versions": (
        [out(), imported(version_id="v+1"), imported(metafile="n.dvc"), imported(path="n.bin"), *model(),
         box("s3://store", endpoint_url="https://minio.example.com", region="eu-west-1")],
        SOURCE | {"status": "cloud-versioned", "url": "s3://lake/mx", "link": f"{S3}x?versionId=v%2B1", "version_id": "v+1"},
    ),
    "one of an endpoint and a region": (
        [out(), box("s3://store", endpoint_url="https://minio.example.com", region="eu-west-1"), *model()],
        {"url": f"s3://store/{A_OBJECT}", "link": f"https://minio.example.com/store/{A_OBJECT}"},
    ),
    "such a source, and it was never locked": (
        [out(content=None), imported(), box(version_aware=True), *model()],
        UNLOCKED | SOURCE,
    ),
    "such a source, and no project": (
        [out(dvc_root=None), imported(), *model()],
        SOURCE | {"status": "no-dvc-repo", "url": None, "link": None},
    ),
    "a database that was not asked yet": (
        [out(content=None), imported(kind="db", url=None, partial=True, version_aware=False), box(version_aware=True), *model()],
        UNLOCKED | {"status": "partial-import", "import_kind": "db"},
    ),
}  # fmt: skip
CASES = ANNOTATIONS | CHOICE | BELOW | PROBLEMS | LISTED | STORAGE


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    repos = {case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)} for case, (rows, _) in CASES.items()}  # fmt: skip
    columns = f"repo, {', '.join(PLAIN)}"
    query = f"select {columns} from version_files where artifact in ('m', 'sub:m') and version = 'v1.0.0' and commit in ('c', 'tag')"
    found: dict[str, list[dict[str, Any]]] = {case: [] for case in CASES}
    for row in asked(catalog_of(repos), query):
        found[row.pop("repo")].append(row)
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_a_version_is_made_of(rows, case):
    assert rows[case] == [PLAIN | CASES[case][1]]
