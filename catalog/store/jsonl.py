"""JSON Lines with a checksum for each line, so that a truncated line is detected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from catalog.store import files
from catalog.store.typed_json import dump

_LONG = 4096


def line(record: object) -> str:
    """One line, with its end."""
    return checked(dump(record))


def checked(text: str) -> str:
    """The line of some JSON, with its end."""
    return f"{crc32(text.encode()):08x} {text}\n"


def texts(file: Path) -> Iterator[str]:
    """The JSON of each line that is as it was written."""
    yield from _whole(file.read_text("ascii", "replace"))


def last(file: Path) -> str:
    """The JSON of the last line, if it is as it was written and not very long; nothing else of the file is read."""
    with file.open("rb") as lines:
        lines.seek(max(lines.seek(0, os.SEEK_END) - _LONG, 0))
        end = lines.read().decode("ascii", "replace").splitlines()[-1:]
    return next(_whole(*end), "") if end else ""


def _whole(text: str) -> Iterator[str]:
    for each in text.splitlines():
        checksum, _, raw = each.partition(" ")
        if checksum == f"{crc32(raw.encode()):08x}":
            yield raw


def append(file: Path, record: object) -> None:
    """Adds a line, behind whatever a crash left there; it is on the disk when this returns."""
    with file.open("a+b") as out:
        is_new = not out.seek(0, os.SEEK_END)
        if not is_new:
            out.seek(-1, os.SEEK_END)
            if out.read(1) != b"\n":
                out.write(b"\n")
        out.write(line(record).encode())
        out.flush()
        os.fsync(out.fileno())
    if is_new:
        files.sync(file.parent)
