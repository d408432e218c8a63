"""JSON Lines with a checksum for each line, so that a damaged line is detected."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from catalog.store import files
from catalog.store.typed_json import dump, load_readable

T = TypeVar("T")

LOST_LINE = "00000000 a damaged line was here\n"  # in its place where a file is rewritten: it may hold what is withheld

_LONG = 4096
_START = re.compile(rb"[0-9a-f]{8} \{")


def line(record: object) -> str:
    """One line, with its end."""
    return checked(dump(record))


def checked(text: str) -> str:
    """The line of some JSON, with its end."""
    return f"{crc32(text.encode()):08x} {text}\n"


def records(file: Path, kind: type[T]) -> Iterator[tuple[str, T] | None]:
    """Each line, as it is written and as it is read; None for one that is damaged, or that holds something else. OSError as for any file."""
    for raw in _lines(files.read(file)):
        yield None if raw is None else _record(raw, kind)


def texts(file: Path) -> Iterator[str]:
    """The JSON of each line that is as it was written."""
    return (raw.decode("ascii", "replace") for raw in _lines(files.read(file)) if raw is not None)


def last(file: Path, kind: type[T]) -> tuple[str, T] | None:
    """The last line, as `records` gives it, if it is not very long; nothing else of the file is read. None also where that fails."""
    try:
        with files.opened(file) as lines:
            lines.seek(max(lines.seek(0, os.SEEK_END) - _LONG, 0))
            end = lines.read().removesuffix(b"\n").rpartition(b"\n")[2]
    except OSError:
        return None
    raw = _json(end)
    return None if raw is None else _record(raw, kind)


def append(file: Path, *records: object) -> None:
    """Adds lines, behind whatever a crash left there; they are on the disk when this returns."""
    with file.open("a+b") as out:
        is_new = not out.seek(0, os.SEEK_END)
        if not is_new:
            out.seek(-1, os.SEEK_END)
            if out.read(1) != b"\n":
                out.write(b"\n")
        out.write("".join(map(line, records)).encode())
        out.flush()
        os.fsync(out.fileno())
    if is_new:
        files.sync(file.parent)


def _record(raw: bytes, kind: type[T]) -> tuple[str, T] | None:
    try:
        return raw.decode(), load_readable(kind, raw)
    except ValueError:
        return None


def _lines(data: bytes) -> Iterator[bytes | None]:
    """The JSON of each line; None for one that is not as it was written."""
    for each in data.split(b"\n"):
        if each:
            raw = _json(each)
            if raw is not None:
                yield raw
            else:
                yield from map(_json_before_one_byte, _parted(each))


def _parted(damaged: bytes) -> Iterator[bytes]:
    """A damaged line, parted where another may begin: the end of the line before it may be what is damaged."""
    starts = [match.start() for match in _START.finditer(damaged)]
    for start, end in zip([0, *starts], [*starts, len(damaged)], strict=True):
        if start < end:
            yield damaged[start:end]


def _json_before_one_byte(part: bytes) -> bytes | None:
    """The JSON of a line, also where one byte follows that was the line's end."""
    raw = _json(part)
    return raw if raw is not None else _json(part[:-1])


def _json(each: bytes) -> bytes | None:
    raw = each[9:]
    return raw if each[:9] == b"%08x " % crc32(raw) else None
