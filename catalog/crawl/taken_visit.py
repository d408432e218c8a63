"""A visit of another store as the catalog tells it: its outcome follows from what the catalog knew, not from what that store did."""

from __future__ import annotations

from dataclasses import replace

from catalog.errors import READ, VisitOutcome
from catalog.privacy.detector import clean
from catalog.schema.tables.inventory import Visit
from catalog.store.last_visit import LastVisit


def judged(visit: Visit, partition: str | None, last: LastVisit | None, number: int, *, had_rows: bool) -> Visit:
    """The visit as one of the catalog's crawl `number`. `last`: the catalog's last visit to the repository; `had_rows`: it had these rows already."""
    outcome, why = _outcome(visit, partition, last, had_rows=had_rows)
    goes_on = last is not None and last.outcome == outcome
    return replace(
        visit,
        crawl=number,
        outcome=outcome,
        why=why,
        message=visit.message and clean(visit.message),
        first_at=(last.first_at or last.visited_at) if last and goes_on else visit.started_at,
        times=last.times + 1 if last and goes_on else 1,
        turned=last is None or (last.outcome in READ) != (outcome in READ),
    )


def _outcome(visit: Visit, partition: str | None, last: LastVisit | None, *, had_rows: bool) -> tuple[str, str | None]:
    """How it ended, and why the repository was read: other than for the store where the catalog knows more of it, or less."""
    if partition is None:
        return visit.outcome, visit.why
    if last is None or last.partition is None:
        return VisitOutcome.NEW, "new"
    if last.partition == partition and visit.outcome != VisitOutcome.NEW:
        return visit.outcome, visit.why
    if last.partition == partition:
        lost = "listed_again" if last.has_departed else "rows_missing"
        return (VisitOutcome.FRESH, None) if had_rows else (VisitOutcome.CHANGED, lost)
    if visit.outcome == VisitOutcome.CHANGED:
        return visit.outcome, visit.why
    is_read_alike = last.partition.partition("-")[2] == partition.partition("-")[2]
    return VisitOutcome.CHANGED, "refs_changed" if is_read_alike else "reader_changed"
