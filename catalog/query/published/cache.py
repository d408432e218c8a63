"""The copy of a published database on this machine: in the user's cache folder, whole, and checked before it has its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from catalog.errors import Down, StoreError
from catalog.query.published.index import PublishedFile
from catalog.store import checked_file, files
from catalog.store.file_stamps import stamp

_STATE = "state.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A database that was downloaded. `index`: the address of the index that names it, `etag` that of the index."""

    index: str
    etag: str | None
    database: PublishedFile
    stamp: str  # of the file, as it was left here
    checked_at: datetime


class Cache:
    """The cached copy for one address."""

    def __init__(self, url: str) -> None:
        self.folder = cache_folder() / blake2b(url.encode(), digest_size=12).hexdigest()

    def last(self) -> Copy | None:
        """What is here, where it is as it was left; None where there is nothing, or somebody changed it."""
        try:
            copy = checked_file.read(self.folder / _STATE, Copy)
            now = stamp(self.file(copy.database).stat())
        except (OSError, ValueError):
            return None
        return copy if now == copy.stamp or self._holds(copy.database) else None

    def file(self, database: PublishedFile) -> Path:
        """Where the file of a database is, or will be."""
        return self.folder / database.path

    @contextmanager
    def receiving(self) -> Iterator[IO[bytes]]:
        """A file for what comes, gone at the end. StoreError where the disk fails."""
        with files.writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".new") as file:
                yield file

    def take(self, received: IO[bytes], database: PublishedFile, where: str) -> None:
        """Gives what came the database's name. Down where its bytes are not those that the index states."""
        received.flush()
        size = received.tell()
        if size != database.bytes or _sha256(Path(received.name)) != database.sha256:
            raise Down(
                f"{where}: {database.path} has other bytes than catalog.json states ({size:,}, expected {database.bytes:,}): "
                "it is damaged, or being replaced now"
            )
        whole = Path(f"{received.name}-whole")
        with files.writing(self.folder):
            os.link(received.name, whole)
            whole.replace(self.file(database))

    def keep(self, index: str, etag: str | None, database: PublishedFile) -> None:
        """Notes that this database is that of the address now, and deletes those of before."""
        now = stamp(self.file(database).stat())
        copy = Copy(index=index, etag=etag, database=database, stamp=now, checked_at=datetime.now(UTC))
        with files.writing(self.folder):
            checked_file.write(self.folder / _STATE, copy)
            for other in self.folder.glob("catalog.*.duckdb"):
                if other.name != database.path:
                    other.unlink(missing_ok=True)

    def _holds(self, database: PublishedFile) -> bool:
        with suppress(OSError):
            return _sha256(self.file(database)) == database.sha256
        return False


def cache_folder() -> Path:
    """$XDG_CACHE_HOME (basedir-spec), or ~/.cache."""
    stated = Path(os.environ.get("XDG_CACHE_HOME") or "")
    try:
        home = stated if stated.is_absolute() else Path.home() / ".cache"
    except RuntimeError as error:
        raise StoreError("no folder to cache a published catalog: expected HOME or XDG_CACHE_HOME") from error
    return home / "federated-model-catalog"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
