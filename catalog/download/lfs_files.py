"""Reads files in Git LFS, of any size, from the repository's own server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from math import inf

from catalog.download.entries import Denied, LfsObject, Opened
from catalog.download.git_files import GitFiles
from catalog.download.limits import UNBOUNDED
from catalog.download.web import opened, range_headers
from catalog.errors import Refused
from catalog.transport.limits import Limits


class LfsFile:
    """One file in Git LFS. What the server's answer names is requested only at public addresses, or at those of the repository's own host."""

    def __init__(self, git: GitFiles, source: LfsObject, limits: Limits) -> None:
        self._git, self._source = git, source
        self._limits = replace(limits, total=inf, processor_time=inf, max_bytes=UNBOUNDED, max_inflated=UNBOUNDED)

    @contextmanager
    def open(self, offset: int, etag: str | None) -> Iterator[Opened]:
        from catalog.transport.lfs import LfsServer

        permits = self._git.permits(self._source.repository) or self._git.rules.permits
        server = LfsServer(self._git.server(self._source.repository), self._limits, self._git.pool, permits)
        headers = range_headers(offset, etag)
        with ExitStack() as stack:
            try:
                answer = stack.enter_context(server.open(self._source.pointer, self._source.config, headers))
            except Refused as error:
                raise Denied(str(error)) from error
            yield opened(*answer, offset)
