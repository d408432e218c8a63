"""The rows of what was at addresses of the site; see `catalog/database/sql/site/former.sql`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypedDict

from sites.data.facts import Connection, rows


class GoneRow(NamedTuple):
    repo: str
    artifact: str
    version: str | None
    last_seen: datetime | None
    ended_at: datetime | None
    tags: int


class MovedRow(NamedTuple):
    former: str
    repo: str
    artifacts: list[str]


class RemovedArtifact(TypedDict):
    """An artifact of a repository that is in the catalog no more."""

    artifact: str
    version: str | None
    versions: int


class RemovedRow(NamedTuple):
    repo: str
    gone_at: datetime
    last_seen: datetime | None
    reason: str | None
    artifacts: list[RemovedArtifact]


def gone(connection: Connection) -> list[GoneRow]:
    """The artifacts that are gone."""
    return rows(connection, "site_gone", GoneRow)


def moved(connection: Connection) -> list[MovedRow]:
    """The former names of repositories."""
    return rows(connection, "site_moved", MovedRow)


def removed(connection: Connection) -> list[RemovedRow]:
    """The repositories that are in the catalog no more."""
    return rows(connection, "site_removed", RemovedRow)
