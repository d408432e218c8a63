"""Builds the static site from catalog.duckdb alone: the same catalog gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import perf_counter

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask, hide
from sites import output as site_folder
from sites.data import page_inputs
from sites.data.facts import Connection, Facts, Key, read, rows
from sites.data.masking import MaskedConnection
from sites.data.rows import EventRow
from sites.digests import LISTS, Digests, digests
from sites.pages import AS_OF, MODEL_NAMES, MODELS
from sites.program import program_digest
from sites.render import assets
from sites.site_pages import SitePages
from sites.view_models import as_of, list_files, plots
from sites.view_models.feeds import NEWEST, Feeds
from sites.view_models.plots import Plots

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


def build(
    database: Path, folder: Path, *, title: str, site_url: str | None = None, mask: Mask = hide, check: bool = False
) -> SiteReport:
    """Makes the site of a catalog in `folder`; NotFound where there is no catalog, StoreError where the disk or a file is in the way.

    Only pages of which something differs are made: see `sites.digests`. `check`: files that were changed by hand are found even where they have their size
    and time. `mask` says what becomes of e-mail addresses. `site_url` is where the site will be, for what cannot know where it is shown from: the page
    404.html, and feeds.
    """
    clock = perf_counter()
    with closing(catalog_database.connect(database, max_memory=catalog_database.FOR_ALL)) as unmasked:
        connection = MaskedConnection(unmasked, mask)
        inputs = page_inputs.read(connection)
        static = {**assets(), AS_OF: as_of.script(inputs.crawls)}
        news = Feeds(inputs.repositories, title, site_url)
        wanted = digests(inputs, news.repos(), static, (title, site_url, mask(_ADDRESS)))
        last = site_folder.look(folder, program_digest(), thorough=check)
        words = list_files.word_files(connection, wanted.pages[MODELS.pattern], last.stated)
        wanted = wanted.with_lists([*list_files.FILES, *words])
        stale = last.stale(wanted.files)
        images = {path: last.files[path].images for path in wanted.pages.keys() - stale}
        files = [(path, data) for path, data in static.items() if path in stale]
        rendered: Iterable[tuple[str, bytes]] = ()
        if stale - static.keys():
            facts, plots_by_model = _read(connection, wanted, stale)
            site = SitePages(facts, plots_by_model, news, title, site_url)
            images |= site.images()
            lists = list_files.files(connection, stale)
            rendered = chain(lists, site.pages(stale), _feeds(connection, facts, news, stale))
        shown = {path: path for paths in images.values() for path in paths}
        lacking = plots.images(connection, last.stale(shown))
        done = site_folder.write_site(last, {**wanted.files, **shown}, chain(files, rendered, lacking), images)
    return SiteReport(
        pages=len(wanted.pages),
        rendered=len(stale & wanted.pages.keys()),
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        seconds=round(perf_counter() - clock, 3),
    )


def _read(connection: Connection, wanted: Digests, stale: Collection[str]) -> tuple[Facts, dict[Key, Plots]]:
    """The facts and plots of those pages that are to be made."""
    chosen = wanted.repos_of(stale)
    repos = chosen if len(chosen) < len({*wanted.repos.values()}) else None
    with_lists = any(path in stale for path in (MODEL_NAMES, *(page.pattern for page in LISTS)))
    with_lists = with_lists or any(path.startswith("teams/") for path in stale)
    facts = read(connection, repos, with_lists=with_lists)
    return facts, plots.read(connection, facts, repos)


def _feeds(connection: Connection, facts: Facts, news: Feeds, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those feeds that are among these paths."""
    paths = news.repos().keys() & stale
    if paths:
        own = chain.from_iterable(facts.events.values())
        yield from news.files(paths, own, rows(connection, "site_news", EventRow, NEWEST, news.folders(paths)))
