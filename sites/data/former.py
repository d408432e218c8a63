"""The rows of what was at addresses of the site; see `catalog/database/sql/site/former.sql`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

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


def gone(connection: Connection) -> list[GoneRow]:
    """The artifacts that are gone."""
    return rows(connection, "site_gone", GoneRow)


def moved(connection: Connection) -> list[MovedRow]:
    """The former names of repositories."""
    return rows(connection, "site_moved", MovedRow)
