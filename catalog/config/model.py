"""The model of repos.toml, as frozen values. `catalog.config.parse` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.plugins.forge import Scope
from catalog.privacy.settings import DEFAULT, Privacy

VISIBILITIES = ("public", "internal", "private")
PLAIN_TAGS = 50  # releases that are read of a repository without registry tags


@dataclass(frozen=True, kw_only=True, slots=True)
class RepoOptions:
    """What may differ from repository to repository. Times in seconds, sizes in bytes."""

    timeout: float = 300.0
    processor_time: float = 120.0
    max_bytes: int = 256 << 20
    max_refs: int = 100_000
    history: int = 10_000  # generations of commits behind each branch; 0 reads none
    experiments: int = 100  # the newest that are read
    plain_tags: int | None = None  # the newest that are read; None: where there is no registry tag
    fetch_remote_metrics: bool = False  # metrics and plots that are in DVC's storage, not in Git

    def most_releases(self, *, has_registry: bool) -> int:
        """How many tags other than registry tags to read."""
        if self.plain_tags is not None:
            return self.plain_tags
        return 0 if has_registry else PLAIN_TAGS

    def digest(self) -> str:
        """What decides which rows come out: part of a partition's name."""
        return (
            f"history={self.history} experiments={self.experiments} plain_tags={self.plain_tags} "
            f"fetch_remote_metrics={self.fetch_remote_metrics}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RepoConfig:
    """One repository to read."""

    name: str
    url: str
    aliases: tuple[str, ...] = ()  # what the catalog called it before
    options: RepoOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceConfig:
    """A place where repositories are found, and which of them to read. Empty tuples leave nothing out."""

    name: str
    kind: str
    scope: Scope
    include: tuple[str, ...] = ()  # patterns of host/owner/name, or of the end of it
    exclude: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # one of them will do
    archived: bool = False
    forks: bool = False
    visibility: tuple[str, ...] = ()
    skip_unpushed: bool = False  # do not visit a repository without a push since
    full_check_days: float = 7.0  # visit it in any case after so many days
    token_env: str | None = None
    options: RepoOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When `catalog schedule` crawls, and what it does besides."""

    cron: str | None = None  # crontab(5), as Debian's cron means it
    timezone: str = "UTC"
    jitter: int = 0  # seconds by which a run begins later, at most; drawn anew for each
    publish: str | tuple[str, ...] | None = None  # run after a good build: words as they are, one text by the shell
    health_file: Path  # for monitors


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageConfig:
    """How `catalog get` reaches the storage below one URL. `options` are obstore's, `env` names the variables that hold the secret ones."""

    url: str
    read_from: str | None = None  # another place with the same files, below the same names: a URL
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None  # of ~/.aws/credentials
    anonymous: bool = False
    options: Mapping[str, str]
    env: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotifyConfig:
    """Who is told what a crawl changed. Empty tuples leave nothing out."""

    name: str
    webhook_env: str | None = None  # the variable that has the URL
    command: str | tuple[str, ...] | None = None  # words as they are, one text by the shell
    format: str = "json"
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()  # patterns of host/owner/name, or of the end of it


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteConfig:
    """A site that shows some of the repositories. Empty tuples leave nothing out."""

    name: str
    title: str | None = None  # None: that of the catalog
    site_url: str | None = None
    theme: Path | None = None  # None: that of the catalog
    include: tuple[str, ...] = ()  # patterns of host/owner/name, or of the end of it
    exclude: tuple[str, ...] = ()
    visibility: tuple[str, ...] = ()  # as forges state it; what is not known is not shown
    labels: tuple[str, ...] = ()  # one of them on one of its artifacts will do
    exclude_labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """The whole of repos.toml. `stages` maps each raw stage name to the catalog's name, `directions` are patterns of metrics' names with `higher` or `lower`."""

    file: Path
    title: str
    output: Path
    site_url: str | None
    theme: Path | None = None  # the folder with the owner's templates and styles
    publish_database: bool = False  # in `data/`, for those who read the catalog from there
    publish_csv: bool = False  # in `data/`, beside the files of Parquet
    jobs: int
    jobs_per_host: int
    processes: int | None  # that read repositories and render pages; None for one for each processor, four at most
    max_memory: int  # bytes of a crawl and its processes
    executor: str = "threads"  # where repositories are read
    scheduler: str | None = None  # the address of Dask's
    connect_timeout: float
    idle_timeout: float
    schedule: Schedule
    stages: Mapping[str, str]
    directions: tuple[tuple[str, str], ...]
    allowed_hosts: tuple[
        str, ...
    ] = ()  # that untrusted sources may name although they are not public: names, addresses, networks
    allowed_urls: tuple[str, ...] = ()  # beginnings of URLs that `catalog get` may contact although they are not public
    storage: tuple[StorageConfig, ...] = ()
    repos: tuple[RepoConfig, ...]
    sources: tuple[SourceConfig, ...] = ()
    privacy: Privacy = DEFAULT
    notifications: tuple[NotifyConfig, ...] = ()
    sites: tuple[SiteConfig, ...] = ()  # besides the one that shows everything
