"""The rows of the board of stages, which follow from all repositories; see `catalog/database/sql/site/stages.sql`."""

from __future__ import annotations

from typing import NamedTuple

from sites.data.facts import Connection, rows


class BoardPeriodRow(NamedTuple):
    """A row of `site_stage_periods`; moments in seconds since 1970, `known_from` and `known_until` are numbers of crawls."""

    repo: str
    artifact: str
    stage: str
    rank: int | None
    version: str
    started_at: int
    ended_at: int | None
    held_since: int
    known_from: int | None
    known_until: int | None
    is_current: bool
    is_gone: bool
    unregistered: bool
    skipped: bool
    page: str | None


class BehindRow(NamedTuple):
    """A row of `site_behind`."""

    repo: str
    artifact: str
    prod: str
    latest: str | None
    behind: int


class BoardVersionRow(NamedTuple):
    """A row of `site_board_versions`; `registered_at` in seconds since 1970, `known_from` and `known_until` are numbers of crawls."""

    repo: str
    artifact: str
    version: str
    oid: str
    rank: int
    item: int
    registered_at: int
    withdrawn: bool
    known_from: int | None
    known_until: int | None
    is_current: bool


class KnownCrawlRow(NamedTuple):
    """A row of `site_known_crawls`."""

    crawl: int
    ended_at: float


class AbsenceRow(NamedTuple):
    """A row of `site_absences`."""

    repo: str
    left_crawl: int
    back_crawl: int | None


class Board(NamedTuple):
    """All that the board shows. `prod`: what this catalog calls production; `earliest`: where its slider begins at the earliest, in seconds since 1970."""

    periods: list[BoardPeriodRow]
    behind: list[BehindRow]
    versions: list[BoardVersionRow]
    crawls: list[KnownCrawlRow]
    absences: list[AbsenceRow]
    prod: str
    earliest: int


def read(connection: Connection) -> Board:
    """Reads the board."""
    prod, earliest = connection.execute("from internal.site_board_settings()").fetchall()[0]
    return Board(
        periods=rows(connection, "site_stage_periods", BoardPeriodRow),
        behind=rows(connection, "site_behind", BehindRow),
        versions=rows(connection, "site_board_versions", BoardVersionRow),
        crawls=rows(connection, "site_known_crawls", KnownCrawlRow),
        absences=rows(connection, "site_absences", AbsenceRow),
        prod=prod,
        earliest=earliest,
    )


def past_periods(connection: Connection) -> int:
    """How many periods have ended, by today's tags."""
    (count,) = connection.execute("from internal.site_past_periods()").fetchall()[0]
    return int(count)
