"""What a build changes in the last database, and when it makes one from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.database import database, rebuild, search_index, template
from catalog.database.rebuild import Changes
from catalog.database.statements import named
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import MetricDirection, Source, StageName
from catalog.store.partitions import PartitionKey, Store
from database.test_database import TABLES, WHOLE
from support.catalogs import rows_of
from support.worlds import World

SQL = named("build")
COUNT = 20
BEFORE = {f"r{number:02}": Path(f"r{number:02}", "first") for number in range(COUNT)}


@pytest.fixture
def last() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that says of itself that it is made of twenty repositories, by the recipe `same`."""
    with closing(duckdb.connect()) as connection:
        connection.execute("create schema internal")
        for name in ("make_making", "make_partitions"):
            connection.execute(SQL[name])
        connection.execute(SQL["begin"], ["same", "shape"])
        connection.execute(SQL["record_partitions"], [list(BEFORE), [file.name for file in BEFORE.values()]])
        yield connection


@pytest.mark.parametrize(
    ("changed", "gone", "came", "incremental"),
    [
        pytest.param(0, 0, 0, True, id="nothing changed"),
        pytest.param(5, 0, 0, True, id="a quarter changed"),
        pytest.param(6, 0, 0, False, id="more than a quarter changed"),
        pytest.param(0, 4, 0, True, id="four went, and sixteen are left"),
        pytest.param(0, 5, 0, False, id="five went: a third of those that are left"),
        pytest.param(0, 0, 6, True, id="six came: less than a quarter of them all"),
        pytest.param(0, 0, 7, False, id="seven came"),
        pytest.param(1, 2, 2, True, id="five changed, went or came"),
        pytest.param(2, 2, 2, False, id="six changed, went or came, none of which are more than a quarter"),
    ],
)
def test_what_changes_and_when_that_is_too_much(last, changed, gone, came, incremental):
    names = list(BEFORE)
    others = {*names[COUNT - changed :]} if changed else set()
    new = {f"s{number}" for number in range(came)}
    now = {repo: file for repo, file in BEFORE.items() if repo not in names[:gone]}
    now |= {repo: Path(repo, "second") for repo in others | new}
    assert rebuild._changes(last, "same", now) == (
        Changes(deleted=frozenset({*names[:gone]} | others), loaded=frozenset(others | new)) if incremental else None
    )


@pytest.mark.parametrize(
    ("age", "incremental"),
    [
        pytest.param(0, True, id="never changed"),
        pytest.param(49, True, id="changed forty-nine times"),
        pytest.param(50, False, id="changed fifty times"),
    ],
)
def test_how_often_a_database_is_changed(last, age, incremental):
    for _ in range(age):
        last.execute(SQL["increment_age"])
    assert rebuild._changes(last, "same", BEFORE) == (Changes() if incremental else None)


def test_a_database_by_another_recipe_is_not_changed(last):
    assert rebuild._changes(last, "other", BEFORE) is None


def test_a_database_that_does_not_say_how_it_was_made_is_not_changed(last):
    last.execute("delete from internal.making")
    assert rebuild._changes(last, "same", BEFORE) is None


@pytest.mark.parametrize(
    ("rows", "same"),
    [
        pytest.param([StageName(raw="live", stage="online", rank=0)], False, id="a stage of another name"),
        pytest.param([MetricDirection(pattern="gain", direction="higher", rank=0)], False, id="a direction of metrics"),
        pytest.param([Source(source="s", kind="github", url=None, outcome="listed", message=None, asked_at=None, listed_at=None, listed=0, wanted=0)], True, id="a source, which decides about no repository"),
    ],
)  # fmt: skip
def test_which_rows_decide_about_every_repository(rows, same):
    table = type(rows[0])
    shapes = {name: found.schema for name, found in WHOLE.items()}
    changed = {**WHOLE, table.TABLE: to_arrow(table, rows)}
    assert (rebuild._recipe(shapes, changed) == rebuild._recipe(shapes, WHOLE)) is same


def of_another_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb, "__version__", "0.0.0")


def with_larger_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "STORAGE", template.STORAGE.replace("16384", "32768"))


def without_views(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "statements", lambda: iter(()))


def with_fewer_fields_to_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FIELDS", search_index.FIELDS[1:])


def with_another_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "_SQL", {**search_index._SQL, "add_terms": "select 1"})


def with_fewer_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(TABLES, "outputs")


def with_fewer_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, "outputs", TABLES["outputs"].remove(0))


def with_a_table_of_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    last = list(TABLES)[-1]
    monkeypatch.setitem(TABLES, "others", TABLES[last])
    monkeypatch.delitem(TABLES, last)


@pytest.mark.parametrize(
    "change",
    [
        of_another_duckdb,
        with_larger_blocks,
        without_views,
        with_fewer_fields_to_search,
        with_another_index,
        with_fewer_tables,
        with_fewer_columns,
        with_a_table_of_another_name,
    ],
)
def test_what_a_catalog_without_rows_depends_on(monkeypatch, change):
    before = template.recipe(TABLES)
    change(monkeypatch)
    assert template.recipe(TABLES) != before


def put(store: Store, repo: str, edition: int) -> Path:
    world = World()
    world.commit()
    world.tag(f"m@v{edition}.0.0")
    rows = rows_of(world.listing(), world.objects)
    return store.write(repo, PartitionKey(refs=f"{edition:020}", readers="0" * 20), rows)


@pytest.mark.slow
def test_a_database_says_what_it_is_made_of_and_how_often_it_was_changed(tmp_path):
    store, path = Store(tmp_path / "rows"), tmp_path / "catalog.duckdb"
    before = {repo: put(store, repo, 1) for repo in BEFORE}
    after = {repo: file for repo, file in before.items() if repo != "r00"}
    after |= {repo: put(store, repo, 2) for repo in ("r01", "s00")}
    found = []
    for partitions in (before, after):
        rebuild.rebuild(path, TABLES, partitions, WHOLE)
        with closing(database.connect(path)) as connection:
            found.append(
                [
                    dict(connection.execute(query).fetchall())
                    for query in (
                        "select shape, age from internal.making",
                        "select repo, file from internal.partitions",
                        "select repo, version from versions",
                    )
                ]
            )
    shape = template.recipe({**{name: rows.schema for name, rows in WHOLE.items()}, **TABLES})
    assert found == [
        [{shape: 0}, {repo: file.name for repo, file in before.items()}, dict.fromkeys(before, "v1.0.0")],
        [
            {shape: 1},
            {repo: file.name for repo, file in after.items()},
            {**dict.fromkeys(after, "v1.0.0"), "r01": "v2.0.0", "s00": "v2.0.0"},
        ],
    ]
