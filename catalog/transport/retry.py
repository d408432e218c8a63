"""When a request is made again: after which failures, how often, and after which wait. The same for Git servers and forges."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep, wait_exponential, wait_random

from catalog.errors import Down

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.transport.limits import Meter

ATTEMPTS = 3
BACKOFF = wait_exponential(multiplier=0.2, exp_base=4) + wait_random(
    0.0, 0.2
)  # 0.2 s, then 0.8 s, and up to 0.2 s more


class Again(Down):
    """Another attempt may do better, after so many seconds where the server states them."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        self.seconds = seconds
        super().__init__(message)


def retrying(
    meter: Meter,
    *,
    longest: float = inf,
    sleep: Callable[[float], None] = sleep,
    tell: Callable[[str], None] = lambda _: None,
) -> Retrying:
    """Calls a function until it raises no Again; `tell` gets each wait as a sentence.

    The last Again is raised where all attempts failed, and where a wait would be longer than `longest` seconds, or would outlast the meter.
    """

    def enough(state: RetryCallState) -> bool:
        wait = state.upcoming_sleep
        return state.attempt_number >= ATTEMPTS or wait > longest or wait >= meter.patience(inf)

    def announce(state: RetryCallState) -> None:
        tell(f"{_failure(state)}: waiting {state.upcoming_sleep:.0f} s")

    return Retrying(
        retry=retry_if_exception_type(Again), wait=_wait, stop=enough, sleep=sleep, before_sleep=announce, reraise=True
    )


def _wait(state: RetryCallState) -> float:
    error = _failure(state)
    stated = error.seconds if isinstance(error, Again) else None
    return BACKOFF(state) if stated is None else stated


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
