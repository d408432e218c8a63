"""The crawl's side of a visit: lists the refs, has what is new read wherever that is done, checks the answer, and writes it.

The only place that writes what a visit brought: the partition, then the observations; the journal follows (`catalog.crawl.crawl`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from catalog.crawl.attempt import Cost, Ended, VisitTask, attempt, ended_by, visit_row
from catalog.crawl.context import CrawlContext
from catalog.crawl.echoes import without_echoed_refs
from catalog.crawl.visit import Update, VisitResult, update
from catalog.crawl.withholding import withhold_names
from catalog.errors import VisitOutcome
from catalog.git.snapshot import RefListing
from catalog.naming import slug
from catalog.privacy.gate import Gate
from catalog.schema.tables.git import Branch, Tag
from catalog.schema.tables.inventory import Visit
from catalog.store.partitions import Partition, refs_digest
from catalog.store.ref_state import RefScan, RefState
from catalog.transport.answer_digest import AnswerDigest
from catalog.transport.origin import HeadStart, Origin

log = logging.getLogger(__name__)

Read = Callable[[VisitTask], VisitResult]
Recorded = tuple[Visit, str | None]  # and the partition


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unchanged:
    """The store has the rows of these refs."""

    partition: str
    listing: RefListing | None  # None where everything of them is recorded


def visit_and_record(task: VisitTask, *, context: CrawlContext, read: Read | None) -> Recorded:
    """Brings one repository's rows up to date; `read` makes the visit, where there is more to read than refs. StoreError where the disk fails.

    Without `read` this process does, by the connection that listed the refs.
    """
    started = datetime.now(UTC)
    step = _list_refs if read else partial(_read_here, started)
    start, cost = attempt(task, context, partial(step, task, context))
    match start:
        case Ended():
            return visit_row(task, start, started, cost), None
        case Update():
            return _recorded(task, context, start.result(task, started, cost), None)
        case _Unchanged():
            row = visit_row(task, _unchanged(task, start), started, cost)
            result = VisitResult(visit=row, partition=start.partition)
            return _recorded(task, context, result, start.listing) if start.listing else (row, start.partition)
    try:
        task = _with_previous(replace(task, start=start, started=started), context)
    except Exception as error:  # noqa: BLE001 - it becomes the outcome of the visit
        return visit_row(task, ended_by(error, task, context, Gate()), started, cost), None
    assert read is not None
    result = read(task)
    for record in result.records:
        logging.getLogger(record.name).handle(record)
    return _recorded(task, context, result, start.listing)


def _read_here(
    started: datetime, task: VisitTask, context: CrawlContext, origin: Origin, gate: Gate
) -> _Unchanged | Update:
    start = _list_refs(task, context, origin, gate)
    if isinstance(start, _Unchanged):
        return start
    return update(_with_previous(replace(task, start=start, started=started), context), context, origin, gate)


def _list_refs(task: VisitTask, context: CrawlContext, origin: Origin, gate: Gate) -> _Unchanged | HeadStart:
    repo, last = task.repo, _last_answer(task, context)
    answered = origin.changed_refs(last[0] if last else None)
    if answered is None:
        assert last is not None
        return _Unchanged(partition=last[1], listing=None)
    listing = without_echoed_refs(answered, gate)
    digest = refs_digest(listing, repo.options.digest())
    if origin.answer is not None:
        context.answers.record(repo, origin.answer, digest)
    partition = str(context.key(repo.name, digest))
    if context.store.holds(repo.name, partition):
        return _Unchanged(partition=partition, listing=listing)
    return origin.head_start(listing)


def _last_answer(task: VisitTask, context: CrawlContext) -> tuple[AnswerDigest, str] | None:
    """The digest of the answer that has nothing new, and the partition of its refs. None where the rows or observations of these are not there."""
    repo, last = task.repo, context.answers.last(task.repo)
    if last is None:
        return None
    partition = str(context.key(repo.name, last.refs))
    is_there = context.store.holds(repo.name, partition) and context.observations.holds(repo.name, partition)
    return (last.answer, partition) if is_there else None


def _unchanged(task: VisitTask, answer: _Unchanged) -> Ended:
    """One refs request decides; more is requested only where the partition of its answer is missing."""
    if task.last is None:  # a crawl wrote the rows, and ended before it could say so
        return Ended(outcome=VisitOutcome.NEW, why="new")
    return Ended(outcome=VisitOutcome.FRESH if task.last.partition == answer.partition else VisitOutcome.CHANGED)


def _with_previous(task: VisitTask, context: CrawlContext) -> VisitTask:
    """The task with what the store has of the repository: no rows that other readers made, or that are lost."""
    before = task.last.partition if task.last else None
    if before is None or task.start is None:
        return task
    name, has_refs = task.repo.name, bool(task.start.listing.refs)
    is_alike = context.is_made_alike(name, before)
    if not is_alike and has_refs:
        return task
    data = context.store.data(name, before)
    if data is None and not _was_pruned(task, before, context):
        log.warning("%s: its rows in the store are lost or damaged, and are read again", name)
    had_refs = not has_refs and _had_refs(name, data, context)
    return replace(task, previous=data if is_alike else None, had_refs=had_refs)


def _was_pruned(task: VisitTask, before: str, context: CrawlContext) -> bool:
    """Whether a build deleted the rows of a repository that repos.toml did not hold."""
    has_departed = task.last is not None and task.last.has_departed
    return has_departed and not context.store.file_of(task.repo.name, before).exists()


def _had_refs(name: str, data: bytes | None, context: CrawlContext) -> bool:
    """Whether the last visit found refs: by its rows, or where these are lost, by what was observed."""
    if data is None:
        return bool(context.observations.load(f"{slug(name)}.jsonl").now)
    stored = Partition(data)
    return any(any(stored.rows(table)) for table in (Branch, Tag))


def _recorded(task: VisitTask, context: CrawlContext, result: VisitResult, listing: RefListing | None) -> Recorded:
    """Writes what a visit brought: before the visit itself counts as done."""
    visit, partition = result.visit, result.partition
    if partition is None:
        return visit, None
    try:
        if result.data is not None:
            context.store.put(task.repo.name, partition, result.data)
        _record_scan(task, context, result, partition, listing)
    except Exception as error:  # noqa: BLE001 - it becomes the outcome of the visit
        ended = ended_by(error, task, context, Gate())
        return visit_row(
            task, ended, visit.started_at, Cost(seconds=visit.seconds, received=visit.received, requests=visit.requests)
        ), None
    return visit, partition


def _record_scan(
    task: VisitTask, context: CrawlContext, result: VisitResult, partition: str, listing: RefListing | None
) -> None:
    """Adds the refs of this visit to the repository's observations."""
    last, repo = task.last, task.repo.name
    scan = RefScan(
        repo=repo,
        crawl=task.number,
        at=result.visit.started_at,
        partition=partition,
        last_partition=last.partition if last else None,
        last_at=last.read_at if last else None,
        last_crawl=last.read_crawl if last else None,
    )

    def scanned() -> RefState:
        if result.refs is not None:
            return result.refs
        assert listing is not None  # of a visit that read nothing
        stored = Partition(context.store.file_of(repo, partition))
        return RefState.of(withhold_names(listing, context.privacy.of(repo)), stored.rows)

    context.observations.record_state(scan, scanned)
