"""Refs in files of their own, and in Git's file of packed refs, read as strictly and as leniently as Git does (files-backend.c, packed-backend.c)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL, EISDIR, ENAMETOOLONG
from functools import cached_property, partial
from pathlib import Path
from posixpath import normpath
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from dulwich.objects import ObjectID
from dulwich.refs import DiskRefsContainer, check_ref_format
from dulwich.refs import Ref as RefName

from catalog.errors import shortage
from catalog.git.ref_fault import BROKEN, RefFault

NAME = "packed-refs"
MAX_LINE = 1 << 16  # bytes of a line of packed refs, and of a ref's file: names of refs are paths
MAX_FAULTS = 100  # lines that cannot be read, and are reported
NOTHING = b"0" * 40  # the object of a broken ref
_HEADER = b"# pack-refs with:"
_ENTRY = re.compile(rb"([0-9a-fA-F]{40})[ \t\n\r](.+)\n")
_PEELED = re.compile(rb"\^[0-9a-fA-F]{40}\n")
_ROOT_REF = re.compile(rb"[A-Z_]+")
_SPACES = b" \t\n\v\f\r"
_OID = re.compile(rb"([0-9a-fA-F]{40})(?:[\0 \t\n\v\f\r]|\Z)")
_LEADS = re.compile(rb"ref:[ \t\n\v\f\r]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedRefs:
    """The refs by name, broken ones at the object name of zeros, and the lines at which Git stops."""

    refs: dict[RefName, ObjectID]
    faults: tuple[RefFault, ...] = ()


class FileRefs(DiskRefsContainer):
    """Refs in files. Dulwich alone stops at an empty file of packed refs, at names that Git passes over, and reads files of refs otherwise."""

    def __init__(self, common: Path, folder: Path, count: Callable[[int], None] = lambda _: None) -> None:
        """`count` is called with the number of packed refs at each line; it may end the visit."""
        super().__init__(str(common), str(folder))
        self._count = count

    def get_packed_refs(self) -> dict[RefName, ObjectID]:
        """The refs that are packed."""
        return self.packed.refs

    @cached_property
    def packed(self) -> PackedRefs:
        """The file of packed refs. ValueError where it ends inside of a line: how many refs are lost is not known."""
        file = Path(self.path.decode("utf-8", "surrogateescape")) / NAME
        if not file.exists():
            return PackedRefs(refs={})
        with open_file(file) as content:
            return parse_packed_refs(iter(partial(content.readline, MAX_LINE), b""), self._count)

    def _read_loose_ref_file(self, name: RefName) -> bytes | None:
        """What is in a ref's own file, None where there is none; dulwich has checked its name."""
        try:
            with open_file(Path(self.refpath(name).decode("utf-8", "surrogateescape"))) as file:
                return parse_ref_file(file.read(MAX_LINE))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            if shortage(error):
                raise
            return None if error.errno == ENAMETOOLONG else NOTHING


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to read, and nothing else: a pipe would keep the visit waiting, a device has no end. OSError for these."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, "is a folder", str(path))
        if not S_ISREG(mode):
            raise OSError(EINVAL, "is not a file", str(path))
        yield file


def parse_ref_file(content: bytes) -> bytes:
    """An object name, `ref: ` and another ref's name, or zeros for what Git calls broken (`parse_loose_ref_contents`)."""
    leads = _LEADS.match(content)
    if leads:
        return b"ref: " + content[leads.end() :].rstrip(_SPACES)
    named = _OID.match(content)
    return named[1] if named else NOTHING


def parse_packed_refs(lines: Iterable[bytes], count: Callable[[int], None] = lambda _: None) -> PackedRefs:
    """The refs of the lines that Git reads, and the others as faults (`next_record`, `create_snapshot`). ValueError where the last one does not end."""
    refs: dict[RefName, ObjectID] = {}
    faults: list[RefFault] = []
    before = None
    for number, line in enumerate(lines):
        count(len(refs))
        if not line.endswith(b"\n"):
            raise ValueError(f"{NAME} ends inside of line {number + 1:,}")
        match = _ENTRY.fullmatch(line)
        name = match[2].partition(b"\0")[0] if match else b""  # a text ends there in C
        if match is not None and _is_known(name):
            refs |= _entry(match[1], name)
        elif match is not None or not _is_detail(number, line, before):
            match = None
            faults += [_unexpected(number)] if len(faults) < MAX_FAULTS else []
        before = match
    return PackedRefs(refs=refs, faults=tuple(faults))


def _is_known(name: bytes) -> bool:
    """Whether Git goes on where a line names this ref: also a broken one, if its name leads nowhere else."""
    is_path = name.startswith(b"refs/") and normpath(name) == name
    return is_path or _is_name(name) or _ROOT_REF.fullmatch(name) is not None


def _is_name(name: bytes) -> bool:
    """Whether it may be a ref's name, also of one part, which for dulwich none is."""
    return name != b"@" and check_ref_format(RefName(b"refs/" + name))


def _entry(oid: bytes, name: bytes) -> dict[RefName, ObjectID]:
    if _is_name(name):
        return {RefName(name): ObjectID(oid.lower())}
    return {RefName(name): ObjectID(NOTHING)} if name.startswith(b"refs/") else {}


def _is_detail(number: int, line: bytes, before: re.Match[bytes] | None) -> bool:
    return (number == 0 and line.startswith(_HEADER)) or bool(before and _PEELED.fullmatch(line))


def _unexpected(number: int) -> RefFault:
    """The line is not quoted: where the file is a link, it is one of this machine."""
    message = "found a line without an object's name and a ref's, expected both; Git stops at it"
    return RefFault(place=f"{NAME}, line {number + 1}", rule=BROKEN, message=message)
