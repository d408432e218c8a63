"""The pages of the past, and their scripts of data: the board of stages, and activity. They follow from all that was observed, also of what is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sites.data import activity as activity_rows
from sites.data import stages
from sites.data.activity import ActivityRow
from sites.data.facts import Connection
from sites.data.page_inputs import PageInputs
from sites.data.stages import Board
from sites.manifest import SiteFile
from sites.pages import ACTIVITY, MONTH, STAGES
from sites.program import digest_of
from sites.render import Renderer
from sites.view_models import activity, stage_board
from sites.view_models.feeds import Feeds

MONTHS = 24  # of which the rows are in memory at once
CACHED = 10_000  # rows of months that are cached: pages of these follow their scripts, and a question for few takes as long as for all


@dataclass(frozen=True, kw_only=True)
class TimePages:
    """The pages of one catalog's past. Rows are read where a file is to be made.

    `of_lists`: the digest of pages that follow from all repositories; `of_all`: that of pages which follow from none;
    `host`: with what the names of all repositories begin; `last`: what the last build left.
    """

    connection: Connection
    renderer: Callable[[], Renderer]
    news: Feeds
    inputs: PageInputs
    of_lists: str
    of_all: str
    host: str
    last: Mapping[str, SiteFile]

    @cached_property
    def pages(self) -> Mapping[str, str]:
        """The digest of each page. A month follows from what happened in it. Where the last build had the same board, so it had the same months."""
        digest = digest_of(self.of_lists, self.inputs.observed)
        if (file := self.last.get(ACTIVITY.pattern)) and file.digest == digest:
            months = {path: known.digest for path, known in self.last.items() if path.startswith("activity/")}
        else:
            months = {activity.page(row.month): digest_of(self.of_all, self.host, row) for row in self._counts}
        return {STAGES.pattern: digest, ACTIVITY.pattern: digest, **months}

    @cached_property
    def _months(self) -> list[str]:
        paths = self.pages.keys() - {STAGES.pattern, ACTIVITY.pattern}
        return sorted((path.removeprefix("activity/").removesuffix(".html") for path in paths), reverse=True)

    def scripts(self) -> dict[str, str]:
        """The digest of each script; where the last build had the same board, so it had the same scripts of it."""
        digest = self.pages[STAGES.pattern]
        if (file := self.last.get(stage_board.BOARD)) and file.digest == digest:
            paths = [path for path in self.last if path.startswith(stage_board.FOLDER)]
        else:
            paths = stage_board.paths(stages.past_periods(self.connection))
        of_months = {activity.data(month): self.pages[activity.page(month)] for month in self._months}
        return {**dict.fromkeys(paths, digest), activity.INDEX: digest, **of_months}

    def script_files(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those scripts that are among these paths."""
        if any(path.startswith(stage_board.FOLDER) for path in stale):
            yield from ((path, data) for path, data in stage_board.scripts(self._board, self.host) if path in stale)
        for month, rows in self._rows([month for month in self._months if activity.data(month) in stale]):
            yield activity.data(month), activity.month_script(month, rows)
        if activity.INDEX in stale:
            used = {stage for row in self.inputs.repositories for news in row.news for stage in news["stages"]}
            repos = [row.repo for row in self.inputs.repositories]
            digest = digest_of(self._counts)[:8]
            yield activity.INDEX, activity.index_script(self._counts, sorted(used), repos, self.news, self.host, digest)

    def page_files(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those pages that are among these paths."""
        for month, rows in self._rows([month for month in self._months if activity.page(month) in stale]):
            shown = {
                "title": activity.title(month),
                "host": self.host,
                "lines": activity.lines(rows[: activity.ROWS]),
                "total": len(rows),
                "most": activity.ROWS,
            }
            yield activity.page(month), self._render(MONTH, shown)
        if ACTIVITY.pattern in stale:
            months = [(activity.page(row.month), activity.title(row.month), row.entries) for row in self._counts]
            feeds = [*self.news.of_stages(), *self.news.of_kinds()]
            yield ACTIVITY.pattern, self._render(ACTIVITY, {"months": months, "feeds": feeds})
        if STAGES.pattern in stale:
            yield STAGES.pattern, self._render(STAGES, self._stages())

    def _rows(self, months: Sequence[str]) -> Iterator[tuple[str, list[ActivityRow]]]:
        for first in range(0, len(months), MONTHS):
            some = tuple(months[first : first + MONTHS])
            rows = self._cached.get(some) or activity_rows.of_months(self.connection, some)
            self._cached.clear()
            if sum(map(len, rows.values())) <= CACHED:
                self._cached[some] = rows
            yield from rows.items()

    @cached_property
    def _cached(self) -> dict[tuple[str, ...], dict[str, list[ActivityRow]]]:
        """The rows of the months that were asked for last, where these are few."""
        return {}

    @cached_property
    def _counts(self) -> list[activity_rows.MonthRow]:
        return activity_rows.months(self.connection)

    @cached_property
    def _board(self) -> Board:
        return stages.read(self.connection)

    @cached_property
    def _render(self) -> Renderer:
        return self.renderer()

    def _stages(self) -> dict[str, object]:
        board = self._board
        shown, rest = stage_board.first_lines(board)
        return {
            "teams": shown,
            "has_periods": bool(board.periods),
            "host": self.host,
            "columns": stage_board.columns(board),
            "others": any(line.others for _, lines in shown for line in lines),
            "rest": rest,
        }
