"""Requests to the Git LFS server of a repository, with the user's settings, and with credentials where it is the repository's own site."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.errors import Refused
from catalog.transport.address import GitServer, server_at
from catalog.transport.connections import extra_headers, read_settings
from catalog.transport.http_client import Redirects, closing, discard, is_redirect, send
from catalog.transport.public_web import Unavailable
from catalog.transport.request_secrets import learn_request
from catalog.transport.smart_http import AGENT, same_host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from urllib3.response import BaseHTTPResponse

    from catalog.transport.limits import Meter
    from catalog.transport.pool import Pool

MEDIA_TYPE = "application/vnd.git-lfs+json"

_UNAUTHORIZED = 401


class LfsSite:
    """The site of the LFS server at `endpoint`. Credentials are sent only where it is also the site of the repository."""

    def __init__(self, repository: GitServer, endpoint: GitServer, meter: Meter, pool: Pool) -> None:
        self._meter, self._pool = meter, pool
        self._move(repository, endpoint)

    @property
    def site(self) -> str:
        return self._endpoint.site

    @contextmanager
    def post(self, path: str, body: bytes) -> Iterator[BaseHTTPResponse]:
        """The answer to JSON that is sent to a path below the endpoint; redirects are followed as in Git's own requests."""
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        redirects = Redirects(self._meter)
        while True:
            url = self._endpoint.shown + path
            with closing(self._send("POST", url, headers, body)) as response:
                if not is_redirect(response):
                    yield response
                    return
                moved = redirects.follow(url, response, lambda target: self._moved(target, path))
            self._move(replace(self._repository, scheme=moved.scheme), moved)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], *, authenticated: bool) -> Iterator[BaseHTTPResponse]:
        """The answer to a request of this site; no redirect is followed. `authenticated`: it needs no credentials beside the headers."""
        with closing(self._send("GET", url, headers, authenticated=authenticated)) as response:
            yield response

    def _move(self, repository: GitServer, endpoint: GitServer) -> None:
        self._repository, self._endpoint = repository, endpoint
        self._is_own = endpoint.site == repository.site
        learn_request(self._meter.gate, repository, self._pool)
        learn_request(self._meter.gate, endpoint, self._pool)
        self._manager = self._pool.manager(read_settings(self._pool.git, endpoint))
        self._extra = extra_headers(self._pool.git, endpoint) if self._is_own else {}
        self._credential = self._pool.keyring.cached(repository) if self._is_own else None

    def _moved(self, target: str, path: str) -> GitServer:
        moved = server_at(target.removesuffix(path))
        if not target.endswith(path) or moved is None or not same_host(self._endpoint, moved):
            raise Refused(f"{self._meter.where}: redirects elsewhere, expected the same host")
        return replace(moved, user=self._endpoint.user, secret=self._endpoint.secret)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        authenticated: bool = False,
    ) -> BaseHTTPResponse:
        """The answer; after a 401 that to a second request with credentials, where there are any for the repository's own site."""
        sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **self._extra, **headers}
        stated = authenticated or any(name.lower() == "authorization" for name in headers)
        if stated or not self._is_own:
            return send(self._manager, self._meter, method, url, sent, body)
        response = send(self._manager, self._meter, method, url, self._with_credential(sent), body)
        if response.status != _UNAUTHORIZED or self._credential is not None:
            return response
        discard(response)
        self._credential = self._pool.keyring.find(self._repository)
        if self._credential is None:
            raise Unavailable
        self._meter.gate.learn_pair(self._credential.user, self._credential.secret)
        return send(self._manager, self._meter, method, url, self._with_credential(sent), body)

    def _with_credential(self, headers: dict[str, str]) -> dict[str, str]:
        return headers | ({} if self._credential is None else {"Authorization": self._credential.basic})
