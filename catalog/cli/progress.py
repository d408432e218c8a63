"""Progress of a crawl: a bar on a terminal, otherwise one line for each outcome; of hashing; and numbers with units."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Self

from catalog.cli.output import say
from catalog.errors import READ, VisitOutcome
from catalog.text import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from catalog.schema.tables.inventory import Visit

_UNIT = 1024


class Progress:
    """Called with each finished visit. On a terminal only what is not fresh leaves a line, below which a bar shows the rest."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._failed = 0
        self.done = 0

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich import progress  # only where there is a terminal
            from rich.console import Console  # only a terminal needs it

            self._bar = progress.Progress(
                progress.TextColumn("reading"),
                progress.BarColumn(bar_width=None),
                progress.MofNCompleteColumn(),
                progress.TextColumn("{task.fields[failed]}"),
                progress.TextColumn("{task.fields[rate]}"),
                progress.TimeRemainingColumn(),
                progress.TextColumn("{task.fields[slow]}", markup=False),
                console=Console(stderr=True),
                transient=True,
                auto_refresh=False,
            )
            self._bar.start()
            self._bar.add_task("crawl", total=None, failed="", rate="", slow="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, visit: Visit, done: int, total: int) -> None:
        self.done = done
        if self._bar is None:
            say(line(visit))
            return
        self._animate(self._bar)
        self._failed += visit.outcome not in READ
        failed = f"{self._failed} failed" if self._failed else ""
        seconds = self._bar.tasks[0].elapsed or 0
        rate = f"{done / seconds:.0f}/s" if seconds >= 1 else ""
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, failed=failed, rate=rate)
        if visit.outcome != VisitOutcome.FRESH:
            self._bar.console.print(visible(line(visit)), markup=False, highlight=False, soft_wrap=True)

    def _animate(self, bar: Bar) -> None:
        """Begins the bar's thread, which before the first visit would be in the way of forks (docs/decisions/13)."""
        if not bar.live.auto_refresh:
            bar.stop()
            bar.live.auto_refresh = True
            bar.start()

    def tell(self, sentence: str) -> None:
        """Shows a wait or a failure of a source."""
        if self._bar is None:
            say(sentence)
        else:
            self._bar.console.print(visible(sentence), markup=False, highlight=False, soft_wrap=True)

    def slow(self, names: Sequence[str]) -> None:
        """The slow repositories, at the bar's end."""
        if self._bar is not None:
            self._animate(self._bar)
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            self._bar.update(self._bar.task_ids[0], slow=f"waiting for {visible(names[0])}{more}" if names else "")


class HashProgress:
    """Called with the bytes that were read. On a terminal, what takes over a second shows how many there were."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._read, self._shown_from = 0, monotonic() + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, count: int) -> None:
        self._read += count
        if self._bar is None:
            if monotonic() < self._shown_from or not sys.stderr.isatty():
                return
            from rich import progress  # as above
            from rich.console import Console

            columns = progress.SpinnerColumn(), progress.TextColumn("hashing: {task.fields[read]}")
            self._bar = progress.Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("hash", total=None, read="")
        self._bar.update(self._bar.task_ids[0], read=size(self._read))


class SiteProgress:
    """Called with how many files of the site were made, and of how many. On a terminal, what takes over a second shows a bar."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._shown_from = monotonic() + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            if monotonic() < self._shown_from or not sys.stderr.isatty():
                return
            from rich import progress  # as above
            from rich.console import Console

            columns = (
                progress.TextColumn("building the site"),
                progress.BarColumn(bar_width=None),
                progress.MofNCompleteColumn(),
                progress.TimeRemainingColumn(),
            )
            self._bar = progress.Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("site", total=total)
        self._bar.update(self._bar.task_ids[0], completed=done)


def line(visit: Visit) -> str:
    """One visit in one line: outcome, repository, and why or what went wrong."""
    why = visit.message or (visit.why or "").replace("_", " ")
    why = "" if why == visit.outcome else why
    return f"{visit.outcome:8} {visit.repo}" + (f": {why}" if why else "")


def size(count: int) -> str:
    """Bytes as a person reads them."""
    number = float(count)
    for unit in ("bytes", "KiB", "MiB"):
        if number < _UNIT:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= _UNIT
    return f"{number:.1f} GiB"
