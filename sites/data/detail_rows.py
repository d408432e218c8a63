"""The row classes of a version's details: its files, what made them, inputs, parameters and metrics."""

from __future__ import annotations

from typing import NamedTuple, TypedDict


class ShownRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    reading: str
    place: int
    in_stage: bool


class VersionKey(TypedDict):
    """Another version with the same bytes."""

    repo: str
    artifact: str
    version: str


class FileRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    status: str
    hash: str | None
    size: int | None
    files: int | None
    path: str | None
    url: str | None
    link: str | None
    version_id: str | None
    source_url: str | None
    source_path: str | None
    source_rev: str | None
    duplicates: int
    duplicate: VersionKey | None
    mixed: list[str]
    other_inputs: bool


class ProducerRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    pipeline_stage: str
    command: str | None
    outdated: list[str]
    not_compared: list[str]
    why_not_compared: list[str]


class InputRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    path: str
    hash: str | None
    size: int | None
    in_git: bool
    source_url: str | None
    source_path: str | None
    source_rev: str | None
    first_version: VersionKey | None


class ParamRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    file: str
    name: str
    text: str | None
    number: float | None
    of_project: bool


class MetricPoint(TypedDict):
    """What a version has of a metric."""

    version: str
    commit: str
    number: float | None
    text: str
    of_project: bool
    mixed: bool


class MetricRow(NamedTuple):
    repo: str
    artifact: str
    file: str
    name: str
    direction: str | None
    best: str | None
    place: int
    points: list[MetricPoint]


class UserStage(TypedDict):
    """A stage that a version which was made with the artifact is in."""

    stage: str
    rank: int | None
    version: str


class UserRow(NamedTuple):
    """An artifact that was made with another one."""

    repo: str
    artifact: str
    user_repo: str
    user_artifact: str
    user_versions: int
    stages: list[UserStage]
    in_prod: bool


class UnreadRow(NamedTuple):
    repo: str
    artifact: str
    role: str
    file: str
    status: str
