"""The crawl: step by step or all at once, the rows are the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.git.snapshot import RevisionFiles
from catalog.plugins.connector import Connector, installed
from catalog.schema.tables.problems import Problem
from support.changes import CHANGES, STEPS, add_commit, assign_old, base, delete_tag, detach, no_head, orphan, register
from support.crawling import partition, talking, visited, wish
from support.loopback import git, serve
from support.worlds import World


def step_by_step(
    folder: Path,
    url: str,
    repository: Path,
    steps: Iterable[tuple[Callable[[World, int], None], int]],
    *lines: str,
    every: int = 1,
) -> None:
    """Crawls after each step; after every so many, a crawl from nothing must write the same bytes."""
    world = base()
    world.write(repository)
    config = wish(folder, {"m": url}, *lines)
    visited(config)
    for number, (change, seed) in enumerate(steps, 1):
        change(world, seed)
        world.write(repository)
        assert visited(config)["m"][0] in ("changed", "fresh")
        if number % every == 0:
            anew = wish(folder / f"anew{number}", {"m": url}, *lines)
            visited(anew)
            assert partition(config, "m") == partition(anew, "m")


@pytest.mark.slow
@settings(max_examples=5)
@given(STEPS)
def test_step_by_step_gives_the_bytes_of_all_at_once_from_a_folder(steps):
    with TemporaryDirectory() as folder:
        step_by_step(Path(folder), f"{folder}/git", Path(folder, "git"), steps)


ONE_OF_EACH = [(change, number) for number, change in enumerate(CHANGES)]


@pytest.mark.parametrize(
    ("filters", "lines"),
    [
        pytest.param(True, (), id="a server with filters", marks=pytest.mark.slow),
        pytest.param(False, (), id="a server without filters", marks=pytest.mark.slow),
        pytest.param(True, ("history = 2",), id="a history that is longer than its bound", marks=pytest.mark.slow),
        pytest.param(True, ("history = 0",), id="no history", marks=pytest.mark.slow),
        pytest.param(
            True, ("plain_tags = 2", "experiments = 1"), id="few releases and experiments", marks=pytest.mark.slow
        ),
    ],
)
def test_step_by_step_gives_the_bytes_of_all_at_once_from(tmp_path, filters, lines):
    with serve(tmp_path / "git", filters) as site:
        step_by_step(
            tmp_path, f"{site}/m", tmp_path / "git" / "m", ONE_OF_EACH[::2] + ONE_OF_EACH[1::2], *lines, every=4
        )


@pytest.mark.slow
@settings(max_examples=40)
@given(
    STEPS,
    st.sampled_from([(), ("history = 1",), ("history = 3",), ("plain_tags = 1", "experiments = 1")]),
    st.booleans(),
)
def test_step_by_step_gives_the_bytes_of_all_at_once_whatever_happens(steps, lines, filters):
    with TemporaryDirectory() as folder, serve(Path(folder, "git"), filters) as site:
        step_by_step(Path(folder), f"{site}/m", Path(folder, "git", "m"), steps, *lines)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [("2", "10000"), ("10000", "2"), ("0", "2"), ("2", "0")])
def test_when_the_bound_of_history_changes_the_rows_are_those_of_the_new_bound(tmp_path, before, after):
    world = base()
    for number in range(3):
        add_commit(world, number)
    world.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        visited(wish(tmp_path, {"m": f"{site}/m"}, f"history = {before}"))
        config = wish(tmp_path, {"m": f"{site}/m"}, f"history = {after}")
        anew = wish(tmp_path / "anew", {"m": f"{site}/m"}, f"history = {after}")
        assert (visited(config), visited(anew)) == ({"m": ("changed", "refs_changed")}, {"m": ("new", "new")})
        assert partition(config, "m") == partition(anew, "m")


def test_refs_that_come_back_find_their_rows_in_the_store(tmp_path):
    world = base()
    config = wish(tmp_path, {"m": str(world.write(tmp_path / "m"))})
    visited(config)
    first = partition(config, "m")
    kept = dict(world.refs)
    register(world, 7)
    world.write(tmp_path / "m")
    visited(config)
    world.refs = kept
    world.write(tmp_path / "m")
    assert (visited(config), partition(config, "m")) == ({"m": ("changed", None)}, first)


# What is odd about a repository.


@pytest.mark.one_in(3)
@pytest.mark.parametrize("change", [detach, no_head], ids=["HEAD is detached", "HEAD points nowhere"])
@pytest.mark.parametrize("filters", [True, False], ids=["filters", "no filters"])
def test_a_repository_with_an_odd_head_is_read(tmp_path, change, filters):
    world = base()
    change(world, 0)
    world.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git", filters) as site:
        assert visited(wish(tmp_path, {"m": f"{site}/m"})) == {"m": ("new", "new")}


def test_an_empty_repository_is_read_and_then_fresh(tmp_path):
    World().write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        assert [visited(config), visited(config)] == [{"m": ("new", "new")}, {"m": ("fresh", None)}]


def test_an_empty_repository_stays_one_when_an_option_changes(tmp_path):
    git(tmp_path, "init", "-q", "--bare", "m")
    url = str(tmp_path / "m")
    visited(wish(tmp_path, {"m": url}))
    assert visited(wish(tmp_path, {"m": url}, "history = 5")) == {"m": ("changed", "refs_changed")}


# Who reads.


def marked(version: int) -> tuple[Connector, ...]:
    """The installed readers, and one that leaves a mark on each commit that it is given."""

    def read(revision: RevisionFiles) -> list[Problem]:
        return [
            Problem(
                connector="mark",
                rule="mark",
                place=revision.commit.oid,
                message=f"by version {version}",
                commit=revision.commit.oid,
            )
        ]

    return (*installed(), Connector(name="mark", version=version, read_revision=read))


@pytest.mark.slow
def test_when_a_reader_changes_everything_is_read_again(tmp_path):
    world = base()
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        crawl(config, connectors=marked(1))
        first = talk.in_words(world)
        report = crawl(config, connectors=marked(2))
        build(config)
        with closing(database.connect(config.output / "catalog.duckdb")) as connection:
            marks = connection.execute("select distinct message from problems where connector = 'mark'").fetchall()
        assert ([visit.why for visit in report.visits], talk.in_words(world), marks) == (
            ["reader_changed"],
            first,
            [("by version 2",)],
        )


def test_a_known_commit_is_never_read_again(tmp_path):
    seen: list[str] = []

    def read(revision: RevisionFiles) -> list[Problem]:
        seen.append(revision.commit.oid)
        return []

    readers = (*installed(), Connector(name="counts", version=1, read_revision=read))
    world = base()
    config = wish(tmp_path, {"m": str(world.write(tmp_path / "m"))})
    for number, change in enumerate([add_commit, register, assign_old, delete_tag, orphan]):
        crawl(config, connectors=readers)
        change(world, number)
        world.write(tmp_path / "m")
    assert len(seen) == len(set(seen)) == 3
