"""The options `--live` and `--repo`: a command answers from a catalog in which one repository is as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.asking import DEFAULT_CONFIG, default_database
from catalog.cli.output import say, say_note
from catalog.errors import InvalidArgument, Misuse, NotFound
from catalog.query import Catalog
from catalog.query.published.location import database_at

if TYPE_CHECKING:
    from catalog.config.model import Config


@contextmanager
def open_as_asked(
    database: Path | None, config: Path | None, *, live: bool, repo: str | None, ref: str | None
) -> Iterator[tuple[Catalog, str | None]]:
    """The catalog and `repo`; with `live`, that repository, or else that of `ref`, is as it is now, and a note says so."""
    if repo == "":
        raise InvalidArgument("repo", "''", "the name of a repository, or an address")
    path = database or default_database(config)
    if not live:
        with Catalog.open(path) as catalog:
            yield catalog, repo
        return
    from catalog.query.live import live_catalog  # with all of a crawl
    from catalog.query.repository import repository_of

    path = database_at(path)
    if database is not None and not path.is_file():
        raise NotFound(f"{path}: no catalog here; without --catalog, --live --repo URL needs none")
    known = config_or_default(config)
    repository = repository_of(known, _origin() if repo == "." else repo or _repo_of(path, ref, known))
    with live_catalog(path, known, repository, tell=lambda sentence: say(f"catalog: {sentence}")) as opened:
        say_note(opened.note)
        yield opened.catalog, opened.repo


def config_of(file: Path | None) -> Config | None:
    """The configuration in `file`, or else in the repos.toml of this folder; None where neither is there."""
    if file is None and not DEFAULT_CONFIG.is_file():
        return None
    from catalog.config.parse import load  # only where there is such a file

    return load(file or DEFAULT_CONFIG)


def config_or_default(file: Path | None) -> Config:
    """As `config_of`; where there is no file, what a repos.toml without a key says."""
    from catalog.config.parse import parse

    return config_of(file) or parse("", Path.cwd() / DEFAULT_CONFIG)


def _repo_of(path: Path, ref: str | None, config: Config) -> str:
    """The repository of a reference, by the catalog; where there is none, the one that the reference itself states, if repos.toml lists repositories."""
    if ref is None:
        raise Misuse("--live needs REF, or --repo: expected to learn which repository to read")
    if not path.is_file():
        stated, colon, _ = ref.partition(":")
        if colon and (config.repos or config.sources):
            return stated
        raise NotFound(
            f"no catalog at {path} that says which repository {ref!r} is in: expected --repo URL, --repo . for the origin of this folder, "
            "or --config FILE or --catalog PATH of a catalog"
        )
    try:
        with Catalog.open(path) as catalog:
            name = catalog.repository(ref)
            url = catalog.sql("select url from repos where repo = $repo", repo=name).one()["url"]
    except NotFound as error:
        raise NotFound(f"{error}; --repo URL names the repository to read") from error
    if (
        not config.repos and not config.sources
    ):  # a catalog may be anybody's: no address is contacted because of it alone
        raise NotFound(
            f"no repos.toml lists {name}: expected --config FILE, or --repo and its address, which the catalog has as {url}"
        )
    return name


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
