"""Which repositories of repos.toml are meant by what a user wrote."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from catalog.config.model import RepoConfig
from catalog.errors import Ambiguous, InvalidArgument, NotFound
from catalog.naming import endings


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
    raise NotFound(f"{file} has no repository named {word!r}{_advice(word, [repo.name for repo in every])}")


def _advice(word: str, names: list[str]) -> str:
    ends: dict[str, list[str]] = {}
    for name in names:
        ends.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    last = word.rpartition("/")[2].lower()
    near = dict.fromkeys(name for end in get_close_matches(last, ends, n=1) for name in ends[end][:3])
    return f"; did you mean {' or '.join(near)}?" if near else "; `catalog status` lists the names"
