"""A published folder on a web server, by the one bounded HTTP client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import urlsplit

from catalog.errors import Gone, OriginError, Refused, TooBig
from catalog.query.published.index import MAX_DATABASE
from catalog.text import quote
from catalog.transport.address import GitServer, server_at
from catalog.transport.connections import read_settings
from catalog.transport.credentials import Credential
from catalog.transport.http_client import OK, Body, Redirects, Unanswered, closing, is_redirect, send
from catalog.transport.http_errors import retry_seconds
from catalog.transport.limits import Limits, Meter
from catalog.transport.pool import Pool
from catalog.transport.retry import Again, retrying

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

LONGEST_WAIT = 10.0  # seconds between two attempts
TOTAL = 3600.0  # seconds for one file

_UNCHANGED, _UNAUTHORIZED, _FORBIDDEN, _MANY, _BROKEN = 304, 401, 403, 429, 500
_MISSING = frozenset({404, 410})


class WebFolder:
    """Files below one URL. A server that asks for a login gets that of the URL, of ~/.netrc, or of Git's credential helpers."""

    def __init__(self, url: str) -> None:
        server = server_at(url)
        if server is None or server.scheme not in {"http", "https"}:
            raise Refused(f"{quote(url)!r} is not the address of a catalog: expected https://host/path without a query")
        self._server, self.shown = server, server.shown.rstrip("/")
        self._pool = Pool()
        self._credential: Credential | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def get(self, name: str, to: IO[bytes], most: int, etag: str | None = None) -> tuple[bool, str | None]:
        """Writes a file of at most `most` bytes; whether it is another one than that of `etag`, and its ETag now. OriginError."""
        limits = Limits(connect=5.0, total=TOTAL, max_bytes=MAX_DATABASE, max_inflated=MAX_DATABASE)
        meter = Meter(f"{self.shown}/{name}", limits)
        return retrying(meter, longest=LONGEST_WAIT)(self._attempt, name, to, most, etag, meter)

    def _attempt(self, name: str, to: IO[bytes], most: int, etag: str | None, meter: Meter) -> tuple[bool, str | None]:
        url, redirects = f"{self.shown}/{name}", Redirects(meter)
        while True:
            headers = {"Accept-Encoding": "gzip", **({"If-None-Match": etag} if etag else {})}
            with closing(self._send(url, headers, meter)) as response:
                if response.status == _UNCHANGED and etag is not None:
                    return False, etag
                if is_redirect(response):
                    url = redirects.follow(url, response, lambda target: self._same_site(target, meter))
                    continue
                if response.status == _UNAUTHORIZED and self._credential is None:
                    self._credential = self._pool.keyring.cached(self._server) or self._pool.keyring.find(self._server)
                    if self._credential is not None:
                        continue
                if response.status != OK:
                    raise _fault(response.status, response.headers, meter, known=self._credential is not None)
                _write(Body(response, meter, expected="gzip or none", unfit=Refused), to, most, meter)
                return True, response.headers.get("ETag")

    def _send(self, url: str, headers: dict[str, str], meter: Meter) -> BaseHTTPResponse:
        if self._credential is not None:
            headers["Authorization"] = self._credential.basic
        manager = self._pool.manager(read_settings(self._pool.git, self._server))
        try:
            return send(manager, meter, "GET", url, headers)
        except Unanswered as error:
            raise Again(str(error)) from error

    def _same_site(self, target: str, meter: Meter) -> str:
        """Another server may be anybody's, and would get the login."""
        try:
            server = server_at(urlsplit(target)._replace(query="", fragment="").geturl())
        except ValueError:  # no URL
            server = None
        if not isinstance(server, GitServer) or server.site != self._server.site:
            raise Refused(
                f"{meter.where}: redirects to {meter.quote(target)!r}, expected an address of {self._server.site}; state that one"
            )
        return target


def _write(body: Body, to: IO[bytes], most: int, meter: Meter) -> None:
    to.seek(0)
    to.truncate()
    while piece := body.read():
        if to.tell() + len(piece) > most:
            raise TooBig(f"{meter.where}: more than {most:,} bytes, as many as are expected")
        to.write(piece)


def _fault(status: int, headers: Mapping[str, str], meter: Meter, *, known: bool) -> OriginError:
    if status in _MISSING:
        return Gone(f"{meter.where}: {status}: there is no such file")
    if status == _UNAUTHORIZED:
        login = "does not accept the login" if known else "needs a login, as of ~/.netrc"
        return Refused(f"{meter.where}: {status}: the server {login}")
    if status == _FORBIDDEN:
        return Refused(f"{meter.where}: {status}: the server does not let you read it")
    if status == _MANY or status >= _BROKEN:
        wait = retry_seconds(headers["Retry-After"], 1.0) if "Retry-After" in headers else None
        return Again(f"{meter.where}: {status}: the server is busy or broken", wait)
    return Refused(f"{meter.where}: {status}: the server refuses the request")
