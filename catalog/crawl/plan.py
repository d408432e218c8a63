"""Who is to be visited: the fleet, after its sources were asked, without those that left it and those nobody pushed to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.config.model import RepoConfig
from catalog.config.parse import Config
from catalog.discovery.inventory import Inventory, read_inventory
from catalog.discovery.listing_cache import SourceState, read_states
from catalog.discovery.pushed_at import PushCache
from catalog.discovery.rules import repository_name
from catalog.errors import NotFound
from catalog.transport.origin import Pool


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The repositories to visit, how many need no visit, and what went wrong with sources, by their names."""

    repos: tuple[RepoConfig, ...]
    unpushed: int
    failures: Mapping[str, str]
    note: Callable[[str, datetime], None]  # that a repository was read well in a visit that began then


@contextmanager
def due(
    config: Config,
    only: Collection[str],
    readers: str,
    stands: Callable[[str], bool],
    pool: Pool,
    tell: Callable[[str], None],
) -> Iterator[Due]:
    """Whom this crawl visits; with `only`, those, and no source is asked. `stands(name)`: its rows are there and up to date.

    NotFound for a name in `only` that the fleet does not have.
    """
    listings = {} if not config.sources else _listings(config, pool, tell, ask=not only)
    every = read_inventory(config, listings)
    _tell_clashes(every, tell)
    members = {member.repo.name: member for member in every.repositories if not member.has_left}
    if unknown := sorted(set(only) - members.keys()):
        raise NotFound(f"{config.file} has no repository named {unknown[0]!r}; `catalog status` lists the names")
    memory, now = PushCache(config.output / "store" / "sources", readers), datetime.now(UTC)
    chosen = [member for name, member in members.items() if not only or name in only]
    skipped = {m.repo.name for m in chosen if not only and stands(m.repo.name) and memory.can_skip(m, now)}
    try:
        yield Due(
            repos=tuple(member.repo for member in chosen if member.repo.name not in skipped),
            unpushed=len(skipped),
            failures={} if only else _failures(listings),
            note=lambda name, read_at: memory.record(members[name], read_at),
        )
    finally:
        memory.write(every.repositories)


def _listings(config: Config, pool: Pool, tell: Callable[[str], None], *, ask: bool) -> dict[str, SourceState]:
    from catalog.discovery.discover import discover, offer_tokens  # noqa: PLC0415 - only a fleet with sources needs it

    offer_tokens(config, pool)
    return discover(config, pool, tell) if ask else read_states(config)


def _failures(listings: Mapping[str, SourceState]) -> dict[str, str]:
    return {name: listing.message for name, listing in listings.items() if listing.message is not None}


def _tell_clashes(every: Inventory, tell: Callable[[str], None]) -> None:
    for entry in every.excluded:
        if entry.name_conflict:
            tell(f"{repository_name(entry.listed)}: left out: {entry.reason}")
