"""How a crawl is going: a bar on a terminal, one line for each outcome otherwise. And small words for numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from catalog.cli.output import say
from catalog.cli.text import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from catalog.tables import Visit

_UNIT = 1024


class Progress:
    """Called with each finished visit. On a terminal only what is not fresh leaves a line."""

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
            from rich.progress import Progress as Bar  # noqa: PLC0415 - only where there is a terminal

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("crawl", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, visit: Visit, done: int, total: int) -> None:
        if self._bar is None:
            say(line(visit))
            return
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, description="reading")
        if visit.outcome != "fresh":
            self._bar.console.print(visible(line(visit)), markup=False, highlight=False, soft_wrap=True)


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


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 version`, `2 versions`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
