"""The crawl: for each repository, ask, compare, and read what is new. The only place that catches Exception."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from catalog.choice import choose
from catalog.config import Config, RepoConfig, repo_name
from catalog.connector import Connector, installed
from catalog.due import Due, due
from catalog.errors import Down, OriginError, StoreError
from catalog.fetch import fetch
from catalog.journal import READ, Entry, Found, Journal
from catalog.lock import lock
from catalog.observations import Observations, Sight
from catalog.origin import Limits, Origin, Pool, open_origin, open_storage
from catalog.read import Carried, carry, rows
from catalog.record import R
from catalog.snapshot import Listing
from catalog.store import Key, Partition, Rows, Store, readers_digest, refs_digest
from catalog.tables import Branch, Crawl, Tag, Visit
from catalog.turns import Turns, take_turns

log = logging.getLogger(__name__)

Report = Callable[[Visit, int, int], None]
Slow = Callable[[Sequence[str]], None]
_Visited = tuple[Visit, str | None]  # and the partition


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlReport:
    """What a crawl did: its own row, and one for each repository. `failures`: what went wrong with sources, by their names."""

    crawl: Crawl
    visits: tuple[Visit, ...]
    failures: Mapping[str, str]
    unpushed: int  # repositories that were not asked, because nobody pushed to them

    @property
    def failed(self) -> int:
        """How many repositories and sources could not be read."""
        return self.crawl.failed + len(self.failures)


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
    observations: Observations
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
    listing: Listing | None = None
    rows: Rows | None = None  # where they were not in the store


def crawl(  # noqa: PLR0913 - what a caller may choose, each by its name
    config: Config,
    *,
    only: Collection[str] = (),
    report: Report = lambda _visit, _done, _total: None,
    slow: Slow = lambda _names: None,
    tell: Callable[[str], None] = lambda _: None,
    connectors: tuple[Connector, ...] | None = None,
    wait: bool = False,
    debug: bool = False,
) -> CrawlReport:
    """Visits the repositories of repos.toml and of its sources (or those named in `only`) and stores the rows of what changed.

    `report(visit, done, total)` is called in this thread as each visit ends, `slow(names)` with the repositories that keep us
    waiting, whenever these change, `tell(sentence)` with what sources make of us. A failing repository never stops the others; with
    `debug`, a bug of ours is raised instead of recorded. With `wait`, another crawl or build of the
    same output is waited for; else StoreError says who it is. NotFound for a name that repos.toml does not hold.
    """
    connectors = installed() if connectors is None else connectors
    with lock(config.output, wait=wait, tell=tell):
        folder = config.output / "store"
        store, journal = Store(folder / "rows"), Journal(folder / "crawls")
        observations = Observations(folder / "observations")
        found = journal.found()
        readers = readers_digest(tuple((c.name, c.version) for c in connectors))
        after = observations.last_crawl()
        stands = partial(_stands, store=store, found=found)
        with Pool() as pool, due(config, only, readers, stands, pool, tell) as wanted, journal.begin(after) as entry:
            tasks = [_task(config, repo, found.get(repo.name)) for repo in wanted.repos]
            tasks.sort(key=_has_failed)  # who failed last time, and may keep us waiting again, comes last
            crew = _Crew(
                store=store,
                observations=observations,
                connectors=connectors,
                readers=readers,
                pool=pool,
                debug=debug,
            )
            turns: Turns[_Task, _Visited] = Turns(
                overall=config.jobs,
                for_host=config.jobs_per_host,
                host=_host,
                well=lambda visited: visited[0].outcome in READ,
                slow=lambda tasks: slow([task.repo.name for task in tasks]),
            )
            return _run(tasks, crew, entry, report, turns, wanted)


def _stands(repo: str, *, store: Store, found: Mapping[str, Found]) -> bool:
    """Whether the last visit went well, and its rows are still there."""
    last = found.get(repo)
    if last is None or last.partition is None or last.outcome not in READ:
        return False
    return store.file_of(repo, last.partition).is_file()


def _task(config: Config, repo: RepoConfig, found: Found | None) -> _Task:
    limits = Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=repo.options.timeout,
        max_bytes=repo.options.max_bytes,
        max_inflated=4 * repo.options.max_bytes,
    )
    return _Task(repo=repo, found=found, limits=limits)


def _has_failed(task: _Task) -> bool:
    return task.found is not None and task.found.outcome not in READ


def _run(
    tasks: list[_Task], crew: _Crew, entry: Entry, report: Report, turns: Turns[_Task, _Visited], wanted: Due
) -> CrawlReport:
    started, clock = datetime.now(UTC), perf_counter()
    visits: list[Visit] = []
    for visit, partition in take_turns(tasks, partial(_visit, crew=crew, number=entry.number), turns):
        entry.add(visit, partition)
        visits.append(visit)
        if visit.outcome in READ:
            wanted.note(visit.repo, visit.started_at)
        report(visit, len(visits), len(tasks))
    ended = _sum_up(entry.number, started, perf_counter() - clock, visits)
    entry.end(ended)
    return CrawlReport(
        crawl=ended,
        visits=tuple(sorted(visits, key=lambda visit: visit.repo)),
        failures=wanted.failures,
        unpushed=wanted.unpushed,
    )


def _host(task: _Task) -> str | None:
    """The server that a visit burdens; None for this machine's disk."""
    host = repo_name(task.repo.url).partition("/")[0]
    return None if host == "local" else host


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
        outcome="incomplete" if count["failed"] else "complete",
    )


def _visit(task: _Task, *, crew: _Crew, number: int) -> _Visited:
    started, clock = datetime.now(UTC), perf_counter()
    received = requests = 0
    try:
        with open_origin(task.repo.url, task.limits, pool=crew.pool) as origin:
            try:
                result = _bring_up_to_date(task, crew, origin)
            finally:
                received, requests = origin.received, origin.requests
        _write_down(task, crew, result, number, started)
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
        turned=task.found is None or (task.found.outcome in READ) != (result.outcome in READ),
    )
    return visit, result.partition


def _bring_up_to_date(task: _Task, crew: _Crew, origin: Origin) -> _Result:
    """One refs request decides; only where a partition for its answer is missing is anything else asked for."""
    listing = origin.refs()
    key = Key(refs=refs_digest(listing, task.repo.options.digest()), readers=crew.readers)
    before = task.found.partition if task.found else None
    if crew.store.holds(task.repo.name, key):
        return _Result(outcome="fresh" if before == str(key) else "changed", partition=str(key), listing=listing)
    carried = _carried(task, crew, before)
    if before is not None and not listing.refs and _had_refs(crew.store.file_of(task.repo.name, before)):
        raise Down(f"{origin.url} lists no refs, where there were some before")
    found = _rows(task, crew, origin, listing, carried)
    crew.store.write(task.repo.name, key, found)
    why = "new" if before is None else "refs_changed" if before.endswith(f"-{crew.readers}") else "reader_changed"
    return _Result(outcome="changed" if before else "new", why=why, partition=str(key), listing=listing, rows=found)


def _write_down(task: _Task, crew: _Crew, result: _Result, number: int, at: datetime) -> None:
    """Adds what this visit saw to the repository's observations: before the visit itself counts as done."""
    assert result.partition
    assert result.listing
    sight = Sight(
        repo=task.repo.name,
        crawl=number,
        at=at,
        partition=result.partition,
        last_partition=task.found.partition if task.found else None,
        last_at=task.found.read_at if task.found else None,
    )
    stored = crew.store.file_of(task.repo.name, result.partition)
    crew.observations.see(sight, result.listing, lambda table: _read(table, result.rows, stored))


def _read(table: type[R], found: Rows | None, stored: Path) -> Iterable[R]:
    if found is None:
        return Partition(stored).rows(table)
    return found.get(table, ())  # type: ignore[return-value]  # the mapping is by table


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
    fetched = fetch(origin, listing, crew.connectors, choice, known, storage)
    return rows(fetched.snapshot, fetched.reach, crew.connectors, carried, choice)
