"""What an executor's worker runs: visits in children of its process, which can be ended (docs/decisions/26). It writes nothing."""

from __future__ import annotations

import atexit
import platform
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic, sleep

import catalog
from catalog.crawl.process_pool import Workers, workers
from catalog.crawl.visit import VisitResult, VisitTask
from catalog.crawl.worker import WorkerInit, read_context
from catalog.plugins.connector import installed
from catalog.store.partitions import privacy_digest, readers_digest

IDLE = 60.0  # seconds without a visit, after which the children end


class OtherVersion(Exception):
    """The worker would read other rows than the crawl wants."""


@dataclass(kw_only=True, slots=True)
class _Team:
    """The children for one crawl, and how many batches they are making."""

    workers: Workers
    stack: ExitStack
    batches: int = 0
    since: float = field(default_factory=monotonic)


_teams: dict[WorkerInit, _Team] = {}
_lock = Lock()


def read_batch(order: WorkerInit, number: int, tasks: Sequence[VisitTask]) -> list[VisitResult]:
    """Makes visits at the same time, in at most `number` children. OtherVersion where this process cannot read as the crawl does."""
    if order.versions and (differences := differing(dict(order.versions), versions(order))):
        raise OtherVersion(differences)
    team = _enter(order, number)
    try:
        if len(tasks) == 1:
            return [team.workers.read(tasks[0])]
        with ThreadPoolExecutor(len(tasks), thread_name_prefix="visit") as threads:
            return list(threads.map(team.workers.read, tasks))
    finally:
        with _lock:
            team.batches -= 1
            team.since = monotonic()


def versions(order: WorkerInit) -> dict[str, str]:
    """What decides which rows come out of a process, by name."""
    connectors = tuple(connector for connector in installed() if connector.name in order.connectors)
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "federated-model-catalog": catalog.__version__,
        "its connectors": readers_digest(connectors),
        "its detector of secrets": privacy_digest(order.privacy),
    }


def differing(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """What differs, in words; empty where nothing does."""
    return ", ".join(
        f"{name} {theirs.get(name)}, expected {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    )


def _enter(order: WorkerInit, number: int) -> _Team:
    with _lock:
        team = _teams.get(order)
        if team is None:
            stack = ExitStack()
            team = _teams[order] = _Team(
                workers=stack.enter_context(workers(order, number, read_context(order))), stack=stack
            )
            Thread(target=_end_when_idle, args=(order, team), daemon=True, name="idle").start()
        team.batches += 1
        return team


def _end_when_idle(order: WorkerInit, team: _Team) -> None:
    while True:
        sleep(IDLE / 4)
        with _lock:
            if team.batches == 0 and monotonic() - team.since > IDLE:
                del _teams[order]
                break
    team.stack.close()


def end_all() -> None:
    """Ends all children of this process."""
    with _lock:
        teams = [*_teams.values()]
        _teams.clear()
    for team in teams:
        team.stack.close()


atexit.register(end_all)
