"""A process that makes visits for a crawl: it receives requests over a connection, and sends back the result of each visit.

It ends with the crawl, however that ends: the other end of the connection is closed then.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, replace
from math import inf
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic, sleep
from traceback import format_exception
from typing import TypeGuard

from catalog.config.model import SourceConfig
from catalog.crawl.arrow_loading import load_without_pandas
from catalog.crawl.child_start import SHORTAGE
from catalog.crawl.context import ReadContext
from catalog.crawl.visit import VisitResult, VisitTask, visit
from catalog.errors import Exit, shortage
from catalog.plugins.connector import installed
from catalog.privacy.settings import DEFAULT, Privacy
from catalog.store.lock import Shared
from catalog.store.partitions import readers_digest
from catalog.transport.origin import Pool

MOST = 1024  # visits at a time; the crawl has fewer
BEAT = 0.5  # seconds between two beats of the pulse
STALL = 1.0  # seconds by which a beat is late when something holds up the process


_RECORDS: ContextVar[list[logging.LogRecord]] = ContextVar("records", default=[])  # noqa: B039 - those of no visit are lost


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerInit:
    """The settings of a worker. It reads with those of the installed connectors that are named."""

    connectors: tuple[str, ...]
    log_level: int
    max_memory: int  # bytes of the whole crawl
    shares: int = 1  # processes that each watch their part of it
    processor_time: float | None = None  # seconds after which the system ends the process
    privacy: Privacy = DEFAULT
    sources: tuple[SourceConfig, ...] = ()  # whose tokens are in the environment
    versions: tuple[tuple[str, str], ...] = ()  # that a worker on another machine has to have


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitRequest:
    """A visit to make."""

    ticket: int
    task: VisitTask


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitReply:
    """The result of a visit."""

    ticket: int
    result: VisitResult
    starved: bool = False  # the process let no other visit go on for some time


class Pulse:
    """A thread that shows when no thread of this process went on, as some calls let no other begin; the crawl hears each beat."""

    def __init__(self, send: Callable[[None], None]) -> None:
        self.last_stall = -inf
        self._send = send
        Thread(target=self._beat, daemon=True, name="pulse").start()

    def _beat(self) -> None:
        while True:
            began = monotonic()
            sleep(BEAT)
            if monotonic() - began > BEAT + STALL:
                self.last_stall = monotonic()
            with suppress(OSError):  # the crawl is over
                self._send(None)


def work(line: int, memory_gate: int) -> None:
    """Makes visits until the connection is closed. `line`, `memory_gate`: file descriptors of a socket, and of a file that is locked."""
    keep_running()
    connection = Connection(line)
    load_without_pandas()
    gc.freeze()  # modules stay: garbage collection need not visit them
    try:
        _serve(connection, Shared(memory_gate))
    except (EOFError, OSError):
        os._exit(0)


def keep_running() -> None:
    """Goes on at these signals: the crawl ends this process by closing the connection, or kills it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def _serve(connection: Connection, memory_gate: Shared) -> None:
    order: WorkerInit = connection.recv()
    sending = Lock()

    def send(message: VisitReply | None) -> None:
        with sending:
            connection.send(message)

    if order.processor_time is not None:
        most = max(1, round(order.processor_time))
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    _keep_records(order.log_level)
    pulse = Pulse(send)
    context = read_context(order, memory_gate)
    threads = ThreadPoolExecutor(MOST, thread_name_prefix="visit")
    send(None)  # from now on, what ends this process is a visit
    while True:
        threads.submit(_visit, connection.recv(), context, pulse, send).add_done_callback(_exit_on_error)


def read_context(order: WorkerInit, memory_gate: Shared | None = None) -> ReadContext:
    """How this process reads: with the connectors and credentials that it has itself."""
    connectors = tuple(connector for connector in installed() if connector.name in order.connectors)
    pool = Pool(memory_gate=memory_gate)
    if order.sources:
        from catalog.discovery.discover import offer_tokens  # only where there are sources

        offer_tokens(order.sources, pool)
    return ReadContext(connectors=connectors, readers=readers_digest(connectors), pool=pool, privacy=order.privacy)


def _visit(request: VisitRequest, context: ReadContext, pulse: Pulse, send: Callable[[VisitReply], None]) -> None:
    began = monotonic()
    records: list[logging.LogRecord] = []
    _RECORDS.set(records)
    result = replace(visit(request.task, context), records=tuple(records))
    send(VisitReply(ticket=request.ticket, result=result, starved=pulse.last_stall > began))


def _exit_on_error(future: Future[None]) -> None:
    """The crawl would wait for ever for an answer that could not be sent; it detects a process that ended."""
    if error := future.exception():
        os._exit(SHORTAGE if shortage(error) else Exit.BUG)


def _is_logger(each: object) -> TypeGuard[logging.Logger]:
    return isinstance(each, logging.Logger)  # and no placeholder


def _keep_records(level: int) -> None:
    """Log records go with the result of their visit to the crawl's process, which handles them."""

    class RecordCollector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            plain = copy(record)
            plain.msg, plain.args = record.getMessage(), None
            if record.exc_info:
                plain.exc_text = record.exc_text or "".join(format_exception(*record.exc_info)).rstrip()
                plain.exc_info = None
            _RECORDS.get().append(plain)

    root = logging.getLogger()
    for logger in [
        root,
        *filter(_is_logger, root.manager.loggerDict.values()),
    ]:  # in a fork, they are set as in the crawl
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    root.addHandler(RecordCollector())
    root.setLevel(level)
