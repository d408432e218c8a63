"""What the visits of a crawl share, and how their partitions are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catalog.crawl.ref_answers import RefAnswers
from catalog.plugins.connector import Connector
from catalog.privacy.settings import DEFAULT, Privacy
from catalog.store.last_visit import LastVisit
from catalog.store.observations import Observations
from catalog.store.partitions import PartitionKey, Store, privacy_digest, readers_digest
from catalog.transport.origin import Pool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadContext:
    """What all visits share that one process makes: how they read. It holds no folder of the crawl."""

    connectors: tuple[Connector, ...]
    readers: str
    pool: Pool
    privacy: Privacy = DEFAULT
    debug: bool = False

    def key(self, repo: str, refs: str) -> PartitionKey:
        """The name of a repository's partition, given the digest of its refs."""
        return PartitionKey(refs=refs, readers=self.readers, privacy=privacy_digest(self.privacy.of(repo)))

    def is_made_alike(self, repo: str, partition: str | None) -> bool:
        """Whether the rows of an earlier partition are those that would be read now, as far as refs are the same."""
        return partition is not None and partition.endswith(f"-{self.key(repo, '').rules}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlContext(ReadContext):
    """What all visits of a crawl share in its own process: also what is stored."""

    store: Store
    observations: Observations
    answers: RefAnswers

    @classmethod
    def of(
        cls,
        output: Path,
        connectors: tuple[Connector, ...],
        pool: Pool,
        *,
        privacy: Privacy = DEFAULT,
        debug: bool = False,
    ) -> CrawlContext:
        """That of a crawl into a folder."""
        store = output / "store"
        return cls(
            store=Store(store / "rows"),
            observations=Observations(store / "observations", store / "crawls" / "ends.json"),
            answers=RefAnswers(store / "crawls" / "answers.json"),
            connectors=connectors,
            readers=readers_digest(connectors),
            pool=pool,
            privacy=privacy,
            debug=debug,
        )

    def rename(self, former: str, repo: str, last: LastVisit | None) -> None:
        """Goes on under another name with what is remembered of a repository, and with its rows. `last`: its last visit under the former name."""
        if last is not None and last.partition is not None:
            self.store.go_on(repo, self.last_rows(former, last.partition))
        self.observations.rename(former, repo)

    def last_rows(self, repo: str, partition: str) -> Path:
        """The file of the rows of a repository's last partition."""
        return self.store.last_rows(repo, partition, privacy_digest(self.privacy.of(repo)))
