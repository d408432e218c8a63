"""The output folder of the site: writes only files that differ, and deletes only files that an earlier build wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from zlib import crc32

from catalog.errors import StoreError
from catalog.store.files import clear, read, remove_remains, write

MANIFEST = ".made.json"

log = logging.getLogger(__name__)


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
        ours = _manifest(folder, wanted)
        _check(folder, wanted - ours)
        _write_manifest(folder, wanted | ours)
        for path in ours | {MANIFEST}:
            remove_remains(folder / path)
        written = unchanged = 0
        for path, data in files:
            if _put(folder / path, data, folder):
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


def _manifest(folder: Path, wanted: frozenset[str]) -> frozenset[str]:
    """The paths of the last build; none where there is no manifest. A damaged one says that the folder is ours: what is wanted is replaced."""
    file = folder / MANIFEST
    try:
        paths = _paths(json.loads(read(file).decode("utf-8")))
    except FileNotFoundError:
        if not file.is_symlink():
            return frozenset()
        log.warning(
            "%s is a link that leads nowhere: pages of earlier builds that are not built any more may stay", file
        )
        return wanted
    except (OSError, ValueError):
        log.warning("%s is damaged: pages of earlier builds that are not built any more may stay", file)
        return wanted
    return frozenset(path for path in paths if _inside(path))


def _paths(stated: Any) -> list[str]:  # noqa: ANN401 - whatever JSON can say
    """The paths of a manifest; ValueError where it is not as a build writes it. Earlier versions wrote no checksum."""
    paths = stated.get("files") if isinstance(stated, dict) else stated
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ValueError("it lists no files")
    if isinstance(stated, dict) and stated.get("crc32") != _checksum(paths):
        raise ValueError("its checksum does not fit")
    return paths


def _checksum(paths: Iterable[str]) -> int:
    return crc32("\n".join(paths).encode("utf-8", "surrogatepass"))


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
    ordered = sorted(paths)
    _put(
        folder / MANIFEST,
        (json.dumps({"crc32": _checksum(ordered), "files": ordered}, indent=0) + "\n").encode(),
        folder,
        durable=True,
    )


def _put(file: Path, data: bytes, folder: Path, *, durable: bool = False) -> bool:
    """Writes a file in one step, unless it holds these bytes already.

    A page that a power cut took differs at the next build, and is written again: so pages need not be `durable`, which would take three
    times as long (1,902 files of the demo of 200 repositories: 8.1 s instead of 2.7 s).
    """
    with suppress(OSError):  # there is none, or something else in its place
        if read(file) == data:
            return False
    clear(file, published=folder)
    write(file, data, durable=durable)
    return True


def _remove(folder: Path, path: str) -> bool:
    file = folder / path
    try:
        file.unlink()
    except (FileNotFoundError, IsADirectoryError):
        return False
    for parent in file.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
    return True
