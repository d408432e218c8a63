"""Packs that are not what they say: bombs, lies and damage."""

from __future__ import annotations

import itertools
import struct
import zlib
from contextlib import nullcontext, suppress
from dataclasses import replace
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Down, OriginError, TooBig
from catalog.transport import limits
from catalog.transport.limits import Meter
from catalog.transport.origin import Limits, Pool, open_origin
from catalog.transport.pack import _LONGEST_VARINT, read_pack
from support.loopback import Answer, Request, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TINY = Limits(max_inflated=1_000_000, max_objects=50)


def packet(payload: bytes) -> bytes:
    return b"%04x%s" % (len(payload) + 4, payload)


def entry(kind: int, data: bytes, size: int | None = None, base: bytes = b"") -> bytes:
    """An object as it lies in a pack."""
    size = len(data) if size is None else size
    head, size = bytearray([kind << 4 | size & 15]), size >> 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + base + zlib.compress(data, 9)


def packed(*entries: bytes, number: int | None = None) -> bytes:
    body = b"PACK" + struct.pack(">II", 2, len(entries) if number is None else number) + b"".join(entries)
    return body + sha1(body).digest()


def broken(pack: bytes, *, mark: bytes = b"0000") -> Callable[[Request], Answer]:
    """A rule: whatever is fetched, this pack comes."""
    data = b"".join(packet(b"\1" + pack[at : at + 60_000]) for at in range(0, len(pack), 60_000))
    types = {"POST": "result", "GET": "advertisement"}
    bodies = {
        "POST": packet(b"packfile\n") + data + mark,
        "GET": packet(b"version 2\n") + packet(b"fetch=shallow filter\n") + b"0000",
    }

    def rule(request: Request) -> Answer:
        kind = {"Content-Type": f"application/x-git-upload-pack-{types[request.method]}"}
        return Answer(headers=kind, body=bodies[request.method])

    return rule


GOOD = packed(entry(3, b"hello"))
HELLO = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"
CORRUPT = "the pack is corrupt: "
PACKS = {
    "is truncated": (GOOD[:-3], Down, "the pack is truncated or corrupt: its checksum does not fit"),
    "has one wrong byte": (
        GOOD[:14] + b"?" + GOOD[15:],
        Down,
        "the pack is truncated or corrupt: its checksum does not fit",
    ),
    "is none": (b"<html>not found</html>", Down, "invalid answer: expected a pack of version 2"),
    "is empty": (packed(), Down, f"1 of 1 wanted objects did not arrive, such as {HELLO}"),
    "holds other content than was asked for": (
        packed(entry(3, b"hullo")),
        Down,
        f"1 of 1 wanted objects did not arrive, such as {HELLO}",
    ),
    "promises a million objects": (
        packed(number=10**6),
        TooBig,
        "more than 50 objects, the limit max_objects",
    ),
    "has fewer objects than it promises": (packed(entry(3, b"hello"), number=2), Down, CORRUPT + "it ends too early"),
    "has bytes behind its last object": (
        packed(entry(3, b"hello") + b"more", number=1),
        Down,
        CORRUPT + "4 bytes follow the last object",
    ),
    "is a bomb that says so": (
        packed(entry(3, bytes(10**7))),
        TooBig,
        "more than 1,000,000 bytes after decompression, the limit max_inflated",
    ),
    "is a bomb that lies": (
        packed(entry(3, bytes(10**7), size=5)),
        Down,
        CORRUPT + "an object does not inflate to the 5 bytes that it promises",
    ),
    "is a bomb of deltas": (
        packed(
            entry(3, bytes(60_000)),
            *(
                entry(
                    7,
                    b"\xe0\xd4\x03\xe0\xd4\x03" + b"\xb0\x60\xea" * 1,
                    base=sha1(b"blob 60000\0" + bytes(60_000)).digest(),
                )
                for _ in range(30)
            ),
        ),
        TooBig,
        "more than 1,000,000 bytes after decompression, the limit max_inflated",
    ),
    "has a delta without a base": (
        packed(entry(7, b"\5\5\x90\5", base=b"x" * 20)),
        Down,
        CORRUPT + "1 deltas have no base",
    ),
    "has a delta that is its own base": (
        packed(entry(6, b"\5\5\x90\5", base=b"\0")),
        Down,
        CORRUPT + "1 deltas have no base",
    ),
    "has a delta that reads past its base": (
        packed(entry(3, b"hello"), entry(7, b"\5\x09\x90\x09", base=bytes.fromhex(HELLO))),
        Down,
        CORRUPT + "a delta copies from behind its base's end",
    ),
    "has an object of no kind": (packed(entry(5, b"hello")), Down, CORRUPT + "an object has the kind 5"),
    "has an endless size": (packed(b"\xff" * 40), Down, CORRUPT + "an object's size has too many digits"),
}


@pytest.mark.parametrize(("pack", "error", "says"), PACKS.values(), ids=PACKS)
def test_a_pack_that(pack: bytes, error: type, says: str, folder: Path, pool: Pool) -> None:
    with (
        serve(folder, rule=broken(pack)) as site,
        open_origin(f"{site}/x", TINY, pool=pool) as origin,
        pytest.raises(error) as caught,
    ):
        origin.fetch([HELLO], filters="blob:none")

    assert str(caught.value) == f"{site}/x: {says}"


def test_a_pack_without_its_flush_is_cut_off(folder: Path, pool: Pool) -> None:
    with (
        serve(folder, rule=broken(GOOD, mark=b"")) as site,
        open_origin(f"{site}/x", TINY, pool=pool) as origin,
        pytest.raises(Down, match=r"the answer ends after .* bytes, 4 too early"),
    ):
        origin.fetch([HELLO])


def test_deltas_whose_base_comes_later_are_resolved(folder: Path, pool: Pool) -> None:
    copy = b"\5\6\x90\5\1!"  # the base and "!"
    later = packed(entry(7, copy, base=bytes.fromhex(HELLO)), entry(3, b"hello"))
    with serve(folder, rule=broken(later)) as site, open_origin(f"{site}/x", TINY, pool=pool) as origin:
        objects = origin.fetch([HELLO])

    assert sorted(raw.data for raw in objects.values()) == [b"hello", b"hello!"]


def test_a_chain_of_deltas_may_be_as_long_as_the_pack() -> None:
    """THREATS: deep delta chains. Each delta keeps a byte of its base and adds one of its own, its number."""
    contents = [struct.pack(">I", number) for number in range(3000)]
    entries = [entry(3, contents[0])]
    for base, content in itertools.pairwise(contents):
        named = sha1(b"blob 4\0" + base).digest()
        entries.append(entry(7, b"\4\4\x90\1\3" + content[1:], base=named))
    objects = read_pack(bytearray(packed(entries[0], *entries[:0:-1])), Meter("x", Limits()))
    assert sorted(raw.data for raw in objects.values()) == contents


def test_what_a_server_says_of_shallow_commits_is_passed_over(folder: Path, pool: Pool) -> None:
    said = packet(b"shallow-info\n") + packet(b"shallow " + b"0" * 40) + packet(b"unshallow nobody") + b"0001"

    def rule(request: Request) -> Answer:
        answer = broken(GOOD)(request)
        return answer if request.method == "GET" else replace(answer, body=said + answer.body)

    with serve(folder, rule=rule) as site, open_origin(f"{site}/x", TINY, pool=pool) as origin:
        assert [raw.data for raw in origin.fetch([HELLO], depth=1).values()] == [b"hello"]


def varint(value: int, digits: int) -> bytes:
    """A size of so many digits, most of which are zeros."""
    return bytes(value >> 7 * digit & 0x7F | 0x80 for digit in range(digits - 1)) + bytes([value >> 7 * (digits - 1)])


def with_size_of(digits: int) -> bytes:
    """A pack whose one object states its size in so many digits, of which the first has four bits."""
    return packed(bytes([3 << 4 | 5 | 0x80]) + varint(0, digits - 1) + zlib.compress(b"hello"))


def with_delta_of(digits: int) -> bytes:
    """A pack with a delta that states a size in so many digits."""
    delta = varint(5, digits) + b"\5\x90\5"
    return packed(entry(3, b"hello"), entry(7, delta, base=bytes.fromhex(HELLO)))


@pytest.mark.parametrize(
    ("make", "first", "what"),
    [(with_size_of, 4, "an object's"), (with_delta_of, 7, "a delta's")],
    ids=["object", "delta"],
)
def test_a_size_has_as_many_digits_as_are_allowed(make: Callable[[int], bytes], first: int, what: str) -> None:
    most = 1 + (_LONGEST_VARINT - first) // 7

    assert [raw.data for raw in read_pack(bytearray(make(most)), Meter("x", TINY)).values()] == [b"hello"]
    with pytest.raises(Down, match=rf"^x: the pack is corrupt: {what} size has too many digits$"):
        read_pack(bytearray(make(most + 1)), Meter("x", TINY))


@given(st.data())
def test_a_damaged_pack_raises_nothing_but_origin_errors(data: st.DataObject) -> None:
    body = bytearray(
        packed(entry(3, b"hello" * 50), entry(7, b"\5\6\x90\5\1!", base=bytes.fromhex(HELLO)), entry(3, b"hello"))[:-20]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(12, len(body) - 1))] = data.draw(st.integers(0, 255))

    with suppress(OriginError):
        read_pack(body + sha1(body).digest(), Meter("x", TINY))


@pytest.mark.parametrize(
    ("content", "fits"), [(b"\0" * 20_000, False), (bytes(range(256)) * 80, True)], ids=["zeros", "less regular"]
)
def test_what_inflates_too_far_for_its_size_is_a_bomb(
    content: bytes, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEAVY", 40_000)  # instead of 32 MiB
    few, many = (bytearray(packed(*[entry(3, content + b"%d" % n) for n in range(number)])) for number in (1, 9))

    assert len(read_pack(few, Meter("x", TINY))) == 1
    with (
        nullcontext()
        if fits
        else pytest.raises(TooBig, match=r"^x: more than 250 bytes after decompression for each byte")
    ):
        read_pack(many, Meter("x", TINY))


def test_one_large_object_alone_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEAVY", 40_000)  # instead of 32 MiB

    assert len(read_pack(bytearray(packed(entry(3, bytes(50_000)))), Meter("x", TINY))) == 1
