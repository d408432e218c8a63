"""`dvc status` as the judge of locks that inputs and outputs in Git have outrun."""

from __future__ import annotations

import subprocess
from hashlib import md5
from pathlib import Path

import pytest
from dvc.repo import Repo

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import Content, World

INIT: dict[str, Content] = {".dvc/config": "", ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n"}
CODE, METRICS = "print('hello')\n" * 3, '{"acc": 0.5}\n'
BINARY = b"\0\r\n" + b"x" * 60
PIPELINE = "stages:\n  s:\n    cmd: c\n    deps: [train.py, more.py]\n    params: [lr]\n    metrics: [m.json: {cache: false}]\n"


def entry(path: str, content: str | bytes, kind: str = "hash: md5, ") -> str:
    data = content.encode() if isinstance(content, str) else content
    return f"{{path: {path}, {kind}md5: {md5(data).hexdigest()}, size: {len(data)}}}"


def lock(code: str = entry("train.py", CODE), more: str = entry("more.py", "x = 1\n")) -> dict[str, Content]:
    return {
        "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps:\n    - {code}\n    - {more}\n"
        f"    params:\n      params.yaml: {{lr: 1}}\n    outs:\n    - {entry('m.json', METRICS)}\n"
    }


FRESH: dict[str, Content] = INIT | {
    "dvc.yaml": PIPELINE,
    "train.py": CODE,
    "more.py": "x = 1\n",
    "m.json": METRICS,
    "params.yaml": "lr: 1\n",
    **lock(),
}
SHAPES: dict[str, dict[str, Content]] = {
    "fresh": {},
    "other code": {"train.py": CODE + "#\n"},
    "other code in two files": {"train.py": CODE + "#\n", "more.py": "x = 2\n"},
    "other metrics": {"m.json": '{"acc": 0.6}\n'},
    "another parameter": {"params.yaml": "lr: 2\n"},
    "a parameter that no stage names": {"params.yaml": "lr: 1\nother: 2\n"},
    "a file of parameters as an input": {
        "dvc.yaml": PIPELINE.replace("more.py", "params.yaml"),
        "params.yaml": "lr: 1\nother: 2\n",
        **lock(more=entry("params.yaml", "lr: 1\n")),
    },
    "text of DVC 2, with other ends of lines": {
        "train.py": CODE.replace("\n", "\r\n"),
        **lock(code=entry("train.py", CODE, kind="")),
    },
    "other text of DVC 2": {"train.py": CODE.replace("h", "j"), **lock(code=entry("train.py", CODE, kind=""))},
    "a binary file of DVC 2": {"train.py": BINARY, **lock(code=entry("train.py", BINARY, kind=""))},
    "another binary file of DVC 2": {
        "train.py": BINARY.replace(b"\r\n", b"\n"),
        **lock(code=entry("train.py", BINARY, kind="")),
    },
    "code that is gone": {"train.py": None},
    "metrics that are gone": {"m.json": None},
    "a folder that is gone": {
        "dvc.yaml": PIPELINE.replace("more.py", "src"),
        **lock(more="{path: src, hash: md5, md5: 0123456789abcdef0123456789abcdef.dir, size: 6, nfiles: 1}"),
    },
    "large code that is gone": {
        "dvc.yaml": PIPELINE.replace("more.py", "large.py"),
        **lock(more="{path: large.py, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 1000000}"),
    },
    "code that is gone, of a stage that is frozen": {"dvc.yaml": PIPELINE + "    frozen: true\n", "train.py": None},
    "metrics that are gone, of a stage that is frozen": {"dvc.yaml": PIPELINE + "    frozen: true\n", "m.json": None},
    "an empty file of DVC 2": {"train.py": "", **lock(code=entry("train.py", "", kind=""))},
}


def changed_for_dvc(world: World, scratch: Path) -> set[str]:
    """What `dvc status` says is modified in a checkout: files, and parameters."""
    bare, tree = world.write(scratch / "bare"), scratch / "tree"
    subprocess.run(["git", "clone", "--quiet", "-c", "core.autocrlf=false", str(bare), str(tree)], check=True)
    repo = Repo(str(tree), config={"core": {"site_cache_dir": str(scratch / "site")}})
    try:
        changes = [change for stage in repo.status().values() for change in stage]
    finally:
        repo.close()
    found = set()
    for change in changes:
        for paths in change.values():
            for path, what in paths.items():
                found |= {f"{path}:{name}" for name in what} if isinstance(what, dict) else {path}
    return found


@pytest.mark.slow
@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_what_a_lock_does_not_tell_of_is_what_dvc_would_run_again(files: dict[str, Content], tmp_path: Path) -> None:
    world = World()
    world.commit(FRESH | files)
    world.tag("m@v1.0.0")
    rows = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from outdated_locks")
    assert {what for row in rows for what in row["what"]} == changed_for_dvc(world, tmp_path)
