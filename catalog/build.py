"""From partitions to what people use: the database, and one Parquet file for each table and view. All can be made again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from catalog import database, export
from catalog.config import Config, public_url
from catalog.crawl import READ
from catalog.journal import Found, Journal
from catalog.lock import lock
from catalog.schema import schema, to_arrow
from catalog.store import Store
from catalog.tables import PARTITION, Crawl, MetricDirection, Repo, StageName, Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What a build made, and how long it took. `incremental`: the last database was changed rather than made anew."""

    database: Path
    seconds: float
    repos: int
    artifacts: int
    versions: int
    incremental: bool


def build(config: Config) -> Built:
    """Makes `catalog.duckdb` and `data/` from the last good rows of each repository; StoreError where the disk fails."""
    clock = perf_counter()
    path = config.output / "catalog.duckdb"
    with lock(config.output):
        journal, store = Journal(config.output / "store" / "crawls"), Store(config.output / "store" / "rows")
        found = journal.found()
        files = _files(config, store, found)
        incremental = database.build(
            path, {table.TABLE: schema(table) for table in PARTITION}, files, _whole(config, journal, found, files)
        )
        with closing(database.connect(path)) as connection:
            export.write(connection, config.output / "data")
            counts = connection.execute(
                "select count(distinct repo), count(*), sum(versions) from artifacts"
            ).fetchone()
        store.prune(files.values())
    repos, artifacts, versions = counts or (0, 0, 0)
    return Built(
        database=path,
        seconds=round(perf_counter() - clock, 3),
        repos=repos,
        artifacts=artifacts,
        versions=int(versions or 0),
        incremental=incremental,
    )


def _files(config: Config, store: Store, found: dict[str, Found]) -> dict[str, Path]:
    """The partition of each repository that was ever read; what is no longer in repos.toml is left out."""
    named = {repo.name: found[repo.name].partition for repo in config.repos if repo.name in found}
    files = {name: store.file_of(name, partition) for name, partition in named.items() if partition}
    return {name: file for name, file in files.items() if file.is_file()}


def _whole(config: Config, journal: Journal, found: dict[str, Found], files: dict[str, Path]) -> dict[str, pa.Table]:
    repos = [_repo(repo.name, repo.url, found.get(repo.name), files.get(repo.name)) for repo in config.repos]
    ranks = {stage: rank for rank, stage in enumerate(dict.fromkeys(config.stages.values()))}
    names = [StageName(raw=raw, stage=stage, rank=ranks[stage]) for raw, stage in config.stages.items()]
    directions = [
        MetricDirection(pattern=pattern, direction=direction, rank=rank)
        for rank, (pattern, direction) in enumerate(config.directions)
    ]
    return {
        Repo.TABLE: to_arrow(Repo, repos),
        StageName.TABLE: to_arrow(StageName, names),
        MetricDirection.TABLE: to_arrow(MetricDirection, directions),
        Crawl.TABLE: to_arrow(Crawl, journal.crawls()),
        Visit.TABLE: to_arrow(Visit, journal.visits()),
    }


def _repo(name: str, url: str, found: Found | None, file: Path | None) -> Repo:
    return Repo(
        repo=name,
        url=public_url(url),
        outcome=found.outcome if found else "never",
        message=found.message if found else None,
        stale=found is not None and found.outcome not in READ,
        visited_at=found.visited_at if found else None,
        read_at=found.read_at if found else None,
        partition=file.stem if file else None,
    )
