"""Bounded HTTP for Git servers, forges and storage: one request under a meter, its body, its redirects."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from urllib3.util import Timeout

from catalog.errors import Down, OriginError, Refused, TooBig
from catalog.transport.connections import METER
from catalog.transport.http_errors import FAILURES, explain, explain_part
from catalog.transport.retry import Again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager

    from catalog.transport.limits import Meter

MAX_REDIRECTS = 3  # of servers that the configuration names; storage has more of them

OK = 200

_MOVED = frozenset({301, 302, 303, 307, 308})
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER = 47  # gzip or zlib, by its first bytes (zlib's manual, inflateInit2)
_CHUNK = 1 << 16
_DIGITS = 20  # of a length: Python reads no number of more than 4,300

T = TypeVar("T")


class Unanswered(Down):
    """No answer began; the cause is the library's own error."""


def send(
    connections: PoolManager | HTTPConnectionPool,
    meter: Meter,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> BaseHTTPResponse:
    """The answer to one request, whatever its status; its body is not read yet. It follows no redirect, and makes one attempt."""
    limits = meter.limits
    timeout = Timeout(connect=meter.patience(limits.connect), read=meter.patience(limits.idle))
    meter.requests += 1
    meter.deliver()
    token = METER.set(meter)
    try:
        return connections.urlopen(
            method,
            url,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            timeout=timeout,
            preload_content=False,
            decode_content=False,
        )
    except FAILURES as error:
        meter.patience(0)
        raise Unanswered(f"{meter.where}: {explain(error, meter)}") from error
    finally:
        METER.reset(token)


@contextmanager
def closing(response: BaseHTTPResponse) -> Iterator[BaseHTTPResponse]:
    """Ends the connection of an answer that was not read to its end."""
    try:
        yield response
    finally:
        response.close()


def discard(response: BaseHTTPResponse) -> None:
    """Reads the rest of a short answer, so that the connection can serve again; cuts off any other."""
    length = response.headers.get("Content-Length", "")
    try:
        if length.isdecimal() and len(length) <= _DIGITS and int(length) <= _CHUNK:
            response.drain_conn()
    finally:
        response.close()


class Redirects:
    """Where answers lead, at most `most` times."""

    def __init__(self, meter: Meter, most: int = MAX_REDIRECTS) -> None:
        self._meter, self._most = meter, most
        self._count = 0

    def follow(self, url: str, response: BaseHTTPResponse, check: Callable[[str], T]) -> T:
        """What `check` makes of the target of a redirect from `url`. It raises where the target is not allowed."""
        location = response.headers.get("Location", "")
        try:
            target = urljoin(url, location)
        except ValueError:
            target = location
        checked = check(target)
        self._count += 1
        if self._count > self._most:
            raise Refused(f"{self._meter.where}: redirects more than {self._most} times")
        return checked


def is_redirect(response: BaseHTTPResponse) -> bool:
    """Whether an answer is a redirect."""
    return response.status in _MOVED


class Body:
    """An answer's content, piece by piece. Compressed content is inflated under the meter, also where the request did not accept it."""

    def __init__(
        self, response: BaseHTTPResponse, meter: Meter, *, expected: str = "none", unfit: type[OriginError] = Down
    ) -> None:
        self._response, self._meter = response, meter
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        self._engine = zlib.decompressobj(wbits=_EITHER) if encoding in _COMPRESSED else None
        if self._engine is None and encoding not in {"identity", ""}:
            response.close()
            raise unfit(f"{meter.where}: answers with the encoding {meter.quote(encoding)!r}, expected {expected}")

    def read(self) -> bytes:
        """The next piece; empty at the end, also where compressed content is cut short."""
        if self._engine is None:
            return self._receive()
        while not self._engine.eof:
            received = self._engine.unconsumed_tail or self._receive()
            try:
                piece = self._engine.decompress(received, _CHUNK)
            except zlib.error as error:
                raise Again(
                    f"{self._meter.where}: the answer's compression is corrupt: {self._meter.quote(str(error))}"
                ) from error
            self._meter.inflate(len(piece))
            if piece or not received:
                return piece
        return b""

    def read_all(self, most: int) -> bytes:
        """All of it; TooBig for more than `most` bytes, Again where it is cut short."""
        content = bytearray()
        while piece := self.read():
            content += piece
            if len(content) > most:
                raise TooBig(f"{self._meter.where}: one answer has more than {most:,} bytes")
        if self._engine is not None and not self._engine.eof:
            raise Again(f"{self._meter.where}: the answer broke off inside its compression")
        return bytes(content)

    def finish(self) -> None:
        """Reads to the end, so that the connection can serve again. What has no end in sight is cut off."""
        if not self._receive():
            self._response.release_conn()

    def close(self) -> None:
        """Ends the connection, unless the answer was read to its end."""
        self._response.close()

    def _receive(self) -> bytes:
        try:
            received = self._response.read1(_CHUNK)
        except FAILURES as error:
            self._meter.patience(0)
            raise Again(f"{self._meter.where}: the answer broke off: {explain_part(error, self._meter)}") from error
        self._meter.deliver()
        return received
