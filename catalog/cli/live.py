"""The options `--live` and `--repo`: a command answers from a catalog in which one repository is as it is now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.asking import DEFAULT_CONFIG, default_database
from catalog.cli.output import say, say_note
from catalog.errors import InvalidArgument, Misuse, NotFound
from catalog.query import Catalog

if TYPE_CHECKING:
    from catalog.config.model import Config


@contextmanager
def open_as_asked(
    database: Path | None, *, live: bool, repo: str | None, ref: str | None
) -> Iterator[tuple[Catalog, str | None]]:
    """The catalog and `repo`; with `live`, that repository, or else that of `ref`, is as it is now, and a note says so."""
    if repo == "":
        raise InvalidArgument("repo", "''", "the name of a repository, or an address")
    path = database or default_database()
    if not live:
        with Catalog.open(path) as catalog:
            yield catalog, repo
        return
    from catalog.query.live import live_catalog, repository_of  # with all of a crawl
    from catalog.query.published.location import database_at

    path = database_at(path)

    config = _config()
    repository = repository_of(config, _origin() if repo == "." else repo or _repo_of(path, ref))
    with live_catalog(path, config, repository, tell=lambda sentence: say(f"catalog: {sentence}")) as opened:
        say_note(opened.note)
        yield opened.catalog, opened.repo


def _config() -> Config:
    """That of repos.toml; where there is none, what a repos.toml without a key says."""
    from catalog.config.parse import load, parse

    file = Path(os.environ.get("CATALOG_CONFIG") or DEFAULT_CONFIG)
    return load(file) if file != DEFAULT_CONFIG or file.is_file() else parse("", Path.cwd() / file)


def _repo_of(path: Path, ref: str | None) -> str:
    if ref is None:
        raise Misuse("--live needs REF, or --repo: expected to learn which repository to read")
    try:
        with Catalog.open(path) as catalog:
            return catalog.repository(ref)
    except NotFound as error:
        raise NotFound(f"{error}; --repo URL names the repository to read") from error


def _origin() -> str:
    """Where the repository of this folder was cloned from; of one that was not, its folder."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    try:
        with Repo.discover(".") as repo:
            try:
                return repo.get_config_stack().get(("remote", "origin"), "url").decode()
            except KeyError:
                return str(Path(repo.path).absolute())
    except NotGitRepository as error:
        raise NotFound("this folder is in no Git repository: expected one, or --repo URL") from error
