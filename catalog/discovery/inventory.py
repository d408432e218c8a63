"""The fleet: the repositories of repos.toml and those that its sources list, each once; and what is left out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalog.config.model import RepoConfig, SourceConfig
from catalog.config.parse import Config
from catalog.discovery.listing_cache import Known, Listing, known
from catalog.discovery.rules import name_of, why_not
from catalog.naming import public_url, repo_name, repository_key
from catalog.plugins.forge import Listed, installed


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A repository of the catalog. `source` and `known` are there for one that a source lists, or once did."""

    repo: RepoConfig
    source: SourceConfig | None = None
    known: Known | None = None

    @property
    def has_left(self) -> bool:
        """Its rows are kept, and nobody asks for more."""
        return self.known is not None and self.known.left_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A repository that a source lists and that is not read, and why. `clash`: it would be read, had it a name of its own."""

    source: SourceConfig
    listed: Listed
    why: str
    clash: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """All of them, in the order of repos.toml and of names within a source."""

    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]
    names: Mapping[str, str]  # by URL

    @property
    def repos(self) -> tuple[RepoConfig, ...]:
        """Those to read."""
        return tuple(member.repo for member in self.members if not member.has_left)

    def name_at(self, url: str) -> str:
        """What the catalog calls, or would call, the repository at a URL."""
        return self.names.get(repository_key(url)) or repo_name(url)


def fleet(config: Config, listings: Mapping[str, Listing] | None = None) -> Fleet:
    """The fleet by what the sources listed last, or by `listings`. Nobody is asked."""
    listings = known(config) if listings is None else listings
    muster = _Muster(config)
    for source in config.sources:
        muster.take(source, listings[source.name])
    for source in config.sources:
        muster.remember(source, listings[source.name])
    return Fleet(members=tuple(muster.members.values()), left_out=tuple(muster.left_out), names=muster.names())


class _Muster:
    """Takes in repositories one after the other: who comes first stays, so that [[repo]] goes before every source."""

    def __init__(self, config: Config) -> None:
        self.members: dict[str, Member] = {}  # by the name in lower case
        self.left_out: list[LeftOut] = []
        self._urls: dict[str, str] = {}  # to keys of members
        self._stated = {repo.name for repo in config.repos}
        for repo in config.repos:
            self._add(Member(repo=repo))

    def take(self, source: SourceConfig, listing: Listing) -> None:
        forge = installed()[source.kind]
        for listed in sorted(listing.listed, key=lambda entry: (name_of(entry), entry.url)):
            unwanted = why_not(source, forge, listed) or self._already_there(listed)
            why = unwanted or self._clash(listed)
            if why is None:
                self._add(_member(source, _new(listed)))
            else:
                self.left_out.append(LeftOut(source=source, listed=listed, why=why, clash=unwanted is None))
                self._tell_facts(source, listed)

    def remember(self, source: SourceConfig, listing: Listing) -> None:
        """Those that left, unless another source, or [[repo]], has them now."""
        for once in listing.known.values():
            if (
                once.left_at is not None
                and once.name.lower() not in self.members
                and repository_key(once.listed.url) not in self._urls
            ):
                self._add(_member(source, once))

    def names(self) -> dict[str, str]:
        return {url: self.members[key].repo.name for url, key in self._urls.items()}

    def _add(self, member: Member) -> None:
        key = member.repo.name.lower()
        self.members[key] = member
        if not member.has_left:
            self._urls.setdefault(repository_key(member.repo.url), key)

    def _already_there(self, listed: Listed) -> str | None:
        """By the same URL, whatever its protocol; or by the same name, where [[repo]] states that one."""
        key = self._urls.get(repository_key(listed.url))
        if key is None and name_of(listed) in self._stated:
            key = name_of(listed).lower()
        if key is None:
            return None
        source = self.members[key].source
        by = "[[repo]]" if source is None or self.members[key].repo.name in self._stated else f"source {source.name!r}"
        return f"already there by {by}"

    def _clash(self, listed: Listed) -> str | None:
        other = self.members.get(name_of(listed).lower())
        if other is None:
            return None
        called = f"is called as {public_url(other.repo.url)} is"
        told = called if other.repo.name == name_of(listed) else f"differs from {other.repo.name!r} only in case"
        return f"{told}; to read both, give one of them a name under [[repo]]"

    def _tell_facts(self, source: SourceConfig, listed: Listed) -> None:
        """What a forge says of a repository is true also where [[repo]] names it."""
        key = self._urls.get(repository_key(listed.url))
        if key is not None and self.members[key].known is None:
            self.members[key] = replace(self.members[key], source=source, known=_new(listed))


def _member(source: SourceConfig, known: Known) -> Member:
    repo = RepoConfig(name=known.name, url=known.listed.url, options=source.options)
    return Member(repo=repo, source=source, known=known)


def _new(listed: Listed) -> Known:
    return Known(name=name_of(listed), listed=listed)
