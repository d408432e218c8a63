"""One line of an observations file: the refs that changed with one visit to a repository, and what its registry tags say."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from catalog.schema.tables.registry import Event
from catalog.store import jsonl

MOST_MESSAGE = 4096  # characters of a tag's message
MOST_INTEGER = 2**63 - 1  # that a column holds
MOST_CRAWL = 2**62  # the number of the next crawl is to be held, too

_Integer = Annotated[int, Meta(ge=-MOST_INTEGER, le=MOST_INTEGER)]
CrawlNumber = Annotated[int, Meta(ge=0, le=MOST_CRAWL)]


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCells:
    """What a registry tag says: the columns of its event, but for those that are the ref's own."""

    tag: str
    event: str
    artifact: str
    version: str | None
    precedence: str | None
    stage: str | None
    counter: _Integer | None
    commit: str
    created_at: datetime
    utc_offset: _Integer
    author: str
    author_email: str
    message: str
    signed: str | None

    def __post_init__(self) -> None:
        """ValueError for a time that is not of UTC."""
        _check(self.created_at)

    @classmethod
    def of(cls, event: Event) -> EventCells:
        """The cells of an event, with the beginning of its message."""
        cells = {name: getattr(event, name) for name in EVENT_CELLS}
        return cls(**cells | {"message": event.message[:MOST_MESSAGE]})


EVENT_CELLS = tuple(cell.name for cell in fields(EventCells))


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationLine:
    """What a visit found new. `seen`: refs that are new or name another object, with that object and the commit it leads to.

    `before`: the last visit to which the deleted refs were known, and the new ones were not; lines of earlier versions do not state
    its crawl. `damaged`: how many damaged lines the file has for which the visit made up. `partition` names the rows that it led to.
    `withheld`: the digest of the `[privacy]` that was applied to this line and all before it, where that is another than the partition's.
    """

    at: datetime
    before: datetime | None
    before_crawl: CrawlNumber | None = None
    repo: str
    gone: tuple[str, ...]
    seen: dict[str, tuple[str, str | None]]
    told: dict[str, EventCells]
    damaged: int | UnsetType = UNSET
    crawl: CrawlNumber
    partition: str
    withheld: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """ValueError for a time that is not of UTC."""
        _check(self.at)
        if self.before is not None:
            _check(self.before)


@dataclass(kw_only=True, slots=True)
class Damage:
    """Counts the damaged lines of a file. `repaired`: of how many a later line has made up for what can be known again."""

    lines: int = 0
    repaired: int = 0

    @property
    def new(self) -> int:
        """How many no line has made up for."""
        return self.lines - self.repaired

    def apply(self, line: ObservationLine | None) -> None:
        """Counts the next line."""
        if line is None:
            self.lines += 1
        elif line.damaged == self.lines:
            self.repaired = self.lines


def read(file: Path) -> Iterator[ObservationLine | None]:
    """Each line; None for one that is damaged. OSError where the file cannot be read."""
    return (entry and entry[1] for entry in jsonl.records(file, ObservationLine))


def without_repeats(lines: Iterable[ObservationLine | None]) -> Iterator[ObservationLine | None]:
    """Each line the first time it comes: a copy or a merge of two files may leave some twice, and no visit came twice.

    A line that states another name of the repository and nothing else counts again: it may have that name back.
    """
    applied: set[Hashable] = set()
    crawl = 0
    for line in lines:
        if line is not None:
            identity = _identity(line)
            if identity in applied and (line.crawl < crawl or line.gone or line.seen or line.told):
                continue
            applied.add(identity)
            crawl = line.crawl
        yield line


def _identity(line: ObservationLine) -> Hashable:
    """All that a visit says; what is withheld is marked on the last line alone."""
    visit = (line.repo, line.crawl, line.at, line.before, line.before_crawl, line.partition)
    return visit, line.gone, tuple(line.seen.items()), tuple(line.told.items())


def _check(moment: datetime) -> None:
    if moment.tzinfo is not UTC and (moment.tzinfo is None or moment.utcoffset()):
        raise ValueError(f"invalid time {moment.isoformat()!r}: expected one of UTC")
