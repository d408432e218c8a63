"""Requests whose answers are damaged are made again: whole, then in halves, so that one object that a server cannot send costs itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from catalog.crawl.fetch_plan import COMMITS_ALONE, WITHOUT_FILES
from catalog.errors import Broken, Unheld
from catalog.git.objects import Objects
from catalog.transport.origin import ObjectSource

Ask = Callable[[Sequence[str]], Objects]

MOST_AGAIN = 100  # requests of a visit, besides those without a fault
_IN_A_ROW = 3  # failures, besides those on the way from all wants to a single one: beyond that the server is the fault


class Salvage:
    """A visit's origin, asked again for what came damaged. `lost` are the objects that did not come, though they were requested alone.

    Where nothing at all came in the visit, the error is that of the first request; but not with `lost_before`, where the last visit lost
    something, too.
    """

    def __init__(self, origin: ObjectSource, *, lost_before: bool = False) -> None:
        self._origin, self._lost_before = origin, lost_before
        self._left = MOST_AGAIN
        self._succeeded = False
        self.lost: set[str] = set()

    def apart(self) -> Salvage:
        """One for requests without which a visit is whole, too: they leave this one all of its own."""
        return Salvage(self._origin)

    @property
    def url(self) -> str:
        return self._origin.url

    @property
    def filtered(self) -> bool:
        return self._origin.filtered

    def turn(self) -> None:
        self._origin.turn()

    def fetch(
        self,
        wants: Sequence[str],
        *,
        filters: str | None = None,
        depth: int | None = None,
        haves: Collection[str] = (),
        most: int | None = None,
    ) -> Objects:
        """As an origin's, but for the wants that are lost: these are absent."""

        def ask(some: Sequence[str], filters: str | None = filters) -> Objects:
            return self._origin.fetch(some, filters=filters, depth=depth, haves=haves, most=most)

        less = partial(ask, filters=COMMITS_ALONE) if filters == WITHOUT_FILES else None
        wanted = [oid for oid in wants if oid not in self.lost]
        try:
            objects = ask(wanted)
        except Unheld as error:
            return self._in_parts(ask, [_without(wanted, error.oid)], [error.oid], error, less)
        except Broken as error:
            return self._in_parts(ask, [wanted], [], error, less)
        self._succeeded = self._succeeded or bool(wanted)
        return objects

    def _in_parts(
        self, ask: Ask, waiting: list[list[str]], lost: list[str], error: Broken | Unheld, less: Ask | None = None
    ) -> Objects:
        """What comes of all wants, asked for part by part; of one that does not come alone, what `less` brings."""
        received: list[Objects] = []
        failures, bound = 0, _IN_A_ROW + len(waiting[0]).bit_length()
        while waiting := [some for some in waiting if some]:
            if not self._left or failures > bound:
                raise error
            some = waiting.pop()
            try:
                received.append(self._again(ask, some))
                failures = 0
            except Unheld as fault:
                lost.append(fault.oid)
                waiting.append(_without(some, fault.oid))
            except Broken:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]] if middle else []
                lost += [] if middle else some
                parts = self._less(less, some) if less and not middle else []
                received += parts
                failures = 0 if parts else failures + 1
        if not (received or self._succeeded or self._lost_before):
            raise error
        self._succeeded = True
        self.lost.update(lost)
        return {oid: raw for objects in received for oid, raw in objects.items()}

    def _again(self, ask: Ask, some: Sequence[str]) -> Objects:
        self._left -= 1
        return ask(some)

    def _less(self, less: Ask, some: Sequence[str]) -> list[Objects]:
        try:
            return [self._again(less, some)]
        except (Broken, Unheld):
            return []


def _without(wants: Sequence[str], oid: str) -> list[str]:
    return [want for want in wants if want != oid]
