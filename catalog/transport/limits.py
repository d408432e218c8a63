"""Limits of time and bytes for a visit to one repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from time import monotonic, thread_time
from typing import Protocol

from catalog.errors import Down, Oversized, Refused, TooBig, TooSlow
from catalog.privacy.gate import Gate
from catalog.transport.network_rules import Permits

HEAVY = 32 << 20  # bytes of a visit: only one such visit goes on at a time, so that their memory is bounded
TURNS = 64  # turns of a loop, after each of which the clocks are read: a turn takes less than reading them
INFLATION = 8  # bytes of text for a byte of a pack, at most as a rule
MAX_RATIO = 250  # bytes after decompression for a byte of a pack: text has about 20 of them, zeros have 1,000

MAX_OVERHEAD = 1 << 20  # bytes of HTTP in a row that bring no content: headers, interim answers, trailers


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of one visit. They hold whatever the server sends, and whatever the repository holds."""

    connect: float = 10.0  # seconds
    idle: float = 30.0  # seconds without a byte
    total: float = 300.0  # seconds for the whole visit: `timeout` of repos.toml
    processor_time: float = 120.0  # seconds of a processor
    max_bytes: int = 256 << 20  # received on the wire
    max_inflated: int = 256 << 20  # after zlib and gzip
    max_refs: int = 100_000
    max_objects: int = 1_000_000


class MemoryGate(Protocol):
    """A lock: of a thread, or of several processes."""

    def acquire(self, *, timeout: float) -> bool: ...

    def release(self) -> None: ...


class Meter:
    """What one visit has cost so far. It raises as soon as a bound is passed.

    Every byte that arrives passes `receive`, every wait asks `patience` first, and every loop over what a stranger wrote has `turn`:
    so the deadline holds against a server that drips, and against work on this machine, without a thread that watches.
    """

    def __init__(
        self,
        where: str,
        limits: Limits,
        memory_gate: MemoryGate | None = None,
        gate: Gate | None = None,
        *,
        spent: float = 0.0,
    ) -> None:
        """`spent`: the seconds that the visit has lasted already."""
        self.where = where
        self._memory_gate = memory_gate  # held by the one visit that may use more memory than HEAVY
        self._holds = False
        self.limits = limits
        self.received = 0
        self.requests = 0
        self.gate = gate or Gate()  # it knows what no message may hold, should a server echo it
        self.permits: Permits | None = None  # for an untrusted address: where connections may go
        self._inflated = 0
        self._overhead = 0  # bytes of HTTP since some content was delivered
        self._ceilings: tuple[int, int] | None = None  # of the answer at hand, in bytes received and inflated
        self._began = monotonic() - spent
        self._deadline = self._began + limits.total
        self._thread, self._worked = get_ident(), thread_time()  # a visit has one thread
        self._turns = 0

    def patience(self, longest: float) -> float:
        """Seconds to wait for the next byte: `longest`, or what is left of the visit."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise TooSlow(f"{self.where}: not done after {self.limits.total:g} s, the limit timeout")
        return min(longest, left)

    def turn(self) -> None:
        """One turn of a loop: sometimes a `check`."""
        self._turns += 1
        if self._turns % TURNS == 0:
            self.check()

    def check(self) -> None:
        """TooSlow where the visit has lasted too long, or has used too much of a processor."""
        self.patience(0)
        if self._thread == get_ident() and thread_time() - self._worked > self.limits.processor_time:
            seconds = self.limits.processor_time
            raise TooSlow(f"{self.where}: not done after {seconds:g} s of a processor, the limit processor_time")

    @property
    def seconds(self) -> float:
        """How long the visit has lasted."""
        return monotonic() - self._began

    def silence(self) -> Down:
        """The error to raise where a wait of `patience(limits.idle)` came to nothing."""
        self.patience(self.limits.idle)
        return Down(f"{self.where}: no byte for {self.limits.idle:g} s, expected an answer")

    def quote(self, raw: bytes | str) -> str:
        """What the server wrote, fit for a message of ours."""
        return self.gate.quote(raw)

    @contextmanager
    def within(self, most: int | None) -> Iterator[None]:
        """One answer of `most` bytes: Oversized beyond that, on the wire or eight times that after decompression."""
        self._ceilings = None if most is None else (self.received + most, self._inflated + INFLATION * most)
        try:
            yield
        finally:
            self._ceilings = None

    def receive(self, size: int) -> None:
        self.received += size
        if self._ceilings and self.received > self._ceilings[0]:
            raise Oversized(f"{self.where}: the answer has more bytes than were expected")
        if self.received > self.limits.max_bytes:
            raise self._too_big("bytes", "max_bytes", self.limits.max_bytes)
        self._weigh()

    def receive_http(self, size: int) -> None:
        """Bytes of an answer. Refused where they have brought no content for long: the library reads on without asking."""
        self.receive(size)
        self._overhead += size
        if self._overhead > MAX_OVERHEAD:
            raise Refused(f"{self.where}: more than {MAX_OVERHEAD:,} bytes of an answer bring no content")

    def deliver(self) -> None:
        """Some content of an answer has arrived, or another request is made."""
        self._overhead = 0

    def inflate(self, size: int) -> None:
        self._inflated += size
        if self._ceilings and self._inflated > self._ceilings[1]:
            raise Oversized(f"{self.where}: the answer has more bytes after decompression than were expected")
        if self._inflated > self.limits.max_inflated:
            raise self._too_big("bytes after decompression", "max_inflated", self.limits.max_inflated)
        self._weigh()

    def check_ratio(self, compressed: int, inflated: int) -> None:
        """TooBig where so many bytes of a pack, without its largest object, are a bomb: more than HEAVY after decompression, and MAX_RATIO for each before."""
        if inflated > HEAVY and inflated > MAX_RATIO * compressed:
            raise TooBig(f"{self.where}: more than {MAX_RATIO:,} bytes after decompression for each byte of the pack")

    def count_refs(self, number: int) -> None:
        self.turn()
        if number > self.limits.max_refs:
            raise self._too_big("refs", "max_refs", self.limits.max_refs)

    def count_objects(self, number: int) -> None:
        if number > self.limits.max_objects:
            raise self._too_big("objects", "max_objects", self.limits.max_objects)

    def close(self) -> None:
        """The visit is over, and what it brought is no longer in memory."""
        if self._holds and self._memory_gate is not None:
            self._holds = False
            self._memory_gate.release()

    def _weigh(self) -> None:
        if self._memory_gate is None or self._holds or self.received + self._inflated <= HEAVY:
            return
        self._holds = self._memory_gate.acquire(timeout=self.patience(self.limits.total))
        if not self._holds:
            self.patience(0)

    def _too_big(self, unit: str, name: str, value: int) -> TooBig:
        return TooBig(f"{self.where}: more than {value:,} {unit}, the limit {name}")
