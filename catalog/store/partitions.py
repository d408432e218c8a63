"""The partitions: one immutable file for each state of each repository.

`<root>/<repo>/<refs>-<privacy>-<readers>.rows`. `refs` is the digest of the refs that matter and of the repository's options, `privacy`
that of what is withheld, `readers` that of the connectors and the tables. A file is written under another name and moved: if it exists, it is complete.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from catalog.errors import StoreError
from catalog.git.snapshot import RefListing
from catalog.naming import slug
from catalog.plugins.connector import Connector, partition_tables
from catalog.privacy import detector
from catalog.privacy.settings import SHOW, Privacy
from catalog.schema.record import R, Record, columns
from catalog.store import files
from catalog.store.partition_header import is_intact, read_intact

Rows = Mapping[type[Record], Collection[Record]]

SUFFIX = ".rows"

AGAIN = ".again"  # ends the digest of the refs of rows that were withheld again, without their repository

# Arrow releases the interpreter lock hundreds of times for each partition; packing in several threads is slower than in one.
_PACKING = Lock()

FORMAT = 2  # increased when the same rows would be written differently


@dataclass(frozen=True, kw_only=True, slots=True)
class PartitionKey:
    """The name of a partition: what its rows are a function of."""

    refs: str
    readers: str
    privacy: str = ""

    def __str__(self) -> str:
        return f"{self.refs}-{self.rules}"

    @property
    def rules(self) -> str:
        """How the rows were made, whatever the refs: where these are the same, rows of an earlier partition stay valid."""
        return "-".join(filter(None, (self.privacy, self.readers)))

    def without(self, lost: Collection[str]) -> PartitionKey:
        """The key of rows that lack what these objects say: the next crawl finds none under the key of all, and asks again."""
        return replace(self, refs=f"{self.refs}.{_digest(sorted(lost))[:8]}") if lost else self

    def is_part(self, partition: str | None) -> bool:
        """Whether a partition has the rows of these refs, without what some objects say."""
        return partition is not None and partition.startswith(f"{self.refs}.")


def refs_digest(listing: RefListing, options: str) -> str:
    """The digest of what a repository's rows depend on, apart from the connectors that read them."""
    lines = [
        f"{ref.oid} {ref.name} {ref.peeled or ''}" for ref in (*listing.tags(), *listing.branches(), *listing.others())
    ]
    faults = [f"{fault.place} {fault.rule} {fault.message}" for fault in listing.faults]
    return _digest([f"HEAD {listing.head} {listing.tip()}", *sorted(lines), *faults, options])


@cache
def readers_digest(connectors: tuple[Connector, ...]) -> str:
    """The digest of the connectors, by name and version, and of the tables that they fill."""
    readers = sorted((connector.name, connector.version) for connector in connectors)
    tables = [f"{table.TABLE} {column}" for table in partition_tables(connectors) for column in columns(table)]
    return _digest([f"format {FORMAT}", *(f"{name} {version}" for name, version in readers), *tables])


@cache
def privacy_digest(privacy: Privacy) -> str:
    """The digest of what is withheld from a repository, whose settings these are, and of the detectors."""
    return _digest([privacy.digest(), *([] if privacy.secrets == SHOW else [detector.digest()])])


class Store:
    """The partitions below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, repo: str, key: PartitionKey) -> Path:
        return self.file_of(repo, str(key))

    def file_of(self, repo: str, partition: str) -> Path:
        """Where the journal's `partition` of a repository lies, if it still does."""
        return self.root / slug(repo) / f"{partition}{SUFFIX}"

    def last_rows(self, repo: str, partition: str, privacy: str) -> Path:
        """The file of a repository's last rows: of the journal's `partition`, or of what was withheld of it since, by `privacy` if that is there."""
        return self.kept_rows(repo, partition, privacy) or self.file_of(repo, partition)

    def kept_rows(self, repo: str, partition: str, privacy: str) -> Path | None:
        """As `last_rows`; None where there is no such file."""
        folder, (refs, _, rest) = f"{self.root}{os.sep}{slug(repo)}", partition.partition("-")
        again = f"{refs}{AGAIN}-{privacy}-{rest.rpartition('-')[2]}"
        for name in (again, partition):
            if os.path.isfile(file := f"{folder}{os.sep}{name}{SUFFIX}"):  # noqa: PTH113 - a path for each of many thousands that are not there
                return Path(file)
        others = sorted(Path(folder).glob(f"{refs}{AGAIN}-*{SUFFIX}"))
        return next((file for file in others if file.is_file()), None)

    def holds(self, repo: str, partition: str) -> bool:
        """Whether a partition is there and undamaged."""
        return is_intact(self.file_of(repo, partition))

    def data(self, repo: str, partition: str) -> bytes | None:
        """The bytes of a partition; None where it is lost or damaged."""
        return read_intact(self.file_of(repo, partition))

    def write(self, repo: str, key: PartitionKey, rows: Rows) -> Path:
        """Writes a partition, unless it is there undamaged: then it has the same rows."""
        target = self.file(repo, key)
        return target if is_intact(target) else self.put(repo, str(key), pack_rows(repo, rows))

    def put(self, repo: str, partition: str, data: bytes) -> Path:
        """Writes the bytes of a partition, unless it is there undamaged. It becomes visible only when it is complete and synced."""
        target = self.file_of(repo, partition)
        if is_intact(target):
            return target
        try:
            files.clear(target)
            files.write(target, data)
        except OSError as error:
            raise StoreError(f"cannot write the rows of {repo} to {target}: {error}") from error
        return target

    def go_on(self, repo: str, file: Path) -> None:
        """Writes the rows of a partition, which a repository has under a former name, under this name, too; not where they are lost or damaged."""
        from catalog.store.partition_format import DamagedRows, pack, read_file, with_repo

        try:
            tables = read_file(file)
        except DamagedRows:
            return
        self.put(repo, file.stem, pack(with_repo(tables, repo)))

    def prune(self, keep: Collection[Path]) -> None:
        """Deletes every partition but those in `keep`."""
        names = {(file.parent.name, file.name) for file in keep}
        for file in self.root.glob("*/*"):
            if (file.parent.name, file.name) not in names and file.is_file():
                file.unlink(missing_ok=True)
        for folder in self.root.glob("*"):
            with suppress(OSError):  # not empty: it holds a partition
                folder.rmdir()


def pack_rows(repo: str, rows: Rows) -> bytes:
    """The bytes of a repository's partition."""
    from catalog.schema.arrow import to_arrow
    from catalog.store.partition_format import (
        pack,
    )  # a crawl that finds nothing new needs no pyarrow, which costs 0.1 s

    with _PACKING:
        return pack({table.TABLE: to_arrow(table, some, repo=repo) for table, some in rows.items() if some})


class Partition:
    """The rows of a file of the store, or of its bytes. DamagedRows for a file that is damaged, Damaged for such bytes."""

    def __init__(self, source: Path | bytes) -> None:
        from catalog.store.partition_format import read_file, unpack

        self._tables = unpack(source) if isinstance(source, bytes) else read_file(source)

    def rows(self, table: type[R]) -> Iterator[R]:
        """The rows of one table."""
        from catalog.schema.arrow import from_arrow, schema
        from catalog.store.partition_format import shaped

        arrow_table = self._tables.get(table.TABLE)
        return from_arrow(table, shaped(schema(table), arrow_table)) if arrow_table else iter(())


def _digest(lines: Iterable[str]) -> str:
    return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
