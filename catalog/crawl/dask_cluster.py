"""A cluster of Dask as an executor of visits: a laptop's, of a network, on Kubernetes or by Slurm (docs/distributed.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from time import monotonic
from typing import Any

from catalog.crawl.executor_reader import Backend
from catalog.crawl.remote_visits import differing, read_batch, versions
from catalog.crawl.visit import VisitResult, VisitTask
from catalog.crawl.worker import WorkerInit
from catalog.errors import ConfigError
from catalog.text import describe

Client = Any  # distributed's, which has no types

CONNECT = 10.0  # seconds until a scheduler answers
WORKERLESS = 60.0  # seconds that a crawl waits for a worker, at its start and when all have gone
GLANCE = 1.0  # seconds between looks at the workers


@contextmanager
def dask_cluster(scheduler: str, order: WorkerInit, children: int) -> Iterator[tuple[Backend, WorkerInit]]:
    """The cluster, and the order with the versions that its workers must have. ConfigError where it cannot be used."""
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            "[crawl] executor is 'dask', expected its library: pip install 'federated-model-catalog[dask]'"
        ) from error
    try:
        client: Client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:  # also TimeoutError
        raise ConfigError(f"[crawl] scheduler {scheduler!r} does not answer: {describe(error)}") from error
    order = replace(order, versions=tuple(versions(order).items()))
    view = _View(client, scheduler)
    try:
        _check_workers(client, scheduler, order)
        view.look()
        Thread(target=view.watch, daemon=True, name="dask").start()
        backend = Backend(
            executor=client.get_executor(pure=False),
            slots=lambda: view.threads,
            children=children,
            batch=read_in_dask,
            alone=read_alone_in_dask,
            loss=lambda: view.loss,
        )
        yield backend, order
    finally:
        view.over.set()
        client.close(timeout=CONNECT)


def read_in_dask(order: WorkerInit, number: int, tasks: Sequence[VisitTask]) -> list[VisitResult]:
    """As `read_batch`, with as many children as the worker has threads."""
    import distributed

    return read_batch(order, min(number, distributed.get_worker().state.nthreads), tasks)


def read_alone_in_dask(order: WorkerInit, number: int, tasks: Sequence[VisitTask]) -> list[VisitResult]:
    """The same for visits that are slow: the worker takes other tasks meanwhile."""
    import distributed

    distributed.secede()
    return read_in_dask(order, number, tasks)


def _check_workers(client: Client, scheduler: str, order: WorkerInit) -> None:
    """ConfigError where there is no worker, or one would read other rows."""
    try:
        client.wait_for_workers(1, timeout=WORKERLESS)
    except TimeoutError as error:
        raise ConfigError(f"[crawl] scheduler {scheduler!r} has no worker after {WORKERLESS:g} s") from error
    ours, complaints = dict(order.versions), []
    answers = client.run(versions, replace(order, versions=()), on_error="return")
    for worker, theirs in sorted(answers.items()):
        if not isinstance(theirs, dict):
            complaints.append(f"Dask worker {worker} cannot read: {describe(theirs)}")
        elif differences := differing(ours, theirs):
            complaints.append(f"Dask worker {worker} has {differences}")
    if complaints:
        raise ConfigError(*complaints)


class _View:
    """What is known of a cluster: looked at once a second, as each question goes to the scheduler."""

    def __init__(self, client: Client, scheduler: str) -> None:
        self.threads = 1
        self.loss: str | None = None
        self.over = Event()
        self._client, self._scheduler = client, scheduler
        self._seen = monotonic()

    def watch(self) -> None:
        while not self.over.wait(GLANCE):
            self.look()

    def look(self) -> None:
        threads = self._count()
        if threads is None:
            self.loss = f"the Dask scheduler {self._scheduler} is gone"
            return
        self.threads = max(1, threads)
        if threads:
            self._seen = monotonic()
        workerless = monotonic() - self._seen > WORKERLESS
        self.loss = f"the Dask scheduler {self._scheduler} has no worker" if workerless else None

    def _count(self) -> int | None:
        """How many tasks the workers run at a time; None where the scheduler is gone."""
        if self._client.status != "running":
            return None
        try:
            return int(sum(self._client.sync(self._client.scheduler.ncores, callback_timeout=CONNECT).values()))
        except Exception:  # noqa: BLE001 - it may be any, of several libraries
            return None
