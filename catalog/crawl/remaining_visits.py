"""Whether the visits of a crawl that are left wait for slow ones alone: then what the others brought can be published."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.crawl.visit import VisitTask
from catalog.errors import VisitOutcome
from catalog.schema.tables.inventory import Visit

OnSlow = Callable[[Sequence[str]], None]


class RemainingVisits:
    """Tells once that only slow repositories are left, if anything was read."""

    def __init__(self, only_slow_left: OnSlow) -> None:
        self._report = only_slow_left
        self._has_news = self._has_reported = False

    def count(self, visit: Visit) -> None:
        """A visit ended."""
        self._has_news |= visit.outcome in (VisitOutcome.NEW, VisitOutcome.CHANGED)

    def only_slow(self, left: Sequence[VisitTask]) -> None:
        """The scheduler has these left, none of which will end soon."""
        if self._has_news and not self._has_reported:
            self._has_reported = True
            self._report([task.repo.name for task in left])
