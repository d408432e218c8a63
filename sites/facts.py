"""What the pages show, read in bulk: one row class for each macro of `catalog/sql/site.sql`, its fields in the macro's order.

Rows are named tuples: a catalog has hundreds of thousands, and they are made straight from what DuckDB answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar, cast

RECENT = 12  # events on the home page
CRAWLS = 20  # crawls on the page of the crawl

Key = tuple[str, str]  # repository, artifact


class Counts(NamedTuple):
    repos: int
    stale: int
    artifacts: int
    deprecated: int
    versions: int
    assignments: int
    problems: int


class Type(NamedTuple):
    type: str | None
    artifacts: int


class Stage(NamedTuple):
    stage: str
    rank: int | None
    artifacts: int
    repos: int
    names: list[str]
    changed_at: datetime


class Artifact(NamedTuple):
    repo: str
    artifact: str
    id: str
    folder: str | None
    name: str
    type: str | None
    description: str | None
    labels: list[str]
    path: str | None
    file: str | None
    annotated_at: str | None
    meta: list[dict[str, str]] | None
    active: bool
    deprecated_at: datetime | None
    latest: str | None
    versions: int
    created_at: datetime | None
    updated_at: datetime | None


class Version(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    revision: str
    registered: bool
    active: bool
    created_at: datetime
    author: str
    signed: str | None
    reachable: bool | None
    is_latest: bool


class Assignment(NamedTuple):
    repo: str
    artifact: str
    stage: str
    raw_stage: str
    rank: int | None
    version: str
    commit: str
    revision: str
    since: datetime
    how: str
    author: str
    signed: str | None
    message: str


class Term(NamedTuple):
    repo: str
    artifact: str
    stage: str
    version: str
    started_at: datetime
    ended_at: datetime | None
    how: str
    assigned_by: str | None
    days: int | None


class Event(NamedTuple):
    repo: str
    artifact: str
    event: str
    version: str | None
    stage: str | None
    raw_stage: str | None
    revision: str
    created_at: datetime
    author: str
    tag: str
    signed: str | None
    message: str


class Lookup(NamedTuple):
    repo: str
    artifact: str
    request: str
    dvc_commit: str | None
    gto_commit: str | None


class Repository(NamedTuple):
    repo: str
    url: str
    outcome: str
    message: str | None
    stale: bool
    visited_at: datetime | None
    read_at: datetime | None
    branch: str | None
    tip: str | None
    artifacts: int
    versions: int
    updated_at: datetime | None
    problems: int


class Problem(NamedTuple):
    repo: str
    rule: str
    place: str
    message: str
    commit: str | None


class Crawl(NamedTuple):
    crawl: int
    started_at: datetime
    seconds: float
    new: int
    changed: int
    fresh: int
    failed: int
    received: int


class Connection(Protocol):
    """What we need of a connection to the catalog."""

    def execute(self, query: str, parameters: object = ..., /) -> Any: ...  # noqa: ANN401 - DuckDB's own type


class _Owned(Protocol):
    @property
    def repo(self) -> str: ...
    @property
    def artifact(self) -> str: ...


R = TypeVar("R")
Row = TypeVar("Row", bound=_Owned)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that the site shows."""

    counts: Counts
    types: list[Type]
    stages: list[Stage]
    artifacts: list[Artifact]
    repositories: list[Repository]
    recent: list[Event]
    crawls: list[Crawl]
    problems: dict[str, list[Problem]]
    versions: dict[Key, list[Version]]
    assignments: dict[Key, list[Assignment]]
    terms: dict[Key, list[Term]]
    events: dict[Key, list[Event]]
    lookups: dict[Key, list[Lookup]]


def read(connection: Connection) -> Facts:
    """All facts of a catalog, with one query for each kind."""
    problems: dict[str, list[Problem]] = {}
    for problem in _rows(connection, "site_problems", Problem):
        problems.setdefault(problem.repo, []).append(problem)
    return Facts(
        counts=_rows(connection, "site_counts", Counts)[0],
        types=_rows(connection, "site_types", Type),
        stages=_rows(connection, "site_stages", Stage),
        artifacts=_rows(connection, "site_artifacts", Artifact),
        repositories=_rows(connection, "site_repositories", Repository),
        recent=_rows(connection, "site_recent", Event, RECENT),
        crawls=_rows(connection, "site_crawls", Crawl, CRAWLS),
        problems=problems,
        versions=_by_artifact(_rows(connection, "site_versions", Version)),
        assignments=_by_artifact(_rows(connection, "site_assignments", Assignment)),
        terms=_by_artifact(_rows(connection, "site_terms", Term)),
        events=_by_artifact(_rows(connection, "site_events", Event)),
        lookups=_by_artifact(_rows(connection, "site_lookups", Lookup)),
    )


def _rows(connection: Connection, macro: str, row: type[R], *parameters: int) -> list[R]:
    marks = ", ".join("?" * len(parameters))
    cursor = connection.execute(f"from {macro}({marks})", list(parameters))
    named = cast("type[NamedTuple]", row)
    found = tuple(column[0] for column in cursor.description or ())
    if found != named._fields:
        raise TypeError(f"the columns of {macro} are {found}, expected {named._fields}")
    return [cast("R", named._make(cells)) for cells in cursor.fetchall()]


def _by_artifact(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    grouped: dict[Key, list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.repo, row.artifact), []).append(row)
    return grouped
