"""The objects of a repository on this machine, whole or damaged, in packs or in files of their own."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from struct import error as StructError  # noqa: N812 - a class with the name of a variable
from typing import TYPE_CHECKING

from dulwich.errors import ApplyDeltaError, ChecksumMismatch, FileFormatException
from dulwich.object_store import BaseObjectStore, DiskObjectStore
from dulwich.objects import ObjectID, ShaFile, hex_to_filename
from dulwich.pack import UnresolvedDeltas
from dulwich.refs import SymrefLoop

from catalog.errors import Down, shortage
from catalog.git.objects import RawObject
from catalog.transport.pack import name_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.transport.limits import Meter

MAX_LOOSE = 64 << 20  # bytes of a loose object after inflating
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OID = re.compile(r"[0-9a-f]{40}")

# What dulwich raises over damaged packs, indexes and refs: found by damaging them; not all of it is documented.
DAMAGE = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    StopIteration,
    StructError,
    zlib.error,
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    SymrefLoop,
    UnresolvedDeltas,
)


class FileStore(DiskObjectStore):
    """Objects in files, and in nothing else: a pipe would keep the visit waiting. ValueError where a pack or the list of alternates is none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, loose_object_size_limit=MAX_LOOSE)
        for file in (*(folder / "pack").glob("*"), folder / "info" / "alternates"):
            if file.exists() and not (file.is_file() or file.is_dir()):
                raise ValueError(f"{file.name} is not a file")

    def has(self, oid: ObjectID) -> bool:
        """Whether an object is there; whether it is whole is seen when it is read."""
        if self.contains_packed(oid) or os.path.isfile(self._get_shafile_path(oid)):  # noqa: PTH113 - twice as fast
            return True
        return any(store.has(oid) for store in self.alternates if isinstance(store, FileStore))

    @property
    def alternates(self) -> list[BaseObjectStore]:
        if self._alternates is None:
            self._alternates = [FileStore(Path(path)) for path in self._read_alternate_paths()]
        return self._alternates

    def _get_loose_object(self, sha: ObjectID) -> ShaFile | None:
        return super()._get_loose_object(sha) if os.path.isfile(self._get_shafile_path(sha)) else None  # noqa: PTH113 - as above


class StoredObjects(Mapping[str, RawObject]):
    """The objects of a store by name, read on access, each counted once. A damaged object counts as absent."""

    def __init__(self, store: DiskObjectStore, meter: Meter) -> None:
        self._store, self._meter = store, meter
        self._counted: set[str] = set()

    def __getitem__(self, oid: str) -> RawObject:
        if not _OID.fullmatch(oid):
            raise KeyError(oid)
        try:
            raw = self._read(ObjectID(oid.encode()))
        except DAMAGE as error:
            if lacks := shortage(error):
                raise Down(lacks) from error
            raise KeyError(oid) from error
        self._count(oid, raw)
        if name_object(raw) != oid:
            raise KeyError(oid)
        return raw

    def _count(self, oid: str, raw: RawObject) -> None:
        self._meter.turn()
        if oid not in self._counted:
            self._counted.add(oid)
            self._meter.count_objects(len(self._counted))
            self._meter.inflate(len(raw.data))

    def _read(self, oid: ObjectID) -> RawObject:
        try:
            kind, data = self._store.get_raw(oid)
        except KeyError:
            raise
        except DAMAGE as error:  # dulwich parses loose objects, and stops at headers that Git tolerates
            if shortage(error):
                raise
            return _read_loose(self._store, oid)
        return RawObject(_KINDS[kind], data)

    def __iter__(self) -> Iterator[str]:
        return (oid.decode("ascii") for oid in self._store)

    def __len__(self) -> int:
        return sum(1 for _ in self._store)


def _read_loose(store: DiskObjectStore, oid: ObjectID) -> RawObject:
    """An object in a file of its own, in this store or in one that it borrows from (gitrepository-layout(5))."""
    stores = [store]
    for each in stores:
        file = Path(hex_to_filename(str(each.path), oid))
        if file.is_file():
            inflater = zlib.decompressobj()
            whole = inflater.decompress(file.read_bytes(), MAX_LOOSE)
            header, _, data = whole.partition(b"\0")
            return RawObject(header.partition(b" ")[0].decode("ascii"), data)
        stores += [store for store in each.alternates if isinstance(store, DiskObjectStore) and store not in stores]
    raise KeyError(oid)
