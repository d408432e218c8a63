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


RAN = "params.yaml: {lr: 1}"


def naming(params: str, ran: str = RAN) -> dict[str, Content]:
    """A stage that names parameters, and what it ran with."""
    return {"dvc.yaml": PIPELINE.replace("[lr]", params), "dvc.lock": str(lock()["dvc.lock"]).replace(RAN, ran)}


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
    "a parameter that is gone": {"params.yaml": "other: 1\n"},
    "a parameter that is gone, of a stage that is frozen": {
        "dvc.yaml": PIPELINE + "    frozen: true\n",
        "params.yaml": "other: 1\n",
    },
    "a file of parameters that is gone": {"params.yaml": None},
    "an empty file of parameters": {"params.yaml": ""},
    "a parameter that the stage names no more": {
        **naming("[other]", "params.yaml: {lr: 1, other: 1}"),
        "params.yaml": "lr: 2\nother: 1\n",
    },
    "a parameter that is new": {**naming("[lr, other]"), "params.yaml": "lr: 1\nother: 1\n"},
    "a parameter that is new, and in no file": naming("[lr, other]"),
    "parameters without a word in the lock": {
        "dvc.lock": str(lock()["dvc.lock"]).replace(f"    params:\n      {RAN}\n", "")
    },
    "a map that is the same": {**naming("[t]", "params.yaml: {t: {a: 1, b: 2}}"), "params.yaml": "t: {a: 1, b: 2}\n"},
    "a map that has less": {**naming("[t]", "params.yaml: {t: {a: 1, b: 2}}"), "params.yaml": "t: {a: 1}\n"},
    "a map that has more": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "t: {a: 1, b: 2}\n"},
    "a map that is gone": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "u: {a: 1}\n"},
    "a value of a map that is gone": {**naming("[t.a]", "params.yaml: {t.a: 1}"), "params.yaml": "t: {b: 1}\n"},
    "a map that is a number now": {**naming("[t]", "params.yaml: {t: {a: 1}}"), "params.yaml": "t: 1\n"},
    "a parameter without a value": {"params.yaml": "lr:\n"},
    "a number in other words": {"params.yaml": "lr: 1.0\n"},
    "a text in place of a number": {"params.yaml": "lr: '1'\n"},
    "a place in a list": {**naming("[l.0]", "params.yaml: {l.0: 1}"), "params.yaml": "l: [1, 2]\n"},
    "all of a file, which is the same": naming("[params.yaml: ]"),
    "all of a file, which has less": naming("[params.yaml: ]", "params.yaml: {lr: 1, other: 1}"),
    "all of a file, which has more": {**naming("[params.yaml: ]"), "params.yaml": "lr: 1\nother: 1\n"},
    "a parameter of another file": {**naming("[p.json: [lr]]", "p.json: {lr: 1}"), "p.json": '{"lr": 1}'},
    "a parameter of another file that is gone": {**naming("[p.json: [lr]]", "p.json: {lr: 1}"), "p.json": "{}"},
    "another file of parameters that is gone": naming("[p.json: [lr]]", "p.json: {lr: 1}"),
    "a parameter in Python that is gone": {**naming("[p.py: [lr]]", "p.py: {lr: 1}"), "p.py": "b = 1\n"},
}


def said_of_changes(world: World, scratch: Path) -> set[tuple[str, str]]:
    """What `dvc status` says of a checkout: files and parameters, each with `modified`, `new` or `deleted`."""
    bare, tree = world.write(scratch / "bare"), scratch / "tree"
    subprocess.run(["git", "clone", "--quiet", "-c", "core.autocrlf=false", str(bare), str(tree)], check=True)
    repo = Repo(str(tree), config={"core": {"site_cache_dir": str(scratch / "site")}})
    try:
        changes = [change for stage in repo.status().values() for change in stage]
    finally:
        repo.close()
    said = set()
    for change in changes:
        for paths in change.values():
            for path, what in paths.items():
                said |= (
                    {(f"{path}:{name}", how) for name, how in what.items()}
                    if isinstance(what, dict)
                    else {(path, what)}
                )
    return said


def said_by_dvc(what: str, reason: str, said: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What DVC says of a difference that the catalog finds: in the same word; where DVC names a map or a file, of the whole."""
    word = {
        "new-params": "new",
        "deleted-params": "deleted",
        "deleted-inputs": "deleted",
        "deleted-outputs": "deleted",
    }.get(reason, "modified")
    above = {(whole, how) for whole, how in said if what.startswith((f"{whole}.", f"{whole}:"))}
    return {(what, word)} & said or above


@pytest.mark.slow
@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_what_a_lock_does_not_tell_of_is_what_dvc_would_run_again(files: dict[str, Content], tmp_path: Path) -> None:
    world = World()
    world.commit(FRESH | files)
    world.tag("m@v1.0.0")
    said = said_of_changes(world, tmp_path)
    rows = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from outdated_locks")
    each = [[said_by_dvc(what, reason, said) for reason in row["reasons"]] for row in rows for what in row["what"]]
    assert all(any(reasons) for reasons in each)
    assert {pair for reasons in each for pairs in reasons for pair in pairs} == said
