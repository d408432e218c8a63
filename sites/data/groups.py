"""The rows of the home page and of lists of datasets, teams and people; see `catalog/database/sql/site/groups.sql`."""

from __future__ import annotations

from datetime import datetime
from functools import cache, cached_property, partial
from typing import NamedTuple, TypedDict

from sites.data import lists
from sites.data.detail_rows import UserRow
from sites.data.facts import Connection, Key, rows
from sites.data.rows import EventRow

NEWEST = 15  # events of a team
BEHIND = 6  # artifacts on the home page of which production is behind
WEEKS = 26  # of its trend


class DatasetRow(NamedTuple):
    repo: str
    artifact: str
    folder: str | None
    name: str
    description: str | None
    active: bool
    latest: str | None
    versions: int
    updated_at: datetime | None
    size: int | None
    hash: str | None
    users: int
    in_prod: int


class CompletenessRow(NamedTuple):
    repo: str
    artifact: str
    card: bool
    licence: bool
    owner: bool
    metrics: bool


class ProductionRow(NamedTuple):
    """An artifact of which production is behind; all but the counts is null where none is."""

    repo: str | None
    artifact: str | None
    prod: str | None
    latest: str | None
    behind: int | None
    days_behind: int | None
    in_prod: int
    are_behind: int


class WeekRow(NamedTuple):
    week: datetime
    registrations: int
    assignments: int


class ChangeRow(NamedTuple):
    """A row of `site_week`."""

    repo: str
    artifact: str
    kind: str
    version: str | None
    stage: str | None
    moment: datetime


class TeamRow(NamedTuple):
    team: str
    named_by: list[str]
    repos: int
    artifacts: int
    in_stages: int
    people: int
    last_at: datetime | None


class LastTag(TypedDict):
    """What somebody did with an artifact last."""

    repo: str
    artifact: str
    event: str
    version: str | None
    stage: str | None


class PersonRow(NamedTuple):
    person: str
    emails: list[str]
    events: int
    registrations: int
    assignments: int
    artifacts: int
    repos: int
    owns: int
    first_at: datetime | None
    last_at: datetime | None
    last: list[LastTag]


class GroupRows:
    """What lists show, read when one of them is made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.models = cache(partial(lists.models, connection))

    def datasets(self) -> list[DatasetRow]:
        """Every dataset, by name."""
        return rows(self._connection, "site_datasets", DatasetRow)

    @cached_property
    def completeness(self) -> dict[Key, CompletenessRow]:
        """What is known of each artifact's latest version: (repository, artifact) → row."""
        return {(row.repo, row.artifact): row for row in rows(self._connection, "site_completeness", CompletenessRow)}

    def production(self) -> list[ProductionRow]:
        """The artifacts of which production is furthest behind; one row without an artifact where there is none."""
        return rows(self._connection, "site_production", ProductionRow, BEHIND)

    def weeks(self) -> list[WeekRow]:
        """What the last weeks had of registrations and assignments."""
        return rows(self._connection, "site_weeks", WeekRow, WEEKS)

    def week(self) -> list[ChangeRow]:
        """What changed in the last week that had changes, the last first."""
        return rows(self._connection, "site_week", ChangeRow)

    def model_problems(self) -> int:
        """How many problems of tags and files concern a model: see `site_model_problems`."""
        ((problems,),) = self._connection.execute("from internal.site_model_problems()").fetchall()
        return int(problems)

    def users(self) -> list[UserRow]:
        """What was made with what, of all artifacts."""
        return rows(self._connection, "site_users", UserRow, None)

    def teams(self) -> list[TeamRow]:
        """Every team, by name."""
        return rows(self._connection, "site_teams", TeamRow)

    @cached_property
    def news(self) -> dict[str, list[EventRow]]:
        """The newest events of the repositories in each folder of a host, the last first: folder → events."""
        repos = self._connection.execute("select distinct repo from original_artifacts").fetchall()
        folders = sorted({repo.rpartition("/")[0] for (repo,) in repos})
        grouped: dict[str, list[EventRow]] = {}
        for event in sorted(rows(self._connection, "site_news", EventRow, NEWEST, folders), key=_newness, reverse=True):
            events = grouped.setdefault(event.repo.rpartition("/")[0], [])
            if len(events) < NEWEST:
                events.append(event)
        return grouped

    def people(self) -> list[PersonRow]:
        """Every person, who did most first."""
        return rows(self._connection, "site_people", PersonRow)


def _newness(event: EventRow) -> tuple[datetime, str, str, str]:
    return (event.created_at, event.repo, event.artifact, event.tag)
