"""The name and the first bytes of a partition's file: they say what was withheld and whether it is damaged, without its rows and without pyarrow."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from struct import Struct
from struct import error as StructError  # noqa: N812 - a class with the name of a variable

from catalog.store.files import read

HEAD = Struct("<4sQ16s")  # what it is, bytes before compression, checksum of the compressed
MAGIC = b"FMC1"
MOST = 8 << 30  # bytes before compression


class Damaged(ValueError):
    """These bytes are not a partition; the text says how."""


def privacy_in(partition: str) -> str | None:
    """The digest of what was withheld from a partition, by its name; None where an earlier version wrote it."""
    words = partition.split("-")
    return words[1] if len(words) == len(("refs", "privacy", "readers")) else None


def framed(size: int, body: bytes) -> bytes:
    """The bytes of a file: `size` is that of the body before compression."""
    return HEAD.pack(MAGIC, size, checksum(body)) + body


def unframed(data: bytes) -> tuple[int, memoryview]:
    """The size before compression, and the compressed rows; Damaged where a single bit is not as it was written."""
    try:
        magic, size, expected = HEAD.unpack_from(data)
    except StructError as error:
        raise Damaged(f"it has {len(data)} bytes") from error
    body = memoryview(data)[HEAD.size :]
    if magic != MAGIC or size > MOST:
        raise Damaged("it does not begin as a partition does")
    if checksum(body) != expected:
        raise Damaged("its checksum does not fit")
    return size, body


def is_intact(file: Path) -> bool:
    """Whether a file can be read, and every bit is as it was written."""
    return read_intact(file) is not None


def read_intact(file: Path) -> bytes | None:
    """The bytes of a file; None where it cannot be read, or a single bit is not as it was written."""
    try:
        data = read(file)
        unframed(data)
    except (OSError, Damaged):
        return None
    return data


def checksum(body: bytes | memoryview) -> bytes:
    """The checksum that a file states of its body."""
    return blake2b(body, digest_size=16).digest()
