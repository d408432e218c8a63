"""Reads the rows of all pages in bulk: one query for each macro of `catalog/database/sql/site/`.

Tables with many rows for each artifact are read for some repositories at a time: all rows of a large catalog would fill the memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from sites.data.detail_rows import FileRow, InputRow, MetricRow, ParamRow, ProducerRow, ShownRow, UnreadRow, UserRow
from sites.data.experiments import ExperimentMetricRow, ExperimentRow, ReleaseRow
from sites.data.repository_rows import (
    RelativeRow,
    RemoteRow,
    RepositoryDetails,
    SameContentRow,
    TagsRow,
    UnreadTagRow,
    VisitsRow,
)
from sites.data.rows import (
    ArtifactRow,
    AssignmentRow,
    CardImageRow,
    CardRow,
    CommandRow,
    CountsRow,
    CrawlRow,
    EventRow,
    GoneTagRow,
    LookupRow,
    ProblemRow,
    RepositoryRow,
    StageCardRow,
    StagePeriodRow,
    StageRow,
    TypeRow,
    VersionCardRow,
    VersionRow,
)

CRAWLS = 20  # crawls on the page of the crawl
REPOS = 400  # whose details are in memory at a time
BOUNDED = (
    "site_inputs",
    "site_experiments",
    "site_users",
    "site_experiment_metrics",
)  # macros that read the rows of all repositories unless they get names

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

    def __init__(
        self,
        connection: Connection,
        macro: str,
        row: type[OwnedRow],
        repos: Sequence[str],
        *,
        are_all: bool = True,
        at_once: int = REPOS,
    ) -> None:
        """`repos`: all that will be asked for, sorted; or all that there are. `at_once`: the repositories whose rows are in memory at a time."""
        self._connection, self._macro, self._row, self._repos = connection, macro, row, repos
        self._are_all, self._at_once = are_all, at_once
        self._first, self._last = 1, 0  # places of the repositories whose rows are here
        self._rows: dict[Key, list[OwnedRow]] = {}

    def get(self, key: Key, default: list[OwnedRow]) -> list[OwnedRow]:
        """Those of an artifact."""
        place = bisect_left(self._repos, key[0])
        if not self._first <= place <= self._last:
            self._first, self._last = place, min(place + self._at_once, len(self._repos)) - 1
            self._rows = {}
            some = self._repos[self._first : self._last + 1]
            query, parameters = _of_macro(self._macro, some)
            # A fifth less of DuckDB's time for 400 of 2,000 repositories.
            if self._are_all and self._macro not in BOUNDED:
                query, parameters = f"from internal.{self._macro}() where repo between ? and ?", [some[0], some[-1]]
            self._rows = _by_artifact(_to_rows(self._connection.execute(query, parameters), self._macro, self._row))
        return self._rows.get(key, default)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the site shows: lists of all repositories, and the details of those that were asked for."""

    counts: CountsRow
    types: list[TypeRow]
    stages: list[StageRow]
    artifacts: list[ArtifactRow]
    repositories: list[RepositoryRow]
    crawls: list[CrawlRow]
    problems: dict[str, list[ProblemRow]]
    details: RepositoryDetails
    versions: ChunkedRows[VersionRow]
    assignments: dict[Key, list[AssignmentRow]]
    terms: ChunkedRows[StagePeriodRow]
    events: dict[Key, list[EventRow]]
    gone_tags: dict[Key, list[GoneTagRow]]
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
    stage_cards: ChunkedRows[StageCardRow]
    version_cards: ChunkedRows[VersionCardRow]
    card_images: dict[Key, list[CardImageRow]]
    users: ChunkedRows[UserRow]
    graphs: frozenset[str]  # the repositories of which there is a graph of lineage
    experiments: dict[str, list[ExperimentRow]]
    experiment_metrics: dict[str, list[ExperimentMetricRow]]
    releases: dict[str, list[ReleaseRow]]


def read(
    connection: Connection,
    repos: Collection[str] | None = None,
    *,
    with_lists: bool = True,
    at_once: int = REPOS,
) -> Facts:
    """The facts of a catalog; details are read when they are asked for, so the connection is to stay open.

    `repos`: those whose details are wanted; None for all. Without lists, artifacts and repositories are of these alone. `at_once`: the repositories whose
    details are in memory at a time.
    """
    some = None if repos is None else sorted(repos)
    listed = None if with_lists else some
    artifacts = _rows_of(connection, "site_artifacts", ArtifactRow, listed)
    own = sorted({artifact.repo for artifact in artifacts}) if some is None else some

    def chunked(macro: str, row: type[OwnedRow]) -> ChunkedRows[OwnedRow]:
        return ChunkedRows(connection, macro, row, own, are_all=some is None, at_once=at_once)

    return Facts(
        counts=rows(connection, "site_counts", CountsRow)[0],
        types=rows(connection, "site_types", TypeRow),
        stages=rows(connection, "site_stages", StageRow),
        artifacts=artifacts,
        repositories=_rows_of(connection, "site_repositories", RepositoryRow, listed),
        crawls=rows(connection, "site_crawls", CrawlRow, CRAWLS),
        problems=by_repo(_rows_of(connection, "site_problems", ProblemRow, listed)),
        details=_details(connection, some),
        versions=chunked("site_versions", VersionRow),
        assignments=_by_artifact(_rows_of(connection, "site_assignments", AssignmentRow, listed)),
        terms=chunked("site_terms", StagePeriodRow),
        events=_by_artifact(_rows_of(connection, "site_events", EventRow, some)),
        gone_tags=_by_artifact(_rows_of(connection, "site_gone_tags", GoneTagRow, some)),
        lookups=chunked("site_lookups", LookupRow),
        commands=chunked("site_commands", CommandRow),
        files=chunked("site_files", FileRow),
        shown=chunked("site_shown", ShownRow),
        makers=chunked("site_makers", ProducerRow),
        inputs=chunked("site_inputs", InputRow),
        params=chunked("site_params", ParamRow),
        metrics=chunked("site_metrics", MetricRow),
        unread=chunked("site_unread", UnreadRow),
        cards=chunked("site_cards", CardRow),
        stage_cards=chunked("site_stage_cards", StageCardRow),
        version_cards=chunked("site_version_cards", VersionCardRow),
        card_images=_by_artifact(_rows_of(connection, "site_card_images", CardImageRow, some)),
        users=chunked("site_users", UserRow),
        graphs=frozenset(
            repo for (repo,) in connection.execute("select repo from internal.site_lineage_digests()").fetchall()
        ),
        experiments=by_repo(_rows_of(connection, "site_experiments", ExperimentRow, some)),
        experiment_metrics=by_repo(_rows_of(connection, "site_experiment_metrics", ExperimentMetricRow, some)),
        releases=by_repo(_rows_of(connection, "site_releases", ReleaseRow, some)),
    )


def _details(connection: Connection, some: Sequence[str] | None) -> RepositoryDetails:
    return RepositoryDetails(
        tags=by_repo(_rows_of(connection, "site_tags", TagsRow, some)),
        unread_tags=by_repo(_rows_of(connection, "site_unread_tags", UnreadTagRow, some)),
        remotes=by_repo(_rows_of(connection, "site_remotes", RemoteRow, some)),
        visits=by_repo(_rows_of(connection, "site_visits", VisitsRow, some)),
        relatives=by_repo(_rows_of(connection, "site_relatives", RelativeRow, some)),
        same_content=by_repo(_rows_of(connection, "site_same_content", SameContentRow, some)),
    )


def rows(connection: Connection, macro: str, row: type[R], *parameters: object) -> list[R]:
    """The rows that a macro returns."""
    marks = ", ".join("?" * len(parameters))
    return _to_rows(connection.execute(f"from internal.{macro}({marks})", list(parameters)), macro, row)


def _rows_of(connection: Connection, macro: str, row: type[R], repos: Sequence[str] | None) -> list[R]:
    """The rows of some repositories."""
    return _to_rows(connection.execute(*_of_macro(macro, repos)), macro, row)


def _of_macro(macro: str, repos: Sequence[str] | None) -> tuple[str, list[Any]]:
    """The query for the rows of some repositories, and its parameters."""
    return (f"from internal.{macro}(?)", [repos]) if macro in BOUNDED else of_repos(f"from internal.{macro}()", repos)


def of_repos(query: str, repos: Sequence[str] | None) -> tuple[str, list[str]]:
    """A query whose answer is bounded to the rows of some repositories, and its parameters. Constants, not a subquery: views compute no more than these."""
    if repos is None:
        return query, []
    return f"{query} where repo in ({', '.join('?' * len(repos)) or 'null'})", [*repos]


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


def by_repo(rows: Iterable[RepoRow]) -> dict[str, list[RepoRow]]:
    """The rows of each repository."""
    grouped: dict[str, list[RepoRow]] = {}
    for row in rows:
        grouped.setdefault(row.repo, []).append(row)
    return grouped
