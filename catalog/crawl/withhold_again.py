"""Withholds from stored rows what repos.toml says now, where a repository cannot be read again: its rows stay in the catalog."""

from __future__ import annotations

from dataclasses import replace

from catalog.crawl.context import CrawlContext
from catalog.crawl.withholding import withhold
from catalog.plugins.connector import partition_tables
from catalog.store.partition_header import privacy_in
from catalog.store.partitions import AGAIN, Partition


def withhold_again(context: CrawlContext, repo: str, partition: str) -> None:
    """Writes a repository's last rows without what is withheld now, also those that an earlier version's connectors read."""
    key, file = context.key(repo, partition.partition("-")[0] + AGAIN), context.last_rows(repo, partition)
    key = replace(key, readers=partition.rpartition("-")[2])
    if privacy_in(partition) == key.privacy or context.store.holds(repo, str(key)) or not file.is_file():
        return
    from catalog.store.partition_format import DamagedRows  # imported late: it needs PyArrow

    try:
        stored = Partition(file)
    except DamagedRows:  # the build reports it
        return
    rows = {table: tuple(stored.rows(table)) for table in partition_tables(context.connectors)}
    context.store.write(repo, key, withhold(rows, context.privacy.of(repo)))
