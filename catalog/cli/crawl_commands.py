"""Commands that build the catalog: crawl, build, demo."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli import catalog_and_site
from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.completion import complete_repo
from catalog.cli.crawl_report import write_report
from catalog.cli.crawling import EarlyBuild, build_what_was_read, run_crawl
from catalog.cli.dry_run import put_dry_run
from catalog.cli.formats import Format
from catalog.cli.invocation import command
from catalog.cli.options import ConfigFile
from catalog.cli.output import say
from catalog.cli.shards import OneShard, Stores, chosen_shard, merge_stores
from catalog.errors import ConfigError, Exit
from catalog.text import plural

if TYPE_CHECKING:
    from catalog.config.parse import Config

DEMO_TITLE = "Demo models"

Wait = Annotated[bool, typer.Option("--wait", help="Wait while another crawl or build is at work.")]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Empty the catalog where repos.toml lists no repositories any more.")
]
NoSite = Annotated[bool, typer.Option("--no-site", help="Do not build the site.")]


def crawl(  # noqa: PLR0913 - each is an option of the command
    repos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REPO...]", autocompletion=complete_repo, help="Only these; any suffix of their names works."
        ),
    ] = None,
    *,
    no_build: Annotated[
        bool, typer.Option("--no-build", help="Read repositories, but do not build the catalog.")
    ] = False,
    no_site: NoSite = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a report as JSON to this file; - for standard output."),
    ] = None,
    wait: Wait = False,
    shard: OneShard = None,
    publish_early: Annotated[
        bool,
        typer.Option(
            "--publish-early",
            help="While only slow repositories are left, build catalog and site of all others, and run the `publish` command of the schedule.",
        ),
    ] = False,
    allow_empty: AllowEmpty = False,
    dry: Annotated[
        bool,
        typer.Option("--dry-run", help="List what would be visited, and why; sources are listed, nothing is written."),
    ] = False,
    output: Annotated[
        Format, typer.Option("-o", "--output", metavar="FORMAT", help="Of the list of --dry-run.")
    ] = Format.TABLE,
    debug: Annotated[bool, typer.Option("--debug", help="Stop at a bug in catalog and show the traceback.")] = False,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Read what changed in the repositories, then build catalog and site.

    While only slow repositories are left, catalog and site of all others are built: they are published without waiting.

    Exit code 5 if a repository could not be read: the others are read all the same, and its last good rows stay.

    Examples: catalog crawl, catalog crawl --dry-run, catalog crawl --shard 3/16 --no-build
    """
    part = chosen_shard(shard, repos=repos or (), no_build=no_build, publish_early=publish_early)
    config = _load(config_file)
    if dry:
        put_dry_run(config, _chosen(config, repos or ()), part, output)
        return
    if not (config.repos or config.sources):
        _refuse_to_empty(config, allowed=allow_empty)
        say(f"{config_file} lists no repositories; `catalog add URL` adds one")
    if not (no_build or no_site):
        catalog_and_site.check_themes(config)
    early = EarlyBuild(config=config, no_site=no_site, publish=publish_early) if publish_early or not no_build else None
    done = run_crawl(config, _chosen(config, repos or ()), early, shard=part, wait=wait, debug=debug)
    if report is not None:
        write_report(done, report)
    if not no_build:
        build_what_was_read(config, done, no_site=no_site)
    if done.failed:
        raise typer.Exit(int(Exit.ORIGIN))


def build(
    *,
    no_site: NoSite = False,
    stores: Stores = None,
    check: Annotated[
        bool, typer.Option("--check", help="Go through everything, and compare each file with what it has to hold.")
    ] = False,
    wait: Wait = False,
    allow_empty: AllowEmpty = False,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Make catalog and site again from what was read: what follows from the same as last time, and is as it was built, is left alone.

    With --store, what is new in the stores of shards, or of other catalogs, is merged into the catalog first. Exit code 5 if any of it is lacking: a store
    is missing, in use or damaged, or a shard did not end. All else is built, and the last good rows of its repositories stay.

    Examples: catalog build --no-site, catalog build --store output/shards
    """
    config = _load(config_file)
    if not (config.repos or config.sources):
        _refuse_to_empty(config, allowed=allow_empty)
    is_whole = merge_stores(config, stores or (), wait=wait)
    catalog_and_site.build(config, no_site=no_site, wait=wait, check=check)
    catalog_and_site.notify(config)
    if not is_whole:
        raise typer.Exit(int(Exit.ORIGIN))


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to put it.")] = Path("demo"),
    *,
    repos: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many repositories, instead of about a dozen.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Stop at a bug in catalog and show the traceback.")] = False,
) -> None:
    """Make an invented company's repositories, crawl them, and build catalog and site.

    Examples: catalog demo, then: catalog show --catalog demo/output/catalog.duckdb
    """
    from catalog.demo import make_fleet, write_config, write_storage  # a cold `show` needs no dulwich
    from catalog.demo.storage import BUCKET

    say(
        f"made {plural(len(make_fleet(folder / 'repos', repos=repos)), 'repository', 'repositories')} in {folder / 'repos'}"
    )
    storage = folder / "storage" / BUCKET
    say(f"made {plural(write_storage(storage), 'model')} in {storage}")
    file = folder / "repos.toml"
    write_config(folder / "repos", file, output=folder / "output", title=DEMO_TITLE, storage=storage)
    say(f"wrote {file}")
    config = _load(file)
    failed = run_crawl(
        config, (), EarlyBuild(config=config, no_site=False, publish=False), wait=False, debug=debug
    ).failed
    catalog_and_site.build(config, no_site=False)
    from catalog.query import Catalog  # imported late: a crawl asks nothing

    database = config.output / "catalog.duckdb"
    with Catalog.open(database) as catalog:
        problems = len(catalog.problems().values)
    if failed or problems:
        say(
            f"{plural(failed, 'repository', 'repositories')} unreadable, {plural(problems, 'problem')} in others: the demo is "
            "damaged on purpose, to show how damage is reported (catalog ls problems)"
        )
    say(f"open {config.output / 'site' / 'index.html'}, or ask: {command('show', '--catalog', database)}")
    say(f"get a model: {command('get', 'churn#prod', '--config', file)}")


def _load(file: Path) -> Config:
    from catalog.config.parse import load  # a cold `show` needs no TOML

    return load(file)


def _refuse_to_empty(config: Config, *, allowed: bool) -> None:
    """ConfigError where a list without repositories would leave nothing of a catalog that has some: the file may have been cut short."""
    if allowed:
        return
    from catalog.store.journal import Journal  # a cold `show` needs no store
    from catalog.store.partitions import Store

    store = Store(config.output / "store" / "rows")
    visits = Journal(config.output / "store" / "crawls").last_visits()
    repositories = sum(
        bool(last.partition and store.last_rows(repo, last.partition, "").is_file()) for repo, last in visits.items()
    )
    if repositories:
        raise ConfigError(
            f"{config.file}: lists no repositories, and the catalog in {config.output} has "
            f"{plural(repositories, 'repository', 'repositories')}: it is left as it is; `--allow-empty` empties it"
        )


def _chosen(config: Config, words: Collection[str]) -> tuple[str, ...]:
    """The repositories of repos.toml that are meant by the ends of their names."""
    if not words:
        return ()
    from catalog.cli.choosing import choose  # a cold `show` needs no TOML
    from catalog.discovery.inventory import read_inventory

    repos = read_inventory(config).repos
    return tuple(choose(repos, word, config.file, argument="repos").name for word in words)
