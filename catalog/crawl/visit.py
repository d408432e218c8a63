"""One visit to one repository: list its refs, compare, and read what is new. The only place that catches Exception."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from catalog.config.parse import RepoConfig
from catalog.crawl.context import CrawlContext
from catalog.crawl.echoes import without_echoed_refs, without_echoed_rows
from catalog.crawl.extract import extract_rows
from catalog.crawl.fetch import fetch
from catalog.crawl.isolation import guarded
from catalog.crawl.lost_tags import with_lost_tags
from catalog.crawl.previous import PreviousRows, read_previous
from catalog.crawl.salvage import Salvage
from catalog.crawl.selection import select_revisions
from catalog.crawl.withholding import withhold, withhold_names
from catalog.errors import READ, Down, OriginError, StoreError, VisitOutcome, shortage
from catalog.git.snapshot import RefListing
from catalog.naming import slug
from catalog.plugins.connector import Connector, partition_tables
from catalog.privacy.detector import clean
from catalog.privacy.gate import Gate, current, gating
from catalog.privacy.log_filter import WithoutSecrets
from catalog.schema.record import R
from catalog.schema.tables.git import Branch, Tag
from catalog.schema.tables.inventory import Visit
from catalog.store.journal import LastVisit
from catalog.store.observations import RefScan
from catalog.store.partitions import Partition, PartitionKey, Rows, refs_digest
from catalog.text import describe
from catalog.transport.origin import (
    HeadStart,
    Limits,
    NetworkRules,
    Origin,
    open_origin,
    open_remote_files,
)

log = logging.getLogger(__name__)
log.addFilter(WithoutSecrets())

VisitResult = tuple[Visit, str | None]  # and the partition


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitTask:
    """One repository to visit, and its last visit."""

    repo: RepoConfig
    last: LastVisit | None
    limits: Limits
    network: NetworkRules = field(default_factory=NetworkRules)
    has_untrusted_url: bool = False  # a listing named it, on another host than its own
    start: HeadStart | None = None  # where another process began the visit
    started: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    outcome: VisitOutcome
    why: str | None = None
    message: str | None = None
    partition: str | None = None
    listing: RefListing | None = None
    rows: Rows | None = None  # where they were not in the store


def visit(
    task: VisitTask,
    *,
    context: CrawlContext,
    number: int,
    read_elsewhere: Callable[[VisitTask], VisitResult] | None = None,
) -> VisitResult:
    """Brings one repository's rows up to date. OriginError becomes its outcome, anything but StoreError the outcome `bug`.

    With `read_elsewhere`, a visit that has more to read than refs goes on there, with what was found out here.
    """
    started = task.started or datetime.now(UTC)
    clock = perf_counter() - (task.start.seconds if task.start else 0.0)
    received, requests, where, gate = 0, 0, "", Gate()
    try:
        with gating(gate), _opened(task, context, gate) as origin:
            where = origin.url
            try:
                listing = task.start.listing if task.start else without_echoed_refs(origin.refs(), gate)
                key = context.key(task.repo.name, refs_digest(listing, task.repo.options.digest()))
                start = None
                if context.store.holds(task.repo.name, str(key)):
                    result = _unchanged(task, listing, key)
                elif read_elsewhere is None:
                    result = _update(task, context, origin, listing, key)
                else:
                    start = origin.head_start(listing)
            finally:
                received, requests = origin.received, origin.requests
        if start is not None and read_elsewhere is not None:
            return read_elsewhere(replace(task, start=start, started=started))
        _record_scan(task, context, result, number, started)
    except OriginError as error:
        lacks = shortage(error)
        message = lacks or gate.sentence(str(error), where)
        result = _Outcome(outcome=VisitOutcome.DOWN if lacks else error.outcome, message=message)
    except StoreError:
        raise  # the disk is full, or damaged: every other visit would fail, too
    except Exception as error:
        reportable = gate.reportable(error)
        if context.debug:
            raise reportable from (error.__cause__ if reportable is error else None)
        if lacks := shortage(error):
            result = _Outcome(outcome=VisitOutcome.DOWN, message=lacks)
            return _visited(task, number, result, started, perf_counter() - clock, received, requests), None
        log.error("%s: this is a bug in catalog", task.repo.name, exc_info=reportable)  # noqa: TRY400 - what it is about was checked
        result = _Outcome(outcome=VisitOutcome.BUG, message=gate.sentence(describe(error)))
    return _visited(task, number, result, started, perf_counter() - clock, received, requests), result.partition


def _opened(task: VisitTask, context: CrawlContext, gate: Gate) -> Origin:
    permits = task.network.permits if task.has_untrusted_url else None
    return open_origin(task.repo.url, task.limits, pool=context.pool, permits=permits, start=task.start, gate=gate)


def lost_visit(
    task: VisitTask, number: int, seconds: float, message: str, outcome: VisitOutcome = VisitOutcome.BUG
) -> VisitResult:
    """A visit without a result: its process ended."""
    started = task.started or datetime.now(UTC) - timedelta(seconds=seconds)
    costs = (task.start.received, task.start.requests) if task.start else (0, 0)
    return _visited(task, number, _Outcome(outcome=outcome, message=message), started, seconds, *costs), None


def _visited(
    task: VisitTask,
    number: int,
    result: _Outcome,
    started: datetime,
    seconds: float,
    received: int = 0,
    requests: int = 0,
) -> Visit:
    last = task.last
    goes_on = last is not None and last.outcome == result.outcome
    return Visit(
        crawl=number,
        repo=task.repo.name,
        outcome=result.outcome,
        why=result.why,
        message=result.message and clean(result.message),
        started_at=started,
        seconds=round(seconds, 6),
        received=received,
        requests=requests,
        first_at=last.first_at or last.visited_at if last and goes_on else started,
        times=last.times + 1 if last and goes_on else 1,
        turned=last is None or (last.outcome in READ) != (result.outcome in READ),
    )


def _unchanged(task: VisitTask, listing: RefListing, key: PartitionKey) -> _Outcome:
    """One refs request decides; more is requested only where the partition of its answer is missing."""
    before = task.last.partition if task.last else None
    if task.last is None:  # a process wrote the rows, and ended before it could say so
        return _Outcome(outcome=VisitOutcome.NEW, why="new", partition=str(key), listing=listing)
    outcome = VisitOutcome.FRESH if before == str(key) else VisitOutcome.CHANGED
    return _Outcome(outcome=outcome, partition=str(key), listing=listing)


def _update(task: VisitTask, context: CrawlContext, origin: Origin, listing: RefListing, key: PartitionKey) -> _Outcome:
    """Reads what the store does not have."""
    before = task.last.partition if task.last else None
    previous = _previous_rows(task, context, before)
    if before is not None and not listing.refs and _had_refs(task, context, before):
        raise Down(f"{origin.url} lists no refs, where there were some before")
    salvage = Salvage(origin, lost_before=key.is_part(before))
    rows, stored = _extract_and_write(task, context, salvage, listing, previous, key)
    if salvage.lost and str(stored) == before:
        return _Outcome(outcome=VisitOutcome.FRESH, partition=before, listing=listing)
    outcome = VisitOutcome.CHANGED if before else VisitOutcome.NEW
    return _Outcome(outcome=outcome, why=_why(task.last, key), partition=str(stored), listing=listing, rows=rows)


def _why(last: LastVisit | None, key: PartitionKey) -> str:
    """Why a repository was read of which the store did not have these rows."""
    if last is None or last.partition is None:
        return "new"
    if last.partition == str(key):
        return "listed_again" if last.has_departed else "rows_missing"
    if key.is_part(last.partition):
        return "incomplete"
    if last.partition.endswith(f"-{key.rules}"):
        return "refs_changed"
    return "privacy_changed" if last.partition.endswith(f"-{key.readers}") else "reader_changed"


def _record_scan(task: VisitTask, context: CrawlContext, result: _Outcome, number: int, at: datetime) -> None:
    """Adds the refs of this visit to the repository's observations: before the visit itself counts as done."""
    assert result.partition
    assert result.listing
    scan = RefScan(
        repo=task.repo.name,
        crawl=number,
        at=at,
        partition=result.partition,
        last_partition=task.last.partition if task.last else None,
        last_at=task.last.read_at if task.last else None,
        last_crawl=task.last.read_crawl if task.last else None,
    )
    stored = context.store.file_of(task.repo.name, result.partition)
    listing, privacy = result.listing, context.privacy.of(task.repo.name)
    context.observations.record(
        scan, lambda: withhold_names(listing, privacy), lambda table: _read(table, result.rows, stored)
    )


def _read(table: type[R], rows: Rows | None, stored: Path) -> Iterable[R]:
    if rows is None:
        return Partition(stored).rows(table)
    return rows.get(table, ())  # type: ignore[return-value]  # the mapping is by table


def _previous_rows(task: VisitTask, context: CrawlContext, before: str | None) -> PreviousRows:
    """The previous rows; none where other readers made them or where they are lost: everything is read again."""
    if before is None or not context.is_made_alike(task.repo.name, before):
        return PreviousRows(rows={})
    partition = _stored(task, context, before)
    return read_previous(partition.rows, partition_tables(context.connectors)) if partition else PreviousRows(rows={})


def _stored(task: VisitTask, context: CrawlContext, partition: str) -> Partition | None:
    """The rows of a partition; None where they are lost or damaged: they are made again."""
    if not context.store.holds(task.repo.name, partition):
        log.warning("%s: its rows in the store are lost or damaged, and are read again", task.repo.name)
        return None
    return Partition(context.store.file_of(task.repo.name, partition))


def _had_refs(task: VisitTask, context: CrawlContext, partition: str) -> bool:
    """Whether the last visit found refs: by its rows, or where these are lost, by what was observed."""
    stored = _stored(task, context, partition)
    if stored is None:
        return bool(context.observations.load(f"{slug(task.repo.name)}.jsonl").now)
    return any(any(stored.rows(table)) for table in (Branch, Tag))


def _extract_and_write(
    task: VisitTask,
    context: CrawlContext,
    origin: Salvage,
    listing: RefListing,
    previous: PreviousRows,
    key: PartitionKey,
) -> tuple[Rows, PartitionKey]:
    """The rows, once they are in the store, and their key there. What fails for no known reason is repeated with connectors that are checked at every call."""
    try:
        rows = _fetch_and_extract(task, context, context.connectors, origin, listing, previous)
        context.store.write(task.repo.name, key.without(origin.lost), rows)
    except (OriginError, StoreError):
        raise
    except Exception as error:
        if context.debug or shortage(error):
            raise
        connectors = tuple(map(guarded, context.connectors))
        rows = _fetch_and_extract(task, context, connectors, origin, listing, previous)
        context.store.write(task.repo.name, key.without(origin.lost), rows)
    return rows, key.without(origin.lost)


def _fetch_and_extract(
    task: VisitTask,
    context: CrawlContext,
    connectors: tuple[Connector, ...],
    origin: Salvage,
    listing: RefListing,
    previous: PreviousRows,
) -> Rows:
    options, known = task.repo.options, previous.known()
    listing = with_lost_tags(origin, previous.mended(listing), connectors, known)
    selection = select_revisions(listing, connectors, options)
    wants_remote = options.fetch_remote_metrics
    remote = (
        open_remote_files(task.repo.url, task.limits, context.pool, task.network.permits, current())
        if wants_remote
        else None
    )
    fetched = fetch(origin, listing, connectors, selection, known, remote, origin.turn)
    rows = extract_rows(fetched.snapshot, fetched.reach, connectors, previous, selection, origin.turn)
    return withhold(without_echoed_rows(rows, current()), context.privacy.of(task.repo.name))
