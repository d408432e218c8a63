"""Parses references as GTO writes them (`churn`, `churn@v3.1.0`, `churn@latest`, `churn#prod`), and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from catalog.errors import InvalidArgument, Misuse

LATEST = ("latest", "greatest")  # gto/constants.py has both words for the same shortcut

EXPECTED = "now, a date such as 2024-05-31, or a time such as 2024-05-31T12:00Z"

_REFERENCE = re.compile(r"(?P<artifact>.+?)(?:@(?P<version>[^@#]+)|#(?P<stage>[^@#]+))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """An artifact, or one version of it: that of `version`, or the one that is in `stage` now."""

    artifact: str
    version: str | None = None
    stage: str | None = None

    def __str__(self) -> str:
        return self.artifact + (f"@{self.version}" if self.version else f"#{self.stage}" if self.stage else "")


def parse(text: str) -> Reference:
    """Reads a reference. It may name an artifact that does not exist. Misuse for an invalid reference."""
    match = _REFERENCE.fullmatch(text.strip())
    if not match or match["artifact"].strip("@#") == "" or match["artifact"].endswith(("@", "#")):
        raise Misuse(f"invalid reference {text!r}: expected artifact, artifact@version or artifact#stage")
    return Reference(artifact=match["artifact"], version=match["version"], stage=match["stage"])


def moment(when: datetime | date | str, argument: str = "date", *, expected: str = EXPECTED) -> datetime:
    """A moment in UTC. A bare date is the end of its day; a time without a zone is UTC; `now` is now.

    InvalidArgument, which names the argument that it is, for an invalid date.
    """
    if isinstance(when, str):
        return moment(_read(when, argument, expected), argument)
    if not isinstance(when, datetime):
        return datetime.combine(when, time.max, UTC)
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError as error:
        raise InvalidArgument(argument, f"'{when}'", "a moment that in UTC is in the years 1 to 9999") from error


def _read(text: str, argument: str, expected: str) -> datetime | date:
    if text == "now":
        return datetime.now(UTC)
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise InvalidArgument(argument, repr(text), expected)
