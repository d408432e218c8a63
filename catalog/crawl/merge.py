"""Merges stores: what crawls of several stores found becomes a crawl of the catalog, whose visits were made elsewhere (docs/decisions/27)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from catalog.config.parse import Config
from catalog.crawl.context import CrawlContext
from catalog.crawl.inventory_changes import aliases, departures, identities, inventory_moves, renames
from catalog.crawl.other_store import OtherStore, OtherVisit, Round, find_stores, idle_shards
from catalog.crawl.taken_visit import judged
from catalog.crawl.withhold_again import withhold_again
from catalog.crawl.withhold_observed import withhold_observed
from catalog.discovery.inventory import Inventory, read_inventory
from catalog.discovery.merged_listings import take_listings
from catalog.discovery.pushed_at import PushCache
from catalog.errors import CrawlOutcome, StoreError
from catalog.plugins.connector import Connector, installed
from catalog.privacy import detector
from catalog.schema.tables.inventory import Crawl
from catalog.store import files
from catalog.store.crawl_file import Line, Merged, sum_up
from catalog.store.identities import Identities, Move, following
from catalog.store.journal import Journal
from catalog.store.last_visit import LastVisit, apply
from catalog.store.lock import lock
from catalog.store.observations import RefScan
from catalog.store.part import link
from catalog.store.partition_header import is_intact
from catalog.text import plural
from catalog.transport.origin import Pool

Tell = Callable[[str], None]

ELSEWHERE = "left out, as repos.toml and its sources do not have them"
OTHERWISE = "left out, as other versions of connectors or another [privacy] made their rows: their last rows stay"
LOST = "left out, as their rows are missing or damaged: their last rows stay"
UNOBSERVED = "what their tags and branches named is lost, and is not recorded of this visit"


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeReport:
    """What a merge did. `crawls`: those that the catalog has now in addition; `complaints`: a sentence for whatever is lacking."""

    stores: int
    crawls: tuple[Crawl, ...]
    complaints: tuple[str, ...]


def merge(
    config: Config,
    folders: Iterable[Path],
    *,
    wait: bool = False,
    tell: Tell = lambda _: None,
    connectors: tuple[Connector, ...] | None = None,
) -> MergeReport:
    """Adds to the catalog's store what is new in other stores. Each folder is a store, an output folder, or has such folders in it.

    The order of folders is irrelevant, and what was merged before is not merged again. A store that cannot be used costs itself: `tell` gets a
    sentence for it, as for all that is lacking. StoreError where the catalog's own store cannot be locked or written. With `wait`, other
    crawls and builds of all these stores are waited for.
    """
    complaints: list[str] = []

    def complain(sentence: str) -> None:
        complaints.append(sentence)
        tell(sentence)

    with ExitStack() as held, Pool() as pool:
        # A shard that begins holds its store, and waits for that of the catalog: in the other order, both would wait for ever.
        stores = _held_stores(config, folders, held, complain, wait=wait, tell=tell)
        held.enter_context(lock(config.output, wait=wait, tell=tell))
        context = CrawlContext.of(config.output, connectors or installed(), pool, privacy=config.privacy)
        crawls = _Merge(config, context, complain, tell).run(stores)
        for store in stores:
            for sentence in store.journal.damage:
                complain(sentence)
    return MergeReport(stores=len(stores), crawls=crawls, complaints=tuple(complaints))


def _held_stores(
    config: Config, folders: Iterable[Path], held: ExitStack, complain: Tell, *, wait: bool, tell: Tell
) -> list[OtherStore]:
    """The stores of these folders, each once, in an order of their own; no crawl writes into them until `held` is closed."""
    stores: dict[Path, OtherStore] = {}
    own = (config.output / "store").resolve()
    for folder in sorted(folders):
        try:
            stores_in_folder = [OtherStore(path) for path in find_stores(folder)]
        except OSError as error:
            complain(f"{folder} cannot be read: {error.strerror}: it is left out")
            continue
        if not stores_in_folder:
            complain(f"{folder} has no store: it is left out")
        stores |= {path: store for store in stores_in_folder if (path := store.folder.resolve()) != own}
    usable = []
    for _, store in sorted(stores.items()):  # in one order, should others wait for them, too
        try:
            held.enter_context(lock(store.output, wait=wait, tell=tell))
        except StoreError as error:
            complain(f"{error}: it is left out")
            continue
        usable.append(store)
    return usable


class _Merge:
    """The catalog's store, while crawls are added to it."""

    def __init__(self, config: Config, context: CrawlContext, complain: Tell, tell: Tell) -> None:
        self._config, self._context, self._complain, self._tell = config, context, complain, tell
        self._journal = Journal(config.output / "store" / "crawls")
        self._journal.clean(detector.digest(), detector.clean)
        self._last_visits = self._journal.last_visits()
        self._pushes = PushCache(config.output / "store" / "sources", context.readers)
        self._left_out: dict[tuple[OtherStore, str], set[str]] = defaultdict(set)  # repositories by the reason
        self._overlaps: dict[str, set[str]] = defaultdict(set)  # repositories by who visited them

    def run(self, stores: Sequence[OtherStore]) -> tuple[Crawl, ...]:
        """Adds their new crawls: the last of each together as the last one, those before the last as the one before it, and so on."""
        known = self._journal.digests()
        rounds = {store: new for store in stores if (new := store.rounds(known))}
        for shard in idle_shards(rounds):
            self._complain(f"shard {shard} has no new crawl: its repositories keep their last rows")
        for store, new in rounds.items():
            if not new[-1].has_ended:
                number = plural(len(new[-1].visits), "repository", "repositories")
                self._complain(f"{store.output}: its last crawl did not end: the {number} that it finished count")
        take_listings(self._config, [store.config(self._config) for store in rounds])
        inventory = read_inventory(self._config)
        depth = max(map(len, rounds.values()), default=0)
        crawls = [
            self._add(number, [new[-back] for new in rounds.values() if len(new) >= back], inventory, is_last=back == 1)
            for number, back in zip(self._numbers(depth), range(depth, 0, -1), strict=True)
        ]
        for (store, reason), repos in self._left_out.items():
            self._complain(f"{store.output}: {plural(len(repos), 'repository', 'repositories')}: {reason}")
        for visitors, repos in self._overlaps.items():
            self._tell(f"{_such(repos)} visited by {visitors}")
        if crawls:
            self._pushes.write(inventory.repositories)
            self._journal.sum_up()
        for repo, last in self._last_visits.items():
            if last.partition is not None:
                withhold_again(self._context, repo, last.partition)
        withhold_observed(self._context)
        return tuple(crawls)

    def _numbers(self, depth: int) -> range:
        """Those of the crawls to add. A merge that was killed has recorded observations under the same numbers, unless the crawls before it are lost."""
        last, observed = self._journal.last_number(), self._context.observations.last_crawl() if depth else 0
        first = (last if observed <= last + depth else observed) + 1
        return range(first, first + depth)

    def _add(self, number: int, rounds: Sequence[Round], inventory: Inventory, *, is_last: bool) -> Crawl:
        """Adds one crawl. Only the last one tells of the inventory, which is that of today."""
        crawls = [crawl for each in rounds for crawl in each.crawls]
        started = min(crawl.started_at for crawl in crawls)
        seconds = max((crawl.started_at - started).total_seconds() + crawl.seconds for crawl in crawls)
        known = Identities(self._context.observations.root)
        listed = identities(inventory)
        before: dict[str, str] = {}
        moved: tuple[Move, ...] = ()
        if is_last:
            before, moved = inventory_moves(known.read(), listed, self._last_visits, aliases(inventory))
        changes = self._changed(inventory, moved, number, started) if is_last else []
        names = {entry.repo.name for entry in inventory.repositories if not entry.has_left}
        chosen = self._chosen(rounds, names if is_last else None)
        lines = [line for other in chosen if (line := self._taken(other, number))]
        row = sum_up(number, started, seconds, [line.visit for line in lines if line.visit])
        if not all(each.has_ended for each in rounds):
            row = replace(row, outcome=CrawlOutcome.INCOMPLETE)
        merged = [Merged.of(crawl, each.store.name) for each in rounds for crawl in each.crawls]
        ends = [Line(merged=each) for each in sorted(merged, key=attrgetter("store", "digest"))]
        self._journal.add(row, [*changes, *lines, *ends])
        if is_last:
            known.write(before, following(before, moved, listed))
        return row

    def _changed(self, inventory: Inventory, moved: Iterable[Move], number: int, now: datetime) -> list[Line]:
        """Which repositories have another name, so that these go on with their history, and which left."""
        for move in moved:
            self._context.rename(move.former, move.repo, self._last_visits.get(move.former))
        lines = [Line(rename=rename) for rename in renames(moved, number)]
        self._apply(lines)
        left = [Line(departure=each) for each in departures(inventory, self._last_visits, moved, number, now)]
        self._apply(left)
        return [*lines, *left]

    def _chosen(self, rounds: Sequence[Round], names: Collection[str] | None) -> list[OtherVisit]:
        """One visit to each repository of these names, or of any, by their order."""
        visits: dict[str, list[OtherVisit]] = defaultdict(list)
        for other in sorted((other for each in rounds for other in each.visits), key=attrgetter("visit.repo")):
            repo, last = other.visit.repo, self._last_visits.get(other.visit.repo)
            if names is not None and repo not in names:
                self._leave_out(other, ELSEWHERE)
            elif other.partition is not None and not self._context.is_made_alike(repo, other.partition):
                self._leave_out(other, OTHERWISE)
            elif (
                last is None or last.visited_at < other.visit.started_at or other.store.follows(other, last.visited_at)
            ):
                visits[repo].append(other)
            elif last.visited_at > other.visit.started_at:
                self._overlaps[f"{other.store.output} and by the catalog: the later visit counts"].add(repo)
        for repo, several in visits.items():
            if len(several) > 1:
                stores = " and ".join(sorted(str(other.store.output) for other in several))
                self._overlaps[f"{stores}: the last visit that went well counts"].add(repo)
        return [max(several, key=attrgetter("rank")) for several in visits.values()]

    def _taken(self, other: OtherVisit, number: int) -> Line | None:
        """The line of a visit, whose rows and observations are the catalog's now; None where the rows are lost."""
        visit, partition = other.visit, other.partition
        last = self._last_visits.get(visit.repo)
        had_rows = partition is not None and self._context.store.file_of(visit.repo, partition).is_file()
        if partition is not None:
            if not self._take_rows(other, partition):
                self._leave_out(other, LOST)
                return None
            self._observe(other, partition, last, number)
            self._pushes.take(visit.repo, other.store.pushes(self._context.readers))
        line = Line(partition=partition, visit=judged(visit, partition, last, number, had_rows=had_rows))
        self._apply([line])
        return line

    def _take_rows(self, other: OtherVisit, partition: str) -> bool:
        """Whether the catalog has the rows then, or needs none, as a later visit led to others."""
        target = self._context.store.file_of(other.visit.repo, partition)
        if is_intact(target):
            return True
        source = other.store.rows.file_of(other.visit.repo, partition)
        if not is_intact(source):
            return other.store.last_partition(other.visit.repo) != partition
        with files.writing(target.parent):
            files.clear(target)
            link(source, target)
        return True

    def _observe(self, other: OtherVisit, partition: str, last: LastVisit | None, number: int) -> None:
        """Records what the store knew of the refs after this visit, if the catalog does not know it."""
        repo = other.visit.repo
        if not self._context.observations.lacks(repo, partition):
            return
        state = other.store.state(other)
        if state is None:
            self._leave_out(other, UNOBSERVED)
            return
        scan = RefScan(
            repo=repo,
            crawl=number,
            at=other.visit.started_at,
            partition=partition,
            last_partition=last.partition if last else None,
            last_at=last.read_at if last else None,
            last_crawl=last.read_crawl if last else None,
        )
        self._context.observations.record_state(scan, lambda: state)

    def _apply(self, lines: Iterable[Line]) -> None:
        for line in lines:
            apply(self._last_visits, line)

    def _leave_out(self, other: OtherVisit, reason: str) -> None:
        self._left_out[other.store, reason].add(other.visit.repo)


def _such(repos: Collection[str]) -> str:
    """How many repositories, and one of them."""
    return f"{min(repos)} was" if len(repos) == 1 else f"{len(repos)} repositories, such as {min(repos)}, were"
