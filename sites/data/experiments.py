"""The row classes of DVC's experiments, and of releases (tags that GTO does not use)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypedDict


class MetricText(TypedDict):
    """A metric."""

    name: str
    text: str


class ExperimentRow(NamedTuple):
    """A row of `site_experiments`."""

    repo: str
    name: str
    author: str
    authored_at: datetime | None
    commit: str
    baseline: str
    detached: bool | None
    was_read: bool
    versions: list[str]
    total: int
    metric_count: int
    metrics: list[MetricText]


class ExperimentMetricRow(NamedTuple):
    """A row of `site_experiment_metrics`."""

    repo: str
    commit: str
    file: str
    name: str
    number: float | None
    text: str
    direction: str | None
    place: int
    total: int


class ReleaseRow(NamedTuple):
    """A row of `site_releases`."""

    repo: str
    tag: str
    commit: str
    author: str
    committed_at: datetime | None
    summary: str
    metric_count: int
    metrics: list[MetricText]
