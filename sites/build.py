"""Builds the static site from catalog.duckdb alone: the same catalog gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask, hide
from sites import output as site_folder
from sites.data.masking import MaskedConnection
from sites.model_processes import MAX_PROCESSES, ModelProcesses, process_number
from sites.program import program_digest
from sites.published.exports import exports_in
from sites.site_parts import ContentFiles, SiteParts
from sites.site_settings import SiteSettings
from sites.theme import NO_THEME, Theme
from sites.view_models.model import plots

Progress = Callable[[int, int], None]

_ADDRESS = "somebody@acme.example"  # what becomes of it tells what becomes of all


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteReport:
    """What a build of the site made: its pages, and how many of them were rendered; files written, left as they were and removed; and the seconds that it took."""

    pages: int
    rendered: int
    written: int
    unchanged: int
    removed: int
    seconds: float


def build(  # noqa: PLR0913 - each is something that the site's owner chooses
    database: Path,
    folder: Path,
    *,
    title: str,
    site_url: str | None = None,
    mask: Mask = hide,
    check: bool = False,
    data: Path | None = None,
    theme: Theme | None = None,
    progress: Progress = lambda done, total: None,  # noqa: ARG005 - nothing is shown
    processes: int | None = None,
) -> SiteReport:
    """Makes the site of a catalog in `folder`.

    NotFound where there is no catalog, StoreError where the disk or a file is in the way, ConfigError where a template of the theme fails.

    Only pages of which something differs are made: see `sites.digests`. `check`: files that were changed by hand are found even where they have their size
    and time. `mask` says what becomes of e-mail addresses. `site_url` is where the site will be, for what cannot know where it is shown from: the page
    404.html, and feeds. `data` is the folder of the exported files, which become a part of the site; `theme` is the look that the owner chose.
    `progress` is called with how many files were made, and of how many. `processes`: the most that render pages of models, where there are thousands of
    them; one for each processor, and two at most. A `mask` that another process cannot import, such as a lambda, keeps it to one.

    What others lead to is written first: data, assets and images, new pages, changed pages, feeds, lists, and the home page; then what is gone is
    deleted. So a build that is cut short leaves old and new pages side by side, and no link from one to a file that is not there.
    """
    clock = perf_counter()
    exports = exports_in(data)
    settings = SiteSettings.of(title, site_url, theme or NO_THEME, mask(_ADDRESS), has_database=bool(exports.database))
    with closing(catalog_database.connect(database, max_memory=catalog_database.FOR_ALL)) as unmasked:
        last = site_folder.look(folder, program_digest(), thorough=check)
        parts = SiteParts(
            connection=MaskedConnection(unmasked, mask),
            processes=ModelProcesses(
                database=database, mask=mask, most=min(processes or MAX_PROCESSES, process_number())
            ),
            settings=settings,
            exports=exports,
            last=last,
        )
        wanted = parts.wanted
        stale = last.stale(wanted.files)
        stale |= last.lacking(wanted.pages.keys() - stale, plots.NUMBERS)
        content = parts.content(stale)
        shown = {path: path for paths in content.images.values() for path in paths}
        new = last.stale(shown)
        with closing(_counted(content.files(new), len(stale | new), progress)) as files:
            done = site_folder.write_site(last, {**wanted.files, **shown}, files, content.images)
    return SiteReport(
        pages=len(wanted.pages),
        rendered=len(stale & wanted.pages.keys()),
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        seconds=round(perf_counter() - clock, 3),
    )


def _counted(files: ContentFiles, total: int, progress: Progress) -> ContentFiles:
    """The files, which are closed with this iterator, so that processes that make some of them end."""
    with closing(files):
        for number, file in enumerate(files, 1):
            yield file
            progress(number, total)
