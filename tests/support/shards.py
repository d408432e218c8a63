"""What tests of shards share: crawls in shards, and all that a store remembers, without what clocks say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.crawl.merge import MergeReport, merge
from catalog.crawl.shard import Shard, shards_folder
from catalog.store.journal import Journal
from catalog.store.observations import Observations
from catalog.store.partitions import Store
from support.changes import add_branch, add_commit, base, delete_tag, move_back, move_tag, register
from support.crawling import wish
from support.worlds import World

CLOCKS = {
    "started_at", "seconds", "first_at", "first_seen", "last_seen", "unseen_at", "ended_at", "first_readable_at",
}  # fmt: skip
COSTS = {"received", "requests"}


NAMES = ["r0", "r1", "r2", "r3", "r4"]
CHANGES = (register, move_tag, delete_tag, add_commit, add_branch, move_back)


class Fleet:
    """Repositories that change from night to night, and two catalogs of them: one crawled at once, one in shards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worlds = {name: base() for name in NAMES}
        self.names = NAMES[:-1]
        self.write()

    def write(self) -> None:
        self.urls = fleet(self.folder / "git", self.worlds)

    def change(self, name: str, number: int) -> None:
        CHANGES[number % len(CHANGES)](self.worlds[name], number + 5)
        self.write()

    @property
    def one(self) -> Config:
        return wish(self.folder / "one", {name: self.urls[name] for name in self.names})

    @property
    def many(self) -> Config:
        return wish(self.folder / "many", {name: self.urls[name] for name in self.names})

    @contextmanager
    def down(self, names: set[str]) -> Iterator[None]:
        """Some are not there for a night."""
        folder = self.folder / "git"
        for name in names:
            (folder / name).rename(folder / f"{name}-away")
        yield
        for name in names:
            (folder / f"{name}-away").rename(folder / name)


def in_shards(config: Config, count: int, *numbers: int) -> None:
    """Crawls these shards, or all."""
    for number in numbers or range(1, count + 1):
        crawl(config, shard=Shard(number=number, count=count), debug=True)


def merged(config: Config, *folders: Path) -> MergeReport:
    """Merges the stores in these folders, or the shards'."""
    return merge(config, folders or [shards_folder(config)])


def shard_folder(config: Config, number: int, count: int) -> Path:
    """The output folder of a shard."""
    return Shard(number=number, count=count).config(config).output


def remembered(config: Config, *, costs: bool = True) -> dict[str, Any]:
    """Crawls, visits, observations, and the bytes of the rows."""
    folder = config.output / "store"
    journal, observations, store = (
        Journal(folder / "crawls"),
        Observations(folder / "observations"),
        Store(folder / "rows"),
    )
    left_out = CLOCKS if costs else CLOCKS | COSTS
    last = journal.last_visits()
    timelines = {name: observations.load(name) for name in sorted(observations.stamps())}
    return {
        "crawls": _cells(journal.crawls(), left_out),
        "visits": sorted(_cells(journal.visits(), left_out), key=str),
        "renames": _cells(journal.renames(), left_out),
        "last": {
            repo: (each.outcome, each.partition, each.read_crawl, each.times) for repo, each in sorted(last.items())
        },
        "observations": {name: (each.repo, _cells(each.rows(), left_out)) for name, each in timelines.items()},
        "rows": {
            repo: store.file_of(repo, each.partition).read_bytes()
            for repo, each in sorted(last.items())
            if each.partition and not each.has_departed
        },
    }


def fleet(folder: Path, worlds: dict[str, World]) -> dict[str, str]:
    """Writes repositories; name → URL."""
    return {name: str(world.write(folder / name)) for name, world in worlds.items()}


def _cells(rows: Iterable[Any], left_out: set[str]) -> list[dict[str, Any]]:
    return [{cell.name: getattr(row, cell.name) for cell in fields(row) if cell.name not in left_out} for row in rows]
