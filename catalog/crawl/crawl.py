"""The crawl: who is visited, by whom and when, and what came of it."""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import perf_counter

from catalog.config.parse import Config, RepoConfig
from catalog.crawl.plan import Due, due
from catalog.crawl.visit import Crew, Task, Visited, visit
from catalog.errors import READ
from catalog.naming import repo_name
from catalog.plugins.connector import Connector, installed
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store.journal import Entry, Found, Journal
from catalog.store.lock import lock
from catalog.store.partitions import Store
from catalog.transport.host_scheduler import Turns, take_turns
from catalog.transport.origin import Limits, Pool

Report = Callable[[Visit, int, int], None]
Slow = Callable[[Sequence[str]], None]

MANY = 50  # repositories to be read, for which it pays to start processes
MOST_PROCESSES = 4  # unless repos.toml says otherwise

log = logging.getLogger(__name__)


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
    with lock(config.output, wait=wait, tell=tell) as held, Pool() as pool:
        journal = Journal(config.output / "store" / "crawls")
        crew = Crew.of(config.output, connectors, pool, debug=debug)
        found = journal.found()
        stands = partial(_stands, store=crew.store, found=found)
        after = crew.observations.last_crawl()
        with due(config, only, crew.readers, stands, pool, tell) as wanted, journal.begin(after) as entry:
            tasks = [_task(config, repo, found.get(repo.name)) for repo in wanted.repos]
            tasks.sort(key=_has_failed)  # who failed last time, and may keep us waiting again, comes last
            turns: Turns[Task, Visited] = Turns(
                overall=config.jobs,
                for_host=config.jobs_per_host,
                host=_host,
                well=lambda visited: visited[0].outcome in READ,
                slow=lambda tasks: slow([task.repo.name for task in tasks]),
            )
            with _visits(config, tasks, crew, held) as visit_one:
                return _run(tasks, partial(visit_one, number=entry.number), entry, report, turns, wanted)


@contextmanager
def _visits(config: Config, tasks: Sequence[Task], crew: Crew, held: int) -> Iterator[Callable[..., Visited]]:
    """How visits are made: here, or where there is much to read and more than one processor, also by processes beside this one."""
    number = _processes(config, tasks, crew)
    if number > 1:
        from catalog.crawl.process_pool import workers  # noqa: PLC0415 - as above
        from catalog.crawl.worker import Order  # noqa: PLC0415 - a crawl that finds nothing new needs none

        names = tuple(connector.name for connector in crew.connectors)
        order = Order(output=config.output.absolute(), connectors=names, log_level=log.getEffectiveLevel())
        with ExitStack() as stack:
            try:
                team = stack.enter_context(workers(order, number, held, crew))
            except OSError as error:
                log.warning("reads with one process: %s", error)
            else:
                yield team.visit
                return
    yield partial(visit, crew=crew)


def _processes(config: Config, tasks: Sequence[Task], crew: Crew) -> int:
    """How many processes are to make visits, this one among them."""
    unread = sum(task.found is None or not str(task.found.partition).endswith(f"-{crew.readers}") for task in tasks)
    is_python = sys.executable and not getattr(sys, "frozen", False)  # and no program with a Python inside
    if crew.debug or unread < MANY or not is_python or not set(crew.connectors) <= set(installed()):
        return 1
    return config.processes or min(MOST_PROCESSES, _processors())


def _processors() -> int:
    """Those that this process may use; where the system does not say, those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _stands(repo: str, *, store: Store, found: Mapping[str, Found]) -> bool:
    """Whether the last visit went well, and its rows are still there."""
    last = found.get(repo)
    if last is None or last.partition is None or last.outcome not in READ:
        return False
    return store.file_of(repo, last.partition).is_file()


def _task(config: Config, repo: RepoConfig, found: Found | None) -> Task:
    limits = Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=repo.options.timeout,
        max_bytes=repo.options.max_bytes,
        max_inflated=4 * repo.options.max_bytes,
    )
    return Task(repo=repo, found=found, limits=limits)


def _has_failed(task: Task) -> bool:
    return task.found is not None and task.found.outcome not in READ


def _run(
    tasks: list[Task],
    visit_one: Callable[[Task], Visited],
    entry: Entry,
    report: Report,
    turns: Turns[Task, Visited],
    wanted: Due,
) -> CrawlReport:
    started, clock = datetime.now(UTC), perf_counter()
    visits: list[Visit] = []
    for made, partition in take_turns(tasks, visit_one, turns):
        entry.add(made, partition)
        visits.append(made)
        if made.outcome in READ:
            wanted.note(made.repo, made.started_at)
        report(made, len(visits), len(tasks))
    ended = _sum_up(entry.number, started, perf_counter() - clock, visits)
    entry.end(ended)
    return CrawlReport(
        crawl=ended,
        visits=tuple(sorted(visits, key=lambda made: made.repo)),
        failures=wanted.failures,
        unpushed=wanted.unpushed,
    )


def _host(task: Task) -> str | None:
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
