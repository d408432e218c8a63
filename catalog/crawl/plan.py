"""The plan of a crawl: configured and discovered repositories, without those that departed and those without a push since they were read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from catalog.config.model import RepoConfig
from catalog.config.parse import Config
from catalog.discovery.inventory import Inventory, Repository, read_inventory
from catalog.discovery.listing_cache import SourceState, read_states
from catalog.discovery.rules import repository_name
from catalog.errors import NotFound
from catalog.transport.origin import Pool


class SkipReason(StrEnum):
    """Why a repository needs no visit."""

    UNPUSHED = "no push since it was read"


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlPlan:
    """What a crawl does: repositories to visit; names of those that need no visit, and why; names of those that their sources list no more."""

    visited: tuple[Repository, ...]
    skipped: Mapping[str, SkipReason] = field(default_factory=dict)
    departed: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)  # sources that could not be listed → why
    inventory: Inventory = field(repr=False)

    def __str__(self) -> str:
        names = tuple(repository.repo.name for repository in self.visited)
        parts = (
            ("visit", names),
            ("skip", tuple(f"{name} ({reason})" for name, reason in self.skipped.items())),
            ("departed", self.departed),
            ("failed", tuple(self.failures)),
        )
        return "; ".join(f"{word} {', '.join(listed)}" for word, listed in parts if listed) or "nothing to do"

    @property
    def repos(self) -> tuple[RepoConfig, ...]:
        """The configuration of each repository to visit."""
        return tuple(repository.repo for repository in self.visited)


def take_inventory(
    config: Config, pool: Pool, *, ask: bool, tell: Callable[[str], None], keep: bool = True
) -> tuple[Inventory, dict[str, str]]:
    """Every repository that is configured or discovered, and why sources failed. Without `ask`, the last listings are used; without `keep`, none is written."""
    states = _source_states(config, pool, tell, ask=ask, keep=keep) if config.sources else {}
    inventory = read_inventory(config, states)
    for excluded in inventory.excluded:
        if excluded.name_conflict:
            tell(f"{repository_name(excluded.listed)}: left out: {excluded.reason}")
    failures = {name: state.failure for name, state in states.items() if state.failure is not None}
    return inventory, failures if ask else {}


def plan_crawl(
    file: Path,
    inventory: Inventory,
    failures: Mapping[str, str],
    skip_reason: Callable[[Repository], SkipReason | None],
    *,
    only: Collection[str] = (),
) -> CrawlPlan:
    """Visits every repository of a repos.toml that its source still lists, without those that have a reason to be skipped; with `only`, exactly those.

    NotFound for a name in `only` that the inventory does not have.
    """
    present = {entry.repo.name: entry for entry in inventory.repositories if not entry.has_left}
    if unknown := sorted(set(only) - present.keys()):
        raise NotFound(f"{file} has no repository named {unknown[0]!r}; `catalog status` lists the names")
    chosen = [entry for name, entry in present.items() if not only or name in only]
    reasons = {} if only else {entry.repo.name: skip_reason(entry) for entry in chosen}
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    return CrawlPlan(
        visited=tuple(entry for entry in chosen if entry.repo.name not in skipped),
        skipped=skipped,
        departed=tuple(entry.repo.name for entry in inventory.repositories if entry.has_left),
        failures=failures,
        inventory=inventory,
    )


def _source_states(
    config: Config, pool: Pool, tell: Callable[[str], None], *, ask: bool, keep: bool
) -> dict[str, SourceState]:
    from catalog.discovery.discover import discover, offer_tokens  # only where there are sources

    offer_tokens(config.sources, pool)
    return discover(config, pool, tell, keep=keep) if ask else read_states(config)
