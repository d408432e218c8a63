"""What the page of a repository says of its tags, its DVC remotes, its crawls, and of other repositories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from catalog.errors import DEPARTED, READ, VisitOutcome
from catalog.text import plural
from sites import urls
from sites.data.repository_rows import (
    RelativeRow,
    RemoteRow,
    RepositoryDetails,
    SameContentRow,
    UnreadTagRow,
    VisitsRow,
)
from sites.data.rows import RepositoryRow
from sites.view_models.registry import OUTCOMES

_SAME_CONTENT = "Same content"
_RELATIONS: Mapping[str, str] = {
    "original": "Copy of",
    "copy": "Copied by",
    "parent": "Forked from",
    "fork": "Forked by",
    "former name": "Former name",
}


class RepositoryLine(NamedTuple):
    """A repository in the list: its team, where the page of the team is, if it has one, and the host of its forge."""

    repository: RepositoryRow
    outcome: str
    team: str
    team_path: str
    forge: str


class TagCounts(NamedTuple):
    """The tags of a repository, those that are events of the registry, and those that look like these and are none."""

    total: int
    events: int
    unread: int
    shown: Sequence[UnreadTagRow]


class RemoteLine(NamedTuple):
    """A DVC remote, with what else its configuration states."""

    remote: RemoteRow
    settings: str


class Failure(NamedTuple):
    """A time in which visits failed; `until` is null while they do."""

    outcome: str
    since: datetime
    until: datetime | None


class CrawlRecord(NamedTuple):
    """When a repository was found first, and when it could not be read."""

    first_at: datetime | None
    failures: list[Failure]


class RelativeLine(NamedTuple):
    """Another repository; where its page is, if it has one; and what both have in common."""

    relation: str
    other: str
    path: str
    shared: str


def repository_lines(repositories: Iterable[RepositoryRow], teams: Collection[str]) -> list[RepositoryLine]:
    """The repositories in their order. `teams`: those that have a page."""
    lines: list[RepositoryLine] = []
    for row in repositories:
        team = urls.team_of(row.repo)
        path = urls.team(team) if team and team in teams else ""
        lines.append(
            RepositoryLine(row, OUTCOMES[VisitOutcome(row.outcome)], team, path, urls.forge_of(row.repo, row.url))
        )
    return lines


def details(rows: RepositoryDetails, repo: str) -> dict[str, object]:
    """What the template of a repository's page is given of these rows."""
    return {
        "tags": _tags(rows, repo),
        "remotes": [RemoteLine(remote, _settings(remote)) for remote in rows.remotes.get(repo, [])],
        "record": crawl_record(rows.visits.get(repo, [])),
        "relatives": relative_lines(rows.relatives.get(repo, []), rows.same_content.get(repo, [])),
    }


def crawl_record(runs: Sequence[VisitsRow]) -> CrawlRecord:
    """What is known of the crawls of a repository. `runs`: the last first."""
    return CrawlRecord(
        first_at=runs[-1].since if runs and runs[-1].run == 1 else None,
        failures=[
            Failure(OUTCOMES[VisitOutcome(run.outcome)], run.since, run.until)
            for run in runs
            if run.outcome not in (*READ, *DEPARTED, VisitOutcome.NEVER)
        ],
    )


def relative_lines(relatives: Iterable[RelativeRow], same: Iterable[SameContentRow]) -> list[RelativeLine]:
    """The other repositories, in the order of what they are to this one."""
    order = list(_RELATIONS)
    rows = sorted(relatives, key=lambda row: (order.index(row.relation), row.other))
    shown: list[RelativeLine] = []
    for relation, some in groupby(rows, key=lambda row: row.relation):
        own = [*some]
        shown += map(_relative, own)
        shown += _rest(_RELATIONS[relation], own[0].total - len(own))
    return [*shown, *_same_content([*same])]


def _tags(rows: RepositoryDetails, repo: str) -> TagCounts | None:
    counts = rows.tags.get(repo)
    unread = rows.unread_tags.get(repo, [])
    return TagCounts(counts[0].tags, counts[0].events, unread[0].total if unread else 0, unread) if counts else None


def _settings(remote: RemoteRow) -> str:
    stated = (
        ("endpoint", remote.endpoint_url),
        ("region", remote.region),
        ("version-aware", "yes" if remote.version_aware else None),
        ("anonymous access", "yes" if remote.anonymous else None),
        ("not shown", ", ".join(remote.secrets) or None),
    )
    return "; ".join(f"{name}: {value}" for name, value in stated if value)


def _relative(row: RelativeRow) -> RelativeLine:
    shared = "as its forge says" if row.shared is None else f"{plural(row.shared, 'registry tag')} in both"
    if row.relation == "former name":
        return RelativeLine(_RELATIONS[row.relation], row.other, "", "")
    if row.own_tags is not None:
        shared += f", {row.own_tags:,} of {'this repository' if row.relation == 'original' else 'the copy'} alone"
    return RelativeLine(_RELATIONS[row.relation], row.other, urls.repository(row.other) if row.is_known else "", shared)


def _same_content(rows: Sequence[SameContentRow]) -> Iterator[RelativeLine]:
    for row in rows:
        shared = f"{plural(row.versions, 'version')} with bytes that a version there has"
        yield RelativeLine(_SAME_CONTENT, row.other, urls.repository(row.other), shared)
    if rows:
        yield from _rest(_SAME_CONTENT, rows[0].total - len(rows))


def _rest(relation: str, count: int) -> Iterator[RelativeLine]:
    """A line for those that are not shown."""
    if count:
        yield RelativeLine(relation, f"{count:,} more", "", "")
