"""Which repositories a site shows, and the rows of crawls without all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from catalog.config.model import SiteConfig
from catalog.database.build_inputs import CrawlRows, rows_of
from catalog.discovery.rules import matches_name
from catalog.errors import DEPARTED, CrawlOutcome, VisitOutcome
from catalog.schema.tables.inventory import Crawl, Rename, Repo, Source, Visit


def is_shown(site: SiteConfig, repo: Repo, labels: Collection[str]) -> bool:
    """Whether a site shows a repository, whose artifacts have these labels."""
    return (
        (not site.include or matches_name(repo.repo, site.include))
        and not matches_name(repo.repo, site.exclude)
        and (not site.visibility or repo.visibility in site.visibility)
        and (not site.labels or not set(site.labels).isdisjoint(labels))
        and set(site.exclude_labels).isdisjoint(labels)
    )


def rows_of_site(rows: CrawlRows, shown: Collection[str]) -> CrawlRows:
    """The rows of crawls of these repositories. Counts are of them, too, as far back as visits are kept one by one."""
    repos = [_without_others(row, shown) for row in rows_of(rows, Repo) if row.repo in shown]
    visits = [row for row in rows_of(rows, Visit) if row.repo in shown]
    wanted = Counter(row.source for row in repos if row.left_at is None)
    sources = {row.source for row in repos}
    return {
        **rows,
        Repo: repos,
        Visit: visits,
        Rename: [row for row in rows_of(rows, Rename) if row.repo in shown],
        Source: [
            replace(row, message=None, listed=wanted[row.source], wanted=wanted[row.source])
            for row in rows_of(rows, Source)
            if row.source in sources
        ],
        Crawl: list(_crawls(rows_of(rows, Crawl), visits)),
    }


def _without_others(row: Repo, shown: Collection[str]) -> Repo:
    """A repository's row that names no repository that is not shown."""
    if row.fork_of not in shown:
        row = replace(row, fork_of=None)
    if row.renamed_to is not None and row.renamed_to not in shown:
        row = replace(row, renamed_to=None, left_because="renamed")
    return row


def _crawls(crawls: Iterable[Crawl], visits: Iterable[Visit]) -> Iterable[Crawl]:
    outcomes: Mapping[int, Counter[str]] = {row.crawl: Counter() for row in crawls}
    received: Counter[int] = Counter()
    for visit in visits:
        received[visit.crawl] += visit.received
        for crawl in visit.crawls or (visit.crawl,):
            if crawl in outcomes:
                outcomes[crawl][visit.outcome] += 1
    for row in crawls:
        count = outcomes[row.crawl]
        new, changed, fresh = (count[each] for each in (VisitOutcome.NEW, VisitOutcome.CHANGED, VisitOutcome.FRESH))
        failed = count.total() - new - changed - fresh - sum(count[each] for each in DEPARTED)
        is_complete = row.outcome == CrawlOutcome.INCOMPLETE and not failed
        yield replace(
            row,
            new=new,
            changed=changed,
            fresh=fresh,
            failed=failed,
            received=received[row.crawl],
            outcome=CrawlOutcome.COMPLETE if is_complete else row.outcome,
        )
