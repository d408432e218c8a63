"""Files outside of Git, for one visit to a repository: in DVC's storage, and in Git LFS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.transport.lfs import LfsServer
from catalog.transport.storage import WebStorage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.git.lfs import Pointer
    from catalog.git.named_files import StoredFile
    from catalog.git.objects import Objects, RawObject
    from catalog.privacy.gate import Gate
    from catalog.transport.address import GitServer
    from catalog.transport.limits import Limits
    from catalog.transport.network_rules import Permits
    from catalog.transport.pool import Pool


class RemoteFiles:
    """Reads them within the bounds of a visit of its own each. A repository on this machine has no LFS server."""

    def __init__(
        self, remote: GitServer | None, limits: Limits, pool: Pool, permits: Permits, gate: Gate | None = None
    ) -> None:
        self._storage = WebStorage(limits, permits)
        self._lfs = LfsServer(remote, limits, pool, permits, gate) if remote else None

    def read(self, stored: StoredFile) -> RawObject | None:
        """The file in DVC's storage, or None where it is not available."""
        return self._storage.read(stored)

    def read_lfs(self, pointers: Iterable[Pointer], config: bytes | None) -> Objects:
        """The files in Git LFS that are available, by the keys of their pointers; `config` is the repository's `.lfsconfig`."""
        return self._lfs.read(pointers, config) if self._lfs else {}
