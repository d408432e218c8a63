"""What a visit has found out when another process goes on with it: nothing of that is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.git.snapshot import RefListing
    from catalog.transport.wire import Advertisement


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadStart:
    """The refs, what they cost, and what is known of the server: whether it speaks version 2, what it states, and whether it honours filters."""

    listing: RefListing
    seconds: float
    received: int = 0
    requests: int = 0
    speaks_v2: bool = False
    advertisement: Advertisement | None = None
    filters: bool = False
