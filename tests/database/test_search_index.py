"""What the search index holds of an artifact, row by row: each case is a repository of one catalog."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from catalog.database import database, rebuild, search_index
from catalog.git.objects import RawObject
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import MetricDirection
from catalog.store.partitions import PartitionKey, Store
from database.test_database import TABLES, WHOLE
from support.catalogs import rows_of
from support.worlds import World

pytestmark = pytest.mark.slow  # the catalog takes two seconds, for all of them

MODEL = {"type": "model", "path": "sub/model.bin"}
WORLDS: dict[str, World] = {}
DIRECTIONS = [
    MetricDirection(pattern=pattern, direction="lower", rank=rank)
    for rank, pattern in enumerate(("stated_loss", "Pattern*"))
]
MINE = ", ".join(
    ["documents as (from search_index.documents where repo = $1)"]
    + [
        f"{table} as (from search_index.{table} semi join documents using (doc))"
        for table in ("versions", "lengths", "facets", "measures", "postings")
    ]
)


def put(made: World, repo: str | None = None) -> str:
    """Lets a repository be part of the catalog."""
    repo = repo or f"git.example/team/r{len(WORLDS):03}"
    WORLDS[repo] = made
    return repo


def world(files=None, *, annotation=MODEL, tags=("m@v1.0.0",), repo=None) -> str:
    """A repository of one artifact, `m`."""
    made = World()
    made.commit({"artifacts.yaml": json.dumps({"m": annotation}), "sub/model.bin": "b", **(files or {})})
    for tag in tags:
        made.tag(tag)
    return put(made, repo)


@pytest.fixture(scope="module")
def connection(tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("index")
    store, key = Store(folder / "rows"), PartitionKey(refs="0", readers="0")
    partitions = {repo: store.write(repo, key, rows_of(made.listing(), made.objects)) for repo, made in WORLDS.items()}
    whole = {**WHOLE, MetricDirection.TABLE: to_arrow(MetricDirection, DIRECTIONS)}
    rebuild.rebuild(folder / "catalog.duckdb", TABLES, partitions, whole)
    with closing(database.connect(folder / "catalog.duckdb")) as opened:
        yield opened


def rows(connection, repo, query):
    """The answer to a query of the index's tables, in which there is one repository."""
    return connection.execute(f"with {MINE} {query}", [repo]).fetchall()


def facets(connection, repo, *fields):
    return rows(connection, repo, f"select field, value from facets where field in {(*fields, '')} order by all")


# Cards and licences: of the artifact's folder, or of the nearest one above.

CARD = "---\nlicense: mit\n---\n# M\n"
ALIKE = {"su/x.dvc": "outs: [{path: x}]\n"}  # a folder whose name begins as that of the artifact's


@pytest.mark.parametrize(
    ("repo", "card"),
    [
        pytest.param(world(), None, id="none"),
        pytest.param(world({"README.md": "# M\n"}), "README.md", id="at the root"),
        pytest.param(world({"README.md": CARD, "sub/README.md": "# M\n"}), "sub/README.md", id="beside the artifact, before a model card further away"),
        pytest.param(world({"README.md": "# M\n", "su/README.md": "# M\n", **ALIKE}), "README.md", id="not in a folder whose name begins alike"),
        pytest.param(world({"sub/README.md": "# M\n", "sub/MODEL_CARD.md": "# M\n"}), "sub/MODEL_CARD.md", id="a model card before a README"),
        pytest.param(world({"sub/README.md": CARD, "sub/MODEL_CARD.md": CARD}), "sub/README.md", id="of two the last in the alphabet"),
        pytest.param(world({"s3:/README.md": "# M\n", "s3:/x.dvc": "outs: [{path: x}]\n"}, annotation=MODEL | {"path": "s3://b/m"}), None, id="not in a folder that is named as the beginning of a URL"),
        pytest.param(world({"README.md": "# M\n"}, annotation={"type": "model"}), "README.md", id="of an artifact without a path"),
    ],
)  # fmt: skip
def test_the_card_of_an_artifact(connection, repo, card):
    assert rows(connection, repo, "select card, reading is not null from documents") == [(card, card is not None)]


def in_the_cloud() -> str:
    made = World()
    made.commit({"sub/dvc.yaml": "artifacts: {m: {path: 's3://b/m'}}\n", "sub/README.md": "# M\n", "README.md": ""})
    return put(made)


def by_a_tag_of_a_tag() -> str:
    made = World()
    made.commit({"artifacts.yaml": json.dumps({"m": {"type": "model"}}), "README.md": "# M\n"})
    made.tag("m@v1.0.0", made.tag("release"))
    made.commit({"artifacts.yaml": None, "README.md": None})
    return put(made)


@pytest.mark.parametrize("repo", [by_a_tag_of_a_tag()])
def test_a_version_by_a_tag_of_a_tag_has_the_card_of_the_commit_behind_them(connection, repo):
    assert rows(connection, repo, "select card from documents") == [("README.md",)]


@pytest.mark.parametrize("repo", [in_the_cloud()])
def test_an_artifact_in_the_cloud_has_the_card_beside_its_annotation(connection, repo):
    assert rows(connection, repo, "select artifact, card from documents") == [("sub:m", "sub/README.md")]


def two_artifacts() -> tuple[str, str, str]:
    """`m` has a version, `n` has none: the repository, the version's commit, and the tip."""
    made = World()
    listed = json.dumps({"m": {"type": "model"}, "n": {"type": "model"}})
    first = made.commit({"artifacts.yaml": listed, "README.md": "# First\n"})
    made.tag("m@v1.0.0")
    return put(made), first, made.commit({"README.md": "# Second\n"})


@pytest.mark.parametrize(("repo", "first", "tip"), [two_artifacts()], ids=[""])
def test_a_card_is_that_of_the_latest_version_and_else_that_of_the_tip(connection, repo, first, tip):
    found = rows(connection, repo, "select artifact, reading from documents order by all")
    assert found == [("m", first), ("n", tip)]


MIT, APACHE = "SPDX-License-Identifier: MIT\n", "SPDX-License-Identifier: Apache-2.0\n"


@pytest.mark.parametrize(
    ("repo", "licences"),
    [
        pytest.param(world(), [], id="none"),
        pytest.param(world({"LICENSE": MIT}), ["MIT"], id="at the root"),
        pytest.param(world({"LICENSE": MIT, "sub/LICENSE": APACHE}), ["Apache-2.0"], id="beside the artifact"),
        pytest.param(world({"LICENSE": MIT, "sub/LICENSE": "mine\n"}), [], id="beside the artifact, one that is not known"),
        pytest.param(world({"LICENSE": MIT, "LICENSE.txt": "mine\n"}), ["MIT"], id="one that is known before one that is not"),
        pytest.param(world({"LICENSE": MIT, "LICENSE.txt": APACHE}), ["Apache-2.0"], id="of two the last in the alphabet"),
        pytest.param(world({"LICENSE": MIT, "su/LICENSE": APACHE, **ALIKE}), ["MIT"], id="not in a folder whose name begins alike"),
        pytest.param(world({"README.md": CARD.replace("mit", "other\nlicense_name: own"), "LICENSE": MIT}), ["MIT", "own"], id="and that of the card, by its name"),
        pytest.param(world({"README.md": CARD}), ["mit"], id="that of the card alone"),
    ],
)  # fmt: skip
def test_the_licences_of_an_artifact(connection, repo, licences):
    assert facets(connection, repo, "licence") == [("licence", licence) for licence in licences]


def many(artifacts: int) -> str:
    made = World()
    listed = {f"m{number}": {"type": "model"} for number in range(artifacts)}
    made.commit({"artifacts.yaml": json.dumps(listed), "README.md": "# M\n"})
    return put(made)


@pytest.mark.parametrize(
    ("repo", "characters"),
    [
        pytest.param(many(1), 65536, id="one: all of it"),
        pytest.param(many(2), 32768, id="two: half of it"),
        pytest.param(many(127), 516, id="one before the bound"),
        pytest.param(many(128), 512, id="at the bound"),
        pytest.param(many(129), 512, id="one beyond: no less"),
    ],
)
def test_how_much_of_a_card_counts_for_each_of_its_artifacts(connection, repo, characters):
    assert rows(connection, repo, "select distinct characters from documents") == [(characters,)]


# Fields.


@pytest.mark.parametrize(
    ("repo", "found"),
    [
        pytest.param(world(repo="git.example/acme/churn"), [("host", "git.example"), ("org", "acme")], id="a host has a dot"),
        pytest.param(world(repo="forge:3000/acme/churn"), [("host", "forge:3000"), ("org", "acme")], id="or a port"),
        pytest.param(world(repo="localhost/acme/churn"), [("host", "localhost"), ("org", "acme")], id="or this name"),
        pytest.param(world(repo="local/acme/churn"), [("host", "local"), ("org", "acme")], id="or this"),
        pytest.param(world(repo="acme/churn"), [("org", "acme")], id="a name without a host"),
        pytest.param(world(repo="churn"), [], id="a name alone"),
        pytest.param(world(repo="git.example/a/b/churn"), [("host", "git.example"), ("org", "a"), ("org", "a/b")], id="groups in groups"),
    ],
)  # fmt: skip
def test_where_a_repository_is(connection, repo, found):
    assert facets(connection, repo, "host", "org") == found


def by_three() -> str:
    made = World()
    made.commit({"artifacts.yaml": json.dumps({"m": MODEL | {"custom": {"owner": "ann"}}})})
    for tag, who in (
        ("m@v1.0.0", "Ann"),
        ("m#prod", "Bo"),
        ("m@v0.1.0!", "Cy"),
        ("m#dev!", "Cy"),
        ("m@deprecated", "Cy"),
    ):
        made.tag(tag, who=f"{who} <{who.lower()}@x>")
    made.commit({"artifacts.yaml": json.dumps({"m": MODEL | {"custom": {"owner": "bo"}}})})
    return put(made)


@pytest.mark.parametrize("repo", [by_three()])
def test_who_registers_or_assigns_is_an_author_and_the_latest_version_states_the_owner(connection, repo):
    assert (
        rows(connection, repo, "select value, trim(key) from facets where field = 'author' order by all"),
        facets(connection, repo, "owner"),
    ) == ([("Ann", "ann"), ("Ann", "ann@x"), ("Bo", "bo"), ("Bo", "bo@x")], [("owner", "ann")])


def two_commits() -> str:
    """A version that is active, one that is not, and a commit that is in a stage."""
    made = World()
    made.commit()
    for tag in ("m@v1.0.0", "m@v2.0.0", "m@v2.0.0!"):
        made.tag(tag)
    made.commit()
    made.tag("m#prod")
    return put(made)


@pytest.mark.parametrize(
    ("repo", "found"),
    [
        pytest.param(two_commits(), [("is", "registered"), ("version", "v1.0.0")], id="the versions that are registered and active"),
        pytest.param(world(tags=("m@deprecated",)), [("is", "deprecated"), ("is", "registered")], id="a deprecated artifact"),
        pytest.param(world(tags=()), [], id="an artifact that is only annotated"),
    ],
)  # fmt: skip
def test_what_is_registered(connection, repo, found):
    assert facets(connection, repo, "version", "is") == found


MEASURES = {
    "dvc.yaml": "metrics: [metrics.json]\nparams: [params.yaml]\nplots: [loss.csv]\n",
    "metrics.json": '{"auc": 0.5}',
    "params.yaml": "lr: 0.5\n",
    "loss.csv": "step,loss\n0,1\n1,0\n",
    "README.md": "---\nlicense: mit\npipeline_tag: t\nlibrary_name: l\n---\n# M\n",
}
FULL = MODEL | {"description": "d", "labels": ["a"], "custom": {"owner": "ann", "framework": "f"}}
ALL = ["card", "description", "framework", "label", "licence", "metrics", "owner", "params", "plots", "task", "type", "version"]  # fmt: skip


def annotated_nowhere() -> str:
    made = World()
    made.commit(MEASURES)
    made.tag("m@v1.0.0")
    return put(made)


def plotted(*, fetched: bool) -> str:
    """A repository whose plot DVC stores."""
    data = MEASURES["loss.csv"].encode()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    made = World()
    metafile = f"outs: [{{path: loss.csv, md5: {digest}}}]\n"
    made.commit(
        {"artifacts.yaml": json.dumps({"m": MODEL}), "dvc.yaml": "plots: [loss.csv]\n", "loss.csv.dvc": metafile}
    )
    made.tag("m@v1.0.0")
    if fetched:
        made.objects[f"md5:{digest}"] = RawObject("stored", data)
    return put(made)


@pytest.mark.parametrize(
    ("repo", "has"),
    [
        pytest.param(annotated_nowhere(), ["card", "framework", "licence", "task", "version"], id="no measures of the project, where it is annotated nowhere"),
        pytest.param(world({"dvc.yaml": "metrics: [m.json]\n", "m.json": '{"auc": 1}'}), ["metrics", "type", "version"], id="metrics are no plots"),
        pytest.param(world(tags=()), ["type"], id="a type"),
        pytest.param(world(annotation=MODEL | {"description": ""}, tags=()), ["type"], id="an empty description is none"),
        pytest.param(world(tags=("m@v1.0.0", "m#prod")), ["stage", "type", "version"], id="a version in a stage"),
        pytest.param(world({"dvc.yaml": "plots: [loss.csv]\n"}), ["type", "version"], id="a plot whose file is not there is none"),
        pytest.param(plotted(fetched=True), ["plots", "type", "version"], id="a plot that was fetched from storage"),
        pytest.param(plotted(fetched=False), ["type", "version"], id="a plot that is in storage only is none"),
        pytest.param(world(MEASURES, annotation=FULL), ALL, id="everything else"),
    ],
)  # fmt: skip
def test_what_an_artifact_has(connection, repo, has):
    assert facets(connection, repo, "has") == [("has", value) for value in has]


# Measures.


def measured(metrics, params="", **more) -> str:
    files = {
        "dvc.yaml": f"metrics: [metrics.json]\nparams: [params.yaml]\n{STAGES}",
        "metrics.json": json.dumps(metrics),
    }
    return world(files | ({"params.yaml": params} if params else {}) | more)


STAGES = "stages:\n  b: {cmd: b, params: [lr]}\n  a: {cmd: a, params: [lr]}\n"
LOCK = {
    "dvc.lock": "schema: '2.0'\nstages:\n"
    + "".join(f"  {name}:\n    cmd: {name}\n    params: {{params.yaml: {{lr: {value}}}}}\n" for name, value in (("b", 0.1), ("a", 0.2)))
}  # fmt: skip


BORROWED = {
    "dvc.yaml": "metrics: [mine.json]\nplots: [theirs.json]\nartifacts: {m: {path: sub/model.bin}}\n",
    "artifacts.yaml": None,
    "mine.json": '{"auc": 0.5}',
    "theirs.json": '{"acc": 0.5}',
    "other/dvc.yaml": "metrics: [../theirs.json]\n",
}


@pytest.mark.parametrize(
    ("repo", "main"),
    [
        pytest.param(measured({"mae": 1, "accuracy": 1}), "accuracy", id="higher is better, before lower"),
        pytest.param(measured({"loss": 1, "foo": 1}), "loss", id="one with a direction, before one without"),
        pytest.param(measured({"foo": 1}), None, id="none with a direction"),
        pytest.param(measured({"auc": "high"}), None, id="none that is a number"),
        pytest.param(measured({"auc": 1, "stated_loss": 1}), "stated_loss", id="one whose direction is stated, before others"),
        pytest.param(measured({"auc": 1, "pattern_train": 1}), "pattern_train", id="stated by a pattern, in any case"),
        pytest.param(measured({"train_auc": 1, "val_accuracy": 1}), "val_accuracy", id="of a test, before that of training"),
        pytest.param(measured({"TRAIN_auc": 1, "val_loss": 1}), "val_loss", id="also where lower is better"),
        pytest.param(measured({"accuracy": 1, "iou": 1}), "iou", id="the shorter name"),
        pytest.param(measured(dict.fromkeys(("tpr", "mrr", "hit", "iou", "map", "mcc", "auc", "acc"), 1)), "acc", id="the first in the alphabet"),
    ],
)  # fmt: skip
def test_the_main_metric(connection, repo, main):
    query = "select d.metric, v.metric from documents d join versions v using (doc)"
    assert rows(connection, repo, query) == [(main, None if main is None else 1.0)]


@pytest.mark.parametrize(
    ("repo", "found"),
    [
        pytest.param(measured({"auc": 0.5, "note": "Good"}), [("metric", "auc", 0.5, None, None), ("metric", "note", None, "Good", "good")], id="numbers and texts"),
        pytest.param(measured(5), [], id="a metric without a name"),
        pytest.param(world(BORROWED), [("metric", "auc", 0.5, None, None)], id="not the metrics of another folder, which are its plots"),
        pytest.param(measured({}, "lr: 0.5\n"), [("param", "lr", 0.5, None, None)], id="a parameter"),
        pytest.param(measured({}, "lr: 0.5\n", **LOCK), [("param", "lr", 0.5, None, None)], id="the value of a file, before that of a lock"),
        pytest.param(measured({}, **LOCK), [("param", "lr", 0.2, None, None)], id="of two locked values, that of the first pipeline stage in the alphabet"),
    ],
)  # fmt: skip
def test_the_measures_of_an_artifact(connection, repo, found):
    assert rows(connection, repo, "select kind, name, number, text, trim(key) from measures order by all") == found


@pytest.mark.parametrize(
    "repo", [world({"dvc.yaml": "metrics: [a.json, b.json]\n", "a.json": '{"auc": 0.25}', "b.json": '{"auc": 0.5}'})]
)
def test_the_metric_of_a_version_that_several_files_have_is_that_of_the_first(connection, repo):
    assert rows(connection, repo, "select metric from versions") == [(0.25,)]


# Versions.


def moved() -> str:
    made = World()
    for number in (1, 2):
        made.commit({"a": str(number)})
        for tag in (f"m@v{number}.0.0", f"m#production#{number}"):
            made.tag(tag)
    made.tag("m#dev")
    return put(made)


@pytest.mark.parametrize(
    ("repo", "stages", "in_prod"),
    [
        pytest.param(moved(), {"dev": "v2.0.0", "production": "v2.0.0"}, True, id="two, and only who is there now"),
        pytest.param(world(tags=("m@v1.0.0", "m#prod")), {"prod": "v1.0.0"}, True, id="prod"),
        pytest.param(world(tags=("m@v1.0.0", "m#prod-eu")), {"prod-eu": "v1.0.0"}, False, id="another"),
        pytest.param(world(), {}, False, id="none"),
    ],
)
def test_the_stages_of_an_artifact(connection, repo, stages, in_prod):
    assert rows(connection, repo, "select stages, in_prod from documents") == [(stages, in_prod)]


def twice() -> tuple[str, list[str]]:
    made = World()
    commits = [made.commit({"a": str(number)}) for number in range(4)]
    for tag, commit in (("m@v1.0.0", 0), ("m@v2.0.0#1", 1), ("m@v2.0.0#2", 2), ("m#prod", 3)):
        made.tag(tag, commits[commit])
    return put(made), commits


@pytest.mark.parametrize(("repo", "commits"), [twice()], ids=[""])
def test_a_version_names_its_commit_where_its_name_alone_is_not_enough(connection, repo, commits):
    found = rows(connection, repo, 'select version, "commit", registered, signed, stages from versions')
    assert sorted(found) == sorted(
        [
            ("v1.0.0", None, True, False, []),
            ("v2.0.0", commits[1], True, False, []),
            ("v2.0.0", commits[2], True, False, []),
            (commits[3], commits[3], False, False, ["prod"]),
        ]
    )


# Words.


@pytest.mark.parametrize(
    ("repo", "found"),
    [
        pytest.param(world(annotation=MODEL | {"description": f"{'x' * 40} {'y' * 41} \u00e9"}), [("e", 3), ("x" * 40, 3)], id="up to forty letters, without accents"),
        pytest.param(
            world(annotation=MODEL | {"description": "ResNet50 ResNet50", "labels": ["big-net"]}),
            [("50", 3), ("big", 4), ("bignet", 4), ("net", 7), ("res", 3), ("resnet", 3), ("resnet50", 6)],
            id="the parts of a word, once in each text",
        ),
        pytest.param(world(annotation=MODEL | {"description": "a " * 21_844}), [("a", 65_532)], id="one before the bound"),
        pytest.param(world(annotation=MODEL | {"description": "a " * 21_845}), [("a", 65_535)], id="at the bound of sixteen bits"),
        pytest.param(world(annotation=MODEL | {"description": "a " * 21_846}), [("a", 65_535)], id="one beyond"),
    ],
)  # fmt: skip
def test_the_words_of_an_artifact(connection, repo, found):
    words = "select term, frequency from postings where term not in ('m', 'model', 'team', 'ann') and not starts_with(term, 'r0')"
    terms = rows(connection, repo, f"{words} and not regexp_full_match(term, '0[0-9]+|r') order by term")
    count = rows(connection, repo, "select terms = (select count(*) from postings) from lengths")
    assert (terms, count) == (found, [(True,)])


@pytest.mark.parametrize(
    ("base", "recent", "live", "stale"),
    [
        pytest.param(10, 0, [10], 0.0, id="nothing changed"),
        pytest.param(10, 0, [4, 5], 0.1, id="a tenth is gone"),
        pytest.param(10, 1, [11], 0.1, id="a tenth came"),
        pytest.param(10, 1, [10], 0.2, id="a tenth changed"),
        pytest.param(0, 3, [3], 3.0, id="the base is empty"),
        pytest.param(0, 0, [], 0.0, id="there is nothing"),
    ],
)
def test_how_stale_an_index_is(base, recent, live, stale):
    with closing(duckdb.connect()) as empty:
        search_index.make(empty)
        for table, count in (("postings", base), ("recent", recent)):
            empty.execute(f"insert into search_index.{table} select 't', 0, 1 from range({count})")
        empty.execute("insert into search_index.lengths select 0, unnest($1::integer[]), 1", [live])
        assert empty.execute(search_index._SQL["staleness"]).fetchall() == [(stale,)]


def test_a_merge_keeps_what_live_documents_have_of_the_base_and_of_the_delta():
    with closing(duckdb.connect()) as index:
        search_index.make(index)
        index.execute("insert into search_index.documents (doc) values (1), (3)")
        index.execute("insert into search_index.postings values ('deleted', 2, 1), ('neural', 1, 4)")
        index.execute("insert into search_index.recent values ('deleted', 2, 1), ('forest', 3, 5), ('forest', 1, 2)")
        search_index._run(index, search_index._MERGE)
        tables = [index.execute(f"from search_index.{name}").fetchall() for name in ("postings", "terms", "recent")]
    assert tables == [[("forest", 1, 2), ("forest", 3, 5), ("neural", 1, 4)], [("forest",), ("neural",)], []]
