"""Asking forges: one bounded GET after the other, with a token for one host only, waits that are told, and folders and files."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random
from urllib3.exceptions import SSLError
from urllib3.util import Timeout

from catalog.discovery.client_errors import Again, fault
from catalog.errors import Down, Gone, Refused, TooBig
from catalog.plugins.forge import Answer, Ask
from catalog.transport.address import Remote, parse_address
from catalog.transport.connections import METER, read_settings
from catalog.transport.http_errors import FAILURES, explain, explain_part
from catalog.transport.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import BaseHTTPResponse

    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool

ATTEMPTS = 3  # of a question that finds the forge busy or broken
MAX_REDIRECTS = 3
MAX_BODY = 32 << 20  # bytes of one answer, after decompression
MAX_ENTRIES = 100_000  # in one folder

AGENT = "federated-model-catalog"  # GitHub refuses who has none

_OK, _UNCHANGED = 200, 304
_MOVED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16
_BACKOFF = wait_exponential(multiplier=0.2, exp_base=4) + wait_random(0.0, 0.2)


class Stopped(Down):
    """The crawl is being stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A token, how it is sent, and where it is from. In no repr."""

    header: str = field(repr=False)
    hidden: tuple[str, ...] = field(repr=False)  # what no message may hold
    origin: str  # the environment variable, or the user of Git's credential helper


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """One source's questions. `tell` gets each wait as a sentence; `stop` ends waits and questions."""

    meter: Meter
    pool: Pool
    secret: Secret | None
    site: str  # the one that may be asked, and that alone gets the token
    tell: Callable[[str], None]
    stop: Event

    def ask(self, ask: Ask, etag: str | None = None) -> tuple[Answer, str | None] | None:
        """The answer and its ETag; None where it is still the one of the ETag that is given. OriginError, and nothing else."""
        if self.stop.is_set():
            raise Stopped(f"{self.meter.where}: stopped before the listing was complete")
        if ask.reads == "folder":
            return Answer(ask=ask, value=self._folder(ask.url), headers={}), None
        if "://" not in ask.url:
            return Answer(ask=ask, value=_file(ask.url), headers={}), None
        return self._answer(ask, etag)

    def _folder(self, path: str) -> list[tuple[str, str]]:
        """(name, kind) of what lies in a folder; a link is neither file nor folder."""
        found = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    folder, file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
                    found.append((entry.name, "folder" if folder else "file" if file else "other"))
                    if len(found) > MAX_ENTRIES:
                        raise TooBig(f"{quote(path)}: more than {MAX_ENTRIES:,} entries in one folder")
        except PermissionError:
            self.tell(f"{quote(path)}: may not be read, and is left out")
        except FileNotFoundError as error:
            raise Gone(f"{quote(path)}: no such folder") from error
        except OSError as error:
            raise Down(f"{quote(path)}: {error.strerror}") from error
        return sorted(found)

    def _answer(self, ask: Ask, etag: str | None) -> tuple[Answer, str | None] | None:
        retrying = Retrying(
            retry=retry_if_exception_type(Again),
            wait=_wait,
            stop=self._enough,
            sleep=self._sleep,
            before_sleep=self._tell_wait,
            reraise=True,
        )
        return retrying(self._attempt, ask, etag)

    def _enough(self, state: RetryCallState) -> bool:
        """No further attempt where too many failed, or where the wait would outlast the source's time."""
        return state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= self.meter.patience(1e9)

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped(f"{self.meter.where}: stopped while waiting")

    def _tell_wait(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.tell(f"{error}: waiting {state.upcoming_sleep:.0f} s")

    def _attempt(self, ask: Ask, etag: str | None) -> tuple[Answer, str | None] | None:
        url = ask.url
        for _ in range(MAX_REDIRECTS + 1):
            with self._get(url, ask, etag) as response:
                if response.status == _UNCHANGED and etag is not None:
                    return None
                if response.status not in _MOVED:
                    return self._read(response, ask), response.headers.get("ETag")
                url = self._redirected(url, response.headers.get("Location", ""))
        raise Refused(f"{self.meter.where}: redirects more than {MAX_REDIRECTS} times")

    @contextmanager
    def _get(self, url: str, ask: Ask, etag: str | None) -> Iterator[BaseHTTPResponse]:
        meter, limits, remote = self.meter, self.meter.limits, self._remote(url)
        manager = self.pool.manager(read_settings(self.pool.git, remote))
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
        headers |= {"Accept": "application/json" if ask.reads == "json" else "*/*"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"Authorization": self.secret.header} if self.secret else {}
        meter.requests += 1
        token = METER.set(meter)
        try:
            response = manager.urlopen(
                "GET",
                url,
                headers=headers,
                redirect=False,
                retries=False,
                timeout=Timeout(connect=meter.patience(limits.connect), read=meter.patience(limits.idle)),
                preload_content=False,
                decode_content=False,
            )
        except FAILURES as error:
            meter.patience(0)
            kind = Down if isinstance(error, SSLError) else Again  # a certificate does not mend itself
            raise kind(f"{meter.where}: {explain(error, limits.connect)}") from error
        finally:
            METER.reset(token)
        try:
            yield response
        finally:
            response.close()

    def _remote(self, url: str) -> Remote:
        """Only the source's own server is ever asked: the token goes with every question."""
        try:
            found = parse_address(urlsplit(url)._replace(query="", fragment="").geturl())
        except ValueError:
            found = None
        if not isinstance(found, Remote) or found.scheme not in {"http", "https"} or found.site != self.site:
            raise Refused(f"{self.meter.where}: leads to {self.meter.quote(url)!r}, expected an address of {self.site}")
        return found

    def _redirected(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            self._remote(target)
        except (ValueError, Refused) as error:
            where, to = self.meter.where, self.meter.quote(location)
            raise Refused(
                f"{where}: redirects to {to!r}, expected an address of {self.site}; state that one"
            ) from error
        return target

    def _read(self, response: BaseHTTPResponse, ask: Ask) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = self._body(response)
        if response.status != _OK:
            raise fault(response.status, headers, body, self.meter, self.secret.origin if self.secret else None)
        return Answer(ask=ask, value=self._value(ask, headers, body), headers=headers)

    def _value(self, ask: Ask, headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - whatever JSON can say
        where = self.meter.where
        try:
            if ask.reads == "text":
                return body.decode("utf-8-sig")
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            kind = quote(headers.get("content-type", ""))
            expected = "UTF-8 text" if ask.reads == "text" else "JSON"
            raise Refused(f"{where}: answers with {kind!r} that cannot be read, expected {expected}") from error

    def _body(self, response: BaseHTTPResponse) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip"}:
            raise Refused(f"{self.meter.where}: answers with the encoding {quote(encoding)!r}, expected gzip or none")
        engine = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        whole = bytearray()
        try:
            while piece := response.read1(_CHUNK):
                while piece:
                    part = engine.decompress(piece, _CHUNK) if engine else piece
                    self.meter.inflate(len(part))
                    whole += part
                    if len(whole) > MAX_BODY:
                        raise TooBig(f"{self.meter.where}: one answer has more than {MAX_BODY:,} bytes")
                    piece = engine.unconsumed_tail if engine else b""
        except (*FAILURES, zlib.error) as error:
            self.meter.patience(0)
            raise Again(f"{self.meter.where}: the answer broke off: {explain_part(error)}") from error
        if engine and not engine.eof:
            raise Again(f"{self.meter.where}: the answer broke off inside its compression")
        return bytes(whole)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    stated = error.seconds if isinstance(error, Again) else None
    return _BACKOFF(state) if stated is None else stated


def _file(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BODY + 1)
    except FileNotFoundError as error:
        raise Gone(f"{quote(path)}: no such file") from error
    except OSError as error:
        raise Down(f"{quote(path)}: {error.strerror}") from error
    if len(data) > MAX_BODY:
        raise TooBig(f"{quote(path)}: more than {MAX_BODY:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{quote(path)}: is not UTF-8 text") from error
