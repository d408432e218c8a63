"""What `crawl` and `build` have for shards: the options `--shard` and `--store`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.output import say
from catalog.errors import Misuse

if TYPE_CHECKING:
    from catalog.config.parse import Config
    from catalog.crawl.shard import Shard

OneShard = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="K/N",
        help="Read part K of N, by the names of repositories, into shards/K-of-N in the output folder. Only with --no-build; `catalog build --store` builds.",
    ),
]
Stores = Annotated[
    list[Path] | None,
    typer.Option(
        "--store",
        metavar="FOLDER",
        help="Merge this store first: an output folder, or a folder of such. Can be given several times, in any order.",
    ),
]


def chosen_shard(text: str | None, *, repos: Collection[str], no_build: bool, publish_early: bool) -> Shard | None:
    """The shard of the command line; Misuse where it is none, or where the other options do not go with one."""
    if text is None:
        return None
    from catalog.crawl.shard import Shard  # a cold `show` needs no store

    shard = Shard.parse(text)
    if repos:
        raise Misuse("found --shard and repositories, expected one of them")
    if publish_early:
        raise Misuse("found --shard and --publish-early, expected one of them")
    if not no_build:
        raise Misuse(
            "found --shard without --no-build: a shard has a part of the catalog; `catalog build --store` builds it from all"
        )
    return shard


def merge_stores(config: Config, folders: Collection[Path], *, wait: bool) -> bool:
    """Merges these stores into the catalog's, and says what came of it. Whether nothing was lacking."""
    if not folders:
        return True
    from catalog.crawl.merge import merge  # a cold `show` needs no store
    from catalog.text import plural

    report = merge(config, folders, wait=wait, tell=say)
    stores = plural(report.stores, "store")
    if not report.crawls:
        say(f"{stores}: nothing new")
    for crawl in report.crawls:
        say(
            f"crawl {crawl.crawl}, merged from {stores}: {crawl.new} new, {crawl.changed} changed, {crawl.fresh} fresh, {crawl.failed} failed"
        )
    return not report.complaints
