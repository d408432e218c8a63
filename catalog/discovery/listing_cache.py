"""What sources listed last, kept between crawls: `store/sources/<source>.json`, written whole or not at all.

The listing can be asked for again; which repository was taken out of it, when and why, cannot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from catalog.config.model import Config, SourceConfig
from catalog.errors import StoreError
from catalog.naming import slug
from catalog.plugins.forge import Ask, Listed, Page, installed
from catalog.store import files

FORMAT = 1  # raised when the file means something else


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A repository that a source listed and the wish took in; `left_at` where it did so no more."""

    name: str
    listed: Listed
    left_at: datetime | None = None
    left_because: str | None = None
    renamed_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An answer that need not be sent again while its ETag holds."""

    etag: str
    page: Page


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What is known of one source. `listed` is its last whole listing, `known` the repositories ever taken from it, by name."""

    digest: str = ""  # of what was asked, and by which reader
    outcome: str = "never"
    message: str | None = None
    asked_at: datetime | None = None
    listed_at: datetime | None = None
    listed: tuple[Listed, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)
    answers: Mapping[str, Kept] = field(default_factory=dict)  # by address


def known(config: Config) -> dict[str, Listing]:
    """What each source of repos.toml listed last, by its name; nobody is asked. StoreError where a file is damaged."""
    return {source.name: _read(_file(config, source.name), _digest(source)) for source in config.sources}


def write(config: Config, source: str, listing: Listing) -> None:
    """Keeps what is known of a source. StoreError where the disk does not take it."""
    file = _file(config, source)
    text = json.dumps({"format": FORMAT, **asdict(listing)}, default=_plain, sort_keys=True)
    with files.writing(file.parent):
        files.write(file, text)


def _file(config: Config, source: str) -> Path:
    return config.output / "store" / "sources" / f"{slug(source)}.json"


def _digest(source: SourceConfig) -> str:
    """Of what a source is asked, and who reads the answers: what was kept under another one means nothing now."""
    words = sorted(source.scope.words.items())
    version = installed()[source.kind].version
    return blake2b(f"{source.kind} {version} {source.scope.api} {words}".encode(), digest_size=10).hexdigest()


def _read(file: Path, digest: str) -> Listing:
    """What is known of a source, or nothing where that was another question."""
    try:
        raw = json.loads(file.read_text("utf-8"))
        if raw.pop("format") != FORMAT or raw["digest"] != digest:
            return Listing(digest=digest)
        return _listing(raw)
    except FileNotFoundError:
        return Listing(digest=digest)
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        message = f"{file} is damaged ({error}); delete it, and the next crawl asks the source anew"
        raise StoreError(message) from error


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot keep {type(value).__name__}")


def _listing(raw: dict[str, Any]) -> Listing:
    return Listing(
        **{
            **_times(raw),
            "listed": tuple(map(_listed, raw["listed"])),
            "known": {name: _known(entry) for name, entry in raw["known"].items()},
            "answers": {url: Kept(etag=kept["etag"], page=_page(kept["page"])) for url, kept in raw["answers"].items()},
        }
    )


def _known(raw: dict[str, Any]) -> Known:
    return Known(**{**_times(raw), "listed": _listed(raw["listed"])})


def _page(raw: dict[str, Any]) -> Page:
    return Page(listed=tuple(map(_listed, raw["listed"])), then=tuple(Ask(**ask) for ask in raw["then"]))


def _listed(raw: dict[str, Any]) -> Listed:
    return Listed(**{**_times(raw), "topics": tuple(raw["topics"])})


def _times(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and value else value for key, value in raw.items()
    }
