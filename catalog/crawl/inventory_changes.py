"""What became of the inventory since the last crawl: repositories with another name, and those that are visited no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from catalog.discovery.inventory import Inventory, Repository
from catalog.errors import VisitOutcome
from catalog.naming import repo_name
from catalog.plugins.forge import installed
from catalog.schema.tables.inventory import Rename, Visit
from catalog.store.identities import Move
from catalog.store.journal import LastVisit

REMOVED, UNLISTED = "repos.toml no longer includes it", "no longer listed"


def identities(inventory: Inventory) -> dict[str, str]:
    """The names of the repositories that their forges list, each with the host, the reader of the forge, and the forge's id."""
    return {entry.repo.name: identity for entry in inventory.repositories if (identity := _identity(entry)) is not None}


def renames(moves: Iterable[Move], number: int) -> list[Rename]:
    """The rows of the moves that a crawl found."""
    return [
        Rename(crawl=number, repo=move.repo, former=move.former, name=move.repo, replaced=move.replaced)
        for move in moves
    ]


def departures(
    inventory: Inventory, last_visits: Mapping[str, LastVisit], moves: Iterable[Move], number: int, now: datetime
) -> Iterator[Visit]:
    """One row for each repository that was in the catalog after the last crawl, and is visited no more.

    Where a source never gave a listing, as after a new version of its reader, it is unknown which repositories are its own: none is removed.
    """
    entries = {entry.repo.name: entry for entry in inventory.repositories}
    replaced = {move.repo: move.former for move in moves if move.replaced and move.repo not in entries}
    for name, last in sorted(last_visits.items()):
        entry = entries.get(name)
        if last.has_departed or (entry is not None and not entry.has_left) or (entry is None and inventory.unlisted):
            continue
        if name in replaced:
            outcome, message = VisitOutcome.LEFT, f"another repository is called {replaced[name]} now"
        elif entry is None or entry.known is None:
            outcome, message = VisitOutcome.REMOVED, REMOVED
        else:
            outcome, message = VisitOutcome.LEFT, entry.known.left_because or UNLISTED
        yield Visit(
            crawl=number,
            repo=name,
            outcome=outcome,
            why=None,
            message=message,
            started_at=now,
            seconds=0.0,
            received=0,
            requests=0,
            first_at=now,
            turned=True,
        )


def _identity(entry: Repository) -> str | None:
    if entry.known is None or entry.has_left or entry.known.listed.forge_id is None:
        return None
    host, source = repo_name(entry.known.listed.url).partition("/")[0], entry.source
    reader = f"{source.kind} {installed()[source.kind].version}" if source else "-"
    return f"{host} {reader} {entry.known.listed.forge_id}"
