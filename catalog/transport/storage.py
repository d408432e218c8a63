"""Reads metrics and plots from DVC's storage where that is a public web server.

A repository chooses these URLs, so they may lead anywhere. Only publicly reachable addresses are requested, also after redirects; no
credentials are sent; and a file is kept only if it has the hash that Git states.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import md5
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import urllib3

from catalog.errors import OriginError
from catalog.git.objects import RawObject
from catalog.transport.connections import MeteredHttp, MeteredHttps
from catalog.transport.http_client import OK, Body, Redirects, closing, is_redirect, send
from catalog.transport.limits import Limits, Meter

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

    from catalog.git.snapshot import StoredFile

MAX_BYTES = 1 << 20  # of a file
MAX_FILES = 500  # requested in one visit
MAX_REDIRECTS = 5


class _NotHad(Exception):
    """The file cannot be had, for whatever reason."""


def is_public(address: str) -> bool:
    """An address that the whole Internet can reach: not loopback, private, link-local, shared or multicast."""
    ip = ip_address(address)
    return ip.is_global and not ip.is_multicast


class WebStorage:
    """DVC's storage on the web, for one visit: bounded as a whole by `limits`. Proxies are not used: they would resolve names."""

    def __init__(self, limits: Limits, allows: Callable[[str], bool] = is_public) -> None:
        self._meter = Meter("DVC's storage", limits)
        self._allows = allows
        self._requested = 0

    def read(self, stored: StoredFile) -> RawObject | None:
        """The file with the hash that is stated; None where it cannot be had, is another one, or has more than MAX_BYTES."""
        if self._requested >= MAX_FILES or (stored.size or 0) > MAX_BYTES:
            return None
        self._requested += 1
        with suppress(_NotHad, OriginError, OSError, ValueError, urllib3.exceptions.HTTPError):
            data = self._get(stored.url)
            if md5(data, usedforsecurity=False).hexdigest() == stored.md5.removesuffix(".dir"):
                return RawObject("blob", data)
        return None

    def _get(self, url: str) -> bytes:
        redirects = Redirects(self._meter, MAX_REDIRECTS)
        while True:
            with self._answer(urlsplit(url)) as response:
                if response.status == OK:
                    return Body(response, self._meter).read_all(MAX_BYTES)
                if not is_redirect(response) or not response.headers.get("Location"):
                    raise _NotHad
                url = redirects.follow(url, response, str)  # where it leads is checked when its address is known

    @contextmanager
    def _answer(self, url: SplitResult) -> Iterator[BaseHTTPResponse]:
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = {"Host": url.netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        with (
            self._connect(url) as connections,
            closing(send(connections, self._meter, "GET", target or "/", headers)) as response,
        ):
            yield response

    def _connect(self, url: SplitResult) -> HTTPConnectionPool:
        """A connection to the address that was checked, whatever the name may mean a moment later."""
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise _NotHad
        port = url.port or (443 if url.scheme == "https" else 80)
        infos = socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in infos]
        if not addresses or not all(map(self._allows, addresses)):
            raise _NotHad
        if url.scheme == "http":
            return MeteredHttp(addresses[0], port)
        return MeteredHttps(addresses[0], port, server_hostname=url.hostname, assert_hostname=url.hostname)
