"""Reads the rows of all pages in bulk: one query for each macro of `catalog/database/sql/site/`.

Tables with many rows for each artifact are read for some repositories at a time: all rows of a large catalog would fill the memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from sites.data.detail_rows import FileRow, InputRow, MetricRow, ParamRow, ProducerRow, ShownRow, UnreadRow
from sites.data.experiments import ExperimentRow, ReleaseRow
from sites.data.rows import (
    ArtifactRow,
    AssignmentRow,
    CardRow,
    CommandRow,
    CountsRow,
    CrawlRow,
    EventRow,
    LookupRow,
    ProblemRow,
    RepositoryRow,
    StagePeriodRow,
    StageRow,
    TypeRow,
    VersionRow,
)

RECENT = 12  # events on the home page
CRAWLS = 20  # crawls on the page of the crawl
REPOS = 400  # whose details are in memory at a time

Key = tuple[str, str]  # repository, artifact


class Connection(Protocol):
    """The part of a connection to the catalog that pages need."""

    def execute(self, query: str, parameters: object = ..., /) -> Any: ...  # noqa: ANN401 - DuckDB's own type


class _OfRepo(Protocol):
    @property
    def repo(self) -> str: ...


class _OfArtifact(_OfRepo, Protocol):
    @property
    def artifact(self) -> str: ...


R = TypeVar("R")
OwnedRow = TypeVar("OwnedRow", bound=_OfArtifact)
RepoRow = TypeVar("RepoRow", bound=_OfRepo)


class ChunkedRows(Generic[OwnedRow]):
    """The rows of each artifact, read for some repositories at a time: ask for artifacts in the order of repositories."""

    def __init__(self, connection: Connection, macro: str, row: type[OwnedRow], repos: Sequence[str]) -> None:
        """`repos`: all that will be asked for, sorted."""
        self._connection, self._macro, self._row, self._repos = connection, macro, row, repos
        self._first, self._last = 1, 0  # places of the repositories whose rows are here
        self._rows: dict[Key, list[OwnedRow]] = {}

    def get(self, key: Key, default: list[OwnedRow]) -> list[OwnedRow]:
        """Those of an artifact."""
        place = bisect_left(self._repos, key[0])
        if not self._first <= place <= self._last:
            self._first, self._last = place, min(place + REPOS, len(self._repos)) - 1
            self._rows = {}
            some = [self._repos[self._first], self._repos[self._last]]
            query = f"from {self._macro}() where repo between ? and ?"
            self._rows = _by_artifact(_to_rows(self._connection.execute(query, some), self._macro, self._row))
        return self._rows.get(key, default)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that the site shows."""

    counts: CountsRow
    types: list[TypeRow]
    stages: list[StageRow]
    artifacts: list[ArtifactRow]
    repositories: list[RepositoryRow]
    recent: list[EventRow]
    crawls: list[CrawlRow]
    problems: dict[str, list[ProblemRow]]
    versions: ChunkedRows[VersionRow]
    assignments: dict[Key, list[AssignmentRow]]
    terms: ChunkedRows[StagePeriodRow]
    events: dict[Key, list[EventRow]]
    lookups: ChunkedRows[LookupRow]
    commands: ChunkedRows[CommandRow]
    files: ChunkedRows[FileRow]
    shown: ChunkedRows[ShownRow]
    makers: ChunkedRows[ProducerRow]
    inputs: ChunkedRows[InputRow]
    params: ChunkedRows[ParamRow]
    metrics: ChunkedRows[MetricRow]
    unread: ChunkedRows[UnreadRow]
    cards: ChunkedRows[CardRow]
    experiments: dict[str, list[ExperimentRow]]
    releases: dict[str, list[ReleaseRow]]


def read(connection: Connection) -> Facts:
    """All facts of a catalog; details are read when they are asked for, so the connection is to stay open."""
    artifacts = _rows(connection, "site_artifacts", ArtifactRow)
    repos = sorted({artifact.repo for artifact in artifacts})
    return Facts(
        counts=_rows(connection, "site_counts", CountsRow)[0],
        types=_rows(connection, "site_types", TypeRow),
        stages=_rows(connection, "site_stages", StageRow),
        artifacts=artifacts,
        repositories=_rows(connection, "site_repositories", RepositoryRow),
        recent=_rows(connection, "site_recent", EventRow, RECENT),
        crawls=_rows(connection, "site_crawls", CrawlRow, CRAWLS),
        problems=_by_repo(_rows(connection, "site_problems", ProblemRow)),
        versions=ChunkedRows(connection, "site_versions", VersionRow, repos),
        assignments=_by_artifact(_rows(connection, "site_assignments", AssignmentRow)),
        terms=ChunkedRows(connection, "site_terms", StagePeriodRow, repos),
        events=_by_artifact(_rows(connection, "site_events", EventRow)),
        lookups=ChunkedRows(connection, "site_lookups", LookupRow, repos),
        commands=ChunkedRows(connection, "site_commands", CommandRow, repos),
        files=ChunkedRows(connection, "site_files", FileRow, repos),
        shown=ChunkedRows(connection, "site_shown", ShownRow, repos),
        makers=ChunkedRows(connection, "site_makers", ProducerRow, repos),
        inputs=ChunkedRows(connection, "site_inputs", InputRow, repos),
        params=ChunkedRows(connection, "site_params", ParamRow, repos),
        metrics=ChunkedRows(connection, "site_metrics", MetricRow, repos),
        unread=ChunkedRows(connection, "site_unread", UnreadRow, repos),
        cards=ChunkedRows(connection, "site_cards", CardRow, repos),
        experiments=_by_repo(_rows(connection, "site_experiments", ExperimentRow)),
        releases=_by_repo(_rows(connection, "site_releases", ReleaseRow)),
    )


def _rows(connection: Connection, macro: str, row: type[R], *parameters: int) -> list[R]:
    marks = ", ".join("?" * len(parameters))
    return _to_rows(connection.execute(f"from {macro}({marks})", list(parameters)), macro, row)


def _to_rows(answer: Any, macro: str, row: type[R]) -> list[R]:  # noqa: ANN401 - DuckDB's own type
    named = cast("type[NamedTuple]", row)
    names = tuple(column[0] for column in answer.description or ())
    if names != named._fields:
        raise TypeError(f"the columns of {macro} are {names}, expected {named._fields}")
    return [cast("R", named._make(cells)) for cells in answer.fetchall()]


def _by_artifact(rows: Iterable[OwnedRow]) -> dict[Key, list[OwnedRow]]:
    grouped: dict[Key, list[OwnedRow]] = {}
    for row in rows:
        grouped.setdefault((row.repo, row.artifact), []).append(row)
    return grouped


def _by_repo(rows: Iterable[RepoRow]) -> dict[str, list[RepoRow]]:
    grouped: dict[str, list[RepoRow]] = {}
    for row in rows:
        grouped.setdefault(row.repo, []).append(row)
    return grouped
