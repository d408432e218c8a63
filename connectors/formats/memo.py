"""A bounded cache of what was read from a file, for the revisions that share the file: bounded by bytes, whoever's files they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[K, T]):
    """The values of a pure function, by its input: those that were asked for last. Nobody may change them.

    `weigh` says how many bytes an input and its value take, about; one that takes more than a tenth of all is not kept.
    """

    def __init__(self, most: int, weigh: Callable[[K, T], int]) -> None:
        self._largest, self._weigh = most // 10, weigh
        self._kept: LRUCache[K, tuple[T, int]] = LRUCache(most, getsizeof=lambda kept: kept[1])
        self._lock = Lock()  # also for a look, which makes the value the last one

    def get(self, key: K, make: Callable[[], T]) -> T:
        """The value, made now or before."""
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known[0]
        value = make()
        weight = self._weigh(key, value)
        if weight <= self._largest:
            with self._lock:
                self._kept[key] = value, weight
        return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
