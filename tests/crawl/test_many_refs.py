"""Repositories of a hundred thousand refs, and of names that a disk or a reader could take for one another."""

from __future__ import annotations

from contextlib import closing

import pytest

from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.store.observations import Observations
from support.changes import base
from support.crawling import visited, wish
from support.loopback import serve
from support.worlds import World

MOST = 100_000  # refs of one repository


def crowded(folder, count):
    """A repository of so many refs, HEAD among them."""
    world = base()
    world.refs |= {f"refs/tags/t{number:06}": world.tip() for number in range(count - len(world.refs) - 1)}
    world.write(folder)
    return world


@pytest.mark.slow
def test_a_repository_of_100_000_refs_is_read_and_a_change_of_it_remembered_in_a_line(tmp_path):
    world = crowded(tmp_path / "git" / "m", MOST - 1)
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        first = visited(config)["m"]
        journal = config.output / "store" / "observations" / "m.jsonl"
        size = journal.stat().st_size
        world.tag("m@v2.0.0")
        world.write(tmp_path / "git" / "m")
        again = visited(config)["m"]
    seen = list(Observations(journal.parent).load("m.jsonl").rows())
    assert (first, again, len(seen), journal.stat().st_size - size < 1000) == (
        ("new", "new"),
        ("changed", "refs_changed"),
        MOST - 1,
        True,
    )


@pytest.mark.slow
def test_a_repository_of_more_refs_is_too_big_and_harms_no_other(tmp_path):
    crowded(tmp_path / "git" / "m", MOST + 2)
    base().write(tmp_path / "git" / "good")
    with serve(tmp_path / "git") as site:
        report = crawl(wish(tmp_path, {name: f"{site}/{name}" for name in ("m", "good")}))
    assert [(visit.repo, visit.outcome, (visit.message or "").removeprefix(site)) for visit in report.visits] == [
        ("good", "new", ""),
        ("m", "too_big", "/m: more than 100,000 refs, the limit max_refs"),
    ]


LONG = "m" * 150 + "/" + "m" * 150
NAMES = ("Churn", "churn", LONG, f"{LONG}x", "CON", "a" * 255)


@pytest.mark.slow
def test_names_that_could_be_taken_for_one_another_stay_apart(tmp_path):
    worlds = {}
    for repo in ("Team/m", f"team/{'r' * 300}"):
        worlds[repo] = World()
        worlds[repo].commit({"a": repo})
        for name in NAMES:
            worlds[repo].tag(f"{name}@v1.0.0")
    repos = {repo: str(world.write(tmp_path / str(place))) for place, (repo, world) in enumerate(worlds.items())}
    config = wish(tmp_path, repos)
    visited(config)
    build(config)
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        found = connection.execute(
            "select repo, list(artifact order by artifact) from artifacts group by repo"
        ).fetchall()
    files = [file.name.lower() for file in (config.output / "store" / "observations").glob("*.jsonl")]
    assert (sorted(found), len(set(files)), max(map(len, files)) < 200) == (
        [(repo, sorted(NAMES)) for repo in sorted(repos)],
        2,
        True,
    )
