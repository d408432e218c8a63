"""The cache of what sources listed last: `store/sources/<source>.json`, written whole or not at all.

The listing can be asked for again; which repository was taken out of it, when and why, cannot.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from catalog.config.model import Config, SourceConfig
from catalog.discovery.withholding import withhold_listed
from catalog.naming import slug
from catalog.plugins.forge import Listed, ListPage, installed
from catalog.privacy.settings import Privacy
from catalog.store import checked_file, files

log = logging.getLogger(__name__)

LISTED = "listed"  # the outcome of a whole listing; its message says what had to be left out of it
FORMAT = 1  # raised when the file means something else


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedRepo:
    """A repository that a source listed and the rules included; `left_at` since they do no more."""

    name: str
    listed: Listed
    left_at: datetime | None = None
    left_because: str | None = None
    renamed_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CachedPage:
    """An answer that need not be sent again while its ETag holds."""

    etag: str
    page: ListPage


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What is known of one source. `listed` is its last whole listing, `known` the repositories ever taken from it, by name."""

    digest: str = ""  # of the request, and of the version of its reader
    outcome: str = "never"
    message: str | None = None
    asked_at: datetime | None = None
    listed_at: datetime | None = None
    listed: tuple[Listed, ...] = ()
    known: Mapping[str, ListedRepo] = field(default_factory=dict)
    answers: Mapping[str, CachedPage] = field(default_factory=dict)  # by address

    @property
    def failure(self) -> str | None:
        """Why the last request for a listing came to nothing."""
        return None if self.outcome == LISTED else self.message


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """What a file means, and of which question it is the answer."""

    format: int
    digest: str


def read_states(config: Config) -> dict[str, SourceState]:
    """The last listing of each source of repos.toml, by its name, without what is withheld now; no source is contacted.

    Where a file is damaged, it is the listing before, or else none: the next crawl asks the source anew.
    """
    return {
        source.name: withhold_listed(_read(_file(config, source.name), _digest(source)), config.privacy)
        for source in config.sources
    }


def write_state(config: Config, source: str, state: SourceState) -> None:
    """Keeps what is known of a source. StoreError where the disk does not take it."""
    file = _file(config, source)
    with files.writing(file.parent):
        files.make_folder(file.parent)
        _keep(file, config.privacy)
        _write(file, withhold_listed(state, config.privacy))


def _write(file: Path, state: SourceState) -> None:
    cells = {field.name: getattr(state, field.name) for field in fields(state)}
    checked_file.write(file, {"format": FORMAT, **cells}, sort_keys=True)


def _keep(file: Path, privacy: Privacy) -> None:
    """Keeps the listing under another name while it is replaced, without what is withheld now; not where it is damaged, or the disk knows no links."""
    if not checked_file.is_intact(file):
        return
    with suppress(ValueError):  # another version's
        state = checked_file.read(file, SourceState)
        if (withheld := withhold_listed(state, privacy)) is not state:
            _write(file, withheld)
    new = files.temporary(_before(file))
    with suppress(OSError):
        new.unlink(missing_ok=True)
        os.link(file, new)
        new.replace(_before(file))


def _before(file: Path) -> Path:
    return file.with_name(f"{file.name}.before")


def _file(config: Config, source: str) -> Path:
    return config.output / "store" / "sources" / f"{slug(source)}.json"


def _digest(source: SourceConfig) -> str:
    """The digest of a source's requests and of the forge module that reads their answers; a cache under another digest is not used."""
    words = sorted(source.scope.words.items())
    version = installed()[source.kind].version
    return blake2b(f"{source.kind} {version} {source.scope.api} {words}".encode(), digest_size=10).hexdigest()


def _read(file: Path, digest: str) -> SourceState:
    """What is known of a source, or nothing where that was another question."""
    try:
        return _parsed(file, digest)
    except FileNotFoundError:
        return SourceState(digest=digest)
    except ValueError as error:
        state = _parsed_before(file, digest)
        used = (
            "what the source listed before is used" if state.listed_at else "nothing is known of what the source listed"
        )
        log.warning("%s %s: %s until the next crawl asks it again", file, error, used)
        return state


def _parsed_before(file: Path, digest: str) -> SourceState:
    try:
        return _parsed(_before(file), digest)
    except (FileNotFoundError, ValueError):
        return SourceState(digest=digest)


def _parsed(file: Path, digest: str) -> SourceState:
    head = checked_file.read(file, _Head)
    return (
        checked_file.read(file, SourceState)
        if (head.format, head.digest) == (FORMAT, digest)
        else SourceState(digest=digest)
    )
