"""Another store, as a merge reads it: the crawls that the catalog does not have yet, each with its visits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path

from catalog.config.parse import Config
from catalog.crawl.shard import Shard
from catalog.discovery.pushed_at import PushCache
from catalog.errors import READ, CrawlOutcome
from catalog.naming import slug
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store.crawl_file import Line
from catalog.store.journal import Journal
from catalog.store.last_visit import LastVisit
from catalog.store.observation_line import read
from catalog.store.observations import RefState
from catalog.store.partitions import Store
from catalog.store.ref_timeline import RefTimeline

DEPTH = 2  # folders above an output folder: a CI names its artifacts, and these have the folders of the shards


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherVisit:
    """A visit that a crawl of another store made."""

    store: OtherStore
    visit: Visit
    partition: str | None

    @property
    def rank(self) -> tuple[bool, datetime, str]:
        """Of several visits to a repository the highest counts: one that went well, then the later one."""
        return self.visit.outcome in READ, self.visit.started_at, self.partition or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A crawl of another store, with those before it that were cut short. `visits`: the last one to each repository."""

    store: OtherStore
    crawls: tuple[Crawl, ...]
    visits: tuple[OtherVisit, ...]

    @property
    def has_ended(self) -> bool:
        return self.crawls[-1].outcome != CrawlOutcome.CUT_SHORT


class OtherStore:
    """The store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder.parent if folder.name == "store" else folder
        self.rows = Store(folder / "rows")
        self.journal = Journal(folder / "crawls")

    @property
    def name(self) -> str:
        """What it is called in messages, and in the journal."""
        return self.output.name

    @property
    def shard(self) -> Shard | None:
        return Shard.of_folder(self.name)

    def rounds(self, known: Collection[str]) -> list[Round]:
        """The crawls that the catalog does not have, by their digests; first to last."""
        rounds: list[Round] = []
        crawls: list[Crawl] = []
        visits: dict[str, OtherVisit] = {}
        for row, lines in self.journal.crawls_except(known):
            crawls.append(row)
            visits |= {line.visit.repo: self._visit(line.visit, line) for line in lines if line.visit}
            if row.outcome != CrawlOutcome.CUT_SHORT:
                rounds.append(Round(store=self, crawls=tuple(crawls), visits=tuple(visits.values())))
                crawls, visits = [], {}
        if crawls:
            rounds.append(Round(store=self, crawls=tuple(crawls), visits=tuple(visits.values())))
        return rounds

    def state(self, other: OtherVisit) -> RefState | None:
        """The refs after a visit; None where its lines are lost."""
        file = self.folder / "observations" / f"{slug(other.visit.repo)}.jsonl"
        timeline = RefTimeline()
        with suppress(OSError):
            timeline = RefTimeline.of(
                takewhile(lambda line: line is None or line.crawl <= other.visit.crawl, read(file))
            )
        return RefState.at_end(timeline) if timeline.partition == other.partition else None

    def follows(self, other: OtherVisit, at: datetime) -> bool:
        """Whether a visit was made when the store knew of another one to the repository: then it is later, whatever the clocks say."""
        return self._visited.get((other.visit.repo, at), other.visit.crawl) < other.visit.crawl

    def last_partition(self, repo: str) -> str | None:
        """The rows that its crawls left of a repository."""
        last = self._last_visits.get(repo)
        return last.partition if last else None

    @cache  # noqa: B019 - it lives as long as the merge
    def pushes(self, readers: str) -> PushCache:
        """The push times that its crawls wrote down."""
        return PushCache(self.folder / "sources", readers)

    def config(self, config: Config) -> Config:
        """That of the catalog, for this store."""
        return replace(config, output=self.output)

    def _visit(self, visit: Visit, line: Line) -> OtherVisit:
        return OtherVisit(store=self, visit=visit, partition=line.partition)

    @cached_property
    def _last_visits(self) -> dict[str, LastVisit]:
        return self.journal.last_visits()

    @cached_property
    def _visited(self) -> dict[tuple[str, datetime], int]:
        """The crawl of each visit."""
        lines = (line for _, each in self.journal.crawls_except(()) for line in each)
        return {(line.visit.repo, line.visit.started_at): line.visit.crawl for line in lines if line.visit}


def find_stores(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """The stores of a folder: itself, that of an output folder, or those of the folders in it. OSError where it cannot be read."""
    if (folder / "crawls").is_dir():
        yield folder
    elif (folder / "store").is_dir():
        yield folder / "store"
    elif depth:
        for each in sorted(folder.iterdir()):
            if each.is_dir() and not each.name.startswith("."):
                yield from find_stores(each, depth - 1)


def idle_shards(busy: Collection[OtherStore]) -> list[Shard]:
    """The shards without a new crawl, where others of the same number of shards have one."""
    with_news = {shard for store in busy if (shard := store.shard)}
    expected = {Shard(number=number + 1, count=each.count) for each in with_news for number in range(each.count)}
    return sorted(expected - with_news)
