"""A model as a record for programs: what its page says of it and of all its versions. `model.schema.json` documents each key.

Keys are only ever added; a change of their meaning counts `schema_version` up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from sites.data.detail_rows import FileRow, MetricRow
from sites.data.facts import Facts
from sites.data.rows import ArtifactRow, AssignmentRow, VersionRow
from sites.view_models.registry import in_order

VERSION = 1
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)  # ASCII: no character in it is invisible
_VersionKey = tuple[str, str]  # name and commit: two commits may have one name


def record(facts: Facts, artifact: ArtifactRow) -> bytes:
    """The record of an artifact."""
    key = (artifact.repo, artifact.artifact)
    assignments = in_order(facts.assignments.get(key, []))
    metrics = facts.metrics.get(key, [])
    content = {
        "$schema": "../../data/schema/model.json",
        "schema_version": VERSION,
        "id": artifact.id,
        "repo": artifact.repo,
        "artifact": artifact.artifact,
        "type": artifact.type,
        "description": artifact.description,
        "labels": artifact.labels,
        "path": artifact.path,
        "file": artifact.file,
        "active": artifact.active,
        "deprecated_at": _time(artifact.deprecated_at),
        "latest": artifact.latest,
        "stages": [_stage(assignment) for assignment in assignments],
        "metrics": [
            {"file": metric.file, "name": metric.name, "direction": metric.direction, "best": metric.best}
            for metric in metrics
        ],
        "versions": _versions(facts.versions.get(key, []), assignments, metrics, facts.files.get(key, [])),
    }
    return (_ENCODER.encode(content).replace("<", "\\u003c") + "\n").encode()


def _stage(assignment: AssignmentRow) -> dict[str, Any]:
    return {
        "stage": assignment.stage,
        "raw_stage": assignment.raw_stage,
        "version": assignment.version,
        "commit": assignment.commit,
        "since": _time(assignment.since),
        "author": assignment.author,
    }


def _versions(
    versions: Iterable[VersionRow],
    assignments: Iterable[AssignmentRow],
    metrics: Iterable[MetricRow],
    files: Iterable[FileRow],
) -> list[dict[str, Any]]:
    """The versions in the order of the page: the newest first."""
    stages: dict[_VersionKey, list[str]] = {}
    for assignment in assignments:
        stages.setdefault((assignment.version, assignment.commit), []).append(assignment.stage)
    values: dict[_VersionKey, list[dict[str, Any]]] = {}
    for metric in metrics:
        for point in metric.points:
            number = point["number"]
            value = {
                "file": metric.file,
                "name": metric.name,
                "number": number if number is not None and isfinite(number) else None,
                "text": point["text"],
            }
            values.setdefault((point["version"], point["commit"]), []).append(value)
    storage = {(file.version, file.commit): _storage(file) for file in files}
    return [_version(row, stages, values, storage) for row in versions]


def _version(
    row: VersionRow,
    stages: Mapping[_VersionKey, list[str]],
    metrics: Mapping[_VersionKey, list[dict[str, Any]]],
    storage: Mapping[_VersionKey, dict[str, Any]],
) -> dict[str, Any]:
    key = (row.version, row.commit)
    return {
        "version": row.version,
        "commit": row.commit,
        "revision": row.revision,
        "created_at": _time(row.created_at),
        "author": row.author,
        "registered": row.registered,
        "active": row.active,
        "latest": row.is_latest,
        "stages": stages.get(key, []),
        "metrics": metrics.get(key, []),
        "storage": storage.get(key),
    }


def _storage(file: FileRow) -> dict[str, Any]:
    return {
        "status": file.status,
        "path": file.path,
        "url": file.url,
        "hash": file.hash,
        "size": file.size,
        "files": file.files,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='seconds')}Z"
