"""One crawl or build at a time on one output folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from catalog.errors import StoreError


@contextmanager
def lock(output: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds an output folder; StoreError names the process that holds it already, or the reason it cannot be written.

    With `wait`, it waits until the other one is done.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        file = (output / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write to {output}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise StoreError(f"{output} is in use by {holder}; wait for its end, or use --wait") from error
        file.truncate(0)
        file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield
