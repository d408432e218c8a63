"""The client for forges: bounded GET requests, with a token for one host only and reported waits; and folders and files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from urllib3.exceptions import SSLError

from catalog.discovery.client_errors import fault
from catalog.errors import Down, Gone, Refused, TooBig
from catalog.plugins.forge import Ask, Response
from catalog.transport.address import server_at
from catalog.transport.connections import read_settings
from catalog.transport.http_client import OK, Body, Redirects, Unanswered, closing, is_redirect, send
from catalog.transport.retry import Again, retrying

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from catalog.transport.address import GitServer
    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool

MAX_BODY = 32 << 20  # bytes of one answer, after decompression
MAX_ENTRIES = 100_000  # in one folder
MAX_VALUES = 500_000  # commas and brackets of one answer: a value takes Python some fifty times its own bytes

AGENT = "federated-model-catalog"  # GitHub refuses requests without one

_UNCHANGED = 304


class Stopped(Down):
    """The crawl is being stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A token, how it is sent, and where it is from. In no repr."""

    header: str = field(repr=False)
    origin: str  # the environment variable, or the user of Git's credential helper


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """The requests of one source. `tell` gets each wait as a sentence; `stop` ends waits and requests."""

    meter: Meter
    pool: Pool
    secret: Secret | None
    site: str  # the only server that gets requests, and the token
    tell: Callable[[str], None]
    stop: Event

    def ask(self, ask: Ask, etag: str | None = None) -> tuple[Response, str | None] | None:
        """The answer and its ETag; None where it is still the one of the ETag that is given. OriginError, and nothing else."""
        if self.stop.is_set():
            raise Stopped(f"{self.meter.where}: stopped before the listing was complete")
        if ask.reads == "folder":
            return Response(ask=ask, value=self._folder(ask.url), headers={}), None
        if "://" not in ask.url:
            return Response(ask=ask, value=_file(ask.url, self.meter), headers={}), None
        return self._answer(ask, etag)

    def _folder(self, path: str) -> list[tuple[str, str]]:
        """(name, kind) of what lies in a folder; a link is neither file nor folder."""
        kinds = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    folder, file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
                    kinds.append((entry.name, "folder" if folder else "file" if file else "other"))
                    if len(kinds) > MAX_ENTRIES:
                        raise TooBig(f"{self.meter.quote(path)}: more than {MAX_ENTRIES:,} entries in one folder")
        except PermissionError:
            self.tell(f"{self.meter.quote(path)}: may not be read, and is left out")
        except FileNotFoundError as error:
            raise Gone(f"{self.meter.quote(path)}: no such folder") from error
        except OSError as error:
            raise Down(f"{self.meter.quote(path)}: {error.strerror}") from error
        return sorted(kinds)

    def _answer(self, ask: Ask, etag: str | None) -> tuple[Response, str | None] | None:
        again = retrying(self.meter, sleep=self._sleep, tell=self.tell)
        return again(self._attempt, ask, etag)

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped(f"{self.meter.where}: stopped while waiting")

    def _attempt(self, ask: Ask, etag: str | None) -> tuple[Response, str | None] | None:
        url, redirects = ask.url, Redirects(self.meter)
        while True:
            with closing(self._get(url, ask, etag)) as response:
                if response.status == _UNCHANGED and etag is not None:
                    return None
                if not is_redirect(response):
                    return self._read(response, ask), response.headers.get("ETag")
                url = redirects.follow(url, response, self._redirected)

    def _get(self, url: str, ask: Ask, etag: str | None) -> BaseHTTPResponse:
        connections = self.pool.manager(read_settings(self.pool.git, self._remote(url)))
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
        headers |= {"Accept": "application/json" if ask.reads == "json" else "*/*"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"Authorization": self.secret.header} if self.secret else {}
        try:
            return send(connections, self.meter, "GET", url, headers)
        except Unanswered as error:
            if isinstance(error.__cause__, SSLError):  # a certificate does not mend itself
                raise
            raise Again(str(error)) from error

    def _remote(self, url: str) -> GitServer:
        """Only the source's own server gets requests: each carries the token."""
        try:
            remote = server_at(urlsplit(url)._replace(query="", fragment="").geturl())
        except ValueError:
            remote = None
        if remote is None or remote.scheme not in {"http", "https"} or remote.site != self.site:
            raise Refused(f"{self.meter.where}: leads to {self.meter.quote(url)!r}, expected an address of {self.site}")
        return remote

    def _redirected(self, target: str) -> str:
        try:
            self._remote(target)
        except Refused as error:
            where, to = self.meter.where, self.meter.quote(target)
            raise Refused(
                f"{where}: redirects to {to!r}, expected an address of {self.site}; state that one"
            ) from error
        return target

    def _read(self, response: BaseHTTPResponse, ask: Ask) -> Response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = Body(response, self.meter, expected="gzip or none", unfit=Refused).read_all(MAX_BODY)
        if response.status != OK:
            raise fault(response.status, headers, body, self.meter, self.secret.origin if self.secret else None)
        return Response(ask=ask, value=self._value(ask, headers, body), headers=headers)

    def _value(self, ask: Ask, headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - whatever JSON can say
        where = self.meter.where
        try:
            if ask.reads == "text":
                return body.decode("utf-8-sig")
            if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
                raise TooBig(f"{where}: one answer has more than {MAX_VALUES:,} values")
            return json.loads(body, parse_int=_whole)
        except (ValueError, RecursionError) as error:
            kind = self.meter.quote(headers.get("content-type", ""))
            expected = "UTF-8 text" if ask.reads == "text" else "JSON"
            if isinstance(error, ValueError) and ask.reads == "json" and "json" in kind.lower():
                raise Again(f"{where}: answers with JSON that is damaged or cut short") from error
            raise Refused(f"{where}: answers with {kind!r} that cannot be read, expected {expected}") from error


def _whole(digits: str) -> int | None:
    """A whole number; None for one that Python will not read because of its length."""
    try:
        return int(digits)
    except ValueError:
        return None


def _file(path: str, meter: Meter) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BODY + 1)
    except FileNotFoundError as error:
        raise Gone(f"{meter.quote(path)}: no such file") from error
    except OSError as error:
        raise Down(f"{meter.quote(path)}: {error.strerror}") from error
    if len(data) > MAX_BODY:
        raise TooBig(f"{meter.quote(path)}: more than {MAX_BODY:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{meter.quote(path)}: is not UTF-8 text") from error
