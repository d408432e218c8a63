"""When a request is made again: after which failures. The same for Git servers and forges; how often, and after which wait: `backoff`."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from catalog.errors import Down

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.transport.limits import Meter

P = ParamSpec("P")
T = TypeVar("T")


class Again(Down):
    """Another attempt may do better, after so many seconds where the server states them."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        self.seconds = seconds
        super().__init__(message)


class Attempts(Protocol):
    """Calls a function until it raises no Again."""

    def __call__(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T: ...


def retrying(
    meter: Meter,
    *,
    longest: float = inf,
    sleep: Callable[[float], None] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Attempts:
    """Calls a function until it raises no Again; `tell` gets each wait as a sentence.

    The last Again is raised where all attempts failed, and where a wait would be longer than `longest` seconds, or would outlast the meter.
    """

    def attempts(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        ask = partial(function, *args, **options)
        try:
            return ask()
        except Again as error:
            # Nearly every crawl needs no second attempt: tenacity imports asyncio, which takes as long as forty visits without news.
            from catalog.transport.backoff import attempt_again

            return attempt_again(ask, error, meter, longest=longest, sleep=sleep, tell=tell)

    return attempts
