"""The observations: which object each ref named at which visit, and the events of registry tags. Append-only: they cannot be reconstructed.

`<root>/<repo>.jsonl` holds a line for each visit that found a change: refs that are new or name another object, deleted refs, and the
events of registry tags. For an unchanged repository only the end of its file is read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from catalog.git.snapshot import TAG_PREFIX, RefListing
from catalog.naming import slug
from catalog.schema.record import R
from catalog.schema.tables.git import Tag
from catalog.schema.tables.observations import Observation
from catalog.schema.tables.registry import Event
from catalog.store.files import make_folder, sync, writing
from catalog.store.jsonl import append, texts

MOST_TOLD = 4096  # characters of a tag's message

_TAIL = 256  # bytes that hold the end of a line: the number of its crawl, and the name of the rows
_LAST_CRAWL = re.compile(rb'"crawl": (\d{1,18}), "partition": "[^"]*"\}\n?$')
_EVENT_CELLS = tuple(cell.name for cell in fields(Event) if cell.name not in ("oid", "revision"))

Cells = dict[str, Any]


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


@dataclass(kw_only=True, slots=True)
class _RefInterval:
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
    event_cells: Cells = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class RefTimeline:
    """The refs of a repository over time, replayed from its lines. `partition`, `at` and `crawl` are of the last line."""

    repo: str = ""
    partition: str | None = None
    at: datetime | None = None
    crawl: int | None = None
    intervals: list[_RefInterval] = field(default_factory=list)
    now: dict[str, _RefInterval] = field(default_factory=dict)  # by ref

    def rows(self) -> Iterator[Observation]:
        """All intervals. An open one was last seen at the time of the last line: later visits wrote none."""
        for interval in self.intervals:
            cells = {name: getattr(interval, name) for name in _INTERVAL_CELLS} | interval.event_cells
            if interval.last_seen is None:
                cells["last_seen"], cells["last_crawl"] = self.at, self.crawl
            if interval.event_cells:
                cells["created_at"] = datetime.fromisoformat(interval.event_cells["created_at"])
            yield Observation(**cells)

    def apply(self, raw: Cells) -> None:
        """Applies the next line."""
        at, number = datetime.fromisoformat(raw["at"]), raw["crawl"]
        before = raw["before"] and datetime.fromisoformat(raw["before"])
        # Lines of earlier versions do not say which crawl that was: it was certainly not before that of the last line.
        before_crawl = raw.get("before_crawl", self.crawl) if before else None
        for ref in chain(raw["gone"], raw["seen"]):
            ended = self.now.pop(ref, None)
            if ended is not None:
                ended.last_seen, ended.last_crawl = before, before_crawl
                ended.ended_at, ended.ended_crawl = at, number
        for ref, (oid, revision) in raw["seen"].items():
            interval = _RefInterval(
                ref=ref,
                oid=oid,
                revision=revision,
                unseen_at=before,
                unseen_crawl=before_crawl,
                first_seen=at,
                first_crawl=number,
            )
            self.now[ref] = interval
            self.intervals.append(interval)
        for ref, event_cells in raw["told"].items():
            if ref not in self.now:  # the line that introduced it is damaged
                continue
            interval = self.now[ref]
            interval.event_cells = event_cells
            if interval.first_readable_at is None:
                interval.first_readable_at, interval.first_readable_crawl = at, number
        self.repo, self.partition, self.at, self.crawl = raw["repo"], raw["partition"], at, number


_INTERVAL_CELLS = tuple(cell.name for cell in fields(_RefInterval) if cell.name != "event_cells")


class Observations:
    """The journals below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def record(self, scan: RefScan, listing: RefListing, read: Reads) -> None:
        """Appends what changed since the last line. `read(table)` returns the visit's rows; StoreError where the disk fails."""
        if self._is_last(scan):
            return
        timeline = self.load(_file(scan.repo))
        raw = _line(scan, timeline, listing, read)
        if raw["seen"] or raw["gone"] or raw["told"] or timeline.partition != scan.partition:
            with writing(self.root):
                make_folder(self.root)
                append(self.root / _file(scan.repo), raw)

    def rename(self, former: str, repo: str) -> bool:
        """Goes on with the journal of a repository under another name; False where there is none, or that name has one."""
        file, target = self.root / _file(former), self.root / _file(repo)
        if target.exists() or not file.is_file():
            return False
        timeline = self.load(file.name)
        with writing(self.root):
            append(file, _rename_line(timeline, repo))  # a line without news: that of a visit comes when there was one
            file.replace(target)
            sync(self.root)
        return True

    def stamps(self) -> dict[str, str]:
        """The name of each file, and a stamp that changes when it grows."""
        if not self.root.is_dir():
            return {}
        with os.scandir(self.root) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".jsonl")]
        return {name: f"{stat.st_size} {stat.st_mtime_ns}" for name, stat in files}

    def last_crawl(self) -> int:
        """The highest number of a crawl among the last lines; 0 where there are none."""
        matches = (_LAST_CRAWL.search(_tail(self.root / name, _TAIL)) for name in self.stamps())
        return max((int(match[1]) for match in matches if match), default=0)

    def load(self, name: str) -> RefTimeline:
        """Replays the whole lines of a file; empty where there is none."""
        timeline = RefTimeline()
        path = self.root / name
        for text in texts(path) if path.is_file() else ():
            timeline.apply(json.loads(text))
        return timeline

    def _is_last(self, scan: RefScan) -> bool:
        """Whether the last line is of the same rows. It ends in their name, so only its end is read."""
        end = f'"partition": {json.dumps(scan.partition)}}}'.encode()
        return _tail(self.root / _file(scan.repo), len(end) + 1).removesuffix(b"\n").endswith(end)


def _file(repo: str) -> str:
    return f"{slug(repo)}.jsonl"


def _tail(path: Path, size: int) -> bytes:
    """The last bytes of a file; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - size, 0))
            return file.read()
    except OSError:
        return b""


def _line(scan: RefScan, timeline: RefTimeline, listing: RefListing, read: Reads) -> Cells:
    refs = {ref.name: ref for ref in (*listing.tags(), *listing.branches(), *listing.others())}
    new_refs = {
        name: (ref.oid, ref.peeled or ref.oid)
        for name, ref in sorted(refs.items())
        if name not in timeline.now or timeline.now[name].oid != ref.oid
    }
    recorded = {ref: interval.event_cells for ref, interval in timeline.now.items() if ref not in new_refs}
    event_cells = {
        ref: cells for ref, cells in _event_cells(read).items() if ref in refs and recorded.get(ref) != cells
    }
    before, before_crawl = _before(scan, timeline)
    return {
        "at": scan.at.isoformat(),
        "before": before and before.isoformat(),
        "before_crawl": before_crawl,
        "repo": scan.repo,
        "gone": sorted(timeline.now.keys() - refs.keys()),
        "seen": new_refs,
        "told": event_cells,
        "crawl": scan.crawl,  # the end of a line is read without the rest: see `last_crawl` and `_is_last`
        "partition": scan.partition,
    }


def _rename_line(timeline: RefTimeline, repo: str) -> Cells:
    at = timeline.at and timeline.at.isoformat()
    return {
        "at": at,
        "before": at,
        "before_crawl": timeline.crawl,
        "repo": repo,
        "gone": [],
        "seen": {},
        "told": {},
        "crawl": timeline.crawl,
        "partition": timeline.partition,
    }


def _before(scan: RefScan, timeline: RefTimeline) -> tuple[datetime | None, int | None]:
    """The latest visit at which the refs were as in the last line: the last visit if it led to the same rows, else the line's own."""
    if timeline.at is None or scan.last_at is None or scan.last_partition != timeline.partition:
        return timeline.at, timeline.crawl
    if scan.last_crawl is None or timeline.crawl is None:  # an earlier version knew no crawl of the last visit
        return max(scan.last_at, timeline.at), timeline.crawl
    is_later = scan.last_crawl >= timeline.crawl
    return (scan.last_at, scan.last_crawl) if is_later else (timeline.at, timeline.crawl)


def _event_cells(read: Reads) -> Mapping[str, Cells]:
    """The event of each registry tag, by ref. A ref of another name that leads to such a tag is not one of the registry."""
    events = {event.oid: event for event in read(Event)}
    return {
        TAG_PREFIX + tag.tag: _cells(events[tag.oid])
        for tag in read(Tag)
        if tag.oid in events and tag.inner_name is not None
    }


def _cells(event: Event) -> Cells:
    cells = {name: getattr(event, name) for name in _EVENT_CELLS}
    return cells | {"created_at": event.created_at.isoformat(), "message": event.message[:MOST_TOLD]}
