"""The crawl: for each repository, ask, compare, and read what is new. The only place that catches Exception."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from catalog.choice import choose
from catalog.config import Config, RepoConfig
from catalog.connector import Connector, installed
from catalog.errors import Down, NotFound, OriginError, StoreError
from catalog.fetch import fetch, reach
from catalog.journal import Entry, Found, Journal
from catalog.lock import lock
from catalog.origin import Limits, Origin, Pool, open_origin, open_storage
from catalog.read import Carried, carry, rows
from catalog.snapshot import Listing
from catalog.store import Key, Partition, Rows, Store, readers_digest, refs_digest
from catalog.tables import Branch, Crawl, Tag, Visit

log = logging.getLogger(__name__)

READ = ("new", "changed", "fresh")  # the outcomes of a visit that went well

Report = Callable[[Visit, int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlReport:
    """What a crawl did: its own row, and one for each repository."""

    crawl: Crawl
    visits: tuple[Visit, ...]

    @property
    def failed(self) -> int:
        return self.crawl.failed


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    """One repository to visit, and how it was found last."""

    repo: RepoConfig
    found: Found | None
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class _Crew:
    """What all visits of a crawl share."""

    store: Store
    connectors: tuple[Connector, ...]
    readers: str
    pool: Pool
    debug: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Result:
    outcome: str
    why: str | None = None
    message: str | None = None
    partition: str | None = None


def crawl(
    config: Config,
    *,
    only: Collection[str] = (),
    report: Report = lambda _visit, _done, _total: None,
    connectors: tuple[Connector, ...] | None = None,
    debug: bool = False,
) -> CrawlReport:
    """Visits the repositories of repos.toml (or those named in `only`) and stores the rows of what changed.

    `report(visit, done, total)` is called in this thread as each visit ends. A failing repository never stops the others; with
    `debug`, a bug of ours is raised instead of recorded. NotFound for a name that repos.toml does not hold.
    """
    connectors = installed() if connectors is None else connectors
    with lock(config.output):
        store, journal = Store(config.output / "store" / "rows"), Journal(config.output / "store" / "crawls")
        found = journal.found()
        tasks = [_task(config, repo, found.get(repo.name)) for repo in _chosen(config, only)]
        readers = readers_digest(tuple((c.name, c.version) for c in connectors))
        with Pool() as pool, journal.begin() as entry:
            crew = _Crew(store=store, connectors=connectors, readers=readers, pool=pool, debug=debug)
            return _run(tasks, crew, entry, report, config.jobs)


def _chosen(config: Config, only: Collection[str]) -> tuple[RepoConfig, ...]:
    names = {repo.name for repo in config.repos}
    if unknown := sorted(set(only) - names):
        raise NotFound(f"{config.file} has no repository named {unknown[0]!r}; `catalog status` lists the names")
    return tuple(repo for repo in config.repos if not only or repo.name in only)


def _task(config: Config, repo: RepoConfig, found: Found | None) -> _Task:
    limits = Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=repo.options.timeout,
        max_bytes=repo.options.max_bytes,
        max_inflated=8 * repo.options.max_bytes,
    )
    return _Task(repo=repo, found=found, limits=limits)


def _run(tasks: list[_Task], crew: _Crew, entry: Entry, report: Report, jobs: int) -> CrawlReport:
    started, clock = datetime.now(UTC), perf_counter()
    visits: list[Visit] = []
    workers = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="visit")
    try:
        futures: list[Future[tuple[Visit, str | None]]] = [
            workers.submit(partial(_visit, task, crew, entry.number)) for task in tasks
        ]
        for future in as_completed(futures):
            visit, partition = future.result()
            entry.add(visit, partition)
            visits.append(visit)
            report(visit, len(visits), len(tasks))
    finally:
        workers.shutdown(wait=False, cancel_futures=True)
    ended = _sum_up(entry.number, started, perf_counter() - clock, visits)
    entry.end(ended)
    return CrawlReport(crawl=ended, visits=tuple(sorted(visits, key=lambda visit: visit.repo)))


def _sum_up(number: int, started: datetime, seconds: float, visits: list[Visit]) -> Crawl:
    count = Counter(visit.outcome if visit.outcome in READ else "failed" for visit in visits)
    return Crawl(
        crawl=number,
        started_at=started,
        seconds=round(seconds, 3),
        new=count["new"],
        changed=count["changed"],
        fresh=count["fresh"],
        failed=count["failed"],
        received=sum(visit.received for visit in visits),
    )


def _visit(task: _Task, crew: _Crew, number: int) -> tuple[Visit, str | None]:
    started, clock = datetime.now(UTC), perf_counter()
    received = requests = 0
    try:
        with open_origin(task.repo.url, task.limits, pool=crew.pool) as origin:
            try:
                result = _bring_up_to_date(task, crew, origin)
            finally:
                received, requests = origin.received, origin.requests
    except OriginError as error:
        result = _Result(outcome=error.outcome, message=str(error))
    except StoreError:
        raise  # the disk is full, or damaged: no other repository would fare better
    except Exception as error:
        if crew.debug:
            raise
        log.exception("%s: this is a bug in catalog", task.repo.name)
        result = _Result(outcome="bug", message=f"{type(error).__name__}: {error}")
    visit = Visit(
        crawl=number,
        repo=task.repo.name,
        outcome=result.outcome,
        why=result.why,
        message=result.message,
        started_at=started,
        seconds=round(perf_counter() - clock, 6),
        received=received,
        requests=requests,
    )
    return visit, result.partition


def _bring_up_to_date(task: _Task, crew: _Crew, origin: Origin) -> _Result:
    """One refs request decides; only where a partition for its answer is missing is anything else asked for."""
    listing = origin.refs()
    key = Key(refs=refs_digest(listing, task.repo.options.digest()), readers=crew.readers)
    before = task.found.partition if task.found else None
    if crew.store.holds(task.repo.name, key):
        return _Result(outcome="fresh" if before == str(key) else "changed", partition=str(key))
    carried = _carried(task, crew, before)
    if before is not None and not listing.refs and _had_refs(crew.store.file_of(task.repo.name, before)):
        raise Down(f"{origin.url} lists no refs, where there were some before")
    crew.store.write(task.repo.name, key, _rows(task, crew, origin, listing, carried))
    why = "new" if before is None else "refs_changed" if before.endswith(f"-{crew.readers}") else "reader_changed"
    return _Result(outcome="changed" if before else "new", why=why, partition=str(key))


def _carried(task: _Task, crew: _Crew, before: str | None) -> Carried:
    """Rows that other readers made, or that were lost, are no ground to stand on: everything is read again."""
    if before is None or not before.endswith(f"-{crew.readers}"):
        return Carried(rows={})
    file = crew.store.file_of(task.repo.name, before)
    return carry(Partition(file).rows) if file.is_file() else Carried(rows={})


def _had_refs(file: Path) -> bool:
    return file.is_file() and any(any(Partition(file).rows(table)) for table in (Branch, Tag))


def _rows(task: _Task, crew: _Crew, origin: Origin, listing: Listing, carried: Carried) -> Rows:
    options = task.repo.options
    known, choice = carried.known(), choose(listing, crew.connectors, options)
    storage = open_storage(task.limits) if options.fetch_remote_metrics else None
    snapshot = fetch(origin, listing, crew.connectors, choice, known, storage)
    reached = reach(origin, listing, known, options.history, carried.tips())
    return rows(snapshot, reached, crew.connectors, carried, choice)
