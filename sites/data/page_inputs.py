"""What the pages of each repository follow from: read of all repositories before any other row, to decide which pages are made again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypedDict

from sites.data.facts import CRAWLS, Connection, rows
from sites.data.rows import CrawlRow


class NewsOfArtifact(TypedDict):
    """An artifact that has a feed, the stages and kinds of its events, who tagged them, and whether one of these tags is signed."""

    artifact: str
    stages: list[str]
    kinds: list[str]
    people: list[str]
    is_signed: bool


class AssignedStage(TypedDict):
    """An artifact of which a version is in a stage."""

    artifact: str
    stage: str


class PageInputsRow(NamedTuple):
    """A row of `site_page_inputs`: where two builds have the same one, the pages and feeds of the repository are the same."""

    repo: str
    file: str | None
    url: str | None
    outcome: str | None
    stale: bool | None
    message: str | None
    read_at: datetime | None
    left_at: datetime | None
    left_because: str | None
    copy_of: str | None
    artifacts: list[str]
    news: list[NewsOfArtifact]
    assigned: list[AssignedStage]
    events: int
    duplicates: int | None
    gone_tags: int | None
    first_versions: int | None
    users: int | None
    has_lineage: bool
    about: int | None
    links: int | None
    is_searched: bool


class PageInputs(NamedTuple):
    """What all pages follow from, each repository's pages, those that tell of crawls, and those of the past."""

    recipe: str
    repositories: list[PageInputsRow]
    crawls: list[CrawlRow]
    observed: int | None = None  # the digest of all that was observed: what the pages of the past follow from besides


def read(connection: Connection) -> PageInputs:
    """Reads the inputs of the pages of a catalog."""
    (recipe,) = connection.execute("from internal.site_recipe()").fetchall()[0]
    (observed,) = connection.execute("from internal.site_observed()").fetchall()[0]
    return PageInputs(
        recipe=recipe,
        repositories=rows(connection, "site_page_inputs", PageInputsRow),
        crawls=rows(connection, "site_crawls", CrawlRow, CRAWLS),
        observed=observed,
    )
