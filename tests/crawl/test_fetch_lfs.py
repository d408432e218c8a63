"""A crawl of files in Git LFS: with `fetch_remote_metrics` what connectors read is fetched from the repository's server, and nothing else."""

from __future__ import annotations

import json

import pytest

from catalog.crawl.crawl import crawl
from catalog.schema.tables.cards import Card
from catalog.schema.tables.metrics import MeasureFile, Metric
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from catalog.store.journal import Journal
from catalog.store.partitions import Partition, Store
from support.crawling import wish
from support.lfs import BATCH, lfs_server, pointer_text, pointer_to
from support.loopback import Answer, Request, serve
from support.worlds import World

PIPELINE = b"metrics: [metrics.json, scores/deep.txt.json]\nartifacts: {m: {path: m.pkl}}\n"
USUAL, UNUSUAL = (
    b'{"auc": 0.9}',
    b'{"f1": 0.5}',
)  # by the names of their files: one is fetched before a metafile names it
MODEL = b"a small model"
CARD = b"# Churn\n"
CONTENTS = {
    "dvc.yaml": PIPELINE,
    "metrics.json": USUAL,
    "scores/deep.txt.json": UNUSUAL,
    "m.pkl": MODEL,
    "README.md": CARD,
}
READ = [PIPELINE, USUAL, UNUSUAL, CARD]


def world(**files: str) -> World:
    made = World()
    pointers = {file: pointer_text(content) for file, content in CONTENTS.items()}
    made.commit({".gitattributes": "* filter=lfs\n", ".dvc/config": "", **pointers, **files})
    made.tag("m@v1.0.0")
    return made


def crawled(folder, made, rule, *lines):
    """The rows of a repository that was crawled from a server, and the objects that batches requested, by the paths of their requests."""
    made.write(folder / "git" / "a.git")
    batches: dict[str, set[str]] = {}

    def answer(request: Request) -> Answer | None:
        if request.path.endswith(BATCH):
            batches.setdefault(request.path, set()).update(each["oid"] for each in json.loads(request.body)["objects"])
        return rule(request)

    with serve(folder / "git", rule=answer) as site:
        config = wish(folder, {"a": f"{site}/a.git"}, *lines)
        report = crawl(config, debug=True)
    assert [visit.outcome for visit in report.visits] == ["new"]
    last = Journal(config.output / "store" / "crawls").last_visits()["a"].partition
    return Partition(Store(config.output / "store" / "rows").file_of("a", last)), batches


ON = "fetch_remote_metrics = true"


def hashes(contents):
    return {pointer_to(content).sha256 for content in contents}


def test_what_is_read_is_fetched_and_a_model_is_not(tmp_path):
    rows, batches = crawled(tmp_path, world(), lfs_server(CONTENTS.values()), ON)
    assert (
        {(row.file, row.status) for row in rows.rows(MeasureFile)},
        {(row.name, row.number) for row in rows.rows(Metric)},
        [(row.lfs_hash, row.lfs_size) for row in rows.rows(Annotation)],
        [row.title for row in rows.rows(Card)],
        [*rows.rows(Problem)],
        batches,
    ) == (
        {("metrics.json", "fetched"), ("scores/deep.txt.json", "fetched")},
        {("auc", 0.9), ("f1", 0.5)},
        [tuple(pointer_to(MODEL))],
        ["Churn"],
        [],
        {f"/a.git/info/lfs{BATCH}": hashes(READ)},
    )


def test_nothing_is_fetched_unless_asked_for(tmp_path):
    rows, batches = crawled(tmp_path, world(), lfs_server(CONTENTS.values()))
    problems = {(row.place, row.rule) for row in rows.rows(Problem)}
    assert (batches, problems) == ({}, {("dvc.yaml", "lfs"), ("README.md", "lfs")})


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(lfs_server([PIPELINE, CARD]), id="objects that are absent"),
        pytest.param(
            lfs_server(CONTENTS.values(), download=lambda request: None if request.path.endswith(tuple(hashes([PIPELINE, CARD]))) else Answer(status=500)),
            id="files that the server fails to send",
        ),
    ],
)  # fmt: skip
def test_what_is_not_available_stays_in_git_lfs(tmp_path, rule):
    rows, _ = crawled(tmp_path, world(), rule, ON)
    assert ({(row.file, row.status) for row in rows.rows(MeasureFile)}, [*rows.rows(Metric)]) == (
        {("metrics.json", "lfs"), ("scores/deep.txt.json", "lfs")},
        [],
    )


def test_a_server_without_git_lfs_costs_one_request_and_no_visit(tmp_path):
    paths = []

    def rule(request: Request) -> Answer | None:
        paths.append(request.path)
        return Answer(status=404) if "/lfs" in request.path else None

    rows, _ = crawled(tmp_path, world(), rule, ON)
    assert ({row.rule for row in rows.rows(Problem)}, sum("/lfs" in path for path in paths)) == ({"lfs"}, 2)


def test_a_server_that_lfsconfig_names_on_another_host_is_not_asked(tmp_path):
    made = world(**{".lfsconfig": "[lfs]\nurl = http://elsewhere.example/lfs\n"})
    assert [*crawled(tmp_path, made, lfs_server([]), ON)[1]] == [f"/a.git/info/lfs{BATCH}"]


def test_each_revision_goes_by_its_own_lfsconfig(tmp_path):
    with serve(tmp_path, rule=lfs_server(CONTENTS.values())) as other:
        made = world()
        made.commit({".lfsconfig": f"[lfs]\nurl = {other}/b/lfs\n", "metrics.json": pointer_text(MODEL)})
        crawled(tmp_path, made, lfs_server([]), ON)
        assert {path for method, path in other.requests if method == "POST"} == {f"/b/lfs{BATCH}"}
