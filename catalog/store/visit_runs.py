"""Runs: the visits to a repository in a row that ended alike, so that "since when" has an answer after any number of crawls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from catalog.schema.tables.inventory import Rename, Visit


@dataclass(kw_only=True, slots=True)
class _Run:
    """Visits to a repository in a row which ended alike."""

    first: Visit
    last: Visit
    crawls: list[int]

    def visit(self) -> Visit:
        """The run as one row: that of its last visit. Visits that are not kept any more are counted by those that are."""
        return replace(
            self.last,
            first_at=self.first.first_at or self.first.started_at,
            times=max(len(self.crawls), self.last.times),
            crawls=tuple(self.crawls),
            turned=self.first.turned,
        )


def runs(visits: Iterable[Visit]) -> Iterator[Visit]:
    """One row for each repository and run of equal outcomes. The first visit of each run is to be among the visits."""
    open_runs: dict[str, _Run] = {}
    for visit in visits:
        run = open_runs.get(visit.repo)
        if run is not None and run.last.outcome == visit.outcome:
            run.last = visit
            run.crawls.append(visit.crawl)
            continue
        if run is not None:
            yield run.visit()
        open_runs[visit.repo] = _Run(first=visit, last=visit, crawls=[visit.crawl])
    for run in open_runs.values():
        yield run.visit()


def begins_run(visit: Visit) -> bool:
    """Whether a visit ended otherwise than the one before. Visits of earlier versions state only whether the repository turned."""
    return visit.turned or visit.first_at == visit.started_at


def present_names(visits: Iterable[Visit], renames: Iterable[Rename]) -> Iterator[Visit]:
    """The visits under the names that their repositories have now: a renamed repository has one history."""
    changes = list(renames)
    if not changes:
        yield from visits
        return
    for visit in visits:
        name = visit.repo
        for rename in changes:
            if rename.crawl > visit.crawl and rename.former == name:
                name = rename.name
        yield visit if name == visit.repo else replace(visit, repo=name)


def with_present_names(renames: Sequence[Rename]) -> Iterator[Rename]:
    """Each rename with the name that its repository has now. A name that it had only within one crawl is left out."""
    for place, rename in enumerate(renames):
        name, latest = rename.name, rename.name
        for later in renames[place + 1 :]:
            if later.former == latest:
                latest = later.name
                name = later.name if later.crawl == rename.crawl else name
        if not any(other.name == rename.former and other.crawl == rename.crawl for other in renames[:place]):
            yield replace(rename, repo=latest, name=name)
