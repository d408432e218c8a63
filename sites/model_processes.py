"""Renders the pages of models in several processes, where there are enough of them to gain time."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask
from catalog.processors import can_start_python, processor_count
from sites.data.facts import read
from sites.data.groups import GroupRows
from sites.data.masking import MaskedConnection
from sites.processes import run_in_processes
from sites.site_pages import SitePages
from sites.site_settings import SiteSettings
from sites.view_models.feeds import Feeds
from sites.view_models.model import plots

MIN_FILES = 1_500  # for a process: to start it and to read its rows takes as long as some 300
MAX_PROCESSES = 2  # each takes 300 MiB of memory, and the process that builds cannot write more than two render
REPOS = 100  # whose rows a process has in memory at a time


def process_number() -> int:
    """One process for each processor that this one may use, two at most; none in a program that Python is but a part of, and that `-c` means nothing to."""
    return min(MAX_PROCESSES, processor_count()) if can_start_python() else 0


class RenderTask(NamedTuple):
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
    ) -> Generator[tuple[str, bytes]]:
        """Path and bytes of files that are among these paths; nothing where they are few. `repos`: the repository of each path."""
        tasks = [
            RenderTask(
                self.database, self.mask, settings, news, frozenset(repos[path] for path in paths), frozenset(paths)
            )
            for paths in self._divided(stale, repos)
        ]
        yield from run_in_processes(render, tasks)

    def _divided(self, stale: Collection[str], repos: Mapping[str, str]) -> list[list[str]]:
        """The paths for each process: those of one repository are in one share, or in shares that follow each other, and those of one model in one."""
        models: dict[tuple[str, str], list[str]] = {}
        for path in sorted(stale):
            if path in repos and (artifact := _artifact(path)):
                models.setdefault((repos[path], artifact), []).append(path)
        number = min(self.most, sum(map(len, models.values())) // MIN_FILES)
        if number <= 1:  # the one is this process
            return []
        ordered = sorted(models)
        bounds = [len(ordered) * place // number for place in range(number + 1)]
        return [[path for model in ordered[first:last] for path in models[model]] for first, last in pairwise(bounds)]


def _artifact(path: str) -> str:
    """The artifact, as paths name it, that a file is of; empty for other files."""
    match path.split("/"):
        case ["models", _, file]:
            return file.rpartition(".")[0]
        case ["badges", _, artifact, _]:
            return artifact
        case _:
            return ""


def render(task: RenderTask) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the files of a task, by a connection of its own."""
    with closing(catalog_database.connect(task.database, max_memory=catalog_database.FOR_PART, threads=1)) as unmasked:
        connection = MaskedConnection(unmasked, task.mask)
        facts = read(connection, task.repos, with_lists=False, at_once=REPOS)
        plots_by_model = plots.read(connection, facts, task.repos, with_numbers=task.settings.has_vega)
        lists = GroupRows(connection)
        pages = SitePages(facts, plots_by_model, task.news, task.settings.renderer(), task.settings.site_url, lists)
        yield from pages.models(task.paths)
