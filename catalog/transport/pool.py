"""State that the visits of one crawl share: connections, credentials, and the capabilities of servers."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from catalog.transport.closing import Closing
from catalog.transport.credentials import Keyring
from catalog.transport.gitconfig import GitConfig

if TYPE_CHECKING:
    from catalog.transport.connections import Manager, Settings
    from catalog.transport.limits import MemoryGate


class Pool(Closing):
    """Made once for a crawl and used by all its threads; close it when the last visit is over.

    `memory_gate` is the lock of the one visit that may hold much in memory, where other processes make visits, too.
    """

    def __init__(self, git: GitConfig | None = None, memory_gate: MemoryGate | None = None) -> None:
        self.git = git if git is not None else GitConfig.load()
        self.keyring = Keyring(self.git)
        self.memory_gate: MemoryGate = memory_gate or Lock()
        self._lock = Lock()
        self._managers: dict[Settings, Manager] = {}
        self._filtering: set[str] = set()

    def manager(self, settings: Settings) -> Manager:
        """Connections for one way of connecting (proxy, certificates), kept open between visits."""
        with self._lock:
            if settings not in self._managers:
                self._managers[settings] = settings.connect()
            return self._managers[settings]

    def filters(self, site: str) -> bool:
        """Whether some repository of this server honoured filters: then the next request has them without a check."""
        return site in self._filtering

    def learn_filters(self, site: str) -> None:
        self._filtering.add(site)

    def close(self) -> None:
        with self._lock:
            for manager in self._managers.values():
                manager.clear()
            self._managers.clear()
