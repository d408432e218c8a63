"""Fetches entries, several at a time: each resumed where it broke off, checked, and only then put in its place."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from catalog.download.entries import Entry, LfsObject, Opened, Reader, Stale, StoredObject, placed
from catalog.download.target import PartialFile, Target, writing
from catalog.download.verification import Verification
from catalog.errors import OriginError, Refused
from catalog.text import quote
from catalog.transport.retry import Again

ATTEMPTS = 4  # without a new byte
WAIT = 0.2  # seconds before the second attempt; each later wait is three times as long
RESUMED = 1 << 20  # bytes: less is fetched again, as quickly

Progress = Callable[[int], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedFile:
    """One file that is in its place. `known_by`: what says that it is intact; None where nothing is stated."""

    entry: Entry
    size: int
    known_by: str | None


class Transfer:
    """Fetches the entries of one download into its target."""

    def __init__(self, target: Target, read: Callable[[Entry], Reader], progress: Progress, *, jobs: int) -> None:
        self._target, self._read, self._progress, self._jobs = target, read, progress, jobs
        self._stopped = False

    def run(self, entries: Iterable[Entry]) -> Iterator[FetchedFile]:
        """Each entry as it is done. After a failure no other begins, and those at work end soon."""
        waiting = iter(entries)
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                at_work: deque[Future[FetchedFile]] = deque(
                    pool.submit(self.fetch, entry) for entry in islice(waiting, 2 * self._jobs)
                )
                while at_work:
                    yield at_work.popleft().result()
                    at_work.extend(pool.submit(self.fetch, entry) for entry in islice(waiting, 1))
            except BaseException:
                self._stopped = True
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def fetch(self, entry: Entry) -> FetchedFile:
        """One entry. OriginError, with its name, where it cannot be had."""
        try:
            return self._fetch(entry)
        except OriginError as error:
            raise _named(error, entry) from error

    def _fetch(self, entry: Entry) -> FetchedFile:
        part = self._target.part(entry.path)
        with writing(part.name):
            resumed = _resumed(entry, part)
        if resumed is not None:
            self._progress(resumed.size)
            return resumed
        reader = self._read(entry)
        failures = furthest = 0
        while True:
            receiving = _Receiving(entry, part, self._progress, self._check_stopped)
            try:
                return receiving.run(reader)
            except Again as error:
                failures = failures + 1 if receiving.reached <= furthest else 1
                furthest = max(furthest, receiving.reached)
                if failures >= ATTEMPTS:
                    raise
                if isinstance(error, Stale):
                    part.discard()
                time.sleep(WAIT * 3 ** (failures - 1))
                self._check_stopped()

    def keep(self, entry: Entry, data: bytes) -> FetchedFile:
        """Puts content that is in memory in its place."""
        part = self._target.part(entry.path)
        try:
            fetched = _Receiving(entry, part, self._progress, self._check_stopped).take(Opened(pieces=iter((data,))))
        except OriginError as error:
            raise _named(error, entry) from error
        return fetched if fetched.known_by else replace(fetched, known_by="git")

    def _check_stopped(self) -> None:
        if self._stopped:
            raise Refused("stopped, because another file cannot be had")


class _Receiving:
    """One attempt at one entry."""

    def __init__(self, entry: Entry, part: PartialFile, progress: Progress, check_stopped: Callable[[], None]) -> None:
        self._entry, self._part, self._progress, self._check_stopped = entry, part, progress, check_stopped
        self._known = Verification(entry.expected)

    @property
    def reached(self) -> int:
        """The bytes that are there, from the beginning on."""
        return self._known.size

    def run(self, reader: Reader) -> FetchedFile:
        etag = self._part.etag
        if etag is not None:
            for piece in self._part.pieces():
                self._known.update(piece)
        with reader.open(self._known.size, etag) as opened:
            return self.take(opened)

    def take(self, opened: Opened) -> FetchedFile:
        """Receives an answer to its end, checks what is there, and puts it in its place."""
        if opened.start != self._known.size or not opened.start:
            self._part.discard()
            self._known = Verification(self._entry.expected)
        resumed = self._known.size
        self._receive(opened)
        if opened.size is not None and self._known.size < opened.size:
            raise Again(f"sends {self._known.size:,} of {opened.size:,} bytes")
        try:
            known_by = self._known.check(opened.etag)
        except OriginError as error:
            self._part.discard()
            raise (Stale(str(error)) if resumed else error) from error
        with writing(self._part.name):
            self._part.finish(executable=self._entry.executable)
        return FetchedFile(entry=self._entry, size=self._known.size, known_by=known_by)

    def _receive(self, opened: Opened) -> None:
        is_small = opened.size is not None and opened.size < RESUMED
        with writing(self._part.name), self._part.append(None if is_small else opened.etag) as file:
            for piece in opened.pieces:
                self._known.update(piece)
                left = memoryview(piece)
                while left:
                    left = left[file.write(left) :]
                self._progress(len(piece))
                self._check_stopped()


def _resumed(entry: Entry, part: PartialFile) -> FetchedFile | None:
    """A file that an earlier download put in its place, if it still has its hash."""
    if not entry.expected.hash or not part.is_there():
        return None
    known = Verification(entry.expected)
    try:
        for piece in part.pieces(part.place):
            known.update(piece)
        return FetchedFile(entry=entry, size=known.size, known_by=known.check(None))
    except OriginError:
        part.place.unlink()
        return None


def _named(error: OriginError, entry: Entry) -> OriginError:
    """The same error, with what could not be had."""
    match entry.source:
        case StoredObject(url=url):
            named = placed(error, quote(url))
        case LfsObject(repository=repository):
            named = placed(placed(error, quote(repository)), "Git LFS")
        case _:
            named = placed(error, quote(entry.source.repository))
    return placed(named, quote(entry.path)) if entry.path else named
