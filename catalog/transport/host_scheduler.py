"""Scheduler with a global and a per-host concurrency limit; a visit that exceeds its host's usual duration gives up its slot.

A thread cannot be stopped, and a visit to a server that hangs lasts until its time limit. So a visit that takes far longer than usual
on its host gives up its slot and continues without one; a bounded number of visits may do so. The usual duration is learnt as visits
end, so a host that is slow for every visit, because it is far away or busy, never gets more visits at a time for being slow. The threads
are daemons: when the crawl is interrupted, the program ends without waiting for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SOON = 0.5  # seconds that every visit may take; most of a repository that did not change take a tenth of that
FAR_LONGER = 4  # times what is usual
FIRST = 5.0  # seconds, as long as no visit has ended well
REMEMBERED = 15  # visits, of which the median is the usual
MAX_DEMOTED = 128  # visits that go on beside the others
MOST_UNANSWERED = 8  # of these, on a host without a successful visit


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulerLimits(Generic[T, R]):
    """The bounds. `host` says where a task goes: at most `for_host` of one host have a slot at the same time; None has no bound.

    `well` says whether a result is a host's usual answer. `slow` is told whose visits go on beside the others, whenever that changes,
    `only_slow_left` all that are left, when none of them will end soon: they have given up their slots, or their host has not answered yet.
    """

    overall: int
    for_host: int
    host: Callable[[T], Hashable | None]
    is_success: Callable[[R], bool] = lambda _: True
    slow: Callable[[Sequence[T]], None] = lambda _: None
    only_slow_left: Callable[[Sequence[T]], None] = lambda _: None


@dataclass(kw_only=True, slots=True)
class _Host:
    """The visits that wait for one host, how many it has now, and how long those took that ended well."""

    most: int | None
    waiting: deque[int] = field(default_factory=deque)
    slots: int = 0
    demoted: int = 0
    took: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @property
    def is_silent(self) -> bool:
        """Whether no visit has ended well, and one has given up its slot."""
        return not self.took and self.demoted > 0

    def has_room(self) -> bool:
        """Whether another visit may get a slot. A host without a successful visit may be down, or too busy for more."""
        return self.most is None or (self.slots < self.most and (bool(self.took) or self.demoted < MOST_UNANSWERED))


@dataclass(frozen=True, slots=True)
class _Ended(Generic[R]):
    number: int
    result: R | None = None
    error: BaseException | None = None
    is_success: bool = False


def schedule_visits(tasks: Sequence[T], visit: Callable[[T], R], limits: SchedulerLimits[T, R]) -> Iterator[R]:
    """The results of all visits as they end. The first error of a visit is raised, and no other visit begins."""
    return chain.from_iterable(schedule_batches(tasks, visit, limits))


def schedule_batches(
    tasks: Sequence[T], visit: Callable[[T], R], limits: SchedulerLimits[T, R]
) -> Generator[list[R], None, None]:
    """As `schedule_visits`, with all results together that are there when they are asked for. Visits begin until it is closed."""
    scheduler = _Scheduler(tasks, visit, limits)
    try:
        left = len(tasks)
        while left:
            results = scheduler.next_results()
            left -= len(results)
            yield results
    finally:
        scheduler.dismiss()


class _Scheduler(Generic[T, R]):
    """All visits of one call: those that wait, those that have a slot, and those that gave theirs up.

    The thread of a visit that ends begins the next one itself: it need not wait until the caller has taken the result.
    """

    def __init__(self, tasks: Sequence[T], visit: Callable[[T], R], limits: SchedulerLimits[T, R]) -> None:
        self._tasks, self._visit, self._limits = tasks, visit, limits
        self._hosts: dict[Hashable, _Host] = {}
        self._of: list[_Host] = []  # by the number of a task
        for number, task in enumerate(tasks):
            name = limits.host(task)
            host = self._hosts.setdefault(name, _Host(most=None if name is None else limits.for_host))
            host.waiting.append(number)
            self._of.append(host)
        self._lock = Lock()  # of what follows
        self._running: dict[int, float] = {}  # with a slot → since when
        self._demoted: dict[int, float] = {}  # without one → since when
        self._ended: SimpleQueue[_Ended[R]] = SimpleQueue()
        self._error: BaseException | None = None  # of the first visit that failed
        self._is_over = False  # no other visit begins
        self._answered = False  # by any host
        self._reported: list[int] = []

    def next_results(self) -> list[R]:
        """Waits for the next visit that ends; its result, and those of all that ended meanwhile. The error of a visit comes after the results before it."""
        while self._error is None:
            self._begin()
            self._look()
            results = self._collect()
            self._tell()
            if results:
                return results
        raise self._error

    def _collect(self) -> list[R]:
        """What has ended; nothing where a visit has had its slot for too long, or failed."""
        results: list[R] = []
        try:
            ended = self._ended.get(timeout=self._wait())
            while ended.error is None:
                results.append(ended.result)  # type: ignore[arg-type]  # a visit without an error has a result
                ended = self._ended.get_nowait()
            self._error = ended.error
        except Empty:
            if not results:
                self._demote()
        return results

    def _look(self) -> None:
        """Results that were returned are all that there are for some time."""
        with self._lock:
            if not self._demoted or not self._ended.empty():
                return
            waiting = [number for host in self._hosts.values() for number in host.waiting]
            if not all(self._of[number].is_silent for number in (*self._running, *waiting)):
                return
            left = sorted((*self._demoted, *self._running, *waiting))
        self._limits.only_slow_left([self._tasks[number] for number in left])

    def dismiss(self) -> None:
        with self._lock:
            self._is_over = True

    def _begin(self) -> None:
        """A thread for each visit that may begin now."""
        with self._lock:
            while (number := self._take()) is not None:
                Thread(target=self._work, args=(number,), daemon=True, name=f"visit-{number}").start()

    def _take(self) -> int | None:
        """The first waiting visit whose host has a free slot."""
        if self._is_over or len(self._running) >= self._limits.overall:
            return None
        ready = [host for host in self._hosts.values() if host.waiting and host.has_room()]
        if not ready:
            return None
        number = min(ready, key=lambda host: host.waiting[0]).waiting.popleft()
        self._running[number] = monotonic()
        self._of[number].slots += 1
        return number

    def _wait(self) -> float | None:
        """Seconds until a visit has had its slot for too long; None where none may give it up."""
        with self._lock:
            if not self._running or len(self._demoted) >= MAX_DEMOTED:
                return None
            soonest = min(since + self._patience(self._of[number]) for number, since in self._running.items())
        return max(0.001, soonest - monotonic())

    def _demote(self) -> None:
        now = monotonic()
        with self._lock:
            for number, since in [*self._running.items()]:
                host = self._of[number]
                if now - since >= self._patience(host) and len(self._demoted) < MAX_DEMOTED:
                    self._demoted[number] = self._running.pop(number)
                    host.slots -= 1
                    host.demoted += 1

    def _leave(self, ended: _Ended[R]) -> None:
        host = self._of[ended.number]
        if ended.number in self._running:
            since = self._running.pop(ended.number)
            host.slots -= 1
        else:
            since = self._demoted.pop(ended.number)
            host.demoted -= 1
        if ended.is_success:
            host.took.append(monotonic() - since)
            self._answered = True
        self._is_over |= ended.error is not None

    def _patience(self, host: _Host) -> float:
        """Seconds that a visit may take before it gives up its slot. Few for a host without a successful visit where others have some; few visits may do so."""
        if host.took:
            return max(SOON, FAR_LONGER * sorted(host.took)[len(host.took) // 2])
        return SOON if self._answered else FIRST

    def _tell(self) -> None:
        """Which visits go on beside the others, if these are others than before."""
        with self._lock:
            demoted = sorted(self._demoted)
        if demoted != self._reported:
            self._reported = demoted
            self._limits.slow([self._tasks[number] for number in demoted])

    def _work(self, number: int | None) -> None:
        while number is not None:
            ended = self._visited(number)
            with self._lock:
                self._leave(ended)
                self._ended.put(ended)
                number = self._take()

    def _visited(self, number: int) -> _Ended[R]:
        try:
            result = self._visit(self._tasks[number])
            return _Ended(number, result, is_success=self._limits.is_success(result))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the results are taken
            return _Ended(number, error=error)
