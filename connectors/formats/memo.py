"""A bounded cache of what was read from a file, for the revisions that share the file; the bound in bytes counts all repositories."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class BoundedCache(Generic[K, T]):
    """The values of a pure function by its input: those used last. Callers must not change them.

    `weigh` estimates the bytes of an input and its value; one that takes more than a tenth of the bound is not cached.
    """

    def __init__(self, most: int, weigh: Callable[[K, T], int]) -> None:
        self._largest, self._weigh = most // 10, weigh
        self._entries: LRUCache[K, tuple[T, int]] = LRUCache(most, getsizeof=lambda entry: entry[1])
        self._lock = Lock()  # also for get(), which moves the value to the end

    def get(self, key: K, make: Callable[[], T]) -> T:
        """The cached value, or the one that `make` returns."""
        with self._lock:
            entry = self._entries.get(key)
        if entry is not None:
            return entry[0]
        value = make()
        weight = self._weigh(key, value)
        if weight <= self._largest:
            with self._lock:
                self._entries[key] = value, weight
        return value

    def clear(self) -> None:
        """Removes all values."""
        with self._lock:
            self._entries.clear()
