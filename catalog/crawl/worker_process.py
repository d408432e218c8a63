"""One process that makes visits, from the side of the crawl: it is started, sent visits, and ended where one of them holds it up."""

from __future__ import annotations

import os
import signal
import socket
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum
from itertools import count
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic

from catalog.crawl.child_process import Child
from catalog.crawl.child_start import SHORTAGE
from catalog.crawl.visit import VisitTask
from catalog.crawl.worker import VisitReply, VisitRequest, WorkerInit

PATIENCE = 2.0  # seconds until a process that does not end is ended
STUCK = 10.0  # seconds without a sign of life, after which the other visits of a process are not left waiting
SHORTAGES = (SHORTAGE, 127)  # exit codes: ours, and that of glibc where a thread has no memory for its variables
GRACE = 5.0  # seconds that a visit has, after its time, to end by itself


class Cause(Enum):
    """Why a process ended before it was closed."""

    TIME = "time"  # a visit went on for too long, and did not end by itself
    PROCESSOR = "processor"
    MEMORY = "memory"
    MACHINE = "machine"  # which lacked memory, files or threads
    ITSELF = "itself"


class Died(Exception):
    """A process ended before it was closed; the text says how."""

    def __init__(self, how: str, cause: Cause = Cause.ITSELF) -> None:
        self.cause = cause
        super().__init__(how)


class WorkerProcess:
    """Another process, with the visits that it is making."""

    def __init__(self, order: WorkerInit, child: Child) -> None:
        self.process = child.process
        self.dead = False
        self.burden = 0
        self._last_message_at = monotonic()
        self._has_begun = False
        self._how, self._cause = "", Cause.ITSELF
        self._socket, self._line = child.line, Connection(os.dup(child.line.fileno()))
        self._lock, self._tickets = Lock(), count()
        self._pending: dict[int, Future[VisitReply]] = {}
        with suppress(OSError):  # it has died, which the listener reports
            self._line.send(order)
        self._listener = Thread(target=self._listen, daemon=True, name=f"worker-{self.process.pid}")
        self._listener.start()

    def visit(self, task: VisitTask) -> VisitReply:
        """Sends a visit, and waits for its end. Died where the process ends, also because the visit is over its time and does not end."""
        result: Future[VisitReply] = Future()
        with self._lock:
            if self.dead:
                raise Died(self._how, self._cause)
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
        return self.burden > 0 and monotonic() - self._last_message_at > STUCK

    def end(self, cause: Cause) -> None:
        """Ends the process, whatever it is doing."""
        self._cause = cause
        self.process.kill()

    def close(self) -> None:
        with suppress(OSError):  # it has died
            self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join(PATIENCE)
        if self._listener.is_alive():
            self.process.kill()
            self._listener.join()

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
                self._how, self.dead = how, True
                pending, self._pending = self._pending, {}
            for result in pending.values():
                result.set_exception(Died(how, self._cause))

    def _handle(self, message: VisitReply | None) -> None:
        self._last_message_at, self._has_begun = monotonic(), True
        if message is None:
            return
        with self._lock:
            result = self._pending.pop(message.ticket)
        result.set_result(message)

    def _end(self) -> str:
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            self._cause = Cause.PROCESSOR
        elif self._cause is Cause.ITSELF and (code in SHORTAGES or not self._has_begun):
            self._cause = Cause.MACHINE
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
