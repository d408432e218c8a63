"""What versions add to the lineage of a repository, from rows: origins, files in Git, and folders of nothing but outputs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Import
from catalog.schema.tables.registry import Annotation
from database.test_lineage_steps import Known, added, known, shown_nodes, shown_steps, taken
from support.small_catalog import event

FOLDER = "f.dir"


def version(path: str | None = "out", number: int = 1, commit: str = "c", **more: Any) -> list[Record]:
    """A version of the artifact that is annotated at a path; None for one that nobody annotates."""
    registered: list[Record] = [
        event(f"{more.get('artifact', 'm')}@v{number}.0.0", commit, datetime(2024, 1, 1, tzinfo=UTC))
    ]
    return registered if path is None else [*registered, annotated(path, commit, **more)]


def annotated(path: str, commit: str, **more: Any) -> Annotation:
    facts: dict[str, Any] = {
        "file": "dvc.yaml", "source": "dvc.yaml", "artifact": "m", "path": path, "target": path, "dvc_root": "",
        "type": None, "description": None, "labels": (), "meta": {},
    }  # fmt: skip
    return Annotation(commit=commit, **facts | more)


def imported(kind: str, commit: str = "c") -> Import:
    facts: dict[str, Any] = dict.fromkeys(("source_path", "rev", "rev_lock", "query", "etag", "version_id"))
    return Import(
        commit=commit, metafile="out.dvc", path="out", kind=kind, url="https://git.example/data", partial=False, **facts
    )


IN_GIT: dict[str, Any] = {"in_git": "file", "blob": "g"}
OUT, ORIGIN = "out@h md5 99 content root", "out@h md5 99 content root origin"
NODES: dict[str, tuple[list[Record], list[str]]] = {
    "what was added and is no version is no origin": ([added()], [f"{OUT} c"]),
    "what was added and is a version is one": ([added(), *version()], [f"{ORIGIN} c"]),
    "other data than the version's is none": ([added(), added("other"), *version()], ["other@h md5 99 content root c", f"{ORIGIN} c"]),
    "a version that was imported from a repository is none": ([added(), imported("repo"), *version()], [f"{OUT} c"]),
    "one that was imported from a URL is one": ([added(), imported("url"), *version()], [f"{ORIGIN} c"]),
    "imported at one commit and added at another": (
        [added(), imported("repo"), *version(), added(commit="b"), *version(number=2, commit="b")],
        [f"{ORIGIN} b"],
    ),
    "a version in Git": (version(**IN_GIT), ["out@g git-blob root"]),
    "two versions of one file in Git": (
        [*version(**IN_GIT), *version(number=2, commit="b", **IN_GIT)],
        ["out@g git-blob root"],
    ),
    "one file in Git at two paths": (
        [*version(**IN_GIT), *version("other", artifact="n", **IN_GIT)],
        ["other@g git-blob root", "out@g git-blob root"],
    ),
    "two files in Git at one path": (
        [*version(**IN_GIT), *version(number=2, commit="b", in_git="file", blob="i")],
        ["out@g git-blob root", "out@i git-blob root"],
    ),
    "two pointers of Git LFS to one content": (
        [*version(lfs_hash="s", **IN_GIT), *version(number=2, commit="b", in_git="file", blob="i", lfs_hash="s")],
        ["out@s sha256 root"],
    ),
    "a version that was never locked": ([added(content=None, hash_kind=None, size=None), *version()], ["out@ root origin c"]),
    "a version that nothing tracks": (version(), ["out@ root"]),
    "that an input is, too": ([taken("out", None), *version()], ["out@ root origin c"]),
    "a version at a URL": (version("s3://lake/m", target=None), []),
    "a version that nobody annotates": (version(None), []),
}  # fmt: skip
STEPS: dict[str, tuple[list[Record], list[str]]] = {
    "a version that is a folder of nothing but outputs": (
        [added("d/a"), added("d/b"), *version("d")],
        ["c part d/a@h -> d@", "c part d/b@h -> d@"],
    ),
    "two versions of it at a commit": ([added("d/a"), *version("d"), *version("d", 2)], ["c part d/a@h -> d@"]),
    "outputs of another commit": ([added("d/a", commit="b"), *version("d")], []),
    "outputs of another folder, whose name begins alike": ([added("da/a"), *version("d")], []),
    "outputs of another folder, whose path ends alike": ([added("x/d/a"), *version("d")], []),
    "a folder in Git": ([added("d/a"), *version("d", in_git="folder", blob="g")], []),
    "a folder that another project tracks as a whole": ([added("d", FOLDER, is_folder=True), added("d/a"), *version("d")], []),
}  # fmt: skip
CASES = NODES | STEPS


@pytest.fixture(scope="module")
def catalog() -> Known:
    return known({case: rows for case, (rows, _) in CASES.items()})


@pytest.mark.parametrize("case", NODES)
def test_what_lineage_knows_of_a_version(catalog, case):
    assert shown_nodes(catalog, case) == NODES[case][1]


@pytest.mark.parametrize("case", STEPS)
def test_which_steps_a_version_adds(catalog, case):
    assert shown_steps(catalog, case) == STEPS[case][1]
