"""The pages of the past, and their scripts of data: the board of stages. They follow from all that was observed, also of what is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from sites.data import stages
from sites.data.facts import Connection
from sites.data.page_inputs import PageInputs
from sites.data.stages import Board
from sites.manifest import SiteFile
from sites.pages import STAGES
from sites.program import digest_of
from sites.render import Renderer
from sites.view_models import stage_board


class TimePages:
    """The pages of one catalog's past. Rows are read where a file is to be made."""

    def __init__(self, connection: Connection, renderer: Callable[[], Renderer]) -> None:
        self._connection, self._renderer = connection, renderer
        self.paths: frozenset[str] = frozenset()

    def pages(self, inputs: PageInputs, of_lists: str) -> dict[str, str]:
        """The digest of each page. `of_lists`: that of pages that follow from all repositories."""
        digests = {STAGES.pattern: digest_of(of_lists, inputs.memory)}
        self.paths = frozenset(digests)
        return digests

    def scripts(self, digest: str, last: Mapping[str, SiteFile]) -> dict[str, str]:
        """The digest of each script of the board; where the `last` build had the same one, so it had the same scripts."""
        if (file := last.get(stage_board.BOARD)) and file.digest == digest:
            paths = [path for path in last if path.startswith(stage_board.FOLDER)]
        else:
            paths = stage_board.paths(stages.past_periods(self._connection))
        return dict.fromkeys(paths, digest)

    def script_files(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those scripts that are among these paths."""
        if any(path.startswith(stage_board.FOLDER) for path in stale):
            yield from ((path, data) for path, data in stage_board.scripts(self._board) if path in stale)

    def page_files(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those pages that are among these paths."""
        if STAGES.pattern in stale:
            yield STAGES.pattern, self._render(STAGES, self._stages())

    @cached_property
    def _board(self) -> Board:
        return stages.read(self._connection)

    @cached_property
    def _render(self) -> Renderer:
        return self._renderer()

    def _stages(self) -> dict[str, object]:
        board = self._board
        shown, rest = stage_board.first_lines(board)
        return {
            "teams": shown,
            "columns": stage_board.columns(board),
            "others": any(line.others for _, lines in shown for line in lines),
            "rest": rest,
        }
