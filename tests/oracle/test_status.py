"""`dvc status` as the judge of locks that inputs and outputs in Git have outrun."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path

import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.status_judge import (
    BINARY,
    CODE,
    METRICS,
    PIPELINE,
    assert_says_the_same,
    entry,
    lock,
    said_of_changes,
    world_of,
)
from support.worlds import Content

WINDOWS = CODE.replace("\n", "\r\n")
UTF16 = b"\xff\xfe" + CODE.encode("utf-16-le")
KEYWORD = "# $Id$\n"
BLOB_ID = sha1(b"blob %d\0%s" % (len(KEYWORD), KEYWORD.encode())).hexdigest()


def attributes(line: str) -> dict[str, Content]:
    """What `.gitattributes` say of the code."""
    return {".gitattributes": f"train.py {line}\n"}


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
    "code that a checkout writes with CRLF": {**attributes("eol=crlf"), **lock(code=entry("train.py", WINDOWS))},
    "code that a checkout writes with CRLF, and that ran with LF": attributes("eol=crlf"),
    "text that a checkout writes with CRLF, and that ran with LF": attributes("text eol=crlf"),
    "text of DVC 2 that a checkout writes with CRLF": {
        **attributes("eol=crlf"),
        **lock(code=entry("train.py", CODE, kind="")),
    },
    "code that a checkout writes with LF, and that ran with CRLF": {
        **attributes("eol=lf"),
        **lock(code=entry("train.py", WINDOWS)),
    },
    "code without ends of lines to Git, that ran with CRLF": {
        **attributes("binary"),
        **lock(code=entry("train.py", WINDOWS)),
    },
    "metrics that a checkout writes with CRLF, and that were made with LF": {".gitattributes": "*.json eol=crlf\n"},
    "code in UTF-16": {
        **attributes("working-tree-encoding=UTF-16LE-BOM"),
        **lock(code=entry("train.py", UTF16)),
    },
    "code in UTF-16, that ran in UTF-8": attributes("working-tree-encoding=UTF-16LE-BOM"),
    "code with its id": {
        **attributes("ident"),
        "train.py": KEYWORD,
        **lock(code=entry("train.py", f"# $Id: {BLOB_ID} $\n")),
    },
    "code with its id, that ran without": {
        **attributes("ident"),
        "train.py": KEYWORD,
        **lock(code=entry("train.py", KEYWORD)),
    },
    "an input without a hash": lock(code="{path: train.py}"),
    "an input whose hash is empty": lock(code="{path: train.py, hash: md5, md5: ''}"),
    "an input with the hash of a URL": lock(code="{path: train.py, etag: abc}"),
    "metrics without a hash": {"dvc.lock": str(lock()["dvc.lock"]).replace(entry("m.json", METRICS), "{path: m.json}")},
    "an input that the lock spells otherwise": lock(code=entry("src/../train.py", CODE)),
    "an input that both spell otherwise": {
        "dvc.yaml": PIPELINE.replace("train.py", "./train.py"),
        **lock(code=entry("./train.py", CODE)),
    },
    "an empty file of DVC 2": {"train.py": "", **lock(code=entry("train.py", "", kind=""))},
}


@pytest.mark.slow
@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_what_a_lock_does_not_tell_of_is_what_dvc_would_run_again(files: dict[str, Content], tmp_path: Path) -> None:
    assert_says_the_same(files, tmp_path)


def naming(path: str, locked: str) -> dict[str, Content]:
    """A stage that takes in another path than `more.py`."""
    return {"dvc.yaml": PIPELINE.replace("more.py", path), **lock(more=locked)}


UNKNOWN: dict[str, tuple[str, dict[str, Content]]] = {
    "part of a folder that DVC tracks": (
        "data/a.csv",
        {
            **naming("data/a.csv", entry("data/a.csv", "a\n")),
            "data.dvc": "outs:\n- {path: data, hash: md5, md5: 0123456789abcdef0123456789abcdef.dir, size: 3, nfiles: 1}\n",
        },
    ),
    "code behind a filter": ("train.py", {**attributes("filter=crypt"), **lock(code=entry("train.py", "other\n"))}),
    "code in an encoding that is not of Unicode": (
        "train.py",
        {**attributes("working-tree-encoding=latin1"), "train.py": "# ä\n", **lock(code=entry("train.py", "other\n"))},
    ),
    "a file outside of the repository": ("/etc/passwd", naming("/etc/passwd", entry("/etc/passwd", "other\n"))),
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "files"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_dvc_compares_and_the_catalog_cannot_is_named(
    path: str, files: dict[str, Content], tmp_path: Path
) -> None:
    world = world_of(files)
    assert path in {what for what, _ in said_of_changes(world, tmp_path)}
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    assert not asked(connection, "from outdated_locks")
    assert [row["paths"] for row in asked(connection, "from uncompared_locks")] == [[path]]


AS_CONFIGURED: dict[str, dict[str, Content]] = {
    "code that nothing is said of": {},
    "code that Git takes for text or not": attributes("text=auto"),
    "text": attributes("text"),
}


@pytest.mark.slow
@pytest.mark.parametrize("files", AS_CONFIGURED.values(), ids=AS_CONFIGURED)
@pytest.mark.parametrize(("code", "autocrlf"), [(CODE, "false"), (WINDOWS, "true")], ids=["LF", "CRLF"])
def test_where_gits_configuration_decides_whatever_it_may_write_is_equal(
    code: str, autocrlf: str, files: dict[str, Content], tmp_path: Path
) -> None:
    world = world_of({**files, **lock(code=entry("train.py", code))})
    assert "train.py" not in {what for what, _ in said_of_changes(world, tmp_path, autocrlf)}
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    assert not asked(connection, "from outdated_locks")
