"""Watches a crawl's processes: where all together hold too much memory, the largest ends, and so does one that is stuck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import getpid
from threading import Event, Thread

from catalog.crawl.worker_process import Cause, WorkerProcess

INTERVAL = 0.1  # seconds between looks, of which each takes 0.1 ms


class Watch:
    """A thread that ends the largest of the processes as long as all together, this one among them, hold more than `most` bytes.

    What this one holds at the start does not count: it is of the program that crawls, and no other process could make it less.
    """

    def __init__(self, most: int, processes: Callable[[], Sequence[WorkerProcess]]) -> None:
        self._most, self._processes = most + resident(getpid()), processes
        self._over = Event()
        Thread(target=self._watch, daemon=True, name="memory").start()

    def close(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            processes = self._processes()
            sizes = {each.process.pid: resident(each.process.pid) for each in processes}
            if processes and resident(getpid()) + sum(sizes.values()) > self._most:
                max(processes, key=lambda each: sizes[each.process.pid]).end(Cause.MEMORY)
            for each in processes:
                if each.is_stuck:
                    each.end(Cause.TIME)


def resident(pid: int) -> int:
    """The bytes of memory that a process holds; none of one that has ended."""
    import psutil  # a crawl that finds nothing new needs none

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
