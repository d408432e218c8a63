"""Files of JSON that can be made again, each with a checksum: a flipped byte is damage, and never another value."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from catalog.store import files
from catalog.store.typed_json import dump, load

T = TypeVar("T")

log = logging.getLogger(__name__)


def read(file: Path, kind: type[T]) -> T:
    """The record; FileNotFoundError where there is no file, ValueError where it is damaged or cannot be read. Earlier versions wrote no checksum."""
    raw = _checked(file)
    try:
        return load(kind, raw)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is damaged: {error}") from error


def read_if_whole(file: Path, kind: type[T], otherwise: str) -> T | None:
    """The record; None where there is no file, and where it is damaged: then a warning ends in what happens `otherwise`."""
    try:
        return read(file, kind)
    except FileNotFoundError:
        return None
    except ValueError as error:
        log.warning("%s %s: %s", file, error, otherwise)
        return None


def is_intact(file: Path) -> bool:
    """Whether a file is as it was written."""
    try:
        return bool(_checked(file))
    except (OSError, ValueError):
        return False


def write(file: Path, record: object, *, sort_keys: bool = False) -> None:
    """Replaces the file in one step, also where a folder lies there. OSError where that cannot be done."""
    text = dump(record, sort_keys=sort_keys)
    files.clear(file)
    files.write(file, f"{crc32(text.encode()):08x} {text}\n")


def _checked(file: Path) -> bytes:
    try:
        raw = files.read(file)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if raw.startswith(b"{"):
        return raw
    body = raw[9:].removesuffix(b"\n")
    if raw[:9] != b"%08x " % crc32(body):
        raise ValueError("is damaged: its checksum does not fit")
    return body
