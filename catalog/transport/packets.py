"""Git's pkt-lines: four hexadecimal digits of length, then the payload (gitprotocol-common(5))."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from catalog.errors import Broken, Refused
from catalog.transport.answer_digest import AnswerBytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from catalog.transport.answer_digest import AnswerDigest
    from catalog.transport.limits import Meter

_NAMED = re.compile(rb"\b[0-9a-f]{40}\b")
_LONGEST = 1000  # bytes of an error in which an object's name is looked for
_DIGITS = 4  # of a length, which counts themselves


class Mark(Enum):
    """A packet without a payload; its value is its length field."""

    FLUSH = 0
    DELIMITER = 1
    END = 2


class Garbled(Broken):
    """What arrived is not what Git's protocol says; `beginning` is what was read of it."""

    beginning = b""


class ServerError(Refused):
    """The server answered with an `ERR` packet. `oid`: the object that it names, if any."""

    def __init__(self, message: str, answer: bytes = b"") -> None:
        named = _NAMED.search(answer[:_LONGEST])
        self.oid = named[0].decode("ascii") if named else ""
        super().__init__(message)


def frame(lines: Iterable[str | Mark]) -> bytes:
    """Lines and marks as they go over the wire."""
    framed = bytearray()
    for line in lines:
        if isinstance(line, Mark):
            framed += b"%04x" % line.value
        else:
            payload = line.encode() + b"\n"
            framed += b"%04x%s" % (len(payload) + _DIGITS, payload)
    return bytes(framed)


class Packets:
    """Reads packets from `more`, which returns the next bytes, and none at the end of the answer."""

    def __init__(self, more: Callable[[], bytes], meter: Meter) -> None:
        self.meter = meter
        self.begun = False  # whether a packet came that is one
        self._more = more
        self._buffer = b""
        self._at = 0
        self._answer: AnswerBytes | None = None

    def digesting(self) -> AnswerBytes:
        """The digest of what arrives from now on, and of nothing before."""
        self._answer = AnswerBytes()
        return self._answer

    def repeats(self, last: AnswerDigest) -> bool:
        """Whether the answer, to its end, has this digest. It can be read as packets after that, too."""
        answer, chunks = self._answer or self.digesting(), [self._buffer]
        while answer.size <= last.size and (chunk := self._receive()):
            chunks.append(chunk)
        self._buffer = b"".join(chunks)
        return answer.digest() == last

    @property
    def unread(self) -> bytes:
        """What arrived and was not read as a packet."""
        return self._buffer[self._at :]

    def read(self) -> bytes | Mark:
        """The next packet; Garbled where the answer ends instead, ServerError where the server states an error."""
        digits = self._take(_DIGITS)
        try:
            length = int(digits, 16) if digits.isalnum() else -1
        except ValueError:
            length = -1
        if 0 <= length <= Mark.END.value:
            self.begun = True
            return Mark(length)
        if length <= _DIGITS:  # Git never sends an empty packet to a client; hostile servers do
            garbled = Garbled(f"{self.meter.where}: {self.meter.quote(digits)!r} where a packet's length was expected")
            garbled.beginning = digits
            raise garbled
        payload = self._take(length - _DIGITS)
        if payload.startswith(b"ERR "):
            raise ServerError(f"{self.meter.where}: the server says {self.meter.quote(payload[4:])!r}", payload)
        self.begun = True
        return payload

    def line(self) -> bytes | Mark:
        """The next packet without its line end."""
        packet = self.read()
        return packet if isinstance(packet, Mark) else packet.removesuffix(b"\n")

    def _take(self, size: int) -> bytes:
        while len(self._buffer) - self._at < size:
            chunk = self._receive()
            if not chunk:
                have = len(self._buffer) - self._at
                raise Garbled(
                    f"{self.meter.where}: the answer ends after {self.meter.received:,} bytes, {size - have:,} too early"
                )
            self._buffer = self._buffer[self._at :] + chunk
            self._at = 0
        taken = self._buffer[self._at : self._at + size]
        self._at += size
        return taken

    def _receive(self) -> bytes:
        chunk = self._more()
        if self._answer is not None:
            self._answer.add(chunk)
        return chunk
