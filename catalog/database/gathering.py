"""The inputs of a build: partitions, the rows that crawls add, observations; of all repositories, or of those of one site."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Self

from catalog.config.parse import Config
from catalog.database import rebuild
from catalog.database.build_inputs import CrawlRows, inputs_digest
from catalog.database.inventory_rows import repo_rows, source_rows
from catalog.database.observations import load_observations
from catalog.discovery.inventory import Inventory, read_inventory
from catalog.discovery.listing_cache import read_states
from catalog.privacy.emails import Mask, mask
from catalog.privacy.settings import HASH
from catalog.schema.tables.inventory import Crawl, MetricDirection, Rename, Repo, Source, StageName, Visit
from catalog.schema.tables.observations import Observation
from catalog.store.email_key import email_key
from catalog.store.journal import Journal
from catalog.store.last_visit import LastVisit
from catalog.store.observations import Observations
from catalog.store.partitions import Store, privacy_digest


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildInputs:
    """The inputs of a build, and their digest."""

    config: Config
    journal: Journal
    store: Store
    observations: Observations
    inventory: Inventory
    files: dict[str, Path]
    awaited: tuple[Path, ...]  # partitions of repositories that the next crawl finds under another name
    rows: CrawlRows
    digest: str

    @classmethod
    def gather(cls, config: Config) -> Self:
        folder = config.output / "store"
        journal, store = Journal(folder / "crawls"), Store(folder / "rows")
        last_visits, listings = journal.last_visits(), read_states(config)
        inventory = read_inventory(config, listings)
        files = _files(config, inventory, store, last_visits)
        repos, sources = repo_rows(inventory, last_visits, files), source_rows(config, inventory, listings)
        rows, observations = _crawl_rows(config, journal, repos, sources), Observations(folder / "observations")
        return cls(
            config=config,
            journal=journal,
            store=store,
            observations=observations,
            inventory=inventory,
            files=files,
            awaited=tuple(_of_former_names(inventory, store, last_visits, files)),
            rows=rows,
            digest=inputs_digest(rows, observations.stamps(), publishing(config)),
        )

    @property
    def path(self) -> Path:
        return self.config.output / "catalog.duckdb"

    @property
    def exports(self) -> Path:
        return self.config.output / "data"

    @property
    def updaters(self) -> dict[str, rebuild.Updater]:
        return {Observation.TABLE: partial(load_observations, observations=self.observations)}


def email_mask(config: Config) -> Mask:
    """What becomes of e-mail addresses in what is made for publication."""
    emails = config.privacy.emails
    return mask(emails, email_key(config.output) if emails == HASH else b"")


def _files(config: Config, inventory: Inventory, store: Store, last_visits: dict[str, LastVisit]) -> dict[str, Path]:
    """The partition of each repository that was ever read; those that repos.toml no longer includes are left out."""
    names = [repository.repo.name for repository in inventory.repositories]
    named = {name: last_visits[name].partition for name in names if name in last_visits}
    return {
        name: file
        for name, partition in named.items()
        if partition and (file := store.kept_rows(name, partition, privacy_digest(config.privacy.of(name))))
    }


def _of_former_names(
    inventory: Inventory, store: Store, last_visits: Mapping[str, LastVisit], files: Collection[str]
) -> Iterator[Path]:
    for repo in inventory.repos:
        for name in repo.aliases if repo.name not in files else ():
            last = last_visits.get(name)
            if last is not None and last.partition and (file := store.kept_rows(name, last.partition, "")):
                yield file


def publishing(config: Config) -> tuple[str, ...]:
    """What becomes of e-mail addresses, and what is published, as texts to compare."""
    emails = config.privacy.emails
    masking = (emails, blake2b(email_key(config.output)).hexdigest()) if emails == HASH else (emails,)
    published = {"database": config.publish_database, "csv": config.publish_csv}
    return (*masking, *(name for name, is_wanted in published.items() if is_wanted))


def _crawl_rows(config: Config, journal: Journal, repos: list[Repo], sources: list[Source]) -> CrawlRows:
    ranks = {stage: rank for rank, stage in enumerate(dict.fromkeys(config.stages.values()))}
    names = [StageName(raw=raw, stage=stage, rank=ranks[stage]) for raw, stage in config.stages.items()]
    directions = [
        MetricDirection(pattern=pattern, direction=direction, rank=rank)
        for rank, (pattern, direction) in enumerate(config.directions)
    ]
    return {
        Repo: repos,
        Source: sources,
        StageName: names,
        MetricDirection: directions,
        Crawl: journal.crawls(),
        Visit: journal.visits(),
        Rename: journal.renames(),
    }
