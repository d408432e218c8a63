"""Git LFS: a small text stands in Git for a file that lies elsewhere. After docs/spec.md of git-lfs."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from connectors.formats.gitattributes import NAME, filter_of, parse
from connectors.formats.paths import join
from connectors.formats.targets import folders_above

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


def is_lfs(revision: RevisionFiles, path: str) -> bool:
    """`.gitattributes` give the file to Git LFS. MetafileError where one of them cannot be read."""
    files = []
    for folder in folders_above(path):
        file = join(folder, NAME)
        if file in revision.files:
            try:
                files.append((folder, parse(revision.read(file) or b"")))
            except MetafileError as error:
                raise MetafileError(error.message, place=file, rule=error.rule) from error
    return filter_of(path, files) == "lfs"


def pointer_at(revision: RevisionFiles, path: str) -> Pointer | None:
    """The pointer at a path; None where the file itself is in Git. MetafileError where its content was not had."""
    try:
        return parse_pointer(revision.read(path) or b"") if is_lfs(revision, path) else None
    except MetafileError as error:
        if not error.place and error.rule == "too-big":  # for a pointer
            return None
        raise MetafileError(error.message, place=error.place or path, rule=error.rule) from error


def parse_pointer(data: bytes) -> Pointer | None:
    """The pointer, or None for any other content."""
    match = _POINTER.fullmatch(data) if len(data) <= MAX_POINTER else None
    return Pointer(match[1].decode(), int(match[2])) if match else None
