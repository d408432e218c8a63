"""What a visit adds to an observations file: the refs as it found them, compared with those that are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import UNSET

from catalog.git.ref_fault import RefFault, hides
from catalog.git.snapshot import TAG_PREFIX, RefListing
from catalog.schema.record import R
from catalog.schema.tables.git import Tag
from catalog.schema.tables.registry import Event
from catalog.store.observation_line import EventCells, ObservationLine
from catalog.store.ref_timeline import RefTimeline, Visited


class Reads(Protocol):
    """Gives the rows of one table."""

    def __call__(self, table: type[R], /) -> Iterable[R]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RefScan:
    """The refs at one successful visit. `partition` names the rows that it led to; the `last` fields are of the visit before."""

    repo: str
    crawl: int
    at: datetime
    partition: str
    last_partition: str | None = None
    last_at: datetime | None = None
    last_crawl: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RefState:
    """The refs of a repository at one visit: each with the object that it names and the commit that this leads to.

    `faults`: what could not be read of the refs; `event_cells`: what registry tags say, by ref.
    """

    refs: Mapping[str, tuple[str, str | None]]
    event_cells: Mapping[str, EventCells]
    faults: Sequence[RefFault] = ()

    @classmethod
    def of(cls, listing: RefListing, read_rows: Reads) -> RefState:
        """That of a visit which found these refs, and rows."""
        refs = (*listing.tags(), *listing.branches(), *listing.others())
        return cls(
            refs={ref.name: (ref.oid, ref.peeled or ref.oid) for ref in refs},
            event_cells=_event_cells(read_rows),
            faults=listing.faults,
        )

    @classmethod
    def at_end(cls, timeline: RefTimeline) -> RefState:
        """That of the last visit of a timeline."""
        return cls(
            refs={ref: (interval.oid, interval.revision) for ref, interval in timeline.now.items()},
            event_cells={ref: cells for ref, interval in timeline.now.items() if (cells := interval.event_cells)},
        )


def visit_lines(scan: RefScan, timeline: RefTimeline, state: RefState) -> list[ObservationLine]:
    """The lines of a visit: none where it found nothing new, one where the file is whole.

    Where it is not, there is a line for each time until which the changed refs are certain.
    """
    refs, known = state.refs, timeline.now
    seen = {ref: named for ref, named in sorted(refs.items()) if ref not in known or known[ref].oid != named[0]}
    gone = sorted(ref for ref in known.keys() - refs.keys() if not hides(state.faults, ref))
    recorded = {ref: interval.event_cells for ref, interval in known.items() if ref not in seen}
    told = {ref: cells for ref, cells in state.event_cells.items() if ref in refs and recorded.get(ref) != cells}
    if not (seen or gone or told or timeline.damage.new or timeline.partition != scan.partition):
        return []
    groups = _by_certainty(scan, timeline, [*gone, *seen])
    return [
        ObservationLine(
            at=scan.at,
            before=before,
            before_crawl=before_crawl,
            repo=scan.repo,
            gone=tuple(ref for ref in gone if ref in group),
            seen={ref: named for ref, named in seen.items() if ref in group},
            told=told if is_last else {},
            damaged=timeline.damage.lines if is_last and timeline.damage.new else UNSET,
            crawl=scan.crawl,
            partition=scan.partition,
        )
        for (before, before_crawl), group, is_last in _with_last(groups)
    ]


def _with_last(groups: Mapping[Visited, set[str]]) -> Iterator[tuple[Visited, set[str], bool]]:
    for place, (before, group) in enumerate(groups.items(), start=1):
        yield before, group, place == len(groups)


def rename_line(timeline: RefTimeline, repo: str) -> ObservationLine | None:
    """A line that states the new name only; None where no line of the file can be read."""
    if timeline.at is None or timeline.crawl is None or timeline.partition is None:
        return None
    return ObservationLine(
        at=timeline.at,
        before=timeline.at,
        before_crawl=timeline.crawl,
        repo=repo,
        gone=(),
        seen={},
        told={},
        crawl=timeline.crawl,
        partition=timeline.partition,
    )


def _by_certainty(scan: RefScan, timeline: RefTimeline, refs: Iterable[str]) -> dict[Visited, set[str]]:
    """The refs, by the last visit to which it is certain that they were as the whole lines state.

    That is the visit before this one, but where a damaged line may have held a change, the last visit before that line.
    """
    before = _before(scan, timeline)
    if not timeline.certain:
        return {before: set(refs)}
    groups: dict[Visited, set[str]] = {}
    changes = timeline.last_changes()
    for ref in refs:
        groups.setdefault(timeline.certain_since(changes.get(ref)) or before, set()).add(ref)
    return groups or {before: set()}


def _before(scan: RefScan, timeline: RefTimeline) -> Visited:
    """The latest visit at which the refs were as in the last line: the last visit if it led to the same rows, else the line's own."""
    if timeline.at is None or scan.last_at is None or scan.last_partition != timeline.partition:
        return timeline.at, timeline.crawl
    if scan.last_crawl is None or timeline.crawl is None:  # an earlier version knew no crawl of the last visit
        return max(scan.last_at, timeline.at), timeline.crawl
    is_later = scan.last_crawl >= timeline.crawl
    return (scan.last_at, scan.last_crawl) if is_later else (timeline.at, timeline.crawl)


def _event_cells(read_rows: Reads) -> dict[str, EventCells]:
    """The event of each registry tag, by ref. A ref of another name that leads to such a tag is not one of the registry."""
    events = {event.oid: event for event in read_rows(Event)}
    return {
        TAG_PREFIX + tag.tag: EventCells.of(events[tag.oid])
        for tag in read_rows(Tag)
        if tag.oid in events and tag.inner_name is not None
    }
