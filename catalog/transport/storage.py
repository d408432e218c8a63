"""Reads metrics and plots from DVC's storage where that is a public web server.

A repository chooses these URLs, so they may lead anywhere. Only addresses that the rules of the network permit are requested, also after redirects; no
credentials are sent; and a file is kept only if it has the hash that Git states.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import md5
from typing import TYPE_CHECKING

import urllib3

from catalog.errors import OriginError
from catalog.git.objects import RawObject
from catalog.transport.http_client import OK, Body, Redirects, is_redirect
from catalog.transport.limits import Limits, Meter
from catalog.transport.public_web import PublicWeb, Unavailable

if TYPE_CHECKING:
    from catalog.git.named_files import StoredFile
    from catalog.transport.network_rules import Permits

MAX_BYTES = 1 << 20  # of a file
MAX_FILES = 500  # requested in one visit
MAX_REDIRECTS = 5


class WebStorage:
    """DVC's storage on the web, for one visit: bounded as a whole by `limits`."""

    def __init__(self, limits: Limits, permits: Permits) -> None:
        self._meter = Meter("DVC's storage", limits)
        self._web = PublicWeb(self._meter, permits)
        self._requested = 0

    def read(self, stored: StoredFile) -> RawObject | None:
        """The file with the hash that is stated; None where it cannot be had, is another one, or has more than MAX_BYTES."""
        if self._requested >= MAX_FILES or (stored.size or 0) > MAX_BYTES:
            return None
        self._requested += 1
        with suppress(Unavailable, OriginError, OSError, ValueError, urllib3.exceptions.HTTPError):
            data = self._get(stored.url)
            if md5(data, usedforsecurity=False).hexdigest() == stored.md5.removesuffix(".dir"):
                return RawObject("blob", data)
        return None

    def _get(self, url: str) -> bytes:
        redirects = Redirects(self._meter, MAX_REDIRECTS)
        while True:
            with self._web.get(url) as response:
                if response.status == OK:
                    return Body(response, self._meter).read_all(MAX_BYTES)
                if not is_redirect(response) or not response.headers.get("Location"):
                    raise Unavailable
                url = redirects.follow(url, response, str)  # where it leads is checked when its address is known
