"""Git's smart HTTP protocol: requests, credentials, redirects and retries by our own rules (gitprotocol-http(5))."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from urllib3.util import Timeout

from catalog.errors import Down, Gone, Refused
from catalog.transport.address import Remote, parse_address
from catalog.transport.connections import METER, extra_headers, read_settings
from catalog.transport.http_errors import FAILURES, explain, explain_part, is_reset, retry_seconds
from catalog.transport.legacy import read_advertisement
from catalog.transport.packets import Packets
from catalog.transport.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import BaseHTTPResponse

    from catalog.transport.credentials import Credential
    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool
    from catalog.transport.wire import Advertisement

MAX_REDIRECTS = 3
BACKOFF = (0.2, 0.8)  # seconds before the second and the third attempt
LONGEST_RETRY_AFTER = 10.0  # seconds; a server that wants more of them is down

AGENT = "git/federated-model-catalog"  # some servers answer Git's protocol only to agents that begin with git/
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
RESULT = "application/x-git-upload-pack-result"
REQUEST = "application/x-git-upload-pack-request"

_INFO_REFS = "/info/refs?service=git-upload-pack"
_UPLOAD_PACK = "/git-upload-pack"
_BUSY = frozenset({429, 502, 503, 504})
_CHUNK = 1 << 16


class Unfit(Refused):
    """An HTTP answer that is none to what we asked. Another request may do better."""


class HttpWire:
    """One repository over http or https. Connections belong to the pool."""

    shy = True

    def __init__(self, remote: Remote, meter: Meter, pool: Pool) -> None:
        self._meter, self._pool = meter, pool
        self._redirects = self._retries = 0
        self._move(remote)

    def advertisement(self) -> Advertisement:
        with self._open("GET", _INFO_REFS, None, 2) as packets:
            return read_advertisement(packets)

    @contextmanager
    def ask(self, request: bytes, version: int = 2) -> Iterator[Packets]:
        with self._open("POST", _UPLOAD_PACK, request, version) as packets:
            yield packets

    def close(self) -> None:
        """Nothing is held between requests."""

    def _move(self, remote: Remote) -> None:
        self._remote = remote
        self._manager = self._pool.manager(read_settings(self._pool.git, remote))
        self._extra = extra_headers(self._pool.git, remote)
        self._use(self._pool.keyring.known(remote))

    def _use(self, credential: Credential | None) -> None:
        self._credential = credential
        self._meter.secrets = credential.secrets if credential else ()

    @contextmanager
    def _open(self, method: str, service: str, body: bytes | None, version: int) -> Iterator[Packets]:
        self._retries = 0
        response = self._send(method, service, body, version)
        answer = _Body(response, self._meter)
        try:
            self._expect(response, RESULT if body else ADVERTISEMENT)
            yield Packets(answer.read, self._meter)
            answer.finish()
        finally:
            answer.close()

    def _send(self, method: str, service: str, body: bytes | None, version: int) -> BaseHTTPResponse:
        while True:
            response = self._attempt(method, service, body, version)
            if response is None:
                continue
            if response.status == 200:  # noqa: PLR2004 - OK
                return response
            try:
                self._react(response, service)
            finally:
                _discard(response)

    def _attempt(self, method: str, service: str, body: bytes | None, version: int) -> BaseHTTPResponse | None:
        """One request. None where the connection was reset before an answer, and another attempt is due."""
        limits, meter = self._meter.limits, self._meter
        timeout = Timeout(connect=meter.patience(limits.connect), read=meter.patience(limits.idle))
        meter.requests += 1
        token = METER.set(meter)
        try:
            return self._manager.urlopen(
                method,
                self._remote.shown + service,
                body=body,
                headers=self._headers(bool(body), version),
                redirect=False,
                retries=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
            )
        except FAILURES as error:
            if is_reset(error) and self._again("0" if self._retries == 0 else None):
                return None
            meter.patience(0)
            raise Down(f"{meter.where}: {explain(error, limits.connect)}") from error
        finally:
            METER.reset(token)

    def _headers(self, posts: bool, version: int) -> dict[str, str]:
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Accept": RESULT if posts else ADVERTISEMENT}
        if posts:
            headers["Content-Type"] = REQUEST
        if version == 2:  # noqa: PLR2004 - version 2
            headers["Git-Protocol"] = "version=2"
        headers |= self._extra
        if self._credential is not None:
            headers["Authorization"] = self._credential.basic
        return headers

    def _react(self, response: BaseHTTPResponse, service: str) -> None:
        """Make ready for another attempt, or raise what the answer means."""
        status, where = response.status, self._meter.where
        if status in {301, 302, 303, 307, 308}:
            self._redirect(response.headers.get("Location", ""), service)
        elif status == 401:  # noqa: PLR2004 - Unauthorized
            self._authenticate()
        elif status in _BUSY and self._again(response.headers.get("Retry-After")):
            return
        elif status in {404, 410}:
            raise Gone(f"{where}: {status}: the server knows no such repository")
        elif status >= 500 and status != 501:  # noqa: PLR2004 - the server's fault; 501 means that it knows no POST
            raise Down(f"{where}: {status}: the server is busy or broken{_wait(response.headers.get('Retry-After'))}")
        elif status == 429:  # noqa: PLR2004 - Too Many Requests
            raise Down(f"{where}: 429: too many requests{_wait(response.headers.get('Retry-After'))}")
        elif status == 407:  # noqa: PLR2004 - Proxy Authentication Required
            raise Refused(f"{where}: 407: the proxy needs credentials")
        else:
            raise Unfit(f"{where}: {status}: the server refuses the request")

    def _redirect(self, location: str, service: str) -> None:
        """Only within the same host, or from http to https on it: a redirect may not lead to an internal server."""
        where = self._meter.where
        try:
            target = urljoin(self._remote.shown + service, location)
        except ValueError:
            target = location
        if not target.endswith(service):
            raise Unfit(f"{where}: redirects to {self._meter.quote(target)!r}, which is no Git repository")
        moved = parse_address(target.removesuffix(service))
        if not isinstance(moved, Remote) or not _same_host(self._remote, moved):
            elsewhere = self._meter.quote(target.removesuffix(service))
            raise Refused(f"{where}: redirects to {elsewhere!r}, expected the same host: state that URL instead")
        self._redirects += 1
        if self._redirects > MAX_REDIRECTS:
            raise Refused(f"{where}: redirects more than {MAX_REDIRECTS} times")
        self._move(replace(moved, user=self._remote.user, secret=self._remote.secret))

    def _authenticate(self) -> None:
        where = self._meter.where
        if self._credential is None:
            self._use(self._pool.keyring.find(self._remote))
            if self._credential is None:
                raise Refused(f"{where}: 401: needs credentials, or does not exist")
        else:
            raise Refused(f"{where}: 401: the credentials for user {quote(self._credential.user)!r} are not accepted")

    def _again(self, retry_after: str | None) -> bool:
        """Wait for another attempt, where one is left and the wait is short."""
        if self._retries >= len(BACKOFF):
            return False
        seconds = BACKOFF[self._retries] if retry_after is None else retry_seconds(retry_after, BACKOFF[self._retries])
        self._retries += 1
        return seconds <= LONGEST_RETRY_AFTER and self._meter.pause(seconds)

    def _expect(self, response: BaseHTTPResponse, content_type: str) -> None:
        found = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if found == content_type:
            return
        where = self._meter.where
        # What gitprotocol-http(5) calls a dumb server answers with a plain file, of whatever type it holds files to be.
        if content_type == ADVERTISEMENT and found in {"text/plain", "application/octet-stream", ""}:
            raise Unfit(f"{where}: speaks the dumb HTTP protocol, expected the smart one")
        raise Unfit(f"{where}: answers with {self._meter.quote(found)!r}, expected a Git repository")


class _Body:
    """An answer's content, piece by piece. Compressed content is inflated under the meter, though never asked for."""

    def __init__(self, response: BaseHTTPResponse, meter: Meter) -> None:
        self._response, self._meter = response, meter
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        self._engine = zlib.decompressobj(wbits=47) if encoding in {"gzip", "x-gzip", "deflate"} else None
        if self._engine is None and encoding not in {"identity", ""}:
            response.close()
            raise Down(f"{meter.where}: answers with the encoding {meter.quote(encoding)!r}, expected none")

    def read(self) -> bytes:
        if self._engine is None:
            return self._receive()
        while not self._engine.eof:
            received = self._engine.unconsumed_tail or self._receive()
            try:
                piece = self._engine.decompress(received, _CHUNK)
            except zlib.error as error:
                raise Down(f"{self._meter.where}: the answer's compression is corrupt: {error}") from error
            self._meter.inflate(len(piece))
            if piece or not received:
                return piece
        return b""

    def _receive(self) -> bytes:
        try:
            return self._response.read1(_CHUNK)
        except FAILURES as error:
            raise Down(f"{self._meter.where}: the answer broke off: {explain_part(error)}") from error

    def finish(self) -> None:
        """Read to the end, so that the connection can serve again. What has no end in sight is cut off."""
        if not self._receive():
            self._response.release_conn()

    def close(self) -> None:
        self._response.close()


def _discard(response: BaseHTTPResponse) -> None:
    """Read the rest of a short answer, so that the connection can serve again; cut off any other."""
    length = response.headers.get("Content-Length", "")
    try:
        if length.isdecimal() and int(length) <= _CHUNK:
            response.drain_conn()
    finally:
        response.close()


def _same_host(stated: Remote, moved: Remote) -> bool:
    upgrade = (stated.scheme, moved.scheme) == ("http", "https") and stated.port is None
    return stated.host == moved.host and stated.port == moved.port and (stated.scheme == moved.scheme or upgrade)


def _wait(retry_after: str | None) -> str:
    return f", and asks to wait {quote(retry_after)!r}" if retry_after else ""
