"""The rows of the page of a repository; see `catalog/database/sql/site/repository_details.sql`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class TagsRow(NamedTuple):
    """A row of `site_tags`."""

    repo: str
    tags: int
    events: int


class UnreadTagRow(NamedTuple):
    """A row of `site_unread_tags`."""

    repo: str
    tag: str
    reason: str
    total: int


class RemoteRow(NamedTuple):
    """A row of `site_remotes`."""

    repo: str
    dvc_root: str
    remote: str
    url: str
    is_default: bool
    endpoint_url: str | None
    region: str | None
    version_aware: bool | None
    anonymous: bool | None
    secrets: list[str]


class VisitsRow(NamedTuple):
    """A row of `site_visits`."""

    repo: str
    run: int
    outcome: str
    since: datetime
    until: datetime | None


class RelativeRow(NamedTuple):
    """A row of `site_relatives`."""

    repo: str
    relation: str
    other: str
    is_known: bool
    shared: int | None
    own_tags: int | None
    total: int


class SameContentRow(NamedTuple):
    """A row of `site_same_content`."""

    repo: str
    other: str
    versions: int
    total: int


class RepositoryDetails(NamedTuple):
    """The rows of all repositories whose pages are made, by repository."""

    tags: dict[str, list[TagsRow]]
    unread_tags: dict[str, list[UnreadTagRow]]
    remotes: dict[str, list[RemoteRow]]
    visits: dict[str, list[VisitsRow]]
    relatives: dict[str, list[RelativeRow]]
    same_content: dict[str, list[SameContentRow]]
