"""Git's smart HTTP protocol, with this catalog's rules for credentials, redirects and retries (gitprotocol-http(5))."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.transport.address import GitServer, server_at
from catalog.transport.connections import check_before_proxy, extra_headers, read_settings
from catalog.transport.http_client import OK, Body, Redirects, Unanswered, discard, is_redirect, send
from catalog.transport.http_errors import is_reset, retry_seconds
from catalog.transport.legacy import read_advertisement
from catalog.transport.packets import Packets
from catalog.transport.request_secrets import learn_request
from catalog.transport.retry import Again, retrying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import BaseHTTPResponse

    from catalog.transport.credentials import Credential
    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool
    from catalog.transport.wire import Advertisement

LONGEST_RETRY_AFTER = 10.0  # seconds; a server that states a longer wait is down

AGENT = "git/federated-model-catalog"  # some servers answer Git's protocol only to agents that begin with git/

_BUSY = frozenset({429, 502, 503, 504})


class Unfit(Refused):
    """An HTTP answer that does not fit the request. Another request may succeed."""


class HttpWire:
    """One repository over http or https. Connections belong to the pool."""

    shy = True
    service = "git-upload-pack"
    version = 2  # of the protocol, that is asked for
    repeats_posts = True  # after a failure that may pass

    def __init__(self, remote: GitServer, meter: Meter, pool: Pool) -> None:
        self._meter, self._pool = meter, pool
        self._redirects = Redirects(meter)
        self._resets = 0  # of the request at hand
        self._move(remote)

    def advertisement(self) -> Advertisement:
        with self._open("GET", f"/info/refs?service={self.service}", None, self.version) as packets:
            return read_advertisement(packets)

    @contextmanager
    def ask(self, request: bytes, version: int = 2) -> Iterator[Packets]:
        with self._open("POST", f"/{self.service}", request, version) as packets:
            yield packets

    def close(self) -> None:
        """Nothing is held between requests."""

    def _move(self, remote: GitServer) -> None:
        self._remote = remote
        learn_request(self._meter.gate, remote, self._pool)
        settings = read_settings(self._pool.git, remote)
        if self._meter.permits is not None:
            settings = replace(settings, is_guarded=True)
            if settings.proxy:
                check_before_proxy(remote, self._meter)
        self._manager = self._pool.manager(settings)
        self._extra = extra_headers(self._pool.git, remote)
        self._use(self._pool.keyring.cached(remote))

    def _use(self, credential: Credential | None) -> None:
        self._credential = credential
        if credential is not None:
            self._meter.gate.learn_pair(credential.user, credential.secret)

    @contextmanager
    def _open(self, method: str, service: str, body: bytes | None, version: int) -> Iterator[Packets]:
        self._resets = 0
        if body is None or self.repeats_posts:
            again = retrying(self._meter, longest=LONGEST_RETRY_AFTER)
            response = again(self._send, method, service, body, version)
        else:
            response = self._send(method, service, body, version)
        answer = Body(response, self._meter)
        try:
            self._expect(response, self._type("result" if body else "advertisement"))
            yield Packets(answer.read, self._meter)
            answer.finish()
        finally:
            answer.close()

    def _send(self, method: str, service: str, body: bytes | None, version: int) -> BaseHTTPResponse:
        """The answer, wherever redirects lead, and with credentials where they are wanted."""
        while True:
            response = self._attempt(method, service, body, version)
            if response.status == OK:
                return response
            try:
                self._react(response, service)
            finally:
                discard(response)

    def _attempt(self, method: str, service: str, body: bytes | None, version: int) -> BaseHTTPResponse:
        headers = self._headers(bool(body), version)
        try:
            return send(self._manager, self._meter, method, self._remote.shown + service, headers, body)
        except Unanswered as error:
            if not is_reset(error.__cause__):
                raise
            # A connection that was idle for long is found out only by the next request: that one is made again at once.
            self._resets += 1
            raise Again(str(error), 0.0 if self._resets == 1 else None) from error

    def _headers(self, posts: bool, version: int) -> dict[str, str]:
        accepted = self._type("result" if posts else "advertisement")
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Accept": accepted}
        if posts:
            headers["Content-Type"] = self._type("request")
        if version == 2:  # noqa: PLR2004 - version 2
            headers["Git-Protocol"] = "version=2"
        headers |= self._extra
        if self._credential is not None:
            headers["Authorization"] = self._credential.basic
        return headers

    def _react(self, response: BaseHTTPResponse, service: str) -> None:
        """Make ready for another request, or raise what the answer means."""
        status = response.status
        if is_redirect(response):
            target = self._redirects.follow(
                self._remote.shown + service, response, lambda target: self._moved(target, service)
            )
            self._move(target)
        elif status == 401:  # noqa: PLR2004 - Unauthorized
            self._authenticate()
        else:
            raise _failure(status, response.headers.get("Retry-After"), self._meter)

    def _moved(self, target: str, service: str) -> GitServer:
        """Only within the same host, or from http to https on it: a redirect may not lead to an internal server."""
        where = self._meter.where
        if not target.endswith(service):
            raise Unfit(f"{where}: redirects to {self._meter.quote(target)!r}, expected a Git repository")
        moved = server_at(target.removesuffix(service))
        if moved is None or not same_host(self._remote, moved):
            elsewhere = self._meter.quote(target.removesuffix(service))
            raise Refused(f"{where}: redirects to {elsewhere!r}, expected the same host: state that URL instead")
        return replace(moved, user=self._remote.user, secret=self._remote.secret)

    def _authenticate(self) -> None:
        where = self._meter.where
        if self._credential is None:
            self._use(self._pool.keyring.find(self._remote))
            if self._credential is None:
                raise Refused(f"{where}: 401: needs credentials, or does not exist")
        else:
            raise Refused(
                f"{where}: 401: the credentials for user {self._meter.quote(self._credential.user)!r} are not accepted"
            )

    def _type(self, part: str) -> str:
        return f"application/x-{self.service}-{part}"

    def _expect(self, response: BaseHTTPResponse, content_type: str) -> None:
        received = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if received == content_type:
            return
        where = self._meter.where
        # What gitprotocol-http(5) calls a dumb server answers with a plain file, of whatever type it holds files to be.
        if content_type == self._type("advertisement") and received in {"text/plain", "application/octet-stream", ""}:
            raise Unfit(f"{where}: speaks the dumb HTTP protocol, expected the smart one")
        raise Unfit(f"{where}: answers with {self._meter.quote(received)!r}, expected a Git repository")


def same_host(stated: GitServer, moved: GitServer) -> bool:
    """Whether a redirect stays on its host and port, or leads from http to https there."""
    upgrade = (stated.scheme, moved.scheme) == ("http", "https") and stated.port is None
    return stated.host == moved.host and stated.port == moved.port and (stated.scheme == moved.scheme or upgrade)


def _failure(status: int, retry_after: str | None, meter: Meter) -> OriginError:
    """The error that a status stands for."""
    where = meter.where
    wait = f", and asks to wait {meter.quote(retry_after)!r}" if retry_after else ""
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        sentence = f"too many requests{wait}"
    elif status >= 500 and status != 501:  # noqa: PLR2004 - the server's fault; 501 means that it knows no POST
        sentence = f"the server is busy or broken{wait}"
    elif status in {404, 410}:
        return Gone(f"{where}: {status}: the server knows no such repository")
    elif status == 407:  # noqa: PLR2004 - Proxy Authentication Required
        return Refused(f"{where}: 407: the proxy needs credentials")
    else:
        return Unfit(f"{where}: {status}: the server refuses the request")
    message = f"{where}: {status}: {sentence}"
    if status not in _BUSY:
        return Down(message)
    return Again(message, None if retry_after is None else retry_seconds(retry_after, None))
