"""What a shard's crawl begins from: its part of the merged store, unless its own store has crawls that are not merged yet."""

from __future__ import annotations

from collections.abc import Callable

from catalog.config.parse import Config
from catalog.crawl.shard import Shard
from catalog.privacy.settings import Privacy
from catalog.store.journal import Journal
from catalog.store.lock import lock
from catalog.store.part import copy_part
from catalog.store.partitions import Store, privacy_digest


def begin(config: Config, shard: Shard, *, wait: bool = False, tell: Callable[[str], None] = lambda _: None) -> Config:
    """Makes the shard's store ready; the config of its crawl. StoreError as for a lock.

    The merged store is waited for in any case: all shards copy from it at the same time.
    """
    own = shard.config(config)
    store, merged = own.output / "store", config.output / "store"
    with lock(own.output, wait=wait, tell=tell):
        if (merged / "crawls").is_dir():
            with lock(config.output, wait=True, tell=tell):
                if Journal(store / "crawls").digests() <= Journal(merged / "crawls").digests():
                    copy_part(merged, store, shard.holds)
        _prune(Store(store / "rows"), Journal(store / "crawls"), config.privacy)
    return own


def _prune(store: Store, journal: Journal, privacy: Privacy) -> None:
    """Deletes rows that no crawl begins from: no build does it here."""
    last_visits = journal.last_visits()
    store.prune(
        {
            store.last_rows(repo, last.partition, privacy_digest(privacy.of(repo)))
            for repo, last in last_visits.items()
            if last.partition is not None
        }
    )
