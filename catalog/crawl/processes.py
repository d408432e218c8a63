"""The standard library's pool of processes as an executor of visits: each of its processes has a child that it can end."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread
from typing import Any

from catalog.crawl.executor_reader import Backend


class _Context(SpawnContext):
    """Knows the processes that it starts."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: ANN401, N802 - as in the base class
        process = SpawnProcess(*args, **options)
        self.started.append(process)
        return process

    def loss(self) -> str | None:
        """Says that one of its processes has ended. Python 3.11 forgets a task that is handed in at the moment in which the pool breaks: waiting for it would never end."""
        if any(process.pid is not None and process.exitcode is not None for process in self.started):
            return "a process of the pool ended"
        return None


class _Executor(ProcessPoolExecutor):
    def submit(self, *args: Any, **options: Any) -> Future[Any]:  # noqa: ANN401 - as in the base class
        """As of the base class. What it starts inherits the mask: Ctrl-C, which a terminal sends to all processes, goes to the crawl alone."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*args, **options)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(number: int) -> Iterator[Backend]:
    """So many processes, which end with the `with` block, whatever they are doing, and with this process."""
    context = _Context()
    executor = _Executor(number, mp_context=context, initializer=_begin)
    try:
        yield Backend(executor=executor, slots=lambda: number, children=1, loss=context.loss)
    finally:
        for process in context.started:
            if process.pid is not None:  # it could not be started
                process.kill()
        executor.shutdown(cancel_futures=True)
        gc.collect()  # frees the semaphores of its queues, which refer to each other: Python would say that they leak


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True, name="parent").start()


def _end_with_parent() -> None:
    """The pool's own processes would wait for ever for another task when the crawl is killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
