"""The observations: which object each ref named at which visit, and the events of registry tags. Append-only: they cannot be reconstructed.

`<root>/<repo>.jsonl` holds a line for each visit that found a change: refs that are new or name another object, deleted refs, and the
events of registry tags. The file of an unchanged repository is checked, not replayed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import UNSET

from catalog.git.ref_fault import hides
from catalog.git.snapshot import TAG_PREFIX, RefListing
from catalog.naming import slug
from catalog.schema.record import R
from catalog.schema.tables.git import Tag
from catalog.schema.tables.registry import Event
from catalog.store.files import clear, make_folder, sync, writing
from catalog.store.jsonl import append
from catalog.store.observation_line import Damage, EventCells, ObservationLine, read
from catalog.store.ref_timeline import RefTimeline, Visited
from catalog.text import plural

log = logging.getLogger(__name__)


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
class _FileEnd:
    """What the last whole line of a file states, and whether lines are damaged for which no later one has made up."""

    stamp: tuple[int, int]
    crawl: int
    partition: str | None
    damaged: bool


class Observations:
    """The files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ends: dict[str, _FileEnd] = {}  # by the file's name

    def record(self, scan: RefScan, list_refs: Callable[[], RefListing], read_rows: Reads) -> None:
        """Appends what changed since the last line. StoreError where the disk fails.

        `list_refs()` returns the refs, `read_rows(table)` the rows of the visit; neither is called where nothing changed.

        Where lines are damaged, what they may have held is recorded anew. A folder in the place of the file is put aside;
        where the file cannot be read, nothing is recorded.
        """
        name = _file(scan.repo)
        with writing(self.root):
            clear(self.root / name)
        try:
            if _is_complete(self._end(name), scan.partition):
                return
            timeline = self.load(name)
        except OSError as error:
            log.warning("%s: nothing is recorded of this visit", _unreadable(self.root / name, error))
            return
        if timeline.damage.new:
            log.warning("%s; what its refs name now is recorded anew", _lost(self.root / name, timeline.damage))
        lines = _lines(scan, timeline, list_refs(), read_rows)
        if lines:
            with writing(self.root):
                make_folder(self.root)
                append(self.root / name, *lines)

    def lacks(self, repo: str, partition: str) -> bool:
        """Whether a visit that finds these rows again would record something, because lines are lost."""
        try:
            return not _is_complete(self._end(_file(repo)), partition)
        except IsADirectoryError:  # a visit puts it aside
            return True
        except OSError:  # no visit can change that
            return False

    def rename(self, former: str, repo: str) -> bool:
        """Goes on with the file of a repository under another name; False where there is none, or that name has one."""
        file, target = self.root / _file(former), self.root / _file(repo)
        if target.exists() or not file.is_file():
            return False
        try:
            timeline = self.load(file.name)
        except OSError as error:
            log.warning("%s: %s begins without it", _unreadable(file, error), repo)
            return False
        with writing(self.root):
            if line := _rename_line(timeline, repo):
                append(file, line)  # a line without news: that of a visit comes when there was one
            file.replace(target)
            sync(self.root)
        return True

    def stamps(self) -> dict[str, str]:
        """The name of each file, and a stamp that changes when it grows."""
        if not self.root.is_dir():
            return {}
        with os.scandir(self.root) as entries:
            files = [
                (entry.name, entry.stat())
                for entry in entries
                if entry.name.endswith(".jsonl") and entry.name.isascii()  # as all that `slug` makes
            ]
        return {name: f"{stat.st_size} {stat.st_mtime_ns}" for name, stat in files}

    def last_crawl(self) -> int:
        """The highest number of a crawl among the last lines; 0 where there are none."""
        return max((end.crawl for name in self.stamps() if (end := self._readable_end(name))), default=0)

    def load(self, name: str) -> RefTimeline:
        """Replays the whole lines of a file; empty where there is none. OSError where it cannot be read."""
        try:
            return RefTimeline.of(read(self.root / name))
        except (FileNotFoundError, NotADirectoryError):
            return RefTimeline()

    def load_readable(self, name: str) -> RefTimeline | None:
        """As `load`; what is damaged is logged, and None is returned for a file that cannot be read."""
        try:
            timeline = self.load(name)
        except OSError as error:
            log.warning("%s: what it holds is left out", _unreadable(self.root / name, error))
            return None
        if timeline.damage.new:
            log.warning("%s; the next crawl records anew what its refs name", _lost(self.root / name, timeline.damage))
        return timeline

    def _end(self, name: str) -> _FileEnd | None:
        """The end of a file, which is read where it has changed since; None where there is no file."""
        path = self.root / name
        try:
            stat = path.stat()
            stamp = (stat.st_size, stat.st_mtime_ns)
            known = self._ends.get(name)
            if known is None or known.stamp != stamp:
                known = self._ends[name] = _read_end(path, stamp)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return known

    def _readable_end(self, name: str) -> _FileEnd | None:
        try:
            return self._end(name)
        except OSError:  # a visit reports it
            return None


def _file(repo: str) -> str:
    return f"{slug(repo)}.jsonl"


def _is_complete(end: _FileEnd | None, partition: str) -> bool:
    return end is not None and end.partition == partition and not end.damaged


def _read_end(path: Path, stamp: tuple[int, int]) -> _FileEnd:
    damage, last = Damage(), None
    for line in read(path):
        damage.apply(line)
        last = line or last
    return _FileEnd(
        stamp=stamp,
        crawl=last.crawl if last else 0,
        partition=last.partition if last else None,
        damaged=damage.new > 0,
    )


def _lines(scan: RefScan, timeline: RefTimeline, listing: RefListing, read_rows: Reads) -> list[ObservationLine]:
    """The lines of a visit: none where it found nothing new, one where the file is whole.

    Where it is not, there is a line for each time until which the changed refs are certain.
    """
    refs = {ref.name: ref for ref in (*listing.tags(), *listing.branches(), *listing.others())}
    seen = {
        name: (ref.oid, ref.peeled or ref.oid)
        for name, ref in sorted(refs.items())
        if name not in timeline.now or timeline.now[name].oid != ref.oid
    }
    gone = sorted(ref for ref in timeline.now.keys() - refs.keys() if not hides(listing.faults, ref))
    recorded = {ref: interval.event_cells for ref, interval in timeline.now.items() if ref not in seen}
    told = {ref: cells for ref, cells in _event_cells(read_rows).items() if ref in refs and recorded.get(ref) != cells}
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


def _rename_line(timeline: RefTimeline, repo: str) -> ObservationLine | None:
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


def _lost(file: Path, damage: Damage) -> str:
    lines = plural(damage.new, "damaged line")
    return f"{file} has {lines}: what was recorded there is lost"


def _unreadable(file: Path, error: OSError) -> str:
    return f"{file} cannot be read: {error.strerror or error}"
