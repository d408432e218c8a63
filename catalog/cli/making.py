"""Commands that make the catalog: crawl, build, demo."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.completion import complete_repo
from catalog.cli.options import ConfigFile
from catalog.cli.output import say
from catalog.cli.progress import Progress, plural, size
from catalog.errors import Ambiguous, Exit, NotFound
from catalog.query import Catalog
from catalog.reference import endings

if TYPE_CHECKING:
    from catalog.config import Config

DEMO_TITLE = "Demo models"

NoSite = Annotated[bool, typer.Option("--no-site", help="Leave the site as it is.")]


def crawl(
    repos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REPO...]", autocompletion=complete_repo, help="Only these; the ends of their names will do."
        ),
    ] = None,
    *,
    no_build: Annotated[
        bool, typer.Option("--no-build", help="Read repositories, and make nothing of it yet.")
    ] = False,
    no_site: NoSite = False,
    debug: Annotated[bool, typer.Option("--debug", help="Stop at a bug of catalog and show where it is.")] = False,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Read what changed in the repositories, then build catalog and site.

    Exit code 5 if a repository could not be read: the others are read all the same, and its last good rows stay.

    Example: catalog crawl
    """
    wish = _load(config_file)
    if not wish.repos:
        say(f"{config_file} lists no repositories; `catalog add URL` adds one")
    failed = _crawl(wish, _chosen(wish, repos or ()), debug=debug)
    if not no_build:
        _build(wish, no_site=no_site)
    if failed:
        raise typer.Exit(int(Exit.ORIGIN))


def build(*, no_site: NoSite = False, config_file: ConfigFile = DEFAULT_CONFIG) -> None:
    """Make catalog and site again from what was read.

    Example: catalog build --no-site
    """
    _build(_load(config_file), no_site=no_site)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to put it.")] = Path("demo"),
    *,
    repos: Annotated[int | None, typer.Option(min=1, help="How many repositories, instead of about a dozen.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Stop at a bug of catalog and show where it is.")] = False,
) -> None:
    """Make an invented company's repositories, crawl them, and build catalog and site.

    Example: catalog demo, then: catalog show --catalog demo/output/catalog.duckdb
    """
    from catalog.demo import make_fleet, write_config  # noqa: PLC0415 - a cold `show` needs no dulwich

    say(
        f"made {plural(len(make_fleet(folder / 'repos', repos=repos)), 'repository', 'repositories')} in {folder / 'repos'}"
    )
    file = folder / "repos.toml"
    write_config(folder / "repos", file, output=folder / "output", title=DEMO_TITLE)
    say(f"wrote {file}")
    wish = _load(file)
    failed = _crawl(wish, (), debug=debug)
    _build(wish, no_site=False)
    database = wish.output / "catalog.duckdb"
    with Catalog.open(database) as catalog:
        problems = len(catalog.problems().values)
    if failed or problems:
        say(
            f"{plural(failed, 'repository', 'repositories')} unreadable, {plural(problems, 'problem')} in others: the demo is "
            "damaged in places on purpose, to show what becomes of that (catalog ls problems)"
        )
    say(f"open {wish.output / 'site' / 'index.html'}, or ask: catalog show --catalog {database}")


def _load(file: Path) -> Config:
    from catalog.config import load  # noqa: PLC0415 - a cold `show` needs no TOML

    return load(file)


def _chosen(wish: Config, words: Collection[str]) -> tuple[str, ...]:
    """The repositories of repos.toml that are meant by the ends of their names."""
    names = [repo.name for repo in wish.repos]
    chosen = []
    for word in words:
        found = [word] if word in names else [name for name in names if word in endings(name)]
        if not found:
            raise NotFound(f"{wish.file} has no repository named {word!r}; `catalog status` lists the names")
        if len(found) > 1:
            raise Ambiguous(f"{word!r} names {len(found)} repositories, expected one", tuple(found))
        chosen += found
    return tuple(chosen)


def _crawl(wish: Config, only: Collection[str], *, debug: bool) -> int:
    """Crawls, says how it went, and returns how many repositories could not be read."""
    from catalog.crawl import crawl as visit_all  # noqa: PLC0415 - a cold `show` needs no dulwich

    with Progress() as progress:
        report = visit_all(wish, only=only, report=progress, debug=debug)
    done = report.crawl
    say(
        f"{done.new} new, {done.changed} changed, {done.fresh} fresh, {done.failed} failed; "
        f"{size(done.received)} in {done.seconds:.1f} s"
    )
    return report.failed


def _build(wish: Config, *, no_site: bool) -> None:
    from catalog.build import build as build_catalog  # noqa: PLC0415 - a cold `show` needs no pyarrow

    built = build_catalog(wish)
    say(
        f"{built.database}: {plural(built.artifacts, 'artifact')}, {plural(built.versions, 'version')} "
        f"of {plural(built.repos, 'repository', 'repositories')} in {built.seconds:.1f} s"
    )
    if not no_site:
        from sites.build import build as build_site  # noqa: PLC0415 - a cold `show` needs no jinja2

        site = build_site(built.database, wish.output / "site", title=wish.title, site_url=wish.site_url)
        say(
            f"{wish.output / 'site'}: {plural(site.written, 'page')} written, {site.unchanged} unchanged in {site.seconds:.1f} s"
        )
