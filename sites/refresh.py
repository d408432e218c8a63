"""Brings the pages that tell of the last crawls up to date, where nothing else changed: without database and templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.errors import StoreError
from catalog.store import files
from sites.data.facts import CRAWLS
from sites.data.rows import CrawlRow
from sites.pages import CRAWL, HOME
from sites.view_models import as_of


def refresh(folder: Path, crawls: Sequence[CrawlRow]) -> tuple[str, ...] | None:
    """The pages that were written; None where one is not as a build writes it. StoreError where the disk fails. `crawls`: the last first."""
    paths = [folder / page.pattern for page in (HOME, CRAWL)]
    try:
        before = [path.read_text("utf-8") for path in paths]
    except (OSError, ValueError):
        return None
    shown = crawls[:CRAWLS]
    now = [as_of.updated(page.pattern, text, shown) for page, text in zip((HOME, CRAWL), before, strict=True)]
    if None in now:
        return None
    changed = [
        (path, text) for path, text, old in zip(paths, now, before, strict=True) if text is not None and text != old
    ]
    try:
        for path, text in changed:
            files.write(path, text, durable=False)
    except OSError as error:
        raise StoreError(f"cannot write the site to {folder}: {error}") from error
    return tuple(path.name for path, _ in changed)
