"""Repeats a request after a failure: how often, and after which wait. Apart from `retry`, because most crawls never import tenacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import tenacity
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random

from catalog.transport.retry import Again

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.transport.limits import Meter

T = TypeVar("T")

ATTEMPTS = 3
# 0.2 s, then 0.8 s, and up to 0.2 s more
BACKOFF = wait_exponential(multiplier=0.2, exp_base=4) + wait_random(0.0, 0.2)


def attempt_again(
    ask: Callable[[], T],
    failure: Again,
    meter: Meter,
    *,
    longest: float,
    sleep: Callable[[float], None] | None,
    tell: Callable[[str], None],
) -> T:
    """The attempts after the first one, which failed; see `catalog.transport.retry`."""
    failed = [failure]

    def attempt() -> T:
        if failed:
            raise failed.pop()
        return ask()

    def enough(state: RetryCallState) -> bool:
        wait = state.upcoming_sleep
        return state.attempt_number >= ATTEMPTS or wait > longest or wait >= meter.patience(float("inf"))

    def announce(state: RetryCallState) -> None:
        tell(f"{_failure(state)}: waiting {state.upcoming_sleep:.0f} s")

    return Retrying(
        retry=retry_if_exception_type(Again),
        wait=_wait,
        stop=enough,
        sleep=sleep or tenacity.sleep,
        before_sleep=announce,
        reraise=True,
    )(attempt)


def _wait(state: RetryCallState) -> float:
    error = _failure(state)
    stated = error.seconds if isinstance(error, Again) else None
    return BACKOFF(state) if stated is None else stated


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
