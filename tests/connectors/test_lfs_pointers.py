"""Files that Git LFS keeps: Git has a pointer, which no connector takes for the file."""

from __future__ import annotations

from dataclasses import astuple
from hashlib import sha256
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.git.objects import RawObject
from catalog.plugins.connector import installed
from catalog.schema.tables.cards import Card, Licence
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.git import Revision
from catalog.schema.tables.metrics import Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.problems import Problem
from support.worlds import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
ATTRIBUTES = {".gitattributes": "*.pkl filter=lfs\n"}
FILES = {
    ".dvc/config": "['remote \"s3\"']\n    url = s3://bucket/dvc\n",
    ".dvcignore": "nothing\n",
    ".gto": "types: [model]\n",
    "CODEOWNERS": "* @acme/churn\n",
    "LICENSE": "MIT License\n",
    "README.md": "---\nlicense: mit\n---\n# Churn\n",
    "artifacts.yaml": "old: {path: old.pkl}\n",
    "curve.csv": "step,loss\n1,0.5\n2,0.25\n",
    "dvc.lock": "schema: '2.0'\nstages:\n  train: {cmd: python train.py}\n",
    "dvc.yaml": "stages:\n  train: {cmd: python train.py, params: [rate], metrics: [metrics.json]}\n"
    "plots: [curve.csv, image.png]\nartifacts: {churn: {path: model.pkl}}\n",
    "image.png": PNG,
    "metrics.json": '{"f1": 0.9}',
    "model.mlem": "object_type: model\nmodel_type: {type: sklearn}\n",
    "params.yaml": "rate: 0.1\n",
    "raw.dvc": "outs:\n- {md5: 03ba77e0ebc6ffbb7e5c7e4ea7e979d3, path: raw}\n",
}  # fmt: skip
MEASURES = {"metrics.json": "metrics", "params.yaml": "params", "curve.csv": "plots", "image.png": "plots"}


def bytes_of(content):
    return content.encode() if isinstance(content, str) else content


def pointer(content, version="https://git-lfs.github.com/spec/v1"):
    data = bytes_of(content)
    return f"version {version}\noid sha256:{sha256(data).hexdigest()}\nsize {len(data)}\n"


def rows_of(pointed, *, fetched=False, files=FILES):
    """The rows of a commit of which Git LFS keeps these files; `fetched`: and their contents were fetched."""
    world = World()
    world.commit({**files, **{file: pointer(files[file]) for file in pointed}})
    if fetched:
        contents = [bytes_of(files[file]) for file in pointed]
        world.objects |= {f"sha256:{sha256(data).hexdigest()}": RawObject("blob", data) for data in contents}
    snapshot = world.snapshot(lambda path: any(connector.wants_file(path) for connector in installed()))
    revision = snapshot.revision(world.tip())
    return [*chain.from_iterable(connector.read_revision(revision) for connector in installed())]


@pytest.mark.parametrize(("file", "role"), MEASURES.items())
def test_a_measure_in_git_lfs_has_that_status_and_its_size_and_nothing_is_read_of_it(file, role):
    rows = rows_of([file])
    stated = [
        (row.status, row.size, row.hash)
        for row in rows
        if isinstance(row, MeasureFile) and (row.role, row.file) == (role, file)
    ]
    read = [
        row
        for row in rows
        if (isinstance(row, Metric | Param) and row.file == file)
        or (isinstance(row, Plot) and row.file == file and row.content)
        or (isinstance(row, PlotSeries) and file == "curve.csv")
        or (isinstance(row, Image) and file == "image.png")
    ]
    assert ({*stated}, read) == ({("lfs", len(bytes_of(FILES[file])), None)}, [])


@pytest.mark.parametrize("file", sorted(FILES.keys() - MEASURES.keys()))
def test_any_other_file_in_git_lfs_is_a_problem_of_one_rule(file):
    size = len(bytes_of(FILES[file]))
    told = {(row.rule, row.place, row.message) for row in rows_of([file]) if isinstance(row, Problem)}
    assert told == {("lfs", file, f"found a pointer of Git LFS to {size:,} bytes, expected the file itself")}


def test_a_card_and_a_licence_in_git_lfs_have_no_title():
    assert not [row for row in rows_of(["README.md", "LICENSE"]) if isinstance(row, Card | Licence)]


def test_a_pointer_of_an_older_git_lfs_is_one():
    files = {**FILES, "metrics.json": pointer("{}", version="https://hawser.github.com/spec/v1")}
    assert [row.status for row in rows_of([], files=files) if isinstance(row, MeasureFile) and row.role == "metrics"] == ["lfs"]  # fmt: skip


@given(st.sets(st.sampled_from(sorted(FILES))))
def test_no_row_has_the_text_of_a_pointer(pointed):
    rows = [row for row in rows_of(pointed) if not isinstance(row, Revision)]
    assert not [row for row in rows if "git-lfs" in repr(astuple(row)) or "oid sha256" in repr(astuple(row))]


@given(st.sets(st.sampled_from(sorted(FILES.keys() - MEASURES.keys()))))
def test_what_was_fetched_of_git_lfs_is_read_as_if_it_were_in_git(pointed):
    def shown(rows):
        return [{key: value for key, value in vars_of(row) if key not in ("commit", "blob")} for row in rows]

    assert shown(rows_of(pointed, fetched=True)) == shown(rows_of([]))


def vars_of(row):
    return [(name, getattr(row, name)) for name in row.__dataclass_fields__]


def test_measures_that_were_fetched_of_git_lfs_are_read_and_say_so():
    rows = rows_of(MEASURES, fetched=True)
    curve, image = (f"sha256:{sha256(bytes_of(FILES[file])).hexdigest()}" for file in ("curve.csv", "image.png"))
    assert (
        {(row.file, row.status) for row in rows if isinstance(row, MeasureFile)},
        [(row.name, row.number) for row in rows if isinstance(row, Metric)],
        [(row.name, row.number) for row in rows if isinstance(row, Param) and not row.locked],
        [row.content for row in rows if isinstance(row, Plot)],
        [(row.content, row.numbers) for row in rows if isinstance(row, PlotSeries)],
        [(row.content, row.media_type) for row in rows if isinstance(row, Image)],
    ) == (
        {(file, "fetched") for file in MEASURES},
        [("f1", 0.9)],
        [("rate", 0.1)],
        [f"{curve}:csv", image],
        [(f"{curve}:csv", (1.0, 2.0)), (f"{curve}:csv", (0.5, 0.25))],
        [(image, "image/png")],
    )


def test_a_revision_without_a_pointers_content_is_read_anew_for_the_next_repository():
    """What was read is shared among repositories by the ids of their files, which do not tell whether a content was fetched."""
    first = rows_of(["dvc.yaml"], fetched=True)
    second = rows_of(["dvc.yaml"])
    assert [any(isinstance(row, MeasureFile) and row.role == "metrics" for row in rows) for rows in (first, second)] == [True, False]  # fmt: skip
