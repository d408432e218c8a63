"""One corruption costs its unit: a value of a file its value, a file of a project its file, a project of a repository that project."""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.git.snapshot import Snapshot
from catalog.schema.record import Record
from catalog.schema.tables.metrics import Metric
from catalog.schema.tables.problems import Problem
from connectors.metrics.measures import read_revision
from support.catalogs import rows_of
from support.worlds import World

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
PROJECT = {
    ".dvc/config": "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://bucket/x\n",
    ".dvcignore": "*.tmp\n",
    "artifacts.yaml": "m:\n  path: model.pkl\n  type: model\n",
    "dvc.yaml": (
        "vars: [vars.yaml]\nstages:\n  train:\n    cmd: train ${lr}\n    deps: [data.csv]\n    params: [rate]\n    outs: [model.pkl]\n"
        "metrics: [m.json, m.yaml]\nplots: [p.csv]\nartifacts:\n  n: {path: model.pkl, labels: [a], meta: {k: v}}\n"
    ),
    "dvc.lock": (
        "schema: '2.0'\nstages:\n  train:\n    cmd: train 1\n    deps:\n    - {path: data.csv, md5: "
        + MD5
        + ", size: 1}\n"
        "    params:\n      params.yaml: {rate: 0.5}\n    outs:\n    - {path: model.pkl, md5: " + MD5 + ", size: 2}\n"
    ),
    "vars.yaml": "lr: 1\n",
    "params.yaml": "rate: 0.5\nother: [1, 2]\n",
    "m.json": '{"auc": 0.5, "inner": {"loss": 1}}',
    "m.yaml": "f1: 0.25\n",
    "p.csv": "step,loss\n0,1\n1,0.5\n",
    "data.csv.dvc": f"outs:\n- path: data.csv\n  md5: {MD5}\n  size: 1\n",
    "README.md": "---\nlicense: mit\nbase_model: x/y\n---\n# Model\n",
    "LICENSE": "MIT License\n",
    "model.pkl.mlem": "object_type: model\nmodel_type: {type: sklearn}\n",
}
FILES = {f"{project}/{path}": text.encode() for project in ("a", "b") for path, text in PROJECT.items()}


def rows(files: dict[str, bytes]) -> Mapping[type[Record], list[Record]]:
    world = World()
    world.commit(files)
    world.tag("a=n@v1.0.0")
    world.tag("b=n@v1.0.0")
    return rows_of(world.listing(), world.objects)


WHOLE = rows(FILES)


def of_b(found: Mapping[type[Record], list[Record]]) -> list[str]:
    """The rows that speak of the project `b`, and those of tags; without the commit, which differs with the files."""
    texts_of = []
    for table, some in found.items():
        for row in some:
            cells = {name: getattr(row, name) for name in row.__dataclass_fields__}
            texts = [cell for cell in cells.values() if isinstance(cell, str)]
            if any(text == "b" or text.startswith(("b/", "b:", "b=")) for text in texts):
                texts_of.append(f"{table.TABLE} {[cell for cell in cells.values() if not _is_oid(cell)]}")
    return sorted(texts_of)


def _is_oid(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) == 40 and set(cell) <= set("0123456789abcdef")


def test_the_other_project_has_rows_of_every_kind():
    tables = {text.partition(" ")[0] for text in of_b(WHOLE)}
    assert tables >= {
        "events",
        "annotations",
        "outputs",
        "metrics",
        "params",
        "plots",
        "cards",
        "pipeline_stages",
        "remotes",
    }


@st.composite
def damages(draw: st.DrawFn) -> dict[str, bytes]:
    """The files, one of them of the project `a` damaged."""
    path = draw(st.sampled_from(sorted(path for path in FILES if path.startswith("a/"))))
    data = FILES[path]
    place = draw(st.integers(0, len(data) - 1))
    damaged = draw(
        st.sampled_from(
            [
                data[:place],
                data[:place] + bytes([data[place] ^ 1 << draw(st.integers(0, 7))]) + data[place + 1 :],
                data[:place] + draw(st.binary(min_size=1, max_size=4)) + data[place:],
                data[place:] + data[:place],
                bytes(len(data)),
                b"",
                data * 2,
            ]
        )
    )
    return FILES | {path: damaged}


@pytest.mark.slow
@given(damages())
def test_a_damaged_file_costs_no_other_project(files):
    found = rows(files)
    assert of_b(found) == of_b(WHOLE)
    assert "connector-bug" not in {row.rule for row in found[Problem] if isinstance(row, Problem)}


ODD = {
    "half a character": '"\\ud800"',
    "a null character": '"\\u0000"',
    "a long number": "9" * 5_000,
    "a long fraction": "0." + "9" * 5_000,
    "a huge exponent": "1e99999",
    "a long text": json.dumps("x" * 5_000),
    "nothing": "null",
    "a list": "[1, [2]]",
    "an empty map": "{}",
    "not a character": '"\\ufffe\\uffff"',
}


@pytest.mark.parametrize("suffix", ["json", "yaml"])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_an_odd_value_costs_no_other_value(odd, suffix):
    world = World()
    world.commit(
        {
            ".dvc/config": "",
            "dvc.yaml": f"metrics: [m.{suffix}]\n",
            f"m.{suffix}": f'{{"a": 1, "odd": {odd}, "b": {{"c": 2}}}}',
        }
    )
    found = {row.name: row.text for row in read_revision(world.revision()) if isinstance(row, Metric)}
    assert {name: found.get(name) for name in ("a", "b.c")} == {"a": "1", "b.c": "2"}


def snapshots() -> int:
    """How many are in memory."""
    gc.collect()
    return sum(type(each) is Snapshot for each in gc.get_objects())


def test_what_is_cached_of_a_damaged_file_keeps_no_repository_in_memory():
    """A cached error would, by its traceback."""
    before = snapshots()
    for path in PROJECT:
        for damage in (b"\xff", b"{", b"[a\n- b: ]", b"vars: ${x}\nmetrics: 1\nplots: 1\n"):
            world = World()
            world.commit({**{name: text.encode() for name, text in PROJECT.items()}, path: damage})
            world.tag("n@v1.0.0")
            assert rows_of(world.listing(), world.objects)
    del world
    assert snapshots() <= before
