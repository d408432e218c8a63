"""Git's protocol version 2 as bytes: writes requests and parses answers (gitprotocol-v2(5)). No network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.errors import Broken, Refused
from catalog.git.objects import decode
from catalog.git.ref_fault import NO_OBJECT, RefFault, broken
from catalog.git.snapshot import Ref, RefListing
from catalog.transport.pack import PACK_HEADER, count_objects
from catalog.transport.packets import Garbled, Mark, frame

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from catalog.transport.limits import Meter
    from catalog.transport.packets import Packets

AGENT = "agent=federated-model-catalog"
PREFIXES = ("refs/heads/", "refs/tags/", "refs/exps/")

# Without `object-format` a server uses SHA-1, as intended here; those before Git 2.28 reject the capability.
LS_REFS = frame(
    [
        "command=ls-refs",
        AGENT,
        Mark.DELIMITER,
        "peel",
        "symrefs",
        "ref-prefix HEAD",
        *(f"ref-prefix {prefix}" for prefix in PREFIXES),
        Mark.FLUSH,
    ]
)

_PACK, _PROGRESS, _FATAL = _CHANNELS = (1, 2, 3)

_OID = re.compile(rb"[0-9a-f]{40}")
_LONG_OID = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchRequest:
    """What to fetch."""

    wants: Sequence[str]
    filters: str | None = None
    depth: int | None = None
    haves: Collection[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Advertisement:
    """What a server says about itself. `listing` is there for versions 0 and 1, which send all refs at once."""

    version: int
    capabilities: dict[str, str] = field(default_factory=dict)
    listing: RefListing | None = None

    @property
    def filters(self) -> bool:
        words = self.capabilities.get("fetch", "").split() if self.version == 2 else self.capabilities  # noqa: PLR2004 - version 2
        return "filter" in words


def fetch_request(request: FetchRequest) -> bytes:
    """Ask for a pack in one round: `done` tells the server not to negotiate."""
    lines: list[str | Mark] = ["command=fetch", AGENT, Mark.DELIMITER, "no-progress", "ofs-delta"]
    lines += [f"want {oid}" for oid in request.wants]
    lines += [f"have {oid}" for oid in request.haves]
    if request.depth is not None:
        lines.append(f"deepen {request.depth}")
    if request.filters:
        lines.append(f"filter {request.filters}")
    return frame([*lines, "done", Mark.FLUSH])


def read_listing(packets: Packets) -> RefListing:
    """The answer to LS_REFS. It must end with a flush: half a listing would look like deleted refs."""
    refs, head, number = {}, None, 0
    while (line := packets.line()) is not Mark.FLUSH:
        number += 1
        packets.meter.count_refs(number)
        if isinstance(line, Mark):
            raise Garbled(f"{packets.meter.where}: the ref listing has a {line.name} packet, expected a ref")
        oid, _, details = line.partition(b" ")
        name = details.partition(b" ")[0]
        ref = make_ref(oid, name, _attribute(details, b" peeled:"), packets.meter)
        if name == b"HEAD" and (target := _attribute(details, b" symref-target:")) is not None:
            head = decode(target)
        refs[ref.name] = ref
    return make_listing(refs, head)


def _attribute(details: bytes, prefix: bytes) -> bytes | None:
    """The value of the attribute of a ref with this prefix. It is searched for: a line of 64 KiB may have 30,000 others."""
    _, separator, value = details.rpartition(prefix)
    return value.partition(b" ")[0] if separator else None


def make_ref(oid: bytes, name: bytes, peeled: bytes | None, meter: Meter) -> Ref:
    """One ref, its object names checked."""
    for candidate in (oid, peeled):
        if candidate is not None and not _OID.fullmatch(candidate):
            if _LONG_OID.fullmatch(candidate):
                raise sha256(meter)
            raise Garbled(
                f"{meter.where}: the ref {meter.quote(name)!r} is at {meter.quote(candidate)!r}, expected a SHA-1 object name"
            )
    return Ref(name=decode(name), oid=oid.decode("ascii"), peeled=peeled.decode("ascii") if peeled else None)


def make_listing(refs: dict[str, Ref], head: str | None, faults: Iterable[RefFault] = ()) -> RefListing:
    """Only the requested refs (a prefix is but a hint to the server), in the order of their names; those that name no object are faults."""
    wanted = sorted(name for name in refs if name == "HEAD" or name.startswith(PREFIXES))
    bad = {name for name in wanted if refs[name].oid == NO_OBJECT}
    return RefListing(
        refs=tuple(refs[name] for name in wanted if name not in bad),
        head=head if "HEAD" in refs else None,
        faults=(*map(broken, sorted(bad - {"HEAD"})), *faults),
    )


def sha256(meter: Meter) -> Refused:
    return Refused(f"{meter.where}: the repository uses SHA-256 object names, expected SHA-1")


def read_capabilities(packets: Packets) -> Advertisement:
    """What follows `version 2` in an advertisement."""
    capabilities = {}
    while (line := packets.line()) is not Mark.FLUSH:
        if isinstance(line, Mark):
            raise Garbled(f"{packets.meter.where}: the capabilities have a {line.name} packet, expected a line")
        name, _, value = decode(line).partition("=")
        capabilities[name] = value
        packets.meter.count_refs(len(capabilities))
    if capabilities.get("object-format", "sha1") != "sha1":
        raise sha256(packets.meter)
    return Advertisement(version=2, capabilities=capabilities)


def read_fetch(packets: Packets) -> bytearray:
    """The pack in the answer to a fetch; the sections before it are not needed."""
    while (line := packets.line()) != b"packfile":
        if line is Mark.FLUSH:
            raise Garbled(f"{packets.meter.where}: the answer to a fetch has no pack")
    return read_sideband(packets, packets.read())


def read_sideband(packets: Packets, packet: bytes | Mark) -> bytearray:
    """Channel 1 is the pack, 2 is progress, 3 the server's last words."""
    pack, where = bytearray(), packets.meter.where
    while packet is not Mark.FLUSH:
        if isinstance(packet, Mark) or packet[0] not in _CHANNELS:
            raise Garbled(f"{where}: the pack has a packet outside of its channels")
        if packet[0] == _FATAL:
            raise Broken(f"{where}: the server stopped sending its pack: {packets.meter.quote(packet[1:])!r}")
        if packet[0] == _PACK:
            fresh = len(pack) < PACK_HEADER
            pack += memoryview(packet)[1:]
            if fresh and len(pack) >= PACK_HEADER:
                count_objects(pack, packets.meter)
        packet = packets.read()
    return pack
