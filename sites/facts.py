"""What the pages show, read in bulk: one query for each macro of `catalog/sql/site.sql`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from sites.rows import (
    Artifact,
    Assignment,
    Card,
    Counts,
    Crawl,
    Event,
    File,
    Input,
    Lookup,
    Maker,
    Metric,
    Param,
    Problem,
    Repository,
    Shown,
    Stage,
    Term,
    Type,
    Unread,
    Version,
)
from sites.tried import Experiment, Release

RECENT = 12  # events on the home page
CRAWLS = 20  # crawls on the page of the crawl

Key = tuple[str, str]  # repository, artifact


class Connection(Protocol):
    """What we need of a connection to the catalog."""

    def execute(self, query: str, parameters: object = ..., /) -> Any: ...  # noqa: ANN401 - DuckDB's own type


class _Placed(Protocol):
    @property
    def repo(self) -> str: ...


class _Owned(_Placed, Protocol):
    @property
    def artifact(self) -> str: ...


R = TypeVar("R")
Row = TypeVar("Row", bound=_Owned)
Placed = TypeVar("Placed", bound=_Placed)


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
    files: dict[Key, list[File]]
    shown: dict[Key, list[Shown]]
    makers: dict[Key, list[Maker]]
    inputs: dict[Key, list[Input]]
    params: dict[Key, list[Param]]
    metrics: dict[Key, list[Metric]]
    unread: dict[Key, list[Unread]]
    cards: dict[Key, list[Card]]
    experiments: dict[str, list[Experiment]]
    releases: dict[str, list[Release]]


def read(connection: Connection) -> Facts:
    """All facts of a catalog, with one query for each kind."""
    return Facts(
        counts=_rows(connection, "site_counts", Counts)[0],
        types=_rows(connection, "site_types", Type),
        stages=_rows(connection, "site_stages", Stage),
        artifacts=_rows(connection, "site_artifacts", Artifact),
        repositories=_rows(connection, "site_repositories", Repository),
        recent=_rows(connection, "site_recent", Event, RECENT),
        crawls=_rows(connection, "site_crawls", Crawl, CRAWLS),
        problems=_by_repo(_rows(connection, "site_problems", Problem)),
        versions=_by_artifact(_rows(connection, "site_versions", Version)),
        assignments=_by_artifact(_rows(connection, "site_assignments", Assignment)),
        terms=_by_artifact(_rows(connection, "site_terms", Term)),
        events=_by_artifact(_rows(connection, "site_events", Event)),
        lookups=_by_artifact(_rows(connection, "site_lookups", Lookup)),
        files=_by_artifact(_rows(connection, "site_files", File)),
        shown=_by_artifact(_rows(connection, "site_shown", Shown)),
        makers=_by_artifact(_rows(connection, "site_makers", Maker)),
        inputs=_by_artifact(_rows(connection, "site_inputs", Input)),
        params=_by_artifact(_rows(connection, "site_params", Param)),
        metrics=_by_artifact(_rows(connection, "site_metrics", Metric)),
        unread=_by_artifact(_rows(connection, "site_unread", Unread)),
        cards=_by_artifact(_rows(connection, "site_cards", Card)),
        experiments=_by_repo(_rows(connection, "site_experiments", Experiment)),
        releases=_by_repo(_rows(connection, "site_releases", Release)),
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


def _by_repo(rows: Iterable[Placed]) -> dict[str, list[Placed]]:
    grouped: dict[str, list[Placed]] = {}
    for row in rows:
        grouped.setdefault(row.repo, []).append(row)
    return grouped
