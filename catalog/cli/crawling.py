"""Runs a crawl, says how it went, and builds what was read: what `crawl`, `demo` and the commands that act share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import typer

from catalog.cli import EXPLAINED, catalog_and_site
from catalog.cli.output import say
from catalog.cli.progress import Progress, size
from catalog.errors import Exit, shortage
from catalog.text import plural

if TYPE_CHECKING:
    from catalog.config.parse import Config
    from catalog.crawl.crawl import CrawlReport
    from catalog.crawl.shard import Shard
    from catalog.schema.tables.inventory import Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlyBuild:
    """What is done when only slow repositories are left: the catalog of all others need not wait for them."""

    config: Config
    no_site: bool
    publish: bool

    def build(self, names: Sequence[str], tell: Callable[[str], None]) -> None:
        tell(
            f"still reading {plural(len(names), 'slow repository', 'slow repositories')}; the catalog of all others is built now"
        )
        catalog_and_site.build(self.config, no_site=self.no_site, in_crawl=True, tell=tell)
        if self.publish and self.config.schedule.publish is not None:
            from catalog.schedule.steps import publish  # only `catalog schedule` asks for it

            if complaint := publish(self.config):
                tell(complaint)


def run_crawl(
    config: Config,
    only: Collection[str],
    early: EarlyBuild | None,
    *,
    shard: Shard | None = None,
    changed: bool = False,
    wait: bool,
    debug: bool,
) -> CrawlReport:
    """Crawls and says how it went. Interrupted, it stops at once; what was finished is kept. `changed`: those in `only` are known to have changed."""
    from catalog.crawl.crawl import crawl as visit_all  # a cold `show` needs no dulwich

    once = Lock()

    def prepare_build(*, exports: bool) -> None:
        """Once, and not before the visits: its thread would be in the way of forks (docs/decisions/13)."""
        if early and once.acquire(blocking=False):
            _prepare_build(config, exports=exports)

    with Progress() as progress:

        def report_visit(visit: Visit, done: int, total: int) -> None:
            prepare_build(exports=False)
            progress(visit, done, total)

        try:
            report = visit_all(
                config,
                only=only,
                shard=shard,
                report=report_visit,
                slow=progress.slow,
                only_slow_left=lambda names: early.build(names, progress.tell) if early else None,
                before_read=partial(prepare_build, exports=True),
                tell=progress.tell,
                changed=changed,
                wait=wait,
                debug=debug,
            )
        except KeyboardInterrupt as stop:
            say(f"stopped after {plural(progress.done, 'repository', 'repositories')}; what was read is kept")
            stop.add_note(EXPLAINED)
            raise
    done = report.crawl
    say(
        f"{done.new} new, {done.changed} changed, {done.fresh} fresh, {done.failed} failed; "
        f"{size(done.received)} in {done.seconds:.1f} s"
    )
    if report.unpushed:
        say(f"{report.unpushed} not asked: no push since they were last read")
    if report.failures:
        say(f"{plural(len(report.failures), 'source')} failed: the last listing was used")
    return report


def _prepare_build(config: Config, *, exports: bool) -> None:
    """Prepares the build in a thread, where this machine has enough for one: else the build does all of it."""
    try:
        from catalog.database import prewarm

        prewarm.begin(config, exports=exports)
    except Exception as error:
        if not shortage(error):
            raise


def build_what_was_read(config: Config, done: CrawlReport, *, no_site: bool) -> None:
    """Builds catalog and site after a crawl, and sends the notifications of repos.toml."""
    outcome = catalog_and_site.build(
        config, no_site=no_site, wait=True
    )  # another crawl may have begun when ours was over
    say(catalog_and_site.summary(done, outcome))
    catalog_and_site.notify(config)


def crawl_changed(config: Config, repo: str) -> None:
    """Reads a repository that is known to have changed, and builds the catalog, not the site. typer.Exit where it could not be read."""
    early = EarlyBuild(config=config, no_site=True, publish=False)
    done = run_crawl(config, (repo,), early, changed=True, wait=True, debug=False)
    build_what_was_read(config, done, no_site=True)
    if done.failed:
        raise typer.Exit(int(Exit.ORIGIN))
