"""The rows of the pages of activity; see `catalog/database/sql/site/activity.sql`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sites.data.facts import Connection, rows


class ActivityRow(NamedTuple):
    """A row of `site_activity`; the moment in seconds since 1970."""

    month: str
    kind: str
    moment: int
    repo: str
    artifact: str | None
    version: str | None
    stage: str | None
    author: str | None
    signed: str | None
    tag: str | None
    oid: str | None
    detail: str | None
    is_gone: bool
    has_page: bool


class MonthRow(NamedTuple):
    """A row of `site_activity_months`."""

    month: str
    entries: int
    content: int
    weeks: dict[int, int]


def months(connection: Connection) -> list[MonthRow]:
    """The months in which something happened, the last first."""
    return rows(connection, "site_activity_months", MonthRow)


def of_months(connection: Connection, names: Sequence[str]) -> dict[str, list[ActivityRow]]:
    """What happened in these months, the last first."""
    by_month: dict[str, list[ActivityRow]] = {name: [] for name in names}
    for row in rows(connection, "site_activity", ActivityRow, [*names]):
        by_month[row.month].append(row)
    return by_month
