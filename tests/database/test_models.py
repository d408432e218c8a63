"""The models of `catalog/database/sql`: what each may use, that its key is one, and that its columns are explained."""

from __future__ import annotations

import shutil
from contextlib import closing

import pytest

from catalog.cli import main
from catalog.database import database, load, rebuild
from catalog.database.statements import ALL
from catalog.schema.tables import PARTITION
from catalog.schema.view_names import VIEW_NAMES
from support import changes, small_catalog
from support.catalog_files import write_catalog
from support.catalogs import catalog_of, rows_of
from support.macro_calls import calls, prepare
from support.models import FACTS, MODELS, all_uses, duplicated, uses
from support.worlds import World

VIEWS = [made for made in MODELS.values() if not made.parameters]
MACROS = [made for made in MODELS.values() if made.parameters and not made.scalar]
KEYLESS = {
    "internal.search_texts": "a label that is stated twice counts twice",
    "internal.list_plots": "a plot that two metafiles name is drawn for each",
    "internal.site_plots": "a plot that two metafiles name is drawn for each",
}
INCREMENTAL = [made for made in VIEWS if made.materialized == "incremental"]


def named(models):
    return {"argvalues": models, "ids": [made.name for made in models]}


@pytest.fixture(scope="module")
def demo(demo_folder):
    with closing(database.connect(demo_folder / "output" / "catalog.duckdb")) as connection:
        prepare(connection)
        yield connection


@pytest.fixture(scope="module")
def small():
    with closing(database.connect(small_catalog.small_catalog())) as connection:
        prepare(connection)
        yield connection


@pytest.fixture
def changed():
    """A repository with every change that the tests of the crawl know, each made twice."""
    world = changes.base()
    for number in range(2):
        for change in changes.CHANGES:
            change(world, number)
    return catalog_of({"h/o/n": rows_of(world.listing(), world.objects)})


TWICE = {
    ".gto": "stages: [dev, dev]\n",
    ".dvc/config": "",
    "data.dvc": f"outs:\n- {{md5: {'1' * 32}.dir, size: 1000, nfiles: 2, hash: md5, path: data}}\n",
    "dvc.yaml": """
datasets:
- {name: words, type: url, url: "https://example.com/words"}
stages:
  a: {cmd: a, deps: [data/a.csv, raw.csv, "ds://words"], outs: [models/a]}
  b: {cmd: b, deps: [data/a.csv, raw.csv, "ds://words"], outs: [models/b]}
artifacts:
  loose: {path: raw.csv}
  m: {path: models}
""",
    "artifacts.yaml": "shared: {path: raw.csv}\n",
    "a/dvc.yaml": "metrics: [../bad.json]\n",
    "b/dvc.yaml": "metrics: [../bad.json]\n",
    "bad.json": "{",
    "dvc.lock": f"""
schema: '2.0'
stages:
  a:
    cmd: a
    deps:
    - {{path: data/a.csv, hash: md5, md5: {"2" * 32}, size: 1000}}
    outs:
    - {{path: models/a, hash: md5, md5: {"3" * 32}, size: 1000}}
  b:
    cmd: b
    deps:
    - {{path: data/a.csv, hash: md5, md5: {"2" * 32}, size: 1000}}
    outs:
    - {{path: models/b, hash: md5, md5: {"3" * 32}, size: 1000}}
""",
}


@pytest.fixture(scope="module")
def twice_rows():
    """A commit in which all is said twice: two versions, two readers of one file, of one dataset, of a file that nothing tracks, and of metrics."""
    world = World()
    world.commit(TWICE)
    for tag in ("m@v1.0.0", "m@v1.0.1", "loose@v1.0.0", "loose@v1.0.1", "shared@v1.0.0"):
        world.tag(tag)
    return rows_of(world.listing(), world.objects)


@pytest.fixture
def twice(twice_rows):
    return catalog_of({"h/o/n": twice_rows})


@pytest.fixture(scope="module")
def twice_in_a_file(tmp_path_factory, twice_rows):
    """The same with materialized views, which lineage needs to be quick."""
    path = write_catalog(tmp_path_factory.mktemp("twice") / "c.duckdb", {"h/o/n": twice_rows})
    with closing(database.connect(path)) as connection:
        prepare(connection)
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("catalog", ["demo", "small", "changed", "twice"])
@pytest.mark.parametrize("made", **named(VIEWS))
def test_each_row_of_a_view_has_a_key_of_its_own(made, catalog, request):
    assert duplicated(request.getfixturevalue(catalog), made.key, made.name) == []


@pytest.mark.slow
@pytest.mark.parametrize("catalog", ["demo", "small", "twice_in_a_file"])
@pytest.mark.parametrize("made", **named([made for made in MACROS if made.name not in KEYLESS]))
def test_each_row_of_a_table_macro_has_a_key_of_its_own(made, catalog, request):
    connection = request.getfixturevalue(catalog)
    assert [found for call in calls(connection, made) if (found := duplicated(connection, made.key, *call))] == []


def test_no_table_of_a_connector_can_have_the_name_of_a_view():
    assert {made.name for made in VIEWS} == VIEW_NAMES


def test_all_but_the_keyless_models_state_their_key():
    assert {made.name for made in [*VIEWS, *MACROS] if made.key is None} == KEYLESS.keys()


@pytest.mark.parametrize("made", **named(VIEWS))
def test_a_view_explains_each_of_its_columns_once(made, demo):
    """So it does not matter in which order its header names the sources of sentences."""
    rows = demo.execute("from column_comments($1)", [made.name]).fetchall()
    shown = {name for name, _, _ in rows}
    listed = [column for names in made.sources.values() for column in names if column != ALL]
    of_all = [
        column
        for source, names in made.sources.items()
        if names == (ALL,)
        for column, _, _ in demo.execute("from column_comments($1)", [source]).fetchall()
        if column in shown - made.notes.keys()
    ]
    assert {
        "without a sentence": [name for name, _, comment in rows if not comment],
        "explained, and not there": ({*made.notes, *listed, *made.key}) - shown,
        "explained twice": [column for column in listed if column in made.notes]
        + [column for column in {*listed, *of_all} if [*listed, *of_all].count(column) > 1],
    } == {"without a sentence": [], "explained, and not there": set(), "explained twice": []}


@pytest.mark.slow
@pytest.mark.parametrize("made", **named(VIEWS))
def test_a_view_has_sentences_only_of_relations_that_it_uses(made, demo):
    there = {
        (row[0], row[1]) for row in demo.execute("select table_name, column_name from duckdb_columns()").fetchall()
    }
    stated = {(source, column) for source, names in made.sources.items() for column in names if column != ALL}
    assert (made.sources.keys() - all_uses(made), stated - there) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize("made", **named(list(MODELS.values())))
def test_a_model_uses_only_what_is_declared_before_it(made):
    order = list(MODELS)
    before = {*FACTS, *order[: order.index(made.name)]}
    assert uses(made) - before == set()


@pytest.mark.slow
@pytest.mark.parametrize("made", **named(INCREMENTAL))
def test_an_incremental_model_uses_nothing_of_all_repositories_together(made):
    facts, models = all_uses(made) & FACTS.keys(), [MODELS[name] for name in all_uses(made) - FACTS.keys()]
    others = {used.name for used in models if not used.parameters and used.materialized != "incremental"}
    assert (facts - {table.TABLE for table in PARTITION} - set(rebuild.VOCABULARY), others) == (set(), set())


@pytest.mark.slow
def test_an_incremental_model_gives_each_repository_the_same_rows_alone_as_with_others(
    demo_folder, tmp_path, monkeypatch
):
    fleet = tmp_path / "demo"
    shutil.copytree(demo_folder, fleet)

    def built() -> bytes:
        """From nothing: in the copy, other paths lead to the repositories."""
        (fleet / "output" / "catalog.duckdb").unlink()
        assert main(["build", "--no-site", "--config", str(fleet / "repos.toml")]) == 0
        return (fleet / "output" / "data" / "catalog.json").read_bytes()

    together = built()
    monkeypatch.setattr(load, "MOST_FILES", 1)
    assert built() == together
