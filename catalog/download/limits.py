"""The bounds of one answer of a download: of its silence, not of its length, which the entry's own size bounds."""

from __future__ import annotations

import sys
from math import inf

from catalog.transport.limits import Limits

UNBOUNDED = sys.maxsize  # the entry's own size bounds a download


def download_limits(connect: float = 10.0, idle: float = 30.0) -> Limits:
    """The bounds of one answer: of its silence, not of its length."""
    return Limits(
        connect=connect, idle=idle, total=inf, processor_time=inf, max_bytes=UNBOUNDED, max_inflated=UNBOUNDED
    )
