"""Visits made by processes beside this one: one interpreter uses only one processor, and only a process can be ended.

See docs/decisions/13-processes.md.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from threading import Lock, Semaphore
from time import perf_counter

from catalog.crawl.child_process import Child, can_fork, fork, preload, spawn
from catalog.crawl.context import ReadContext
from catalog.crawl.visit import VisitResult, VisitTask, lost_visit, visit
from catalog.crawl.watch import Watch, resident
from catalog.crawl.worker import WorkerInit
from catalog.crawl.worker_process import Cause, Died, WorkerProcess
from catalog.errors import VisitOutcome
from catalog.store import files
from catalog.store.lock import Shared

EACH = 25  # visits for one process, before another is started
STARTING = 10.0  # seconds of a processor that a process may use besides its only visit
SUSPECTS = 3  # visits of a process that was stuck, made again at a time: two that are stuck again do not keep the others waiting

log = logging.getLogger(__name__)


class Workers:
    """Processes that make visits: `number` at most, each started when there is enough to read for it."""

    def __init__(self, order: WorkerInit, number: int, memory_gate: int, context: ReadContext) -> None:
        """`context`: for visits that are made here, where no process can be started."""
        self._order, self._number, self._memory_gate, self._context = order, number, memory_gate, context
        self._lock = Lock()
        self._all: list[WorkerProcess] = []
        self._sent = 0
        self._over = self._reads_here = False
        self._alone = {cause: Semaphore(SUSPECTS if cause is Cause.TIME else 1) for cause in Cause}
        self._extra: list[WorkerProcess] = []  # with one visit each
        self._watch: Watch | None = None  # begins with the first process, as a fork is made without threads

    def start(self, number: int) -> None:
        """Starts so many at once, and no more than there may be, as there is much to read, or one, as there will be something. OSError where they cannot be started."""
        begin = spawn
        if can_fork(number, resident(os.getpid()), self._order.max_memory):
            if number > 1:  # one imports by itself what its visit needs, while this process goes on
                preload()
            begin = fork
        children: list[Child] = []
        with self._lock:
            try:
                children.extend(begin(self._memory_gate) for _ in range(min(number, self._number - len(self._all))))
            finally:  # threads are started when all forks were made
                self._all += [self._worker(child) for child in children]

    def read(self, task: VisitTask) -> VisitResult:
        """Makes a visit in a process.

        When a process dies, or is ended, its open visits are made again, each in a process of its own: that shows which repository is to
        blame, and the others are read. So is a visit that ran out of time beside another one that let nothing else go on.
        """
        clock = perf_counter()
        try:
            with self._least_busy() as worker:
                reply = worker.visit(task)
            if not reply.starved or reply.result.visit.outcome != VisitOutcome.TOO_SLOW:
                return reply.result
            cause = Cause.TIME
        except Died as died:
            if self._over:
                return lost_visit(task, perf_counter() - clock, f"the process that read it {died}")
            cause = died.cause
        except OSError as error:
            if not self._reads_here:
                log.warning("reads with one process: %s", error)
            self._reads_here = True
            return visit(task, self._context)
        return self._read_alone(task, cause)

    def close(self) -> None:
        """Ends all at once; their open visits are lost."""
        self._over = True
        if self._watch is not None:
            self._watch.close()
        for worker in self._running():
            worker.close()

    def _running(self) -> list[WorkerProcess]:
        return [worker for worker in (*self._all, *self._extra) if not worker.dead]

    def _worker(self, child: Child) -> WorkerProcess:
        if self._watch is None:
            self._watch = Watch(self._order.max_memory // self._order.shares, self._running)
        return WorkerProcess(self._order, child)

    def _read_alone(self, task: VisitTask, cause: Cause) -> VisitResult:
        clock = perf_counter()
        if task.start is not None:
            task = replace(task, start=replace(task.start, seconds=0.0))  # it has its whole time again
        with self._alone[cause]:
            try:
                return self._alone_in_a_process(task)
            except Died as died:
                outcome, why = _blamed(task, died, self._order.max_memory)
            except OSError as error:
                outcome, why = VisitOutcome.DOWN, f"no process can be started to read it: {error.strerror}"
        return lost_visit(task, perf_counter() - clock, why, outcome)

    def _alone_in_a_process(self, task: VisitTask) -> VisitResult:
        order = replace(self._order, processor_time=task.limits.processor_time + STARTING)
        worker = WorkerProcess(order, spawn(self._memory_gate))
        self._extra.append(worker)
        try:
            return worker.visit(task).result
        finally:
            worker.close()
            self._extra.remove(worker)

    @contextmanager
    def _least_busy(self) -> Iterator[WorkerProcess]:
        with self._lock:
            if self._over:
                raise Died("ended with the crawl")
            self._all = [worker for worker in self._all if not worker.dead]
            if not self._all or (len(self._all) < self._number and self._sent >= EACH * len(self._all)):
                self._all.append(self._worker(spawn(self._memory_gate)))
            worker = min(self._all, key=lambda worker: worker.burden)
            worker.burden += 1
            self._sent += 1
        try:
            yield worker
        finally:
            with self._lock:
                worker.burden -= 1


@contextmanager
def workers(order: WorkerInit, number: int, context: ReadContext, folder: Path | None = None) -> Iterator[Workers]:
    """At most so many processes, which end with the `with` block. `folder`: where a temporary file may be written; StoreError where it may not."""
    with files.writing(folder or Path(gettempdir())):
        temporary_file = TemporaryFile(dir=folder)  # noqa: SIM115 - the next statement closes it
    with temporary_file as memory_gate:
        context.pool.memory_gate = Shared(memory_gate.fileno())
        team = Workers(order, number, memory_gate.fileno(), context)
        try:
            yield team
        finally:
            team.close()


def _blamed(task: VisitTask, died: Died, max_memory: int) -> tuple[VisitOutcome, str]:
    """The outcome of a visit whose process ended although it made no other."""
    limits = task.limits
    match died.cause:
        case Cause.TIME:
            return VisitOutcome.TOO_SLOW, f"{task.repo.url}: not done after {limits.total:g} s, the limit timeout"
        case Cause.PROCESSOR:
            seconds = f"{limits.processor_time:g} s of a processor"
            return VisitOutcome.TOO_SLOW, f"{task.repo.url}: not done after {seconds}, the limit processor_time"
        case Cause.MEMORY:
            return (
                VisitOutcome.TOO_BIG,
                f"{task.repo.url}: the crawl needs more than {max_memory:,} bytes of memory to read it, the limit max_memory",
            )
        case Cause.MACHINE:
            return VisitOutcome.DOWN, f"the process that read it {died}: this machine may have too little memory"
    return VisitOutcome.BUG, f"the process that read it {died}"
