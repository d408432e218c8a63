"""Files that a connector names when it has seen others: in Git, in DVC's storage, or in Git LFS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """A file in DVC's storage that a connector reads: its URL, and its hash."""

    url: str
    md5: str  # 32 hexadecimal digits, with `.dir` for the list of a folder
    size: int | None = None  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class PointerFile:
    """A file of which a connector reads what Git has, also where that is a pointer of Git LFS: the content is not fetched."""

    path: str


NamedFile = str | StoredFile | PointerFile  # a path from the Git root, or one of these
