"""A catalog in a file, made of rows: with materialized views, unlike one in memory (`support.catalogs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from catalog.database.rebuild import rebuild
from catalog.schema.arrow import schema, to_arrow
from catalog.schema.record import Record
from catalog.schema.tables import CRAWL, PARTITION
from catalog.schema.tables.inventory import Repo
from catalog.store.partitions import PartitionKey, Store

Rows = Mapping[type[Record], Iterable[Record]]
TABLES = {table.TABLE: schema(table) for table in PARTITION}


def write_catalog(
    file: Path, repos: Mapping[str, Any], crawl: Rows | None = None, *, refs: Callable[[str], str] = lambda _: "r"
) -> Path:
    """Writes rows as a catalog, those of each repository and those of the crawl, and returns its path.

    The partitions lie in `rows` beside it. Where there is a catalog, it is updated: of a repository whose `refs` are other ones.
    """
    store, whole = Store(file.with_name("rows")), crawl or {}
    partitions = {
        repo: store.write(repo, PartitionKey(refs=refs(repo), readers="d"), rows) for repo, rows in repos.items()
    }
    rebuild(file, TABLES, partitions, {table.TABLE: to_arrow(table, whole.get(table, ())) for table in CRAWL})
    return file


def repository(name: str, url: str | None = None, **said: Any) -> Repo:
    """A repository in the inventory, of which a crawl says nothing unusual."""
    unsaid = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    return Repo(**{"repo": name, "url": url or f"https://{name}", "outcome": "new", "stale": False} | unsaid | said)
