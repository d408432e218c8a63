"""Has visits made by an executor, in batches. What the executor loses, or answers wrongly, is read by the crawl's own processes."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from catalog.config.parse import Config
from catalog.crawl.answers import misfit
from catalog.crawl.context import ReadContext
from catalog.crawl.driver import Read
from catalog.crawl.remote_visits import read_batch
from catalog.crawl.visit import VisitResult, VisitTask, lost_visit
from catalog.crawl.worker import WorkerInit
from catalog.errors import VisitOutcome
from catalog.privacy.log_filter import WithoutSecrets
from catalog.text import describe

TRIAL = 2.0  # seconds that a visit of a batch has: the others of the batch wait for it
MOST_BATCH = 50  # visits
LOOK = 1.0  # seconds between looks whether the executor is still there

Batch = Callable[[WorkerInit, int, Sequence[VisitTask]], list[VisitResult]]

log = logging.getLogger(__name__)
log.addFilter(WithoutSecrets())


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """An executor, and what is known of it: how many batches it runs at a time, what makes a visit that is slow, and whether it is gone.

    `alone`: None where such a visit would keep a worker from others: then it is made by the crawl's own processes.
    """

    executor: Executor
    slots: Callable[[], int]
    children: int  # of each worker, at most
    batch: Batch = read_batch
    alone: Batch | None = None
    loss: Callable[[], str | None] = lambda: None


class Lost(Exception):
    """The executor has no answer, or a wrong one; the text says why."""


@contextmanager
def executor_reader(
    config: Config, order: WorkerInit, context: ReadContext, number: int, here: Read, executor: Executor | None
) -> Iterator[Read]:
    """Reads on `executor`, or on the one that repos.toml names."""
    with ExitStack() as stack:
        if executor is not None:
            backend = Backend(executor=executor, slots=lambda: number, children=number)
        elif config.executor == "dask":
            from catalog.crawl.dask_cluster import dask_cluster

            backend, order = stack.enter_context(dask_cluster(config.scheduler or "", order, number))
        else:
            from catalog.crawl.processes import processes

            order = replace(order, shares=number)
            backend = stack.enter_context(processes(number))
        reader = ExecutorReader(backend, order, context, here)
        try:
            yield reader.read
        finally:
            reader.is_over = True


class ExecutorReader:
    """Reads on an executor, and where that fails `here`."""

    def __init__(self, backend: Backend, order: WorkerInit, context: ReadContext, here: Read) -> None:
        self._backend, self._order, self._context, self._here = backend, order, context, here
        self._lock = Lock()
        self._waiting: deque[tuple[VisitTask, Future[VisitResult]]] = deque()
        self._running = 0
        self._reported: set[str] = set()
        self.is_over = False

    def read(self, task: VisitTask) -> VisitResult:
        """Makes a visit on the executor: first in a batch, then alone where it is slow."""
        try:
            brief = _brief(task)
            result = self._checked(task, self._in_batch(brief))
            if result.visit.outcome != VisitOutcome.TOO_SLOW or brief is task:
                return result
            if self._backend.alone is not None:
                return self._checked(task, self._alone(self._backend.alone, _again(task)))
        except Lost as lost:
            if self.is_over:
                return lost_visit(task, 0.0, "the crawl has ended")
            self._tell(str(lost))
        return self._here(_again(task))

    def _checked(self, task: VisitTask, result: VisitResult) -> VisitResult:
        if wrong := misfit(task, self._context, result):
            raise Lost(f"a worker's answer does not fit: {wrong}")
        return result

    def _in_batch(self, task: VisitTask) -> VisitResult:
        answer: Future[VisitResult] = Future()
        with self._lock:
            self._waiting.append((task, answer))
        self._send()
        return self._wait(answer)

    def _send(self) -> None:
        """Sends what waits, as far as the executor has room: shared out evenly, so that every worker gets something."""
        while True:
            with self._lock:
                room = self._backend.slots() - self._running
                if room <= 0 or not self._waiting:
                    return
                size = min(MOST_BATCH, -(-len(self._waiting) // room))
                batch = [self._waiting.popleft() for _ in range(size)]
                self._running += 1
            try:
                future = self._submit(self._backend.batch, [task for task, _ in batch])
            except Lost as lost:
                self._answered(batch, lost)
            else:
                future.add_done_callback(lambda future, batch=batch: self._done(batch, future))  # type: ignore[misc]

    def _submit(self, function: Batch, tasks: Sequence[VisitTask]) -> Future[list[VisitResult]]:
        if reason := self._backend.loss():
            raise Lost(reason)
        try:
            return self._backend.executor.submit(function, self._order, self._backend.children, tasks)
        except Exception as error:
            raise Lost(describe(error)) from error

    def _done(self, batch: list[tuple[VisitTask, Future[VisitResult]]], future: Future[list[VisitResult]]) -> None:
        try:
            results = _results(future, len(batch))
        except Lost as lost:
            self._answered(batch, lost)
        else:
            for (_, answer), result in zip(batch, results, strict=True):
                _give(answer, result)
            self._next()

    def _answered(self, batch: list[tuple[VisitTask, Future[VisitResult]]], lost: Lost) -> None:
        for _, answer in batch:
            _give(answer, lost)
        self._next()

    def _next(self) -> None:
        with self._lock:
            self._running -= 1
        self._send()

    def _alone(self, function: Batch, task: VisitTask) -> VisitResult:
        future = self._submit(function, [task])
        while True:
            try:
                future.exception(LOOK)
            except NotYet:
                self._look()
            except BaseException:  # noqa: BLE001 - a cancelled one; `_results` says so
                break
            else:
                break
        return _results(future, 1)[0]

    def _wait(self, answer: Future[VisitResult]) -> VisitResult:
        while True:
            try:
                return answer.result(LOOK)
            except NotYet:
                self._look()

    def _look(self) -> None:
        if reason := self._backend.loss():
            raise Lost(reason)

    def _tell(self, reason: str) -> None:
        if reason not in self._reported:
            self._reported.add(reason)
            log.warning("reads with the crawl's own processes what the executor lost: %s", reason)


def _give(answer: Future[VisitResult], result: VisitResult | Lost) -> None:
    if isinstance(result, Lost):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _results(future: Future[list[VisitResult]], count: int) -> list[VisitResult]:
    try:
        results = future.result()
    except BaseException as error:  # a worker died, or has other versions, or the task was cancelled
        raise Lost(describe(error)) from error
    if not isinstance(results, list) or len(results) != count:
        raise Lost(f"a worker's answer does not fit: expected {count} results")
    return results


def _brief(task: VisitTask) -> VisitTask:
    """The task with little time; the very same where it has no more."""
    spent = task.start.seconds if task.start else 0.0
    if task.limits.total - spent <= TRIAL:
        return task
    return replace(task, limits=replace(task.limits, total=spent + TRIAL))


def _again(task: VisitTask) -> VisitTask:
    """The task with its whole time again."""
    return replace(task, start=replace(task.start, seconds=0.0)) if task.start else task
