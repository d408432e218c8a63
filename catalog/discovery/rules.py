"""The rules of repos.toml for listed repositories: the name of each, and the reason why one is excluded. No network, no disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from catalog.config.model import SourceConfig
from catalog.discovery.listing_cache import ListedRepo
from catalog.naming import endings, is_repo_name, public_url, repo_name
from catalog.plugins.forge import Forge, Listed
from catalog.text import quote

EXCLUDED, NOT_INCLUDED = "excluded", "not included"
BY_CONFIG = (EXCLUDED, NOT_INCLUDED)  # of repos.toml: such a repository is not kept

_MOST_NAME = 1_000  # characters


def repository_name(listed: Listed) -> str:
    """A repository's name in the catalog: `host/owner/name`, or its place below the folder it was found in."""
    return f"local/{listed.place}" if listed.place else repo_name(listed.url)


def exclusion_reason(source: SourceConfig, forge: Forge, listed: Listed) -> str | None:
    """Why a repository is excluded; None for one that is included."""
    return next(_reasons(source, forge, listed), None)


def _reasons(source: SourceConfig, forge: Forge, listed: Listed) -> Iterator[str]:
    name = repository_name(listed)
    if not is_repo_name(name) or len(name) > _MOST_NAME:
        yield f"the name {quote(name)!r} cannot be shown"
    if site := _foreign_site(source, forge, listed):
        yield f"is cloned from {site!r}, expected the forge's own server"
    if source.include and not matches_name(name, source.include):
        yield NOT_INCLUDED
    if matches_name(name, source.exclude):
        yield EXCLUDED
    if source.topics and not set(source.topics) & set(listed.topics):
        yield f"no topic of {', '.join(source.topics)}"
    if listed.archived and not source.archived:
        yield "archived"
    if listed.fork and not source.forks:
        yield "a fork"
    if source.visibility and listed.visibility not in source.visibility:
        yield listed.visibility or "of unknown visibility"


def mark_departed(
    source: SourceConfig, forge: Forge, listed: tuple[Listed, ...], before: Mapping[str, ListedRepo], now: datetime
) -> dict[str, ListedRepo]:
    """The repositories ever taken from a source, by name, after a new listing: those that left it are marked."""
    reasons = {repository_name(entry): exclusion_reason(source, forge, entry) for entry in listed}
    included = {repository_name(entry): entry for entry in listed if reasons[repository_name(entry)] is None}
    repos = {name: ListedRepo(name=name, listed=entry) for name, entry in included.items()}
    ids = {entry.forge_id: repository_name(entry) for entry in listed if entry.forge_id}
    for name, previous in before.items():
        if name in included or reasons.get(name) in BY_CONFIG or not _included(source, name):
            continue
        current_name = ids.get(previous.listed.forge_id or "")
        renamed_to = current_name if current_name in included else None
        repo = previous
        if previous.left_at is None:
            left_because = (
                f"renamed to {renamed_to}" if renamed_to else _departure_reason(reasons.get(current_name or name))
            )
            repo = ListedRepo(
                name=name, listed=previous.listed, left_at=now, left_because=left_because, renamed_to=renamed_to
            )
        repos[name] = repo
    return dict(sorted(repos.items()))


def _departure_reason(reason: str | None) -> str:
    if reason is None:
        return "no longer listed"
    return f"made {reason}" if reason in {"private", "internal", "public"} else f"now {reason}"


def _included(source: SourceConfig, name: str) -> bool:
    return (not source.include or matches_name(name, source.include)) and not matches_name(name, source.exclude)


def matches_name(name: str, patterns: tuple[str, ...]) -> bool:
    """A pattern is of the whole name or of an end of it; forges do not tell upper from lower case."""
    ends = tuple(endings(name.lower()))
    return any(fnmatchcase(end, pattern.lower()) for pattern in patterns for end in ends)


def _foreign_site(source: SourceConfig, forge: Forge, listed: Listed) -> str | None:
    """The server of a repository that is not cloned from its forge: a listing must not send requests and the token to any server."""
    sites = forge.clones(source.scope)
    if not sites:
        return None
    split = urlsplit(public_url(listed.url))
    site = f"{split.scheme}://{split.netloc.lower()}"
    return None if site in sites else quote(site)
