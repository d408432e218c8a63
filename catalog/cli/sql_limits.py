"""Bounds of `catalog sql` that hold whatever a query does: for time and memory those of its process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

from catalog.cli.output import say
from catalog.errors import Exit, InvalidArgument, Misuse
from catalog.query.arguments import MIN_MEMORY

GRACE = 2.0  # seconds in which a query must end that was interrupted: some functions of DuckDB do not listen while they work
OWN = 256 << 20  # bytes of memory beside those of the answer: of Python, and of what DuckDB sets up as it works


def memory_size(text: str) -> int:
    """The bytes that an argument such as `512 MiB` means. InvalidArgument for another."""
    from catalog.config.value_types import SIZE  # no other command of a question needs it

    try:
        size = int(SIZE.parse(int(text) if text.isdecimal() else text))
    except ValueError as error:  # InvalidValue, or a number that Python does not read because of its length
        raise InvalidArgument("max_memory", repr(text), SIZE.expected) from error
    if size < MIN_MEMORY:
        raise InvalidArgument("max_memory", repr(text), "at least 64 MiB")
    return size


@contextmanager
def bounded_process(seconds: float, memory: int) -> Iterator[None]:
    """Ends this process where the block outlasts `seconds` and GRACE; lets it hold `memory` bytes more than it does."""
    timer = Timer(seconds + GRACE, _end, (seconds,))
    timer.daemon = True
    timer.start()
    try:
        with _memory_limit(memory):
            yield
    except MemoryError as error:
        raise Misuse(f"the answer needs more than {memory:,} bytes, the limit --max-memory") from error
    finally:
        timer.cancel()


def _end(seconds: float) -> None:
    say(f"catalog: no answer after {seconds:g} seconds")
    os._exit(Exit.CONFIG)


@contextmanager
def _memory_limit(memory: int) -> Iterator[None]:
    """DuckDB's own limit does not count the values of a query, so the system limits the data of the process."""
    try:
        import resource
    except ImportError:  # Windows has none
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = memory + OWN + _data()
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def _data() -> int:
    """The bytes of data that the process holds already (proc(5), `VmData`); 0 where the system does not state them."""
    with suppress(OSError):
        if match := re.search(r"^VmData:\s*(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE):
            return int(match[1]) << 10
    return 0
