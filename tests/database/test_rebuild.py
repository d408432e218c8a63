"""A rebuild of a small catalog: from nothing, in a copy of the last one, and where that fails."""

from __future__ import annotations

import shutil
from contextlib import closing

import duckdb
import pytest

from catalog.database import database, last_build, rebuild
from catalog.database.statements import named
from catalog.errors import StoreError
from catalog.schema.arrow import to_arrow
from catalog.schema.tables import CRAWL
from catalog.schema.tables.inventory import Crawl, MetricDirection, Repo
from catalog.schema.tables.registry import Event
from catalog.store.partitions import PartitionKey, Store
from support.catalog_files import TABLES, repository
from support.harm import cut
from support.small_catalog import C1, C2, day, event

pytestmark = pytest.mark.slow

SQL = named("build")
UPDATED = MetricDirection.TABLE  # stands for a table that is brought up to date by a function
REPOS = tuple("abcdefghijklmnop")


def crawls(count):
    """The tables that no partition fills, after so many crawls."""
    rows = [
        Crawl(crawl=number + 1, started_at=day(1), seconds=1, new=0, changed=0, fresh=0, failed=0, received=0)
        for number in range(count)
    ]
    whole = {Crawl: rows, Repo: [repository(name) for name in (*REPOS, "z")]}
    return {table.TABLE: to_arrow(table, whole.get(table, ())) for table in CRAWL}


def written(folder, commit, *repos):
    """The partitions of repositories that have a version of this commit; of them the last of all is a copy of the one before it."""
    store = Store(folder / "rows")
    tags = {repo: f"{'o' if repo == 'p' else repo}=m@v1.0.0" for repo in repos}
    return {
        repo: store.write(repo, PartitionKey(refs=commit, readers="0" * 20), {Event: (event(tag, commit, day(1)),)})
        for repo, tag in tags.items()
    }


def put(pattern):
    """Adds a row to the table that it updates."""
    return {UPDATED: lambda connection: connection.execute(f"insert into {UPDATED} values (?, 'higher', 0)", [pattern])}


def leave(path):
    """What a build that is killed may leave."""
    for name in (".catalog.duckdb.new", ".catalog.duckdb.new.wal"):
        path.with_name(name).write_text("left")


def content(path):
    """What these tests change: the commits of versions, crawls, the updated table, and how often the file was changed."""
    queries = (
        "select repo || commit[1] from versions order by all",
        "select crawl from crawls order by all",
        f"select pattern from {UPDATED} order by all",
        "select age from internal.making",
        "select repo || file[1] from internal.partitions order by all",
        "select repo from search('m') order by all",
        "select repo from copies order by all",
    )
    with closing(database.connect(path)) as connection:
        return [[row[0] for row in connection.execute(query).fetchall()] for query in queries]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Sixteen repositories at a commit, and their catalog, in a folder where a killed build has left something."""
    folder = tmp_path_factory.mktemp("rebuild")
    path, partitions, told = folder / "new" / "deep" / "catalog.duckdb", written(folder, C1, *REPOS), []
    path.parent.mkdir(parents=True)
    leave(path)
    assert (rebuild.rebuild(path, TABLES, partitions, crawls(1), put("first"), told.append), told) == (False, [])
    return path, partitions


@pytest.fixture
def path(world, tmp_path):
    """A copy of that catalog."""
    shutil.copytree(world[0].parent, tmp_path / "built")
    return tmp_path / "built" / world[0].name


def sums(path):
    return path.with_name(".catalog.duckdb.sum").read_text().splitlines()


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


WHOLE = [".catalog.duckdb.sum", "catalog.duckdb"]
VERSIONS = [f"{repo}1" for repo in REPOS]
FOUND = [*REPOS[:-1]]  # no search finds a copy


def test_a_catalog_from_nothing(world):
    assert (content(world[0]), names(world[0])) == ([VERSIONS, [1], ["first"], [0], VERSIONS, FOUND, ["p"]], WHOLE)


def test_a_change_of_some_repositories(world, path, tmp_path):
    """One has another commit, one came, one went, and one is damaged: what the last catalog had of it stays."""
    now, told = world[1] | written(tmp_path, C2, "b", "c", "z"), []
    cut(now["c"])
    del now["o"]
    is_in_place = rebuild.rebuild(path, TABLES, now, crawls(2), put("second"), told.append)
    versions = ["a1", "b2", *VERSIONS[2:-2], "p1", "z2"]
    assert (is_in_place, told, names(path)) == (
        True,
        ["c: its rows in the store are damaged: those of the last build stay until the next crawl reads it again"],
        WHOLE,
    )
    found = [*REPOS[:-2], "p", "z"]
    assert content(path) == [versions, [1, 2], ["first", "second"], [1], versions, found, []]


def test_a_catalog_that_is_not_as_it_was_built(world, path, tmp_path):
    """Some repositories are damaged: what the last catalog had of them is taken from there."""
    with closing(duckdb.connect(str(path))) as other:
        other.execute("delete from crawls")
    now, told = world[1] | written(tmp_path, C2, *"bdfh", "z"), []
    for repo in "bdfhz":
        cut(now[repo])
    is_in_place = rebuild.rebuild(path, TABLES, now, crawls(1), put("second"), told.append)
    assert (is_in_place, told) == (
        False,
        [
            f"{path} is not as it was built: it is built anew",
            *(
                f"{repo}: its rows in the store are damaged: those of the last build stay until the next crawl reads it again"
                for repo in "bdfh"
            ),
            "z: its rows in the store are damaged: the catalog has none of them until the next crawl reads it again",
        ],
    )
    assert content(path) == [VERSIONS, [1], ["second"], [0], VERSIONS, FOUND, ["p"]]
    assert sums(path) == [last_build.current(path)]  # that of the other program is none of ours after a crash


def test_only_tables_are_replaced(path):
    first = last_build.sealed(path)
    leave(path)
    tables = {Crawl.TABLE: crawls(2)[Crawl.TABLE]}
    rebuild.refresh(path, tables)
    now = [VERSIONS, [1, 2], ["first"], [0], VERSIONS, FOUND, ["p"]]
    assert (content(path), names(path), sums(path)) == (now, WHOLE, [last_build.current(path), first])


def failing(error):
    def update(_):
        raise error

    return {UPDATED: update}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(OSError("no space left"), "cannot write {path}: no space left", id="the disk"),
        pytest.param(duckdb.Error("damaged"), "damaged", id="the database, which a build replaces"),
    ],
)
def test_a_replacement_that_fails_leaves_the_last_catalog_and_nothing_beside_it(path, error, expected, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(rebuild, "detach", lambda _: failing(error)[UPDATED](None))
    with pytest.raises((StoreError, duckdb.Error)) as raised:
        rebuild.refresh(path, {})
    assert (str(raised.value), path.read_bytes() == before, names(path)) == (expected.format(path=path), True, WHOLE)


@pytest.mark.parametrize(
    "error", [OSError("no space left"), StoreError("no space left"), duckdb.Error("no space left")]
)
def test_a_build_that_fails_is_a_store_error_and_leaves_nothing(tmp_path, error):
    path = tmp_path / "new" / "deep" / "catalog.duckdb"
    with pytest.raises(StoreError) as raised:
        rebuild.rebuild(path, TABLES, {}, crawls(0), failing(error))
    assert (str(raised.value), names(path)) == (f"cannot build {path}: no space left", [])


def test_where_the_last_catalog_cannot_be_updated_one_is_built_from_nothing(world, path):
    """The reason is told on one line."""
    failures, told = [duckdb.Error("it\nbroke")], []

    def update(_):
        if failures:
            raise failures.pop()

    is_in_place = rebuild.rebuild(path, TABLES, world[1], crawls(1), {UPDATED: update}, told.append)
    assert (is_in_place, told) == (False, [f"{path} cannot be updated (it broke): it is built anew"])
    assert content(path)[2:4] == [[], [0]]


def is_foreign(path):
    """Another program wrote it, where no checksum says so."""
    path.write_bytes(b"no database")
    path.with_name(WHOLE[0]).unlink()


@pytest.mark.parametrize("harm", [lambda _: None, is_foreign], ids=["most repositories changed", "no database of ours"])
def test_where_one_from_nothing_is_better_it_is_made_without_a_word(world, path, tmp_path, harm):
    harm(path)
    changed, told = REPOS[:9], []
    is_in_place = rebuild.rebuild(
        path, TABLES, world[1] | written(tmp_path, C2, *changed), crawls(1), put("second"), told.append
    )
    now = [*(f"{repo}2" for repo in changed), *VERSIONS[9:]]
    assert (is_in_place, told, names(path)) == (False, [], WHOLE)
    assert content(path) == [now, [1], ["second"], [0], now, FOUND, ["p"]]
