"""Pointers of Git LFS: a small text stands in Git for a file that lies elsewhere. After docs/spec.md of git-lfs."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_POINTER = 1_023  # bytes: "less than 1024", says the specification

_POINTER = re.compile(
    rb"version (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\r?\n"
    rb"(?:ext-[0-9]-\S+ \S+\r?\n)*"
    rb"oid sha256:([0-9a-f]{64})\r?\n"
    rb"size ([0-9]{1,18})(?:\r?\n)?"
)


class Pointer(NamedTuple):
    """The file that is meant: its sha256, and its bytes."""

    sha256: str
    size: int

    @property
    def key(self) -> str:
        """The key of the content among a repository's objects."""
        return f"sha256:{self.sha256}"


def parse_pointer(data: bytes) -> Pointer | None:
    """The pointer, or None for any other content."""
    match = _POINTER.fullmatch(data) if len(data) <= MAX_POINTER else None
    return Pointer(match[1].decode(), int(match[2])) if match else None
