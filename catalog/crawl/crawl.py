"""One crawl: plans which repositories are visited, visits them many at a time, and records what came of it (docs/decisions/15)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from time import perf_counter

from catalog.config.parse import Config
from catalog.crawl import shard_store
from catalog.crawl.context import CrawlContext
from catalog.crawl.driver import Read, Recorded, visit_and_record
from catalog.crawl.inventory_changes import aliases, departures, identities, inventory_moves, renames
from catalog.crawl.plan import CrawlPlan, SkipReason, plan_crawl, take_inventory
from catalog.crawl.reading import VisitReader, reading
from catalog.crawl.remaining_visits import OnSlow, RemainingVisits
from catalog.crawl.shard import Shard
from catalog.crawl.visit import VisitResult, VisitTask
from catalog.crawl.withhold_again import withhold_again
from catalog.crawl.withhold_observed import withhold_observed
from catalog.discovery.inventory import Inventory, Repository
from catalog.discovery.pushed_at import PushCache
from catalog.errors import DEPARTED, READ
from catalog.naming import repo_name
from catalog.plugins.connector import Connector, check, installed
from catalog.privacy import detector
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store.crawl_file import sum_up
from catalog.store.identities import Identities, following
from catalog.store.journal import CrawlEntry, Journal
from catalog.store.lock import lock
from catalog.transport.host_scheduler import SchedulerLimits, schedule_batches
from catalog.transport.origin import Limits, NetworkRules, Pool

OnVisit = Callable[[Visit, int, int], None]

MEMORY_SHARE = 4  # one visit may hold a fourth of all memory in objects: as much again is the pack, and rows

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlReport:
    """What a crawl did: its own row, and one for each repository. `failures`: what went wrong with sources, by their names."""

    crawl: Crawl
    visits: tuple[Visit, ...]
    failures: Mapping[str, str]
    unpushed: int  # repositories that were skipped, because their forge reports no push since they were read

    @property
    def failed(self) -> int:
        """How many repositories and sources could not be read."""
        return self.crawl.failed + len(self.failures)


def crawl(  # noqa: PLR0913 - what a caller may choose, each by its name
    config: Config,
    *,
    only: Collection[str] = (),
    shard: Shard | None = None,
    report: OnVisit = lambda _visit, _done, _total: None,
    slow: OnSlow = lambda _names: None,
    only_slow_left: OnSlow = lambda _names: None,
    before_read: Callable[[], None] = lambda: None,
    tell: Callable[[str], None] = lambda _: None,
    connectors: tuple[Connector, ...] | None = None,
    executor: Executor | None = None,
    changed: bool = False,
    wait: bool = False,
    debug: bool = False,
) -> CrawlReport:
    """Visits the repositories of repos.toml and of its sources (or those named in `only`) and stores the rows of what changed.

    With `shard`, only its repositories are visited, and stored in a folder of its own: see `catalog.crawl.merge`.

    `report(visit, done, total)` is called in this thread as each visit ends, `slow(names)` with the repositories whose visits gave up
    their slots, whenever these change, `only_slow_left(names)` once, when no others are left and something was read: that can be published
    (`catalog.database.build` with `in_crawl`) while these go on, `before_read()` in another thread before a repository is read that has something new, `tell(sentence)`
    with messages about sources and credentials. A failing repository never stops the others. With `changed`, those in `only` are known to have changed, as after a push: a process that reads starts at once. `executor` makes the visits instead of what repos.toml names: its workers need this package. With `debug`, a bug of ours is raised instead of recorded. With `wait`, another crawl or build of the same output is
    waited for; else StoreError names its process. ConfigError for connectors that cannot be used, NotFound for a name that repos.toml
    does not hold.
    """
    if connectors is None:
        connectors = installed()
    else:
        check((f"connector {connector.name!r}", connector) for connector in connectors)
    if shard is not None:
        config = shard_store.begin(config, shard, wait=wait, tell=tell)
    with lock(config.output, wait=wait, tell=tell), Pool() as pool:
        for complaint in pool.keyring.complaints:
            tell(complaint)
        context = CrawlContext.of(config.output, connectors, pool, privacy=config.privacy, debug=debug)
        with reading(config, context, executor) as reader:
            run = CrawlRun(config, context, reader, shard)
            plan = run.plan(only, tell)
            if changed:
                reader.begin()
            try:
                result = run.visit_all(plan, report, slow, only_slow_left, before_read)
            except (KeyboardInterrupt, SystemExit):  # the next crawl begins from what this one has read
                run.save(plan)
                raise
            run.save(plan)
        return result


class CrawlRun:
    """One crawl: `plan` decides what it does, `visit_all` makes and records the visits, `save` summarises what was recorded.

    Where a crawl fails, as on a full disk, no summary is written: the journal has every visit that ended, and the next crawl reads it.
    """

    def __init__(
        self,
        config: Config,
        context: CrawlContext,
        reader: VisitReader | None = None,
        shard: Shard | None = None,
        *,
        dry: bool = False,
    ) -> None:
        """`reader`: by default, that of this process. `dry`: a plan is made, and nothing is written."""
        self._dry = dry
        self._config, self._context, self._reader, self._shard = config, context, reader or VisitReader(), shard
        self._journal = Journal(config.output / "store" / "crawls")
        if not dry:
            self._journal.clean(detector.digest(), detector.clean)
        self._last_visits = self._journal.last_visits()
        self._pushes = PushCache(config.output / "store" / "sources", context.readers)

    def plan(self, only: Collection[str], tell: Callable[[str], None]) -> CrawlPlan:
        """Lists the sources, unless some repositories are named, and decides which repositories are visited."""
        inventory, failures = take_inventory(
            self._config, self._context.pool, ask=not only, tell=tell, keep=not self._dry
        )
        inventory = self._shard.part_of(inventory) if self._shard else inventory
        now = datetime.now(UTC)
        return plan_crawl(
            self._config.file,
            inventory,
            failures,
            lambda entry: self._skip_reason(entry, now),
            only=only,
        )

    def visit_all(
        self,
        plan: CrawlPlan,
        report: OnVisit,
        slow: OnSlow,
        only_slow_left: OnSlow = lambda _: None,
        before_read: Callable[[], None] = lambda: None,
    ) -> CrawlReport:
        """Makes the visits, several at a time, and writes each to the journal."""
        entries = {entry.repo.name: entry for entry in plan.visited}
        started, clock = datetime.now(UTC), perf_counter()
        visits: list[Visit] = []
        with self._journal.begin(self._context.observations.last_crawl()) as journal:
            self._record_inventory(plan.inventory, journal, started)
            withhold_observed(self._context)
            tasks = [self._task(entry, journal.number) for entry in plan.visited]
            tasks.sort(key=_has_failed)  # those that failed in the last crawl may be slow again, and come last
            left = RemainingVisits(only_slow_left)
            self._reader.prepare(self._unread(tasks))
            visit_one = partial(
                visit_and_record, context=self._context, read=_announced(self._reader.read, before_read)
            )
            with closing(schedule_batches(tasks, visit_one, self._scheduler_limits(slow, left))) as batches:
                for recorded in batches:
                    journal.add(recorded)
                    for row, _ in recorded:
                        if row.outcome in READ:
                            self._pushes.record(entries[row.repo], row.started_at)
                        visits.append(row)
                        report(row, len(visits), len(tasks))
                        left.count(row)
            self._withhold_from_unread({row.repo: row.outcome in READ for row in visits})
            ended = sum_up(journal.number, started, perf_counter() - clock, visits)
            journal.end(ended)
        return CrawlReport(
            crawl=ended,
            visits=tuple(sorted(visits, key=attrgetter("repo"))),
            failures=plan.failures,
            unpushed=sum(reason is SkipReason.UNPUSHED for reason in plan.skipped.values()),
        )

    def _withhold_from_unread(self, visited: Mapping[str, bool]) -> None:
        """What is withheld now is withheld, too, from the rows of repositories that could not be read. `visited`: whether a visit went well."""
        for repo, last in self._last_visits.items():
            if last.partition is not None and not visited.get(repo, last.outcome in READ):
                withhold_again(self._context, repo, last.partition)

    def _record_inventory(self, inventory: Inventory, journal: CrawlEntry, now: datetime) -> None:
        """Before the visits: which repositories have another name, so that these go on with their history, and which left."""
        known = Identities(self._context.observations.root)
        listed = identities(inventory)
        before, moved = inventory_moves(known.read(), listed, self._last_visits, aliases(inventory))
        for move in moved:
            self._context.rename(move.former, move.repo, self._last_visits.get(move.former))
        journal.change_inventory(renames(moved, journal.number), ())
        known.write(before, following(before, moved, listed))
        self._last_visits = self._journal.last_visits() if moved else self._last_visits
        journal.change_inventory((), departures(inventory, self._last_visits, moved, journal.number, now))

    def save(self, plan: CrawlPlan) -> None:
        """Writes what the next crawl begins from: when each repository was last read, and how the last visits ended."""
        self._pushes.write(plan.inventory.repositories)
        self._context.answers.write({repo.name for repo in plan.inventory.repos})
        self._context.observations.save()
        self._journal.sum_up()

    def _skip_reason(self, entry: Repository, now: datetime) -> SkipReason | None:
        unpushed = self._pushes.can_skip(entry, now) and self._is_current(entry.repo.name)
        return SkipReason.UNPUSHED if unpushed else None

    def _is_current(self, name: str) -> bool:
        """Whether the last visit went well, and its rows and observations are still there."""
        last = self._last_visits.get(name)
        if last is None or last.partition is None or last.outcome not in READ:
            return False
        if self._context.observations.lacks(name, last.partition):
            return False
        if not self._context.is_made_alike(name, last.partition):
            return False
        return self._context.store.holds(name, last.partition)

    def _task(self, entry: Repository, number: int) -> VisitTask:
        repo = entry.repo
        limits = Limits(
            connect=self._config.connect_timeout,
            idle=self._config.idle_timeout,
            total=repo.options.timeout,
            processor_time=repo.options.processor_time,
            max_refs=repo.options.max_refs,
            max_bytes=repo.options.max_bytes,
            max_inflated=min(4 * repo.options.max_bytes, self._config.max_memory // MEMORY_SHARE),
        )
        return VisitTask(
            repo=repo,
            number=number,
            last=self._last_visits.get(repo.name),
            limits=limits,
            network=NetworkRules(allow=self._config.allowed_hosts),
            has_untrusted_url=entry.has_untrusted_url,
        )

    def _scheduler_limits(self, slow: OnSlow, left: RemainingVisits) -> SchedulerLimits[VisitTask, Recorded]:
        return SchedulerLimits(
            overall=self._config.jobs,
            for_host=self._config.jobs_per_host,
            host=_host,
            is_success=lambda visited: visited[0].outcome in READ,
            slow=lambda tasks: slow([task.repo.name for task in tasks]),
            only_slow_left=left.only_slow,
        )

    def _unread(self, tasks: Sequence[VisitTask]) -> int:
        """The repositories that will be read, whatever their refs are."""
        return sum(
            task.last is None or not self._context.is_made_alike(task.repo.name, task.last.partition) for task in tasks
        )


def _announced(read: Read | None, before_read: Callable[[], None]) -> Read | None:
    """`read`, before which `before_read` is called."""
    if read is None:
        return None

    def announce_and_read(task: VisitTask) -> VisitResult:
        before_read()
        return read(task)

    return announce_and_read


def _has_failed(task: VisitTask) -> bool:
    return task.last is not None and task.last.outcome not in (*READ, *DEPARTED)


def _host(task: VisitTask) -> str | None:
    """The server that a visit contacts; None for this machine's disk."""
    host = repo_name(task.repo.url).partition("/")[0]
    return None if host == "local" else host
