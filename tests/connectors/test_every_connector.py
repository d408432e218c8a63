"""What holds of every installed connector: laws over a repository of all formats, whole and with its files damaged."""

from __future__ import annotations

import random
from functools import cache

import pytest

from catalog.plugins.connector import installed, partition_tables
from catalog.schema.tables import PARTITION
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from support.worlds import World

METAFILE = "outs:\n- md5: 03ba77e0ebc6ffbb7e5c7e4ea7e979d3\n  size: 9\n  path: model.pkl\n"
PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [rate]
    metrics: [metrics.json]
    outs: [model.pkl]
datasets:
- {name: raw, type: dc, url: raw}
plots:
- curve.csv: {x: step, y: loss, template: own}
- image.png
artifacts:
  churn: {type: model, path: model.pkl, desc: Who leaves}
"""
LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps: [{path: train.py, hash: md5, md5: cccccccccccccccccccccccccccccccc, size: 4}]
    params: {params.yaml: {rate: 0.1}}
    outs: [{path: model.pkl, hash: md5, md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, size: 9}]
"""
CARD = "---\nlicense: mit\nmodel-index: [{name: m, results: [{task: {type: t}, dataset: {name: d, type: d}, metrics: [{type: f1, value: 1}]}]}]\n---\n# Churn\n\n![curve](image.png)\n"
FILES = {
    ".dvc/plots/own.json": '{"mark": "line", "data": {"values": "<DVC_METRIC_DATA>"}}',
    ".gto": "types: [model]\n",
    ".dvc/config": "['remote \"s3\"']\n    url = s3://bucket/dvc\n[core]\n    remote = s3\n",
    "CODEOWNERS": "* @acme/churn\n",
    "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any person\n",
    "README.md": CARD,
    "curve.csv": "step,loss\n1,0.5\n2,0.25\n",
    "data/raw.dvc": "deps:\n- {path: raw, repo: {url: https://example.com/data, rev_lock: " + "d" * 40 + "}}\n" + METAFILE.replace("model.pkl", "raw"),
    "data/folder.dvc": METAFILE.replace("model.pkl", "folder") + "  files:\n  - {relpath: a, md5: 03ba77e0ebc6ffbb7e5c7e4ea7e979d3}\n",
    "dvc.lock": LOCK,
    "dvc.yaml": PIPELINE,
    "image.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "metrics.json": '{"f1": 0.9}',
    "model.mlem": "object_type: model\nmodel_type: {type: sklearn}\nartifacts: {data: {hash: a, size: 1, uri: m}}\n",
    "params.yaml": "rate: 0.1\n",
    "train.py": "pass\n",
}  # fmt: skip
CONNECTORS = pytest.mark.parametrize("connector", installed(), ids=lambda connector: connector.name)


@cache
def world() -> World:
    made = World()
    made.commit(FILES)
    made.tag("churn@v1.0.0")
    made.tag("churn#prod#1")
    made.lightweight("v1")
    made.refs[f"refs/exps/{made.tip()[:2]}/{made.tip()[2:]}/wild-cat"] = made.commit(
        {"params.yaml": "rate: 0.2\n"}, branch="aside"
    )
    return made


def said(world: World, connector):
    """Everything that a connector says of a repository, function by function."""
    snapshot = world.snapshot(connector.wants_file)
    tags = world.tags()
    commits = {world.tip(), *(ref.oid for ref in world.listing().others())}
    revisions = [snapshot.revision(oid) for oid in sorted(commits)]
    return {
        "tags": list(connector.read_tags(tags)),
        "refs": [
            row
            for ref in world.listing().others()
            if connector.wants_ref(ref.name)
            for row in connector.read_ref(ref.name, snapshot.commit(ref.oid))
        ],
        "revisions": [row for revision in revisions for row in connector.read_revision(revision)],
    }


def damaged(seed: int) -> World:
    """The repository with bytes of every file changed, cut off or put in."""
    chance, made = random.Random(seed), World()
    files = {}
    for path, content in FILES.items():
        data = bytearray(content.encode() if isinstance(content, str) else content)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.randint(0, 3)] = bytes(
                chance.choices(b"\0\xff\n\t :-[]{}&*!|>%@`'\"#,aZ0", k=chance.randint(0, 3))
            )
        files[path] = bytes(data[: chance.randint(0, len(data))] if chance.random() < 0.3 else data)
    made.commit(files)
    made.tag("churn@v1.0.0", message=bytes(chance.choices(range(256), k=30)), who=chance.choice([None, "x"]))
    made.tag("churn#prod#1", inner=chance.choice(["other", "churn#prod#1"]))
    made.raw_tag("churn@v2", bytes(chance.choices(range(256), k=60)))
    made.refs[f"refs/exps/{made.tip()[:2]}/{made.tip()[2:]}/x"] = made.tip()
    return made


def test_names_are_unique():
    names = [connector.name for connector in installed()]
    assert names == sorted(set(names))


def test_all_tables_but_those_of_git_have_rows_of_some_connector():
    """The repository here has something of every format: a new table needs something more."""
    filled = {type(row) for connector in installed() for rows in said(world(), connector).values() for row in rows}
    of_git = {table for table in PARTITION if table.__module__ == Tag.__module__}
    assert filled | of_git | {Problem} == set(partition_tables(installed()))


@CONNECTORS
def test_each_reader_gives_rows_that_live_where_it_reads(connector):
    lives = {
        reader: {type(row).LIVES for row in rows if not isinstance(row, Problem)}
        for reader, rows in said(world(), connector).items()
    }
    assert lives["tags"] <= {"repository"}
    assert lives["refs"] <= {"repository"}
    assert lives["revisions"] <= {"revision", "content"}


@CONNECTORS
def test_the_same_repository_gives_the_same_rows(connector):
    assert said(world(), connector) == said(world(), connector)


@CONNECTORS
def test_the_order_of_refs_is_irrelevant(connector):
    turned = World()
    turned.objects, turned.head = world().objects, world().head
    turned.refs = dict(reversed(world().refs.items()))
    assert said(turned, connector) == said(world(), connector)


@pytest.mark.one_in(4)
@CONNECTORS
def test_what_strangers_wrote_raises_nothing(connector):
    for seed in range(40):
        here = damaged(seed)
        revision = here.revision()
        asked = [*connector.wants_also(revision)]
        rows = said(here, connector)
        strays = {type(row) for some in rows.values() for row in some} - {*partition_tables([connector])}
        assert (strays, len(asked) < 1000) == (set(), True)


@CONNECTORS
@pytest.mark.parametrize(
    "name", ["", "/", "\0", "\udcff", "a" * 5000, "../..", "@", "#", "@#@#@v", "refs/exps/", "refs/exps/\n"], ids=ascii
)
def test_it_answers_for_any_name(connector, name):
    asked = (connector.wants_tag, connector.wants_ref, connector.wants_file, connector.guesses_file)
    assert {type(wants(name)) for wants in asked} == {bool}


@CONNECTORS
def test_it_has_a_version(connector):
    assert connector.version >= 1
