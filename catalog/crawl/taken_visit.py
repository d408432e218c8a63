"""A visit of another store as the catalog tells it: its outcome follows from what the catalog knew, not from what that store did."""

from __future__ import annotations

from dataclasses import replace

from catalog.errors import READ, VisitOutcome
from catalog.schema.tables.inventory import Visit
from catalog.store.journal import LastVisit


def judged(visit: Visit, partition: str | None, last: LastVisit | None, number: int) -> Visit:
    """The visit as one of the catalog's crawl `number`. `last`: the catalog's last visit to the repository."""
    outcome, why = _outcome(visit, partition, last)
    goes_on = last is not None and last.outcome == outcome
    return replace(
        visit,
        crawl=number,
        outcome=outcome,
        why=why,
        first_at=(last.first_at or last.visited_at) if last and goes_on else visit.started_at,
        times=last.times + 1 if last and goes_on else 1,
        turned=last is None or (last.outcome in READ) != (outcome in READ),
    )


def _outcome(visit: Visit, partition: str | None, last: LastVisit | None) -> tuple[str, str | None]:
    """How it ended, and why the repository was read: other than for the store where the catalog knows more of it, or less."""
    if partition is None:
        return visit.outcome, visit.why
    if last is None or last.partition is None:
        return VisitOutcome.NEW, "new"
    if last.partition == partition:
        return (VisitOutcome.FRESH, None) if visit.outcome == VisitOutcome.NEW else (visit.outcome, visit.why)
    if visit.outcome == VisitOutcome.CHANGED:
        return visit.outcome, visit.why
    is_read_alike = last.partition.partition("-")[2] == partition.partition("-")[2]
    return VisitOutcome.CHANGED, "refs_changed" if is_read_alike else "reader_changed"
