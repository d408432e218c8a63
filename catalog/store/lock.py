"""Locks: one crawl or build at a time for each output folder, and one memory-intensive visit at a time in all processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from catalog.errors import StoreError

_GLANCE = 0.05  # seconds between attempts: fcntl(2) has no timeout


@contextmanager
def lock(output: Path, *, wait: bool = False, tell: Callable[[str], None] = lambda _: None) -> Iterator[int]:
    """Holds an output folder; StoreError names the process that holds it already, or the reason it cannot be written.

    With `wait`, it waits until the other one is done, and `tell` gets the sentence that names it. The result is the file descriptor
    that holds it: a process that inherits it holds it, too.
    """
    path = output / ".lock"
    try:
        output.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
    except IsADirectoryError as error:
        raise StoreError(f"cannot lock {output}: {path} is a folder, expected a file; move it away") from error
    except OSError as error:
        raise StoreError(f"cannot write to {output}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            used = f"{output} is in use by {file.read().decode('utf-8', 'replace').strip() or 'another process'}"
            if not wait:
                raise StoreError(f"{used}; try again later, or use --wait") from error
            tell(f"{used}; waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            raise StoreError(f"cannot lock {output}: {error.strerror}") from error
        with suppress(OSError):  # a full disk: the step that needs the space reports it
            file.truncate(0)
            file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode())
        yield file.fileno()


class Shared:
    """A lock that processes share, each with many threads: all have the same file open. The lock of a process that dies is released."""

    def __init__(self, file: int) -> None:
        self._file, self._ours = file, Lock()

    def acquire(self, timeout: float) -> bool:
        """Whether it is ours, within so many seconds."""
        deadline = monotonic() + timeout
        if not self._ours.acquire(timeout=timeout):
            return False
        while True:
            with suppress(BlockingIOError, PermissionError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if monotonic() >= deadline:
                self._ours.release()
                return False
            sleep(_GLANCE)

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        self._ours.release()
