"""Whether a listed repository is wanted, what it is called, and why the others are left out. No network, no disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from catalog.config.model import SourceConfig
from catalog.discovery.listing_cache import Known
from catalog.naming import endings, is_repo_name, public_url, repo_name
from catalog.plugins.forge import Forge, Listed
from catalog.text import quote

EXCLUDED, NOT_INCLUDED = "excluded", "not included"
BY_THE_WISH = (EXCLUDED, NOT_INCLUDED)  # of repos.toml: such a repository is not kept

_MOST_NAME = 1_000  # characters


def name_of(listed: Listed) -> str:
    """A repository's name in the catalog: `host/owner/name`, or its place below the folder it was found in."""
    return f"local/{listed.place}" if listed.place else repo_name(listed.url)


def why_not(source: SourceConfig, forge: Forge, listed: Listed) -> str | None:
    """Why a repository is left out; None for one that is wanted."""
    return next(_reasons(source, forge, listed), None)


def _reasons(source: SourceConfig, forge: Forge, listed: Listed) -> Iterator[str]:
    name = name_of(listed)
    if not is_repo_name(name) or len(name) > _MOST_NAME:
        yield f"the name {quote(name)!r} cannot be shown"
    if elsewhere := _elsewhere(source, forge, listed):
        yield f"is cloned from {elsewhere!r}, expected the forge's own server"
    if source.include and not _fits(name, source.include):
        yield NOT_INCLUDED
    if _fits(name, source.exclude):
        yield EXCLUDED
    if source.topics and not set(source.topics) & set(listed.topics):
        yield f"no topic of {', '.join(source.topics)}"
    if listed.archived and not source.archived:
        yield "archived"
    if listed.fork and not source.forks:
        yield "a fork"
    if source.visibility and listed.visibility not in source.visibility:
        yield listed.visibility or "of unknown visibility"


def remember(
    source: SourceConfig, forge: Forge, listed: tuple[Listed, ...], before: Mapping[str, Known], now: datetime
) -> dict[str, Known]:
    """The repositories ever taken from a source, by name, after a new listing: those that left it are marked."""
    verdicts = {name_of(entry): why_not(source, forge, entry) for entry in listed}
    wanted = {name_of(entry): entry for entry in listed if verdicts[name_of(entry)] is None}
    found = {name: Known(name=name, listed=entry) for name, entry in wanted.items()}
    ids = {entry.forge_id: name_of(entry) for entry in listed if entry.forge_id}
    for name, known in before.items():
        if name in wanted or verdicts.get(name) in BY_THE_WISH or not _included(source, name):
            continue
        called = ids.get(known.listed.forge_id or "")
        renamed_to = called if called in wanted else None
        if known.left_at is None:
            because = f"renamed to {renamed_to}" if renamed_to else _because(verdicts.get(called or name))
            known = Known(name=name, listed=known.listed, left_at=now, left_because=because, renamed_to=renamed_to)  # noqa: PLW2901 - the same one, marked
        found[name] = known
    return dict(sorted(found.items()))


def _because(verdict: str | None) -> str:
    if verdict is None:
        return "no longer listed"
    return f"made {verdict}" if verdict in {"private", "internal", "public"} else f"now {verdict}"


def _included(source: SourceConfig, name: str) -> bool:
    return (not source.include or _fits(name, source.include)) and not _fits(name, source.exclude)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    """A pattern is of the whole name or of an end of it; forges do not tell upper from lower case."""
    ends = tuple(endings(name.lower()))
    return any(fnmatchcase(end, pattern.lower()) for pattern in patterns for end in ends)


def _elsewhere(source: SourceConfig, forge: Forge, listed: Listed) -> str | None:
    """The server of a repository that is not cloned from its forge: a listing may not lead us, and the token, anywhere."""
    sites = forge.clones(source.scope)
    if not sites:
        return None
    split = urlsplit(public_url(listed.url))
    site = f"{split.scheme}://{split.netloc.lower()}"
    return None if site in sites else quote(site)
