"""Which repositories of repos.toml are meant by what a user wrote."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from catalog.config.model import RepoConfig
from catalog.errors import Ambiguous, InvalidArgument, NotFound
from catalog.naming import endings
from catalog.query.meant import meant


def choose(repos: Iterable[RepoConfig], word: str, file: Path, *, argument: str) -> RepoConfig:
    """The one repository with that name, that end of its name, or that former name. NotFound with what is alike, or Ambiguous."""
    if not word:
        raise InvalidArgument(argument, "''", "the name of a repository, or its end")
    every = tuple(repos)
    for matches in (
        [repo for repo in every if repo.name == word],
        [repo for repo in every if word in endings(repo.name)],
        [repo for repo in every if any(word in endings(alias) for alias in repo.aliases)],
    ):
        if len(matches) > 1:
            names = tuple(repo.name for repo in matches)
            raise Ambiguous(f"{word!r} names {len(matches)} repositories, expected one", names)
        if matches:
            return matches[0]
    advice = meant(word, [repo.name for repo in every]) or "; `catalog status` lists the names"
    raise NotFound(f"{file} has no repository named {word!r}{advice}")
