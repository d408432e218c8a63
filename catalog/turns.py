"""Who is visited when: so many at a time overall and on one host, and whoever is slow steps aside for the next.

A thread cannot be stopped, and a visit to a server that hangs lasts as long as its time limit. So a visit that is not done soon
gives its turn to the next one and goes on beside the others; a bounded number may do so. The threads are daemons: when the crawl is
interrupted, the program ends without waiting for them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SOON = 0.5  # seconds: most visits of a repository that did not change take a tenth of that
MOST_ASIDE = 128  # visits that go on beside the others
LOOKED_AHEAD = 64  # of those that wait, for one whose host has room


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns(Generic[T]):
    """The bounds. `host` says where a task goes: at most `for_host` of one host have a turn at the same time; None has no bound.

    `slow` is told whose visits go on beside the others, whenever that changes.
    """

    overall: int
    for_host: int
    host: Callable[[T], Hashable | None]
    slow: Callable[[Sequence[T]], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Ended(Generic[R]):
    number: int
    result: R | None
    error: BaseException | None


def take_turns(tasks: Sequence[T], visit: Callable[[T], R], turns: Turns[T]) -> Iterator[R]:
    """The results of all visits as they end. The first error of a visit is raised, and no other visit begins."""
    waiting = deque(range(len(tasks)))
    ended: SimpleQueue[_Ended[R]] = SimpleQueue()
    begun: SimpleQueue[int | None] = SimpleQueue()
    running: dict[int, float] = {}  # with a turn → since when
    aside: set[int] = set()
    hosts: Counter[Hashable] = Counter()
    threads = 0
    left = len(tasks)
    try:
        while left:
            while len(running) < turns.overall and (number := _next(waiting, tasks, turns, hosts)) is not None:
                running[number] = monotonic()
                begun.put(number)
                if threads < len(running) + len(aside):
                    threads += 1
                    Thread(
                        target=_work, args=(tasks, visit, begun, ended), daemon=True, name=f"visit-{threads}"
                    ).start()
            done = _wait(ended, running, len(aside) < MOST_ASIDE and bool(waiting))
            if done is None:
                _step_aside(running, aside, hosts, tasks, turns)
                continue
            left -= 1
            if running.pop(done.number, None) is not None:
                hosts[turns.host(tasks[done.number])] -= 1
            if done.number in aside:
                aside.discard(done.number)
                turns.slow([tasks[number] for number in sorted(aside)])
            if done.error is not None:
                raise done.error
            yield done.result  # type: ignore[misc]  # a visit without an error has a result
    finally:
        for _ in range(threads):
            begun.put(None)


def _next(waiting: deque[int], tasks: Sequence[T], turns: Turns[T], hosts: Counter[Hashable]) -> int | None:
    """The first of those that wait whose host has room."""
    for place in range(min(len(waiting), LOOKED_AHEAD)):
        number = waiting[place]
        host = turns.host(tasks[number])
        if host is None or hosts[host] < turns.for_host:
            del waiting[place]
            hosts[host] += 1
            return number
    return None


def _wait(ended: SimpleQueue[_Ended[R]], running: dict[int, float], somebody_may_step_aside: bool) -> _Ended[R] | None:
    """The next visit that ends; None where one has had its turn for long."""
    if not somebody_may_step_aside or not running:
        return ended.get()
    try:
        return ended.get(timeout=max(0.001, min(running.values()) + SOON - monotonic()))
    except Empty:
        return None


def _step_aside(
    running: dict[int, float], aside: set[int], hosts: Counter[Hashable], tasks: Sequence[T], turns: Turns[T]
) -> None:
    for number in [number for number, since in running.items() if monotonic() - since >= SOON]:
        if len(aside) < MOST_ASIDE:
            del running[number]
            aside.add(number)
            hosts[turns.host(tasks[number])] -= 1
    turns.slow([tasks[number] for number in sorted(aside)])


def _work(
    tasks: Sequence[T], visit: Callable[[T], R], begun: SimpleQueue[int | None], ended: SimpleQueue[_Ended[R]]
) -> None:
    while (number := begun.get()) is not None:
        try:
            ended.put(_Ended(number, visit(tasks[number]), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the results are taken
            ended.put(_Ended(number, None, error))
