"""Brings the pages that tell of the last crawls up to date, where nothing else changed: without database and templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.errors import StoreError
from sites.data.facts import CRAWLS
from sites.data.rows import CrawlRow
from sites.output import replace_files
from sites.pages import CRAWL, HOME
from sites.view_models import as_of

PAGES = (HOME, CRAWL)


def refresh(folder: Path, crawls: Sequence[CrawlRow]) -> tuple[str, ...] | None:
    """The pages that were written; None where one is not as a build writes it. StoreError where the disk fails. `crawls`: the last first."""
    try:
        before = [(folder / page.pattern).read_text("utf-8") for page in PAGES]
    except (OSError, ValueError):
        return None
    shown = crawls[:CRAWLS]
    now = [as_of.updated(page.pattern, text, shown) for page, text in zip(PAGES, before, strict=True)]
    if None in now:
        return None
    changed = {
        page.pattern: text.encode()
        for page, text, old in zip(PAGES, now, before, strict=True)
        if text is not None and text != old
    }
    if changed:
        try:
            replace_files(folder, changed)
        except ValueError:  # the manifest is damaged, or somebody changed a page: a build makes another
            return None
        except OSError as error:
            raise StoreError(f"cannot write the site to {folder}: {error}") from error
    return tuple(changed)
