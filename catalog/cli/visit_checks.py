"""The check of the last visits: which repositories could not be read, since when, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog.cli.findings import Finding, ok, warning
from catalog.discovery.inventory import read_inventory
from catalog.errors import DEPARTED, READ, VisitOutcome, visit_advice
from catalog.naming import is_local
from catalog.text import plural

if TYPE_CHECKING:
    from catalog.config.model import Config
    from catalog.store.journal import Journal
    from catalog.store.last_visit import LastVisit

LISTED = 20  # repositories that are named; `catalog status` has all


def check_visits(config: Config, journal: Journal) -> Iterator[Finding]:
    """A warning for each repository whose last visit failed; of several, first how many they are."""
    last_visits = journal.last_visits()
    repos = read_inventory(config).repos
    urls = {repo.name: repo.url for repo in repos}
    visited = {
        repo.name: last for repo in repos if (last := last_visits.get(repo.name)) and last.outcome not in DEPARTED
    }
    failed = {name: last for name, last in sorted(visited.items()) if last.outcome not in READ}
    if visited and not failed:
        yield ok("visits", f"{plural(len(visited), 'repository was', 'repositories were')} read at the last visit")
    if len(failed) > 1:
        yield warning(
            "visits",
            f"{len(failed):,} of {plural(len(visited), 'repository', 'repositories')} could not be read at the last visit",
            "`catalog status` has all of them" if len(failed) > LISTED else None,
        )
    for name, last in list(failed.items())[:LISTED]:
        advice = visit_advice(
            VisitOutcome(last.outcome), is_local=is_local(urls[name]), was_read=last.read_at is not None
        )
        yield warning("visits", _sentence(name, last), advice)


def _sentence(name: str, last: LastVisit) -> str:
    """Since when: the first of the visits that ended alike; earlier versions did not record it."""
    since = f"since {last.first_at or last.visited_at:%Y-%m-%d %H:%M} UTC ({plural(max(last.times, 1), 'visit')})"
    rows = f"its rows are of {last.read_at:%Y-%m-%d %H:%M} UTC" if last.read_at else "it was never read"
    reason = last.outcome.replace("_", " ") + (f": {last.message}" if last.message else "")
    return f"{name} cannot be read {since}, {reason}; {rows}"
