"""What the last build made, and from what: `.catalog.built.json` beside the database. It is written last, and can be deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catalog.store import checked_file, files

FILE = ".catalog.built.json"
FORMAT = 1  # raised when the file means something else
_NAMED = 3  # files that a sentence names


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildCounts:
    """How much is in the catalog; see `BuildReport`."""

    repos: int
    artifacts: int
    unregistered: int
    deprecated: int
    versions: int
    deregistered: int
    not_registered: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteRecord:
    """The digest of what pages follow from, and that of all files of the site."""

    inputs: str
    files: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildRecord:
    """The digests of what a build was made from (see `build_inputs`), and the stamps of what it made.

    `due`: a crawl that begins then, or later, makes news of an event. `checksum`, `manifest`: digests of the database, and of the manifest
    of the exports; empty where they are not known. `damage`: what was said of damaged files of crawls.
    """

    format: int = FORMAT
    inputs: str
    times: str
    due: datetime | None
    counts: BuildCounts
    database: str | None
    checksum: str = ""
    exports: Mapping[str, str]
    manifest: str = ""
    damage: tuple[str, ...] = ()
    site: SiteRecord | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    format: int


def read(output: Path, tell: Callable[[str], None] = lambda _: None) -> BuildRecord | None:
    """The record of the last build; None where there is none, or none that can be used: `tell` gets a sentence."""
    file = output / FILE
    try:
        if checked_file.read(file, _Head).format == FORMAT:
            return checked_file.read(file, BuildRecord)
        tell(f"{file} is of another version: catalog and site are checked in full")
    except FileNotFoundError:
        pass
    except ValueError as error:
        tell(f"{file} {error}: catalog and site are checked in full")
    return None


def write(output: Path, record: BuildRecord) -> None:
    """Writes the record. StoreError where the disk fails."""
    with files.writing(output):
        checked_file.write(output / FILE, record)


def not_as_built(folder: Path, names: Iterable[str], what: str = "not as it was built") -> str:
    """A sentence that names the first of these files; empty where there are none."""
    every = sorted(names)
    if not every:
        return ""
    more = f" and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return f"{folder}: {what}: {', '.join(every[:_NAMED])}{more}"
