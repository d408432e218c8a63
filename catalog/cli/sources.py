"""The commands `catalog sources ...`: what the sources in repos.toml list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from catalog.cli.arguments import Command
from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.formats import Format
from catalog.cli.options import ConfigFile, Output
from catalog.cli.output import put_listing, say, say_note
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.errors import Exit
from catalog.text import plural

if TYPE_CHECKING:
    from catalog.config.parse import Config
    from catalog.discovery.inventory import Inventory
    from catalog.discovery.listing_cache import SourceState
    from catalog.plugins.forge import Listed
    from catalog.query.answer import Row

app = typer.Typer(
    name="sources", help="Look into the forges, folders and lists that repos.toml names.", no_args_is_help=True
)

COLUMNS = (
    "repo",
    "source",
    "url",
    "wanted",
    "why",
    "default_branch",
    "archived",
    "fork",
    "visibility",
    "topics",
    "pushed_at",
)
_TABLE = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="read", key="read"),
    TableColumn(title="why", key="why"),
    TableColumn(title="pushed (UTC)", key="pushed_at"),
    TableColumn(title="source", key="source", styles=(DIM,)),
)


@app.command(cls=Command)
def preview(*, output: Output = Format.TABLE, config_file: ConfigFile = DEFAULT_CONFIG) -> None:
    """List what the next crawl would read, and why the rest is left out. The sources are asked, and no repository.

    Exit code 5 if a source could not be read: what it listed last is shown in its place.

    Examples: catalog sources preview, catalog sources preview -o csv
    """
    from catalog.config.parse import load  # a cold `show` needs no TOML
    from catalog.discovery.discover import discover  # and no network
    from catalog.discovery.inventory import read_inventory
    from catalog.transport.origin import Pool

    config = load(config_file)
    with Pool() as pool:
        for complaint in pool.keyring.complaints:
            say(complaint)
        listings = discover(config, pool, say, keep=False)
    rows = _rows(read_inventory(config, listings))
    if output is Format.TABLE:
        rows = [row | {"read": "yes" if row["wanted"] else "no"} for row in rows]
    put_listing(rows, COLUMNS, _TABLE, output)
    if output is Format.TABLE:
        _sum_up(config, listings, rows)
    if any(listing.failure for listing in listings.values()):
        raise typer.Exit(int(Exit.ORIGIN))


def _rows(inventory: Inventory) -> list[Row]:
    """Those that would be read, then those that are left out."""
    from catalog.discovery.rules import repository_name
    from catalog.naming import public_url

    rows: list[Row] = []
    row: Row
    for repository in inventory.repositories:
        source = repository.source.name if repository.source else "[[repo]]"
        why = f"it has left: {repository.known.left_because}" if repository.known and repository.has_left else None
        row = {"repo": repository.repo.name, "source": source, "url": public_url(repository.repo.url)}
        rows.append(
            row
            | {"wanted": not repository.has_left, "why": why}
            | _facts(repository.known.listed if repository.known else None)
        )
    for entry in inventory.excluded:
        row = {"repo": repository_name(entry.listed), "source": entry.source.name, "url": entry.listed.url}
        rows.append(row | {"wanted": False, "why": entry.reason} | _facts(entry.listed))
    return sorted(rows, key=lambda row: (not row["wanted"], row["repo"], row["source"]))


def _facts(listed: Listed | None) -> Row:
    return {
        "default_branch": listed.default_branch if listed else None,
        "archived": listed.archived if listed else None,
        "fork": listed.fork if listed else None,
        "visibility": listed.visibility if listed else None,
        "topics": list(listed.topics) if listed else [],
        "pushed_at": listed.pushed_at if listed else None,
    }


def _sum_up(config: Config, listings: dict[str, SourceState], rows: list[Row]) -> None:
    wanted = sum(row["wanted"] for row in rows)
    say_note(f"{plural(wanted, 'repository', 'repositories')} to read, {len(rows) - wanted} left out")
    for source in config.sources:
        listing = listings[source.name]
        last = "shown is its last listing" if listing.listed_at else "it was never listed"
        state = f"{listing.outcome}; {last}" if listing.failure else f"{len(listing.listed)} listed"
        say_note(f"{source.name} ({source.kind}): {state}")
    if not config.sources:
        say_note(f"{config.file} has no [[source]]: only the repositories under [[repo]] are read")
