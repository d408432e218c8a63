"""Brings the date of the last crawl up to date, where nothing else changed: without database and templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.errors import StoreError
from sites.data.facts import CRAWLS
from sites.data.rows import CrawlRow
from sites.output import replace_files
from sites.pages import AS_OF, STATUS
from sites.view_models import as_of


def refresh(folder: Path, crawls: Sequence[CrawlRow]) -> tuple[str, ...] | None:
    """The files that were written; None where one is not as a build writes it. StoreError where the disk fails. `crawls`: the last first."""
    shown = crawls[:CRAWLS]
    try:
        before = {path: (folder / path).read_bytes() for path in (AS_OF, STATUS.pattern)}
        page = as_of.updated(before[STATUS.pattern].decode(), shown)
    except (OSError, ValueError):
        return None
    if page is None:
        return None
    now = {AS_OF: as_of.script(shown), STATUS.pattern: page.encode()}
    changed = {path: data for path, data in now.items() if data != before[path]}
    if changed:
        try:
            replace_files(folder, changed)
        except ValueError:  # the manifest is damaged, or somebody changed a file: a build makes another
            return None
        except OSError as error:
            raise StoreError(f"cannot write the site to {folder}: {error}") from error
    return tuple(changed)
