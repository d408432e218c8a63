"""Parses references as GTO writes them (`churn`, `churn@v3.1.0`, `churn@latest`, `churn#prod`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.errors import Misuse

LATEST = ("latest", "greatest")  # gto/constants.py has both words for the same shortcut

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
