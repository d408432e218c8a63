"""The store of facts: one immutable folder of Parquet files for each state of each repository.

`<root>/<repo>/<refs>-<readers>/<table>.parquet`. `refs` is the digest of the refs that matter and of the repository's options,
`readers` that of the connectors and the tables. A folder is written under another name and moved in whole: if it exists, it is complete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import StoreError
from catalog.naming import slug
from catalog.record import Record, columns
from catalog.schema import from_arrow, to_arrow
from catalog.snapshot import Listing
from catalog.tables import PARTITION

Rows = Mapping[type[Record], Iterable[Record]]

FORMAT = 1  # raised when the same rows would be written otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """The name of a partition: what its rows are a function of."""

    refs: str
    readers: str

    def __str__(self) -> str:
        return f"{self.refs}-{self.readers}"


def refs_digest(listing: Listing, options: str) -> str:
    """The digest of what a repository's rows depend on, apart from who reads them."""
    lines = [f"{ref.oid} {ref.name} {ref.peeled or ''}" for ref in (*listing.tags(), *listing.branches())]
    return _digest([f"HEAD {listing.head} {listing.tip()}", *sorted(lines), options])


@cache
def readers_digest(readers: tuple[tuple[str, int], ...]) -> str:
    """The digest of the connectors, as (name, version), and of the tables that they fill."""
    tables = [f"{table.TABLE} {column}" for table in PARTITION for column in columns(table)]
    return _digest([f"format {FORMAT}", *(f"{name} {version}" for name, version in sorted(readers)), *tables])


class Store:
    """The partitions below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, repo: str, key: Key) -> Path:
        return self.folder_of(repo, str(key))

    def folder_of(self, repo: str, partition: str) -> Path:
        """Where the journal's `partition` of a repository lies, if it still does."""
        return self.root / slug(repo) / partition

    def holds(self, repo: str, key: Key) -> bool:
        return self.folder(repo, key).is_dir()

    def write(self, repo: str, key: Key, rows: Rows) -> Path:
        """Writes a partition; a table without rows has no file. Nobody sees it before it is whole and on the disk."""
        target = self.folder(repo, key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(mkdtemp(prefix=".", dir=target.parent))
            try:
                for table, some in rows.items():
                    _write(beside / f"{table.TABLE}.parquet", to_arrow(table, some, repo=repo))
                _sync(beside)
                beside.chmod(0o755)
                beside.rename(target)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        except OSError as error:
            if target.is_dir():  # another crawl was faster, with the same rows
                return target
            raise StoreError(f"cannot write the rows of {repo} to {target}: {error}") from error
        return target

    def prune(self, keep: Collection[Path]) -> None:
        """Deletes every partition but those in `keep`."""
        kept = {folder.resolve() for folder in keep}
        for folder in self.root.glob("*/*"):
            if folder.is_dir() and folder.resolve() not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self.root.glob("*"):
            with suppress(OSError):  # not empty: it holds a partition
                folder.rmdir()


def read(folder: Path, table: type[Record]) -> Iterator[Record]:
    """The rows of one table of a partition."""
    file = folder / f"{table.TABLE}.parquet"
    try:
        yield from from_arrow(table, pq.ParquetFile(file).read())
    except FileNotFoundError:
        return
    except (OSError, pa.ArrowException, KeyError) as error:
        raise StoreError(f"{file} is damaged ({error}); delete {folder} and crawl again") from error


def _write(file: Path, data: pa.Table) -> None:
    """One small file, written at once. Of ten rows, comments, statistics and dictionaries would be the larger part."""
    if not data.num_rows:
        return
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, data.schema, compression="snappy", use_dictionary=False, write_statistics=False, store_schema=False
    ) as out:
        out.write_table(data)
    with file.open("xb") as target:
        target.write(sink.getvalue())
        target.flush()
        os.fsync(target.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(lines: Iterable[str]) -> str:
    return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
