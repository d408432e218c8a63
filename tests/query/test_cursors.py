"""Whatever is pushed, deleted, made again, unreadable or down: a script that goes on from its last cursor hears of everything once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.database.build import build
from catalog.database.statements import macro, statements
from catalog.plugins.connector import Connector, installed
from catalog.query import Catalog
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables.git import Tag
from catalog.schema.tables.inventory import Crawl, Rename, Repo, StageName
from catalog.schema.tables.observations import Observation
from catalog.schema.tables.registry import Event
from catalog.store.observations import Observations, RefScan
from support.crawling import wish
from support.worlds import START, World

REPOS = ("host/o/a", "host/o/b")


@dataclass
class Repository:
    """A repository, and its partitions as the crawl would leave them: tags and events by refs and readers."""

    name: str
    world: World
    last: RefScan | None = None
    kept: dict[str, str] = field(default_factory=dict)  # refs that were deleted
    partitions: dict[str, dict[type, list[Any]]] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()  # tag objects that do not arrive

    def read(self, reader: int) -> tuple[str, dict[type, list[Any]]]:
        """The name of the partition, and its rows: what was read once under that name is not read again."""
        name = f"{hash(tuple(sorted(self.world.refs.items())))}-{reader}"
        if name not in self.partitions:
            events = [
                event for event in self.world.events() if event.oid not in self.unreadable and reads(reader, event)
            ]
            self.partitions[name] = {Tag: self.world.tags(), Event: events}
        return name, self.partitions[name]


def reads(reader: int, event: Event) -> bool:
    """The first reader does not understand assignments."""
    return reader > 1 or event.event == "registration"


Act = Callable[[Repository, int], None]


def push(repo: Repository, number: int) -> None:
    repo.world.tag(f"m@v{number}.0.0", at=(number * 37) % 50)


def assign(repo: Repository, number: int) -> None:
    repo.world.tag(f"m#prod#{number}", at=(number * 23) % 50)


def make_again(repo: Repository, number: int) -> None:
    repo.world.tag("m@v1.0.0", at=number, message=f"again {number}")


def delete(repo: Repository, number: int) -> None:
    found = tags(repo)
    if found:
        name = found[number % len(found)]
        repo.kept[name] = repo.world.refs.pop(name)


def bring_back(repo: Repository, number: int) -> None:
    found = sorted(repo.kept)
    if found:
        name = found[number % len(found)]
        repo.world.refs[name] = repo.kept.pop(name)


def name_twice(repo: Repository, number: int) -> None:
    found = tags(repo)
    if found:
        repo.world.lightweight(f"x@v{number}.0.0", repo.world.refs[found[number % len(found)]])


def hide(repo: Repository, number: int) -> None:
    repo.unreadable = frozenset(list(repo.world.objects)[number % 3 :: 3])


def find(repo: Repository, _: int) -> None:
    repo.unreadable = frozenset()


def tags(repo: Repository) -> list[str]:
    return sorted(name for name in repo.world.refs if name.startswith("refs/tags/"))


ACTS: list[Act] = [push, assign, make_again, delete, bring_back, name_twice, hide, find]
acts = st.tuples(st.sampled_from(REPOS), st.sampled_from(ACTS), st.integers(1, 9))
crawls = st.tuples(
    st.lists(acts, min_size=1, max_size=8),
    st.sets(st.sampled_from(REPOS)),  # who is down
    st.sampled_from([1, 2]),  # the reader
    st.sampled_from([0.0, 0.5, 1.0, 1.0]),  # how much of the news the script takes in this time
)


def heard_after(root: Path, steps: Iterable[Any]) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """What a script heard that asked after each crawl, and in the end once more; and what the crawls could tell."""
    repos = {name: Repository(name, made()) for name in REPOS}
    heard: list[tuple[str, str]] = []
    told: set[tuple[str, str]] = set()
    cursor = None
    for number, (happened, down, reader, share) in enumerate([*steps, ((), set(), 2, 1.0)], 1):
        for name, act, argument in happened:
            act(repos[name], argument)
        for name in sorted(set(REPOS) - down):
            visit(root, repos[name], number, reader, told)
        new = ask(root, cursor)
        taken = new[: round(share * len(new))]
        heard += [(row["repo"], row["oid"]) for row in taken]
        cursor = taken[-1]["cursor"] if taken else cursor
    return heard, told


def made() -> World:
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    return world


def visit(root: Path, repo: Repository, number: int, reader: int, told: set[tuple[str, str]]) -> None:
    partition, rows = repo.read(reader)
    sight = RefScan(
        repo=repo.name,
        crawl=number,
        at=START + timedelta(days=number, seconds=-REPOS.index(repo.name)),  # clocks order nothing
        partition=partition,
        last_partition=repo.last and repo.last.partition,
        last_at=repo.last and repo.last.at,
    )
    Observations(root).record(sight, repo.world.listing, lambda table: rows[table])
    repo.last = sight
    told |= {(repo.name, event.oid) for event in rows[Event]}


def ask(root: Path, cursor: str | None) -> list[dict[str, Any]]:
    observations, connection = Observations(root), memory()
    memories = map(observations.load, observations.stamps())
    rows = [to_arrow(Observation, found.rows(), repo=found.repo) for found in memories]
    connection.register("given", pa.concat_tables([schema(Observation).empty_table(), *rows]))
    connection.execute("create or replace table observations as from given")
    return Catalog(connection, Path("catalog.duckdb")).events(cursor).rows


@cache
def memory() -> duckdb.DuckDBPyConnection:
    """A catalog of what events are told from, without what else is said of them: it is filled hundreds of times."""
    connection = duckdb.connect()
    connection.execute("create schema internal")
    for table in (Observation, Crawl, Rename, Repo, StageName):
        connection.register("given", schema(table).empty_table())
        connection.execute(f'create table "{table.TABLE}" as from given')
    connection.execute("create table resolved_events (repo varchar, oid varchar, version varchar, stage varchar)")
    connection.execute("create table copied_artifacts (repo varchar, artifact varchar, of_repo varchar)")
    connection.execute("create table artifacts (repo varchar, artifact varchar, type varchar)")
    for made in statements():
        if made.name == "internal.canonical_stage":
            connection.execute(macro(made))
        if made.name in (
            "crawl_times",
            "internal.memory_start",
            "known_events",
            "internal.list_seen_events",
            "internal.find_seen",
        ):
            kind = f"macro {made.name}{made.parameters} as table" if made.parameters else f"view {made.name} as"
            connection.execute(f"create {kind} {made.body}")
    return connection


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(crawls, min_size=2, max_size=5))
def test_everything_that_a_crawl_could_tell_is_heard_once(steps):
    with TemporaryDirectory() as folder:
        heard, told = heard_after(Path(folder), steps)
    assert (len(heard), set(heard)) == (len(told), told)


# With crawls and builds.


def blind_to(mark: str) -> tuple[Connector, ...]:
    """The readers of an older version, which do not understand tags with a mark in them."""

    def older(connector: Connector) -> Connector:
        if connector.name != "gto":
            return connector
        return replace(
            connector,
            version=1,
            read_tags=lambda rows: connector.read_tags([tag for tag in rows if mark not in tag.tag]),
        )

    return tuple(map(older, installed()))


@pytest.mark.slow
def test_what_a_newer_version_can_read_is_news_though_its_tags_were_seen_long_ago(tmp_path):
    world = made()
    world.tag("m#prod#1", at=5)
    world.tag("m@v1.0.0", at=20)
    config = wish(tmp_path, {"m": str(world.write(tmp_path / "m"))})
    first = events(config, None, connectors=blind_to("#"))
    assert ([row["tag"] for row in first], [row["tag"] for row in events(config, first[-1]["cursor"])]) == (
        ["m@v1.0.0"],
        ["m#prod#1"],
    )


@pytest.mark.slow
def test_crawls_go_on_counting_where_their_journal_is_lost(tmp_path):
    world = made()
    world.tag("m@v1.0.0", at=20)
    config = wish(tmp_path, {"m": str(world.write(tmp_path / "m"))})
    crawl(config)
    world.tag("m@v2.0.0", at=30)
    world.write(tmp_path / "m")
    last = events(config, None)[-1]
    shutil.rmtree(config.output / "store" / "crawls")
    world.tag("m@v3.0.0", at=10)
    world.write(tmp_path / "m")
    new = [(row["tag"], row["crawl"]) for row in events(config, last["cursor"])]
    assert (last["crawl"], new) == (2, [("m@v3.0.0", 3)])


def events(config: Config, cursor: str | None, connectors: tuple[Connector, ...] | None = None) -> list[dict[str, Any]]:
    """Crawls, builds, and asks."""
    crawl(config, connectors=connectors, debug=True)
    build(config)
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        return catalog.events(cursor).rows
