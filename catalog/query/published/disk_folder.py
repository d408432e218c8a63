"""A published folder on a disk or a share: its database is compared with `catalog.json`, whole or nothing, as one at a URL is."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path

from catalog.errors import Down, NotFound, StoreError
from catalog.query.published.cache import cache_folder
from catalog.query.published.index import INDEX, MAX_INDEX, PublishedFile, parse_index
from catalog.store import checked_file, files
from catalog.store.file_stamps import stamp


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """A database that had the bytes of its SHA-256 when it had this stamp."""

    path: str
    sha256: str
    stamp: str


def database_in(folder: Path) -> Path | None:
    """The database that the catalog.json in a folder, or in its `data`, names; None where there is neither.

    NotFound for another catalog.json, Down where the database does not have the bytes that it states, StoreError for what cannot be read.
    """
    for index in (folder / INDEX, folder / "data" / INDEX):
        if index.is_file():
            return _checked(index, parse_index(_content(index), str(index)))
    return None


def _content(index: Path) -> bytes:
    try:
        with files.opened(index) as file:
            content = file.read(MAX_INDEX + 1)
    except OSError as error:
        raise StoreError(f"{index} cannot be read: {error.strerror}") from error
    if len(content) > MAX_INDEX:
        raise NotFound(f"{index} is not the catalog.json of a catalog: it has more than {MAX_INDEX:,} bytes")
    return content


def _checked(index: Path, database: PublishedFile) -> Path:
    """The file, where it is whole. Its bytes are read only where it is not the file that was checked last: see docs/decisions."""
    file = index.parent / database.path
    try:
        with files.opened(file) as opened:
            now = os.fstat(opened.fileno())
            if now.st_size != database.bytes:
                raise Down(
                    f"{index} states {database.bytes:,} bytes for {database.path}, which has {now.st_size:,}: it is cut short, or being replaced now"
                )
            checked = CheckedFile(path=str(file.absolute()), sha256=database.sha256, stamp=_stamp(now))
            record = _record(file)
            if record is not None and _last(record) == checked:
                return file
            if file_digest(opened, "sha256").hexdigest() != database.sha256:
                raise Down(
                    f"{index} states another SHA-256 for {database.path}: its bytes are damaged, or those of another catalog"
                )
    except FileNotFoundError as error:
        raise Down(f"{index} names {database.path}, which is not there: it is not copied whole") from error
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from error
    if record is not None:
        with suppress(OSError):  # the next reader checks it again
            record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            checked_file.write(record, checked)
    return file


def _stamp(status: os.stat_result) -> str:
    """Also the inode and its time of change: a file that is put in the place of another one may have its size and time."""
    return f"{stamp(status)} {status.st_dev} {status.st_ino} {status.st_ctime_ns}"


def _record(file: Path) -> Path | None:
    """Where it is recorded which database of a folder was checked last; None for a user without a cache folder, and on Windows."""
    if not hasattr(os, "O_NOFOLLOW"):  # of Unix: `files.write` needs it
        return None
    try:
        root = cache_folder()
    except StoreError:
        return None
    name = blake2b(os.fsencode(file.parent.absolute()), digest_size=12).hexdigest()
    return root / "checked" / f"{name}.json"


def _last(record: Path) -> CheckedFile | None:
    try:
        return checked_file.read(record, CheckedFile)
    except (OSError, ValueError):
        return None
