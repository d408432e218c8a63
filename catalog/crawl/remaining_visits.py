"""The visits of a crawl that have not ended, and whether only slow ones are left: then what the others brought can be published."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.errors import VisitOutcome
from catalog.schema.tables.inventory import Visit

OnSlow = Callable[[Sequence[str]], None]


class RemainingVisits:
    """The visits that are left, and whether they are all slow."""

    def __init__(self, total: int, slow: OnSlow, only_slow: OnSlow) -> None:
        self._left, self._tell_slow, self._tell_only_slow = total, slow, only_slow
        self._slow: Sequence[str] = ()
        self._has_news = self._told = False

    def set_slow(self, names: Sequence[str]) -> None:
        """The visits that are slow now."""
        self._slow = names
        self._tell_slow(names)
        self._look()

    def count(self, visit: Visit) -> None:
        """A visit ended."""
        self._left -= 1
        self._has_news |= visit.outcome in (VisitOutcome.NEW, VisitOutcome.CHANGED)
        self._look()

    def _look(self) -> None:
        if self._has_news and not self._told and self._left == len(self._slow) > 0:
            self._told = True
            self._tell_only_slow(self._slow)
