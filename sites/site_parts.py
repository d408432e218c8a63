"""The parts that a site is put together from: which files each has, with their digests, and what is in those that are to be made."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from sites import former_pages, urls
from sites.data import former, page_inputs
from sites.data.facts import Connection, Facts, Key, read, rows
from sites.data.former import MovedRow
from sites.data.groups import GroupRows
from sites.data.page_inputs import PageInputs
from sites.data.rows import NewsRow
from sites.digests import LISTS, Digests, digests
from sites.former_pages import FormerPage
from sites.model_processes import ModelProcesses
from sites.output import LastSite
from sites.pages import AS_OF, CRAWL, DATA, HOME, MISSING, MODEL_NAMES
from sites.program import digest_of, digest_of_bytes
from sites.published import data_page, model_files, sitemap
from sites.published.exports import Exports
from sites.site_pages import SitePages
from sites.site_settings import SiteSettings
from sites.time_pages import TimePages
from sites.view_models import as_of, lineage_graphs, list_files, phrase_texts
from sites.view_models.feeds import Feeds
from sites.view_models.model import plots
from sites.view_models.model.plots import Plots

PageFiles = Iterable[tuple[str, bytes]]
ContentFiles = Generator[tuple[str, bytes | Path]]


class SiteContent(NamedTuple):
    """What is in the files that are to be made, in the order in which they are written, and `images`: the paths of the images of each page."""

    before: Iterable[tuple[str, bytes | Path]]
    pages: PageFiles
    images: Mapping[str, tuple[str, ...]]
    plots: Mapping[Key, Plots]
    connection: Connection

    def files(self, new: Collection[str]) -> ContentFiles:
        """Path and content of each file; of images and numbers of plots, of those that are `new`."""
        yield from self.before
        yield from plots.numbers(self.plots, new)
        yield from plots.images(self.connection, new)
        yield from self.pages


@dataclass(frozen=True, kw_only=True)
class SiteParts:
    """The parts of one site. `last`: what the last build left."""

    connection: Connection
    processes: ModelProcesses
    settings: SiteSettings
    exports: Exports
    last: LastSite

    @cached_property
    def wanted(self) -> Digests:
        """The digest of every file."""
        of_rows, models = self._of_rows, [*model_files.paths(self._inputs)]
        return Digests(
            pages=self._pages,
            others={
                **of_rows.others,
                **self.exports.files,
                **{path: self._pages[page] for path, page, _ in models},
                **{path: page.digest for path, page in self._former.items()},
                **{path: digest_of_bytes(content) for path, content in self._own.items()},
                **dict.fromkeys(self._lists, of_rows.of_lists),
                **self._scripts,
            },
            repos={**of_rows.repos, **{path: repo for path, _, repo in models}},
        )

    def content(self, stale: Collection[str]) -> SiteContent:
        """What is in those files that are among these paths; rows are read when it is asked for."""
        lists = GroupRows(self.connection)
        before: list[Iterable[tuple[str, bytes | Path]]] = [
            self.exports.sources(stale),
            ((path, content) for path, content in {**self._static, **self._own}.items() if path in stale),
            phrase_texts.files(self.connection, self._texts, stale),
            list_files.files(self.connection, stale, lists.models),
            lineage_graphs.files(self.connection, self._graphs, stale),
            self._past.script_files(stale),
            former_pages.files(self._former, stale, self.settings.renderer),
            self._data_page(stale),
        ]
        pages: PageFiles = self._past.page_files(stale)
        images = {path: self.last.files[path].images for path in self.wanted.pages.keys() - stale}
        plots_by_model: dict[Key, Plots] = {}
        if from_rows := self._from_rows(stale):
            facts, plots_by_model = self._read(from_rows)
            site = SitePages(
                facts, plots_by_model, self._news, self.settings.renderer(), self.settings.site_url, lists, self._host
            )
            images |= site.images()
            pages = self._in_order(site, chain(self._feeds(stale), pages), from_rows)
        return SiteContent(chain.from_iterable(before), pages, images, plots_by_model, self.connection)

    @cached_property
    def _inputs(self) -> PageInputs:
        return page_inputs.read(self.connection)

    @cached_property
    def _host(self) -> str:
        return urls.shared_host(row.repo for row in self._inputs.repositories)

    @cached_property
    def _static(self) -> Mapping[str, bytes]:
        """The files that pages load."""
        return {**self.settings.static.files, AS_OF: as_of.script(self._inputs.crawls)}

    @cached_property
    def _news(self) -> Feeds:
        return Feeds(self._inputs.repositories, self.settings.title, self.settings.site_url, self._moved)

    @cached_property
    def _moved(self) -> list[MovedRow]:
        return former.moved(self.connection)

    @cached_property
    def _of_rows(self) -> Digests:
        """The digests of pages and feeds, and of the files that the program brings."""
        return digests(self._inputs, self._news.repos(), self._static, self.settings.digested)

    @cached_property
    def _pages(self) -> dict[str, str]:
        """The digest of each page."""
        of_data = digest_of(self._inputs.recipe, self.settings.digested, self.exports.digest)
        return {**self._of_rows.pages, DATA.pattern: of_data, **self._past.pages}

    @cached_property
    def _past(self) -> TimePages:
        return TimePages(
            connection=self.connection,
            renderer=self.settings.renderer,
            news=self._news,
            inputs=self._inputs,
            of_lists=self._of_rows.of_lists,
            of_all=self._of_rows.of_all,
            host=self._host,
            last=self.last.stated,
        )

    @cached_property
    def _scripts(self) -> Mapping[str, str]:
        """The digest of each script of the past."""
        return self._past.scripts()

    @cached_property
    def _former(self) -> Mapping[str, FormerPage]:
        of_all = (self._inputs.recipe, self.settings.digested)
        return former_pages.former_pages(self.connection, self._moved, of_all, self._pages)

    @cached_property
    def _own(self) -> Mapping[str, bytes]:
        """Files that follow from the paths of pages, or from nothing."""
        mapped = self._pages.keys() - {MISSING.pattern, CRAWL.pattern}
        return {model_files.SCHEMA: model_files.schema(), **sitemap.maps(mapped, self.settings.site_url)}

    @cached_property
    def _lists(self) -> list[str]:
        """The scripts of the list of models and of its search."""
        of_lists = self._of_rows.of_lists
        return [*list_files.FILES, *list_files.shard_files(self.connection, of_lists, self.last.stated)]

    @cached_property
    def _graphs(self) -> dict[str, str]:
        return lineage_graphs.paths(self._inputs)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return phrase_texts.paths(self._inputs)

    def _from_rows(self, stale: Collection[str]) -> frozenset[str]:
        """Those of these files that are made from the rows of repositories."""
        apart = {
            *self._lists,
            *self._texts,
            *self._graphs,
            *self._scripts,
            *self._former,
            *self._past.pages,
            DATA.pattern,
        }
        return frozenset(stale).difference(self._static, self._own, self.exports.files, apart)

    def _read(self, stale: Collection[str]) -> tuple[Facts, dict[Key, Plots]]:
        """The facts and plots of those pages that are to be made."""
        chosen = self.wanted.repos_of(stale)
        repos = chosen if len(chosen) < len({*self.wanted.repos.values()}) else None
        with_lists = any(path in stale for path in (MODEL_NAMES, *(page.pattern for page in LISTS)))
        with_lists = with_lists or any(path.startswith("teams/") for path in stale)
        facts = read(self.connection, repos, with_lists=with_lists)
        return facts, plots.read(self.connection, facts, repos, with_numbers=self.settings.has_vega)

    def _feeds(self, stale: Collection[str]) -> PageFiles:
        """Path and bytes of those feeds that are among these paths."""
        paths = self._news.repos().keys() & stale
        if paths:
            own, teams = self._news.own(paths), self._news.teams(paths)
            yield from self._news.files(paths, rows(self.connection, "site_feed_entries", NewsRow, own, teams))

    def _data_page(self, stale: Collection[str]) -> PageFiles:
        """The page of the data, which follows from no row."""
        if DATA.pattern in stale:
            yield DATA.pattern, self.settings.renderer()(DATA, data_page.context(self.exports, self.settings.site_url))

    def _in_order(self, site: SitePages, feeds: PageFiles, stale: frozenset[str]) -> PageFiles:
        """Pages and feeds, so that a page is written before any that links to it; new pages may link to each other."""
        lists = frozenset(page.pattern for page in LISTS)
        new = stale - lists - (stale if self.last.paths is None else self.last.paths)
        yield from self._rendered(site, new)
        yield from self._rendered(site, stale - lists - new)
        yield from feeds
        yield from site.pages(stale & lists - {HOME.pattern})
        yield from site.pages(stale & {HOME.pattern})

    def _rendered(self, site: SitePages, stale: frozenset[str]) -> PageFiles:
        """Path and bytes of those pages, by several processes where they are many; what these do not make, this one makes."""
        remaining = set(stale)
        with closing(self.processes.files(stale, self.wanted.repos, self.settings, self._news)) as files:
            for path, data in files:
                remaining.discard(path)
                yield path, data
        yield from site.pages(remaining)
