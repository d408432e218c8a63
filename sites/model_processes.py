"""Renders the pages of models in processes of their own, where there are so many of them that it takes less time."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask
from sites.data.facts import read
from sites.data.groups import GroupRows
from sites.data.masking import MaskedConnection
from sites.processes import arriving
from sites.site_pages import SitePages
from sites.site_settings import SiteSettings
from sites.view_models.feeds import Feeds
from sites.view_models.model import plots

EACH = 1_500  # files for a process at least: to start it and to read its rows takes as long as some 300
MOST = 4  # processes, unless repos.toml states a number: each takes 300 MiB of memory

_FOLDERS = ("badges/", "models/")  # of pages of models, and of the files beside them


def usual_number() -> int:
    """One process for each processor that this one may use, and none in a program that Python is but a part of."""
    if not sys.executable or getattr(sys, "frozen", False):
        return 0
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, processors)


class PageShare(NamedTuple):
    """The files that one process makes, and what it makes them from."""

    database: Path
    mask: Mask
    settings: SiteSettings
    news: Feeds
    repos: frozenset[str]
    paths: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ModelProcesses:
    """Processes that render the pages of models and the files beside them. `most`: as many at once."""

    database: Path
    mask: Mask
    most: int

    def files(
        self, stale: Collection[str], repos: Mapping[str, str], settings: SiteSettings, news: Feeds
    ) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of files that are among these paths; nothing where they are few. `repos`: the repository of each path."""
        shares = [
            PageShare(
                self.database, self.mask, settings, news, frozenset(repos[path] for path in paths), frozenset(paths)
            )
            for paths in self._divided(stale, repos)
        ]
        yield from arriving(share_files, shares)

    def _divided(self, stale: Collection[str], repos: Mapping[str, str]) -> list[Sequence[str]]:
        """The paths for each process; those of a repository stay together where one process has them all."""
        own = (path for path in stale if path.startswith(_FOLDERS) and path in repos)
        paths = sorted(own, key=lambda path: (repos[path], path))
        number = min(self.most, len(paths) // EACH)
        if number < 2:  # noqa: PLR2004 - one process is this one
            return []
        return [paths[len(paths) * each // number : len(paths) * (each + 1) // number] for each in range(number)]


def share_files(share: PageShare) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the files of a share, by a connection of its own."""
    with closing(catalog_database.connect(share.database, max_memory=catalog_database.FOR_ALL)) as unmasked:
        connection = MaskedConnection(unmasked, share.mask)
        facts = read(connection, share.repos, with_lists=False)
        plots_by_model = plots.read(connection, facts, share.repos, with_numbers=share.settings.zooms_plots)
        lists = GroupRows(connection)
        pages = SitePages(facts, plots_by_model, share.news, share.settings.renderer(), share.settings.site_url, lists)
        yield from pages.models(share.paths)
