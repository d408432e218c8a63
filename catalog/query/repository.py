"""Which repository a user means: one of repos.toml or its sources, or one at an address."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.config.parse import Config, RepoConfig, parse
from catalog.discovery.inventory import read_inventory
from catalog.errors import Ambiguous, ConfigError, InvalidArgument, NotFound
from catalog.naming import endings


def repository_of(config: Config, words: str) -> RepoConfig:
    """The repository that a name, the end of one, or an address means: one of repos.toml or its sources, else a new one.

    NotFound for a name that is not there, InvalidArgument for an address that cannot be one.
    """
    inventory = read_inventory(config)
    matches = [repo for repo in inventory.repos if words in endings(repo.name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Ambiguous(f"{words!r} names {len(matches)} repositories, expected one", tuple(r.name for r in matches))
    if "://" not in words and ":" not in words and not Path(words).exists():
        if not config.file.is_file():
            raise NotFound(f"no repository {words!r}: no file lists repositories; expected a URL, or the path of one")
        raise NotFound(f"no repository {words!r} in {config.file}: expected the end of a name, or a URL")
    stated = _repository_at(words)
    name = inventory.name_at(stated.url)
    return next((repo for repo in inventory.repos if repo.name == name), stated)


def _repository_at(url: str) -> RepoConfig:
    """As a repos.toml in this folder would have it. InvalidArgument where that would be refused: no file is to blame."""
    file = Path.cwd() / "repos.toml"
    try:
        (repository,) = parse(f"[[repo]]\nurl = {json.dumps(url)}\n", file).repos
    except ConfigError as error:
        complaint = str(error).removeprefix(f"{file}: [[repo]] number 1: invalid url ")
        shown, is_of_url, expected = complaint.partition(": expected ")
        if not is_of_url or shown.startswith(str(file)):
            raise
        raise InvalidArgument("repo", shown, expected) from error
    return repository
