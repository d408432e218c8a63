"""Commands that change what repos.toml has: rename, remove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.completion import complete_repo
from catalog.cli.options import ConfigFile
from catalog.cli.output import put_text, say
from catalog.cli.repos_toml import replace_file
from catalog.errors import ConfigError, InvalidArgument

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.config.model import RepoConfig
    from catalog.config.parse import Config
    from catalog.discovery.inventory import Repository

Old = Annotated[
    str,
    typer.Argument(
        metavar="OLD", autocompletion=complete_repo, help="A repository of repos.toml; any suffix of its name works."
    ),
]


def rename(
    old: Old,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name in full, such as risk/churn.")],
    *,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Give a repository another name in repos.toml. Its history goes on, and its former name still finds it.

    With the next crawl, all that the catalog has observed is listed under the new name. Until then, a build leaves the repository out. One that a source lists gets an entry of its own.

    Examples: catalog rename risk/churn demo.example/risk/attrition, catalog rename vision/models demo.example/vision/shelves
    """
    from catalog.config.editing import append_repos, change_repo  # a cold `show` needs no TOML

    file = _File.read(config_file)
    repo = file.choose(old, argument="old")
    _check(file, repo, new)
    values = {
        "name": new,
        "aliases": [alias for alias in dict.fromkeys((*repo.aliases, repo.name)) if alias != new],
    }
    if (number := file.number(repo)) is None:
        text = append_repos(file.text, [{"url": repo.url, **values}])
        say(f"{repo.name} is listed by a source; now it has a [[repo]], and the options of [crawl]")
    else:
        text = change_repo(file.text, number, values)
    file.replace(text)
    say(
        f"{repo.name}: called {new} from the next crawl on; nothing of its history is lost. A build before that leaves it out"
    )


def remove(
    repo: Annotated[
        str,
        typer.Argument(
            metavar="REPO",
            autocompletion=complete_repo,
            help="A repository of repos.toml; any suffix of its name works.",
        ),
    ],
    *,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Remove a repository from repos.toml; the lines that were removed are printed. What the catalog has observed of it stays.

    A repository that a source lists is added to what the source excludes. The next crawl records that it was removed.

    Examples: catalog remove vision/models, catalog remove ads/ctr >> removed.toml
    """
    from catalog.config.editing import exclude_from_source, remove_repo  # a cold `show` needs no TOML

    file = _File.read(config_file)
    chosen = file.choose(repo, argument="repo")
    source = file.entry(chosen).source
    text, removed = file.text, ""
    if (number := file.number(chosen)) is not None:
        text, removed = remove_repo(text, number)
    if source is not None:
        text = exclude_from_source(text, file.config.sources.index(source), chosen.name)
    file.replace(text)
    put_text(removed)
    _tell(file, chosen, removed=bool(removed), source=source.name if source else None)


def _tell(file: _File, repo: RepoConfig, *, removed: bool, source: str | None) -> None:
    observations = file.config.output / "store" / "observations"
    say(f"{repo.name}: removed; the catalog has it until the next crawl or build")
    say(
        f"what was observed of it stays in {observations}: `catalog diff` and `--known-at` of earlier crawls do not change"
    )
    if source is not None:
        say(
            f"to get it back, take it out of `exclude` of the source {source}{' and put the lines above into' if removed else ' in'} {file.path}"
        )
    else:
        say(f"to get it back, put the lines above into {file.path}: its history goes on")


def _check(file: _File, repo: RepoConfig, new: str) -> None:
    """Before anything is written: the new name can be one, nothing else has it, and the same is withheld from it."""
    from catalog.config.value_types import REPOSITORY_NAME
    from catalog.naming import is_repo_name

    if not is_repo_name(new) or new == repo.name:
        expected = f"another name than {repo.name!r}" if new == repo.name else REPOSITORY_NAME.expected
        raise InvalidArgument("new", repr(new), expected)
    others = (entry.repo for entry in file.repositories if entry.repo.name != repo.name)
    if other := next((each for each in others if each.name.lower() == new.lower()), None):
        raise ConfigError(f"{file.path}: another repository is called {other.name!r}: expected a name that is free")
    privacy = file.config.privacy
    if privacy.of(repo.name) != privacy.of(new):
        raise ConfigError(
            f"{file.path}: rules of [privacy] are for {repo.name!r} and not for {new!r}, or the reverse: expected the same for both"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """A repos.toml, with the repositories that it and its sources have."""

    path: Path
    text: str
    config: Config
    repositories: tuple[Repository, ...]

    @classmethod
    def read(cls, path: Path) -> _File:
        from catalog.config.parse import parse, read_text  # a cold `show` needs no TOML
        from catalog.discovery.inventory import read_inventory

        text = read_text(path)
        config = parse(text, path)
        repositories = tuple(each for each in read_inventory(config).repositories if not each.has_left)
        return cls(path=path, text=text, config=config, repositories=repositories)

    def choose(self, word: str, *, argument: str) -> RepoConfig:
        from catalog.cli.choosing import choose

        return choose((each.repo for each in self.repositories), word, self.path, argument=argument)

    def number(self, repo: RepoConfig) -> int | None:
        """Its place among the [[repo]]; None for one that a source lists alone."""
        return next((place for place, each in enumerate(self.config.repos) if each.name == repo.name), None)

    def entry(self, repo: RepoConfig) -> Repository:
        return next(each for each in self.repositories if each.repo.name == repo.name)

    def replace(self, text: str) -> None:
        """Writes the text, if it is a repos.toml without a complaint."""
        from catalog.config.parse import parse

        parse(text, self.path)
        replace_file(self.path, text)
