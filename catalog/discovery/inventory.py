"""The inventory: the repositories of repos.toml and those that its sources list, each once; and what is left out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalog.config.model import RepoConfig, SourceConfig
from catalog.config.parse import Config
from catalog.discovery.listing_cache import ListedRepo, SourceState, read_states
from catalog.discovery.rules import exclusion_reason, repository_name
from catalog.naming import public_url, repo_name, repository_key
from catalog.plugins.forge import Listed, installed


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository of the catalog. `source` and `known` are there for one that a source lists, or once did."""

    repo: RepoConfig
    source: SourceConfig | None = None
    known: ListedRepo | None = None

    @property
    def has_untrusted_url(self) -> bool:
        """Whether its URL leads elsewhere than to the forge, or the list, that the operator named."""
        if self.source is None or not self.source.scope.api:
            return False  # of [[repo]], or found on this machine
        forge, url = installed()[self.source.kind], self.repo.url
        named = (self.source.scope.api, *forge.clones(self.source.scope))
        return _host(url) not in {_host(site) for site in named}

    @property
    def has_left(self) -> bool:
        """Its rows are kept, and it is not visited."""
        return self.known is not None and self.known.left_at is not None


def _host(url: str) -> str:
    """The host of a repository, in small letters; that of a path is `local`."""
    return repo_name(url).partition("/")[0].lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """A repository that a source lists and that is not read, with the reason. `name_conflict`: it would be read, had it a name of its own."""

    source: SourceConfig
    listed: Listed
    reason: str
    name_conflict: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """All of them, in the order of repos.toml and of names within a source."""

    repositories: tuple[Repository, ...]
    excluded: tuple[Excluded, ...]
    names: Mapping[str, str]  # by URL
    unlisted: tuple[str, ...] = ()  # sources that never gave a listing: what they have is not known

    @property
    def repos(self) -> tuple[RepoConfig, ...]:
        """Those to read."""
        return tuple(repository.repo for repository in self.repositories if not repository.has_left)

    def name_at(self, url: str) -> str:
        """What the catalog calls, or would call, the repository at a URL."""
        return self.names.get(repository_key(url)) or repo_name(url)


def read_inventory(config: Config, listings: Mapping[str, SourceState] | None = None) -> Inventory:
    """The inventory by the last listings of the sources, or by `listings`. No source is contacted."""
    listings = read_states(config) if listings is None else listings
    builder = _InventoryBuilder(config)
    for source in config.sources:
        builder.add_listed(source, listings[source.name])
    for source in config.sources:
        builder.add_departed(source, listings[source.name])
    return Inventory(
        repositories=tuple(builder.repositories.values()),
        excluded=tuple(builder.excluded),
        names=builder.names(),
        unlisted=tuple(source.name for source in config.sources if listings[source.name].listed_at is None),
    )


class _InventoryBuilder:
    """Collects repositories one after the other: the first of a name or URL stays, so that [[repo]] goes before every source."""

    def __init__(self, config: Config) -> None:
        self.repositories: dict[str, Repository] = {}  # by the name in lower case
        self.excluded: list[Excluded] = []
        self._urls: dict[str, str] = {}  # to keys of repositories
        self._stated = {repo.name for repo in config.repos}
        for repo in config.repos:
            self._add(Repository(repo=repo))

    def add_listed(self, source: SourceConfig, listing: SourceState) -> None:
        forge = installed()[source.kind]
        for listed in sorted(listing.listed, key=lambda entry: (repository_name(entry), entry.url)):
            exclusion = exclusion_reason(source, forge, listed) or self._duplicate(listed)
            reason = exclusion or self._name_conflict(listed)
            if reason is None:
                self._add(_repository(source, _listed_repo(listed)))
            else:
                self.excluded.append(
                    Excluded(source=source, listed=listed, reason=reason, name_conflict=exclusion is None)
                )
                self._attach_listed(source, listed)

    def add_departed(self, source: SourceConfig, listing: SourceState) -> None:
        """Those that left, unless another source, or [[repo]], has them now."""
        for departed in listing.known.values():
            if (
                departed.left_at is not None
                and departed.name.lower() not in self.repositories
                and repository_key(departed.listed.url) not in self._urls
            ):
                self._add(_repository(source, departed))

    def names(self) -> dict[str, str]:
        return {url: self.repositories[key].repo.name for url, key in self._urls.items()}

    def _add(self, repository: Repository) -> None:
        key = repository.repo.name.lower()
        self.repositories[key] = repository
        if not repository.has_left:
            self._urls.setdefault(repository_key(repository.repo.url), key)

    def _duplicate(self, listed: Listed) -> str | None:
        """By the same URL, whatever its protocol; or by the same name, where [[repo]] states that one."""
        key = self._urls.get(repository_key(listed.url))
        if key is None and repository_name(listed) in self._stated:
            key = repository_name(listed).lower()
        if key is None:
            return None
        source = self.repositories[key].source
        by = (
            "[[repo]]"
            if source is None or self.repositories[key].repo.name in self._stated
            else f"source {source.name!r}"
        )
        return f"already there by {by}"

    def _name_conflict(self, listed: Listed) -> str | None:
        other = self.repositories.get(repository_name(listed).lower())
        if other is None:
            return None
        same_name = f"is called as {public_url(other.repo.url)} is"
        conflict = (
            same_name
            if other.repo.name == repository_name(listed)
            else f"differs from {other.repo.name!r} only in case"
        )
        return f"{conflict}; to read both, give one of them a name under [[repo]]"

    def _attach_listed(self, source: SourceConfig, listed: Listed) -> None:
        """What a forge says of a repository is true also where [[repo]] names it."""
        key = self._urls.get(repository_key(listed.url))
        if key is not None and self.repositories[key].known is None:
            self.repositories[key] = replace(self.repositories[key], source=source, known=_listed_repo(listed))


def _repository(source: SourceConfig, known: ListedRepo) -> Repository:
    repo = RepoConfig(name=known.name, url=known.listed.url, options=source.options)
    return Repository(repo=repo, source=source, known=known)


def _listed_repo(listed: Listed) -> ListedRepo:
    return ListedRepo(name=repository_name(listed), listed=listed)
