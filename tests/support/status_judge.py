"""What `dvc status` says of a pipeline stage that ran, and how the catalog says the same."""

from __future__ import annotations

import subprocess
from hashlib import md5
from pathlib import Path

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


def world_of(files: dict[str, Content]) -> World:
    """A version of a stage that ran, and what has changed since."""
    world = World()
    world.commit(FRESH | files)
    world.tag("m@v1.0.0")
    return world


def said_of_changes(world: World, scratch: Path, autocrlf: str = "false") -> set[tuple[str, str]]:
    """What `dvc status` says of a checkout: files and parameters, each with `modified`, `new` or `deleted`."""
    bare, tree = world.write(scratch / "bare"), scratch / "tree"
    subprocess.run(["git", "clone", "--quiet", "-c", f"core.autocrlf={autocrlf}", str(bare), str(tree)], check=True)
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


def assert_says_the_same(files: dict[str, Content], scratch: Path) -> None:
    """Whatever `dvc status` says of the files, `outdated_locks` says, and nothing else; all of it was compared."""
    world = world_of(files)
    said = said_of_changes(world, scratch)
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    rows = asked(connection, "from outdated_locks")
    each = [[said_by_dvc(what, reason, said) for reason in row["reasons"]] for row in rows for what in row["what"]]
    assert all(any(reasons) for reasons in each)
    assert {pair for reasons in each for pairs in reasons for pair in pairs} == said
