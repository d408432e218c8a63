"""One repository with 2,000 tags: our rows and views, against `gto.api.show` and `gto.api.history`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import gto.api
from common import smoke, tell
from duckdb import DuckDBPyConnection
from serve import TESTS

from catalog.config.model import RepoOptions
from catalog.crawl.extract import extract_rows
from catalog.crawl.fetch import fetch
from catalog.crawl.fetch_plan import Known
from catalog.crawl.previous import PreviousRows
from catalog.crawl.selection import select_revisions
from catalog.plugins.connector import installed
from catalog.transport.origin import open_origin

TAGS, ROUNDS = 2000, 5
ARTIFACTS = 10
STAGES = ("dev", "staging", "prod")
HISTORY = 10_000  # generations of commits, as a crawl reads unless told otherwise

Rows = Any  # of a repository: table → rows


def main() -> None:
    tags, rounds = (60, 1) if smoke(__doc__) else (TAGS, ROUNDS)
    sys.path.append(str(TESTS))
    logging.disable()
    with TemporaryDirectory(prefix="bench-") as folder:
        path = make(Path(folder), tags)
        found = read(path)
        database = partial(import_module("support.catalogs").catalog_of, {"r": found})
        database()  # the views are made once for all repositories
        reading = timed(lambda: read(path), rounds)
        loading = timed(database, rounds)
        for name, question, peer in questions(database(), path):
            folding, theirs = timed(question, rounds), timed(peer, min(rounds, 3))
            ours = reading + loading + folding
            row(f"{name} of {tags:,} tags, the fold alone", folding, theirs, name)
            row(f"{name} of {tags:,} tags, from the repository", ours, theirs, name)


def row(what: str, ours: float, theirs: float, name: str) -> None:
    ratio = f"{theirs / ours:.0f} times faster"
    tell(what, f"{ours * 1000:.0f} ms", f"gto.api.{name} {theirs:.2f} s", ratio, "at least 30 times faster")


def questions(
    connection: DuckDBPyConnection, path: Path
) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    """What is asked, of us and of GTO."""
    return [
        (
            "show",
            lambda: connection.execute("from internal.gto_show('r')").fetchall(),
            lambda: gto.api.show(str(path)),
        ),
        (
            "history",
            lambda: connection.execute("from resolved_events order by created_at desc, priority desc").fetchall(),
            lambda: gto.api.history(str(path)),
        ),
    ]


def make(folder: Path, tags: int) -> Path:
    """A repository in which every version is registered, and assigned to a stage at once."""
    world = import_module("support.worlds").World()
    for number in range(tags // 2):
        artifact, minor = f"model-{number % ARTIFACTS}", number // ARTIFACTS
        world.commit({"params.yaml": f"lr: {number}\n"})
        world.tag(f"{artifact}@v1.{minor}.0")
        world.tag(f"{artifact}#{STAGES[minor % len(STAGES)]}#{minor}")
    return Path(world.write(folder))


def read(path: Path) -> Rows:
    connectors = installed()
    with open_origin(str(path)) as origin:
        listing = origin.refs()
        fetched = fetch(origin, listing, connectors, select_revisions(listing, connectors, RepoOptions()), Known())
        return extract_rows(fetched.snapshot, fetched.reach, connectors, PreviousRows(rows={}))


def timed(measure: Callable[[], object], rounds: int) -> float:
    """The median of the seconds that it takes."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        measure()
        taken.append(perf_counter() - start)
    return median(taken)


if __name__ == "__main__":
    main()
