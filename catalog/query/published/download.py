"""Downloads a published catalog into the cache, where it is not there yet: the index, then the database that it names, whole or not at all."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import IO, Protocol, Self

from catalog.errors import Down, Gone, NotFound, TooSlow
from catalog.query.published import index
from catalog.query.published.cache import Cache, Copy
from catalog.query.published.index import INDEX, PublishedFile, parse_index
from catalog.store.lock import lock

log = logging.getLogger(__name__)


class Folder(Protocol):
    """Where a catalog is published."""

    shown: str

    def get(self, name: str, to: IO[bytes], most: int, etag: str | None = None) -> tuple[bool, str | None]:
        """Writes a file; whether it is another one than that of `etag`, and its ETag now."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def downloaded(url: str, *, offline: bool = False) -> Path:
    """The database of the catalog that is published at `url`, as it is now; with `offline`, as it was last.

    While the server is down, or what it has is damaged, a copy of before is used, and a warning says from when it is.
    NotFound where no catalog is published there, other OriginErrors as of any server, StoreError where the disk fails.
    """
    cache = Cache(url)
    if offline:
        if (copy := cache.last()) is None:
            raise NotFound(f"{url}: no copy of it is on this machine")
        return cache.file(copy.database)
    with lock(cache.folder, wait=True), _folder(url) as folder:  # who comes second finds what the first has downloaded
        last = cache.last()
        try:
            return _current(folder, cache, last)
        except (Down, TooSlow) as error:
            if last is None:
                raise
            log.warning("%s; the copy of %s is used", error, f"{last.checked_at:%Y-%m-%d %H:%M} UTC")
            return cache.file(last.database)


def _folder(url: str) -> Folder:
    if url.startswith("s3://"):
        from catalog.query.published.bucket import Bucket  # obstore takes 0.1 s to import

        return Bucket(url)
    from catalog.query.published.web_folder import WebFolder

    return WebFolder(url)


def _current(folder: Folder, cache: Cache, last: Copy | None) -> Path:
    name, etag, database = _read_index(folder, cache, last)
    if last is None or last.database != database:
        try:
            _download(folder, cache, name, database)
        except Gone:  # the index was replaced since, with the database
            name, etag, database = _read_index(folder, cache, None)
            try:
                _download(folder, cache, name, database)
            except Gone as error:
                where = f"{folder.shown}/{name}"
                raise Down(f"{where} names {database.path}, which is not there: it is not uploaded whole") from error
    cache.keep(name, etag, database)
    return cache.file(database)


def _read_index(folder: Folder, cache: Cache, last: Copy | None) -> tuple[str, str | None, PublishedFile]:
    """The index's name in the folder, its ETag, and the database that it names."""
    names = list(dict.fromkeys([*([last.index] if last else []), INDEX, f"data/{INDEX}"]))
    for name in names:
        try:
            with cache.receiving() as received:
                etag = last.etag if last and last.index == name else None
                is_new, etag = folder.get(name, received, index.MAX_INDEX, etag)
                if last and not is_new:
                    return name, etag, last.database
                received.seek(0)
                return name, etag, parse_index(received.read(), f"{folder.shown}/{name}")
        except Gone:
            continue
    raise NotFound(f"{folder.shown}: no catalog is published here: expected {INDEX}, there or in data/")


def _download(folder: Folder, cache: Cache, listed_in: str, database: PublishedFile) -> None:
    name = listed_in.removesuffix(INDEX) + database.path
    with cache.receiving() as received:
        folder.get(name, received, database.bytes)
        cache.take(received, database, folder.shown)
