"""What a crawl would do: the plan, with the reason for each visit. Sources are listed; nothing is written, and no repository is contacted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.config.model import Config
from catalog.crawl.context import CrawlContext
from catalog.crawl.crawl import CrawlRun
from catalog.crawl.inventory_changes import aliases, departures, identities, inventory_moves
from catalog.crawl.plan import CrawlPlan
from catalog.crawl.shard import Shard
from catalog.errors import READ
from catalog.plugins.connector import installed
from catalog.store.identities import Identities
from catalog.store.journal import Journal
from catalog.store.last_visit import LastVisit
from catalog.transport.origin import Pool

REFS = "to see whether its refs changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep:
    """What becomes of one repository. `action` is `visit`, `skip`, `rename` (`repo` is the new name), `remove` or `leave`."""

    repo: str
    action: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DryRun:
    """The steps of a crawl in its order, and the sources that could not be listed, with the reason."""

    steps: tuple[PlannedStep, ...]
    failures: dict[str, str]


def dry_run(
    config: Config,
    *,
    only: Collection[str] = (),
    shard: Shard | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> DryRun:
    """The steps of the crawl that would begin now: all of them, or those of `only`, or of one shard."""
    with Pool() as pool:
        for complaint in pool.keyring.complaints:
            tell(complaint)
        context = CrawlContext.of(config.output, installed(), pool, privacy=config.privacy)
        plan = CrawlRun(config, context, shard=shard, dry=True).plan(only, tell)
    journal = Journal(config.output / "store" / "crawls")
    return DryRun(steps=tuple(_steps(plan, context, journal)), failures=dict(plan.failures))


def _steps(plan: CrawlPlan, context: CrawlContext, journal: Journal) -> Iterator[PlannedStep]:
    """A name is changed before its repository is visited, and who left is told, as the journal has them."""
    last, known = journal.last_visits(), Identities(context.observations.root)
    inventory = plan.inventory
    _, moved = inventory_moves(known.read(), identities(inventory), last, aliases(inventory))
    for move in moved:
        yield PlannedStep(repo=move.repo, action="rename", why=f"its name was {move.former}")
    former = {move.repo: move.former for move in moved}
    for entry in plan.visited:
        name = entry.repo.name
        yield PlannedStep(repo=name, action="visit", why=_why(context, name, former.get(name, name), last))
    for name, reason in plan.skipped.items():
        yield PlannedStep(repo=name, action="skip", why=reason.value)
    gone = {move.former for move in moved}
    for row in departures(inventory, last, moved, journal.last_number() + 1, datetime.now(UTC)):
        if row.repo not in gone:
            action = "remove" if row.outcome == "removed" else "leave"
            yield PlannedStep(repo=row.repo, action=action, why=row.message or row.outcome)


def _why(context: CrawlContext, name: str, former: str, visits: Mapping[str, LastVisit]) -> str:
    """Why all of it would be read again, or else that its refs are listed. `former`: the name under which it was visited last."""
    last = visits.get(former)
    if last is None or last.partition is None:
        return "it was never read" if last is None else f"the last visit ended as {last.outcome}, and none went well"
    if not context.is_made_alike(name, last.partition):
        return "connectors or [privacy] changed: all of it is read again"
    if not context.store.holds(former, last.partition):
        return "its rows are missing"
    if last.outcome not in READ:
        return f"the last visit ended as {last.outcome}"
    return REFS
