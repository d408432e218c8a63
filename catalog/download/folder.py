"""Reads storage on a disk of this machine: regular files of folders that the user names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from catalog.download.entries import Opened
from catalog.download.trust import Trust, path_of
from catalog.errors import ConfigError, Gone, Refused

_PIECE = 1 << 20


class FileObject:
    """One file, at a `file:` URL."""

    def __init__(self, trust: Trust, url: str) -> None:
        self._trust, self._file = trust, Path(path_of(url))

    @contextmanager
    def open(self, offset: int, etag: str | None) -> Iterator[Opened]:
        """As of any reader. A file's tag is its size and its time of change."""
        if not self._trust.is_in_folder(self._file):
            raise ConfigError(
                f"{str(self._file)!r} leads out of the folders that [get] allow in repos.toml, or --allow, names"
            )
        try:
            with os.fdopen(_without_waiting(self._file), "rb", buffering=0) as file:
                stated = os.fstat(file.fileno())
                if not S_ISREG(stated.st_mode):
                    raise Refused("is not a file")
                own = f"{stated.st_size}-{stated.st_mtime_ns}"
                start = offset if etag == own else 0
                file.seek(start)
                yield Opened(pieces=iter(lambda: file.read(_PIECE), b""), start=start, size=stated.st_size, etag=own)
        except FileNotFoundError as error:
            raise Gone("is not there") from error
        except OSError as error:
            if error.filename is None or str(error.filename) != str(self._file):
                raise  # of the target
            raise Refused(f"cannot be read: {error.strerror}") from error


def _without_waiting(path: Path) -> int:
    """A named pipe would wait for a writer."""
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
