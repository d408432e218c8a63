"""What revisions have from elsewhere, from rows: imports by `.dvc` files, and datasets that pipeline stages take in."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dataset, Dependency, Import, Output
from support.catalogs import asked, catalog_of

URL, KEY = "https://git.example/data", "git.example/data"


def output(path: str, metafile: str = "d.dvc", commit: str = "c", content: str | None = None) -> Output:
    facts: dict[str, Any] = {
        "pipeline_stage": None, "dvc_root": "", "hash_kind": "md5", "size": 1, "files": None, "is_folder": False, "executable": False,
        "cached": True, "pushed": True, "remote": None, "version_id": None, "etag": None, "role": "out", "type": None, "description": None,
        "labels": (), "meta": {},
    }  # fmt: skip
    return Output(commit=commit, metafile=metafile, path=path, hash=content or f"{commit}:{path}", **facts)


def imported(**more: Any) -> Import:
    facts: dict[str, Any] = {
        "commit": "c", "metafile": "d.dvc", "path": "d", "kind": "repo", "url": URL, "source_path": "s", "rev": "main", "rev_lock": "1",
        "query": None, "etag": None, "version_id": None, "partial": False,
    }  # fmt: skip
    return Import(**facts | more)


def taken(stage: str = "s", name: str = "words", metafile: str = "dvc.lock", commit: str = "c") -> Dependency:
    facts = dict.fromkeys(("hash_kind", "hash", "size", "files"))
    return Dependency(commit=commit, metafile=metafile, pipeline_stage=stage, path=f"ds://{name}", **facts)


def dataset(**more: Any) -> Dataset:
    facts: dict[str, Any] = {
        "commit": "c", "file": "dvc.yaml", "name": "words", "type": "dvc", "url": URL, "path": "s", "rev": "main", "rev_lock": "1",
        "version": None,
    }  # fmt: skip
    return Dataset(**facts | more)


Found = tuple[str, str | None, str | None, str]
OF_REPO: Found = ("import", KEY, "c:d", f"{URL}@main:s")
OF_DATASET: Found = ("import", KEY, None, f"{URL}@main:s")
CASES: dict[str, tuple[list[Record], list[Found]]] = {
    "dvc import, at a branch": ([output("d"), imported()], [OF_REPO]),
    "at a version's tag": ([output("d"), imported(rev="m@v1.0.0-rc.1+b")], [("version", KEY, "c:d", f"{URL}@m@v1.0.0-rc.1+b:s")]),
    "at a tag that deregisters": ([output("d"), imported(rev="m@v1.0.0!")], [("import", KEY, "c:d", f"{URL}@m@v1.0.0!:s")]),
    "at a stage's tag, whose artifact has a name like a version": (
        [output("d"), imported(rev="m#p@v1.0.0")],
        [("import", KEY, "c:d", f"{URL}@m#p@v1.0.0:s")],
    ),
    "at the default branch": ([output("d"), imported(rev=None)], [("import", KEY, "c:d", f"{URL}@1:s")]),
    "at no commit": ([output("d"), imported(rev=None, rev_lock=None)], [("import", KEY, "c:d", f"{URL}:s")]),
    "import-url": ([output("d"), imported(kind="url", rev=None, rev_lock=None, source_path=None)], [("url", None, "c:d", URL)]),
    "import-db, of a query": (
        [output("d"), imported(kind="db", url=None, rev=None, rev_lock=None, source_path=None)],
        [("url", None, "c:d", "")],
    ),
    "an output beside the imported one": ([output("d"), output("e"), imported()], [OF_REPO]),
    "another file states the same output": ([output("d"), output("d", "e.dvc"), imported()], [OF_REPO]),
    "the output of another commit": ([output("d", commit="e"), imported()], []),
    "a dataset of a repository": ([taken(), dataset()], [OF_DATASET]),
    "a dataset that two pipeline stages take in": ([taken("s"), taken("t"), dataset()], [OF_DATASET]),
    "a dataset at a URL": ([taken(), dataset(type="url", rev=None, rev_lock=None, path=None)], [("url", None, None, URL)]),
    "a dataset with a version": ([taken(), dataset(type="dc", rev=None, version="v2", path=None)], [("url", None, None, f"{URL}@v2")]),
    "a dataset with a revision and a version": ([taken(), dataset(version="v2")], [OF_DATASET]),
    "a dataset of another name": ([taken(name="other"), dataset()], []),
    "a dataset of another commit": ([taken(commit="e"), dataset()], []),
    "a dataset of another folder's dvc.yaml": ([taken(metafile="sub/dvc.lock"), dataset()], []),
}  # fmt: skip


@pytest.fixture(scope="module")
def imports() -> list[dict[str, Any]]:
    """Those of all cases, each of which is a repository of one catalog."""
    repos = {
        case: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)}
        for case, (rows, _) in CASES.items()
    }
    return asked(catalog_of(repos), "select repo, kind, url_key, hash, label from lineage_imports")


@pytest.mark.parametrize("case", CASES)
def test_what_a_revision_has_from_elsewhere(imports, case):
    _, found = CASES[case]
    assert [tuple(row.values())[1:] for row in imports if row["repo"] == case] == found


def test_the_number_of_a_source_is_that_of_its_label_and_its_commit():
    locked = [
        imported(commit=commit, rev_lock=lock) for commit, lock in (("c", "1"), ("d", "1"), ("e", "2"), ("f", None))
    ]
    rows = {Output: [output("d", commit=row.commit) for row in locked], Import: locked}
    sources = [
        row["source"] for row in asked(catalog_of({"r": rows}), "select source from lineage_imports order by commit")
    ]
    assert [sources.index(source) for source in sources] == [0, 0, 2, 3]
