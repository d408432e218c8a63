"""What `catalog doctor` finds: a line for each check, with what to do where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from time import monotonic


class CheckState(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line. `advice` says what to do, where there is something to do."""

    state: CheckState
    check: str
    message: str
    advice: str | None = None


def ok(check: str, message: str) -> Finding:
    return Finding(state=CheckState.OK, check=check, message=message)


def warning(check: str, message: str, advice: str | None = None) -> Finding:
    return Finding(state=CheckState.WARNING, check=check, message=message, advice=advice)


def fault(check: str, message: str, advice: str | None = None) -> Finding:
    return Finding(state=CheckState.FAULT, check=check, message=message, advice=advice)


class Deadline:
    """The time that all checks have together."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self, most: float) -> float:
        """The seconds that a check may take, `most` of them."""
        return max(0.001, min(most, self._end - monotonic()))

    @property
    def is_over(self) -> bool:
        return monotonic() >= self._end
