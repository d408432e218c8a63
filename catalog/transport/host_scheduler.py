"""Scheduler with a global and a per-host concurrency limit; a visit that exceeds its host's usual duration gives up its slot.

A thread cannot be stopped, and a visit to a server that hangs lasts until its time limit. So a visit that takes far longer than usual
on its host gives up its slot and continues without one; a bounded number of visits may do so. The usual duration is learnt as visits
end, so a host that is slow for every visit, because it is far away or busy, never gets more visits at a time for being slow. The threads
are daemons: when the crawl is interrupted, the program ends without waiting for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
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
    result: R | None
    error: BaseException | None


def schedule_visits(tasks: Sequence[T], visit: Callable[[T], R], limits: SchedulerLimits[T, R]) -> Iterator[R]:
    """The results of all visits as they end. The first error of a visit is raised, and no other visit begins."""
    scheduler = _Scheduler(tasks, visit, limits)
    try:
        for _ in tasks:
            yield scheduler.next_result()
    finally:
        scheduler.dismiss()


class _Scheduler(Generic[T, R]):
    """All visits of one call: those that wait, those that have a slot, and those that gave theirs up."""

    def __init__(self, tasks: Sequence[T], visit: Callable[[T], R], limits: SchedulerLimits[T, R]) -> None:
        self._tasks, self._visit, self._limits = tasks, visit, limits
        self._hosts: dict[Hashable, _Host] = {}
        self._of: list[_Host] = []  # by the number of a task
        for number, task in enumerate(tasks):
            name = limits.host(task)
            host = self._hosts.setdefault(name, _Host(most=None if name is None else limits.for_host))
            host.waiting.append(number)
            self._of.append(host)
        self._running: dict[int, float] = {}  # with a slot → since when
        self._demoted: dict[int, float] = {}  # without one → since when
        self._begun: SimpleQueue[int | None] = SimpleQueue()
        self._ended: SimpleQueue[_Ended[R]] = SimpleQueue()
        self._answered = False  # by any host
        self._threads = 0

    def next_result(self) -> R:
        """Waits for the next visit that ends, letting others begin meanwhile."""
        while True:
            self._begin()
            self._look()
            try:
                ended = self._ended.get(timeout=self._wait())
            except Empty:
                self._demote()
                continue
            self._leave(ended)
            if ended.error is not None:
                raise ended.error
            return ended.result  # type: ignore[return-value]  # a visit without an error has a result

    def _look(self) -> None:
        """Results that were returned are all that there are for some time."""
        if not self._demoted or not self._ended.empty():
            return
        waiting = [number for host in self._hosts.values() for number in host.waiting]
        if all(self._of[number].is_silent for number in (*self._running, *waiting)):
            left = sorted((*self._demoted, *self._running, *waiting))
            self._limits.only_slow_left([self._tasks[number] for number in left])

    def dismiss(self) -> None:
        for _ in range(self._threads):
            self._begun.put(None)

    def _begin(self) -> None:
        while len(self._running) < self._limits.overall and (number := self._take()) is not None:
            self._running[number] = monotonic()
            self._of[number].slots += 1
            self._begun.put(number)
            if self._threads < len(self._running) + len(self._demoted):
                self._threads += 1
                Thread(target=self._work, daemon=True, name=f"visit-{self._threads}").start()

    def _take(self) -> int | None:
        """The first waiting visit whose host has a free slot."""
        ready = [host for host in self._hosts.values() if host.waiting and host.has_room()]
        return min(ready, key=lambda host: host.waiting[0]).waiting.popleft() if ready else None

    def _wait(self) -> float | None:
        """Seconds until a visit has had its slot for too long; None where none may give it up."""
        if not self._running or len(self._demoted) >= MAX_DEMOTED:
            return None
        soonest = min(since + self._patience(self._of[number]) for number, since in self._running.items())
        return max(0.001, soonest - monotonic())

    def _demote(self) -> None:
        now = monotonic()
        for number, since in [*self._running.items()]:
            host = self._of[number]
            if now - since >= self._patience(host) and len(self._demoted) < MAX_DEMOTED:
                self._demoted[number] = self._running.pop(number)
                host.slots -= 1
                host.demoted += 1
        self._tell()

    def _leave(self, ended: _Ended[R]) -> None:
        host = self._of[ended.number]
        if ended.number in self._running:
            since = self._running.pop(ended.number)
            host.slots -= 1
        else:
            since = self._demoted.pop(ended.number)
            host.demoted -= 1
            self._tell()
        if ended.error is None and self._limits.is_success(ended.result):  # type: ignore[arg-type]  # as above
            host.took.append(monotonic() - since)
            self._answered = True

    def _patience(self, host: _Host) -> float:
        """Seconds that a visit may take before it gives up its slot. Few for a host without a successful visit where others have some; few visits may do so."""
        if host.took:
            return max(SOON, FAR_LONGER * sorted(host.took)[len(host.took) // 2])
        return SOON if self._answered else FIRST

    def _tell(self) -> None:
        self._limits.slow([self._tasks[number] for number in sorted(self._demoted)])

    def _work(self) -> None:
        while (number := self._begun.get()) is not None:
            try:
                self._ended.put(_Ended(number, self._visit(self._tasks[number]), None))
            except BaseException as error:  # noqa: BLE001 - it is raised again where the results are taken
                self._ended.put(_Ended(number, None, error))
