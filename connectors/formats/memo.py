"""What was read once, for the revisions that share a file: bounded by bytes, so that nobody's files fill the memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[K, T]):
    """The values of a pure function, by its input: those that were asked for last. Nobody may change them.

    `weigh` says how many bytes an input and its value take, about; one that takes a tenth of all is not kept.
    """

    def __init__(self, most: int, weigh: Callable[[K, T], int]) -> None:
        self._most, self._weigh = most, weigh
        self._left = most
        self._kept: OrderedDict[K, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], T]) -> T:
        """The value, made now or before."""
        known = self._kept.get(key)
        if known is not None:
            with suppress(KeyError):  # another thread may have dropped it since
                self._kept.move_to_end(key)
            return known[0]
        value = make()
        weight = self._weigh(key, value)
        with self._lock:
            if key not in self._kept and weight <= self._most // 10:
                self._kept[key] = value, weight
                self._left -= weight
            while self._left < 0:
                _, (_, freed) = self._kept.popitem(last=False)
                self._left += freed
        return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self._left = self._most
