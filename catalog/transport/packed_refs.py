"""Git's file of packed refs, read as strictly and as leniently as Git does (`next_record` and `create_snapshot` of packed-backend.c)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from posixpath import normpath
from typing import NoReturn

from dulwich.objects import ObjectID
from dulwich.refs import DiskRefsContainer, check_ref_format
from dulwich.refs import Ref as RefName

from catalog.git.objects import decode
from catalog.text import quoted

NAME = "packed-refs"
_HEADER = b"# pack-refs with:"
_ENTRY = re.compile(rb"([0-9a-fA-F]{40})[ \t\n\r](.+)\n")
_PEELED = re.compile(rb"\^[0-9a-fA-F]{40}\n")
_NOTHING = b"0" * 40  # the object of a broken ref
_ROOT_REF = re.compile(rb"[A-Z_]+")


class FileRefs(DiskRefsContainer):
    """Refs in files. Dulwich alone stops at an empty file of packed refs, and at a name that Git passes over."""

    def get_packed_refs(self) -> dict[RefName, ObjectID]:
        """The refs that are packed."""
        return self._packed

    @cached_property
    def _packed(self) -> dict[RefName, ObjectID]:
        file = Path(self.path.decode("utf-8", "surrogateescape")) / NAME
        if not file.exists():
            return {}
        with file.open("rb") as lines:
            return parse_packed_refs(lines)


def parse_packed_refs(lines: Iterable[bytes]) -> dict[RefName, ObjectID]:
    """The refs by name, without those that Git calls broken. ValueError where Git stops."""
    refs: dict[RefName, ObjectID] = {}
    before = None
    for number, line in enumerate(lines):
        if not line.endswith(b"\n"):
            raise ValueError(f"{NAME} ends inside of a line: {quoted(decode(line))}")
        match = _ENTRY.fullmatch(line)
        if match:
            if _is_kept(*match.groups()):
                refs[RefName(match[2])] = ObjectID(match[1].lower())
        elif not (number == 0 and line.startswith(_HEADER)) and not (before and _PEELED.fullmatch(line)):
            _unexpected(line)
        before = match
    return refs


def _is_kept(oid: bytes, name: bytes) -> bool:
    if check_ref_format(RefName(b"refs/" + name)):  # a name of one part is no ref's for dulwich
        return oid != _NOTHING
    if not _ROOT_REF.fullmatch(name) and not (name.startswith(b"refs/") and normpath(name) == name):
        _unexpected(name)
    return False


def _unexpected(line: bytes) -> NoReturn:
    raise ValueError(f"{NAME} has an unexpected line: {quoted(decode(line).rstrip())}")
