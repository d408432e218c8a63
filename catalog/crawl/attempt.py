"""One attempt at a repository, here or in another process: what it cost, and what becomes of what it raises."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import TypeVar

from catalog.config.model import RepoConfig
from catalog.crawl.context import ReadContext
from catalog.errors import READ, OriginError, StoreError, VisitOutcome, shortage
from catalog.privacy.detector import clean
from catalog.privacy.gate import Gate, gating
from catalog.privacy.log_filter import WithoutSecrets
from catalog.schema.tables.inventory import Visit
from catalog.store.last_visit import LastVisit
from catalog.text import describe
from catalog.transport.origin import HeadStart, Limits, NetworkRules, Origin, open_origin

log = logging.getLogger(__name__)
log.addFilter(WithoutSecrets())

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitTask:
    """One repository to visit: values that any process can be sent. Those from `number` on are known when its refs were listed.

    `previous`: the bytes of its last partition, where the rows of that stay valid; `had_refs`: whether it had some, where it has none now.
    """

    repo: RepoConfig
    last: LastVisit | None
    limits: Limits
    network: NetworkRules = field(default_factory=NetworkRules)
    has_untrusted_url: bool = False  # a listing named it, on another host than its own
    number: int = 0  # of the crawl
    start: HeadStart | None = None
    started: datetime | None = None
    previous: bytes | None = None
    had_refs: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a visit ended."""

    outcome: VisitOutcome
    why: str | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a visit cost so far."""

    seconds: float
    received: int = 0
    requests: int = 0


def attempt(task: VisitTask, context: ReadContext, step: Callable[[Origin, Gate], T]) -> tuple[T | Ended, Cost]:
    """What `step` returns, or how the visit ended where it raises; and the costs so far."""
    clock = perf_counter() - (task.start.seconds if task.start else 0.0)
    received, requests, where, gate = 0, 0, "", Gate()
    result: T | Ended
    try:
        with gating(gate), _opened(task, context, gate) as origin:
            where = origin.url
            try:
                result = step(origin, gate)
            finally:
                received, requests = origin.received, origin.requests
    except Exception as error:  # noqa: BLE001 - it becomes the outcome of the visit
        result = ended_by(error, task, context, gate, where)
    return result, Cost(seconds=perf_counter() - clock, received=received, requests=requests)


def _opened(task: VisitTask, context: ReadContext, gate: Gate) -> Origin:
    permits = task.network.permits if task.has_untrusted_url else None
    return open_origin(task.repo.url, task.limits, pool=context.pool, permits=permits, start=task.start, gate=gate)


def ended_by(error: Exception, task: VisitTask, context: ReadContext, gate: Gate, where: str = "") -> Ended:
    """OriginError is its own outcome, anything else the outcome `bug`; StoreError is raised, and with `debug` a bug, too."""
    if isinstance(error, OriginError):
        lacks = shortage(error)
        message = lacks or gate.sentence(str(error), where)
        return Ended(outcome=VisitOutcome.DOWN if lacks else error.outcome, message=message)
    if isinstance(error, StoreError):
        raise error  # the disk is full, or damaged: every other visit would fail, too
    reportable = gate.reportable(error)
    if context.debug:
        raise reportable from (error.__cause__ if reportable is error else None)
    if lacks := shortage(error):
        return Ended(outcome=VisitOutcome.DOWN, message=lacks)
    log.error("%s: this is a bug in catalog", task.repo.name, exc_info=reportable)  # what it is about was checked
    return Ended(outcome=VisitOutcome.BUG, message=gate.sentence(describe(error)))


def visit_row(task: VisitTask, ended: Ended, started: datetime, cost: Cost) -> Visit:
    """The row of a visit."""
    last = task.last
    goes_on = last is not None and last.outcome == ended.outcome
    return Visit(
        crawl=task.number,
        repo=task.repo.name,
        outcome=ended.outcome,
        why=ended.why,
        message=ended.message and clean(ended.message),
        started_at=started,
        seconds=round(cost.seconds, 6),
        received=cost.received,
        requests=cost.requests,
        first_at=last.first_at or last.visited_at if last and goes_on else started,
        times=last.times + 1 if last and goes_on else 1,
        turned=last is None or (last.outcome in READ) != (ended.outcome in READ),
    )
