"""What a build depends on, as digests: of all from which conclusions, exports and pages follow, and of what a crawl adds in which nothing changed.

Why these, and what is in which: docs/decisions/28-nothing-changed.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import TypeVar, cast

from catalog.database.code_digest import code_digest
from catalog.errors import READ, CrawlOutcome, VisitOutcome
from catalog.schema.record import Record
from catalog.schema.tables.inventory import Crawl, MetricDirection, Rename, Repo, Source, StageName, Visit
from catalog.store.typed_json import encoded

Row = TypeVar("Row", bound=Record)
CrawlRows = Mapping[type[Record], Sequence[Record]]  # of each table that no partition fills

OF_CRAWLS = (Repo, Source, Crawl, Visit)  # in which a crawl changes rows, though nothing changed
_SETTLED = (StageName, MetricDirection, Rename)


def inputs_digest(rows: CrawlRows, observations: Mapping[str, str], masking: Iterable[str]) -> str:
    """The digest of what conclusions, exports and pages follow from. `observations`: a stamp for each file; `masking`: what becomes of addresses."""
    parts = [
        code_digest(),
        [_without_times(row) for row in rows_of(rows, Repo)],
        [replace(row, asked_at=None, listed_at=None) for row in rows_of(rows, Source)],
        *(rows[table] for table in _SETTLED),
        sorted(observations.items()),
        _of_crawls(rows_of(rows, Crawl)),
        *masking,
    ]
    return _digest(parts)


def times_digest(rows: CrawlRows) -> str:
    """The digest of what a crawl changes, though nothing changed; visits change with the crawl that makes them."""
    return _digest(rows[table] for table in (Repo, Source, Crawl))


def site_digest(inputs: str, title: str, site_url: str | None, theme: str = "") -> str:
    """The digest of what pages follow from. `theme`: the digest of the look that the site's owner chose."""
    return _digest([inputs, title, site_url or "", theme])


def last_started(rows: CrawlRows) -> datetime | None:
    """When the last crawl began."""
    crawls = rows_of(rows, Crawl)
    return crawls[-1].started_at if crawls else None


def rows_of(rows: CrawlRows, table: type[Row]) -> Sequence[Row]:
    """The rows of one table."""
    return cast("Sequence[Row]", rows[table])


def _without_times(row: Repo) -> Repo:
    """A repository, whenever it was visited. Of one that could not be read, pages say from when its rows are."""
    is_read = row.outcome in READ
    outcome = VisitOutcome.FRESH if is_read else row.outcome
    return replace(row, outcome=outcome, visited_at=None, read_at=None if is_read else row.read_at)


def _of_crawls(crawls: Sequence[Crawl]) -> dict[str, list[int]]:
    """What conclusions take from crawls: with which whole one a crawl counts that was cut short, and whose clocks contradict a later one."""
    cut_short = [row.crawl for row in crawls if row.outcome == CrawlOutcome.CUT_SHORT]
    after = (row.crawl for row in crawls if cut_short and row.crawl > cut_short[-1])
    return {
        "cut short": [*cut_short, *([first] if (first := next(after, 0)) else [])],
        "suspect": list(_suspect(crawls)),
    }


def _suspect(crawls: Sequence[Crawl]) -> Iterator[int]:
    earliest: datetime | None = None
    for row in reversed(crawls):
        if earliest is not None and row.started_at > earliest:
            yield row.crawl
        earliest = row.started_at if earliest is None else min(earliest, row.started_at)


def _digest(parts: Iterable[object]) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(encoded(part) + b"\n")
    return digest.hexdigest()
