"""The output folder of the site: writes only files that differ, and deletes only files that an earlier build wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from catalog.errors import StoreError
from catalog.store.files import write

MANIFEST = ".made.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputCounts:
    """How many files a visit to the folder wrote, left as they were, and deleted."""

    written: int
    unchanged: int
    removed: int


def write_site(folder: Path, files: Iterable[tuple[str, bytes]], paths: Iterable[str]) -> OutputCounts:
    """Makes the folder hold `files`, whose paths are `paths`. StoreError where that would replace other files.

    The manifest names the files of a build. It is written before anything else, so that a crash leaves no file that it does not name.
    """
    wanted = frozenset(paths)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ours = _manifest(folder)
        _check(folder, wanted - ours)
        _write_manifest(folder, wanted | ours)
        written = unchanged = 0
        for path, data in files:
            if _put(folder / path, data):
                written += 1
            else:
                unchanged += 1
        gone = sorted(ours - wanted)
        removed = sum(_remove(folder, path) for path in gone)
        if gone:
            _write_manifest(folder, wanted)
    except OSError as error:
        raise StoreError(f"cannot write the site to {folder}: {error}") from error
    return OutputCounts(written=written, unchanged=unchanged, removed=removed)


def _manifest(folder: Path) -> frozenset[str]:
    """The paths of the last build; none where the manifest is missing, or not one that a build writes."""
    try:
        paths = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return frozenset()
    if not isinstance(paths, list):
        return frozenset()
    return frozenset(path for path in paths if isinstance(path, str) and _inside(path))


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts


def _check(folder: Path, new: frozenset[str]) -> None:
    for path in sorted(new):
        if (folder / path).exists():
            raise StoreError(
                f"{folder / path} exists and was not created by catalog; move it, or choose another output folder"
            )


def _write_manifest(folder: Path, paths: frozenset[str]) -> None:
    _put(folder / MANIFEST, (json.dumps(sorted(paths), indent=0) + "\n").encode(), durable=True)


def _put(file: Path, data: bytes, *, durable: bool = False) -> bool:
    """Writes a file in one step, unless it holds these bytes already.

    A page that a power cut took differs at the next build, and is written again: so pages need not be `durable`, which would take three
    times as long (1,902 files of the demo of 200 repositories: 8.1 s instead of 2.7 s).
    """
    with suppress(FileNotFoundError):
        if file.read_bytes() == data:
            return False
    write(file, data, durable=durable)
    return True


def _remove(folder: Path, path: str) -> bool:
    file = folder / path
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    for parent in file.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
    return True
