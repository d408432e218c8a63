"""Reads storage on the web: with ranges, only at addresses that are trusted, also after redirects."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from catalog.download.entries import Denied, Opened, Stale
from catalog.download.trust import Trust, permits, split_url
from catalog.errors import Gone, Refused
from catalog.text import quote
from catalog.transport.connections import Settings
from catalog.transport.http_client import OK, Body, Redirects, closing, is_redirect, send
from catalog.transport.lfs_endpoint import site_of
from catalog.transport.limits import Limits, Meter
from catalog.transport.network_rules import is_public
from catalog.transport.retry import Again
from catalog.transport.smart_http import AGENT
from catalog.transport.storage import MAX_REDIRECTS

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3.response import BaseHTTPResponse

STALE = (412, 416)

_DENIED = (401, 403, 407)
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")


class Web:
    """Connections to the web: those to addresses that the user allows, and those to public ones, are kept apart."""

    def __init__(self, trust: Trust, limits: Limits) -> None:
        self.trust, self._limits = trust, limits
        self._managers: dict[bool, PoolManager] = {}
        self._lock = Lock()

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[BaseHTTPResponse, Meter]]:
        """The answer at the end of the redirects, each of which leads to a trusted address."""
        meter = Meter(urlsplit(url).netloc, self._limits)
        redirects = Redirects(meter, MAX_REDIRECTS)
        where = url
        while True:
            self.trust.check_host(where)
            allowed = self.trust.allows(where)
            meter.permits = permits if allowed else _is_public
            own = _credentials(self.trust, where) if site_of(where) == site_of(url) else {}
            sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers, **own}
            with closing(send(self._manager(allowed=allowed), meter, "GET", where, sent)) as response:
                if not is_redirect(response) or not response.headers.get("Location"):
                    yield response, meter
                    return
                where = redirects.follow(where, response, self._checked)

    def _checked(self, target: str) -> str:
        if split_url(target).scheme not in ("http", "https"):
            raise Refused(f"redirects to {quote(target)!r}, expected a URL of the web")
        return target

    def _manager(self, *, allowed: bool) -> PoolManager:
        with self._lock:
            if allowed not in self._managers:
                self._managers[allowed] = Settings(is_guarded=True).connect()
            return self._managers[allowed]

    def close(self) -> None:
        for manager in self._managers.values():
            manager.clear()


class WebObject:
    """One object on the web."""

    def __init__(self, web: Web, url: str) -> None:
        parts = urlsplit(url)
        self._web, self._url = web, parts._replace(path=percent(parts.path, safe="/%:@!$&'()*+,;=~")).geturl()

    @contextmanager
    def open(self, offset: int, etag: str | None) -> Iterator[Opened]:
        with self._web.get(self._url, range_headers(offset, etag)) as (response, meter):
            yield opened(response, meter, offset)


def range_headers(offset: int, etag: str | None) -> dict[str, str]:
    """What asks for the rest of the content that has this tag, or else for all of it (RFC 9110, section 13.1.5)."""
    if not offset or etag is None or etag.startswith("W/"):
        return {}
    return {"Range": f"bytes={offset}-", "If-Range": etag}


def opened(response: BaseHTTPResponse, meter: Meter, offset: int) -> Opened:
    """What an answer brings; OriginError where it brings no content."""
    if response.status not in (OK, HTTPStatus.PARTIAL_CONTENT):
        raise refusal(response.status)
    start, size = 0, _length(response)
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        stated = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if stated is None or int(stated[1]) != offset:
            raise Stale("answers with another range than the one that was requested")
        start, size = offset, None if stated[2] == "*" else int(stated[2])
    is_plain = response.headers.get("Content-Encoding", "identity").strip().lower() in ("", "identity")
    etag = response.headers.get("ETag") if is_plain else None
    body = Body(response, meter)
    return Opened(pieces=iter(body.read, b""), start=start, size=size if is_plain else None, etag=etag)


def refusal(status: int) -> Gone | Refused | Again:
    """The error for the status of an answer that is no content."""
    name = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown"
    sentence = f"answers {status} ({name})"
    if status in STALE:
        return Stale(sentence)
    if status in (404, 410):
        return Gone(f"{sentence}: it is not there")
    if status in _DENIED:
        return Denied(sentence)
    return Again(sentence) if status in _AGAIN else Refused(sentence)


def _length(response: BaseHTTPResponse) -> int | None:
    stated = response.headers.get("Content-Length", "")
    return int(stated) if re.fullmatch(r"\d{1,18}", stated) else None


def _credentials(trust: Trust, url: str) -> dict[str, str]:
    """What repos.toml has for this URL, and for no other."""
    from catalog.download.settings import secrets

    known = secrets(trust.settings(url))
    if token := known.get("bearer_token"):
        return {"Authorization": f"Bearer {token}"}
    if user := known.get("user"):
        return {"Authorization": "Basic " + b64encode(f"{user}:{known.get('password', '')}".encode()).decode()}
    return {}


def _is_public(_host: str, address: str) -> bool:
    return is_public(address)
