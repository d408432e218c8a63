"""From a version to its bytes: each status of `version_files`, with what goes along with it."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import Content, Link, Submodule, World

A, B, OLD = "3e2b31c72181b87149ff995e7202c0e3", "c260024d5469c601d1559d9cdaa12ddb", "f3ce62f2dae2662716dfe753d899ce4b"
FOLDER = "0123456789abcdef0123456789abcdef.dir"
SHA = "4665a5ea423c2713d436b5ee50593a9640e0018c1550b5a0002f74190d6caea8"
HTTP = "https://data.example.com/store"
A_OBJECT, FOLDER_OBJECT = f"files/md5/{A[:2]}/{A[2:]}", f"files/md5/{FOLDER[:2]}/{FOLDER[2:]}"

# What a row has unless a case says otherwise.
PLAIN: Mapping[str, object] = {
    "path": "m.bin",
    "status": "ok",
    "hash_kind": "md5",
    "hash": A,
    "size": 10,
    "files": None,
    "is_folder": False,
    "executable": False,
    "output": "m.bin",
    "metafile": "m.bin.dvc",
    "pipeline_stage": None,
    "dvc_root": "",
    "remote": "box",
    "url": f"{HTTP}/{A_OBJECT}",
    "link": f"{HTTP}/{A_OBJECT}",
    "version_id": None,
    "import_kind": None,
    "source_url": None,
    "source_path": None,
    "source_rev": None,
    "source_commit": None,
    "in_git": None,
    "annotated_at": "commit",
    "file": "dvc.yaml",
}
UNKNOWN = dict.fromkeys(("hash_kind", "hash", "size", "output", "metafile", "remote", "url", "link"))
STORED = {"remote": None, "url": None, "link": None}


def annotation(path: str = "m.bin", more: str = "") -> str:
    return f"artifacts:\n  m:\n    path: {path}\n{more}"


def remote(url: str = HTTP, *settings: str, name: str = "box", default: bool = True) -> str:
    core = f"[core]\n    remote = {name}\n" if default else ""
    return core + "\n    ".join([f"['remote \"{name}\"']", f"url = {url}", *settings]) + "\n"


def out(*lines: str, md5: str = A, path: str = "m.bin", size: int = 10) -> str:
    return "outs:\n- " + "\n  ".join([f"md5: {md5}", "hash: md5", f"size: {size}", f"path: {path}", *lines]) + "\n"


PROJECT = {".dvc/config": remote(), "dvc.yaml": annotation(), "m.bin.dvc": out()}
PIPELINE = "stages:\n  train:\n    cmd: python train.py\n    outs: [m.bin]\n"
IMPORT = "deps:\n- path: models/m.bin\n  repo:\n    url: https://git.example.com/team/source\n    rev: m@v1.0.0\n"
LOCKED_IMPORT = f"{IMPORT}    rev_lock: 6cda9a796dd96961b51f862ad28268074c01fa59\n"
SOURCE = {
    "import_kind": "repo",
    "source_url": "https://git.example.com/team/source",
    "source_path": "models/m.bin",
    "source_rev": "m@v1.0.0",
    "source_commit": "6cda9a796dd96961b51f862ad28268074c01fa59",
}
VERSIONED = (
    "outs:\n- path: data\n  hash: md5\n  files:\n"
    f"  - {{relpath: sub/a b, md5: {A}, size: 10, cloud: {{box: {{version_id: x+1}}}}}}\n"
    f"  - {{relpath: c, md5: {B}, size: 20, cloud: {{box: {{version_id: y}}}}}}\n"
)
TREE = "f115c6d5cfb15ca1a72429900dcaca0fd1057951"
LISTED = "6bd6e4cc188a26e71f02808a051346cd.dir"

VERSION_AWARE = "deps:\n- path: s3://lake/m\n  fs_config: {version_aware: true}\n"
VERSIONS = "  files:\n  - {relpath: foo, version_id: 5fie, etag: abcd, size: 8}\n  - {relpath: sub/bar, version_id: zMz0, etag: abce, size: 5}\n"

Files = dict[str, Content]
CASES: Mapping[str, tuple[Files, dict[str, object]]] = {
    "a file that DVC tracks": ({}, {}),
    "a file of DVC 2 lies at another place": (
        {"m.bin.dvc": f"outs:\n- md5: {OLD}\n  size: 10\n  path: m.bin\n"},
        {"hash_kind": "md5-dos2unix", "hash": OLD}
        | dict.fromkeys(("url", "link"), f"{HTTP}/{OLD[:2]}/{OLD[2:]}"),
    ),
    "a folder": (
        {"m.bin.dvc": out("nfiles: 3", md5=FOLDER)},
        {"hash": FOLDER, "files": 3, "is_folder": True}
        | dict.fromkeys(("url", "link"), f"{HTTP}/{FOLDER_OBJECT}"),
    ),
    "an executable file": ({"m.bin.dvc": out("isexec: true")}, {"executable": True}),
    "what a pipeline made": (
        {
            "m.bin.dvc": None,
            "dvc.yaml": annotation(more=PIPELINE),
            "dvc.lock": f"schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    outs:\n    - {{path: m.bin, hash: md5, md5: {A}, size: 10}}\n",
        },
        {"metafile": "dvc.lock", "pipeline_stage": "train"},
    ),
    "a slash at the end of the remote's URL is one too many": ({".dvc/config": remote(HTTP + "/")}, {}),
    "an output that names its remote": (
        {".dvc/config": remote("https://other.example.com/x", name="other") + remote(default=False), "m.bin.dvc": out("remote: box")},
        {},
    ),
    "a bucket has an address for browsers": (
        {".dvc/config": remote("s3://lake/team x", "region = eu-west-1")},
        {"url": f"s3://lake/team x/{A_OBJECT}", "link": f"https://lake.s3.eu-west-1.amazonaws.com/team%20x/{A_OBJECT}"},
    ),
    "a bucket with a dot in its name is part of the path": (
        {".dvc/config": remote("s3://lake.example/x")},
        {"url": f"s3://lake.example/x/{A_OBJECT}", "link": f"https://s3.amazonaws.com/lake.example/x/{A_OBJECT}"},
    ),
    "a bucket of a server that all can reach": (
        {".dvc/config": remote("s3://lake/x", "endpointurl = https://minio.example.com:9000/")},
        {"url": f"s3://lake/x/{A_OBJECT}", "link": f"https://minio.example.com:9000/lake/x/{A_OBJECT}"},
    ),
    "a bucket of a server that only insiders can reach": (
        {".dvc/config": remote("s3://lake/x", "endpointurl = http://10.0.0.7:9000")},
        {"url": f"s3://lake/x/{A_OBJECT}", "link": None},
    ),
    "a bucket of Google": (
        {".dvc/config": remote("gs://lake/x")},
        {"url": f"gs://lake/x/{A_OBJECT}", "link": f"https://storage.googleapis.com/lake/x/{A_OBJECT}"},
    ),
    "a host that no browser can open": (
        {".dvc/config": remote("ssh://git@box.example.com/x")},
        {"url": f"ssh://git@box.example.com/x/{A_OBJECT}", "link": None},
    ),
    "a file in Git": (
        {"m.bin.dvc": None, "m.bin": "x" * 40},
        UNKNOWN | {"status": "in-git", "hash_kind": "git-blob", "hash": "4c6f34da381f4c0b2b763275ec96af3b8818cb43", "in_git": "file"},
    ),
    "a folder in Git": (
        {"m.bin.dvc": None, "m.bin/x": "x"},
        UNKNOWN | {"status": "in-git", "hash_kind": "git-tree", "hash": TREE, "in_git": "folder", "is_folder": True},
    ),
    "a link in Git is not followed": (
        {"m.bin.dvc": None, "m.bin": Link("/etc/passwd")},
        UNKNOWN | {"status": "in-git", "in_git": "link"},
    ),
    "a submodule": (
        {"m.bin.dvc": None, "m.bin": Submodule("6cda9a796dd96961b51f862ad28268074c01fa59")},
        UNKNOWN | {"status": "in-git", "in_git": "submodule"},
    ),
    "a file in Git that a pipeline made is known by the pipeline's hash": (
        {
            "m.bin.dvc": None,
            "m.bin": "x" * 40,
            "dvc.yaml": annotation(more=PIPELINE.replace("[m.bin]", "[{m.bin: {cache: false}}]")),
            "dvc.lock": f"schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    outs:\n    - {{path: m.bin, hash: md5, md5: {A}, size: 40}}\n",
        },
        {"status": "in-git", "in_git": "file", "size": 40, "metafile": "dvc.lock", "pipeline_stage": "train", "url": None, "link": None},
    ),
    "a pointer of Git LFS": (
        {
            "m.bin.dvc": None,
            ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "m.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 12345\n",
        },
        UNKNOWN | {"status": "lfs", "hash_kind": "sha256", "hash": SHA, "size": 12345, "in_git": "file"},
    ),
    "a URL": (
        {"dvc.yaml": annotation("s3://lake/m.bin")},
        UNKNOWN
        | {"status": "external-url", "path": "s3://lake/m.bin", "url": "s3://lake/m.bin"}
        | {"link": "https://lake.s3.amazonaws.com/m.bin"},
    ),
    "a URL with a password goes without": (
        {"dvc.yaml": annotation("https://ann:secret@example.com/m.bin?sig=secret")},
        UNKNOWN | {"status": "external-url"} | dict.fromkeys(("path", "url", "link"), "https://example.com/m.bin"),
    ),
    "a file that its remote keeps by versions": (
        {
            ".dvc/config": remote("s3://lake/x", "version_aware = true"),
            "m.bin.dvc": out("cloud: {box: {version_id: v+1, etag: abc}}"),
        },
        {"status": "cloud-versioned", "url": "s3://lake/x/m.bin", "version_id": "v+1"}
        | {"link": "https://lake.s3.amazonaws.com/x/m.bin?versionId=v%2B1"},
    ),
    "a folder that its remote keeps by versions": (
        {".dvc/config": remote("gs://lake/x", "version_aware = true"), "dvc.yaml": annotation("data"), "m.bin.dvc": VERSIONED},
        {"status": "cloud-versioned", "path": "data", "output": "data", "hash": LISTED, "size": 30, "files": 2}
        | {"is_folder": True, "url": "gs://lake/x/data", "link": None},
    ),
    "a file of such a folder": (
        {".dvc/config": remote("gs://lake/x", "version_aware = true"), "dvc.yaml": annotation("data/sub/a b"), "m.bin.dvc": VERSIONED},
        {"status": "cloud-versioned", "path": "data/sub/a b", "output": "data", "url": "gs://lake/x/data/sub/a b", "version_id": "x+1"}
        | {"link": "https://storage.googleapis.com/lake/x/data/sub/a%20b?generation=x%2B1"},
    ),
    "a file inside a folder that DVC knows as a whole": (
        {"dvc.yaml": annotation("d/sub/m.bin"), "m.bin.dvc": out("nfiles: 3", md5=FOLDER, path="d")},
        {"status": "inside-dir", "path": "d/sub/m.bin", "output": "d", "hash": FOLDER, "size": None}
        | {"url": f"{HTTP}/{FOLDER_OBJECT}", "link": None},
    ),
    "a folder that is nothing but outputs": (
        {"dvc.yaml": annotation("d"), "m.bin.dvc": None, "x.dvc": out(path="d/a") + out(path="d/b", md5=B).removeprefix("outs:\n")},
        UNKNOWN | {"path": "d", "size": 20, "files": 2, "is_folder": True},
    ),
    "an import": ({"m.bin.dvc": LOCKED_IMPORT + out()}, SOURCE | {"url": None, "link": None}),
    "a file inside an imported folder": (
        {"dvc.yaml": annotation("d/x"), "m.bin.dvc": LOCKED_IMPORT + out(md5=FOLDER, path="d")},
        SOURCE
        | {"path": "d/x", "output": "d", "hash": FOLDER, "size": None, "url": None, "link": None, "source_path": "models/m.bin/x"},
    ),
    "an import that was never downloaded": (
        {"m.bin.dvc": LOCKED_IMPORT + "outs:\n- {path: m.bin, hash: md5}\n"},
        SOURCE | {"status": "partial-import", "hash_kind": None, "hash": None, "size": None, "url": None, "link": None},
    ),
    "an import from a URL that was never downloaded": (
        {"m.bin.dvc": "deps:\n- {path: 'https://example.com/m.bin', checksum: abc}\nouts:\n- {path: m.bin, hash: md5}\n"},
        {"status": "partial-import", "hash_kind": None, "hash": None, "size": None, "import_kind": "url"}
        | dict.fromkeys(("url", "link", "source_url"), "https://example.com/m.bin"),
    ),
    "an import whose source keeps versions": (
        {"m.bin.dvc": VERSION_AWARE + "  version_id: v+1\n" + out("push: false")},
        {"status": "cloud-versioned", "import_kind": "url", "source_url": "s3://lake/m", "version_id": "v+1", "remote": None}
        | {"url": "s3://lake/m", "link": "https://lake.s3.amazonaws.com/m?versionId=v%2B1"},
    ),
    "an imported folder whose source keeps versions": (
        {"m.bin.dvc": VERSION_AWARE + VERSIONS + out("nfiles: 2", md5=FOLDER)},
        {"status": "cloud-versioned", "import_kind": "url", "source_url": "s3://lake/m", "remote": None, "hash": FOLDER}
        | {"files": 2, "is_folder": True, "url": "s3://lake/m", "link": None},
    ),
    "an import from storage with versions that DVC keeps for itself": (
        {"m.bin.dvc": VERSION_AWARE.replace("true", "false") + "  version_id: v1\n" + out()},
        {"import_kind": "url", "source_url": "s3://lake/m"},
    ),
    "a pipeline that never ran": (
        {"m.bin.dvc": None, "dvc.yaml": annotation(more=PIPELINE)},
        {"status": "never-locked", "hash_kind": None, "hash": None, "size": None, "metafile": "dvc.yaml"}
        | {"pipeline_stage": "train", "url": None, "link": None},
    ),
    "a hash that leads out of the storage": (
        {"m.bin.dvc": "outs:\n- {md5: ../../../etc/passwd, hash: md5, size: 10, path: m.bin}\n"},
        {"status": "bad-hash", "hash_kind": None, "hash": None, "url": None, "link": None},
    ),
    "no remote": ({".dvc/config": ""}, STORED | {"status": "no-remote"}),
    "a remote that nobody knows": ({"m.bin.dvc": out("remote: other")}, STORED | {"status": "no-remote"}),
    "what is never pushed": ({"m.bin.dvc": out("push: false")}, {"status": "no-remote", "url": None, "link": None}),
    "a remote on somebody's disk": (
        {".dvc/config": remote("/srv/store")},
        {"status": "local-remote", "url": f"/srv/store/{A_OBJECT}", "link": None},
    ),
    "a path from the root of the repository": ({"dvc.yaml": annotation("/m.bin")}, {}),
    "a path as it is written on Windows": (
        {"dvc.yaml": annotation("d\\m.bin"), "m.bin.dvc": None, "d/m.bin.dvc": out()},
        {"path": "d/m.bin", "output": "d/m.bin", "metafile": "d/m.bin.dvc"},
    ),
    "a path that nobody has": (
        {"m.bin.dvc": None},
        UNKNOWN | {"status": "not-tracked"},
    ),
    "a path that leads out of the repository": (
        {"dvc.yaml": annotation("../m.bin")},
        UNKNOWN | {"status": "not-tracked", "path": None},
    ),
    "an output that DVC does not store": (
        {"m.bin.dvc": out("cache: false")},
        {"status": "not-tracked", "url": None, "link": None},
    ),
    "no annotation": (
        {"dvc.yaml": None},
        UNKNOWN | {"status": "not-annotated", "path": None, "dvc_root": None, "annotated_at": None, "file": None},
    ),
    "no DVC project": (
        {".dvc/config": None, "m.bin.dvc": None},
        UNKNOWN | {"status": "no-dvc-repo", "dvc_root": None},
    ),
    "a metafile outside of any DVC project": ({".dvc/config": None}, STORED | {"status": "no-dvc-repo", "dvc_root": None}),
    "a template that stands for nothing": (
        {"dvc.yaml": annotation("${nobody.knows}.bin")},
        UNKNOWN | {"status": "template-error", "path": "${nobody.knows}.bin"},
    ),
    "an artifact that is the metafile itself": (
        {"dvc.yaml": annotation("m.bin.dvc")},
        {"in_git": "file"},
    ),
    "the project of artifacts.yaml may be a folder below": (
        {
            ".dvc/config": None,
            "dvc.yaml": None,
            "m.bin.dvc": None,
            "artifacts.yaml": "m: {path: proj/m.bin}\n",
            "proj/.dvc/config": remote(),
            "proj/m.bin.dvc": out(),
        },
        {"path": "proj/m.bin", "output": "proj/m.bin", "metafile": "proj/m.bin.dvc", "dvc_root": "proj", "file": "artifacts.yaml"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> duckdb.DuckDBPyConnection:
    """A repository for each case, with one version."""
    repos = {}
    for name, (files, _) in CASES.items():
        world = World()
        world.commit(PROJECT | files)
        world.tag("m@v1.0.0")
        repos[name] = rows_of(world.listing(), world.objects)
    connection = catalog_of(repos)
    connection.execute("create or replace temp table found as from version_files")
    return connection


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_of_a_version(catalog, case):
    (row,) = asked(catalog, f"select {', '.join(PLAIN)} from found where repo = ?", case)
    assert row == PLAIN | CASES[case][1]


@pytest.mark.slow
def test_the_files_of_a_folder_that_its_remote_keeps_by_versions():
    world = World()
    world.commit(
        PROJECT
        | {
            ".dvc/config": remote("s3://lake/x", "version_aware = true"),
            "dvc.yaml": annotation("data"),
            "m.bin.dvc": VERSIONED,
        }
    )
    world.tag("m@v1.0.0")
    query = "select path, hash, size, remote, version_id, url, link from version_artifact_files order by path"
    assert asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), query) == [
        {"path": "data/c", "hash": B, "size": 20, "remote": "box", "version_id": "y", "url": "s3://lake/x/data/c"}
        | {"link": "https://lake.s3.amazonaws.com/x/data/c?versionId=y"},
        {"path": "data/sub/a b", "hash": A, "size": 10, "remote": "box", "version_id": "x+1", "url": "s3://lake/x/data/sub/a b"}
        | {"link": "https://lake.s3.amazonaws.com/x/data/sub/a%20b?versionId=x%2B1"},
    ]  # fmt: skip


@pytest.mark.slow
def test_the_files_of_an_imported_folder_whose_source_keeps_versions():
    world = World()
    world.commit(PROJECT | {"m.bin.dvc": VERSION_AWARE + VERSIONS + out("nfiles: 2", md5=FOLDER)})
    world.tag("m@v1.0.0")
    query = "select path, hash, size, remote, version_id, etag, url, link from version_artifact_files order by path"
    assert asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), query) == [
        {"path": "m.bin/foo", "hash": None, "size": 8, "remote": None, "version_id": "5fie", "etag": "abcd"}
        | {"url": "s3://lake/m/foo", "link": "https://lake.s3.amazonaws.com/m/foo?versionId=5fie"},
        {"path": "m.bin/sub/bar", "hash": None, "size": 5, "remote": None, "version_id": "zMz0", "etag": "abce"}
        | {"url": "s3://lake/m/sub/bar", "link": "https://lake.s3.amazonaws.com/m/sub/bar?versionId=zMz0"},
    ]


def test_what_only_the_tip_annotates_is_looked_up_at_the_versions_own_commit():
    world = World()
    world.commit(PROJECT | {"dvc.yaml": None})
    world.tag("m@v1.0.0")
    world.commit({"m.bin.dvc": None, "m.bin": "now in Git"})
    world.tag("m@v2.0.0")
    world.commit({"dvc.yaml": annotation()})
    query = "select version, status, hash, in_git, annotated_at from version_files order by version"
    assert asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), query) == [
        {"version": "v1.0.0", "status": "ok", "hash": A, "in_git": None, "annotated_at": "tip"},
        # What Git has there at that commit, nobody looked up: nobody knew the path when the commit was read.
        {"version": "v2.0.0", "status": "not-annotated", "hash": None, "in_git": None, "annotated_at": "tip"},
    ]


@pytest.mark.parametrize("lost", ["m.bin.dvc", "dvc.yaml"], ids=["the metafile", "the annotation"])
def test_a_file_that_could_not_be_fetched_is_not_a_file_that_is_not_there(lost):
    world = World()
    world.commit(PROJECT)
    world.tag("m@v1.0.0")
    objects = {oid: raw for oid, raw in world.objects.items() if oid != world.revision().files[lost]}
    query = "select status from version_files"
    assert asked(catalog_of({"r": rows_of(world.listing(), objects)}), query) == [{"status": "missing-object"}]


@pytest.mark.slow
def test_versions_of_equal_bytes_are_told_of_each_other_wherever_they_are():
    one, other, small = World(), World(), World()
    one.commit(PROJECT | {"m.bin.dvc": out(size=100)})
    one.tag("m@v1.0.0")
    one.commit({"x": "y"})
    one.tag("m@v1.1.0")
    other.commit(PROJECT | {"m.bin.dvc": f"outs:\n- {{md5: {A}, size: 100, path: m.bin}}\n"})
    other.tag("m@v7.0.0")
    small.commit(PROJECT | {"m.bin.dvc": out(size=31)})
    small.tag("m@v1.0.0")
    repos = {name: rows_of(world.listing(), world.objects) for name, world in (("a", one), ("b", other), ("c", small))}
    query = "select ref || ' = ' || other_ref || if(same_kind, '', ' but for the ends of lines') as said from identical_versions order by all"
    assert [row["said"] for row in asked(catalog_of(repos), query)] == [
        "a:m@v1.0.0 = a:m@v1.1.0",
        "a:m@v1.0.0 = b:m@v7.0.0 but for the ends of lines",
        "a:m@v1.1.0 = a:m@v1.0.0",
        "a:m@v1.1.0 = b:m@v7.0.0 but for the ends of lines",
        "b:m@v7.0.0 = a:m@v1.0.0 but for the ends of lines",
        "b:m@v7.0.0 = a:m@v1.1.0 but for the ends of lines",
    ]
