"""The health file: the result of the last run and the time of the next one, for monitors and for a restart of the scheduler."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from catalog.errors import StoreError
from catalog.store import files
from catalog.store.typed_json import dump, load


class RunOutcome(StrEnum):
    """How a run ended."""

    OK = "ok"
    SOME_FAILED = "some_failed"  # some repositories could not be read; catalog and site are new all the same
    FAILED = "failed"
    PUBLISH_FAILED = "publish_failed"
    STOPPED = "stopped"


Time = Annotated[datetime, Meta(tz=True)]  # one without a zone is damage


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the file says. Times are UTC; while a run goes on, `ended_at` and `outcome` are those of the one before."""

    running: bool = False
    started_at: Time | None = None
    ended_at: Time | None = None
    outcome: RunOutcome | None = None
    message: str | None = None
    succeeded_at: Time | None = None  # the end of the last run with a good build
    next_run_at: Time | None = None


def read(file: Path) -> Health:
    """What the file says; nothing at all, where there is none or it is damaged."""
    try:
        return load(Health, file.read_bytes())
    except (OSError, ValueError):
        return Health()


def write(file: Path, health: Health) -> None:
    """Replaces the file in one step; StoreError where that cannot be done."""
    cells = {field.name: getattr(health, field.name) for field in fields(health)}
    times = {
        name: value.astimezone(UTC).replace(microsecond=0)
        for name, value in cells.items()
        if isinstance(value, datetime)
    }
    try:
        files.write(file, dump(cells | times, indent=2) + "\n")
    except OSError as error:
        raise StoreError(f"cannot write the health file {file}: {error.strerror}") from error
