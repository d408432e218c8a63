"""The row classes: one for each macro of `catalog/database/sql/site/`, with its columns in order. Those of a version's details are in `detail_rows.py`.

Rows are named tuples, made directly from DuckDB's tuples, because a catalog has hundreds of thousands of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypedDict


class CountsRow(NamedTuple):
    repos: int
    stale: int
    artifacts: int
    deprecated: int
    versions: int
    assignments: int
    problems: int


class TypeRow(NamedTuple):
    type: str | None
    artifacts: int
    deprecated: int


class StageRow(NamedTuple):
    stage: str
    rank: int | None
    artifacts: int
    repos: int
    names: list[str]
    changed_at: datetime


class ArtifactRow(NamedTuple):
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


class VersionRow(NamedTuple):
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
    message: str


class AssignmentRow(NamedTuple):
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


class StagePeriodRow(NamedTuple):
    repo: str
    artifact: str
    stage: str
    rank: int | None
    version: str
    started_at: datetime
    ended_at: datetime | None
    how: str
    assigned_by: str | None
    days: int | None


class EventRow(NamedTuple):
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
    oid: str
    signed: str | None
    message: str
    is_news: bool


class NewsRow(NamedTuple):
    """A row of `site_feed_entries`."""

    repo: str
    first_repo: str
    artifact: str
    event: str
    version: str | None
    stage: str | None
    revision: str | None
    old_revision: str | None
    created_at: datetime
    author: str
    tag: str
    oid: str
    message: str
    crawl: int
    seen_at: datetime
    feeds: list[str]


class GoneTagRow(NamedTuple):
    repo: str
    artifact: str
    event: str
    version: str | None
    stage: str | None
    created_at: datetime
    author: str
    tag: str
    oid: str
    gone_at: datetime
    rewritten: bool


class LookupRow(NamedTuple):
    repo: str
    artifact: str
    request: str
    dvc_commit: str | None
    gto_commit: str | None


class CommandRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    is_latest: bool
    get: list[str]


class RepositoryRow(NamedTuple):
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
    copy_of: str | None
    left_at: datetime | None
    left_because: str | None
    page: str | None
    commit_pages: str | None
    source: str | None
    archived: bool | None
    visibility: str | None


class ProblemRow(NamedTuple):
    repo: str
    rule: str
    place: str
    message: str
    commit: str | None
    fix: str


class CrawlRow(NamedTuple):
    crawl: int
    started_at: datetime
    seconds: float
    new: int
    changed: int
    fresh: int
    failed: int
    received: int


class StageCardRow(NamedTuple):
    """The card of a version in a stage."""

    repo: str
    artifact: str
    version: str
    commit: str
    reading: str
    file: str
    text: str


class VersionCardRow(NamedTuple):
    """Where the card of a version is, and whether it says something else than that of the latest."""

    repo: str
    artifact: str
    version: str
    commit: str
    reading: str
    file: str
    in_stage: bool
    differs: bool


class CardImageRow(NamedTuple):
    """An image of a card."""

    repo: str
    artifact: str
    commit: str
    file: str
    path: str
    content: str
    media_type: str


class CardResultText(TypedDict):
    """A result of an evaluation that a card states."""

    task: str | None
    dataset: str | None
    metric: str
    text: str


class CardRow(NamedTuple):
    repo: str
    artifact: str
    version: str | None
    commit: str
    file: str | None
    title: str | None
    licence: str | None
    licence_file: str | None
    languages: list[str]
    datasets: list[str]
    base_models: list[str]
    tags: list[str]
    library: str | None
    task: str | None
    text: str | None
    results: list[CardResultText]
    of_repository: bool | None
    owners: list[str]
