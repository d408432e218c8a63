"""What became of the inventory since the last crawl: repositories with another name, and those that are visited no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, count
from types import MappingProxyType

from catalog.discovery.inventory import Inventory, Repository
from catalog.errors import VisitOutcome
from catalog.naming import repo_name
from catalog.plugins.forge import installed
from catalog.schema.tables.inventory import Rename, Visit
from catalog.store.identities import Move, aside, moves
from catalog.store.last_visit import LastVisit, renamed_to

REMOVED, UNLISTED = "repos.toml no longer includes it", "no longer listed"


def identities(inventory: Inventory) -> dict[str, str]:
    """The names of the repositories that their forges list, each with the host, the reader of the forge, and the forge's id."""
    return {entry.repo.name: identity for entry in inventory.repositories if (identity := _identity(entry)) is not None}


def inventory_moves(
    before: Mapping[str, str],
    now: Mapping[str, str],
    last_visits: Mapping[str, LastVisit],
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> tuple[dict[str, str], tuple[Move, ...]]:
    """The ids of the repositories that were there before, and which have another name now: by their forges, or by `aliases` (former → name).

    Where one gets a name whose repository has no id that is known, nothing says that both are the same: they are taken for two, and the
    one before is `name (id unknown)`.
    """
    known = dict(before)
    for move in moves(before, now):
        if move.repo in last_visits and move.repo not in before and not _is_recorded(move, last_visits):
            known[move.repo] = _unknown_identity(move.repo, now[move.repo], last_visits)
    forge_moves = moves(known, now)
    return known, (*forge_moves, *_stated_moves(aliases, forge_moves, last_visits))


def aliases(inventory: Inventory) -> dict[str, str]:
    """The former names that repos.toml states, each with the name of the repository."""
    return {alias: repo.name for repo in inventory.repos for alias in repo.aliases}


def _stated_moves(
    aliases: Mapping[str, str], forge_moves: Iterable[Move], last_visits: Mapping[str, LastVisit]
) -> Iterator[Move]:
    """Where no crawl visited the repository under its new name yet, and its forge does not say the same."""
    moved = {name for move in forge_moves for name in (move.former, move.repo)}
    for former, name in aliases.items():
        if former in moved or name in moved or not _has_history(last_visits.get(former)):
            continue
        if not _has_history(last_visits.get(name)):
            moved |= {former, name}
            yield Move(former=former, repo=name, replaced=False)


def _has_history(last: LastVisit | None) -> bool:
    return last is not None and not (last.outcome == VisitOutcome.LEFT and str(last.message).startswith(renamed_to("")))


def _is_recorded(move: Move, last_visits: Mapping[str, LastVisit]) -> bool:
    """Whether a crawl that was interrupted wrote the move down, but not the ids."""
    last = last_visits.get(move.former)
    if last is None:
        return move.replaced
    return last.outcome == VisitOutcome.LEFT and last.message == renamed_to(move.repo)


def _unknown_identity(name: str, present: str, last_visits: Mapping[str, LastVisit]) -> str:
    reader = present.rpartition(" ")[0]
    ids = chain(["unknown"], (f"unknown-{number}" for number in count(2)))
    return next(f"{reader} {each}" for each in ids if aside(name, each) not in last_visits)


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
