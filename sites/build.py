"""Builds the static site from catalog.duckdb alone: the same catalog gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask, hide
from sites import former_pages
from sites import output as site_folder
from sites.data import page_inputs
from sites.data.facts import Connection, Facts, Key, read, rows
from sites.data.groups import GroupRows
from sites.data.masking import MaskedConnection
from sites.data.rows import NewsRow
from sites.digests import LISTS, Digests, digests
from sites.output import LastSite
from sites.pages import AS_OF, CRAWL, DATA, HOME, MISSING, MODEL_NAMES
from sites.program import digest_of, digest_of_bytes, program_digest
from sites.published import data_page, model_files, sitemap
from sites.published.exports import Exports, exports_in
from sites.render import Renderer, assets
from sites.site_pages import SitePages
from sites.static_files import StaticFiles
from sites.theme import NO_THEME, Theme
from sites.time_pages import TimePages
from sites.view_models import as_of, lineage_graphs, list_files
from sites.view_models.feeds import Feeds
from sites.view_models.model import plots
from sites.view_models.model.plots import Plots

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
) -> SiteReport:
    """Makes the site of a catalog in `folder`.

    NotFound where there is no catalog, StoreError where the disk or a file is in the way, ConfigError where a template of the theme fails.

    Only pages of which something differs are made: see `sites.digests`. `check`: files that were changed by hand are found even where they have their size
    and time. `mask` says what becomes of e-mail addresses. `site_url` is where the site will be, for what cannot know where it is shown from: the page
    404.html, and feeds. `data` is the folder of the exported files, which become a part of the site; `theme` is the look that the owner chose.
    `progress` is called with how many files were made, and of how many.

    What others lead to is written first: data, assets and images, new pages, changed pages, feeds, lists, and the home page; then what is gone is
    deleted. So a build that is cut short leaves old and new pages side by side, and no link from one to a file that is not there.
    """
    clock, theme = perf_counter(), theme or NO_THEME
    exports = exports_in(data)
    catalog_url = data_page.address(site_url) if site_url and exports.database else None
    settings = (title, site_url, catalog_url, mask(_ADDRESS), theme.digest)
    with closing(catalog_database.connect(database, max_memory=catalog_database.FOR_ALL)) as unmasked:
        connection = MaskedConnection(unmasked, mask)
        inputs = page_inputs.read(connection)
        loaded = StaticFiles({**assets(), **theme.files}, plain=frozenset(theme.files))
        static = {**loaded.files, AS_OF: as_of.script(inputs.crawls)}
        news = Feeds(inputs.repositories, title, site_url)
        wanted = digests(inputs, news.repos(), static, settings)
        wanted.pages[DATA.pattern] = digest_of(inputs.recipe, settings, exports.digest)
        wanted.others.update(exports.files)
        last = site_folder.look(folder, program_digest(), thorough=check)
        past = TimePages(
            connection=connection,
            renderer=partial(Renderer, title, theme, static=loaded),
            news=news,
            inputs=inputs,
            of_lists=wanted.of_lists,
            of_all=wanted.of_all,
            last=last.stated,
        )
        wanted.pages.update(past.pages)
        for path, page, repo in model_files.paths(inputs):
            wanted.others[path], wanted.repos[path] = wanted.pages[page], repo
        former = former_pages.former_pages(connection, (inputs.recipe, settings), wanted.pages)
        wanted.others.update({path: page.digest for path, page in former.items()})
        own = {
            model_files.SCHEMA: model_files.schema(),
            **sitemap.maps(wanted.pages.keys() - {MISSING.pattern, CRAWL.pattern}, site_url),
        }
        wanted.others.update({path: digest_of_bytes(content) for path, content in own.items()})
        words = list_files.files_by_word(connection, wanted.of_lists, last.stated)
        lists = [*list_files.FILES, *words]
        graphs = lineage_graphs.paths(inputs)
        wanted = wanted.with_lists(lists)
        scripts = past.scripts()
        wanted.others.update(scripts)
        stale = last.stale(wanted.files)
        stale |= last.lacking(wanted.pages.keys() - stale, plots.NUMBERS)
        images = {path: last.files[path].images for path in wanted.pages.keys() - stale}
        lists_read = GroupRows(connection)
        files: list[Iterable[tuple[str, bytes | Path]]] = [
            exports.sources(stale),
            ((path, content) for path, content in {**static, **own}.items() if path in stale),
            list_files.files(connection, stale, lists_read.models),
            lineage_graphs.files(connection, graphs, stale),
            past.script_files(stale),
        ]
        files.append(former_pages.files(former, stale, partial(Renderer, title, theme, catalog_url, loaded)))
        apart = {*lists, *graphs, *scripts, *former, *past.pages, DATA.pattern}
        from_rows = stale.difference(static, own, exports.files, apart)
        pages: Iterable[tuple[str, bytes]] = past.page_files(stale)
        plots_by_model: dict[Key, Plots] = {}
        if from_rows:
            render = Renderer(title, theme, catalog_url, loaded)
            facts, plots_by_model = _read(connection, wanted, from_rows, with_numbers=plots.VEGA in loaded.contents)
            site = SitePages(facts, plots_by_model, news, render, site_url, lists_read)
            images |= site.images()
            pages = _in_order(site, chain(_feeds(connection, news, stale), pages), from_rows, last)
        shown = {path: path for paths in images.values() for path in paths}
        new = last.stale(shown)
        pictures = chain(plots.numbers(plots_by_model, new), plots.images(connection, new))
        files += [pictures, _data_page(exports, stale, site_url, partial(Renderer, title, theme, static=loaded)), pages]
        every = _counted(chain.from_iterable(files), len(stale | new), progress)
        done = site_folder.write_site(last, {**wanted.files, **shown}, every, images)
    return SiteReport(
        pages=len(wanted.pages),
        rendered=len(stale & wanted.pages.keys()),
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        seconds=round(perf_counter() - clock, 3),
    )


def _counted(
    files: Iterable[tuple[str, bytes | Path]], total: int, progress: Progress
) -> Iterator[tuple[str, bytes | Path]]:
    for number, file in enumerate(files, 1):
        yield file
        progress(number, total)


def _in_order(
    site: SitePages, feeds: Iterable[tuple[str, bytes]], stale: Collection[str], last: LastSite
) -> Iterator[tuple[str, bytes]]:
    """Pages and feeds such that each is there before what leads to it, but for new pages that lead to each other: nothing else leads there yet."""
    paths, lists = frozenset(stale), frozenset(page.pattern for page in LISTS)
    new = paths - lists - (paths if last.paths is None else last.paths)
    yield from site.pages(new)
    yield from site.pages(paths - lists - new)
    yield from feeds
    yield from site.pages(paths & lists - {HOME.pattern})
    yield from site.pages(paths & {HOME.pattern})


def _data_page(
    exports: Exports, stale: Collection[str], site_url: str | None, renderer: Callable[[], Renderer]
) -> Iterator[tuple[str, bytes]]:
    """The page of the data, which follows from no row."""
    if DATA.pattern in stale:
        yield DATA.pattern, renderer()(DATA, data_page.context(exports, site_url))


def _read(
    connection: Connection, wanted: Digests, stale: Collection[str], *, with_numbers: bool
) -> tuple[Facts, dict[Key, Plots]]:
    """The facts and plots of those pages that are to be made."""
    chosen = wanted.repos_of(stale)
    repos = chosen if len(chosen) < len({*wanted.repos.values()}) else None
    with_lists = any(path in stale for path in (MODEL_NAMES, *(page.pattern for page in LISTS)))
    with_lists = with_lists or any(path.startswith("teams/") for path in stale)
    facts = read(connection, repos, with_lists=with_lists)
    return facts, plots.read(connection, facts, repos, with_numbers=with_numbers)


def _feeds(connection: Connection, news: Feeds, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those feeds that are among these paths."""
    paths = news.repos().keys() & stale
    if paths:
        entries = rows(connection, "site_feed_entries", NewsRow, news.own(paths), news.organisations(paths))
        yield from news.files(paths, entries)
