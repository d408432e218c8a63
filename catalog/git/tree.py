"""What lies in a folder of Git, and below it."""

from __future__ import annotations

from stat import S_ISDIR, S_ISLNK, S_ISREG, S_IXUSR
from typing import NamedTuple

from catalog.errors import MetafileError

MAX_FAULTS = 100  # folders of one revision that cannot be read, and are reported

_DAMAGED = ("missing-object", "malformed-tree", "not-a-tree")  # the rules of folders that cannot be read


class TreeEntry(NamedTuple):
    """What Git has at a path: `kind` is file, folder, link or submodule."""

    kind: str
    oid: str
    executable: bool = False


class Below(NamedTuple):
    """What lies below a folder: wanted files, how many folders, itself among them, and the folders that cannot be read."""

    files: tuple[tuple[str, str], ...]
    folders: int
    faults: tuple[MetafileError, ...] = ()


def without_files(path: str, error: MetafileError) -> Below:
    """A folder that is missing or damaged: it costs itself. Any other error is of all folders, and raised."""
    if error.rule not in _DAMAGED:
        raise error
    return Below((), 1, (MetafileError(error.message, place=path, rule=error.rule),))


def entry_of(mode: int, oid: str) -> TreeEntry:
    """An entry from what Git states of it."""
    if S_ISDIR(mode):
        return TreeEntry("folder", oid)
    if S_ISREG(mode):
        return TreeEntry("file", oid, bool(mode & S_IXUSR))
    return TreeEntry("link" if S_ISLNK(mode) else "submodule", oid)
