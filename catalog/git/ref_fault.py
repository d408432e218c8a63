"""What a listing of refs cannot list: it is told as a problem, and costs nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NO_OBJECT = "0" * 40  # what Git lists for a ref whose file names no object
BROKEN = "broken-ref"  # Git's word for it: "ignoring broken ref"
MISSING = "missing-object"


@dataclass(frozen=True, kw_only=True, slots=True)
class RefFault:
    """A ref, or a line of packed refs, and what is wrong with it."""

    place: str
    rule: str
    message: str


def broken(ref: str) -> RefFault:
    """A ref that names no object."""
    return RefFault(place=ref, rule=BROKEN, message="the ref names no object, expected 40 hexadecimal digits")


def without_target(ref: str, oid: str) -> RefFault:
    """An annotated tag, itself whole, of an object that is not there."""
    return RefFault(place=ref, rule=MISSING, message=f"the tag names object {oid[:7]}, which is missing")


def hides(faults: Iterable[RefFault], ref: str) -> bool:
    """Whether a ref that is not listed may still be there: it is broken, or a line of packed refs is, which may have named it."""
    return any(fault.rule == BROKEN and (fault.place == ref or not fault.place.startswith("refs/")) for fault in faults)
