"""One process that makes visits, from the side of the crawl: it is started, sent visits, and ended where one of them holds it up."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum
from itertools import count
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic

from catalog.crawl.visit import VisitTask
from catalog.crawl.worker import VisitReply, VisitRequest, WorkerInit

PATIENCE = 2.0  # seconds until a process that does not end is ended
STUCK = 10.0  # seconds without a sign of life, after which the other visits of a process are not left waiting
GRACE = 5.0  # seconds that a visit has, after its time, to end by itself

_START = "import sys; sys.path[:] = {path!r}; from catalog.crawl.worker import work; work({line}, {memory_gate})"


class Cause(Enum):
    """Why a process ended before it was closed."""

    TIME = "time"  # a visit went on for too long, and did not end by itself
    PROCESSOR = "processor"
    MEMORY = "memory"
    ITSELF = "itself"


class Died(Exception):
    """A process ended before it was closed; the text says how."""

    def __init__(self, how: str, cause: Cause = Cause.ITSELF) -> None:
        self.cause = cause
        super().__init__(how)


class WorkerProcess:
    """Another process, with the visits that it is making."""

    def __init__(self, order: WorkerInit, memory_gate: int) -> None:
        """`memory_gate`: the descriptor of a file to lock. OSError where it cannot be started."""
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(path=sys.path, line=theirs.fileno(), memory_gate=memory_gate)
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own code, by the interpreter that runs this
                    [sys.executable, "-c", code],
                    pass_fds=(theirs.fileno(), memory_gate),
                    process_group=0,  # Ctrl-C goes to the crawl alone, which ends its workers
                )
            except OSError:
                ours.close()
                raise
        self.dead = False
        self.burden = 0
        self._heard = monotonic()
        self._cause = Cause.ITSELF
        self._socket, self._line = ours, Connection(os.dup(ours.fileno()))
        self._lock, self._tickets = Lock(), count()
        self._pending: dict[int, Future[VisitReply]] = {}
        self._line.send(order)
        Thread(target=self._listen, daemon=True, name=f"worker-{self.process.pid}").start()

    def visit(self, task: VisitTask) -> VisitReply:
        """Sends a visit, and waits for its end. Died where the process ends, also because the visit is over its time and does not end."""
        result: Future[VisitReply] = Future()
        with self._lock:
            if self.dead:
                raise Died(self._end(), self._cause)
            ticket = next(self._tickets)
            self._pending[ticket] = result
            with suppress(OSError):  # it has just died, which the listener reports
                self._line.send(VisitRequest(ticket=ticket, task=task))
        left = task.limits.total - (task.start.seconds if task.start else 0.0)
        try:
            return result.result(max(0.0, left) + GRACE)
        except TimeoutError:
            self.end(Cause.TIME)
            return result.result()

    @property
    def is_stuck(self) -> bool:
        """Whether a visit lets no thread of the process go on."""
        return self.burden > 0 and monotonic() - self._heard > STUCK

    def end(self, cause: Cause) -> None:
        """Ends the process, whatever it is doing."""
        self._cause = cause
        self.process.kill()

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
                result.set_exception(Died(how, self._cause))

    def _handle(self, message: VisitReply | None) -> None:
        self._heard = monotonic()
        if message is None:
            return
        with self._lock:
            result = self._pending.pop(message.ticket)
        result.set_result(message)

    def _end(self) -> str:
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            self._cause = Cause.PROCESSOR
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
