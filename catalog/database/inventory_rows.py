"""The rows of `repos` and `sources`: the inventory with the outcome of each last visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from catalog.config.parse import Config
from catalog.discovery.forge_pages import forge_pages
from catalog.discovery.inventory import Inventory, Repository
from catalog.discovery.listing_cache import SourceState
from catalog.errors import DEPARTED, READ, VisitOutcome
from catalog.naming import public_url
from catalog.schema.tables.inventory import Repo, Source
from catalog.store.last_visit import LastVisit


def repo_rows(inventory: Inventory, last_visits: Mapping[str, LastVisit], files: Mapping[str, Path]) -> list[Repo]:
    """One row for each repository; `files` are the partitions that are there."""
    rows = []
    for repository in inventory.repositories:
        name = repository.repo.name
        rows.append(_row(inventory, repository, last_visits.get(name), files.get(name)))
    return rows


def source_rows(config: Config, inventory: Inventory, listings: Mapping[str, SourceState]) -> list[Source]:
    """One row for each source of repos.toml."""
    wanted = Counter(
        repository.source.name for repository in inventory.repositories if repository.source and not repository.has_left
    )
    return [
        Source(
            source=source.name,
            kind=source.kind,
            url=source.scope.api or None,
            outcome=listings[source.name].outcome,
            message=listings[source.name].message,
            asked_at=listings[source.name].asked_at,
            listed_at=listings[source.name].listed_at,
            listed=len(listings[source.name].listed),
            wanted=wanted[source.name],
        )
        for source in config.sources
    ]


def _row(inventory: Inventory, repository: Repository, last: LastVisit | None, file: Path | None) -> Repo:
    listed_repo = repository.known
    listed = listed_repo.listed if listed_repo else None
    url = public_url(repository.repo.url)
    pages = forge_pages(url)
    return Repo(
        repo=repository.repo.name,
        url=url,
        outcome=last.outcome if last else VisitOutcome.NEVER,
        message=last.message if last else None,
        stale=last is not None and last.outcome not in (*READ, *DEPARTED) and not repository.has_left,
        visited_at=last.visited_at if last else None,
        read_at=last.read_at if last else None,
        partition=file.stem if file else None,
        source=repository.source.name if repository.source else None,
        forge_id=listed.forge_id if listed else None,
        archived=listed.archived if listed else None,
        fork=listed.fork if listed else None,
        fork_of=inventory.name_at(listed.parent) if listed and listed.parent else None,
        visibility=listed.visibility if listed else None,
        topics=listed.topics if listed else (),
        pushed_at=listed.pushed_at if listed else None,
        founded_at=listed.created_at if listed else None,
        left_at=listed_repo.left_at if listed_repo else None,
        left_because=listed_repo.left_because if listed_repo else None,
        renamed_to=listed_repo.renamed_to if listed_repo else None,
        page=pages.repository if pages else None,
        commit_pages=pages.commits if pages else None,
    )
