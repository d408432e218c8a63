"""The refs of one repository over time: replayed from the lines of its observations file, and compared with those of a visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import chain
from typing import Any

from catalog.schema.tables.observations import Observation
from catalog.store.observation_line import EVENT_CELLS, Damage, EventCells, ObservationLine, without_repeats

Visited = tuple[datetime | None, int | None]  # when, and in which crawl


@dataclass(kw_only=True, slots=True)
class RefInterval:
    """A ref that named an object for some time."""

    ref: str
    oid: str
    revision: str | None
    unseen_at: datetime | None
    unseen_crawl: int | None
    first_seen: datetime
    first_crawl: int
    last_seen: datetime | None = None
    last_crawl: int | None = None
    ended_at: datetime | None = None
    ended_crawl: int | None = None
    first_readable_at: datetime | None = None
    first_readable_crawl: int | None = None
    event_cells: EventCells | None = None


_INTERVAL_CELLS = tuple(cell.name for cell in fields(RefInterval) if cell.name != "event_cells")


@dataclass(kw_only=True, slots=True)
class RefTimeline:
    """The refs of a repository over time. `partition`, `at` and `crawl` are of the last whole line.

    `certain`: the last visit before each damaged line for which no later line has made up.
    """

    repo: str = ""
    partition: str | None = None
    at: datetime | None = None
    crawl: int | None = None
    intervals: list[RefInterval] = field(default_factory=list)
    now: dict[str, RefInterval] = field(default_factory=dict)  # by ref
    damage: Damage = field(default_factory=Damage)
    certain: list[Visited] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[ObservationLine | None]) -> RefTimeline:
        """Replays the lines of a file, each once; None for each that is damaged."""
        timeline = cls()
        for line in without_repeats(lines):
            timeline.apply(line)
        return timeline

    def rows(self) -> Iterator[Observation]:
        """All intervals. Of an open one nothing says when it was last seen: visits that find nothing new write no line."""
        for interval in self.intervals:
            cells: dict[str, Any] = {name: getattr(interval, name) for name in _INTERVAL_CELLS}
            if interval.event_cells is not None:
                cells |= {name: getattr(interval.event_cells, name) for name in EVENT_CELLS}
            yield Observation(**cells)

    def apply(self, line: ObservationLine | None) -> None:
        """Applies the next line."""
        self.damage.apply(line)
        if line is None:
            self.certain.append((self.at, self.crawl))
            return
        if not self.damage.new:
            self.certain.clear()
        # Lines of earlier versions do not say which crawl that was: it was certainly not before that of the last line.
        crawl = line.before_crawl if line.before_crawl is not None else self.crawl
        self._end(chain(line.gone, line.seen), (line.before, crawl if line.before else None), line)
        for ref, (oid, revision) in line.seen.items():
            interval = RefInterval(
                ref=ref,
                oid=oid,
                revision=revision,
                unseen_at=line.before,
                unseen_crawl=crawl if line.before else None,
                first_seen=line.at,
                first_crawl=line.crawl,
            )
            self.now[ref] = interval
            self.intervals.append(interval)
        self._tell(line)
        self.repo, self.partition, self.at, self.crawl = line.repo, line.partition, line.at, line.crawl

    def last_changes(self) -> Mapping[str, int]:
        """The last crawl in which each ref came or went."""
        changes: dict[str, int] = {}
        for interval in self.intervals:
            crawl = interval.first_crawl if interval.ended_crawl is None else interval.ended_crawl
            changes[interval.ref] = max(crawl, changes.get(interval.ref, crawl))
        return changes

    def certain_since(self, crawl: int | None) -> Visited | None:
        """The last visit to which a ref is certain that came or went last in that crawl, or never; None where no damage is in the way."""
        later = (
            visited for visited in self.certain if crawl is None or (visited[1] is not None and visited[1] >= crawl)
        )
        return next(later, None)

    def _end(self, refs: Iterable[str], before: Visited, line: ObservationLine) -> None:
        for ref in refs:
            ended = self.now.pop(ref, None)
            if ended is None:
                continue
            ended.last_seen, ended.last_crawl = self.certain_since(ended.first_crawl) or before
            ended.ended_at, ended.ended_crawl = line.at, line.crawl
            # It came back: the line with which it went is damaged.
            if line.before and line.seen.get(ref, ("", None))[0] == ended.oid:
                ended.ended_at, ended.ended_crawl = before

    def _tell(self, line: ObservationLine) -> None:
        for ref, event_cells in line.told.items():
            if ref not in self.now:  # the line that introduced it is damaged
                continue
            interval = self.now[ref]
            interval.event_cells = event_cells
            if interval.first_readable_at is None:
                interval.first_readable_at, interval.first_readable_crawl = line.at, line.crawl
