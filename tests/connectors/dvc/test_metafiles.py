"""What `.dvc` files say, of every age; and what one bad value costs."""

import pytest

from catalog.schema.tables.dvc import Dependency, Import, Metafile, Output, OutputFile, Param, PipelineStage
from connectors.dvc.metafiles import read_revision, wants_file
from support.worlds import World

A, B = "3e2b31c72181b87149ff995e7202c0e3", "c260024d5469c601d1559d9cdaa12ddb"


def rows(files, table):
    world = World()
    world.commit({".dvc/config": ""} | files)
    return [row for row in read_revision(world.revision()) if isinstance(row, table)]


def out(*lines):
    return "outs:\n- path: m\n" + "".join(f"  {line}\n" for line in lines)


def test_an_output_is_kept_as_stated():
    world = World()
    stated = [
        "size: 9",
        "isexec: true",
        "hash: md5",
        f"md5: {A}",
        "push: false",
        "remote: Other",
        "desc: d",
        "type: model",
    ]
    commit = world.commit({"a/.dvc/config": "", "a/b/m.dvc": out(*stated, "labels: [x]", "meta: {k: 1, l: [2]}")})
    assert [*read_revision(world.revision())] == [
        Metafile(
            commit=commit,
            file="a/b/m.dvc",
            kind=".dvc",
            dvc_root="a",
            format="3",
            blob=world.revision().files["a/b/m.dvc"],
        ),
        Output(
            commit=commit,
            metafile="a/b/m.dvc",
            pipeline_stage=None,
            dvc_root="a",
            path="a/b/m",
            hash_kind="md5",
            hash=A,
            size=9,
            files=None,
            is_folder=False,
            executable=True,
            cached=True,
            pushed=False,
            remote="other",
            version_id=None,
            etag=None,
            role="out",
            type="model",
            description="d",
            labels=("x",),
            meta={"k": "1", "l": "[2]"},
        ),
    ]


def test_a_folder_in_a_version_aware_remote_keeps_its_identity_and_its_files():
    world = World()
    commit = world.commit(
        {
            ".dvc/config": "",
            "data.dvc": "outs:\n- hash: md5\n  path: data\n  files:\n"
            "  - {relpath: a, md5: b026324c6904b2a9cb4b88d6d61c81d1, size: 2, cloud: {vs: {etag: b026, version_id: v1}}}\n"
            "  - {relpath: b, md5: 26ab0db90d72e28ad0ba1e22ee510510, size: 3, cloud: {vs: {etag: 26ab, version_id: v2}}}\n",
        }
    )
    _, output, *files = read_revision(world.revision())
    assert (output.hash, output.size, output.files, output.is_folder, output.remote) == (
        "c37f8bc8917fdf64a45bb6010380cdab.dir",
        5,
        2,
        True,
        "vs",
    )
    shared = {"commit": commit, "metafile": "data.dvc", "output": "data", "remote": "vs"}
    assert files == [
        OutputFile(
            path="data/a", hash="b026324c6904b2a9cb4b88d6d61c81d1", size=2, version_id="v1", etag="b026", **shared
        ),
        OutputFile(
            path="data/b", hash="26ab0db90d72e28ad0ba1e22ee510510", size=3, version_id="v2", etag="26ab", **shared
        ),
    ]


OLD = f"""\
md5: {B}
cmd: python train.py
wdir: ..
locked: true
deps:
- md5: {A}
  path: data.csv
- path: params.yaml
  params: {{train: {{lr: 0.1}}, seed: 7}}
outs:
- md5: {A}
  path: model.pkl
  cache: true
  metric: false
  persist: false
- md5: {B}
  path: auc.json
  cache: false
  metric: {{type: json, xpath: AUC}}
"""


@pytest.mark.parametrize("file", ["stages/train.dvc", "stages/Dvcfile"])
def test_a_pipeline_stage_of_dvc_0_is_read_although_dvc_3_refuses_it(file):
    world = World()
    commit = world.commit({".dvc/config": "", file: OLD})
    name = file.rpartition("/")[2]
    found = [*read_revision(world.revision())]
    whole = {"commit": commit, "metafile": file, "pipeline_stage": name}
    assert [row for row in found if not isinstance(row, Output)] == [
        Metafile(commit=commit, file=file, kind=".dvc", dvc_root="", format="0", blob=world.revision().files[file]),
        PipelineStage(
            commit=commit,
            file=file,
            pipeline_stage=name,
            command="python train.py",
            locked_command="python train.py",
            wdir="",
            frozen=True,
            always_changed=False,
            description=None,
        ),
        Dependency(
            path="data.csv", hash_kind="md5-dos2unix", hash=A, size=None, files=None, tracked_by="nothing", **whole
        ),
        Param(
            file="params.yaml",
            name="train.lr",
            number=0.1,
            text="0.1",
            kind="number",
            dvc_root="",
            locked=True,
            **whole,
        ),
        Param(file="params.yaml", name="seed", number=7.0, text="7", kind="number", dvc_root="", locked=True, **whole),
    ]
    outputs = [
        (row.pipeline_stage, row.path, row.hash, row.cached, row.role) for row in found if isinstance(row, Output)
    ]
    assert outputs == [(name, "model.pkl", A, True, "out"), (name, "auc.json", B, False, "metric")]


def imported(dep, *stated):
    return "deps:\n- " + "\n  ".join(dep) + "\n" + out(*stated)


def came_from(**stated):
    nothing = dict.fromkeys(("url", "source_path", "rev", "rev_lock", "query", "etag", "version_id"))
    return nothing | {"path": "m", "metafile": "m.dvc", "partial": False} | stated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            imported(["path: models/m", "repo: {url: 'https://me:pw@h/r', rev: m@v1.0.0, rev_lock: abc}"], f"md5: {A}"),
            came_from(kind="repo", url="https://h/r", source_path="models/m", rev="m@v1.0.0", rev_lock="abc"),
            id="a repository, without the password",
        ),
        pytest.param(
            imported(["path: m", "repo: {url: 'git@h:r.git', config: {remote: {s3: {secret_access_key: pw}}}}"]),
            came_from(kind="repo", url="git@h:r.git", source_path="m", partial=True),
            id="a repository with settings, which are not kept",
        ),
        pytest.param(
            imported(
                ["path: s3://b/k", "etag: e-1", "version_id: v1", "fs_config: {secret_access_key: pw}"], f"md5: {A}"
            ),
            came_from(kind="url", url="s3://b/k", etag="e-1", version_id="v1"),
            id="a version of a URL",
        ),
        pytest.param(
            imported(["path: 'https://h/x?X-Amz-Signature=5f&a=b'"]),
            came_from(kind="url", url="https://h/x", partial=True),
            id="a presigned URL",
        ),
        pytest.param(
            imported(["db: {connection: 'postgresql://me:pw@h/d', query: select 1}"], f"md5: {A}"),
            came_from(kind="db", url="postgresql://h/d", query="select 1"),
            id="a database by its URL",
        ),
        pytest.param(
            imported(["db: {connection: 'host=h password=pw', table: t}"], f"md5: {A}"),
            came_from(kind="db", source_path="t"),
            id="a database by a form that may hold a password",
        ),
    ],
)
def test_imports(text, expected):
    found = rows({"m.dvc": text}, Import)
    assert [{key: getattr(row, key) for key in expected} for row in found] == [expected]
    assert "pw" not in repr(rows({"m.dvc": text}, object))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/b.dvc", True),
        ("a/dvc.yaml", True),
        ("dvc.lock", True),
        ("Dvcfile", True),
        ("a/.dvc/config", True),
        (".dvc/.gitignore", True),
        ("a/.dvcignore", True),
        ("a/params.yaml", True),
        ("dvc.yml", False),
        (".dvc/plots/x.json", False),
        ("x.dvc/y", False),
    ],
)
def test_wanted_files(path, wanted):
    assert wants_file(path) is wanted
