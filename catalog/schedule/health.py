"""The health file: how the last run went, and when the next one is due. For monitors, and for us after a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from catalog.errors import StoreError
from catalog.store import files


class Outcome(StrEnum):
    """How a run ended."""

    OK = "ok"
    SOME_FAILED = "some_failed"  # some repositories could not be read; catalog and site are new all the same
    FAILED = "failed"
    PUBLISH_FAILED = "publish_failed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the file says. Times are UTC; while a run goes on, `ended_at` and `outcome` are those of the one before."""

    running: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    message: str | None = None
    succeeded_at: datetime | None = None  # the end of the last run with a good build
    next_run_at: datetime | None = None


def read(file: Path) -> Health:
    """What the file says; nothing at all, where there is none or it is damaged."""
    try:
        raw: dict[str, Any] = json.loads(file.read_text("utf-8"))
        times = {name: datetime.fromisoformat(value) for name, value in raw.items() if name.endswith("_at") and value}
        if any(time.tzinfo is None for time in times.values()):
            return Health()
        return Health(
            running=bool(raw["running"]),
            outcome=Outcome(raw["outcome"]) if raw["outcome"] else None,
            message=raw["message"],
            **times,
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Health()


def write(file: Path, health: Health) -> None:
    """Replaces the file in one step; StoreError where that cannot be done."""
    cells = {field.name: getattr(health, field.name) for field in fields(health)}
    plain = {
        name: value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in cells.items()
    }
    try:
        files.write(file, json.dumps(plain, indent=2) + "\n")
    except OSError as error:
        raise StoreError(f"cannot write the health file {file}: {error.strerror}") from error
