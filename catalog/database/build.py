"""Builds the database from partitions, and one Parquet file for each table and view. Both can be deleted and built again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from catalog.config.parse import Config
from catalog.database import database, export, rebuild
from catalog.database.inventory_rows import repo_rows, source_rows
from catalog.database.observations import load_observations
from catalog.database.shapes import partition_shapes
from catalog.database.statements import named
from catalog.discovery.inventory import Inventory, read_inventory
from catalog.discovery.listing_cache import read_states
from catalog.privacy.emails import Mask, mask
from catalog.privacy.settings import HASH
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.tables.inventory import Crawl, MetricDirection, Rename, Repo, Source, StageName, Visit
from catalog.schema.tables.observations import Observation
from catalog.store.email_key import email_key
from catalog.store.journal import Journal, LastVisit
from catalog.store.lock import lock
from catalog.store.observations import Observations
from catalog.store.partitions import Store, privacy_digest

log = logging.getLogger(__name__)
_SQL = named("build")


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildReport:
    """The result of a build, and how long it took.

    `artifacts`: all of them; `unregistered`: of these, how many no registry tag names; `deprecated`: how many `catalog ls models` lists
    on request only. `versions`: those that are registered and active; beside them there are `deregistered` ones, and commits that have
    a stage and are `not_registered`. `incremental`: the last database was updated rather than rebuilt.
    """

    database: Path
    seconds: float
    repos: int
    artifacts: int
    unregistered: int
    deprecated: int
    versions: int
    deregistered: int
    not_registered: int
    incremental: bool


def build(
    config: Config, *, wait: bool = False, tell: Callable[[str], None] = lambda _: None, in_crawl: bool = False
) -> BuildReport:
    """Makes `catalog.duckdb` and `data/` from the last good rows of each repository; StoreError where the disk fails.

    With `wait`, another crawl or build of the same output is waited for, and `tell` gets the sentence that names it; else StoreError does.
    `tell` gets a sentence, too, for what is damaged. `in_crawl`: the crawl of this process goes on, holds the output, and may need
    every partition.
    """
    clock = perf_counter()
    path = config.output / "catalog.duckdb"
    with nullcontext() if in_crawl else lock(config.output, wait=wait, tell=tell):
        folder = config.output / "store"
        journal, store = Journal(folder / "crawls"), Store(folder / "rows")
        observations = Observations(folder / "observations")
        last_visits, listings = journal.last_visits(), read_states(config)
        inventory = read_inventory(config, listings)
        files = _files(config, inventory, store, last_visits)
        incremental = rebuild.rebuild(
            path,
            partition_shapes(),
            files,
            _crawl_tables(
                config, journal, repo_rows(inventory, last_visits, files), source_rows(config, inventory, listings)
            ),
            {Observation.TABLE: partial(load_observations, observations=observations, last_visits=last_visits)},
            tell,
        )
        for sentence in journal.damage:
            log.warning(sentence)
        with closing(database.connect(path, max_memory=database.FOR_ALL)) as connection:
            export.write(connection, config.output / "data", email_mask(config))
            counts = connection.execute(_SQL["counts"]).fetchone()
        if not in_crawl and not inventory.unlisted:  # else it is not known what they have
            store.prune(files.values())
    repos, artifacts, unregistered, deprecated, versions, deregistered, not_registered = counts or (0,) * 7
    return BuildReport(
        database=path,
        seconds=round(perf_counter() - clock, 3),
        repos=repos,
        artifacts=artifacts,
        unregistered=unregistered,
        deprecated=deprecated,
        versions=versions,
        deregistered=deregistered,
        not_registered=not_registered,
        incremental=incremental,
    )


def email_mask(config: Config) -> Mask:
    """What becomes of e-mail addresses in what is made for publication."""
    emails = config.privacy.emails
    return mask(emails, email_key(config.output) if emails == HASH else b"")


def _files(config: Config, inventory: Inventory, store: Store, last_visits: dict[str, LastVisit]) -> dict[str, Path]:
    """The partition of each repository that was ever read; those that repos.toml no longer includes are left out."""
    names = [repository.repo.name for repository in inventory.repositories]
    named = {name: last_visits[name].partition for name in names if name in last_visits}
    files = {
        name: store.last_rows(name, partition, privacy_digest(config.privacy.of(name)))
        for name, partition in named.items()
        if partition
    }
    return {name: file for name, file in files.items() if file.is_file()}


def _crawl_tables(config: Config, journal: Journal, repos: list[Repo], sources: list[Source]) -> dict[str, pa.Table]:
    ranks = {stage: rank for rank, stage in enumerate(dict.fromkeys(config.stages.values()))}
    names = [StageName(raw=raw, stage=stage, rank=ranks[stage]) for raw, stage in config.stages.items()]
    directions = [
        MetricDirection(pattern=pattern, direction=direction, rank=rank)
        for rank, (pattern, direction) in enumerate(config.directions)
    ]
    return {
        Repo.TABLE: to_arrow(Repo, repos),
        Source.TABLE: to_arrow(Source, sources),
        StageName.TABLE: to_arrow(StageName, names),
        MetricDirection.TABLE: to_arrow(MetricDirection, directions),
        Crawl.TABLE: to_arrow(Crawl, journal.crawls()),
        Visit.TABLE: to_arrow(Visit, journal.visits()),
        Rename.TABLE: to_arrow(Rename, journal.renames()),
        Observation.TABLE: schema(Observation).empty_table(),
    }
