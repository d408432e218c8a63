"""One visit to one repository as a function of values: reads what is new, and returns what is to be stored (docs/decisions/26)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from catalog.crawl.attempt import Cost, Ended, VisitTask, attempt, visit_row
from catalog.crawl.context import ReadContext
from catalog.crawl.echoes import without_echoed_refs, without_echoed_rows
from catalog.crawl.extract import extract_rows
from catalog.crawl.fetch import fetch
from catalog.crawl.isolation import guarded
from catalog.crawl.lost_tags import with_lost_tags
from catalog.crawl.previous import PreviousRows, read_previous
from catalog.crawl.salvage import Salvage
from catalog.crawl.selection import select_revisions
from catalog.crawl.withholding import withhold, withhold_names
from catalog.errors import Down, OriginError, VisitOutcome, shortage
from catalog.git.snapshot import RefListing
from catalog.plugins.connector import Connector, partition_tables
from catalog.privacy.gate import Gate, current
from catalog.schema.tables.inventory import Visit
from catalog.store.last_visit import LastVisit
from catalog.store.partitions import Partition, PartitionKey, Rows, pack_rows, refs_digest
from catalog.store.ref_state import RefState
from catalog.transport.origin import Origin, open_remote_files

__all__ = ["Update", "VisitResult", "VisitTask", "lost_visit", "update", "visit"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitResult:
    """What a visit brought: values that any process can send. Where it went well, the partition, its bytes, and what its refs are."""

    visit: Visit
    partition: str | None = None
    data: bytes | None = None
    refs: RefState | None = None
    records: tuple[logging.LogRecord, ...] = ()  # for the log of the crawl's process


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """What a visit read that the store does not have."""

    ended: Ended
    partition: str
    data: bytes
    refs: RefState

    def result(self, task: VisitTask, started: datetime, cost: Cost) -> VisitResult:
        """The result of a visit that read this."""
        row = visit_row(task, self.ended, started, cost)
        return VisitResult(visit=row, partition=self.partition, data=self.data, refs=self.refs)


def visit(task: VisitTask, context: ReadContext) -> VisitResult:
    """Reads one repository. OriginError becomes its outcome, anything else the outcome `bug`. Nothing is written."""
    started = task.started or datetime.now(UTC)
    result, cost = attempt(task, context, partial(update, task, context))
    if isinstance(result, Ended):
        return VisitResult(visit=visit_row(task, result, started, cost))
    return result.result(task, started, cost)


def lost_visit(task: VisitTask, seconds: float, message: str, outcome: VisitOutcome = VisitOutcome.BUG) -> VisitResult:
    """A visit without a result: its process ended."""
    started = task.started or datetime.now(UTC) - timedelta(seconds=seconds)
    received, requests = (task.start.received, task.start.requests) if task.start else (0, 0)
    cost = Cost(seconds=seconds, received=received, requests=requests)
    return VisitResult(visit=visit_row(task, Ended(outcome=outcome, message=message), started, cost))


def update(task: VisitTask, context: ReadContext, origin: Origin, gate: Gate) -> Update:
    """Reads what the store does not have."""
    listing = task.start.listing if task.start else without_echoed_refs(origin.refs(), gate)
    key = context.key(task.repo.name, refs_digest(listing, task.repo.options.digest()))
    before = task.last.partition if task.last else None
    if task.had_refs and not listing.refs:
        raise Down(f"{origin.url} lists no refs, where there were some before")
    salvage = Salvage(origin, lost_before=key.is_part(before))
    rows, data = _extract_and_pack(task, context, salvage, listing)
    stored = str(key.without(salvage.lost))
    refs = RefState.of(
        withhold_names(listing, context.privacy.of(task.repo.name)),
        lambda table: rows.get(table, ()),  # type: ignore[arg-type]  # the mapping is by table
    )
    if salvage.lost and stored == before:
        ended = Ended(outcome=VisitOutcome.FRESH)
    else:
        outcome = VisitOutcome.CHANGED if before else VisitOutcome.NEW
        ended = Ended(outcome=outcome, why=_why(task.last, key))
    return Update(ended=ended, partition=stored, data=data, refs=refs)


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


def _extract_and_pack(
    task: VisitTask, context: ReadContext, origin: Salvage, listing: RefListing
) -> tuple[Rows, bytes]:
    """The rows, and the bytes of their partition. What fails for no known reason is repeated with connectors that are checked at every call."""
    tables = partition_tables(context.connectors)
    previous = read_previous(Partition(task.previous).rows, tables) if task.previous else PreviousRows(rows={})
    try:
        rows = _fetch_and_extract(task, context, context.connectors, origin, listing, previous)
        return rows, pack_rows(task.repo.name, rows)
    except OriginError:
        raise
    except Exception as error:
        if context.debug or shortage(error):
            raise
        connectors = tuple(map(guarded, context.connectors))
        rows = _fetch_and_extract(task, context, connectors, origin, listing, previous)
        return rows, pack_rows(task.repo.name, rows)


def _fetch_and_extract(
    task: VisitTask,
    context: ReadContext,
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
