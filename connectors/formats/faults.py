"""What is wrong with a file, for any commit that has it; and the problem that follows for one commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.schema.tables.problems import Problem


class Fault(NamedTuple):
    """An error without its traceback, so that it can be cached."""

    place: str
    rule: str
    message: str


def fault_of(error: MetafileError) -> Fault:
    return Fault(error.place, error.rule, error.message)


def first_faults(faults: Sequence[Fault], most: int) -> tuple[Fault, ...]:
    """So many faults of a file; where there are more, one that says so comes after them."""
    if len(faults) <= most:
        return tuple(faults)
    message = f"found {len(faults):,} faults; those after the first {most:,} are left out"
    return (*faults[:most], Fault("", "too-many", message))


def problem(connector: str, commit: str | None, path: str, fault: Fault | MetafileError) -> Problem:
    """The row. The place is the file, with the place in it; of a fault without a file, its own place."""
    place = f"{path}: {fault.place}" if path and fault.place else path or fault.place
    return Problem(connector=connector, rule=fault.rule, place=place, message=fault.message, commit=commit)
