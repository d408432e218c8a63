"""What a download is made of: entries, each with where its bytes are and what they must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from catalog.errors import Down, Gone, OriginError, Refused, TooBig
from catalog.transport.retry import Again

if TYPE_CHECKING:
    from catalog.git.lfs import Pointer


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What is known of some content. `most` bounds its size where only that of a folder is known; None: nothing is stated."""

    hash_kind: str | None = None  # `md5`, `md5-dos2unix` or `sha256`
    hash: str | None = None
    size: int | None = None
    etag: str | None = None
    most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredObject:
    """An object in storage, as a repository states it."""

    url: str
    version_id: str | None = None
    region: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GitBlob:
    """A file that Git has."""

    repository: str  # its URL
    oid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LfsObject:
    """A file in Git LFS."""

    repository: str
    pointer: Pointer
    config: bytes | None  # `.lfsconfig` at the same commit


Source = StoredObject | GitBlob | LfsObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One file of a download. `path` is relative to the target; empty where the target is this file."""

    path: str
    source: Source
    expected: Expected
    executable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """An answer that has begun: its pieces, from the byte `start` on."""

    pieces: Iterator[bytes]
    start: int = 0
    size: int | None = None  # of the whole content, as the server states it
    etag: str | None = None


class Denied(Refused):
    """The storage, or a Git server, refuses these credentials; those that DVC is configured with may be accepted."""


class Stale(Again):
    """What was received so far is of another content: it is fetched again from its beginning."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Reader(Protocol):
    """Opens one content. It raises OriginError, of which `Again` may do better later."""

    def open(self, offset: int, etag: str | None) -> AbstractContextManager[Opened]:
        """From the byte `offset` on where the content still has the entity tag `etag`; else from its beginning."""
        ...


def placed(error: OriginError, place: str) -> OriginError:
    """An error of the same kind that begins with the place which could not be read; once, where the error has it already."""
    kind = next((kind for kind in (Gone, Denied, Refused, TooBig) if isinstance(error, kind)), Down)
    return kind(f"{place}: {str(error).removeprefix(f'{place}: ')}")
