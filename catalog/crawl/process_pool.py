"""Visits made by processes beside this one: one interpreter uses only one processor.

See docs/decisions/13-processes.md.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from threading import Lock, Thread
from time import perf_counter

from catalog.crawl.visit import CrawlContext, VisitResult, VisitTask, lost_visit, visit
from catalog.crawl.worker import VisitReply, VisitRequest, WorkerInit
from catalog.errors import StoreError
from catalog.store.lock import Shared

PATIENCE = 2.0  # seconds until a process that does not end is ended

_START = "import sys; sys.path[:] = {path!r}; from catalog.crawl.worker import work; work({line}, {memory_gate})"


class Workers:
    """Some processes, each with the visits that it is making."""

    def __init__(
        self, order: WorkerInit, number: int, files: tuple[int, int], context: CrawlContext | None = None
    ) -> None:
        """OSError where processes cannot be started. With a context, this process is one more, which is idle otherwise."""
        self._order, self._files = order, files
        self._lock = Lock()
        self._all: list[_Worker | _ThisProcess] = []
        self._over = False
        try:
            for _ in range(number):
                self._all.append(_Worker(order, files))
        except OSError:
            self.close()
            raise
        if context is not None:
            self._all.append(_ThisProcess(context))

    def visit(self, task: VisitTask, *, number: int) -> VisitResult:
        """Sends a visit to a process, and waits for its end. StoreError as in `catalog.crawl.visit.visit`.

        When a process dies, its open visits are made again, each in a process of its own: that shows which repository kills its
        process, and the others are read.
        """
        started, clock = datetime.now(UTC), perf_counter()
        try:
            with self._least_busy() as worker:
                try:
                    return worker.visit(task, number)
                except _Died:
                    if self._over:
                        raise
            alone = _Worker(self._order, self._files)
            try:
                return alone.visit(task, number)
            finally:
                alone.close()
        except _Died as died:
            why = f"the process that read it {died}"
        except OSError as error:
            why = f"no process can be started to read it: {error.strerror}"
        return lost_visit(task, number, started, perf_counter() - clock, why)

    def close(self) -> None:
        """Ends all at once; their open visits are lost."""
        self._over = True
        for worker in self._all:
            worker.close()

    @contextmanager
    def _least_busy(self) -> Iterator[_Worker | _ThisProcess]:
        with self._lock:
            if self._over:
                raise _Died("ended with the crawl")
            self._all = [_Worker(self._order, self._files) if worker.dead else worker for worker in self._all]
            worker = min(self._all, key=lambda worker: worker.burden)
            worker.burden += 1
        try:
            yield worker
        finally:
            with self._lock:
                worker.burden -= 1


@contextmanager
def workers(
    order: WorkerInit, number: int, lock_descriptor: int, context: CrawlContext | None = None
) -> Iterator[Workers]:
    """So many processes that end with the `with` block; with a context, this one is one of them. OSError where they cannot be started.

    `lock_descriptor`: a file descriptor of what is locked for this crawl; it stays locked until the last of them has ended, also where this process is killed.
    """
    with TemporaryFile() as memory_gate:
        team = Workers(
            order, number if context is None else number - 1, (memory_gate.fileno(), lock_descriptor), context
        )
        if context is not None:
            context.pool.memory_gate = Shared(memory_gate.fileno())
        try:
            yield team
        finally:
            team.close()


class _Died(Exception):
    """A process ended before it was closed; the text says how."""


class _ThisProcess:
    """The crawl's own process, as one of the workers."""

    dead = False

    def __init__(self, context: CrawlContext) -> None:
        self.burden = 0
        self._context = context

    def visit(self, task: VisitTask, number: int) -> VisitResult:
        return visit(task, context=self._context, number=number)

    def close(self) -> None:
        """Nothing to do: this process goes on."""


class _Worker:
    """Another process, from this side of the connection."""

    def __init__(self, order: WorkerInit, files: tuple[int, int]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(path=sys.path, line=theirs.fileno(), memory_gate=files[0])
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own code, by the interpreter that runs this
                    [sys.executable, "-c", code],
                    pass_fds=(theirs.fileno(), *files),
                    process_group=0,  # Ctrl-C goes to the crawl alone, which ends its workers
                )
            except OSError:
                ours.close()
                raise
        self.dead = False
        self.burden = 0
        self._socket, self._line = ours, Connection(os.dup(ours.fileno()))
        self._lock, self._tickets = Lock(), count()
        self._pending: dict[int, Future[VisitResult]] = {}
        self._line.send(order)
        Thread(target=self._listen, daemon=True, name=f"worker-{self.process.pid}").start()

    def visit(self, task: VisitTask, number: int) -> VisitResult:
        result: Future[VisitResult] = Future()
        with self._lock:
            if self.dead:
                raise _Died(self._end())
            ticket = next(self._tickets)
            self._pending[ticket] = result
            with suppress(OSError):  # it has just died, which the listener reports
                self._line.send(VisitRequest(ticket=ticket, task=task, number=number))
        return result.result()

    def close(self) -> None:
        with suppress(OSError):  # it has died
            self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _listen(self) -> None:
        try:
            while True:
                self._handle(self._line.recv())
        except (EOFError, OSError):
            pass
        finally:  # after any error: a visit must not wait for a process whose answers are no longer read
            for end in (self._line, self._socket):
                end.close()
            how = self._end()
            with self._lock:
                self.dead = True
                pending, self._pending = self._pending, {}
            for result in pending.values():
                result.set_exception(_Died(how))

    def _handle(self, message: VisitReply | logging.LogRecord) -> None:
        if isinstance(message, logging.LogRecord):
            logging.getLogger(message.name).handle(message)
            return
        with self._lock:
            result = self._pending.pop(message.ticket)
        if message.visited is None:
            result.set_exception(StoreError(message.fault or ""))
        else:
            result.set_result(message.visited)

    def _end(self) -> str:
        code = self.process.wait()
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
