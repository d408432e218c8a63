"""Catalogs of repositories that were visited several times, while tags came, went and were rewritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from catalog.database.observations import load_observations
from catalog.schema.record import Record
from catalog.schema.tables.inventory import Crawl, Repo, StageName, Visit
from catalog.store.observations import Observations, RefScan
from support.catalog_files import repository, write_catalog
from support.catalogs import rows_of
from support.worlds import START, World

Step = Callable[[World], object]


def register(artifact: str, version: str, at: int) -> Step:
    """A commit of its own, and the registration of a version on it; `at` in seconds."""
    return lambda world: world.tag(f"{artifact}@{version}", world.commit({"x": f"{artifact} {version}"}, at=at), at=at)


def assign(
    artifact: str, stage: str, version: str, at: int, who: str = "Ann <ann@acme.example>", number: int | None = None
) -> Step:
    """A version's assignment to a stage. `number`: the last part of the tag's name, unless it is the second."""

    def step(world: World) -> None:
        commit = world.snapshot().tag(world.refs[f"refs/tags/{artifact}@{version}"]).target
        world.tag(f"{artifact}#{stage}#{at if number is None else number}", commit, at=at, who=who)

    return step


def unassign(artifact: str, stage: str, version: str, at: int) -> Step:
    """A version leaves a stage."""

    def step(world: World) -> None:
        commit = world.snapshot().tag(world.refs[f"refs/tags/{artifact}@{version}"]).target
        world.tag(f"{artifact}#{stage}!#{at}", commit, at=at)

    return step


def assign_unregistered(artifact: str, stage: str, at: int) -> Step:
    """A commit of its own without a version, and its assignment to a stage."""
    return lambda world: world.tag(f"{artifact}#{stage}#{at}", world.commit({"x": f"{artifact} {at}"}, at=at), at=at)


def register_assigned(artifact: str, version: str, stage: str, assigned: int, at: int) -> Step:
    """The registration of a version on the commit that was assigned to a stage before."""

    def step(world: World) -> None:
        commit = world.snapshot().tag(world.refs[f"refs/tags/{artifact}#{stage}#{assigned}"]).target
        world.tag(f"{artifact}@{version}", commit, at=at)

    return step


def withdraw(artifact: str, version: str, at: int) -> Step:
    """The deregistration of a version."""

    def step(world: World) -> None:
        commit = world.snapshot().tag(world.refs[f"refs/tags/{artifact}@{version}"]).target
        world.tag(f"{artifact}@{version}!", commit, at=at)

    return step


def rewrite(artifact: str, version: str, at: int) -> Step:
    """The registration of a version is another tag object of the same name, on the same commit."""

    def step(world: World) -> None:
        commit = world.snapshot().tag(world.refs[f"refs/tags/{artifact}@{version}"]).target
        world.tag(f"{artifact}@{version}", commit, at=at)

    return step


def delete(tag: str) -> Step:
    """A tag is gone."""
    return lambda world: world.refs.pop(f"refs/tags/{tag}")


def all_of(*steps: Step) -> Step:
    """Several changes before one visit."""
    return lambda world: [step(world) for step in steps]


# Of `git.example/acme/churn`: v2.0.0 is assigned before the first visit and pushed after it; its tag is deleted, and another is rewritten.
CHURN = (
    all_of(register("m", "v1.0.0", 10), assign("m", "staging", "v1.0.0", 15), assign("m", "prod", "v1.0.0", 20)),
    all_of(register("m", "v2.0.0", 30), assign("m", "prod", "v2.0.0", 40), register("n", "v0.1.0", 41)),
    all_of(delete("m#prod#40"), assign("n", "live", "v0.1.0", 50)),
    all_of(
        register("m", "v3.0.0", 60),
        rewrite("m", "v1.0.0", 65),
        assign("m", "prod", "v3.0.0", 70, "Bo Ek <bo@acme.example>"),
    ),
)
# Of `git.example/acme/old`: it is taken out of repos.toml before the third crawl, and comes back in the fourth.
OLD = (all_of(register("o", "v1.0.0", 5), assign("o", "prod", "v1.0.0", 25)),)


def visited_catalog(file: Path, stories: Mapping[str, Sequence[Step]], absent: Mapping[str, int] | None = None) -> Path:
    """A catalog whose repositories were visited after each step, day by day.

    `absent`: in which crawl one was out of repos.toml; of one that was so in the last, the catalog has what was observed.
    """
    crawls = max(map(len, stories.values()))
    observations = Observations(file.with_name("observations"))
    repos: dict[str, Mapping[type[Record], Any]] = {}
    visits: list[Visit] = []
    for name, steps in stories.items():
        world, away = World(), (absent or {}).get(name, 0)
        is_removed = away == crawls
        for number, step in enumerate(steps[:-1] if is_removed else steps, 1):
            step(world)
            last = number - 1
            at = START + timedelta(days=number)
            scan = RefScan(
                repo=name,
                crawl=number,
                at=at,
                partition=f"p{number}",
                last_partition=f"p{last}" if last else None,
                last_at=at - timedelta(days=1) if last else None,
                last_crawl=last or None,
            )
            observations.record(scan, world.listing, world.rows)
        outcomes = {1: "new"} | ({away: "removed", away + 1: "fresh"} if away else {})
        visits += [_visit(name, number, outcome) for number, outcome in outcomes.items() if number <= crawls]
        if not is_removed:
            repos[name] = rows_of(world.listing(), world.objects)
    write_catalog(
        file,
        repos,
        {
            Repo: [repository(name) for name in repos],
            Crawl: [_crawl(number) for number in range(1, crawls + 1)],
            Visit: visits,
            StageName: [StageName(raw="live", stage="prod", rank=0), StageName(raw="prod", stage="prod", rank=0)],
        },
    )
    with closing(duckdb.connect(str(file))) as connection:
        load_observations(connection, observations)
    return file


def _crawl(number: int) -> Crawl:
    at = START + timedelta(days=number)
    return Crawl(crawl=number, started_at=at, seconds=2.0, new=0, changed=1, fresh=0, failed=0, received=0)


def _visit(repo: str, number: int, outcome: str) -> Visit:
    at = START + timedelta(days=number)
    return Visit(
        crawl=number, repo=repo, outcome=outcome, why=None, message=None, started_at=at, first_at=at, seconds=1.0, received=0, requests=1,
        turned=number == 1,
    )  # fmt: skip
