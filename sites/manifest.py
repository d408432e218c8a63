"""The manifest of a site: the files that builds wrote, each as it was left. Beside it lies, while files are written, the list of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from catalog.store import checked_file, files

MANIFEST = ".made.json"
PENDING = ".making.json"


class SiteFile(NamedTuple):
    """A file as a build left it.

    `digest`: of what it was made from; empty while it is to be made. `modified_at`: the time of the file, in nanoseconds since 1970. `images`: the paths of the
    images that it shows.
    """

    digest: str = ""
    size: int = -1
    modified_at: int = -1
    checksum: int = -1
    images: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteManifest:
    """The files of a site by their paths, and the program that made them."""

    program: str
    files: Mapping[str, SiteFile]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pending:
    """The files that a build is about to make or to remove."""

    program: str
    paths: tuple[str, ...]


def read(folder: Path) -> SiteManifest:
    """What builds left in a folder, without the digests of what one that did not end was to make. FileNotFoundError where there was none, ValueError for damage."""
    pending = None
    with suppress(FileNotFoundError):
        pending = checked_file.read(folder / PENDING, _Pending)
    try:
        last = checked_file.read(folder / MANIFEST, SiteManifest)
    except FileNotFoundError:
        if pending is None:
            raise
        last = SiteManifest(program=pending.program, files={})
    every = {**last.files, **dict.fromkeys(pending.paths if pending else (), SiteFile())}
    return SiteManifest(program=last.program, files={path: file for path, file in every.items() if _inside(path)})


def begin(folder: Path, program: str, paths: Iterable[str]) -> None:
    """Notes, durably, which files are about to be made or removed."""
    _write(folder, PENDING, _Pending(program=program, paths=tuple(sorted(paths))))


def finish(folder: Path, manifest: SiteManifest) -> None:
    """Writes the manifest, durably, of files that are all made."""
    _write(folder, MANIFEST, SiteManifest(program=manifest.program, files=dict(sorted(manifest.files.items()))))
    (folder / PENDING).unlink(missing_ok=True)


def _write(folder: Path, name: str, record: object) -> None:
    files.clear(folder / name, published=folder)
    checked_file.write(folder / name, record)


def _inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/")
