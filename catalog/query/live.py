"""A catalog in which one repository is as it is now: visited by the crawler's own visit, into a temporary folder. The rest is as of the last crawl."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.config.parse import Config, RepoConfig
from catalog.crawl.crawl import crawl
from catalog.database.build import build_database
from catalog.database.database import connect
from catalog.database.inventory_rows import repo_rows
from catalog.database.overlay import overlay
from catalog.discovery.inventory import read_inventory
from catalog.errors import READ, OriginError
from catalog.query.catalog import Catalog
from catalog.query.time_range import in_utc
from catalog.schema.tables.inventory import Repo
from catalog.store.journal import Journal
from catalog.store.partitions import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveCatalog:
    """A catalog that is open for reading, and what of it was read just now."""

    catalog: Catalog
    repo: str
    read_at: datetime
    crawled_at: datetime | None  # when the crawl began that all else is as of; None where there was no catalog

    @property
    def note(self) -> str:
        """Which repository was read when, and what the rest is as of."""
        rest = f"all else is as of the crawl of {in_utc(self.crawled_at)}" if self.crawled_at else "there is no other"
        return f"{self.repo} was read at {in_utc(self.read_at)}; {rest}"


@contextmanager
def live_catalog(
    database: Path, config: Config, repository: RepoConfig, tell: Callable[[str], None] = lambda _: None
) -> Iterator[LiveCatalog]:
    """Visits one repository, and opens a copy of the catalog at `database` with its rows of now; without one, a catalog of it alone.

    The visit has the bounds, credentials and privacy of `config`. OriginError where the repository cannot be read.
    """
    with TemporaryDirectory(prefix="catalog-live-") as folder:
        live_config = _config(config, repository, Path(folder))
        row = _visited(live_config, repository.name, tell)
        copy = live_config.output / "catalog.duckdb"
        crawled_at = None
        if database.is_file():
            overlay(database, copy, row, _partition(live_config, row.repo, row.partition), tell)
        else:
            build_database(live_config)
        with Catalog(connect(copy), database) as catalog:
            if database.is_file():
                crawled_at = next((last["started_at"] for last in catalog.last_crawl().rows), None)
            assert row.read_at is not None
            yield LiveCatalog(catalog=catalog, repo=row.repo, read_at=row.read_at, crawled_at=crawled_at)


def _config(config: Config, repository: RepoConfig, output: Path) -> Config:
    """The same for a visit of one repository into another folder, which has the listings that say where it is."""
    listings = config.output / "store" / "sources"
    if listings.is_dir():
        shutil.copytree(listings, output / "store" / "sources")
    if repository.name in {repo.name for repo in read_inventory(config).repos}:
        return replace(config, output=output)
    return replace(config, output=output, repos=(*config.repos, repository))


def _visited(config: Config, name: str, tell: Callable[[str], None]) -> Repo:
    """The row of the repository after a visit."""
    (visit,) = crawl(config, only=[name], tell=tell).visits
    if visit.outcome not in READ:
        raise OriginError(f"{name} cannot be read now: {visit.message or visit.outcome}")
    last = Journal(config.output / "store" / "crawls").last_visits()
    files = {name: _partition(config, name, last[name].partition)}
    return next(row for row in repo_rows(read_inventory(config), last, files) if row.repo == name)


def _partition(config: Config, name: str, partition: str | None) -> Path:
    return Store(config.output / "store" / "rows").file_of(name, str(partition))
