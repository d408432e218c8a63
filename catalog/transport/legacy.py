"""Protocol versions 0 and 1, for servers that do not speak version 2 (gitprotocol-pack(5)). No network.

Why not dulwich: docs/decisions/16-git-client.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.errors import Refused
from catalog.git.objects import decode
from catalog.git.snapshot import RefListing
from catalog.transport.packets import Garbled, Mark, frame
from catalog.transport.wire import Advertisement, make_listing, make_ref, read_capabilities, read_sideband, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.git.snapshot import Ref
    from catalog.transport.packets import Packets
    from catalog.transport.wire import FetchRequest

# Azure DevOps does not answer requests without multi_ack, so what is offered of these is accepted.
_ACCEPTED = ("multi_ack_detailed", "side-band-64k", "ofs-delta", "no-progress")
_NO_REFS = b"capabilities^{}"
_PEELED = b"^{}"
_TALK = (b"ACK ", b"NAK", b"shallow ", b"unshallow ")


def read_advertisement(packets: Packets) -> Advertisement:
    """What a server says first, in any version."""
    line = packets.line()
    if isinstance(line, bytes) and line.startswith(b"# service="):  # only over HTTP, and there only sometimes
        packets.read()
        line = packets.line()
    if line == b"version 2":
        return read_capabilities(packets)
    if line == b"version 1":
        line = packets.line()
    if line is Mark.FLUSH:  # how Git before version 2 says that it has no refs
        return Advertisement(version=0, listing=RefListing(refs=()))
    if isinstance(line, Mark):
        raise Garbled(f"{packets.meter.where}: a {line.name} packet, expected refs or `version 2`")
    first, _, words = line.partition(b"\0")
    capabilities = _capabilities(words)
    if capabilities.get("object-format", "sha1") != "sha1":
        raise sha256(packets.meter)
    refs = _read_refs(first, packets)
    heads = (word[len(b"symref=HEAD:") :] for word in words.split() if word.startswith(b"symref=HEAD:"))
    head = next((decode(name) for name in heads), None)
    return Advertisement(version=0, capabilities=capabilities, listing=make_listing(refs, head))


def fetch_request(request: FetchRequest, advertisement: Advertisement) -> bytes:
    """Ask for a pack in one round. Depth, filters and the rest only where the server offers them."""
    offered = advertisement.capabilities
    accepted = [name for name in _ACCEPTED if name in offered]
    lines: list[str | Mark] = []
    if request.depth is not None and "shallow" in offered:
        accepted.append("shallow")
        lines.append(f"deepen {request.depth}")
    if request.filters and "filter" in offered:
        accepted.append("filter")
        lines.append(f"filter {request.filters}")
    first, *others = request.wants
    wants = [f"want {first} {' '.join(accepted)}", *(f"want {oid}" for oid in others)]
    haves = [f"have {oid}" for oid in request.haves]
    return frame([*wants, *lines, Mark.FLUSH, *haves, "done"])


def read_fetch(packets: Packets, advertisement: Advertisement) -> bytearray:
    """The pack in the answer."""
    if "side-band-64k" not in advertisement.capabilities:
        raise Refused(f"{packets.meter.where}: the server does not offer side-band-64k, expected Git 1.5 or later")
    packet = packets.read()
    while packet is Mark.FLUSH or (isinstance(packet, bytes) and packet.startswith(_TALK)):
        packet = packets.read()
    return read_sideband(packets, packet)


def _capabilities(words: bytes) -> dict[str, str]:
    return {name: value for name, _, value in (decode(word).partition("=") for word in words.split())}


def _read_refs(first: bytes, packets: Packets) -> dict[str, Ref]:
    refs: dict[str, Ref] = {}
    for number, line in enumerate(_lines(first, packets)):
        packets.meter.count_refs(number)
        oid, _, name = line.partition(b" ")
        if name == _NO_REFS or oid == b"shallow":
            continue
        if name.endswith(_PEELED):
            ref = refs.get(decode(name[: -len(_PEELED)]))
            if ref is None:
                raise Garbled(f"{packets.meter.where}: a peeled ref comes before its tag")
            refs[ref.name] = make_ref(ref.oid.encode(), name[: -len(_PEELED)], oid, packets.meter)
        else:
            ref = make_ref(oid, name, None, packets.meter)
            refs[ref.name] = ref
    return refs


def _lines(first: bytes, packets: Packets) -> Iterator[bytes]:
    line: bytes | Mark = first
    while line is not Mark.FLUSH:
        if isinstance(line, Mark):
            raise Garbled(f"{packets.meter.where}: the ref listing has a {line.name} packet, expected a ref")
        yield line
        line = packets.line()
