"""What the pages show, read in bulk: one query for each macro of `catalog/database/sql/site.sql`.

What is many rows for each artifact is read for some repositories at a time: all of a large catalog would fill the memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from sites.data.experiments import Experiment, Release
from sites.data.rows import (
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

RECENT = 12  # events on the home page
CRAWLS = 20  # crawls on the page of the crawl
REPOS = 400  # whose details are in memory at a time

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


class Passing(Generic[Row]):
    """The rows of each artifact, read for some repositories at a time: ask for artifacts in the order of repositories."""

    def __init__(self, connection: Connection, macro: str, row: type[Row], repos: Sequence[str]) -> None:
        """`repos`: all that will be asked for, sorted."""
        self._connection, self._macro, self._row, self._repos = connection, macro, row, repos
        self._first, self._last = 1, 0  # places of the repositories whose rows are here
        self._rows: dict[Key, list[Row]] = {}

    def get(self, key: Key, default: list[Row]) -> list[Row]:
        """Those of an artifact."""
        place = bisect_left(self._repos, key[0])
        if not self._first <= place <= self._last:
            self._first, self._last = place, min(place + REPOS, len(self._repos)) - 1
            self._rows = {}
            some = [self._repos[self._first], self._repos[self._last]]
            query = f"from {self._macro}() where repo between ? and ?"
            self._rows = _by_artifact(_made(self._connection.execute(query, some), self._macro, self._row))
        return self._rows.get(key, default)


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
    versions: Passing[Version]
    assignments: dict[Key, list[Assignment]]
    terms: Passing[Term]
    events: dict[Key, list[Event]]
    lookups: Passing[Lookup]
    files: Passing[File]
    shown: Passing[Shown]
    makers: Passing[Maker]
    inputs: Passing[Input]
    params: Passing[Param]
    metrics: Passing[Metric]
    unread: Passing[Unread]
    cards: Passing[Card]
    experiments: dict[str, list[Experiment]]
    releases: dict[str, list[Release]]


def read(connection: Connection) -> Facts:
    """All facts of a catalog; details are read when they are asked for, so the connection is to stay open."""
    artifacts = _rows(connection, "site_artifacts", Artifact)
    repos = sorted({artifact.repo for artifact in artifacts})
    return Facts(
        counts=_rows(connection, "site_counts", Counts)[0],
        types=_rows(connection, "site_types", Type),
        stages=_rows(connection, "site_stages", Stage),
        artifacts=artifacts,
        repositories=_rows(connection, "site_repositories", Repository),
        recent=_rows(connection, "site_recent", Event, RECENT),
        crawls=_rows(connection, "site_crawls", Crawl, CRAWLS),
        problems=_by_repo(_rows(connection, "site_problems", Problem)),
        versions=Passing(connection, "site_versions", Version, repos),
        assignments=_by_artifact(_rows(connection, "site_assignments", Assignment)),
        terms=Passing(connection, "site_terms", Term, repos),
        events=_by_artifact(_rows(connection, "site_events", Event)),
        lookups=Passing(connection, "site_lookups", Lookup, repos),
        files=Passing(connection, "site_files", File, repos),
        shown=Passing(connection, "site_shown", Shown, repos),
        makers=Passing(connection, "site_makers", Maker, repos),
        inputs=Passing(connection, "site_inputs", Input, repos),
        params=Passing(connection, "site_params", Param, repos),
        metrics=Passing(connection, "site_metrics", Metric, repos),
        unread=Passing(connection, "site_unread", Unread, repos),
        cards=Passing(connection, "site_cards", Card, repos),
        experiments=_by_repo(_rows(connection, "site_experiments", Experiment)),
        releases=_by_repo(_rows(connection, "site_releases", Release)),
    )


def _rows(connection: Connection, macro: str, row: type[R], *parameters: int) -> list[R]:
    marks = ", ".join("?" * len(parameters))
    return _made(connection.execute(f"from {macro}({marks})", list(parameters)), macro, row)


def _made(answer: Any, macro: str, row: type[R]) -> list[R]:  # noqa: ANN401 - DuckDB's own type
    named = cast("type[NamedTuple]", row)
    found = tuple(column[0] for column in answer.description or ())
    if found != named._fields:
        raise TypeError(f"the columns of {macro} are {found}, expected {named._fields}")
    return [cast("R", named._make(cells)) for cells in answer.fetchall()]


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
