"""How a repository was found last, worked out line by line from what crawls recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from catalog.errors import DEPARTED, VisitOutcome
from catalog.schema.tables.inventory import Visit
from catalog.store.crawl_file import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class LastVisit:
    """The outcome of a repository's last visit. `partition` and the `read` fields are of the last successful one.

    `first_at` and `times` are of the run of visits that ended alike. Summaries of earlier versions have no numbers of crawls.
    """

    outcome: str
    message: str | None
    visited_at: datetime
    partition: str | None = None
    read_at: datetime | None = None
    read_crawl: int | None = None
    first_at: datetime | None = None
    times: int = 0

    @property
    def has_departed(self) -> bool:
        """No crawl visits it any more."""
        return self.outcome in DEPARTED


def renamed_to(name: str) -> str:
    """What the last visit to a former name says."""
    return f"renamed to {name}"


def apply(last: dict[str, LastVisit], line: Line) -> None:
    """Brings the last visits up to date with what a line says."""
    if line.rename and (former := last.get(line.rename.former)):
        last[line.rename.name] = former
        last[line.rename.former] = replace(former, outcome=VisitOutcome.LEFT, message=renamed_to(line.rename.name))
        if line.rename.replaced:
            del last[line.rename.former]
    if outcome := line.outcome:
        last[outcome.repo] = _after(last.get(outcome.repo), outcome, line.partition)


def _after(before: LastVisit | None, visit: Visit, partition: str | None) -> LastVisit:
    goes_on = before is not None and before.outcome == visit.outcome
    first_at, times = visit.first_at, visit.times
    if first_at is None:  # an earlier version wrote the line
        first_at = (before.first_at or before.visited_at) if before and goes_on else visit.started_at
        times = before.times + 1 if before and goes_on else 1
    now = LastVisit(
        outcome=visit.outcome, message=visit.message, visited_at=visit.started_at, first_at=first_at, times=times
    )
    if partition is not None:
        return replace(now, partition=partition, read_at=visit.started_at, read_crawl=visit.crawl)
    if before is None:
        return now
    if visit.outcome in DEPARTED:
        now = replace(now, visited_at=before.visited_at)
    return replace(now, partition=before.partition, read_at=before.read_at, read_crawl=before.read_crawl)
