"""What a CI job needs that repos.toml does not have: variables with tokens and keys, and the keys of SSH servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.config.model import Config
from catalog.plugins.forge import installed
from catalog.transport.address import GitServer, server_at

_RESERVED = "GITHUB_"  # no secret of GitHub Actions may begin so


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """An environment variable with a secret, and what it is for."""

    name: str
    purpose: str

    @property
    def secret(self) -> str:
        """The secret of GitHub Actions that has its value."""
        return f"CATALOG_{self.name.removeprefix(_RESERVED)}" if self.name.startswith(_RESERVED) else self.name

    @property
    def github(self) -> str:
        """The expression of GitHub Actions that has its value."""
        otherwise = " || github.token" if self.name == "GITHUB_TOKEN" else ""
        return f"${{{{ secrets.{self.secret}{otherwise} }}}}"


def crawl_variables(config: Config) -> tuple[Variable, ...]:
    """Those that a crawl and a build read: tokens of sources, keys of storage that is read, webhooks."""
    return _once(_of_crawl(config))


def storage_variables(config: Config) -> tuple[Variable, ...]:
    """Those of `[[storage]]`, which `catalog get` reads."""
    return _once(_of_storage(config))


def ssh_servers(config: Config) -> tuple[GitServer, ...]:
    """The servers that repositories of repos.toml are read from over SSH, each once."""
    servers = (server_at(repo.url) for repo in config.repos)
    return tuple(
        {(each.host, each.port): each for each in servers if each is not None and each.scheme == "ssh"}.values()
    )


def is_web_used(config: Config) -> bool:
    """Whether a repository of repos.toml, which no source has a token for, is read over HTTP."""
    servers = (server_at(repo.url) for repo in config.repos)
    return any(each is not None and each.scheme in ("http", "https") for each in servers)


def _once(variables: Iterator[Variable]) -> tuple[Variable, ...]:
    """The first of each name."""
    by_name: dict[str, Variable] = {}
    for variable in variables:
        by_name.setdefault(variable.name, variable)
    return tuple(by_name.values())


def _of_crawl(config: Config) -> Iterator[Variable]:
    for source in config.sources:
        names = (source.token_env,) if source.token_env else installed()[source.kind].tokens[:1]
        yield from (Variable(name=name, purpose=f"the token of the source {source.name}") for name in names)
    options = [*(repo.options for repo in config.repos), *(source.options for source in config.sources)]
    if any(each.fetch_remote_metrics for each in options):
        yield from _of_storage(config)
    for each in config.notifications:
        if each.webhook_env:
            yield Variable(name=each.webhook_env, purpose=f"the address of the notification {each.name}")


def _of_storage(config: Config) -> Iterator[Variable]:
    for storage in config.storage:
        yield from (Variable(name=name, purpose=f"a credential of {storage.url}") for name in storage.env.values())
