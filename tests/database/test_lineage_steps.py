"""The pieces of data and the steps of a repository's lineage, from rows: what its metafiles state becomes nodes and edges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dependency, Output, PipelineStage
from catalog.schema.tables.git import Revision
from support.catalogs import asked, catalog_of

START = datetime(2024, 1, 1, tzinfo=UTC)
FOLDER = "f.dir"


def revision(commit: str, day: int) -> Revision:
    facts: dict[str, Any] = dict.fromkeys(("author", "author_email", "summary"), "")
    moment = START + timedelta(days=day)
    return Revision(commit=commit, reasons=("tag",), authored_at=None, committed_at=moment, signed=None, **facts)


def made(
    path: str = "out", content: str | None = "h", stage: str | None = "s", commit: str = "c", **more: Any
) -> Output:
    """An output of a pipeline stage; without one, of a `.dvc` file."""
    facts: dict[str, Any] = {
        "dvc_root": "", "hash_kind": "md5", "size": 99, "files": None, "is_folder": False, "executable": False, "cached": True,
        "pushed": True, "remote": None, "version_id": None, "etag": None, "role": "out", "type": None, "description": None,
        "labels": (), "meta": {}, "metafile": "dvc.lock" if stage else f"{path}.dvc",
    }  # fmt: skip
    return Output(commit=commit, pipeline_stage=stage, path=path, hash=content, **facts | more)


def taken(
    path: str = "in", content: str | None = "h", stage: str | None = "s", commit: str = "c", **more: Any
) -> Dependency:
    facts: dict[str, Any] = {
        "metafile": "dvc.lock",
        "hash_kind": "md5" if content else None,
        "size": None,
        "files": None,
    }
    return Dependency(commit=commit, pipeline_stage=stage, path=path, hash=content, **facts | more)


def stage(commit: str = "c") -> PipelineStage:
    facts: dict[str, Any] = dict.fromkeys(("command", "locked_command", "description"))
    return PipelineStage(
        commit=commit, file="dvc.yaml", pipeline_stage="s", wdir="", frozen=False, always_changed=False, **facts
    )


def added(path: str = "out", content: str | None = "h", commit: str = "c", **more: Any) -> Output:
    return made(path, content, None, commit, **more)


NODES: dict[str, tuple[list[Record], list[str]]] = {
    "an output of a pipeline stage is an origin": ([made()], ["out@h md5 99 content origin c"]),
    "what was added is a root": ([added()], ["out@h md5 99 content root c"]),
    "what only is an input is a root": ([taken()], ["in@h md5 content root c"]),
    "an import's own dependency is none": ([taken(stage=None)], []),
    "an output without a hash": ([made(content=None, hash_kind=None, size=None)], ["out@ origin c"]),
    "two contents at one path": ([added(), added(content="i", commit="b")], ["out@h md5 99 content root c", "out@i md5 99 content root b"]),
    "one content at two paths": ([added(), added("other")], ["other@h md5 99 content root c", "out@h md5 99 content root c"]),
    "stated at two commits, of which the earlier counts": ([added(), added(commit="b")], ["out@h md5 99 content root b"]),
    "a later commit in which it is an output goes before": ([taken("out", commit="b"), made()], ["out@h md5 99 content origin c"]),
    "made at one commit and added at another": ([added(commit="b"), made()], ["out@h md5 99 content origin b"]),
    "one commit states its size": ([added(size=None), added(commit="b", size=40)], ["out@h md5 40 content root b"]),
    "two sizes": ([added(size=41), added(commit="b", size=40)], ["out@h md5 41 content root b"]),
    "two kinds of hash": ([added(hash_kind="md5-dos2unix"), added(commit="b")], ["out@h md5 99 content root b"]),
    "a hash that is no MD5 has no content": ([added(hash_kind="etag")], ["out@h etag 99 root c"]),
    "small content says nothing": ([added(size=31)], ["out@h md5 31 root c"]),
    "content of 32 bytes does": ([added(size=32)], ["out@h md5 32 content root c"]),
    "a folder": ([added(content=FOLDER, is_folder=True, files=2)], ["out@f.dir md5 99 2 folder content root c"]),
    "two numbers of files": ([added(content=FOLDER, is_folder=True, files=2), added(content=FOLDER, is_folder=True, files=3, commit="b")], ["out@f.dir md5 99 3 folder content root b"]),
    "an input with an ending of folders": ([taken(content=FOLDER)], ["in@f.dir md5 folder content root c"]),
    "an input with a number of files": ([taken(files=2)], ["in@h md5 2 folder content root c"]),
    "a folder at one of its commits": ([added(is_folder=True), added(commit="b")], ["out@h md5 99 folder content root b"]),
    "a pipeline stage of two commits": ([stage(), stage("b")], ["dvc.yaml:s"]),
}  # fmt: skip
STEPS: dict[str, tuple[list[Record], list[str]]] = {
    "into a stage and out of it": ([taken(), made()], ["c input in@h -> s", "c output s -> out@h"]),
    "what was added has no step": ([added()], []),
    "an input that was never locked is the output at its path": (
        [added(), taken("out", None)],
        ["c input out@ -> s", "c path out@h -> out@"],
    ),
    "a locked input is no other content of its path": ([added(), taken("out", "i")], ["c input out@i -> s"]),
    "an input that an earlier commit made": (
        [made(stage="p", content="i", commit="b"), made(stage="p"), taken("out", "i")],
        ["b output p -> out@i", "c earlier p@b -> out@i", "c input out@i -> s", "c output p -> out@h"],
    ),
    "a commit between that made it, too, is not meant": (
        [added("new", commit="b"), *(made(stage="p", content="i", commit=commit) for commit in "ab"), made(stage="p"), taken("out", "i")],
        ["a output p -> out@i", "b output p -> out@i", "c earlier p@a -> out@i", "c input out@i -> s", "c output p -> out@h"],
    ),
    "an input that its own commit made is not from an earlier one": (
        [made(stage="p", commit="b"), made(stage="p"), taken("out")],
        ["b output p -> out@h", "c input out@h -> s", "c output p -> out@h"],
    ),
    "an earlier commit made it, and nothing has run since": (
        [made(stage="p", content="i", commit="b"), made(stage="p", content=None), taken("out", "i")],
        ["b output p -> out@i", "c earlier p@b -> out@i", "c input out@i -> s", "c output p -> out@"],
    ),
    "an earlier commit made it, and this one has no output there": (
        [made(stage="p", content="i", commit="b"), taken("out", "i")],
        ["b output p -> out@i", "c input out@i -> s"],
    ),
    "two stages take in what an earlier commit made": (
        [made(stage="p", content="i", commit="b"), made(stage="p"), taken("out", "i"), taken("out", "i", "t")],
        ["b output p -> out@i", "c earlier p@b -> out@i", "c input out@i -> s", "c input out@i -> t", "c output p -> out@h"],
    ),
    "an earlier commit made the same at another path, too": (
        [made(stage="p", content="i", commit="b"), made("copy", "i", "q", "b"), made(stage="p"), taken("out", "i")],
        ["b output p -> out@i", "b output q -> copy@i", "c earlier p@b -> out@i", "c input out@i -> s", "c output p -> out@h"],
    ),
    "an earlier commit made two contents at its path": (
        [made(stage="p", content="i", commit="b"), made(stage="q", commit="b"), made(stage="p"), taken("out", "i")],
        ["b output p -> out@i", "b output q -> out@h", "c earlier p@b -> out@i", "c input out@i -> s", "c output p -> out@h"],
    ),
    "an earlier commit added it, so no stage made it": (
        [added(content="i", commit="b"), made(stage="p"), taken("out", "i")],
        ["c input out@i -> s", "c output p -> out@h"],
    ),
    "an import's own dependency is no input": ([added(), taken("out", None, None)], []),
    "an output that was never locked tells nothing of an input": ([added(content=None), taken("out")], ["c input out@h -> s"]),
    "an output of another commit tells nothing of it": ([added(commit="b"), taken("out", None)], ["c input out@ -> s"]),
    "a file of a folder": (
        [added("data", FOLDER, is_folder=True), taken("data/a")],
        ["c input data/a@h -> s", "c part data@f.dir -> data/a@h"],
    ),
    "of another folder, whose name begins alike": ([added("dat", FOLDER, is_folder=True), taken("data/a")], ["c input data/a@h -> s"]),
    "of another folder, whose path ends alike": (
        [added("data", FOLDER, is_folder=True), taken("x/data/a")],
        ["c input x/data/a@h -> s"],
    ),
    "of a folder of another commit": ([added("data", FOLDER, commit="b", is_folder=True), taken("data/a")], ["c input data/a@h -> s"]),
    "below what is no folder": ([added("data"), taken("data/a")], ["c input data/a@h -> s"]),
    "a folder of outputs": (
        [added("data/a"), taken("data", FOLDER)],
        ["c input data@f.dir -> s", "c part data/a@h -> data@f.dir"],
    ),
    "a folder of outputs that was never locked": (
        [added("data/a"), taken("data", None)],
        ["c input data@ -> s", "c part data/a@h -> data@"],
    ),
    "a locked file above an output": ([added("data/a"), taken("data")], ["c input data@h -> s"]),
    "outputs of another folder, whose name begins alike": ([added("data/a"), taken("dat", FOLDER)], ["c input dat@f.dir -> s"]),
    "outputs of another folder, whose path ends alike": ([added("x/data/a"), taken("data", FOLDER)], ["c input data@f.dir -> s"]),
    "outputs of another commit": ([added("data/a", commit="b"), taken("data", FOLDER)], ["c input data@f.dir -> s"]),
    "two stages take in the same folder of outputs": (
        [added("data/a"), taken("data", FOLDER), taken("data", FOLDER, "t")],
        ["c input data@f.dir -> s", "c input data@f.dir -> t", "c part data/a@h -> data@f.dir"],
    ),
    "two stages take in the same part": (
        [added("data", FOLDER, is_folder=True), taken("data/a"), taken("data/a", stage="t")],
        ["c input data/a@h -> s", "c input data/a@h -> t", "c part data@f.dir -> data/a@h"],
    ),
    "two stages take in what was never locked": (
        [added(), taken("out", None), taken("out", None, "t")],
        ["c input out@ -> s", "c input out@ -> t", "c path out@h -> out@"],
    ),
}  # fmt: skip
CASES = NODES | STEPS


Known = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def catalog() -> Known:
    defined = {
        case: [PipelineStage(**{**_fields(stage()), "pipeline_stage": name}) for name in stages_of(rows)]
        for case, (rows, _) in STEPS.items()
    }
    return known({case: [*rows, *defined.get(case, ())] for case, (rows, _) in CASES.items()})


def stages_of(rows: list[Record]) -> set[str]:
    return {row.pipeline_stage for row in rows if isinstance(row, Dependency | Output) and row.pipeline_stage}


def known(cases: Mapping[str, list[Record]]) -> Known:
    """The nodes and the steps of all cases, each of which is a repository of one catalog with the commits a, b and c."""
    commits = [revision(commit, day) for day, commit in enumerate("abc")]
    repos = {}
    for case, rows in cases.items():
        all_rows: list[Record] = [*rows, *commits]
        repos[case] = {kind: [row for row in all_rows if type(row) is kind] for kind in map(type, all_rows)}
    connection = catalog_of(repos)
    nodes = asked(
        connection, "select n.*, c.commit from lineage_nodes n left join lineage_commits c using (repo, revision)"
    )
    steps = asked(
        connection,
        """select e.repo, e.kind, e.from_node, e.to_node, c.commit, f.commit as from_commit from lineage_edges e
        left join lineage_commits c on c.repo = e.repo and c.revision = e.revision
        left join lineage_commits f on f.repo = e.repo and f.revision = e.from_revision""",
    )
    return nodes, steps


def _fields(record: PipelineStage) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def label(node: dict[str, Any]) -> str:
    return (
        f"{node['path']}:{node['pipeline_stage']}"
        if node["what"] == "stage"
        else f"{node['path']}@{node['hash'] or ''}"
    )


def shown(node: dict[str, Any]) -> str:
    flags = (
        ("folder", node["is_folder"]),
        ("content", node["content"] is not None),
        ("root", node["is_root"]),
        ("origin", node["is_origin"]),
    )
    words = (
        label(node),
        node["hash_kind"],
        node["size"],
        node["files"],
        *(word for word, is_so in flags if is_so is not False),
        node["commit"] or node["revision"] or None,
    )
    return " ".join(str(word) for word in words if word is not None)


def shown_nodes(catalog: Known, case: str) -> list[str]:
    return sorted(shown(node) for node in catalog[0] if node["repo"] == case)


def shown_steps(catalog: Known, case: str) -> list[str]:
    nodes, steps = catalog
    labels = {node["node"]: label(node).removeprefix("dvc.yaml:") for node in nodes if node["repo"] == case}
    return sorted(
        f"{step['commit']} {step['kind']} {labels[step['from_node']]}"
        f"{'' if step['from_commit'] == step['commit'] else '@' + step['from_commit']} -> {labels[step['to_node']]}"
        for step in steps
        if step["repo"] == case
    )


@pytest.mark.parametrize("case", NODES)
def test_what_lineage_knows_of_a_piece_of_data(catalog, case):
    assert shown_nodes(catalog, case) == NODES[case][1]


@pytest.mark.parametrize("case", STEPS)
def test_which_steps_a_commit_has(catalog, case):
    assert shown_steps(catalog, case) == STEPS[case][1]
