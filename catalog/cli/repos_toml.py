"""Commands that write repos.toml, or files for a CI from it: init, add."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.options import ConfigFile
from catalog.cli.output import put_text, say
from catalog.errors import ConfigError, Misuse, OriginError, Refused
from catalog.text import quoted

if TYPE_CHECKING:
    from catalog.config.model import Config

BLANK = """\
# The repositories that the catalog reads. `catalog add URL` adds one; `catalog crawl` reads them all.

[catalog]
title = "Model catalog"
output = "output"                  # the folder for everything that is made; relative to this file
publish_database = true            # a database in the site, for `catalog --catalog URL`
publish_csv = true                 # tables and views as CSV, too
# site_url = "https://models.example.org"

[crawl]
jobs = 8                           # repositories at a time
timeout = 300                      # seconds for one repository
max_bytes = "256 MiB"              # received from one repository
history = 10000                    # generations of commits behind each branch; 0 reads none
# max_memory = "1 GiB"             # of all processes of a crawl together
# schedule = "0 3 * * *"           # when `catalog schedule` crawls, as in crontab(5)

# One vocabulary over all repositories: on the left the catalog's name for a stage, on the right other names that tags use.
[stages]
# prod = ["production", "live"]

# Likely secrets are withheld before anything is stored, and people's e-mail addresses are left out of what is published.
[privacy]
# emails = "hash"                  # codes in their place; "show" shows them
# redact = [{ key = "*.internal_*" }]  # values to withhold that no detector knows

# What repositories and listings name is requested only where it is public: name hosts and networks of your own.
[network]
# allow = ["git.example.com", "10.0.0.0/8"]

# https, http, ssh, git and file URLs, user@host:path, or a path. Git's own insteadOf and credential helpers are honoured.
# [[repo]]
# url = "https://github.com/iterative/example-gto"
# name = "examples/gto"            # where host/owner/name will not do
# timeout = 60                     # what [crawl] says, for this repository alone

# All that somebody has; `catalog sources preview` shows what would be read. The token comes from GITHUB_TOKEN, never from here.
# [[source]]
# kind = "github"                  # github, gitlab, gitea, forgejo, bitbucket, azure, folder, list
# org = "acme"
# topics = ["ml-model"]
"""


class Ci(StrEnum):
    """The CI of a forge."""

    GITHUB = "github-actions"
    GITLAB = "gitlab-ci"


class CiRole(StrEnum):
    """Whose CI it is: that of the repository with repos.toml, or that of a model's repository."""

    CATALOG = "catalog"
    MODEL = "model"


def init(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="The file to write, instead of that of --config; with --ci, instead of where that CI reads it, and - prints it.",
        ),
    ] = None,
    *,
    ci: Annotated[
        Ci | None, typer.Option("--ci", metavar="KIND", help=f"Write a file for a CI from repos.toml: {', '.join(Ci)}.")
    ] = None,
    role: Annotated[
        CiRole | None,
        typer.Option(
            "--for",
            metavar="REPOSITORY",
            help="With --ci: catalog, the repository of repos.toml, which crawls and publishes every night (by default); or model, "
            "one of a model, which acts on its registry tags.",
        ),
    ] = None,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write a repos.toml to begin with, or a file for a CI.

    Examples: catalog init, catalog init models.toml, catalog init --ci gitlab-ci --for model, catalog init --ci github-actions --for model -
    """
    if role is not None and ci is None:
        raise Misuse("found --for without --ci, expected both")
    if ci is None:
        target = file or config_file
        _create(target, BLANK)
        say(f"{target}: written; `catalog add URL` adds a repository")
        return
    text = _ci_text(ci, role or CiRole.CATALOG, config_file)
    if file == Path("-"):
        put_text(text)
        return
    folder = config_file.parent if role is not CiRole.MODEL else Path()
    target = file or folder / _ci_path(ci, role or CiRole.CATALOG)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error
    _create(target, text)
    say(f"{target}: written; its first lines say what to set up")


def _ci_text(ci: Ci, role: CiRole, config_file: Path) -> str:
    """Filled in from repos.toml, which the repository of a model need not have."""
    from catalog.config.parse import load, parse  # a cold `show` needs no TOML

    if role is CiRole.CATALOG:
        from catalog.schedule.external_schedulers import file_for

        return file_for(ci.value, load(config_file))
    from catalog.schedule.model_ci import model_file

    is_there = config_file != DEFAULT_CONFIG or config_file.is_file()
    return model_file(ci.value, load(config_file) if is_there else parse("", Path.cwd() / config_file))


def _ci_path(ci: Ci, role: CiRole) -> str:
    """Where a CI reads its file."""
    return ".gitlab-ci.yml" if ci is Ci.GITLAB else f".github/workflows/{role.value}.yml"


def _create(target: Path, text: str) -> None:
    """Writes a new file; ConfigError where there is one."""
    try:
        with target.open("x", encoding="utf-8") as created:
            created.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{target}: already there, and left as it is") from error
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error


def add(
    urls: Annotated[
        list[str],
        typer.Argument(
            metavar="URL...", help="Git repositories: URLs, host/owner/name, user@host:path, or paths of folders."
        ),
    ],
    *,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Add repositories to repos.toml; its comments and order stay.

    Examples: catalog add https://github.com/iterative/example-gto, catalog add git@github.com:acme/churn.git
    """
    from catalog.config.editing import append_repos  # a cold `show` needs no TOML
    from catalog.config.parse import parse, read_text

    text = read_text(config_file)
    before = parse(text, config_file)
    entries = [{"url": _written(_completed(url), config_file)} for url in urls]
    for entry in entries:
        _refuse_known(entry["url"], text, before)
    text = append_repos(text, entries)
    after = parse(text, config_file)
    replace_file(config_file, text)
    for repo in after.repos[len(before.repos) :]:
        say(f"{repo.name}: {repo.url}")


def _refuse_known(url: str, text: str, config: Config) -> None:
    """ConfigError for a URL whose repository, or another one of the same name, is in repos.toml."""
    from catalog.config.editing import append_repos  # as above
    from catalog.config.parse import parse
    from catalog.config.statements import statements

    try:
        (new,) = parse(append_repos("", [{"url": url}]), config.file).repos
    except ConfigError:
        return  # the complaint about the whole file says the same, with its place
    for number, repo in enumerate(config.repos):
        if new.name.lower() not in {name.lower() for name in (repo.name, *repo.aliases)}:
            continue
        lines = [each.line for each in statements(text) if each.path == ("repo", number, "url")]
        where = f" in line {lines[0]}" if lines else ""
        if new.url == repo.url:
            raise ConfigError(f"{config.file}: {repo.name} is there already{where}: {url}")
        raise ConfigError(
            f"{config.file}: {new.name} is there already{where}: {repo.url}; "
            f"for another repository, write a [[repo]] with url = {quoted(url)} and a 'name' of its own"
        )


def _written(url: str, file: Path) -> str:
    """A path counts from where the command runs, but in the file from where the file lies."""
    if "://" in url or not Path(url).exists() or file.absolute().parent == Path.cwd():
        return url
    return str(Path(url).absolute())


def _completed(word: str) -> str:
    """A URL, or a path that exists, as it is; `host/owner/name` becomes a URL. ConfigError for anything else, before it is a missing folder."""
    from catalog.config.urls import completed  # as above
    from catalog.naming import SCP, local_path

    if _is_file_url(word) or local_path(word).exists():
        _check_folder(word)
        return word
    if not word.lower().startswith("file:") and ("://" in word or "::" in word or SCP.fullmatch(word)):
        return word
    url, is_certain = completed(word)
    if is_certain:
        return url
    raise ConfigError(f"{word}: no such folder{f'; did you mean {url}?' if url else ''}")


def _check_folder(word: str) -> None:
    """ConfigError for a path that is there and is no Git repository. What cannot be read here may be read by a crawl elsewhere."""
    from catalog.transport.address import Local, parse_address  # as above
    from catalog.transport.local import git_folder

    try:
        address = parse_address(word)
    except OriginError:
        return  # the complaint about repos.toml names the argument
    try:
        if isinstance(address, Local):
            git_folder(address)
    except OriginError as error:
        raise ConfigError(str(error)) from error
    except ValueError as error:
        raise ConfigError(f"{word}: not a Git repository: {error}") from error
    except OSError:
        return


def _is_file_url(word: str) -> bool:
    """Whether it is a `file:` URL of something that is there; ConfigError where it names another machine."""
    from catalog.transport.address import Local, parse_address  # as above

    if not word.lower().startswith("file://"):
        return False
    try:
        address = parse_address(word)
    except Refused as error:
        raise ConfigError(str(error)) from error
    return isinstance(address, Local) and address.path.exists()


def replace_file(file: Path, text: str) -> None:
    """Swaps the file in whole: a full disk leaves the old one. Where it is a link, the file that it leads to."""
    from catalog.store import files  # no other command writes beside the output folder

    try:
        files.write(file.resolve(), text)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error
