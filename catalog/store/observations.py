"""The observations: which object each ref named at which visit, and what registry tags said. Append-only, because they cannot be reconstructed.

`<root>/<repo>.jsonl` holds a line for each visit that found a change: refs that are new or name another object, deleted refs, and what
registry tags say. For an unchanged repository only the end of its file is read.
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
from catalog.store.files import make_folder, writing
from catalog.store.jsonl import append, texts

MOST_TOLD = 4096  # characters of a tag's message

_TAIL = 256  # bytes that hold the end of a line: the number of its crawl, and the name of the rows
_LAST_CRAWL = re.compile(rb'"crawl": (\d{1,18}), "partition": "[^"]*"\}\n?$')
_TOLD = tuple(cell.name for cell in fields(Event) if cell.name not in ("oid", "revision"))

Cells = dict[str, Any]


class Reads(Protocol):
    """Gives the rows of one table."""

    def __call__(self, table: type[R], /) -> Iterable[R]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RefScan:
    """One visit that went well. `partition` is the name of the rows that it led to, the `last` ones are of the visit before."""

    repo: str
    crawl: int
    at: datetime
    partition: str
    last_partition: str | None = None
    last_at: datetime | None = None


@dataclass(kw_only=True, slots=True)
class _RefInterval:
    """A ref that named an object for some time."""

    ref: str
    oid: str
    revision: str | None
    unseen_at: datetime | None
    first_seen: datetime
    first_crawl: int
    last_seen: datetime | None = None
    ended_at: datetime | None = None
    ended_crawl: int | None = None
    first_readable_at: datetime | None = None
    first_readable_crawl: int | None = None
    told: Cells = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Memory:
    """What the lines of a repository come to. `partition` and `at` are of the last of them."""

    repo: str = ""
    partition: str | None = None
    at: datetime | None = None
    spells: list[_RefInterval] = field(default_factory=list)
    now: dict[str, _RefInterval] = field(default_factory=dict)  # by ref

    def rows(self) -> Iterator[Observation]:
        """All that was seen. What is still there was last seen at the time of the last line: later visits left none."""
        for spell in self.spells:
            cells = {name: getattr(spell, name) for name in _SPELL} | spell.told
            if spell.last_seen is None:
                cells["last_seen"] = self.at
            if spell.told:
                cells["created_at"] = datetime.fromisoformat(spell.told["created_at"])
            yield Observation(**cells)

    def hear(self, raw: Cells) -> None:
        """Takes in the next line."""
        at, number = datetime.fromisoformat(raw["at"]), raw["crawl"]
        before = raw["before"] and datetime.fromisoformat(raw["before"])
        for ref in chain(raw["gone"], raw["seen"]):
            ended = self.now.pop(ref, None)
            if ended is not None:
                ended.last_seen, ended.ended_at, ended.ended_crawl = before, at, number
        for ref, (oid, revision) in raw["seen"].items():
            spell = _RefInterval(
                ref=ref, oid=oid, revision=revision, unseen_at=before, first_seen=at, first_crawl=number
            )
            self.now[ref] = spell
            self.spells.append(spell)
        for ref, told in raw["told"].items():
            if ref not in self.now:  # a damaged line told of its coming
                continue
            spell = self.now[ref]
            spell.told = told
            if spell.first_readable_at is None:
                spell.first_readable_at, spell.first_readable_crawl = at, number
        self.repo, self.partition, self.at = raw["repo"], raw["partition"], at


_SPELL = tuple(cell.name for cell in fields(_RefInterval) if cell.name != "told")


class Observations:
    """The journals below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def see(self, sight: RefScan, listing: RefListing, read: Reads) -> None:
        """Writes down what is new since the last line. `read(table)` gives the visit's rows; StoreError where the disk fails."""
        if self._is_last(sight):
            return
        memory = self.remember(_file(sight.repo))
        raw = _line(sight, memory, listing, read)
        if raw["seen"] or raw["gone"] or raw["told"] or memory.partition != sight.partition:
            with writing(self.root):
                make_folder(self.root)
                append(self.root / _file(sight.repo), raw)

    def stamps(self) -> dict[str, str]:
        """The name of each file, and what differs when it has grown."""
        if not self.root.is_dir():
            return {}
        with os.scandir(self.root) as found:
            files = [(entry.name, entry.stat()) for entry in found if entry.name.endswith(".jsonl")]
        return {name: f"{stat.st_size} {stat.st_mtime_ns}" for name, stat in files}

    def last_crawl(self) -> int:
        """The highest number of a crawl among the last lines; 0 where there are none."""
        found = (_LAST_CRAWL.search(_tail(self.root / name, _TAIL)) for name in self.stamps())
        return max((int(match[1]) for match in found if match), default=0)

    def remember(self, name: str) -> Memory:
        """What the whole lines of a file come to; nothing where there is none."""
        memory = Memory()
        path = self.root / name
        for text in texts(path) if path.is_file() else ():
            memory.hear(json.loads(text))
        return memory

    def _is_last(self, sight: RefScan) -> bool:
        """Whether the last line is of the same rows. It ends in their name, so that its end is all that must be read."""
        end = f'"partition": {json.dumps(sight.partition)}}}'.encode()
        return _tail(self.root / _file(sight.repo), len(end) + 1).removesuffix(b"\n").endswith(end)


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


def _line(sight: RefScan, memory: Memory, listing: RefListing, read: Reads) -> Cells:
    refs = {ref.name: ref for ref in (*listing.tags(), *listing.branches(), *listing.others())}
    seen = {
        name: (ref.oid, ref.peeled or ref.oid)
        for name, ref in sorted(refs.items())
        if name not in memory.now or memory.now[name].oid != ref.oid
    }
    known = {ref: spell.told for ref, spell in memory.now.items() if ref not in seen}
    told = {ref: cells for ref, cells in _told(read).items() if ref in refs and known.get(ref) != cells}
    return {
        "at": sight.at.isoformat(),
        "before": _before(sight, memory),
        "repo": sight.repo,
        "gone": sorted(memory.now.keys() - refs.keys()),
        "seen": seen,
        "told": told,
        "crawl": sight.crawl,  # the end of a line is read without the rest: see `last_crawl` and `_is_last`
        "partition": sight.partition,
    }


def _before(sight: RefScan, memory: Memory) -> str | None:
    """When the refs were certainly as the last line left them: at the last visit, if that saw the same; else when it was written."""
    if memory.at is None:
        return None
    if sight.last_at and sight.last_partition == memory.partition:
        return max(sight.last_at, memory.at).isoformat()
    return memory.at.isoformat()


def _told(read: Reads) -> Mapping[str, Cells]:
    """What each registry tag says, by ref. A ref of another name that leads to such a tag is none of the registry's."""
    events = {event.oid: event for event in read(Event)}
    return {
        TAG_PREFIX + tag.tag: _cells(events[tag.oid])
        for tag in read(Tag)
        if tag.oid in events and tag.inner_name is not None
    }


def _cells(event: Event) -> Cells:
    cells = {name: getattr(event, name) for name in _TOLD}
    return cells | {"created_at": event.created_at.isoformat(), "message": event.message[:MOST_TOLD]}
