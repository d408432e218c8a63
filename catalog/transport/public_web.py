"""Requests to web servers that strangers name: only to addresses that the whole Internet can reach."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from catalog.transport.connections import MeteredHttp, MeteredHttps
from catalog.transport.http_client import closing, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

    from catalog.transport.limits import Meter


class Unavailable(Exception):
    """The file is not available, for whatever reason."""


def is_public(address: str) -> bool:
    """An address that the whole Internet can reach: not loopback, private, link-local, shared or multicast."""
    ip = ip_address(address)
    return ip.is_global and not ip.is_multicast


class PublicWeb:
    """The web for one visit. Proxies are not used: they would resolve names. `allows` says which addresses are requested."""

    def __init__(self, meter: Meter, allows: Callable[[str], bool] = is_public) -> None:
        self._meter, self._allows = meter, allows

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[BaseHTTPResponse]:
        """The answer, whatever its status; no redirect is followed. Unavailable where the address is not allowed."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {**(headers or {}), "Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        with (
            self._connect(parts) as connections,
            closing(send(connections, self._meter, "GET", target or "/", sent)) as response,
        ):
            yield response

    def _connect(self, url: SplitResult) -> HTTPConnectionPool:
        """A connection to the address that was checked, whatever the name may mean a moment later."""
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise Unavailable
        port = url.port or (443 if url.scheme == "https" else 80)
        infos = socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in infos]
        if not addresses or not all(map(self._allows, addresses)):
            raise Unavailable
        if url.scheme == "http":
            return MeteredHttp(addresses[0], port)
        return MeteredHttps(addresses[0], port, server_hostname=url.hostname, assert_hostname=url.hostname)
