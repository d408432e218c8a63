"""Requests to web servers at untrusted URLs: only to addresses that the rules of the network permit."""

from __future__ import annotations

from contextlib import contextmanager
from socket import gaierror
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from catalog.transport.connections import MeteredHttp, MeteredHttps
from catalog.transport.http_client import closing, send
from catalog.transport.network_rules import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

    from catalog.transport.limits import Meter
    from catalog.transport.network_rules import Permits


class Unavailable(Exception):
    """The file is not available, for whatever reason."""


class PublicWeb:
    """The web for one visit. Proxies are not used: they would resolve names."""

    def __init__(self, meter: Meter, permits: Permits) -> None:
        self._meter, self._permits = meter, permits

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[BaseHTTPResponse]:
        """The answer, whatever its status; no redirect is followed. Unavailable where there is no such address, or it is not allowed."""
        try:
            parts = urlsplit(url)
            connection = self._connection(parts)
        except (ValueError, gaierror) as error:  # of a port, or of a name that cannot be one, too
            raise Unavailable from error
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {**(headers or {}), "Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        with (
            connection as connections,
            closing(send(connections, self._meter, "GET", target or "/", sent)) as response,
        ):
            yield response

    def _connection(self, url: SplitResult) -> HTTPConnectionPool:
        """A connection to the address that was checked, whatever the name may mean a moment later."""
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise Unavailable
        port = url.port or (443 if url.scheme == "https" else 80)
        address = resolve(url.hostname, port, self._permits)
        if address is None:
            raise Unavailable
        if url.scheme == "http":
            return MeteredHttp(address, port)
        return MeteredHttps(address, port, server_hostname=url.hostname, assert_hostname=url.hostname)
