"""The command `status`: the outcome of the last crawl for each repository, and what the next crawl will read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.asking import DEFAULT_CONFIG
from catalog.cli.formats import Format, to_json
from catalog.cli.options import ConfigFile, Database, Output
from catalog.cli.output import put, put_parquet, put_rows, put_table, put_text, say_note
from catalog.cli.progress import size
from catalog.cli.text import BOLD, YELLOW, TableColumn, cell
from catalog.errors import Exit, VisitOutcome
from catalog.query import Catalog
from catalog.query.answer import Answer, Row
from catalog.query.published.location import FILE, database_at, default_location

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.config.parse import Config

_COLUMNS = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="outcome", key="outcome"),
    TableColumn(title="reason", key="why"),
    TableColumn(title="read (UTC)", key="read_at"),
    TableColumn(title="next crawl", key="next", styles=(YELLOW,)),
    TableColumn(title="message", key="message"),
)


def status(
    *,
    check: Annotated[bool, typer.Option("--check", help="Exit with code 5 if a repository's rows are stale.")] = False,
    output: Output = Format.TABLE,
    database: Database = None,
    config_file: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the outcome of the last crawl for each repository, and which ones the next crawl will read again regardless.

    Examples: catalog status, catalog status --check
    """
    from catalog.config.parse import load  # a cold `show` needs no TOML

    config = load(config_file) if config_file.is_file() or config_file != DEFAULT_CONFIG else None
    file = database_at(database or (config.output / FILE if config else default_location()))
    with Catalog.open(file) as catalog:
        answer = catalog.repos()
        crawls = catalog.last_crawl().rows
        rows = _with_next(answer.rows, config)
        if output is Format.PARQUET:
            _put_parquet(answer, rows)
    if output is Format.TABLE:
        put_table(_COLUMNS, [_in_words(row) for row in rows])
        _sum_up(crawls)
        _show_damage(file.parent)
        if config and config.schedule.cron:
            say_note(
                f"schedule {config.schedule.cron} (minute, hour, day, month, day of the week), {config.schedule.timezone}: when `catalog schedule` crawls"
            )
    elif output is Format.JSON:
        put_text(to_json(rows))
    elif output is Format.IDS:
        put(answer, output, ids=lambda row: [row["repo"]])  # what was never visited is not in the catalog
    elif output is not Format.PARQUET:
        put_rows((*answer.columns, "next"), rows, output)
    if check and any(row["stale"] for row in rows):
        raise typer.Exit(int(Exit.ORIGIN))


def _put_parquet(answer: Answer, rows: list[Row]) -> None:
    import pyarrow as pa  # no other format needs it

    schema = answer.arrow().schema.append(pa.field("next", pa.string()))
    put_parquet(pa.Table.from_pylist([{key: _naive(value) for key, value in row.items()} for row in rows], schema))


def _naive(value: object) -> object:
    """Parquet's times are UTC without saying so."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _in_words(row: Row) -> Row:
    """The row with words for its codes, as the crawl prints them: "reader changed" for `reader_changed`."""
    return row | {key: row[key] and row[key].replace("_", " ") for key in ("outcome", "why", "next")}


def _sum_up(crawls: list[Row]) -> None:
    for crawl in crawls:
        say_note(
            f"crawl {crawl['crawl']} at {cell(crawl['started_at'])} UTC: {crawl['new']} new, {crawl['changed']} changed, "
            f"{crawl['fresh']} fresh, {crawl['failed']} failed; {size(crawl['received'])} in {crawl['seconds']:.1f} s"
        )


def _show_damage(output: Path) -> None:
    """What of the crawls is lost: a build said so once."""
    from catalog.database import build_record

    record = build_record.read(output)
    for sentence in record.damage if record else ():
        say_note(sentence)


def _with_next(rows: list[Row], config: Config | None) -> list[Row]:
    """Each row with `next`: why the next crawl would read it, were its refs the same; None where it would not."""
    if config is None:
        return [row | {"next": None} for row in rows]
    from catalog.discovery.inventory import read_inventory
    from catalog.naming import public_url  # a cold `show` needs no TOML

    urls = {repo.name: public_url(repo.url) for repo in read_inventory(config).repos}
    reason_of = _reread_reasons(config)
    with_next = [row | {"next": _next(row, urls, reason_of)} for row in rows]
    names = {row["repo"] for row in rows}
    blank = dict.fromkeys(rows[0] if rows else ()) | {
        "stale": False,
        "outcome": VisitOutcome.NEVER.value,
        "next": "new",
    }
    return with_next + [blank | {"repo": name, "url": url} for name, url in urls.items() if name not in names]


def _next(row: Row, urls: dict[str, str], reason_of: Callable[[str, str], str | None]) -> str | None:
    if row["repo"] not in urls:
        return None if row["left_at"] else "removed"
    if row["partition"] is None:
        return "new"
    if reason := reason_of(row["repo"], row["partition"]):
        return reason
    return "retry" if row["stale"] else None


def _reread_reasons(config: Config) -> Callable[[str, str], str | None]:
    """Why a repository with such a partition will be read again, whatever its refs."""
    from catalog.plugins.connector import installed  # a cold `show` needs no connectors
    from catalog.store.partitions import privacy_digest, readers_digest

    readers = readers_digest(installed())

    def reason(repo: str, partition: str) -> str | None:
        if not partition.endswith(f"-{readers}"):
            return "reader_changed"
        return None if f"-{privacy_digest(config.privacy.of(repo))}-" in partition else "privacy_changed"

    return reason
