"""The list of a folder that DVC stores: which files it may name. A stranger wrote it, and its paths become paths of this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from unicodedata import normalize

from catalog.errors import Refused
from catalog.text import quote

MAX_MANIFEST = 64 << 20  # bytes: some 600,000 files
MAX_VALUES = 3_000_000  # two of a file

_MD5 = re.compile(r"[0-9a-f]{32}")
_DRIVE = re.compile(r"[A-Za-z]:")
LONGEST = 255  # bytes of a name, on the file systems in use
MAX_PATH = 4_096  # bytes, as on Linux
MAX_FOLDERS = 1_000_000  # of one folder, at any depth


def parse_manifest(data: bytes) -> dict[str, str]:
    """The files by their paths, with their hashes. Refused for anything else."""
    if data.count(b",") > MAX_VALUES:  # 3 bytes of a list can take 72 of memory
        raise Refused(f"DVC's list of the folder has more than {MAX_VALUES:,} values")
    try:
        listed = json.loads(data, object_hook=_listed)  # no dict of a file stays: 2 MiB of 10,000 files
    except (ValueError, RecursionError) as error:
        raise Refused("DVC's list of the folder is not JSON") from error
    if not isinstance(listed, list):
        raise Refused("DVC's list of the folder is not a list")
    files: dict[str, str] = {}
    for each in listed:
        if not isinstance(each, tuple):
            raise Refused("DVC's list of the folder has an entry that is not a path with an md5")
        path, digest = each
        check_path(path)
        if path in files:
            raise Refused(f"DVC's list of the folder names {quote(path)!r} twice")
        files[path] = digest
    check_together(files)
    return files


def _listed(entry: dict[str, object]) -> tuple[str, str] | None:
    """The path and the hash of an entry; None for any other object."""
    match entry:
        case {"relpath": str(path), "md5": str(digest)} if _MD5.fullmatch(digest):
            return path, digest
    return None


def check_path(path: str) -> None:
    """Refused for a path that leads out of its folder, or that no file system has."""
    if (size := len(path.encode("utf-8", "surrogatepass"))) > MAX_PATH:
        raise Refused(f"a file of the folder has a path of {size:,} bytes, expected at most {MAX_PATH:,}")
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or _DRIVE.match(path):
        raise Refused(f"a file of the folder has the path {quote(path)!r}, expected one below the folder")
    if any(part in ("", ".", "..") for part in parts):
        raise Refused(f"a file of the folder has the path {quote(path)!r}, expected one without '..' and empty parts")
    if not path.isprintable() and any(ord(char) < ord(" ") or "\ud800" <= char <= "\udfff" for char in path):
        raise Refused(f"a file of the folder has the path {quote(path)!r}, expected no control characters")
    if any(len(part.encode()) > LONGEST for part in parts):
        raise Refused(f"a file of the folder has a name of more than {LONGEST} bytes")


def check_together(paths: Iterable[str]) -> None:
    """Refused where two files would be one on some file systems, or one is a folder of another."""
    files: dict[int, dict[str, str]] = {}  # by the number of the folder that each is in, and its folded name
    folders: dict[tuple[int, str], tuple[int, str]] = {}  # the number of each, and its name
    for path in paths:
        *parents, name = path.split("/")
        folder = 0
        for depth, part in enumerate(parents):
            folder, first = folders.setdefault((folder, _folded(part)), (len(folders) + 1, part))
            if first != part:
                above = parents[:depth]
                raise Refused(
                    f"folders are called {quote('/'.join((*above, first)))!r} and {quote('/'.join((*above, part)))!r}: one on some file systems"
                )
        if len(folders) > MAX_FOLDERS:
            raise Refused(f"the folder has more than {MAX_FOLDERS:,} folders")
        beside, folded = files.setdefault(folder, {}), _folded(name)
        if folded in beside:
            raise Refused(
                f"files of the folder are called {quote(beside[folded])!r} and {quote(path)!r}: one on some file systems"
            )
        beside[folded] = path
    for folder, name in folders:
        if both := files.get(folder, {}).get(name):
            raise Refused(f"{quote(both)!r} is a file of the folder, and a folder in it")


def _folded(path: str) -> str:
    if path.isascii() and path.islower():
        return path
    return normalize("NFC", normalize("NFC", path).casefold())
