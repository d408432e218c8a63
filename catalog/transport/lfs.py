"""Reads small files from Git LFS through the batch API of the repository's server. After docs/api/batch.md of git-lfs.

The user chose this server; what its answers name, it chose itself. So the user's credentials go to the repository's own site alone (scheme,
host and port), any other site is requested only where the rules of the network permit it, with the headers that the answer states for it, and a file is
kept only if it has the size and the sha256 of its pointer.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import urllib3

from catalog.errors import Down, Gone, OriginError, Refused
from catalog.git.objects import RawObject
from catalog.transport.http_client import OK, Body, Redirects, is_redirect
from catalog.transport.lfs_endpoint import lfs_endpoint, site_of, web_address
from catalog.transport.lfs_site import LfsSite
from catalog.transport.limits import Limits, Meter
from catalog.transport.public_web import PublicWeb, Unavailable
from catalog.transport.retry import Again
from catalog.transport.storage import MAX_BYTES, MAX_FILES, MAX_REDIRECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from urllib3.response import BaseHTTPResponse

    from catalog.git.lfs import Pointer
    from catalog.privacy.gate import Gate
    from catalog.transport.address import GitServer
    from catalog.transport.network_rules import Permits
    from catalog.transport.pool import Pool

MAX_OBJECTS = 100  # of one batch, as git-lfs has it
MAX_ANSWER = 1 << 20  # bytes of the answer to a batch: an object with a signed URL has about 2 KB

# What belongs to a connection and not to an answer.
_CONNECTION = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})


class _Download(NamedTuple):
    """Where a file is, and the headers of its request. `authenticated`: it needs no credentials beside them."""

    pointer: Pointer
    url: str
    headers: dict[str, str]
    authenticated: bool


class LfsServer:
    """The Git LFS server of one repository, for one visit: bounded as a whole by `limits`."""

    def __init__(
        self, remote: GitServer, limits: Limits, pool: Pool, permits: Permits, gate: Gate | None = None
    ) -> None:
        self._repository, self._pool = web_address(remote), pool
        self._meter = Meter("Git LFS", limits, gate=gate)
        self._web = PublicWeb(self._meter, permits)
        self._requested = 0
        self._silent = False

    def read(self, pointers: Iterable[Pointer], config: bytes | None = None) -> dict[str, RawObject]:
        """The files that are available, by the keys of their pointers; `config` is the repository's `.lfsconfig`.

        Absent are those of more than MAX_BYTES, those with another content, and after MAX_FILES of a visit the rest. After a silence nothing
        more is requested.
        """
        small = [pointer for pointer in dict.fromkeys(pointers) if pointer.size <= MAX_BYTES]
        wanted = small[: MAX_FILES - self._requested]
        self._requested += len(wanted)
        files: dict[str, RawObject] = {}
        with self._tolerant():
            site = LfsSite(self._repository, lfs_endpoint(self._repository, config), self._meter, self._pool)
            for start in range(0, len(wanted), MAX_OBJECTS):
                for download in self._batch(site, wanted[start : start + MAX_OBJECTS]):
                    with self._tolerant():
                        files[download.pointer.key] = RawObject("blob", self._content(site, download))
        return files

    @contextmanager
    def _tolerant(self) -> Iterator[None]:
        """What fails costs its own file or batch."""
        with suppress(Unavailable, OriginError, OSError, ValueError, RecursionError, urllib3.exceptions.HTTPError):
            try:
                yield
            except Down as error:
                self._silent = self._silent or not isinstance(error, Again)
                raise

    def _batch(self, site: LfsSite, pointers: Sequence[Pointer]) -> list[_Download]:
        objects = [{"oid": pointer.sha256, "size": pointer.size} for pointer in pointers]
        request = {"operation": "download", "transfers": ["basic"], "objects": objects, "hash_algo": "sha256"}
        with self._tolerant():
            self._expect_answers()
            with site.post("/objects/batch", json.dumps(request).encode()) as response:
                if response.status != OK:
                    raise Unavailable
                return [*downloads(json.loads(Body(response, self._meter).read_all(MAX_ANSWER)), pointers)]
        return []

    @contextmanager
    def open(
        self, pointer: Pointer, config: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[tuple[BaseHTTPResponse, Meter]]:
        """The answer to a request of one file, of whatever size, whatever its status. OriginError where the server has no such file.

        `headers` may ask for a part of it.
        """
        site = LfsSite(self._repository, lfs_endpoint(self._repository, config), self._meter, self._pool)
        try:
            objects = self._batch(site, [pointer])
            if not objects:
                raise Gone(f"{self._meter.where}: the server does not offer the file")
            with self._answer(site, objects[0], headers) as response:
                yield response, self._meter
        except Unavailable as error:
            raise Refused(
                f"{self._meter.where}: a server cannot be found, may not be contacted, or wants credentials"
            ) from error

    def _content(self, site: LfsSite, download: _Download) -> bytes:
        with self._answer(site, download, {}) as response:
            if response.status != OK:
                raise Unavailable
            return _checked(Body(response, self._meter).read_all(download.pointer.size), download.pointer)

    @contextmanager
    def _answer(self, site: LfsSite, download: _Download, more: Mapping[str, str]) -> Iterator[BaseHTTPResponse]:
        """The answer at the end of the redirects."""
        _, url, headers, authenticated = download
        redirects = Redirects(self._meter, MAX_REDIRECTS)
        while True:
            self._expect_answers()
            with self._get(site, url, {**headers, **more}, authenticated=authenticated) as response:
                if not is_redirect(response) or not response.headers.get("Location"):
                    yield response
                    return
                target = redirects.follow(url, response, str)
            if site_of(target) != site_of(url):
                headers = {}  # they were for the site that the answer named
            url = target

    def _get(
        self, site: LfsSite, url: str, headers: dict[str, str], *, authenticated: bool
    ) -> AbstractContextManager[BaseHTTPResponse]:
        if site_of(url) == site.site:
            return site.get(url, headers, authenticated=authenticated)
        return self._web.get(url, headers)

    def _expect_answers(self) -> None:
        if self._silent:
            raise Unavailable


def _checked(data: bytes, pointer: Pointer) -> bytes:
    if len(data) != pointer.size or sha256(data).hexdigest() != pointer.sha256:
        raise Unavailable
    return data


def downloads(answer: Any, pointers: Iterable[Pointer]) -> Iterator[_Download]:  # noqa: ANN401 - whatever a server can say
    """The downloads of an answer, of those that were requested, each once. What is not as documented is left out."""
    if not isinstance(answer, dict) or answer.get("transfer", "basic") != "basic":
        return
    if answer.get("hash_algo", "sha256") != "sha256":
        return
    requested = {pointer.sha256: pointer for pointer in pointers}
    objects = answer.get("objects")
    for stated in objects if isinstance(objects, list) else ():
        match stated:
            case {"oid": str(oid), "actions": {"download": {"href": str(url)} as action}} if oid in requested:
                authenticated = stated.get("authenticated") is True
                yield _Download(requested.pop(oid), url, _headers(action.get("header")), authenticated)


def _headers(stated: object) -> dict[str, str]:
    items = stated.items() if isinstance(stated, dict) else ()
    return {name: value for name, value in items if isinstance(value, str) and name.lower() not in _CONNECTION}
