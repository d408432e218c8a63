"""Unpacks a received pack in memory, and verifies every byte and object name (gitformat-pack(5))."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from catalog.errors import Broken
from catalog.git.objects import RawObject

if TYPE_CHECKING:
    from catalog.transport.limits import Meter

PACK_HEADER = 12  # bytes: PACK, version, number of objects

_TRAILER = 20  # bytes: the SHA-1 of all before them
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFS_DELTA, _REF_DELTA = 6, 7
_VERSIONS = (2, 3)
_LONGEST_VARINT = 63  # bits: enough for any size that memory holds
_WINDOW = 1 << 16  # compressed bytes handed to zlib at once; what it does not use, it copies


class _Corrupt(Exception):
    """The pack is not what its format says; the text says how."""


class _Delta(NamedTuple):
    offset: int
    data: bytes


class _Header(NamedTuple):
    kind: int
    size: int
    base: int | str | None  # of a delta: an offset in this pack, or an object name
    end: int


def count_objects(pack: bytes | bytearray, meter: Meter) -> int:
    """The number of objects that a pack's header promises, within the bound."""
    version = int.from_bytes(pack[4:8], "big")
    if len(pack) < PACK_HEADER or pack[:4] != b"PACK" or version not in _VERSIONS:
        raise Broken(f"{meter.where}: invalid answer: expected a pack of version 2")
    number = int.from_bytes(pack[8:12], "big")
    meter.count_objects(number)
    return number


def read_pack(pack: bytearray, meter: Meter) -> dict[str, RawObject]:
    """All objects of a pack by their names. Broken where it is truncated or corrupt, TooBig where it inflates too far."""
    number = count_objects(pack, meter)
    end = len(pack) - _TRAILER
    view = memoryview(pack)
    if end < PACK_HEADER or sha1(view[:end], usedforsecurity=False).digest() != pack[end:]:
        raise Broken(f"{meter.where}: the pack is truncated or corrupt: its checksum does not fit")
    try:
        return _Unpacking(view[:end], meter).run(number)
    except (_Corrupt, IndexError, zlib.error) as error:
        reason = "it ends too early" if isinstance(error, IndexError) else str(error)
        raise Broken(f"{meter.where}: the pack is corrupt: {reason}") from error


@dataclass(slots=True, init=False)
class _Unpacking:
    """The state of one pass over a pack. A delta whose base comes later waits for it."""

    view: memoryview
    meter: Meter
    objects: dict[str, RawObject]
    places: dict[int | str, RawObject]  # by offset, and by name
    waiting: dict[int | str, list[_Delta]]
    inflated: int  # bytes of all objects and deltas so far
    largest: int  # of them, which alone make no bomb: a file that is too big costs itself

    def __init__(self, view: memoryview, meter: Meter) -> None:
        self.view, self.meter = view, meter
        self.objects, self.places, self.waiting, self.inflated, self.largest = {}, {}, {}, 0, 0

    def run(self, number: int) -> dict[str, RawObject]:
        position = PACK_HEADER
        for _ in range(number):
            position = self._read(position)
        if position != len(self.view):
            raise _Corrupt(f"{len(self.view) - position:,} bytes follow the last object")
        if self.waiting:
            raise _Corrupt(f"{len(self.waiting):,} deltas have no base")
        return self.objects

    def _read(self, position: int) -> int:
        header = _read_header(self.view, position)
        self.meter.turn()
        self.meter.inflate(header.size)
        data, end = _inflate(self.view, header.end, header.size)
        self.inflated, self.largest = self.inflated + header.size, max(self.largest, header.size)
        self.meter.check_ratio(end, self.inflated - self.largest)
        if header.base is None:
            self._settle(position, RawObject(_KINDS[header.kind], data))
        elif header.base in self.places:
            self._settle(position, self._apply(self.places[header.base], data))
        else:
            self.waiting.setdefault(header.base, []).append(_Delta(position, data))
        return end

    def _settle(self, offset: int, raw: RawObject) -> None:
        """Name an object, then whatever waited for it: with a stack, for chains may be as long as the pack."""
        settled = [(offset, raw)]
        while settled:
            offset, raw = settled.pop()
            oid = name_object(raw)
            self.objects[oid] = self.places[offset] = self.places[oid] = raw
            for key in (offset, oid) if self.waiting else ():
                deltas = self.waiting.pop(key, ())
                settled += [(delta.offset, self._apply(raw, delta.data)) for delta in deltas]

    def _apply(self, base: RawObject, delta: bytes) -> RawObject:
        return RawObject(base.kind, apply_delta(base.data, delta, self.meter))


def name_object(raw: RawObject) -> str:
    """The object's name: Git's SHA-1 of kind, size and content."""
    digest = sha1(b"%s %d\0" % (raw.kind.encode(), len(raw.data)), usedforsecurity=False)
    digest.update(raw.data)
    return digest.hexdigest()


def _read_header(view: memoryview, position: int) -> _Header:
    start, byte = position, view[position]
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    position += 1
    while byte & 0x80:
        byte = view[position]
        size |= (byte & 0x7F) << shift
        shift += 7
        position += 1
        if shift > _LONGEST_VARINT:
            raise _Corrupt("an object's size has too many digits")
    if kind in _KINDS:
        return _Header(kind, size, None, position)
    if kind == _OFS_DELTA:
        distance, end = _read_distance(view, position)
        return _Header(kind, size, start - distance, end)
    if kind == _REF_DELTA:
        return _Header(kind, size, view[position : position + 20].hex(), position + 20)
    raise _Corrupt(f"an object has the kind {kind}")


def _read_distance(view: memoryview, position: int) -> tuple[int, int]:
    """How far before an ofs-delta its base begins: a varint of its own kind."""
    byte = view[position]
    distance = byte & 0x7F
    while byte & 0x80:
        position += 1
        byte = view[position]
        distance = (distance + 1) << 7 | byte & 0x7F
        if distance > len(view):
            raise _Corrupt("a delta's base lies before the pack")
    return distance, position + 1


def _inflate(view: memoryview, position: int, size: int) -> tuple[bytes, int]:
    """The `size` bytes that are compressed at `position`, and where they end. Never makes more than `size` of them."""
    engine, parts, missing = zlib.decompressobj(), [], size
    window = min(size + (size >> 7) + 64, _WINDOW)
    while not engine.eof:
        chunk = view[position : position + window]
        if not chunk:
            raise _Corrupt("it ends inside an object")
        part = engine.decompress(chunk, missing + 1)
        position += len(chunk) - len(engine.unused_data) - len(engine.unconsumed_tail)
        missing -= len(part)
        parts.append(part)
        if missing < 0:
            break
    if missing:
        raise _Corrupt(f"an object does not inflate to the {size:,} bytes that it promises")
    return parts[0] if len(parts) == 1 else b"".join(parts), position


def apply_delta(base: bytes, delta: bytes, meter: Meter) -> bytes:
    """A delta's result: pieces copied from the base, and bytes of its own (gitformat-pack(5), deltified representation)."""
    expected, position = _read_size(delta, 0)
    size, position = _read_size(delta, position)
    if expected != len(base):
        raise _Corrupt(f"a delta is for a base of {expected:,} bytes, found {len(base):,}")
    meter.inflate(size)
    result = bytearray()
    while position < len(delta):
        position = _instruct(base, delta, position, result)
        if len(result) > size:
            break
        if not position & 0x3FF:  # a long delta of short copies takes minutes
            meter.check()
    if len(result) != size:
        raise _Corrupt(f"a delta does not make the {size:,} bytes that it promises")
    return bytes(result)


def _instruct(base: bytes, delta: bytes, position: int, result: bytearray) -> int:
    code = delta[position]
    position += 1
    if not code & 0x80:
        if code == 0 or position + code > len(delta):
            raise _Corrupt("a delta has an instruction that means nothing")
        result += delta[position : position + code]
        return position + code
    start = length = 0
    for bit in range(4):
        if code & 1 << bit:
            start |= delta[position] << 8 * bit
            position += 1
    for bit in range(3):
        if code & 0x10 << bit:
            length |= delta[position] << 8 * bit
            position += 1
    length = length or 0x10000
    if start + length > len(base):
        raise _Corrupt("a delta copies from behind its base's end")
    result += base[start : start + length]
    return position


def _read_size(delta: bytes, position: int) -> tuple[int, int]:
    size = shift = 0
    while True:
        byte = delta[position]
        size |= (byte & 0x7F) << shift
        shift += 7
        position += 1
        if shift > _LONGEST_VARINT:
            raise _Corrupt("a delta's size has too many digits")
        if not byte & 0x80:
            return size, position
